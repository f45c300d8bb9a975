//! Accepts connections and speaks HTTP/1.1 on them, which is all that proxies in front of a relay need; under TLS also HTTP/2.

use super::Settings;
use super::client::Client;
use super::tls;
use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::header::{HOST, HeaderValue};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// How long a client may take to send the head of a request; also how long a connection may stay unused.
const HEAD_TIME: Duration = Duration::from_secs(30);

/// The largest head of a request, in bytes.
const HEAD_BYTES: usize = 16 * 1024;

/// How many requests may be under way on one connection.
const REQUESTS_AT_ONCE: u32 = 64;

/// How long a connection that can carry many requests is kept: whoever needs it longer opens another one.
const CONNECTION_TIME: Duration = Duration::from_secs(60);

/// The pause after the system refused a connection, which happens when it is short of something.
const PAUSE: Duration = Duration::from_millis(100);

/// Accepts until `closed`, then returns once every request that was being answered is. Sockets that became WebSockets are no longer ours.
pub(super) async fn accept(
    listener: TcpListener,
    router: Router,
    settings: Settings,
    closed: CancellationToken,
) {
    let settings = Arc::new(settings);
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = closed.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => {
                let settings = Arc::clone(&settings);
                let place = Arc::new(Place {
                    router: router.clone(),
                    address: address.ip(),
                    settings,
                });
                connections.spawn(converse(stream, place, closed.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// What the requests of one connection have in common.
struct Place {
    router: Router,
    /// The other end of the socket.
    address: IpAddr,
    settings: Arc<Settings>,
}

impl Place {
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        let mut request = request.map(Body::new);
        name_host(&mut request);
        let client = Client::of(self.address, request.headers(), &self.settings.proxies);
        request.extensions_mut().insert(client);
        self.router.clone().oneshot(request).await
    }
}

/// Answers the requests of one connection until it ends.
async fn converse(stream: TcpStream, place: Arc<Place>, closed: CancellationToken) {
    // A keystroke is a small packet that must not wait for the next one.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "small packets may be held back");
    }
    let result = match &place.settings.tls {
        None => one_by_one(stream, &place, closed).await,
        Some(tls) => {
            let greeted = tokio::select! {
                greeted = tls.greet(stream) => greeted,
                () = closed.cancelled() => return,
            };
            match greeted {
                Ok(stream) if stream.get_ref().1.alpn_protocol() == Some(tls::ACME) => return,
                Ok(stream) if stream.get_ref().1.alpn_protocol() == Some(tls::HTTP_2) => {
                    side_by_side(stream, Arc::clone(&place), closed).await
                }
                Ok(stream) => one_by_one(stream, &place, closed).await,
                Err(error) => {
                    tracing::debug!(%error, "a connection could not be encrypted");
                    return;
                }
            }
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Speaks HTTP/1.1: a request after the other, and after an upgrade something else.
async fn one_by_one(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    place: &Place,
    closed: CancellationToken,
) -> hyper::Result<()> {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(
            TokioIo::new(stream),
            service_fn(|request| place.answer(request)),
        )
        .with_upgrades();
    let mut connection = pin!(connection);
    tokio::select! {
        result = &mut connection => result,
        () = closed.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    }
}

/// Speaks HTTP/2: many requests at once, none of them an upgrade. Browsers open another connection for a WebSocket.
async fn side_by_side(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    place: Arc<Place>,
    closed: CancellationToken,
) -> hyper::Result<()> {
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(REQUESTS_AT_ONCE)
        .max_header_list_size(HEAD_BYTES as u32)
        .serve_connection(
            TokioIo::new(stream),
            service_fn(move |request| {
                let place = Arc::clone(&place);
                async move { place.answer(request).await }
            }),
        );
    let mut connection = pin!(connection);
    tokio::select! {
        result = &mut connection => return result,
        () = closed.cancelled() => {}
        () = sleep(CONNECTION_TIME) => {}
    }
    connection.as_mut().graceful_shutdown();
    // What is not answered by then is not read by anyone.
    timeout(CONNECTION_TIME, connection).await.unwrap_or(Ok(()))
}

/// Sets the Host header, which HTTP/2 replaced by a part of the address (RFC 9113, section 8.3.1).
fn name_host(request: &mut Request<Body>) {
    if request.headers().contains_key(HOST) {
        return;
    }
    let host = request.uri().authority().map(|host| host.as_str());
    if let Some(Ok(host)) = host.map(HeaderValue::from_str) {
        request.headers_mut().insert(HOST, host);
    }
}
