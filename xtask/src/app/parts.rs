//! The program cut into what the first screen needs and parts that are loaded when they are first used.
//!
//! Trunk knows of one program only, so it is made here from what cargo linked: `wasm-split` cuts it where functions bear
//! `#[wasm_split]`, wasm-bindgen completes the main part, `wasm-opt` shrinks each, and they take the place of Trunk's.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::{files, glue};
use crate::process;
use crate::project::Project;
use crate::tools;

/// What cargo links, and what Trunk names the files after.
const PROGRAM: &str = "maillage-app";

/// The profile in which Trunk lets cargo build, as `Trunk.toml` names it.
const PROFILE: &str = "wasm";

/// The script that `wasm-split` writes: it loads the parts.
const LOADER: &str = "__wasm_split.js";

/// ARCHITECTURE.md says what each of these saves.
const SHRINK: [&str; 6] = [
    "-Os",
    "--skip-pass=inlining",
    "--skip-pass=inlining-optimizing",
    "--skip-pass=local-cse",
    "--low-memory-unused",
    "--reorder-functions-by-name",
];

/// Replaces the program in the built app by its parts and returns how many are loaded late.
pub(super) fn cut(project: &Project) -> Result<usize> {
    let work = project.target().join("parts");
    if work.exists() {
        fs::remove_dir_all(&work).with_context(|| format!("cannot remove {}", work.display()))?;
    }
    split(project, &work)?;
    let bound = work.join("bound");
    bind(project, &work, &bound)?;
    let app = project.app();
    let main = files::below(&app)?;
    let named = |ending: &str| -> Result<PathBuf> {
        let found = main.iter().find(|file| {
            file.to_str()
                .is_some_and(|name| name.starts_with(PROGRAM) && name.ends_with(ending))
        });
        let found = found.with_context(|| format!("Trunk wrote no {PROGRAM}…{ending}"))?;
        Ok(app.join(found))
    };
    let mut loader = read(&work.join(LOADER))?;
    let parts = late_parts(&work)?;
    for part in &parts {
        let address = place(project, &work, part, &app)?;
        let written = format!("\"./{part}.wasm\"");
        if loader.matches(&written).count() != 1 {
            bail!("{LOADER} does not name {written} exactly once");
        }
        loader = loader.replace(&written, &format!("\"./{address}\""));
    }
    let program = shrunk(project, &bound.join(format!("{PROGRAM}_bg.wasm")))?;
    let script = with_loader(&read(&bound.join(format!("{PROGRAM}.js")))?, &loader)?;
    let (program, script) = glue::shorten(&program, &script, &format!("./{PROGRAM}_bg.js"))?;
    write(&named("_bg.wasm")?, program)?;
    write(&named(".js")?, glue::without_comments(&script)?)?;
    Ok(parts.len())
}

/// Writes the main part, the late ones and the script that loads these.
fn split(project: &Project, work: &Path) -> Result<()> {
    let linked = project
        .target()
        .join(tools::WASM)
        .join(PROFILE)
        .join(format!("{PROGRAM}.wasm"));
    let mut split = process::command(project, "wasm-split-cli");
    split.arg(linked).arg(work).args(["--out-name", PROGRAM]);
    process::run(&mut split)
}

/// Completes the main part for browsers. What the late parts need of it is exported under the linker's names.
fn bind(project: &Project, work: &Path, bound: &Path) -> Result<()> {
    let mut bindgen = process::command(project, "wasm-bindgen");
    bindgen.args(["--target", "web", "--keep-lld-exports", "--no-typescript"]);
    bindgen
        .args(["--out-name", PROGRAM, "--out-dir"])
        .arg(bound);
    process::run(bindgen.arg(work.join(format!("{PROGRAM}.wasm"))))
}

