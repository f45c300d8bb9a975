use super::*;
use maillage_shared::ActorId;
use maillage_shared::change::ChangeRecord;
use maillage_shared::doc::Document;
use maillage_shared::id::DocumentId;
use maillage_shared::migrate;
use maillage_shared::store::{Store, StoredChange};
use maillage_shared::testing::contract::{change, document};
use maillage_shared::testing::fixtures;
use tempfile::TempDir;

/// A document of every schema.
fn documents() -> Vec<(DocumentId, Vec<StoredChange>)> {
    let read = fixtures::ALL.iter().zip(1u8..).map(|(content, number)| {
        let loaded = Document::load(content, ActorId::from([1])).unwrap();
        let changes = loaded.changes().iter().map(StoredChange::from).collect();
        (document(number), changes)
    });
    read.collect()
}

fn folder_with(documents: &[(DocumentId, Vec<StoredChange>)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    SledStore::open(folder.path())
        .unwrap()
        .append(documents)
        .unwrap();
    folder
}

fn check(data: &Path) -> (Report, String) {
    let mut table = Vec::new();
    let report = perform(data, Task::Check, &mut table).unwrap();
    (report, String::from_utf8(table).unwrap())
}

#[test]
fn a_restored_backup_holds_the_same_and_can_be_brought_up_to_date() {
    let documents = documents();
    assert!(documents.len() >= 3);
    let folder = folder_with(&documents);
    let name = SledStore::open(folder.path()).unwrap().relay().clone();
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("backup");
    assert!(back_up(folder.path(), &file).unwrap().is_well);
    let data = place.path().join("restored/data");
    assert!(restore(&data, &file, None).unwrap().is_well);

    let restored = SledStore::open(&data).unwrap();
    assert_eq!(*restored.relay(), name);
    for (document, changes) in documents {
        let found = restored.load(document).unwrap().unwrap();
        assert_eq!(found, changes);
        let records: Vec<ChangeRecord> = found
            .iter()
            .map(|change| ChangeRecord::parse(&change.bytes).unwrap())
            .collect();
        let mut read = Document::from_changes(&records, ActorId::from([1])).unwrap();
        let added = migrate::bring_up_to_date(&mut read).unwrap();
        let added = added.iter().map(StoredChange::from).collect();
        restored.append(&[(document, added)]).unwrap();
        let kind = read.genesis().unwrap().kind;
        assert!(migrate::is_up_to_date(&read, kind));
    }
}

#[test]
fn a_backup_holds_one_moment_while_others_write_and_erase() {
    let documents = documents();
    let folder = folder_with(&documents);
    let store = SledStore::open(folder.path()).unwrap();
    /// Erases and writes as soon as the first document comes.
    struct Busy<'a>(&'a SledStore, Vec<u8>);
    impl Write for Busy<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if bytes == b"d"
                && self
                    .0
                    .load(document(2))
                    .map_err(io::Error::other)?
                    .is_some()
            {
                self.0.delete(document(2)).map_err(io::Error::other)?;
                let more = [(document(3), vec![change(b"later")])];
                self.0.append(&more).map_err(io::Error::other)?;
            }
            self.1.write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut busy = Busy(&store, Vec::new());
    perform_on(&store, Task::Backup, &mut busy).unwrap();
    let mut reader = backup::Reader::new(busy.1.as_slice()).unwrap();
    let mut found = Vec::new();
    while let Some(one) = reader.next_document().unwrap() {
        found.push(one);
    }
    // What was erased is not in it any more, what was written afterwards not yet.
    assert_eq!(found, [documents[0].clone(), documents[2].clone()]);
}

#[test]
fn a_backup_that_is_damaged_anywhere_restores_nothing() {
    let folder = folder_with(&documents());
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("backup");
    back_up(folder.path(), &file).unwrap();
    let whole = fs::read(&file).unwrap();
    let data = place.path().join("data");
    let mut broken: Vec<Vec<u8>> = (0..whole.len())
        .step_by(37)
        .map(|at| {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x41;
            bytes
        })
        .collect();
    broken.extend((0..whole.len()).step_by(61).map(|at| whole[..at].to_vec()));
    broken.push([&whole[..], b"more"].concat());
    for bytes in broken {
        fs::write(&file, bytes).unwrap();
        assert!(matches!(
            restore(&data, &file, None),
            Err(UpkeepError::Backup(..))
        ));
        assert!(!data.exists());
    }
}

#[test]
fn a_backup_of_a_newer_version_is_named_as_such() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("backup");
    fs::write(&file, "maillage backup 9\nsomething").unwrap();
    let error = restore(&place.path().join("data"), &file, None).unwrap_err();
    assert!(error.to_string().contains("newer version"), "{error}");
}

#[test]
fn a_backup_is_restored_into_an_empty_folder_only() {
    let folder = folder_with(&documents());
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("backup");
    back_up(folder.path(), &file).unwrap();
    let error = restore(folder.path(), &file, None).unwrap_err();
    assert!(error.to_string().contains("not empty"), "{error}");
    let empty = tempfile::tempdir().unwrap();
    restore(empty.path(), &file, None).unwrap();
}

