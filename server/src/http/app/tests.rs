use super::*;

/// A page, a hashed file with both copies and a font without any.
fn built(name: &str) -> Option<File> {
    let content: &'static [u8] = match name {
        "index.html" => b"page",
        "maillage-app-c39309bc6ffb7351_bg.wasm" => b"program",
        "maillage-app-c39309bc6ffb7351_bg.wasm.br" => b"br",
        "maillage-app-c39309bc6ffb7351_bg.wasm.gz" => b"gz",
        "fonts/a.woff2" => b"font",
        "manifest.webmanifest" => b"{}",
        _ => return None,
    };
    let mut hash = [0; 32];
    hash[..content.len()].copy_from_slice(content);
    Some(File {
        content: content.into(),
        hash,
    })
}

const WASM: &str = "maillage-app-c39309bc6ffb7351_bg.wasm";

fn get(name: &str, accepted: &'static str) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(accepted));
    answer(name, &headers, built)
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn another_build_in_a_folder_takes_the_place_of_the_one_inside() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(PAGE), "another page").unwrap();
    let ask = |path: &str| {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        file(Some(Arc::from(folder.path())), request)
    };
    assert_eq!(body(ask("/").await).await, b"another page");
    std::fs::write(folder.path().join(PAGE), "a newer one").unwrap();
    assert_eq!(body(ask("/").await).await, b"a newer one");
    for outside in ["/../secret", "/fonts", "/nowhere"] {
        assert_eq!(
            ask(outside).await.status(),
            StatusCode::NOT_FOUND,
            "{outside}"
        );
    }
}

async fn body(response: Response) -> Vec<u8> {
    axum::body::to_bytes(response.into_body(), 1000)
        .await
        .unwrap()
        .to_vec()
}

#[tokio::test]
async fn the_smallest_copy_that_the_browser_accepts_is_sent() {
    for (accepted, coding, expected) in [
        ("gzip, br", "br", "br"),
        ("gzip", "gzip", "gz"),
        ("", "", "program"),
    ] {
        let response = get(WASM, accepted);
        assert_eq!(header(&response, "content-encoding"), coding);
        assert_eq!(header(&response, "content-type"), "application/wasm");
        assert_eq!(header(&response, "vary"), "accept-encoding");
        assert_eq!(body(response).await, expected.as_bytes());
    }
}

#[test]
fn only_hashed_files_are_kept_without_asking() {
    assert_eq!(
        header(&get(WASM, ""), "cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(header(&get("index.html", ""), "cache-control"), "no-cache");
    assert_eq!(
        header(&get("fonts/a.woff2", ""), "cache-control"),
        "no-cache"
    );
    assert!(is_hashed("base-fcbcc67de49abe0b.css"));
    assert!(is_hashed("maillage-app-c39309bc6ffb7351.js"));
    assert!(!is_hashed(
        "fonts/atkinson-hyperlegible-next-plain-zero-latin-400.woff2"
    ));
    assert!(!is_hashed("boot.js"));
}

#[test]
fn a_browser_that_has_the_file_gets_none() {
    let tag = header(&get(WASM, "br"), "etag").to_owned();
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("br"));
    headers.insert(IF_NONE_MATCH, format!("\"x\", W/{tag}").parse().unwrap());
    let response = answer(WASM, &headers, built);
    assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(header(&response, "etag"), tag);
    // The gzip copy is another representation.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    assert_eq!(answer(WASM, &headers, built).status(), StatusCode::OK);
}

#[test]
fn what_is_not_there_is_not_found() {
    for name in [
        "nowhere",
        "fonts",
        "../Cargo.toml",
        "fonts//a.woff2",
        "fonts/../index.html",
    ] {
        assert_eq!(get(name, "").status(), StatusCode::NOT_FOUND, "{name}");
    }
    // Copies are not files of their own.
    assert_eq!(
        get("maillage-app-c39309bc6ffb7351_bg.wasm.br", "").status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_program_without_the_app_says_so_in_both_languages() {
    let response = answer(PAGE, &HeaderMap::new(), |_| None);
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    let text = String::from_utf8(body(response).await).unwrap();
    assert!(text.contains("ne contient pas l’application"));
    assert!(text.contains("does not hold the app"));
}

#[test]
fn files_have_the_types_browsers_insist_on() {
    assert_eq!(
        header(&get("manifest.webmanifest", ""), "content-type"),
        "application/manifest+json"
    );
    assert_eq!(
        header(&get("index.html", ""), "content-type"),
        "text/html; charset=utf-8"
    );
    assert_eq!(content_type("boot.js"), "text/javascript; charset=utf-8");
    assert_eq!(content_type("icons/mark.svg"), "image/svg+xml");
}
