//! A store in memory that fails when a test says so.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::Timestamp;

use super::{BackupError, Failure, Store, StoredObject, check_name};

/// Bytes, and when they were written.
type Objects = BTreeMap<String, (Vec<u8>, Timestamp)>;

/// Objects in memory; copies share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryStore {
    objects: Rc<RefCell<Objects>>,
    /// How many more writes succeed; none for all of them.
    pub(crate) writes_left: Rc<Cell<Option<usize>>>,
    pub(crate) now: Rc<Cell<Timestamp>>,
}

impl MemoryStore {
    /// All names.
    pub(crate) fn names(&self) -> Vec<String> {
        self.objects.borrow().keys().cloned().collect()
    }

    /// Changes the bytes of an object behind everybody's back.
    pub(crate) fn damage(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        change(&mut self.objects.borrow_mut().get_mut(name).unwrap().0);
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), BackupError> {
        check_name(name)?;
        match self.writes_left.get() {
            Some(0) => return Err(BackupError::new(Failure::Full, name, "no space is left")),
            Some(left) => self.writes_left.set(Some(left - 1)),
            None => {}
        }
        self.objects.borrow_mut().insert(name.to_owned(), (bytes.to_owned(), self.now.get()));
        Ok(())
    }
}

impl Store for MemoryStore {
    fn describe(&self) -> String {
        "memory".to_owned()
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, BackupError> {
        let missing = || BackupError::new(Failure::Missing, name, "is not there");
        self.objects.borrow().get(name).map(|(bytes, _)| bytes.clone()).ok_or_else(missing)
    }

    fn create(&self, name: &str, bytes: &[u8]) -> Result<(), BackupError> {
        if self.objects.borrow().contains_key(name) {
            return Err(BackupError::new(Failure::Exists, name, "is there already"));
        }
        self.write(name, bytes)
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), BackupError> {
        self.write(name, bytes)
    }

    fn flush(&self) -> Result<(), BackupError> {
        Ok(())
    }

    fn list(&self, folder: &str) -> Result<Vec<StoredObject>, BackupError> {
        let prefix = format!("{folder}/");
        let objects = self.objects.borrow();
        let of_folder = objects.iter().filter(|(name, _)| name.starts_with(&prefix));
        let object = |(name, (bytes, modified)): (&String, &(Vec<u8>, Timestamp))| StoredObject {
            name: name.clone(),
            size: bytes.len() as u64,
            modified: *modified,
        };
        Ok(of_folder.map(object).collect())
    }

    fn remove(&self, name: &str) -> Result<(), BackupError> {
        self.objects.borrow_mut().remove(name);
        Ok(())
    }
}
