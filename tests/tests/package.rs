//! The Debian package, on a throw-away copy of this machine: what its unit starts, and what an upgrade and a removal leave alone.

use anyhow::{Context, Result};
use maillage_tests::machine::{GIVEN, Machine};
use maillage_tests::skipped::skipped;
use maillage_tests::unit::Unit;
use maillage_tests::{built, http, relay};
use std::path::Path;
use std::time::Duration;

const UNIT: &str = "/usr/lib/systemd/system/maillage.service";
const SETTINGS: &str = "/etc/default/maillage";
const DATA: &str = "/var/lib/maillage";

/// A machine on which the package was just installed, if there can be one.
async fn installed() -> Result<Option<Machine>> {
    if !Path::new("/usr/bin/dpkg").exists() {
        return skipped("there is no dpkg");
    }
    let Some(machine) = Machine::with(&built::package()?).await? else {
        return Ok(None);
    };
    machine.done("dpkg", &["--install", GIVEN]).await?;
    // The usual port may be taken here.
    let write = "echo 'MAILLAGE_LISTEN=127.0.0.1:0' >> \"$0\"";
    machine.done("sh", &["-c", write, SETTINGS]).await?;
    Ok(Some(machine))
}

async fn unit(machine: &Machine) -> Result<Unit> {
    let text = machine.done("cat", &[UNIT]).await?;
    let settings = machine.done("cat", &[SETTINGS]).await?;
    Unit::read(&text, &settings)
}

#[tokio::test(flavor = "multi_thread")]
async fn systemd_finds_nothing_wrong_with_the_unit() -> Result<()> {
    let Some(machine) = installed().await? else {
        return Ok(());
    };
    let said = machine.run("systemd-analyze", &["verify", UNIT]).await?;
    // Units of the machine itself may be wrong.
    let about_ours = said.text.lines().filter(|line| line.contains("maillage"));
    assert_eq!(about_ours.collect::<Vec<_>>(), Vec::<&str>::new());
    assert_eq!(said.code, Some(0), "{said:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_unit_starts_a_relay_that_can_be_backed_up_and_stops_in_time() -> Result<()> {
    let Some(machine) = installed().await? else {
        return Ok(());
    };
    let unit = unit(&machine).await?;
    assert_eq!(unit.one("User")?, "maillage");
    let mut process = unit.start(&machine).await?;
    let output = process.stdout.take().context("no standard output")?;
    let address = relay::first_address(output).await?;
    let answer = http::get(address, "/healthz", &[]).await?;
    assert_eq!((answer.status, answer.text()?.trim()), (200, "ok"));
    let owners = machine.done("stat", &["--format=%U %a", DATA]).await?;
    assert_eq!(owners.trim(), "maillage 700");

    let backup = ["-u", "maillage", "--", "maillage", "backup", "--data", DATA];
    let to = ["--to", "/var/lib/maillage/backup"];
    machine
        .done("runuser", &[backup.as_slice(), &to].concat())
        .await?;

    let id = process.id().context("the relay has ended")?;
    relay::ask_to_stop(id).await?;
    let patience = unit.one("TimeoutStopSec")?.parse()?;
    let ended = tokio::time::timeout(Duration::from_secs(patience), process.wait());
    assert_eq!(ended.await??.code(), Some(0));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_keeps_the_settings_and_a_removal_the_documents() -> Result<()> {
    let Some(machine) = installed().await? else {
        return Ok(());
    };
    unit(&machine).await?.prepare(&machine).await?;
    let demo = ["-u", "maillage", "--", "maillage", "demo", "--data", DATA];
    machine.done("runuser", &demo).await?;
    machine.done("dpkg", &["--install", GIVEN]).await?;
    let settings = machine.done("cat", &[SETTINGS]).await?;
    assert!(
        settings.ends_with("MAILLAGE_LISTEN=127.0.0.1:0\n"),
        "{settings}"
    );

    machine.done("dpkg", &["--purge", "maillage"]).await?;
    for gone in [UNIT, SETTINGS, "/usr/bin/maillage"] {
        let there = machine.run("test", &["-e", gone]).await?;
        assert_eq!(there.code, Some(1), "{gone} is still there");
    }
    let kept = machine.done("stat", &["--format=%U", "/var/lib/maillage/format"]);
    assert_eq!(kept.await?.trim(), "maillage");
    Ok(())
}
