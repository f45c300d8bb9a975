//! Addresses and headers that try to leave the app's folder, or to put something into the answer's headers, against the built relay.

use anyhow::{Result, ensure};
use maillage_tests::http::{Answer, get};
use maillage_tests::relay::{OPEN, Relay};
use tempfile::TempDir;

/// What no answer may ever hold.
const SECRET: &str = "a secret beside the documents";
const MARK: &str = "x-injected";

async fn relay() -> Result<(Relay, TempDir)> {
    let data = tempfile::tempdir()?;
    std::fs::write(data.path().join("secret.txt"), SECRET)?;
    let relay = Relay::start_with(data.path(), &[OPEN]).await?;
    Ok((relay, data))
}

/// Nothing of what was asked stands in the headers, and nothing of the disk in the body.
fn is_harmless(what: &str, answer: &Answer) -> Result<()> {
    for (name, value) in &answer.headers {
        let (name, value) = (name.to_lowercase(), value.to_lowercase());
        ensure!(
            !name.contains(MARK) && !value.contains(MARK) && !value.contains("evil"),
            "{what} comes back in {name}: {value}"
        );
        ensure!(
            name != "set-cookie" && name != "location",
            "{what} gives {name}: {value}"
        );
    }
    let body = String::from_utf8_lossy(&answer.unpacked()?).into_owned();
    for words in [SECRET, "root:", MARK, "[package]"] {
        ensure!(!body.contains(words), "{what} gives {words:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_address_leads_out_of_the_app() -> Result<()> {
    let (relay, _data) = relay().await?;
    for path in [
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/%2e%2e%2fsecret.txt",
        "/%252e%252e%252fsecret.txt",
        "/%c0%ae%c0%ae/secret.txt",
        "/..%5csecret.txt",
        "/..\\secret.txt",
        "/fonts/..%2f..%2fsecret.txt",
        "/fonts/%2e%2e/%2e%2e/%2e%2e/Cargo.toml",
        "/.%00./secret.txt",
        "/index.html%00.txt",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/file:///etc/passwd",
        "/./../../../../../../etc/passwd",
        "/css/....//....//secret.txt",
    ] {
        let answer = get(relay.address(), path, &[]).await?;
        ensure!(
            matches!(answer.status, 400 | 404),
            "{path}: {}",
            answer.status
        );
        is_harmless(path, &answer)?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_asked_comes_back_as_a_header() -> Result<()> {
    let (relay, _data) = relay().await?;
    let addresses = [
        "/%0d%0ax-injected:%201",
        "/%0aset-cookie:%20x-injected=1",
        "/%0d%0a%0d%0a<script>x-injected</script>",
        "/index.html%0d%0ax-injected:1",
        "/?q=%0d%0ax-injected:%201",
        "/?x-injected%0d%0alocation:%20//evil.example",
        "//evil.example/%2e%2e",
        "/\\evil.example",
        "/%e5%98%8a%e5%98%8dx-injected:%201",
        "/healthz?%0d%0ax-injected:1",
        "/sync?ticket=%0d%0ax-injected:1",
    ];
    for path in addresses {
        is_harmless(path, &get(relay.address(), path, &[]).await?)?;
    }
    for (name, value) in [
        ("host", "evil.example; script-src *"),
        ("host", "evil.example/%0d%0ax-injected:1"),
        ("host", "evil.example%0d%0ax-injected:1"),
        ("host", "evil.example\u{b}x-injected"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https\tx-injected"),
        ("forwarded", "host=evil.example"),
        ("x-original-url", "/x-injected"),
        ("origin", "https://evil.example"),
        ("referer", "https://evil.example/x-injected"),
        ("accept-encoding", "x-injected, br;q=evil"),
        ("if-none-match", "\"x-injected\""),
        ("range", "bytes=0-x-injected"),
    ] {
        let answer = get(relay.address(), "/", &[(name, value)]).await?;
        is_harmless(&format!("{name}: {value}"), &answer)?;
    }
    // After all this the app is served as before.
    let page = get(relay.address(), "/", &[]).await?;
    ensure!(page.status == 200, "{}", page.status);
    Ok(())
}
