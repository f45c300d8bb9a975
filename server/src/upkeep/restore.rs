//! Making a store of a backup.

use super::backup::{self, BadBackup, Reader};
use super::{Report, UpkeepError};
use crate::access::{self, Registry};
use crate::store::SledStore;
use maillage_shared::store::StoreError;
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::Path;

/// Makes a store of a backup, in a folder that is empty or not there. The whole file is checked before anything is written.
///
/// `replacing` is the folder that it takes the place of, or what is left of it. Of that only the records are read: what they say was
/// erased, and who was removed, since the backup stays so.
pub fn restore(data: &Path, file: &Path, replacing: Option<&Path>) -> Result<Report, UpkeepError> {
    if !is_empty(data).map_err(|error| UpkeepError::File(data.to_path_buf(), error))? {
        return Err(UpkeepError::NotEmpty(data.to_path_buf()));
    }
    let bad = |error: BadBackup| match error {
        BadBackup::Io(error) => UpkeepError::File(file.to_path_buf(), error),
        other => UpkeepError::Backup(file.to_path_buf(), other.to_string()),
    };
    let open = || {
        File::open(file)
            .map(BufReader::new)
            .map_err(|error| UpkeepError::File(file.to_path_buf(), error))
    };
    let mut contents = backup::verify(open()?).map_err(bad)?;
    if let Some(folder) = replacing {
        let replaced = access::files(folder)
            .map_err(|error| UpkeepError::File(folder.to_path_buf(), error))?;
        let backup = std::mem::take(&mut contents.access);
        contents.access = access::newest(backup, replaced)
            .map_err(|why| UpkeepError::Replacing(folder.to_path_buf(), why))?;
    }
    let mut reader = Reader::new(open()?).map_err(bad)?;
    let documents = std::iter::from_fn(|| reader.next_document().map_err(bad).transpose());
    SledStore::build(data, &contents.relay, &contents.documents, documents)?;
    access::restore(data, &contents.access)
        .map_err(|error| UpkeepError::File(data.to_path_buf(), error))?;
    // The folder is a store now; what is in it must be what was in the file.
    let store = SledStore::open(data)?;
    let (mut found, mut damaged) = (0, 0);
    store.each(|kept| {
        found += 1;
        // A document that was lost before the backup is waited for here too.
        damaged += usize::from(kept.damage.is_some() && !kept.changes.is_empty());
        Ok::<_, StoreError>(())
    })?;
    if found != contents.documents.len() || damaged > 0 {
        let what = "a restored document was not read back".to_owned();
        return Err(StoreError::Damaged(what).into());
    }
    let registry = Registry::open(data)?;
    registry.set_back()?;
    let erased = registry.sweep(&store)?;
    let sentence = match (replacing, erased) {
        (Some(_), 0) => format!("Restored {found} documents."),
        (Some(_), _) => format!(
            "Restored {} documents, and left out {erased} that were erased since.",
            found - erased
        ),
        (None, _) => format!(
            "Restored {} documents. What was erased since the backup may be back, and so may those who were removed: \
             --replacing keeps that from happening.",
            found - erased
        ),
    };
    Ok(Report {
        sentence,
        is_well: true,
    })
}

/// Whether a folder is missing or empty; the root of a file system may hold `lost+found`.
fn is_empty(folder: &Path) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(entries) => {
            for entry in entries {
                if entry?.file_name() != "lost+found" {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}
