//! A square code that a camera reads.

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write;

/// White modules around the code, without which cameras do not find it.
const QUIET: i32 = 4;

/// The code of these words, as one path; nothing for words that no code can hold. `spoken` is its name for a screen reader.
pub(crate) fn qr(words: &str, spoken: &'static str) -> Option<AnyView> {
    let code = QrCode::encode_binary(words.as_bytes(), QrCodeEcc::Medium).ok()?;
    let side = code.size() + 2 * QUIET;
    let path = path(code.size(), |x, y| code.get_module(x, y));
    Some(
        view! {
            <svg class="qr" viewBox=format!("{0} {0} {side} {side}", -QUIET) role="img" aria-label=spoken shape-rendering="crispEdges">
                <path d=path />
            </svg>
        }
        .into_any(),
    )
}

/// Dark modules, those beside each other in one stroke.
fn path(size: i32, is_dark: impl Fn(i32, i32) -> bool) -> String {
    let mut path = String::new();
    for y in 0..size {
        let mut x = 0;
        while x < size {
            let start = x;
            while x < size && is_dark(x, y) {
                x += 1;
            }
            if x > start {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{start} {y}h{}v1h-{}z", x - start, x - start);
            }
            x += 1;
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_beside_each_other_are_one_stroke() {
        let rows = ["##.", "..#", "###"];
        let is_dark = |x: i32, y: i32| rows[y as usize].as_bytes()[x as usize] == b'#';
        assert_eq!(path(3, is_dark), "M0 0h2v1h-2zM2 1h1v1h-1zM0 2h3v1h-3z");
    }
}
