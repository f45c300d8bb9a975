//! A throw-away copy of this machine to install things on. What is written in it is gone with it; only the network is shared.

use crate::skipped::skipped;
use crate::until::PATIENCE;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// Where the copy has the file it was given.
pub const GIVEN: &str = "/tmp/given.deb";

/// What must be in the copy.
const NEEDED: &str = "dpkg systemd-sysusers systemd-analyze setpriv runuser";

/// Lays a writable layer in memory over the file system of this machine, in a mount namespace of its own, and stays there until its
/// standard input ends. Nothing of the running system is seen in it: `/run` is empty.
const COPY: &str = r#"
set -e
exec 3<"$1"
mount -t tmpfs maillage-tests /mnt
cd /mnt
mkdir changed work root
mount -t overlay maillage-tests -o lowerdir=/,upperdir=changed,workdir=work root
cd root
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs maillage-tests run
mount -t tmpfs -o mode=1777 maillage-tests tmp
cat <&3 >".$2"
exec 3<&-
for program in $3; do
    chroot . sh -c "command -v $program" >/dev/null || { echo "there is no $program" >&2; exit 1; }
done
exec chroot . sh -c "echo ready; exec cat"
"#;

/// A running copy. It ends when the value is dropped.
#[derive(Debug)]
pub struct Machine {
    /// The process that holds the copy; its standard input is open as long as the copy is there.
    holder: Child,
}

/// What a command on the copy said.
#[derive(Debug)]
pub struct Said {
    /// Its exit code, if it was not ended by a signal.
    pub code: Option<i32>,
    /// What it wrote on standard output and then on standard error.
    pub text: String,
}

impl Machine {
    /// A copy of this machine with a file on it, at [`GIVEN`]; nothing, after a word to whoever runs the tests, where that is not
    /// possible: only root can make one, and only on a Debian with systemd.
    pub async fn with(file: &Path) -> Result<Option<Self>> {
        let mut unshare = Command::new("unshare");
        unshare.args(["--mount", "--propagation", "private", "sh", "-c", COPY]);
        unshare.arg("copy").arg(file).args([GIVEN, NEEDED]);
        unshare.stdin(Stdio::piped()).stdout(Stdio::piped());
        let started = unshare.stderr(Stdio::piped()).kill_on_drop(true).spawn();
        let Ok(mut holder) = started else {
            return skipped(
                "the program unshare is missing, without which this machine cannot be copied",
            );
        };
        let output = holder.stdout.take().context("no standard output")?;
        let mut lines = BufReader::new(output).lines();
        let first = timeout(PATIENCE, lines.next_line())
            .await
            .context("the machine is not copied in time")??;
        if first.as_deref() != Some("ready") {
            let errors = holder.wait_with_output().await?.stderr;
            let reason = String::from_utf8_lossy(&errors);
            let reason = reason.lines().last().unwrap_or("no reason was given");
            return skipped(&format!("this machine cannot be copied: {reason}"));
        }
        Ok(Some(Self { holder }))
    }

    /// A command on the copy, as root.
    pub fn command(&self, program: &str) -> Result<Command> {
        let holder = self.holder.id().context("the copy is gone")?;
        let mut command = Command::new("nsenter");
        command.args(["--target", &holder.to_string(), "--mount"]);
        command.args(["--root", "--wd", "--", program]);
        command.kill_on_drop(true).stdin(Stdio::null());
        command.env_clear();
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        Ok(command)
    }

    /// Runs a command on the copy to its end, as root.
    pub async fn run(&self, program: &str, arguments: &[&str]) -> Result<Said> {
        let ending = self.command(program)?.args(arguments).output();
        let ended = timeout(PATIENCE, ending)
            .await
            .with_context(|| format!("`{program} {}` does not end", arguments.join(" ")))??;
        let text = [ended.stdout, ended.stderr].concat();
        Ok(Said {
            code: ended.status.code(),
            text: String::from_utf8_lossy(&text).into_owned(),
        })
    }

    /// Runs a command on the copy that must end well, and returns what it said.
    pub async fn done(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let said = self.run(program, arguments).await?;
        if said.code != Some(0) {
            bail!("`{program} {}`: {said:?}", arguments.join(" "));
        }
        Ok(said.text)
    }
}
