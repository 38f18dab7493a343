//! Where the objects of a repository lie: a folder, or a bucket.
//!
//! Objects have names with `/` between the parts, are written once as a whole, and are small enough for memory.

mod file;
#[cfg(test)]
pub(crate) mod memory;

use jiff::Timestamp;

pub use self::file::FileStore;
use super::{BackupError, Failure};

/// An object that is there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoredObject {
    /// With `/` between its parts.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// When it was written, by the store's clock.
    pub modified: Timestamp,
}

/// Holds objects by name.
pub trait Store {
    /// What messages call it.
    fn describe(&self) -> String;
    /// The bytes of an object.
    fn read(&self, name: &str) -> Result<Vec<u8>, BackupError>;
    /// Writes a new object; [`Failure::Exists`] if one has that name. Others see all of it or nothing.
    fn create(&self, name: &str, bytes: &[u8]) -> Result<(), BackupError>;
    /// Writes an object in place of the one that has that name, if there is one.
    fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), BackupError>;
    /// Waits until everything that was written survives a power cut.
    fn flush(&self) -> Result<(), BackupError>;
    /// All objects whose names begin with this folder and `/`, sorted by name.
    fn list(&self, folder: &str) -> Result<Vec<StoredObject>, BackupError>;
    /// Removes an object; that it is gone already is fine.
    fn remove(&self, name: &str) -> Result<(), BackupError>;
}

/// The store at an address: a folder, or `file://` and its absolute path.
pub fn open(address: &str) -> Result<Box<dyn Store>, BackupError> {
    let path = match address.split_once("://") {
        None => address,
        Some(("file", path)) if path.starts_with('/') => path,
        Some(("file", _)) => {
            let message = "is no address of a folder: `file://` and an absolute path were expected";
            return Err(BackupError::new(Failure::Path, address, message).hint("such as file:///srv/backup"));
        }
        Some((scheme, _)) => {
            let message = format!("stores of type `{scheme}` are not there; folders are (`file://`)");
            return Err(BackupError::new(Failure::Other, address, message)
                .hint("write to a folder, and copy that one with the cloud's own tool"));
        }
    };
    Ok(Box::new(FileStore::new(path)))
}

/// Names that lead elsewhere are refused, whoever made them.
fn check_name(name: &str) -> Result<(), BackupError> {
    let is_plain = |part: &str| {
        !matches!(part, "" | "." | "..")
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    if name.split('/').all(is_plain) {
        return Ok(());
    }
    Err(BackupError::new(Failure::Path, name.escape_default().to_string(), "is no name of an object"))
}
