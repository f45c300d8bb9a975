//! The relay with a certificate: HTTP/1.1, HTTP/2 and WebSockets under TLS, and certificates that change or cannot be used.

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt};
use hyper::client::conn::http2;
use hyper::header::CONTENT_SECURITY_POLICY;
use hyper::{Request, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use maillage_shared::id::PeerId;
use maillage_shared::wire::{Frame, JoinMessage, Metadata};
use maillage_tests::device::random;
use maillage_tests::encrypted::{Certificate, NAME};
use maillage_tests::relay::{self, OPEN, Relay};
use maillage_tests::until::{PATIENCE, eventually, told, when};
use std::fs;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

/// A relay that shows a certificate.
async fn encrypted() -> Result<(Relay, Certificate, TempDir)> {
    let folder = tempfile::tempdir()?;
    let certificate = Certificate::make(folder.path(), "certificate", "key")?;
    let data = folder.path().join("data");
    let arguments = [&certificate.arguments()?[..], &[OPEN]].concat();
    let relay = Relay::start_with(&data, &arguments).await?;
    Ok((relay, certificate, folder))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_app_is_served_in_http_2_and_its_page_may_open_sockets_here() -> Result<()> {
    let (relay, certificate, _folder) = encrypted().await?;
    let stream = certificate.connect(relay.address(), "h2").await?;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
    let (mut requests, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let page = Request::get(format!("https://{NAME}/")).body(String::new())?;
    let answer = timeout(PATIENCE, requests.send_request(page)).await??;
    assert_eq!(answer.status(), StatusCode::OK);
    let policy = answer
        .headers()
        .get(CONTENT_SECURITY_POLICY)
        .context("no policy")?;
    let policy = policy.to_str()?;
    assert!(policy.contains(&format!(" wss://{NAME};")), "{policy}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_opens_under_http_1_1_and_is_greeted() -> Result<()> {
    let (relay, certificate, _folder) = encrypted().await?;
    let stream = certificate.connect(relay.address(), "http/1.1").await?;
    let url = format!("wss://{NAME}/sync");
    let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await?;
    let join = Frame::Join(JoinMessage {
        sender: PeerId::from_entropy(random()?),
        versions: vec!["1".to_owned()],
        metadata: Metadata::default(),
    });
    socket.send(Message::binary(join.encode())).await?;
    let answer = timeout(PATIENCE, socket.next())
        .await?
        .context("no word")??;
    let frame = Frame::decode(&answer.into_data())?;
    assert!(matches!(frame, Frame::Peer(_)), "{frame:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_speaks_plainly_or_not_at_all_keeps_nobody_waiting() -> Result<()> {
    let (relay, certificate, _folder) = encrypted().await?;
    let _silent = TcpStream::connect(relay.address()).await?;
    let mut plain = TcpStream::connect(relay.address()).await?;
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").await?;
    let mut answer = Vec::new();
    timeout(PATIENCE, plain.read_to_end(&mut answer)).await??;
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    certificate.connect(relay.address(), "http/1.1").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_certificate_is_shown_and_a_broken_one_never() -> Result<()> {
    let (relay, first, folder) = encrypted().await?;
    fs::write(&first.certificate, "half a file")?;
    eventually("the broken file is noticed", async || {
        let told = relay.logged("holds no certificate");
        when(told > 0, told)
    })
    .await?;
    first.connect(relay.address(), "http/1.1").await?;

    let second = Certificate::make(folder.path(), "certificate", "key")?;
    relay.hang_up().await?;
    eventually("the new certificate is shown", async || {
        let shown = second.connect(relay.address(), "http/1.1").await;
        shown.map_err(told)
    })
    .await?;
    assert!(first.connect(relay.address(), "http/1.1").await.is_err());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_cannot_be_used_is_refused_in_one_sentence() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path();
    let good = Certificate::make(path, "certificate", "key")?;
    Certificate::make(path, "other certificate", "other key")?;
    fs::write(path.join("words"), "words")?;
    let data = path.join("data");
    for (certificate, key, sentence) in [
        ("missing", "key", "missing cannot be read: "),
        ("certificate", "missing", "missing cannot be read: "),
        ("words", "key", "words holds no certificate in PEM form"),
        (
            "certificate",
            "words",
            "words holds no private key in PEM form",
        ),
        (
            "certificate",
            "other key",
            "does not belong to the certificate in",
        ),
    ] {
        let wrong = good.renamed(path.join(certificate), path.join(key));
        let mut arguments = vec!["serve", "--listen", "127.0.0.1:0", "--data"];
        arguments.push(data.to_str().context("a folder's name is not Unicode")?);
        arguments.extend(wrong.arguments()?);
        let ended = relay::run(&arguments).await?;
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
        assert!(ended.output.is_empty(), "{ended:?}");
        let lines: Vec<&str> = ended.errors.lines().collect();
        assert!(
            lines.len() == 1 && lines[0].contains(sentence),
            "{ended:?} does not say {sentence:?}"
        );
    }
    assert!(!data.exists(), "a store was opened all the same");
    Ok(())
}
