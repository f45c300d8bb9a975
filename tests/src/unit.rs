//! A systemd unit, as far as it can be obeyed without systemd: folder, user, environment and command of a service.

use crate::machine::Machine;
use anyhow::{Context, Result};
use std::process::Stdio;
use tokio::process::Child;

/// A service's unit with the settings it reads.
#[derive(Debug)]
pub struct Unit {
    /// Directives in the order in which they were written.
    directives: Vec<(String, String)>,
    environment: Vec<(String, String)>,
}

impl Unit {
    /// Reads a unit and the file that its `EnvironmentFile` names, whose variables win.
    pub fn read(text: &str, settings: &str) -> Result<Self> {
        let directives = assignments(text);
        let own = directives.iter().filter(|(name, _)| name == "Environment");
        let own = own.map(|(_, value)| value.split_once('=').context("no variable"));
        let mut environment = Vec::new();
        for variable in own {
            let (name, value) = variable?;
            environment.push((name.to_owned(), value.to_owned()));
        }
        environment.extend(assignments(settings));
        Ok(Self {
            directives,
            environment,
        })
    }

    /// The value of a directive that is given once.
    pub fn one(&self, directive: &str) -> Result<&str> {
        let mut values = self.directives.iter().filter(|(name, _)| name == directive);
        let (_, value) = values.next().with_context(|| format!("no {directive}"))?;
        anyhow::ensure!(values.next().is_none(), "more than one {directive}");
        Ok(value)
    }

    /// Makes the service's folder as systemd does before it starts the service.
    pub async fn prepare(&self, machine: &Machine) -> Result<()> {
        let folder = format!("/var/lib/{}", self.one("StateDirectory")?);
        let owner = ["--owner", self.one("User")?, "--group", self.one("Group")?];
        let mode = ["--mode", self.one("StateDirectoryMode")?];
        let arguments = [["--directory"].as_slice(), &owner, &mode, &[&folder]].concat();
        machine.done("install", &arguments).await?;
        Ok(())
    }

    /// Starts the service's command as its user, without privileges, with standard output to read from.
    pub async fn start(&self, machine: &Machine) -> Result<Child> {
        self.prepare(machine).await?;
        let mut command = machine.command("setpriv")?;
        command.args(["--reuid", self.one("User")?, "--regid", self.one("Group")?]);
        command.args(["--init-groups", "--no-new-privs", "--inh-caps=-all", "--"]);
        command.args(self.one("ExecStart")?.split_whitespace());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdout(Stdio::piped());
        command.spawn().context("the service cannot be started")
    }
}

/// Lines `name=value`; comments and titles of sections are left out.
fn assignments(text: &str) -> Vec<(String, String)> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect()
}
