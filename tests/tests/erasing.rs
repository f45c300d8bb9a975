//! What is erased is gone: from the relay's disk, from every phone, and from backups that are put back. Words are struck out of a document
//! by one that is written anew. Against the built relay.

use anyhow::{Context, Result, ensure};
use maillage_shared::identity::Role;
use maillage_shared::records::Section;
use maillage_shared::roster::{Answer, Denied, Heads, Request};
use maillage_shared::strike::Strike;
use maillage_shared::{change::ChangeRecord, doc::Document, id::DocumentId};
use maillage_tests::device::{Device, now};
use maillage_tests::house::{House, lines};
use maillage_tests::javascript::JavascriptPeer;
use maillage_tests::line::Line;
use maillage_tests::relay::{self, Relay};
use maillage_tests::sheet;
use maillage_tests::until::{eventually, when};
use std::fs;
use std::path::Path;

/// Nothing else in the world is called so.
const NAME: &str = "Zulmira Quettehou";

fn erasing(house: &House, document: DocumentId) -> Request {
    Request::EraseDocument {
        space: house.space,
        document,
    }
}

/// Writes the document anew without the name, and has the relay replace the old one.
async fn strike(house: &House, striker: &Device, old: DocumentId) -> Result<DocumentId> {
    let (new, heads) = written_anew(striker, old)?;
    striker.all_sent().await?;
    let answer = striker.ask(&replacing(house, old, new, heads)).await?;
    ensure!(answer == Answer::Done, "{answer:?}");
    Ok(new)
}

fn replacing(house: &House, document: DocumentId, with: DocumentId, heads: Heads) -> Request {
    Request::Replace {
        space: house.space,
        document,
        with,
        heads,
    }
}

fn written_anew(striker: &Device, old: DocumentId) -> Result<(DocumentId, Heads)> {
    let strike = Strike::new(NAME, "[rayé]").context("no words")?;
    let actor = striker.actor();
    let (rewritten, heads): (Result<(Document, ChangeRecord), _>, _) =
        striker.read(old, |document| {
            let rewritten = strike.rewrite(old, document, actor, now());
            (rewritten, Heads(document.heads()))
        })?;
    let (document, genesis) = rewritten?;
    Ok((striker.create(document, genesis)?, heads))
}

async fn is_gone(device: &Device, id: DocumentId) -> Result<()> {
    eventually("the phone forgets", async || {
        let here = device.documents().contains(&id);
        let seen = format!("{:?} {:?}", device.status(), device.troubles());
        when(
            device.is_gone(id) && !here && device.kept(id).is_empty(),
            seen,
        )
    })
    .await
}

/// Waits until the relay has let go of a document on its disk too.
async fn is_off_the_disk(house: &House, id: DocumentId) -> Result<()> {
    eventually("the relay's disk has let go", async || {
        let rows = lines(house.data(), &["check"]).await;
        let rows = rows.map_err(|error| format!("{error:#}"))?;
        let row = rows.iter().find(|row| row.starts_with(&id.to_string()));
        when(row.is_none(), format!("{row:?}"))
    })
    .await
}

/// Files of a folder in which these words stand, in the clear.
fn files_with(folder: &Path, words: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_with(&path, words)?);
            continue;
        }
        // The control socket cannot be read.
        let Ok(content) = fs::read(&path) else {
            continue;
        };
        if content
            .windows(words.len())
            .any(|part| part == words.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
    Ok(found)
}

