//! A relay that gets its certificate from an authority by itself.

use anyhow::Result;
use maillage_tests::authority::Authority;
use maillage_tests::encrypted::NAME;
use maillage_tests::relay::{OPEN, Relay};
use maillage_tests::until::{eventually, told};
use std::path::Path;
use std::time::Duration;

async fn start(data: &Path, authority: &Authority) -> Result<Relay> {
    let directory = authority.directory();
    let arguments = [OPEN, "--acme-domain", NAME, "--acme-directory", &directory];
    let trusted = authority.own().certificate.as_os_str();
    let environment = [("SSL_CERT_FILE", trusted)];
    Relay::start_as(data, authority.relay_address(), &arguments, &environment).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_gets_a_certificate_and_keeps_it() -> Result<()> {
    let Some(authority) = Authority::start().await? else {
        return Ok(());
    };
    let data = tempfile::tempdir()?;
    let relay = start(data.path(), &authority).await?;
    eventually("the certificate is given and shown", async || {
        authority.visit("h2").await.map_err(told)
    })
    .await?;
    relay.terminate(Duration::from_secs(10)).await?;

    let relay = start(data.path(), &authority).await?;
    authority.visit("http/1.1").await?;
    assert_eq!(relay.logged("a certificate was given"), 0);
    Ok(())
}
