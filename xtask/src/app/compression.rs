//! Compressed copies beside the files, made once at build time so that the relay spends nothing on them.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, anyhow};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::files;

/// Writes a `.br` and a `.gz` copy beside each file that gains from it.
pub(crate) fn compress_all(app: &Path) -> Result<()> {
    let files: Vec<PathBuf> = files::below(app)?
        .into_iter()
        .filter(|file| is_compressible(file))
        .map(|file| app.join(file))
        .collect();
    thread::scope(|scope| {
        let workers: Vec<_> = files
            .iter()
            .map(|file| scope.spawn(move || compress(file)))
            .collect();
        workers.into_iter().try_for_each(|worker| {
            worker
                .join()
                .map_err(|_| anyhow!("compressing a file stopped unexpectedly"))?
        })
    })
}

/// The bytes sent for a file to a browser that accepts brotli, as every supported one does.
pub(crate) fn transferred(file: &Path) -> Result<u64> {
    let copy = with_suffix(file, ".br");
    let sent = if copy.is_file() { copy.as_path() } else { file };
    let metadata = fs::metadata(sent).with_context(|| format!("cannot read {}", sent.display()))?;
    Ok(metadata.len())
}

fn compress(file: &Path) -> Result<()> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    write_if_smaller(&with_suffix(file, ".br"), &brotli(&bytes)?, bytes.len())?;
    write_if_smaller(&with_suffix(file, ".gz"), &gzip(&bytes)?, bytes.len())
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &parameters)?;
    Ok(compressed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn write_if_smaller(path: &Path, compressed: &[u8], original: usize) -> Result<()> {
    if compressed.len() >= original {
        return Ok(());
    }
    File::create(path)
        .and_then(|mut file| file.write_all(compressed))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Fonts and pictures are compressed already.
fn is_compressible(file: &Path) -> bool {
    matches!(
        files::extension(file),
        "html" | "css" | "js" | "wasm" | "svg" | "json" | "webmanifest" | "txt"
    )
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn copies_hold_the_same_bytes_and_count_for_the_transfer() {
        let folder = tempfile::tempdir().unwrap();
        let page = folder.path().join("index.html");
        let text = "<p>Bonjour</p>".repeat(100);
        fs::write(&page, &text).unwrap();
        compress_all(folder.path()).unwrap();

        let mut from_brotli = Vec::new();
        let mut copy = File::open(with_suffix(&page, ".br")).unwrap();
        brotli::BrotliDecompress(&mut copy, &mut from_brotli).unwrap();
        assert_eq!(from_brotli, text.as_bytes());

        let mut from_gzip = String::new();
        let copy = File::open(with_suffix(&page, ".gz")).unwrap();
        flate2::read::GzDecoder::new(copy)
            .read_to_string(&mut from_gzip)
            .unwrap();
        assert_eq!(from_gzip, text);

        let sent = fs::metadata(with_suffix(&page, ".br")).unwrap().len();
        assert_eq!(transferred(&page).unwrap(), sent);
    }

    #[test]
    fn what_does_not_shrink_is_sent_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let tiny = folder.path().join("tiny.txt");
        let font = folder.path().join("font.woff2");
        fs::write(&tiny, "a").unwrap();
        fs::write(&font, "a".repeat(1000)).unwrap();
        compress_all(folder.path()).unwrap();
        assert_eq!(files::below(folder.path()).unwrap().len(), 2);
        assert_eq!(transferred(&tiny).unwrap(), 1);
        assert_eq!(transferred(&font).unwrap(), 1000);
    }
}
