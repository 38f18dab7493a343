//! A store in a folder.
//!
//! An object is written beside its place, reaches the disk and gets its name then, so that no crash leaves half of one
//! under a name that others trust.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;

use super::{BackupError, Failure, Store, StoredObject, check_name};
use crate::fs::{Folder, PathError};

/// Where objects are until they have their names.
const STAGING: &str = "staging";
/// No object is larger: a segment, what encryption adds to it, and some.
const LARGEST: u64 = 64 << 20;

/// Objects are files.
#[derive(Debug)]
pub struct FileStore {
    folder: Folder,
    /// Folders with names that are not yet on the disk.
    unsynced: Mutex<BTreeSet<String>>,
    count: AtomicU64,
}

impl FileStore {
    /// In a folder, which is made when the first object is written.
    pub fn new(folder: impl Into<std::path::PathBuf>) -> Self {
        Self { folder: Folder::new(folder), unsynced: Mutex::default(), count: AtomicU64::new(0) }
    }

    /// Writes an object beside its place; gives where.
    fn stage(&self, name: &str, bytes: &[u8]) -> Result<String, BackupError> {
        check_name(name)?;
        let parent = name.rsplit_once('/').map_or("", |(parent, _)| parent);
        self.folder.make_folder(parent)?;
        self.folder.make_folder(STAGING)?;
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let staged = format!("{STAGING}/{}-{number}", std::process::id());
        // A dead run may have had this process' number.
        self.folder.remove(&staged)?;
        let written = self.folder.stage(&staged, bytes).and_then(|()| self.folder.sync(&[&staged]));
        if let Err(error) = written {
            // Whatever stopped the write is what has to be told, not that the part is still there.
            let _ = self.folder.remove(&staged);
            return Err(error.into());
        }
        let mut unsynced = self.unsynced.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        unsynced.insert(parent.to_owned());
        Ok(staged)
    }

    fn object(&self, entry: &walkdir::DirEntry) -> io::Result<Option<StoredObject>> {
        let relative = entry.path().strip_prefix(self.folder.root()).ok().and_then(|path| path.to_str());
        let Some(name) = relative.filter(|_| entry.file_type().is_file()) else { return Ok(None) };
        let name = name.replace(std::path::MAIN_SEPARATOR, "/");
        let metadata = match entry.metadata().map_err(io::Error::from) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        let modified = Timestamp::try_from(metadata.modified()?).map_err(io::Error::other)?;
        Ok(Some(StoredObject { name, size: metadata.len(), modified }))
    }
}

impl Store for FileStore {
    fn describe(&self) -> String {
        self.folder.root().display().to_string()
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, BackupError> {
        check_name(name)?;
        self.folder.read(name, LARGEST)?.ok_or_else(|| {
            BackupError::new(Failure::Missing, self.folder.path(name).display().to_string(), "is not there")
        })
    }

    fn create(&self, name: &str, bytes: &[u8]) -> Result<(), BackupError> {
        let staged = self.stage(name, bytes)?;
        let published = self.folder.publish_new(&staged, name);
        self.folder.remove(&staged)?;
        Ok(published?)
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), BackupError> {
        let staged = self.stage(name, bytes)?;
        Ok(self.folder.publish(&staged, name)?)
    }

    fn flush(&self) -> Result<(), BackupError> {
        let mut unsynced = self.unsynced.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let folders: Vec<&str> = unsynced.iter().map(String::as_str).collect();
        self.folder.sync(&folders)?;
        unsynced.clear();
        Ok(())
    }

    fn list(&self, folder: &str) -> Result<Vec<StoredObject>, BackupError> {
        check_name(folder)?;
        let place = self.folder.path(folder);
        let mut objects = Vec::new();
        for entry in walkdir::WalkDir::new(&place) {
            let found = entry.map_err(io::Error::from).and_then(|entry| self.object(&entry));
            match found {
                Ok(object) => objects.extend(object),
                // Others may remove objects and folders meanwhile; a new repository has none.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(BackupError::of(place.display().to_string(), &error)),
            }
        }
        objects.sort();
        Ok(objects)
    }

    fn remove(&self, name: &str) -> Result<(), BackupError> {
        check_name(name)?;
        Ok(self.folder.remove(name)?)
    }
}

impl From<PathError> for BackupError {
    fn from(error: PathError) -> Self {
        Self::of(error.path.display().to_string(), &error.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, FileStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().join("store"));
        (folder, store)
    }

    #[test]
    fn objects_are_created_once_and_replaced_when_asked() {
        let (_folder, store) = store();
        assert_eq!(store.list("a").unwrap(), []);
        store.create("a/b/one", b"1").unwrap();
        assert_eq!(store.create("a/b/one", b"2").unwrap_err().failure, Failure::Exists);
        assert_eq!(store.read("a/b/one").unwrap(), b"1");
        store.replace("a/b/one", b"3").unwrap();
        store.flush().unwrap();
        assert_eq!(store.read("a/b/one").unwrap(), b"3");
        let names: Vec<String> = store.list("a").unwrap().into_iter().map(|object| object.name).collect();
        assert_eq!(names, ["a/b/one"]);
        assert_eq!(store.list(STAGING).unwrap(), []);
        store.remove("a/b/one").unwrap();
        store.remove("a/b/one").unwrap();
        assert_eq!(store.read("a/b/one").unwrap_err().failure, Failure::Missing);
    }

    #[test]
    fn of_many_that_create_one_object_one_wins() {
        let (_folder, store) = store();
        let wins: usize = std::thread::scope(|scope| {
            let create = |number: u8| {
                let store = &store;
                move || usize::from(store.create("race", &[number; 4096]).is_ok())
            };
            let threads: Vec<_> = (0..16).map(|number| scope.spawn(create(number))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(wins, 1);
        let bytes = store.read("race").unwrap();
        assert_eq!(bytes, vec![bytes[0]; 4096]);
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let (_folder, store) = store();
        for wrong in ["", "/etc", "../x", "a/../b", "a//b", "a/", ".", "a\\b", "a b", "a\n"] {
            assert_eq!(store.create(wrong, b"").unwrap_err().failure, Failure::Path, "{wrong}");
            assert_eq!(store.read(wrong).unwrap_err().failure, Failure::Path, "{wrong}");
            assert_eq!(store.remove(wrong).unwrap_err().failure, Failure::Path, "{wrong}");
        }
    }
}
