//! Where the objects of a repository lie: a folder, or a bucket.
//!
//! Objects have names with `/` between the parts, are written once as a whole, and are small enough for memory.

#[cfg(feature = "object-stores")]
mod bucket;
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

/// The store at an address: a folder, `file://` and its absolute path, or a bucket.
pub fn open(address: &str) -> Result<Box<dyn Store>, BackupError> {
    let path = match address.split_once("://") {
        None => address,
        Some(("file", path)) if path.starts_with('/') => path,
        Some(("file", _)) => {
            let message = "is no address of a folder: `file://` and an absolute path were expected";
            return Err(BackupError::new(Failure::Path, address, message).hint("such as file:///srv/backup"));
        }
        Some((scheme @ ("s3" | "gs" | "az"), place)) => return bucket(scheme, place),
        Some((scheme, _)) => {
            let message = "is no address of a store: a folder, file://, s3://, gs:// or az:// was expected";
            return Err(BackupError::new(Failure::Path, format!("{scheme}://"), message)
                .hint("such as s3://BUCKET/PREFIX; credentials come from the environment"));
        }
    };
    Ok(Box::new(FileStore::new(path)))
}

#[cfg(feature = "object-stores")]
fn bucket(scheme: &str, place: &str) -> Result<Box<dyn Store>, BackupError> {
    Ok(Box::new(bucket::open(scheme, place)?))
}

#[cfg(not(feature = "object-stores"))]
fn bucket(scheme: &str, _: &str) -> Result<Box<dyn Store>, BackupError> {
    let message = "this stackgen was built without stores in buckets";
    Err(BackupError::new(Failure::Path, format!("{scheme}://"), message).hint(
        "build it with `cargo build --release --locked --features object-stores`, or write to a folder",
    ))
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
