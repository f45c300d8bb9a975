//! What the relay answers over HTTP: the app, its health, and the upgrade of `/sync` to a WebSocket.

mod acme;
mod app;
mod client;
mod encoding;
mod headers;
mod listener;
mod tls;
mod upgrade;

use crate::relay::Relay;
pub use acme::Acme;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Extension, Router};
use client::Client;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
pub use tls::{Tls, TlsError};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// The type of [`Relay::metrics`].
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// How long requests that are being answered when the relay stops may take.
const FINISHING_TIME: Duration = Duration::from_secs(2);

/// What may be set about the way to the relay.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Addresses of proxies in front of the relay, whose word about the senders of requests is taken.
    pub proxies: Vec<IpAddr>,
    /// What connections are encrypted with; nothing for plain http.
    pub tls: Option<Arc<Tls>>,
    /// Where the app is that is served in place of the one inside the program.
    pub app: Option<Arc<Path>>,
}

/// Serves until `stop` is ready, then stops the relay: what was received is written and answered, everyone is told goodbye.
///
/// Takes at most nine seconds from then on, so that whoever sent the signal need not kill the relay.
pub async fn serve(
    listener: TcpListener,
    relay: Relay,
    settings: Settings,
    stop: impl Future<Output = ()>,
) {
    let relay = Arc::new(relay);
    let router = router(Arc::clone(&relay), settings.app.clone());
    let closed = CancellationToken::new();
    let mut accepting =
        std::pin::pin!(listener::accept(listener, router, settings, closed.clone()));
    tokio::select! {
        () = &mut accepting => return,
        () = stop => {}
    }
    closed.cancel();
    let finishing = timeout(FINISHING_TIME, accepting);
    let ((), finished) = tokio::join!(relay.stop(), finishing);
    if finished.is_err() {
        tracing::warn!("some requests were not answered before the end");
    }
}

/// All addresses the relay answers; `app` as in [`Settings`].
pub fn router(relay: Arc<Relay>, app: Option<Arc<Path>>) -> Router {
    Router::new()
        .route("/sync", any(upgrade::sync))
        .route("/healthz", get(health))
        .route("/metrics", get(metrics))
        .fallback(move |request| app::file(app.clone(), request))
        .layer(middleware::from_fn(headers::secure))
        .layer(middleware::from_fn(log))
        .with_state(relay)
}

/// One line of the log for each request, at the level `debug`.
async fn log(request: Request, next: Next) -> Response {
    let start = Instant::now();
    // Not what follows the path: that may be a ticket.
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = next.run(request).await;
    let status = response.status().as_u16();
    tracing::debug!(%method, %path, status, elapsed = ?start.elapsed(), "answered");
    response
}

/// `ok` while the store takes changes.
async fn health(State(relay): State<Arc<Relay>>) -> Response {
    if relay.works().await {
        (StatusCode::OK, "ok\n").into_response()
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            "the store does not take changes\n",
        )
            .into_response()
    }
}

/// What the relay counts, for programs on the same machine only.
async fn metrics(
    State(relay): State<Arc<Relay>>,
    Extension(client): Extension<Client>,
) -> Response {
    if client.is_local() {
        let kind = [(CONTENT_TYPE, OPEN_METRICS)];
        (kind, relay.metrics()).into_response()
    } else {
        let words = "only programs on the relay's own machine may read this\n";
        (StatusCode::FORBIDDEN, words).into_response()
    }
}