/// A part as it is sent.
fn shrunk(project: &Project, part: &Path) -> Result<Vec<u8>> {
    let small = part.with_extension("small");
    let mut opt = process::command(project, "wasm-opt");
    opt.args(SHRINK).arg(part).arg("-o").arg(&small);
    process::run(&mut opt)?;
    fs::read(&small).with_context(|| format!("cannot read {}", small.display()))
}

/// The names of the late parts, without their ending.
fn late_parts(work: &Path) -> Result<Vec<String>> {
    let parts: Vec<String> = files::below(work)?
        .iter()
        .filter_map(|file| file.to_str()?.strip_suffix(".wasm"))
        .filter(|name| *name != PROGRAM && !name.contains('/'))
        .map(str::to_owned)
        .collect();
    if parts.is_empty() {
        bail!("nothing was cut out of the program; no function bears `#[wasm_split]`");
    }
    Ok(parts)
}

/// Puts a late part into the app and returns its name, which follows its content: browsers keep it for ever.
fn place(project: &Project, work: &Path, part: &str, app: &Path) -> Result<String> {
    let bytes = shrunk(project, &work.join(format!("{part}.wasm")))?;
    let hash = hex::encode(&Sha256::digest(&bytes)[..8]);
    let part = part.trim_start_matches("split_");
    let name = format!("{}{part}-{hash}.wasm", files::LATE_PART);
    write(&app.join(&name), bytes)?;
    Ok(name)
}

/// The script of the main part with the loader in it. As two files, each would have to bear the hash of the other in its name, and a
/// first visit would wait for one more answer.
fn with_loader(script: &str, loader: &str) -> Result<String> {
    let import = script
        .lines()
        .find(|line| line.starts_with("import * as ") && line.contains(LOADER))
        .with_context(|| format!("the script of wasm-bindgen does not import {LOADER}"))?;
    let name = import
        .split_whitespace()
        .nth(3)
        .context("an import without a name")?;
    let mut own = String::new();
    let mut loads = Vec::new();
    for line in loader.lines() {
        // What it imports is in this very script.
        if line.starts_with("import { initSync }") {
            continue;
        }
        match line.strip_prefix("export const ") {
            Some(rest) => {
                loads.extend(rest.split_whitespace().next());
                own.push_str(&format!("const {rest}\n"));
            }
            None => own.push_str(&format!("{line}\n")),
        }
    }
    if loads.is_empty() || own.contains("import {") || own.contains("export ") {
        bail!("{LOADER} does not look as expected");
    }
    own.push_str(&format!("const {name} = {{ {} }};", loads.join(", ")));
    Ok(script.replacen(import, &own, 1))
}

fn write(file: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loader_becomes_part_of_the_script() {
        let script = "import * as import1 from \"./__wasm_split.js\"\n\nconst all = [import1];\n";
        let loader = "import { initSync } from \"./app.js\";\nlet shared;\nexport const load_late = wrap(\n);\n";
        assert_eq!(
            with_loader(script, loader).unwrap(),
            "let shared;\nconst load_late = wrap(\n);\nconst import1 = { load_late };\n\nconst all = [import1];\n"
        );
    }

    #[test]
    fn a_loader_of_another_shape_is_refused() {
        let script = "import * as import1 from \"./__wasm_split.js\"\n";
        assert!(with_loader("let a;\n", "export const load_late = 1;\n").is_err());
        assert!(with_loader(script, "let shared;\n").is_err());
        assert!(with_loader(script, "export const a = 1;\nexport function b() {}\n").is_err());
    }

    #[test]
    fn every_part_but_the_main_one_is_late() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("bound")).unwrap();
        for name in [
            "maillage-app.wasm",
            "__wasm_split.js",
            "split_late.wasm",
            "bound/maillage-app_bg.wasm",
        ] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        assert_eq!(late_parts(folder.path()).unwrap(), ["split_late"]);
        fs::remove_file(folder.path().join("split_late.wasm")).unwrap();
        assert!(late_parts(folder.path()).is_err());
    }
}
