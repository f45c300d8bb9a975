//! What the store costs on this machine: appends, a start with many documents, opening one, memory, and room on the disk.
//!
//! ```text
//! cargo run --release --package maillage-server --example store_figures [folder]
//! ```
//!
//! It writes some hundred MB below the folder, or below the system's folder for temporary files, and removes them.

use maillage_server::store::SledStore;
use maillage_shared::ChangeHash;
use maillage_shared::id::DocumentId;
use maillage_shared::store::{Store, StoredChange};
use sha2::{Digest, Sha256};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

const DOCUMENTS: u32 = 10_000;

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    if let [task, folder] = arguments.as_slice()
        && task == "start"
    {
        return start(Path::new(folder));
    }
    let below = arguments
        .first()
        .map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = below.join(format!("maillage-store-figures-{}", std::process::id()));
    let result = appends(&folder.join("appends"))
        .and_then(|()| many(&folder.join("many")))
        .and_then(|()| large(&folder.join("large")));
    fs::remove_dir_all(&folder)?;
    result
}

fn document(number: u32) -> DocumentId {
    let digest = Sha256::digest(number.to_be_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    DocumentId::from_entropy(bytes)
}

/// Histories of changes as long as a few typed words make them, each building on the one before.
struct Writer {
    last: Option<ChangeHash>,
    written: u32,
}

impl Writer {
    fn new() -> Self {
        Self {
            last: None,
            written: 0,
        }
    }

    fn next(&mut self) -> StoredChange {
        self.written += 1;
        // The head of a plain change chunk; the rest stands for one author's operations.
        let mut content = vec![u8::from(self.last.is_some())];
        content.extend(self.last.iter().flat_map(|hash| hash.0));
        content.extend([20; 20]);
        content.extend(self.written.to_be_bytes());
        content.extend(b"Reparation de velos, le mardi a l'atelier, avec les habitants");
        content.extend(&Sha256::digest(self.written.to_be_bytes())[..24]);
        let mut bytes = vec![0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, 1];
        bytes.extend([content.len() as u8 | 0x80, 1]);
        bytes.extend(content);
        let hash = ChangeHash(Sha256::digest(&bytes).into());
        self.last = Some(hash);
        StoredChange {
            hash,
            bytes: Arc::from(bytes),
        }
    }
}

/// Twenty documents, written to a hundred changes at a time.
fn appends(folder: &Path) -> Outcome {
    let store = SledStore::open(folder)?;
    let mut writers: Vec<Writer> = (0..20).map(|_| Writer::new()).collect();
    let mut bytes = 0;
    let mut took: Vec<Duration> = Vec::new();
    for _ in 0..2_000 {
        let batch: Vec<_> = writers
            .iter_mut()
            .zip(0..)
            .map(|(writer, number)| (document(number), (0..5).map(|_| writer.next()).collect()))
            .collect();
        bytes += batch
            .iter()
            .flat_map(|(_, changes): &(_, Vec<StoredChange>)| changes)
            .map(|change| change.bytes.len())
            .sum::<usize>();
        let start = Instant::now();
        store.append(&batch)?;
        took.push(start.elapsed());
    }
    let total: Duration = took.iter().sum();
    took.sort();
    println!(
        "appends: 200,000 of {} bytes, 100 at a time: {:.0} a second; p50 {:?}, p99 {:?}",
        bytes / 200_000,
        200_000.0 / total.as_secs_f64(),
        took[took.len() / 2],
        took[took.len() * 99 / 100]
    );
    let mut alone: Vec<Duration> = Vec::new();
    for _ in 0..1_000 {
        let batch = [(document(0), vec![writers[0].next()])];
        let start = Instant::now();
        store.append(&batch)?;
        alone.push(start.elapsed());
    }
    alone.sort();
    println!(
        "one change alone: p50 {:?}, p99 {:?}",
        alone[500], alone[990]
    );
    room("after the appends", folder)?;
    gains(&store, folder)
}

/// What putting everything together gives back.
fn gains(store: &SledStore, folder: &Path) -> Outcome {
    let start = Instant::now();
    store.rewrite()?;
    println!("written anew in {:?}; {:?}", start.elapsed(), store.room()?);
    room("after writing anew", folder)
}

fn room(when: &str, folder: &Path) -> Outcome {
    println!(
        "{when}: {:.1} MiB on the disk",
        size(folder)? as f64 / 1024.0 / 1024.0
    );
    Ok(())
}

fn size(folder: &Path) -> Result<u64, Box<dyn Error>> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() {
            size(&entry.path())?
        } else {
            entry.metadata()?.len()
        };
    }
    Ok(bytes)
}

/// Ten thousand documents of thirty changes.
fn many(folder: &Path) -> Outcome {
    let store = SledStore::open(folder)?;
    for first in (0..DOCUMENTS).step_by(100) {
        let batch: Vec<_> = (first..first + 100)
            .map(|number| {
                let mut writer = Writer::new();
                (document(number), (0..30).map(|_| writer.next()).collect())
            })
            .collect();
        store.append(&batch)?;
    }
    drop(store);
    println!("{DOCUMENTS} documents of thirty changes, as they were appended:");
    start_alone(folder)?;
    let store = SledStore::open(folder)?;
    gains(&store, folder)?;
    drop(store);
    start_alone(folder)
}

/// A start in a process of its own, whose memory nothing else has used.
fn start_alone(folder: &Path) -> Outcome {
    let status = Command::new(std::env::current_exe()?)
        .arg("start")
        .arg(folder)
        .status()?;
    status
        .success()
        .then_some(())
        .ok_or("the start failed".into())
}

fn start(folder: &Path) -> Outcome {
    let before = memory()?;
    let start = Instant::now();
    let store = SledStore::open(folder)?;
    let took = start.elapsed();
    let opened = memory()? - before;
    println!("a start: {took:?}, {opened} KiB of memory");
    let start = Instant::now();
    for number in 0..1_000 {
        store.load(document(number * 7))?;
    }
    let took = start.elapsed() / 1_000;
    let opened = memory()? - before;
    println!("opening one of them: {took:?}; {opened} KiB of memory after a thousand");
    Ok(())
}

/// Resident memory in KiB, as Linux counts it.
fn memory() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("no VmRSS")?.parse()?)
}

/// A document of 100 KB, in changes and put together.
fn large(folder: &Path) -> Outcome {
    let store = SledStore::open(folder)?;
    let mut writer = Writer::new();
    let mut changes = Vec::new();
    while changes
        .iter()
        .map(|change: &StoredChange| change.bytes.len())
        .sum::<usize>()
        < 100_000
    {
        changes.push(writer.next());
    }
    store.append(&[(document(0), changes.clone())])?;
    for what in ["as appended", "put together"] {
        let start = Instant::now();
        for _ in 0..100 {
            store.load(document(0))?;
        }
        println!(
            "opening 100 KB in {} changes, {what}: {:?}",
            changes.len(),
            start.elapsed() / 100
        );
        store.compact(document(0))?;
    }
    Ok(())
}
