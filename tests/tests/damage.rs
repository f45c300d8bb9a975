//! Files of a relay that were torn, zeroed or changed on its disk: it starts with what is left and phones bring back the rest, or it says
//! what to do.

use anyhow::{Context, Result, ensure};
use maillage_shared::id::DocumentId;
use maillage_shared::records::Section;
use maillage_tests::campaign::{Campaign, Run};
use maillage_tests::device::{Device, random};
use maillage_tests::javascript::JavascriptPeer;
use maillage_tests::line::Line;
use maillage_tests::meeting::{Meeting, Promised};
use maillage_tests::relay::{self, Relay};
use maillage_tests::samod_peer::SamodPeer;
use maillage_tests::sheet;
use maillage_tests::until::{eventually, when};
use rand::RngExt;
use rand::seq::IndexedRandom;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What the disk did to a file.
#[derive(Debug, Clone, Copy)]
enum Damage {
    TornTail,
    ZeroedPage,
    FlippedByte,
}

const PAGE_BYTES: usize = 4096;

impl Damage {
    const ALL: [Self; 3] = [Self::TornTail, Self::ZeroedPage, Self::FlippedByte];

    /// The file as it is then; the place is drawn.
    fn befall(self, whole: &[u8], run: &mut Run) -> Vec<u8> {
        let mut content = whole.to_vec();
        let at = run.dice.random_range(0..content.len());
        match self {
            Self::TornTail => content.truncate(at),
            Self::ZeroedPage => {
                let start = at - at % PAGE_BYTES;
                let end = content.len().min(start + PAGE_BYTES);
                content[start..end].fill(0);
            }
            Self::FlippedByte => content[at] ^= 1 << run.dice.random_range(0..8),
        }
        content
    }
}

/// What `maillage check` says of each document: how many changes it has and what state it is in.
async fn checked(data: &Path) -> Result<BTreeMap<DocumentId, (usize, String)>> {
    let ended = relay::run(&["check", "--data", name(data)?]).await?;
    let rows = ended.output.lines().filter_map(|line| {
        let (document, rest) = line.split_once(' ')?;
        let mut columns = rest.split_whitespace();
        let changes = columns.nth(1)?.parse().ok()?;
        let state: Vec<&str> = columns.skip(1).collect();
        Some((document.parse().ok()?, (changes, state.join(" "))))
    });
    Ok(rows.collect())
}

fn name(path: &Path) -> Result<&str> {
    path.to_str().context("a folder's name is not Unicode")
}

