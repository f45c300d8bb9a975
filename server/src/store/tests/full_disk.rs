use super::*;
use std::fs::File;
use std::io::Write;
use std::process::Command;

/// A small file system in memory, which only root can make.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn mount(mebibytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={mebibytes}m"), "tmpfs"])
            .arg(folder.path())
            .status();
        let is_mounted = mounted.is_ok_and(|status| status.success());
        if !is_mounted {
            eprintln!("SKIPPED: no small disk can be mounted here; this test needs Linux and root");
        }
        is_mounted.then_some(Self(folder))
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// Leaves no byte free.
    fn fill(&self) {
        for size in [1 << 20, 4096, 1] {
            let mut filler = File::options()
                .create(true)
                .append(true)
                .open(self.filler())
                .unwrap();
            while filler.write_all(&vec![7; size]).is_ok() {}
        }
    }

    fn make_room(&self) {
        fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.0.path().join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount")
            .arg("--lazy")
            .arg(self.0.path())
            .status();
    }
}

/// The documents of a test, and what the store has promised to keep of them.
struct Promised {
    kept: Vec<Vec<StoredChange>>,
    next: u32,
}

impl Promised {
    /// Of so many documents.
    fn to(documents: usize) -> Self {
        Self {
            kept: vec![Vec::new(); documents],
            next: 0,
        }
    }

    fn append(&mut self, store: &SledStore, number: u8) -> Result<(), StoreError> {
        self.next += 1;
        let text = [self.next.to_be_bytes().as_slice(), &[number; 900]].concat();
        let change = change(&text);
        store.append(&[(document(number), vec![change.clone()])])?;
        self.kept[usize::from(number)].push(change);
        Ok(())
    }

    fn assert_readable(&self, store: &SledStore) {
        for (number, changes) in (0..).zip(&self.kept) {
            let found = store.load(document(number)).unwrap().unwrap();
            // What was refused may be there, since it may have reached the disk.
            let mut promised = changes.iter();
            let mut awaited = promised.next();
            for change in &found {
                if Some(change) == awaited {
                    awaited = promised.next();
                }
            }
            assert_eq!(awaited, None, "document {number} lost what was promised");
        }
    }
}

#[test]
fn on_a_full_disk_everything_is_read_nothing_is_promised_and_room_is_enough_to_go_on() {
    let Some(disk) = SmallDisk::mount(24) else {
        return;
    };
    let store = SledStore::open(&disk.data()).unwrap();
    let mut promised = Promised::to(40);
    for _ in 0..20 {
        for number in 0..40 {
            promised.append(&store, number).unwrap();
        }
    }
    for _ in 0..3 {
        disk.fill();
        // What room sled has taken already is used up first.
        let refused = (0..20_000).find_map(|at| promised.append(&store, at as u8 % 40).err());
        assert_eq!(refused, Some(StoreError::Full));
        promised.assert_readable(&store);
        for number in 0..10 {
            assert_eq!(promised.append(&store, number), Err(StoreError::Full));
        }
        promised.assert_readable(&store);
        assert_eq!(
            store.append(&[(document(99), vec![change(b"new")])]),
            Err(StoreError::Full)
        );
        assert!(matches!(store.rewrite(), Err(StoreError::Full)));
        promised.assert_readable(&store);

        disk.make_room();
        for number in 0..40 {
            promised.append(&store, number).unwrap();
        }
        promised.assert_readable(&store);
        store.rewrite().unwrap();
    }
    drop(store);
    promised.assert_readable(&SledStore::open(&disk.data()).unwrap());
}

#[test]
fn a_store_opens_on_a_full_disk() {
    let Some(disk) = SmallDisk::mount(24) else {
        return;
    };
    let store = SledStore::open(&disk.data()).unwrap();
    let mut promised = Promised::to(40);
    for number in 0..40 {
        promised.append(&store, number).unwrap();
    }
    drop(store);
    disk.fill();
    let store = SledStore::open(&disk.data()).unwrap();
    promised.assert_readable(&store);
    disk.make_room();
    promised.append(&store, 1).unwrap();
    promised.assert_readable(&store);
}
