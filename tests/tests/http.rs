//! What the relay serves over HTTP: the app, packed, cached for ever where the name allows it, and fenced in.

use anyhow::{Context, Result};
use maillage_tests::http::get;
use maillage_tests::relay::Relay;
use std::collections::BTreeSet;
use tempfile::TempDir;

async fn relay() -> Result<(Relay, TempDir)> {
    let data = tempfile::tempdir()?;
    Ok((Relay::start(data.path()).await?, data))
}

/// The files of the app that the page names, with the hash of their content in their name.
async fn hashed_files(relay: &Relay) -> Result<BTreeSet<String>> {
    let page = get(relay.address(), "/", &[]).await?.text()?;
    let names = page
        .split(['"', '\''])
        .filter(|word| word.starts_with('/') && has_hash(word));
    Ok(names.map(str::to_owned).collect())
}

fn has_hash(path: &str) -> bool {
    let hexadecimal =
        |part: &str| part.len() == 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    path.split(['-', '_', '.']).any(hexadecimal)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_security_headers() -> Result<()> {
    let (relay, _data) = relay().await?;
    for path in ["/", "/healthz", "/boot.js", "/nothing-here"] {
        let answer = get(relay.address(), path, &[]).await?;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("script-src 'self' 'wasm-unsafe-eval'"),
            "{path}: {policy}"
        );
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe-inline"), "{path}: {policy}");
        assert!(!policy.contains("'unsafe-eval'"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert!(
            answer
                .header("permissions-policy")
                .contains("geolocation=()"),
            "{path}"
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_holds_no_script_of_its_own() -> Result<()> {
    let (relay, _data) = relay().await?;
    let page = get(relay.address(), "/", &[]).await?.text()?;
    let mut scripts = 0;
    for script in page.split("<script").skip(1) {
        let (attributes, rest) = script.split_once('>').context("a script tag ends")?;
        assert!(
            attributes.contains("src="),
            "an inline script: {attributes}"
        );
        assert!(
            rest.starts_with("</script>"),
            "a script with words of its own"
        );
        scripts += 1;
    }
    assert!(scripts > 0, "the page starts no program:\n{page}");
    assert!(
        !page.contains(" onclick=") && !page.contains(" style="),
        "inline handlers or styles"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn files_named_by_their_content_are_cached_for_ever_and_the_rest_is_asked_again() -> Result<()>
{
    let (relay, _data) = relay().await?;
    let files = hashed_files(&relay).await?;
    for kind in [".js", ".wasm", ".css"] {
        assert!(
            files.iter().any(|file| file.ends_with(kind)),
            "no {kind} among {files:?}"
        );
    }
    for file in &files {
        let answer = get(relay.address(), file, &[]).await?;
        assert_eq!(answer.status, 200, "{file}");
        let cache = answer.header("cache-control");
        assert!(
            cache.contains("immutable") && cache.contains("max-age=31536000"),
            "{file}: {cache}"
        );
    }
    for path in ["/", "/sw.js", "/boot.js", "/manifest.webmanifest"] {
        let answer = get(relay.address(), path, &[]).await?;
        assert_eq!(
            (answer.status, answer.header("cache-control")),
            (200, "no-cache"),
            "{path}"
        );
        let tag = answer.header("etag");
        let again = get(relay.address(), path, &[("if-none-match", tag)]).await?;
        assert_eq!(
            (again.status, again.body.len()),
            (304, 0),
            "{path} with {tag}"
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn files_travel_packed_as_the_browser_prefers() -> Result<()> {
    let (relay, _data) = relay().await?;
    let files = hashed_files(&relay).await?;
    let wasm = files
        .iter()
        .find(|file| file.ends_with(".wasm"))
        .context("no wasm")?;
    for (path, kind) in [
        ("/", "text/html; charset=utf-8"),
        (wasm.as_str(), "application/wasm"),
    ] {
        let plain = get(relay.address(), path, &[]).await?;
        assert_eq!(
            (
                plain.header("content-encoding"),
                plain.header("content-type")
            ),
            ("", kind)
        );
        for (accepted, encoding) in [
            ("gzip, deflate, br, zstd", "br"),
            ("gzip, deflate", "gzip"),
            ("br;q=0, gzip", "gzip"),
        ] {
            let packed = get(relay.address(), path, &[("accept-encoding", accepted)]).await?;
            assert_eq!(
                packed.header("content-encoding"),
                encoding,
                "{path} for {accepted}"
            );
            assert_eq!(packed.header("vary").to_lowercase(), "accept-encoding");
            assert_eq!(packed.header("content-type"), kind);
            assert!(
                packed.body.len() < plain.body.len(),
                "{path} is not smaller as {encoding}"
            );
            assert_eq!(packed.unpacked()?, plain.body, "{path} as {encoding}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_works_says_so() -> Result<()> {
    let (relay, _data) = relay().await?;
    let answer = get(relay.address(), "/healthz", &[]).await?;
    assert_eq!((answer.status, answer.text()?.trim()), (200, "ok"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_outside_the_app_is_served() -> Result<()> {
    let (relay, data) = relay().await?;
    std::fs::write(data.path().join("secret.txt"), "secret")?;
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "//etc/passwd",
        "/fonts/../../../Cargo.toml",
        "/index.html.br",
    ] {
        let answer = get(relay.address(), path, &[]).await?;
        assert!(
            matches!(answer.status, 400 | 404),
            "{path}: {}",
            answer.status
        );
    }
    Ok(())
}