/// Every file that a stopped relay has left, without those that hold nothing.
fn files(data: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![data.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            let is_idle = ["lock", "reserve"]
                .iter()
                .any(|name| entry.file_name() == *name);
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() && !is_idle && entry.metadata()?.len() > 0 {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Files of one kind are as likely as those of another, however many or long they are.
fn draw_file(data: &Path, run: &mut Run) -> Result<PathBuf> {
    let mut kinds: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for file in files(data)? {
        let path = file.strip_prefix(data)?.to_string_lossy().into_owned();
        let kind = match path.split_once('/') {
            Some(("snapshots", _)) => "snapshots".to_owned(),
            Some((_, map)) if map.starts_with("snap.") => "map".to_owned(),
            Some((_, inner)) => inner.to_owned(),
            None => path,
        };
        kinds.entry(kind).or_default().push(file);
    }
    let kinds: Vec<Vec<PathBuf>> = kinds.into_values().collect();
    let kind = kinds.choose(&mut run.dice).context("there is no file")?;
    let file = kind.choose(&mut run.dice).context("there is no file")?;
    Ok(file.clone())
}

/// Letters that cannot be packed, so that a sheet with them gets a file of its own.
fn long_words(run: &mut Run) -> String {
    (0..40_000)
        .map(|_| run.dice.random_range('a'..='z'))
        .collect()
}

/// Writes a store, damages one file, and says what came of it.
async fn survive(run: &mut Run) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let relay = Relay::start(&data).await?;
    let mut meeting = Meeting::begin(relay.address()).await?;
    let (first, own) = meeting.first_sheet()?;
    sheet::append(first, own, Section::Need, &long_words(run))?;
    meeting.start_writing();
    meeting
        .has_been_promised(run.dice.random_range(40..200))
        .await?;
    if run.dice.random() {
        let ended = relay::run(&["compact", "--data", name(&data)?]).await?;
        ensure!(ended.status.success(), "{ended:?}");
        let count = meeting.promised().count();
        meeting
            .has_been_promised(count + run.dice.random_range(1..60))
            .await?;
    }
    meeting.stop_writing().await?;
    let reader = Device::start(&relay.sync_url())?;
    meeting.converges_with(&reader).await?;
    drop(reader);
    let promised = meeting.promised();
    let address = relay.address();
    meeting.cut();
    relay.kill().await?;

    let file = draw_file(&data, run)?;
    let whole = fs::read(&file)?;
    let damage = *Damage::ALL.choose(&mut run.dice).context("no damage")?;
    fs::write(&file, damage.befall(&whole, run))?;
    let what = format!("{damage:?} of {}", file.strip_prefix(&data)?.display());
    let survived = async {
        let started = Relay::start_at(&data, address).await;
        let (relay, came_of_it) = match started {
            Ok(relay) => (relay, "started"),
            Err(_) => {
                let listen = address.to_string();
                let arguments = ["serve", "--listen", &listen, "--data", name(&data)?];
                let ended = relay::run(&arguments).await?;
                let last = ended.errors.lines().last().unwrap_or_default();
                ensure!(
                    last.starts_with("maillage: ") && last.contains("maillage restore"),
                    "{ended:?}"
                );
                // It has made nothing worse.
                fs::write(&file, &whole)?;
                (Relay::start_at(&data, address).await?, "refused")
            }
        };
        is_told_what_is_lost(&relay, &data, &promised).await?;
        meeting.mend();
        let reader = Device::start(&relay.sync_url())?;
        meeting.converges_with(&reader).await?;
        ensure!(relay.logged("a thread panicked") == 0, "a thread panicked");
        // The disk alone has all of it again.
        meeting.cut();
        drop(reader);
        relay.kill().await?;
        let relay = Relay::start_at(&data, address).await?;
        promised.is_kept_by(&relay).await?;
        Ok(format!("{what}: {came_of_it}"))
    };
    survived.await.context(what.clone())
}

/// Whatever is not there any more was named: its document in the log and by the check, or that the last writes are lost.
async fn is_told_what_is_lost(relay: &Relay, data: &Path, promised: &Promised) -> Result<()> {
    let table = checked(data).await?;
    for (document, count) in promised.documents() {
        let (changes, state) = table.get(&document).context("a document is forgotten")?;
        let is_named = state.starts_with("damaged") && relay.logged(&document.to_string()) > 0;
        let lost_writes = relay.logged("the store has lost what it wrote last") > 0;
        ensure!(
            *changes >= count || is_named || lost_writes,
            "{document} has {changes} of {count} changes and is called {state}"
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_torn_zeroed_or_changed_part_of_any_file_is_told_and_comes_back() -> Result<()> {
    for mut run in Campaign::begin()?.runs() {
        let survived = survive(&mut run).await;
        eprintln!("{}", run.tell(survived)?);
    }
    Ok(())
}

/// Leaves nothing of the documents but their names, and returns what the file holds instead of them.
fn destroy(data: &Path) -> Result<Vec<u8>> {
    let file = data.join("documents-1/db");
    let content = vec![0x5a; fs::read(&file)?.len()];
    fs::write(&file, &content)?;
    fs::remove_file(data.join("documents-1/journal"))?;
    Ok(content)
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_that_cannot_be_opened_are_set_aside_and_waited_for_until_a_phone_brings_them()
-> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let relay = Relay::start(&data).await?;
    let line = Line::to(relay.address()).await?;
    let writer = Device::start(&line.sync_url())?;
    let space = DocumentId::from_entropy(random()?);
    let mut sheets = Vec::new();
    for title in ["Atelier", "Verger", "Conciergerie"] {
        sheets.push(sheet::create(&writer, space, title, "Ici.")?);
    }
    writer.all_sent().await?;
    let address = relay.address();
    line.cut();
    let (_, stopped) = relay.terminate(maillage_tests::until::PATIENCE).await?;
    let destroyed = destroy(&data)?;

    let relay = stopped.start().await?;
    assert_eq!(relay.address(), address);
    assert_eq!(relay.logged("cannot be opened and are set aside"), 1);
    assert_eq!(fs::read(data.join("damaged-1/db"))?, destroyed);
    for (document, (changes, state)) in checked(&data).await? {
        assert!(sheets.contains(&document));
        assert!(
            changes == 0 && state.starts_with("damaged"),
            "{changes} {state}"
        );
    }
    // Nobody is told that there is no such document: who asks goes on waiting.
    let [for_samod, for_javascript, for_us] = sheets[..] else {
        panic!("not three sheets");
    };
    let samod = SamodPeer::start(&relay.sync_url()).await?;
    let javascript = JavascriptPeer::start(&relay.sync_url()).await?;
    let reader = Device::start(&relay.sync_url())?;
    reader.want(for_us);
    let asked = async {
        let (of_samod, of_javascript) =
            tokio::join!(samod.find(for_samod), javascript.find(for_javascript));
        of_javascript?;
        of_samod?.context("samod was told that there is no such sheet")
    };
    let mended = async {
        eventually("all three have asked", async || {
            let waiting = relay.logged("nothing is left of a document");
            let told = reader.unavailable();
            when(
                waiting == 3 && told == [for_us],
                format!("{waiting}, {told:?}"),
            )
        })
        .await?;
        line.mend();
        writer.all_sent().await
    };
    let (found, mended) = tokio::join!(asked, mended);
    mended?;
    assert_eq!(found?.heads(), writer.heads(for_samod));
    assert_eq!(
        javascript.heads(for_javascript).await?,
        writer.heads(for_javascript)
    );
    for id in &sheets {
        reader.find(*id).await?;
        assert_eq!(reader.heads(*id), writer.heads(*id));
    }
    // What was set aside stays, and is named as long as it is there.
    let ended = relay::run(&["check", "--data", name(&data)?]).await?;
    assert!(ended.status.success(), "{ended:?}");
    assert!(
        ended.output.contains("damaged-1 could not be opened"),
        "{ended:?}"
    );
    relay.kill().await?;
    let relay = Relay::start_at(&data, address).await?;
    assert_eq!(fs::read(data.join("damaged-1/db"))?, destroyed);
    let newcomer = Device::start(&relay.sync_url())?;
    newcomer.find(for_us).await
}
