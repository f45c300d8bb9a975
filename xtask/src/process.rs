//! Running other programs: with which environment, and what to say when one is missing or fails.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, anyhow, bail};

use crate::project::Project;

/// A program to run in the project's root, with the project's own tools first on `PATH`.
///
/// What `cargo run` sets for this program alone is taken out: build scripts that watch those variables would otherwise run
/// again at each change between a plain `cargo` command and this one.
pub(crate) fn command(project: &Project, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(project.root());
    command.env("PATH", path_with(tool_folders(project)));
    for (name, _) in env::vars_os() {
        if is_about_this_package(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command
}

/// Cargo itself, the same one that started this program.
pub(crate) fn cargo(project: &Project) -> Command {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = command(project, cargo);
    // Everything is looked for below the project's own `target/`.
    command.env_remove("CARGO_TARGET_DIR");
    command.env_remove("CARGO_BUILD_TARGET_DIR");
    command
}

/// Runs a program whose output the developer should see.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    if !status.success() {
        bail!(
            "`{}` failed ({status}); the reason is above",
            shown(command)
        );
    }
    Ok(())
}

/// Runs a program whose output the developer should see and returns how it ended.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus> {
    command
        .status()
        .map_err(|problem| cannot_start(command, &problem))
}

/// Runs a program and returns what it wrote to standard output; its standard error passes through.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|problem| cannot_start(command, &problem))?;
    if !output.status.success() {
        bail!("`{}` failed ({})", shown(command), output.status);
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` did not answer in UTF-8", shown(command)))
}

/// What a program answers, or nothing when it is absent or fails: for finding out what is installed.
pub(crate) fn probe(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first of these programs that is on `PATH`, the project's own tools included.
pub(crate) fn find(project: &Project, names: &[&str]) -> Option<PathBuf> {
    let path = path_with(tool_folders(project));
    names.iter().find_map(|name| {
        env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|candidate| candidate.is_file())
    })
}

/// The command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect();
    words.join(" ")
}

fn cannot_start(command: &Command, problem: &std::io::Error) -> anyhow::Error {
    let program = command.get_program().to_string_lossy();
    if problem.kind() == ErrorKind::NotFound {
        anyhow!("the program {program} is missing; {}", remedy(&program))
    } else {
        anyhow!("cannot start {program}: {problem}")
    }
}

/// What to do about a missing program.
fn remedy(program: &str) -> String {
    match program {
        "rustup" | "cargo" | "rustc" => "install Rust from https://rustup.rs".to_owned(),
        "cc" => "install a C compiler (on Debian: apt install build-essential)".to_owned(),
        _ => format!("install {program} and run this command again"),
    }
}

/// Has a command find what is in a folder before anything else, the project's own tools included.
pub(crate) fn prefer(project: &Project, folder: &Path, command: &mut Command) {
    let folders = [folder.to_path_buf()].into_iter();
    command.env("PATH", path_with(folders.chain(tool_folders(project))));
}

fn tool_folders(project: &Project) -> impl Iterator<Item = PathBuf> {
    let tools = project.tools();
    ["bin", "npm/node_modules/.bin"]
        .into_iter()
        .map(move |folder| tools.join(folder))
}

/// `PATH` with these folders first.
fn path_with(folders: impl Iterator<Item = PathBuf>) -> OsString {
    let usual = env::var_os("PATH").unwrap_or_default();
    let usual_folders = env::split_paths(&usual).collect::<Vec<_>>();
    // Only a folder with a colon in its name cannot be joined; then the usual PATH has to do.
    env::join_paths(folders.chain(usual_folders)).unwrap_or(usual)
}

fn is_about_this_package(variable: &str) -> bool {
    const PREFIXES: [&str; 3] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"];
    PREFIXES.iter().any(|prefix| variable.starts_with(prefix))
        || matches!(
            variable,
            "CARGO_CRATE_NAME" | "CARGO_PRIMARY_PACKAGE" | "OUT_DIR"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named_with_its_remedy() {
        let project = Project::locate().unwrap();
        let problem = run(&mut command(&project, "no-such-program-here")).unwrap_err();
        let sentence = problem.to_string();
        assert_eq!(
            sentence,
            "the program no-such-program-here is missing; install no-such-program-here and run this command again"
        );
    }

    #[test]
    fn only_variables_about_this_package_are_hidden() {
        assert!(is_about_this_package("CARGO_PKG_VERSION"));
        assert!(is_about_this_package("CARGO_MANIFEST_DIR"));
        assert!(!is_about_this_package("CARGO_HOME"));
        assert!(!is_about_this_package("CARGO"));
    }
}
