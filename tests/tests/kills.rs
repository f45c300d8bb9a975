//! The relay is killed at any moment, whatever it is doing (SIGKILL): nothing that it has acknowledged is lost, and everyone ends with the
//! same. How often, and at which moments, see [`maillage_tests::campaign`].

use anyhow::{Context, Result, ensure};
use maillage_tests::campaign::{Campaign, Run};
use maillage_tests::device::Device;
use maillage_tests::meeting::{Meeting, Promised};
use maillage_tests::relay::{self, Relay};
use maillage_tests::until::{eventually, when};
use rand::RngExt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// What the relay is asked to do, again and again, until it is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chore {
    Nothing,
    Compact,
    Backup,
}

/// A relay that is killed and started again on the same folder.
struct Victim {
    relay: Relay,
    folder: TempDir,
    /// Of all runs so far.
    promised: Promised,
    /// How often what was asked for was done, in all runs.
    done: Arc<AtomicUsize>,
}

impl Victim {
    async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        // Something to write anew and to back up.
        relay::demonstration(&data).await?;
        Ok(Self {
            relay: Relay::start(&data).await?,
            folder,
            promised: Promised::default(),
            done: Arc::default(),
        })
    }

    /// Kills the relay at a drawn moment under load, and checks what is there afterwards. Returns how many changes were on their way.
    async fn suffer(self, run: &mut Run, chore: Chore) -> Result<(Self, usize)> {
        let Self {
            relay,
            folder,
            mut promised,
            done,
        } = self;
        let data = folder.path().join("data");
        let mut meeting = Meeting::begin(relay.address()).await?;
        meeting.start_writing();
        let backups = folder.path().join(format!("backups-{}", run.number));
        let is_over = Arc::new(AtomicBool::new(false));
        let asked = match chore {
            Chore::Nothing => None,
            Chore::Compact => Some(tokio::spawn(compact(
                data.clone(),
                Arc::clone(&is_over),
                Arc::clone(&done),
            ))),
            Chore::Backup => Some(tokio::spawn(back_up(
                data.clone(),
                backups.clone(),
                Arc::clone(&is_over),
                Arc::clone(&done),
            ))),
        };
        // A backup that begins from now on holds all of this.
        let before = meeting.promised();
        meeting
            .has_been_promised(before.count() + run.dice.random_range(1..60))
            .await?;
        if chore != Chore::Nothing {
            // At least once in a campaign it comes to its end.
            eventually("what was asked for is done", async || {
                let count = done.load(Ordering::Relaxed);
                when(count > 0, count)
            })
            .await?;
        }
        meeting.guest_writes("moi aussi. ")?;
        // What the relay does at this moment, between two of its events or in the middle of one, is left to chance.
        let reached = meeting.promised().count() + run.dice.random_range(0..30);
        meeting.has_been_promised(reached).await?;
        // Whoever asked for the backup may be the one who dies.
        let asked = match asked {
            Some(asked) if chore == Chore::Backup && run.dice.random() => {
                end(asked).await;
                None
            }
            asked => asked,
        };
        let under_way = meeting.under_way();
        let stopped = relay.kill().await?;
        is_over.store(true, Ordering::Relaxed);
        // The relay's disk alone must answer now: nobody brings anything.
        meeting.cut();
        meeting.stop_writing().await?;
        if let Some(asked) = asked {
            asked.await.context("what was asked for panicked")??;
        }
        let told = meeting.promised();
        let relay = stopped.start().await?;
        told.is_kept_by(&relay).await?;
        ensure!(relay.logged("lost") == 0, "the store has lost something");
        ensure!(relay.logged("damaged") == 0, "a document is damaged");
        if chore == Chore::Backup {
            assert_whole_or_refused(&backups, &before).await?;
        }
        meeting.mend();
        let reader = Device::start(&relay.sync_url())?;
        meeting.converges_with(&reader).await?;
        promised.extend(meeting.promised());
        let victim = Self {
            relay,
            folder,
            promised,
            done,
        };
        Ok((victim, under_way))
    }
}