#[test]
fn a_restore_that_was_interrupted_is_no_store() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let names = [document(1), document(2)];
    let interrupted = || StoreError::Io("stopped for a test".to_owned());
    let documents = [Ok((document(1), vec![change(b"a")])), Err(interrupted())];
    let name = maillage_shared::id::PeerId::new("relay").unwrap();
    let result = SledStore::build(&data, &name, &names, documents.into_iter());
    assert_eq!(result, Err(interrupted()));
    match SledStore::open(&data) {
        Err(StoreError::Damaged(why)) => assert!(why.contains("interrupted"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_is_replaced_only_by_a_whole_backup() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("backup");
    fs::write(&file, "yesterday's").unwrap();
    assert!(back_up(&place.path().join("nothing"), &file).is_err());
    assert_eq!(fs::read(&file).unwrap(), b"yesterday's");
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
}

#[test]
fn a_check_says_of_every_document_what_it_is() {
    let folder = folder_with(&documents());
    let (report, table) = check(folder.path());
    assert!(report.is_well, "{table}");
    assert_eq!(table.lines().count(), 1 + documents().len());
    for kind in ["territory", "needs", "job_sheet"] {
        let row = table.lines().find(|row| row.contains(kind));
        assert!(row.is_some_and(|row| row.ends_with(" whole")), "{table}");
    }
}

#[test]
fn a_check_finds_what_is_no_document() {
    let mut documents = documents();
    let mut lacking = documents[0].1.clone();
    lacking.remove(0);
    let mut misnamed = documents[0].1.clone();
    misnamed[1].hash = misnamed[0].hash;
    misnamed.remove(0);
    documents.push((document(7), lacking));
    documents.push((document(8), vec![change(b"something else")]));
    documents.push((document(9), misnamed));
    let folder = folder_with(&documents);
    let (report, table) = check(folder.path());
    assert!(!report.is_well);
    assert!(report.sentence.starts_with("3 of "), "{}", report.sentence);
    for number in [7, 8, 9] {
        let name = document(number).to_string();
        let row = table.lines().find(|row| row.starts_with(&name)).unwrap();
        assert!(row.contains("damaged: "), "{table}");
    }
}

#[test]
fn a_document_that_was_lost_before_the_backup_is_waited_for_after_a_restore() {
    let documents = documents();
    let folder = folder_with(&documents);
    for file in ["db", "journal"] {
        fs::write(folder.path().join("documents-1").join(file), [7; 8192]).unwrap();
    }
    let (report, table) = check(folder.path());
    assert!(!report.is_well);
    assert!(table.contains("damaged-1 could not be opened"), "{table}");
    let place = tempfile::tempdir().unwrap();
    let (file, data) = (place.path().join("backup"), place.path().join("data"));
    assert!(!back_up(folder.path(), &file).unwrap().is_well);
    restore(&data, &file, None).unwrap();
    let restored = SledStore::open(&data).unwrap();
    for (document, changes) in documents {
        assert_eq!(restored.load(document).unwrap(), Some(Vec::new()));
        restored.append(&[(document, changes.clone())]).unwrap();
        assert_eq!(restored.load(document).unwrap(), Some(changes));
    }
}

#[test]
fn a_folder_without_a_store_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    for task in Task::ALL {
        let result = perform(folder.path(), task, &mut io::sink());
        assert!(matches!(result, Err(UpkeepError::NoStore(_))));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[tokio::test]
async fn a_relay_that_runs_does_what_is_asked_of_its_store() {
    let folder = folder_with(&documents());
    let data = folder.path().to_path_buf();
    let store = Arc::new(SledStore::open(&data).unwrap());
    let serving = tokio::spawn(
        Control::listen(&data)
            .unwrap()
            .serve(Arc::clone(&store), registry(&data)),
    );
    let asked = tokio::task::spawn_blocking(move || {
        let (report, table) = check(&data);
        assert!(report.is_well, "{table}");
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("backup");
        assert!(back_up(&data, &file).unwrap().is_well);
        assert!(
            perform(&data, Task::Compact, &mut io::sink())
                .unwrap()
                .is_well
        );
        restore(&place.path().join("data"), &file, None).unwrap();
        data
    });
    let data = asked.await.unwrap();
    // Nobody listens, and the store is still locked.
    serving.abort();
    assert!(serving.await.unwrap_err().is_cancelled());
    let nobody = perform(&data, Task::Check, &mut io::sink());
    assert!(matches!(
        nobody,
        Err(UpkeepError::Store(StoreError::Locked))
    ));
}

#[cfg(unix)]
#[tokio::test]
async fn a_control_socket_is_for_its_owner_only_and_may_lie_deep() {
    use std::os::unix::fs::PermissionsExt;
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("deep".repeat(20)).join("er".repeat(40));
    let store = Arc::new(SledStore::open(&data).unwrap());
    let serving = tokio::spawn(
        Control::listen(&data)
            .unwrap()
            .serve(store, registry(&data)),
    );
    let mode = fs::metadata(data.join("control")).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    let asked = tokio::task::spawn_blocking(move || check(&data));
    assert!(asked.await.unwrap().0.is_well);
    serving.abort();
}

fn registry(data: &Path) -> Arc<Registry> {
    Arc::new(Registry::open(data).unwrap())
}
