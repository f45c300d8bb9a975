//! Tools that come as crates and are compiled here.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::process;
use crate::project::Project;

/// A program published as a crate.
pub(super) struct CrateTool {
    /// The crate's name.
    pub(super) name: &'static str,
    /// The program that shows the installed version.
    pub(super) binary: &'static str,
    /// The exact version wanted.
    pub(super) version: String,
    /// Features of the crate without which it has no program.
    pub(super) features: &'static [&'static str],
    /// Whether to use the dependency versions the crate was published with.
    pub(super) locked: bool,
}

impl CrateTool {
    /// Compiles the tool into `target/tools`, unless this very version is already there or on `PATH`.
    pub(super) fn install(&self, project: &Project) -> Result<()> {
        let label = format!("{} {}", self.name, self.version);
        if self.is_installed(project) {
            project.already(&format!("{label} is there"));
            return Ok(());
        }
        let step = project.step(&format!("installing {label} (a few minutes, once)"));
        // Kept until the installation succeeds, so that an interrupted one goes on where it stopped.
        let scratch = project.tools().join("build");
        let mut install = process::cargo(project);
        install.args(["install", self.name, "--version", &self.version, "--root"]);
        install.arg(project.tools());
        install.arg("--target-dir").arg(&scratch);
        for feature in self.features {
            install.args(["--features", feature]);
        }
        if self.locked {
            install.arg("--locked");
        }
        // These run for seconds and are compiled on each fresh machine: what counts is how fast they compile.
        install.envs([
            ("CARGO_PROFILE_RELEASE_LTO", "off"),
            ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
            ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
            ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
        ]);
        process::run(&mut install).with_context(|| format!("{label} could not be installed"))?;
        remove(&scratch)?;
        step.done(&format!("{label} is ready"));
        Ok(())
    }

    fn is_installed(&self, project: &Project) -> bool {
        let mut probe = process::command(project, self.binary);
        process::probe(probe.arg("--version"))
            .is_some_and(|answer| names_version(&answer, &self.version))
            || self.is_listed(project)
    }

    /// Some programs do not tell their version, but cargo notes what it installed.
    fn is_listed(&self, project: &Project) -> bool {
        fs::read_to_string(project.tools().join(".crates.toml"))
            .is_ok_and(|list| lists(&list, self.name, &self.version))
            && project.tools().join("bin").join(self.binary).is_file()
    }
}

/// Whether `trunk 0.21.14` and the like name this version as a whole word.
fn names_version(answer: &str, version: &str) -> bool {
    answer.split_whitespace().any(|word| word == version)
}

/// Whether cargo's list of installed crates holds this version of a crate.
fn lists(list: &str, name: &str, version: &str) -> bool {
    list.contains(&format!("\"{name} {version} ("))
}

fn remove(folder: &Path) -> Result<()> {
    fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_recognised_only_as_a_whole() {
        assert!(names_version("wasm-bindgen 0.2.130", "0.2.130"));
        assert!(names_version("cargo-deny 0.20.2 (abc)", "0.20.2"));
        assert!(!names_version("wasm-bindgen 0.2.130", "0.2.13"));
    }

    #[test]
    fn an_installed_crate_is_found_in_the_list_of_cargo() {
        let list = "[v1]\n\"trunk 0.21.14 (registry+https://github.com/rust-lang/crates.io-index)\" = [\"trunk\"]\n";
        assert!(lists(list, "trunk", "0.21.14"));
        assert!(!lists(list, "trunk", "0.21.1"));
        assert!(!lists(list, "runk", "0.21.14"));
    }
}
