//! Accepts connections and speaks HTTP/1.1 on them; proxies in front of a relay need no more.

use super::Settings;
use super::client::Client;
use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// How long a client may take to send the head of a request; also how long a connection may stay unused.
const HEAD_TIME: Duration = Duration::from_secs(30);

/// The largest head of a request, in bytes.
const HEAD_BYTES: usize = 16 * 1024;

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
                let place = Place {
                    router: router.clone(),
                    address: address.ip(),
                    settings,
                };
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
        let client = Client::of(self.address, request.headers(), &self.settings.proxies);
        request.extensions_mut().insert(client);
        self.router.clone().oneshot(request).await
    }
}

/// Answers the requests of one connection, one after the other.
async fn converse(stream: TcpStream, place: Place, closed: CancellationToken) {
    // A keystroke is a small packet that must not wait for the next one.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "small packets may be held back");
    }
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
    let result = tokio::select! {
        result = &mut connection => result,
        () = closed.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "a connection ended early");
    }
}