/// Kills a relay as often as the campaign says, each time at another moment.
async fn kill_during(chore: Chore) -> Result<()> {
    let mut victim = Victim::start().await?;
    let (mut kills, mut in_the_middle, mut count) = (0, 0, 0);
    for mut run in Campaign::begin()?.runs() {
        let suffered = victim.suffer(&mut run, chore).await;
        let under_way;
        (victim, under_way) = run.tell(suffered)?;
        kills += 1;
        in_the_middle += usize::from(under_way > 0);
        count = victim.promised.count();
    }
    let done = victim.done.load(Ordering::Relaxed);
    eprintln!(
        "{chore:?}: {kills} kills, {in_the_middle} of them with changes on their way, {count} changes were promised, {done} chores were done"
    );
    ensure!(
        in_the_middle * 2 > kills,
        "the relay was mostly killed at rest"
    );
    // What was promised in earlier runs has survived the later kills too.
    victim.promised.is_kept_by(&victim.relay).await
}

/// Ends a task and whatever process it waits for (SIGKILL).
async fn end<T>(task: JoinHandle<T>) {
    task.abort();
    // It was cancelled, or had ended before.
    let _ = task.await;
}

/// Asks for room again and again. What is under way when it is over is answered by nobody, or done without the relay.
async fn compact(data: PathBuf, is_over: Arc<AtomicBool>, done: Arc<AtomicUsize>) -> Result<()> {
    while !is_over.load(Ordering::Relaxed) {
        let ended = relay::run(&["compact", "--data", name(&data)?]).await?;
        done.fetch_add(usize::from(ended.status.success()), Ordering::Relaxed);
    }
    Ok(())
}

/// Makes one backup after the other. One that was reported complete is there from then on, and no other.
async fn back_up(
    data: PathBuf,
    backups: PathBuf,
    is_over: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
) -> Result<()> {
    fs::create_dir(&backups)?;
    for number in 0.. {
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        let file = backups.join(number.to_string());
        let arguments = ["backup", "--data", name(&data)?, "--to", name(&file)?];
        let ended = relay::run(&arguments).await?;
        ensure!(ended.status.success() == file.exists(), "{ended:?}");
        done.fetch_add(usize::from(ended.status.success()), Ordering::Relaxed);
    }
    Ok(())
}

/// A file with the name of a backup can be restored, and holds what was promised before; what is left of another one either does too, or
/// is refused for what it is.
async fn assert_whole_or_refused(backups: &Path, promised: &Promised) -> Result<()> {
    let mut files: Vec<PathBuf> = fs::read_dir(backups)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.sort();
    let (unfinished, mut whole): (Vec<_>, Vec<_>) = files
        .into_iter()
        .partition(|file| file.extension().is_some_and(|end| end == "new"));
    // The last of many says as much as all of them.
    let last = whole.pop();
    for file in last.iter().chain(&unfinished) {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        let arguments = ["restore", "--data", name(&data)?, "--from", name(file)?];
        let ended = relay::run(&arguments).await?;
        if ended.status.success() {
            promised.is_kept_by(&Relay::start(&data).await?).await?;
        } else {
            let says = "is no backup that can be restored";
            ensure!(
                last.as_ref() != Some(file),
                "a backup that was reported complete: {ended:?}"
            );
            ensure!(ended.errors.contains(says), "{ended:?}");
            ensure!(!data.exists(), "something was restored of half a backup");
        }
    }
    Ok(())
}

fn name(path: &Path) -> Result<&str> {
    path.to_str().context("a folder's name is not Unicode")
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_relay_is_killed() -> Result<()> {
    kill_during(Chore::Nothing).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_relay_is_killed_while_it_gives_back_room()
-> Result<()> {
    kill_during(Chore::Compact).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_whole_or_known_not_to_be_when_the_relay_or_whoever_asked_is_killed()
-> Result<()> {
    kill_during(Chore::Backup).await
}
