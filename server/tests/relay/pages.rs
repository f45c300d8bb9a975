use crate::phone::{Phone, Sheet};
use crate::place::{Running, get};
use maillage_server::relay::Options;
use maillage_shared::store::StoreError;
use maillage_shared::testing::MemoryStore;
use std::path::Path;

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let relay = Running::new().await;
    for path in ["/", "/healthz", "/sync", "/nowhere"] {
        let answer = get(relay.address, path, &[]).await;
        let policy = answer.header("content-security-policy").unwrap();
        for rule in [
            "default-src 'self'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "object-src 'none'",
        ] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe-inline"), "{path}: {policy}");
        let sockets = format!("connect-src 'self' ws://{0} wss://{0};", relay.address);
        assert!(policy.contains(&sockets), "{path}: {policy}");
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
        assert_eq!(
            answer.header("referrer-policy"),
            Some("no-referrer"),
            "{path}"
        );
        assert_eq!(
            answer.header("cross-origin-opener-policy"),
            Some("same-origin"),
            "{path}"
        );
        assert!(
            answer
                .header("permissions-policy")
                .unwrap()
                .contains("geolocation=()"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_root_is_the_app_or_says_that_it_was_not_built() {
    let relay = Running::new().await;
    let answer = get(relay.address, "/", &[]).await;
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/app/index.html");
    if page.is_file() {
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
        let tag = answer.header("etag").unwrap();
        let again = get(relay.address, "/", &[&format!("If-None-Match: {tag}")]).await;
        assert_eq!((again.status, again.body.as_str()), (304, ""));
    } else {
        assert_eq!(answer.status, 503);
        assert!(answer.body.contains("ne contient pas l’application"));
    }
}

#[tokio::test]
async fn addresses_that_are_none_are_not_found() {
    let relay = Running::new().await;
    for path in [
        "/nowhere",
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "/index.html.br",
        "//index.html/",
    ] {
        assert_eq!(get(relay.address, path, &[]).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn health_tells_whether_the_store_takes_changes() {
    let store = MemoryStore::default();
    let relay = Running::on(store.clone(), Options::default()).await;
    let answer = get(relay.address, "/healthz", &[]).await;
    assert_eq!((answer.status, answer.body.trim()), (200, "ok"));
    store.set_failure(Some(StoreError::Full));
    assert_eq!(get(relay.address, "/healthz", &[]).await.status, 503);
}

const HANDSHAKE: [&str; 4] = [
    "Connection: close, Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

#[tokio::test]
async fn the_page_of_another_site_cannot_connect() {
    let relay = Running::new().await;
    let with_origin =
        |origin: &'static str| [&HANDSHAKE[..], &[origin, "Host: maillage.example"]].concat();
    for origin in [
        "Origin: https://other.example",
        "Origin: null",
        "Origin: https://maillage.example.evil",
    ] {
        let answer = get(relay.address, "/sync", &with_origin(origin)).await;
        assert_eq!(answer.status, 403, "{origin}");
    }
}

#[tokio::test]
async fn what_is_no_handshake_is_told_what_would_be() {
    let relay = Running::new().await;
    let answer = get(relay.address, "/sync", &[]).await;
    assert_eq!(answer.status, 426);
    assert_eq!(answer.header("upgrade"), Some("websocket"));
    let old = [
        "Connection: upgrade, close",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 8",
    ];
    let answer = get(relay.address, "/sync", &old).await;
    assert_eq!(
        (answer.status, answer.header("sec-websocket-version")),
        (426, Some("13"))
    );
    // A program that sends no Origin at all is welcome.
    Phone::join(relay.address, "program").await;
}

#[tokio::test]
async fn what_the_relay_counts_is_told_to_its_own_machine_only() {
    let relay = Running::new().await;
    let mut phone = Phone::join(relay.address, "phone").await;
    let mut sheet = Sheet::born(1);
    sheet.until(&mut phone, Sheet::is_acknowledged).await;
    let answer = get(relay.address, "/metrics", &[]).await;
    assert_eq!(answer.status, 200);
    for line in [
        "maillage_connections 1",
        "maillage_documents 1",
        "maillage_changes_total 1",
        "maillage_flush_seconds_count 1",
    ] {
        let body = &answer.body;
        assert!(body.contains(line), "{line} is not in {body}");
    }
    let passed_on = ["X-Forwarded-For: 192.0.2.1"];
    let answer = get(relay.address, "/metrics", &passed_on).await;
    assert_eq!(answer.status, 403);
}
