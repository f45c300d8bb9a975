//! The browser app, embedded in the program with its compressed copies, or in a folder.

use super::encoding::Coding;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderValue,
    IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

/// What `cargo xtask build` made of the app, held by the program in every build: tests drive what people get.
#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/app"]
#[allow_missing = true]
struct App;

/// One embedded file.
struct File {
    content: Cow<'static, [u8]>,
    hash: [u8; 32],
}

fn embedded(name: &str) -> Option<File> {
    App::get(name).map(|file| File {
        content: file.data,
        hash: file.metadata.sha256_hash(),
    })
}

const PAGE: &str = "index.html";

/// For files whose name changes with their content.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Kept, but asked for again each time.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

const NOT_BUILT: &str = "Ce programme ne contient pas l’application. Construisez-le avec « cargo xtask build ».\n\
    This program does not hold the app. Build it with `cargo xtask build`.\n";

/// A file of another build, in a folder; what is written there later is served from then on.
fn in_folder(folder: &Path, name: &str) -> Option<File> {
    let content = std::fs::read(folder.join(name)).ok()?;
    let hash = Sha256::digest(&content).into();
    Some(File {
        content: content.into(),
        hash,
    })
}

/// Answers every address that nothing else answers: a file of the app, or that there is none. With a folder the app is what lies there.
pub(super) async fn file(folder: Option<Arc<Path>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response();
    }
    let name = match request.uri().path() {
        "/" => PAGE,
        path => path.trim_start_matches('/'),
    };
    match folder {
        None => answer(name, request.headers(), embedded),
        Some(folder) => answer(name, request.headers(), |name| in_folder(&folder, name)),
    }
}

fn answer(name: &str, headers: &HeaderMap, files: impl Fn(&str) -> Option<File>) -> Response {
    let is_copy = Coding::ALL
        .iter()
        .any(|coding| name.ends_with(coding.suffix()));
    let is_path = name
        .split('/')
        .all(|part| !part.is_empty() && part != "." && part != "..");
    let found = Some(name).filter(|_| is_path && !is_copy).and_then(&files);
    let Some(original) = found else {
        return if name == PAGE {
            (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT).into_response()
        } else {
            (StatusCode::NOT_FOUND, "not found\n").into_response()
        };
    };
    let accepted = headers
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let copy = Coding::ALL
        .into_iter()
        .filter(|coding| coding.is_accepted(accepted))
        .find_map(|coding| Some((files(&format!("{name}{}", coding.suffix()))?, Some(coding))));
    let (file, coding) = copy.unwrap_or((original, None));

    let tag = format!("\"{}\"", hex::encode(&file.hash[..16]));
    let is_known = headers
        .get(IF_NONE_MATCH)
        .is_some_and(|known| matches(known, &tag));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(file.content))
    };
    let answered = response.headers_mut();
    // Hexadecimal digits in quotes are a valid value.
    answered.extend(HeaderValue::try_from(tag).ok().map(|tag| (ETAG, tag)));
    answered.insert(
        CACHE_CONTROL,
        if is_hashed(name) { FOR_EVER } else { ASK_AGAIN },
    );
    answered.insert(VARY, HeaderValue::from_static("accept-encoding"));
    answered.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
    if let Some(coding) = coding {
        answered.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    }
    response
}

/// Whether `If-None-Match` names this tag.
fn matches(known: &HeaderValue, tag: &str) -> bool {
    known
        .to_str()
        .unwrap_or_default()
        .split(',')
        .any(|known| known.trim() == "*" || known.trim().trim_start_matches("W/") == tag)
}

/// Whether the build put a hash of the content into the name: `base-fcbcc67de49abe0b.css`, `maillage-app-c39309bc6ffb7351_bg.wasm`.
fn is_hashed(name: &str) -> bool {
    let stem = name
        .rsplit('/')
        .next()
        .and_then(|file| file.split('.').next())
        .unwrap_or_default();
    let hash = stem
        .trim_end_matches("_bg")
        .rsplit_once('-')
        .map_or("", |(_, hash)| hash);
    hash.len() == 16
        && hash
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests;
