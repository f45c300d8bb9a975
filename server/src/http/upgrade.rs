//! `/sync`: the WebSocket handshake (RFC 6455, section 4.2).
//!
//! Done here rather than by axum, because a frame over the limit can only be answered by someone who can still read from the socket
//! below: closing a socket with unread bytes makes the system throw away the answer.

use super::client::Client;
use crate::relay::{Relay, Visitor};
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header::{
    CONNECTION, HOST, HeaderName, HeaderValue, ORIGIN, RETRY_AFTER, SEC_WEBSOCKET_ACCEPT,
    SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use hyper_util::rt::TokioIo;
use std::sync::Arc;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// Turns the request's connection into one of the relay's.
pub(super) async fn sync(
    State(relay): State<Arc<Relay>>,
    Extension(client): Extension<Client>,
    mut request: Request,
) -> Response {
    let Some(key) = handshake_key(request.method(), request.headers()) else {
        let version = [(UPGRADE, "websocket"), (SEC_WEBSOCKET_VERSION, "13")];
        let words = "this address speaks WebSocket, version 13\n";
        return (StatusCode::UPGRADE_REQUIRED, version, words).into_response();
    };
    let accept = derive_accept_key(key.as_bytes());
    if !is_same_origin(request.headers()) {
        tracing::warn!(
            origin = ?request.headers().get(ORIGIN),
            host = ?request.headers().get(HOST),
            "refused the page of another site; a proxy in front of the relay must pass the Host header on"
        );
        return (
            StatusCode::FORBIDDEN,
            "only the relay's own pages may connect\n",
        )
            .into_response();
    }
    let Some(admission) = relay.admit(client.address) else {
        tracing::warn!(address = %client.address, "refused a connection: too many from one address");
        let later = [(RETRY_AFTER, "60")];
        let words = "too many connections from this address\n";
        return (StatusCode::TOO_MANY_REQUESTS, later, words).into_response();
    };
    let ticket = match ticket(request.uri().query()) {
        None => None,
        Some(secret) => match relay.ticket(secret) {
            Some(ticket) => Some(ticket),
            None => {
                tracing::warn!(address = %client.address, "refused a connection: its ticket is not good");
                return (StatusCode::FORBIDDEN, "this ticket is not good\n").into_response();
            }
        },
    };
    let visitor = Visitor {
        address: client.address,
        ticket,
    };
    let upgrading = hyper::upgrade::on(&mut request);
    relay.accept(admission, visitor, async move {
        upgrading.await.map(TokioIo::new)
    });
    let headers = [
        (CONNECTION, "upgrade"),
        (UPGRADE, "websocket"),
        (SEC_WEBSOCKET_ACCEPT, accept.as_str()),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}

/// The secret of a ticket that a program of another make brings in the address.
fn ticket(query: Option<&str>) -> Option<&str> {
    query?
        .split('&')
        .find_map(|part| part.strip_prefix("ticket="))
}

/// The client's key, if the request is a complete handshake.
fn handshake_key<'a>(method: &Method, headers: &'a HeaderMap) -> Option<&'a HeaderValue> {
    let complete = *method == Method::GET
        && lists(headers, &CONNECTION, "upgrade")
        && lists(headers, &UPGRADE, "websocket")
        && headers
            .get(SEC_WEBSOCKET_VERSION)
            .is_some_and(|version| version == "13");
    headers.get(SEC_WEBSOCKET_KEY).filter(|_| complete)
}

fn lists(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|value| value.trim().eq_ignore_ascii_case(token))
}

/// Whether the request comes from a page of this very address, or from no page at all. Browsers let any site open a WebSocket to any
/// address; without this check another site could use a phone's connection.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let authority = origin.to_str().ok().and_then(|origin| {
        origin
            .strip_prefix("http://")
            .or_else(|| origin.strip_prefix("https://"))
    });
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    matches!((authority, host), (Some(authority), Some(host)) if authority.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(origin: Option<&'static str>, host: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static(host));
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_static(origin));
        }
        headers
    }

    #[test]
    fn only_pages_of_this_address_and_programs_may_connect() {
        assert!(is_same_origin(&headers(None, "maillage.example")));
        assert!(is_same_origin(&headers(
            Some("https://maillage.example"),
            "maillage.example"
        )));
        assert!(is_same_origin(&headers(
            Some("http://192.168.1.5:8080"),
            "192.168.1.5:8080"
        )));
        assert!(!is_same_origin(&headers(
            Some("https://other.example"),
            "maillage.example"
        )));
        assert!(!is_same_origin(&headers(
            Some("http://localhost:1"),
            "localhost:2"
        )));
        assert!(!is_same_origin(&headers(Some("null"), "maillage.example")));
        assert!(!is_same_origin(&headers(
            Some("file://maillage.example"),
            "maillage.example"
        )));
    }
}