/// A house with a sheet in which the name stands, and somebody who has it.
async fn with_sheet() -> Result<(House, Device, DocumentId)> {
    let house = House::open().await?;
    let sheet = sheet::create(
        &house.host,
        house.space,
        "Vélos",
        &format!("Demandé par {NAME}."),
    )?;
    house.host.all_sent().await?;
    let member = house.with(Role::Volunteer, "Amina").await?;
    member.find(sheet).await?;
    Ok((house, member, sheet))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_team_erases_leaves_the_disk_and_every_phone() -> Result<()> {
    let (house, member, sheet) = with_sheet().await?;
    let answer = house.host.ask(&erasing(&house, sheet)).await?;
    assert_eq!(answer, Answer::Done);
    // Asked again, since an answer may be lost.
    assert_eq!(house.host.ask(&erasing(&house, sheet)).await?, Answer::Done);
    is_gone(&house.host, sheet).await?;
    is_gone(&member, sheet).await?;
    is_off_the_disk(&house, sheet).await?;
    assert_eq!(files_with(house.data(), NAME)?, Vec::<String>::new());
    // Somebody new is told, and a program of another make finds nothing.
    let late = house.with(Role::Volunteer, "Luc").await?;
    late.want(sheet);
    is_gone(&late, sheet).await?;
    let printed = lines(house.data(), &["ticket", "--role", "volunteer"]).await?;
    let program =
        JavascriptPeer::start(&house.relay.sync_url().replace("/sync", &printed[0])).await?;
    ensure!(program.find(sheet).await.is_err(), "a program reads it");
    // A stranger is not told that it ever was.
    let stranger = Device::start(&house.relay.sync_url())?;
    stranger.want(sheet);
    eventually("the stranger hears that there is nothing", async || {
        let unavailable = stranger.unavailable();
        when(unavailable.contains(&sheet), format!("{unavailable:?}"))
    })
    .await?;
    ensure!(!stranger.is_gone(sheet), "a stranger learns what was there");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_team_erases_and_strikes() -> Result<()> {
    let (house, member, sheet) = with_sheet().await?;
    let stranger = Device::start(&house.relay.sync_url())?;
    let guest = house.with(Role::Guest, "Guest").await?;
    let facilitator = house.with(Role::Facilitator, "Facilitator").await?;
    let (new, heads) = written_anew(&member, sheet)?;
    member.all_sent().await?;
    for device in [&member, &stranger, &guest, &facilitator] {
        for request in [
            erasing(&house, sheet),
            replacing(&house, sheet, new, heads.clone()),
        ] {
            let answer = device.ask(&request).await?;
            assert_eq!(answer, Answer::Denied(Denied::NotAllowed));
        }
    }
    // Nor does the team erase a territory, what is not there, or replace a document by one that is not its own.
    let other = sheet::create(&house.host, house.space, "Autre", "")?;
    house.host.all_sent().await?;
    for request in [
        erasing(&house, house.space),
        erasing(&house, DocumentId::from_entropy([1; 16])),
        replacing(&house, sheet, other, heads.clone()),
        replacing(&house, sheet, sheet, heads.clone()),
        replacing(&house, other, new, heads.clone()),
    ] {
        let answer = house.host.ask(&request).await?;
        assert_eq!(answer, Answer::Denied(Denied::Unknown), "{request:?}");
    }
    // What somebody wrote meanwhile is not lost on the way.
    sheet::append(&member, sheet, Section::Tasks, "Réparer. ")?;
    member.all_sent().await?;
    let answer = house
        .host
        .ask(&replacing(&house, sheet, new, heads))
        .await?;
    assert_eq!(answer, Answer::Denied(Denied::Changed));
    ensure!(!member.is_gone(sheet), "it is gone all the same");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_was_offline_forgets_and_nothing_it_wrote_brings_the_document_back()
-> Result<()> {
    let (house, _, sheet) = with_sheet().await?;
    let line = Line::to(house.relay.address()).await?;
    let far = Device::start(&line.sync_url())?;
    far.join(&house.invite(Role::Volunteer, 1).await?.link, "Luc")
        .await?;
    far.find(sheet).await?;
    far.is_vouched_for(sheet).await?;
    line.cut();
    eventually("the line is cut", async || {
        let status = far.status();
        when(
            status.link != maillage_shared::sync::client::LinkState::Online,
            format!("{status:?}"),
        )
    })
    .await?;
    sheet::append(&far, sheet, Section::Tasks, "Réparer. ")?;
    assert_eq!(house.host.ask(&erasing(&house, sheet)).await?, Answer::Done);
    is_off_the_disk(&house, sheet).await?;
    line.mend();
    is_gone(&far, sheet).await?;
    far.all_sent().await?;
    is_off_the_disk(&house, sheet).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_struck_is_nowhere_and_phones_follow_to_the_new_document() -> Result<()> {
    let (house, member, old) = with_sheet().await?;
    sheet::append(&member, old, Section::Tasks, "Réparer. ")?;
    member.all_sent().await?;
    let line = Line::to(house.relay.address()).await?;
    let far = Device::start(&line.sync_url())?;
    far.join(&house.invite(Role::Volunteer, 1).await?.link, "Luc")
        .await?;
    far.find(old).await?;
    line.cut();
    eventually("the line is cut", async || {
        let status = far.status();
        when(
            status.link != maillage_shared::sync::client::LinkState::Online,
            format!("{status:?}"),
        )
    })
    .await?;
    sheet::append(&far, old, Section::Tasks, "Sans réseau. ")?;
    eventually("the host has all of it", async || {
        let (host, member) = (house.host.heads(old), member.heads(old));
        when(host == member, format!("{host:?} {member:?}"))
    })
    .await?;
    let new = strike(&house, &house.host, old).await?;
    for device in [&house.host, &member] {
        is_gone(device, old).await?;
        assert_eq!(device.stands_for(old), Some(new));
    }
    member.find(new).await?;
    let read = sheet::read(&member, new)?;
    assert_eq!(read.sections.text(Section::Need), "Demandé par [rayé].");
    assert_eq!(read.sections.text(Section::Tasks), "Réparer. ");
    ensure!(member.lost_words().is_empty(), "{:?}", member.lost_words());
    // No phone holds the name in any byte, nor does the relay.
    for device in [&house.host, &member] {
        for id in device.documents() {
            let changes: Vec<ChangeRecord> = device.read(id, Document::changes)?;
            let all = format!("{:?}", changes.iter().map(decoded).collect::<Vec<_>>());
            ensure!(!all.contains("Zulmira"), "{id} still says the name");
        }
    }
    is_off_the_disk(&house, old).await?;
    assert_eq!(files_with(house.data(), "Zulmira")?, Vec::<String>::new());
    // Whoever had no network keeps their words, and nothing else of the old document.
    line.mend();
    is_gone(&far, old).await?;
    assert_eq!(far.lost_words(), ["Sans réseau. "]);
    assert_eq!(far.stands_for(old), Some(new));
    far.find(new).await?;
    // The record says that it was done, and not what was struck out.
    let record = house
        .host
        .ask(&Request::Record { space: house.space })
        .await?;
    ensure!(!format!("{record:?}").contains("Zulmira"), "{record:?}");
    Ok(())
}

fn decoded(change: &ChangeRecord) -> String {
    let change = automerge::Change::from_bytes(change.bytes.to_vec());
    format!("{:?}", change.map(|change| change.decode()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_put_back_brings_back_neither_the_erased_nor_old_members() -> Result<()> {
    let (house, member, old) = with_sheet().await?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("backup");
    let name = |path: &Path| path.to_str().map(str::to_owned).context("not Unicode");
    lines(house.data(), &["backup", "--to", &name(&file)?]).await?;
    let new = strike(&house, &house.host, old).await?;
    let leaver = house.with(Role::Volunteer, "Partie").await?;
    house
        .make(&leaver, maillage_shared::identity::Roles::NONE)
        .await?;
    is_off_the_disk(&house, old).await?;
    let before = eventually("the phone knows who was removed", async || {
        let members = house.host.members(house.space).ok_or("nobody is known")?;
        let card = members.card_of(leaver.person());
        let is_out = card.is_some_and(|card| card.roles.is_empty());
        when(is_out, format!("{members:?}")).map(|()| members.clone())
    })
    .await?;
    let data = house.data().to_path_buf();
    let (space, kept) = (house.space, folder.path().join("kept"));
    let (forgetful, careful) = (folder.path().join("without"), folder.path().join("with"));
    // The relay's machine breaks down; of its folder the records are left.
    copy(&data.join("access"), &kept.join("access"))?;
    let (relay, host) = house.into_relay_and_host();
    let stopped = relay.kill().await?;
    for (to, replacing) in [(&forgetful, None), (&careful, Some(&kept))] {
        let mut command = vec!["restore".to_owned(), "--from".to_owned(), name(&file)?];
        command.extend(["--data".to_owned(), name(to)?]);
        if let Some(replacing) = replacing {
            command.extend(["--replacing".to_owned(), name(replacing)?]);
        }
        let command: Vec<&str> = command.iter().map(String::as_str).collect();
        let ended = relay::run(&command).await?;
        ensure!(ended.status.success(), "{ended:?}");
    }
    drop(stopped);
    // With what was left of the folder, everything stays erased, and whoever was removed stays so.
    let restored = Relay::start_asking(&careful).await?;
    let rows = lines(&careful, &["check"]).await?;
    ensure!(
        rows.iter().all(|row| !row.starts_with(&old.to_string())),
        "{rows:?}"
    );
    let again = member.twin(&restored.sync_url())?;
    again.want(old);
    is_gone(&again, old).await?;
    let told = again.ask(&Request::Record { space }).await?;
    assert_eq!(told, Answer::Denied(Denied::NotAllowed));
    let left = leaver.twin(&restored.sync_url())?;
    left.want(new);
    eventually("whoever was removed reads nothing", async || {
        let unavailable = left.unavailable();
        when(unavailable.contains(&new), format!("{unavailable:?}"))
    })
    .await?;
    restored.kill().await?;
    // Without it, what phones are told is newer than what they know all the same.
    let restored = Relay::start_asking(&forgetful).await?;
    let again = member.twin(&restored.sync_url())?;
    let members = eventually("the restored relay says who is who", async || {
        again.members(space).ok_or("nothing yet")
    })
    .await?;
    ensure!(members.epoch < before.epoch, "{members:?}");
    ensure!(members.is_as_new_as(&before), "{members:?} {before:?}");
    drop(host);
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_is_killed_has_erased_or_not_and_never_half() -> Result<()> {
    let (mut house, member, _) = with_sheet().await?;
    for round in 0..6u8 {
        let sheet = sheet::create(&house.host, house.space, &format!("Fiche {round}"), NAME)?;
        house.host.all_sent().await?;
        member.find(sheet).await?;
        let request = erasing(&house, sheet);
        // Killed while it is asked: at once, or as soon as it has answered.
        let asked = async { house.host.ask(&request).await };
        let answered = if round % 2 == 0 {
            Some(asked.await?)
        } else {
            let moment = std::time::Duration::from_millis(u64::from(round));
            tokio::time::timeout(moment, asked).await.ok().transpose()?
        };
        house = house.after_a_kill().await?;
        let host = house.host.twin(&house.relay.sync_url())?;
        let member = member.twin(&house.relay.sync_url())?;
        member.want(sheet);
        host.want(sheet);
        let outcome = eventually("everyone agrees on what became of it", async || {
            let gone = [&host, &member].map(|device| device.is_gone(sheet));
            let here = [&host, &member].map(|device| !device.heads(sheet).is_empty());
            match (gone, here) {
                ([true, true], [false, false]) => Ok(true),
                ([false, false], [true, true]) => Ok(false),
                seen => Err(format!("{seen:?}")),
            }
        })
        .await?;
        ensure!(
            outcome || answered.is_none(),
            "what was answered did not hold"
        );
        if outcome {
            is_off_the_disk(&house, sheet).await?;
        }
        house.host = host;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_erases_with_and_without_a_running_relay() -> Result<()> {
    let (house, member, sheet) = with_sheet().await?;
    lines(house.data(), &["erase", "--document", &sheet.to_string()]).await?;
    is_gone(&member, sheet).await?;
    is_off_the_disk(&house, sheet).await?;
    let other = sheet::create(&house.host, house.space, "Autre", NAME)?;
    house.host.all_sent().await?;
    let data = house.data().to_path_buf();
    let folder = tempfile::tempdir()?;
    let (space, data_copy) = (house.space, folder.path().join("data"));
    let ended = relay::run(&[
        "backup",
        "--data",
        data.to_str().context("path")?,
        "--to",
        folder.path().join("b").to_str().context("path")?,
    ])
    .await?;
    ensure!(ended.status.success(), "{ended:?}");
    let to = data_copy.to_str().context("path")?;
    let from = folder.path().join("b");
    let from = from.to_str().context("path")?;
    let ended = relay::run(&["restore", "--data", to, "--from", from]).await?;
    ensure!(ended.status.success(), "{ended:?}");
    let named = other.to_string();
    lines(&data_copy, &["erase", "--document", &named]).await?;
    let rows = lines(&data_copy, &["check"]).await?;
    ensure!(rows.iter().all(|row| !row.starts_with(&named)), "{rows:?}");
    let twice = relay::run(&["erase", "--document", &space.to_string(), "--data", to]).await?;
    ensure!(!twice.status.success(), "a territory was erased");
    Ok(())
}
