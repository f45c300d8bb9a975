//! Files of which a power cut leaves the whole or nothing.

use maillage_shared::store::StoreError;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes a whole file in place of the one that may be there, or leaves that one: a new file, made durable, then renamed.
pub(crate) fn write_durably(path: &Path, content: &[u8]) -> io::Result<()> {
    write_with(File::options(), path, content)
}

/// The same for a file that only its owner may read.
pub(crate) fn write_privately(path: &Path, content: &[u8]) -> io::Result<()> {
    write_with(private(), path, content)
}

/// How to open a file that only its owner may read, where the system knows such files.
#[cfg(unix)]
pub(crate) fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = File::options();
    options.mode(0o600);
    options
}

#[cfg(not(unix))]
pub(crate) fn private() -> OpenOptions {
    File::options()
}

fn write_with(mut options: OpenOptions, path: &Path, content: &[u8]) -> io::Result<()> {
    let unfinished = unfinished(path);
    let written = options
        .create(true)
        .truncate(true)
        .write(true)
        .open(&unfinished)
        .and_then(|mut file| file.write_all(content).and_then(|()| file.sync_all()));
    if let Err(error) = written {
        // Half a file is of no use, and the disk may be full because of it.
        let _ = fs::remove_file(&unfinished);
        return Err(error);
    }
    put_in_place(&unfinished, path)
}

/// Renames a file that is durable already, and makes its name durable.
pub(crate) fn put_in_place(unfinished: &Path, path: &Path) -> io::Result<()> {
    fs::rename(unfinished, path)?;
    sync_folder(folder_of(path))
}

/// The name a file has until it is whole.
pub(crate) fn unfinished(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".new");
    PathBuf::from(name)
}

/// The folder a file lies in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The content of a file, or `None` when there is no such file.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error(&error)),
    }
}

/// Makes the names of the files in a folder durable.
#[cfg(unix)]
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Other systems cannot open a folder to sync it.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// What the system's error means for a store.
pub(crate) fn io_error(error: &io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full,
        _ => StoreError::Io(error.to_string()),
    }
}
