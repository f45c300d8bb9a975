//! `cargo xtask size`: what a first visit downloads before the app is usable, compared with the budget, and what comes after.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::app::files::{self, Visit};
use crate::app::{self, compression};
use crate::project::Project;
use crate::summary;

/// Bytes that the part of the program which the first screen needs may take on the wire.
const WASM_BUDGET: u64 = 400_000;

/// Bytes that may come over the wire before the app is usable.
const VISIT_BUDGET: u64 = 600_000;

/// A file and the bytes sent for it.
#[derive(Debug, PartialEq, Eq)]
struct Download {
    file: PathBuf,
    bytes: u64,
}

/// Builds the app if needed, shows the table and fails when a budget is exceeded.
pub(crate) fn size(project: &Project) -> Result<ExitCode> {
    app::build(project)?;
    let downloads = first_visit(&project.app())?;
    let later = later(&project.app())?;
    println!(
        "\nWhat a first visit downloads before the app is usable, compressed with brotli where that helps:\n"
    );
    print!("{}", table(&downloads));
    println!("\nWhat comes once the app is usable, without anyone waiting for it:\n");
    print!("{}", table(&later));
    println!(
        "\nlater: {}; together with the first visit: {}",
        kilobytes(total(&later)),
        kilobytes(total(&downloads) + total(&later))
    );
    let mut within = true;
    for (what, sent, budget) in budgets(&downloads) {
        let verdict = if sent <= budget { "within" } else { "OVER" };
        within &= sent <= budget;
        println!(
            "{what}: {} of {}, {verdict} budget",
            kilobytes(sent),
            kilobytes(budget)
        );
    }
    Ok(if within {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn first_visit(app: &Path) -> Result<Vec<Download>> {
    downloads(app, |file| {
        files::visit(file) == Some(Visit::First) || file.as_os_str() == "sw.js"
    })
}

fn later(app: &Path) -> Result<Vec<Download>> {
    downloads(app, |file| files::visit(file) == Some(Visit::Later))
}

/// The files that are wanted, the largest first.
fn downloads(app: &Path, wanted: impl Fn(&Path) -> bool) -> Result<Vec<Download>> {
    let mut downloads = files::below(app)?
        .into_iter()
        .filter(|file| wanted(file))
        .map(|file| {
            let bytes = compression::transferred(&app.join(&file))?;
            Ok(Download { file, bytes })
        })
        .collect::<Result<Vec<_>>>()
        .context("the built app cannot be read; run `cargo xtask build`")?;
    downloads.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.file.cmp(&b.file)));
    Ok(downloads)
}

fn budgets(downloads: &[Download]) -> [(&'static str, u64, u64); 2] {
    let wasm = downloads
        .iter()
        .filter(|download| files::extension(&download.file) == "wasm")
        .map(|download| download.bytes)
        .sum();
    [
        ("the program (wasm)", wasm, WASM_BUDGET),
        ("the whole first visit", total(downloads), VISIT_BUDGET),
    ]
}

fn total(downloads: &[Download]) -> u64 {
    downloads.iter().map(|download| download.bytes).sum()
}

fn table(downloads: &[Download]) -> String {
    let rows: Vec<_> = downloads
        .iter()
        .map(|Download { file, bytes }| vec![file.display().to_string(), kilobytes(*bytes)])
        .collect();
    summary::table(&["file", "sent"], &rows)
}

/// Kilobytes of 1,000 bytes with one decimal.
fn kilobytes(bytes: u64) -> String {
    let tenths = (bytes + 50) / 100;
    format!("{}.{} KB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn download(file: &str, bytes: u64) -> Download {
        Download {
            file: PathBuf::from(file),
            bytes,
        }
    }

    #[test]
    fn the_program_counts_in_both_budgets() {
        let downloads = [
            download("a_bg.wasm", 300_000),
            download("index.html", 5_000),
        ];
        let [wasm, visit] = budgets(&downloads);
        assert_eq!(wasm, ("the program (wasm)", 300_000, WASM_BUDGET));
        assert_eq!(visit, ("the whole first visit", 305_000, VISIT_BUDGET));
    }

    #[test]
    fn the_compressed_copy_is_what_counts() {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in [
            ("a.js", 100),
            ("a.js.br", 10),
            ("sw.js", 7),
            ("a.js.gz", 20),
        ] {
            std::fs::write(folder.path().join(name), "x".repeat(bytes)).unwrap();
        }
        let downloads = first_visit(folder.path()).unwrap();
        assert_eq!(downloads, [download("a.js", 10), download("sw.js", 7)]);
    }

    #[test]
    fn what_comes_later_counts_apart() {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in [
            ("maillage-app-0123456789abcdef_bg.wasm", 50),
            ("part-late-0123456789abcdef.wasm", 30),
            ("part-late-0123456789abcdef.wasm.br", 20),
        ] {
            std::fs::write(folder.path().join(name), "x".repeat(bytes)).unwrap();
        }
        let first = first_visit(folder.path()).unwrap();
        assert_eq!(total(&first), 50);
        assert_eq!(
            later(folder.path()).unwrap(),
            [download("part-late-0123456789abcdef.wasm", 20)]
        );
    }

    #[test]
    fn sizes_are_rounded_to_a_tenth() {
        assert_eq!(kilobytes(213_449), "213.4 KB");
        assert_eq!(kilobytes(49), "0.0 KB");
        assert_eq!(kilobytes(999_950), "1000.0 KB");
    }
}
