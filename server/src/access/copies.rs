//! The files of the records, as a backup holds them.

use super::{FOLDER, KEY, quarantine, record, signatures};
use crate::store::files as durable;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccessFile {
    /// Its name in the folder of the records.
    pub(crate) name: String,
    /// What is in it.
    pub(crate) content: Vec<u8>,
}

impl AccessFile {
    /// A file of this name; `None` for names that are not ours.
    pub(crate) fn new(name: String, content: Vec<u8>) -> Option<Self> {
        let path = Path::new(&name);
        let is_plain = path.file_name() == Some(path.as_os_str());
        let is_ours = name == KEY
            || record::space_of(path).is_some()
            || signatures::document_of(path).is_some()
            || quarantine::document_of(path).is_some();
        (is_plain && is_ours).then_some(Self { name, content })
    }
}

/// The files as they are now. What is being appended meanwhile is in the copy or not; half an entry counts for nothing.
pub(crate) fn files(data: &Path) -> io::Result<Vec<AccessFile>> {
    let entries = match fs::read_dir(data.join(FOLDER)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if let Some(name) =
            name.filter(|name| AccessFile::new((*name).to_owned(), Vec::new()).is_some())
        {
            let content = fs::read(&path)?;
            found.extend(AccessFile::new(name.to_owned(), content));
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

/// Of the files of a backup and those of the folder that it replaces, those that count: of two records of one territory the one that goes
/// on for longer, so that whoever was removed, and whatever was erased since the backup, stays so. The error says why they do not go
/// together.
pub(crate) fn newest(
    backup: Vec<AccessFile>,
    replaced: Vec<AccessFile>,
) -> Result<Vec<AccessFile>, String> {
    let key = |files: &[AccessFile]| {
        let key = files.iter().find(|file| file.name == KEY);
        key.map(|file| file.content.clone())
    };
    let (of_backup, of_replaced) = (key(&backup), key(&replaced));
    if of_replaced.is_none() {
        return Err("it holds no records".to_owned());
    }
    if of_backup.is_some() && of_backup != of_replaced {
        return Err("it is another relay's".to_owned());
    }
    let mut newest: BTreeMap<String, AccessFile> = BTreeMap::new();
    for file in backup.into_iter().chain(replaced) {
        let length = |file: &AccessFile| {
            if file.name == KEY {
                return Ok((0, 0));
            }
            let length = record::length(Path::new(&file.name), &file.content);
            length.ok_or_else(|| format!("the record {} is damaged", file.name))
        };
        let is_newer = match newest.get(&file.name) {
            Some(other) => length(&file)? > length(other)?,
            None => length(&file).map(|_| true)?,
        };
        if is_newer {
            newest.insert(file.name.clone(), file);
        }
    }
    Ok(newest.into_values().collect())
}

/// Writes the files into the folder of a store that is being made.
pub(crate) fn restore(data: &Path, copies: &[AccessFile]) -> io::Result<()> {
    let folder = data.join(FOLDER);
    fs::create_dir_all(&folder)?;
    for copy in copies {
        durable::write_privately(&folder.join(&copy.name), &copy.content)?;
    }
    Ok(())
}
