//! Headers that every answer carries, so that a page of Maillage can do what it needs and nothing else.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{
    CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::Next;
use axum::response::Response;

/// Headers with the same value everywhere.
const FIXED: [(HeaderName, HeaderValue); 5] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(PERMISSIONS),
    ),
];

/// What pages may ask of the device: the camera to scan an invitation, the microphone to dictate.
const PERMISSIONS: &str = "accelerometer=(), camera=(self), display-capture=(), encrypted-media=(), geolocation=(), \
    gyroscope=(), hid=(), idle-detection=(), magnetometer=(), microphone=(self), midi=(), payment=(), \
    publickey-credentials-get=(), serial=(), usb=(), xr-spatial-tracking=()";

/// Adds the headers to every answer.
pub(super) async fn secure(request: Request, next: Next) -> Response {
    let policy = content_security_policy(request.headers());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, value);
    }
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    response
}

/// What a page may load and where it may connect: to the host it came from. WebSockets are named apart, since not every browser takes
/// them for `'self'`.
fn content_security_policy(headers: &HeaderMap) -> HeaderValue {
    let host = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .filter(|host| is_host(host));
    let sockets = host.map_or_else(String::new, |host| format!(" ws://{host} wss://{host}"));
    let policy = format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; \
         connect-src 'self'{sockets}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'"
    );
    // `is_host` lets only visible ASCII through, so this is always a valid value.
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'self'"))
}

/// Whether a Host header holds nothing but a name or an address and a port: it is copied into the policy.
fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(host: &'static str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static(host));
        content_security_policy(&headers)
            .to_str()
            .unwrap()
            .to_owned()
    }

    #[test]
    fn a_page_may_connect_to_its_own_host_only() {
        let policy = policy("maillage.example:8080");
        assert!(policy.contains(
            "connect-src 'self' ws://maillage.example:8080 wss://maillage.example:8080;"
        ));
    }

    #[test]
    fn a_host_cannot_add_to_the_policy() {
        let policy = policy("a; script-src *");
        assert!(policy.contains("connect-src 'self';"));
        assert!(!policy.contains('*'));
    }
}
