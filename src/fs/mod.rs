//! Files on disk, in memory, or embedded in the binary, behind one small interface.

mod disk;
mod folder;
mod memory;
mod replace;

use std::io;
use std::path::{Path, PathBuf};

pub use disk::Disk;
pub use folder::{Folder, Found, PathError};
pub use memory::{Memory, normal};
pub use replace::replace_file;

/// What the engine needs of a place that holds files. Paths are absolute, or relative to where the place begins.
pub trait FileSystem: Sync {
    /// The bytes of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Whether there is a file, symbolic links followed.
    fn is_file(&self, path: &Path) -> bool;
    /// Whether there is a folder, symbolic links followed.
    fn is_dir(&self, path: &Path) -> bool;
    /// The bytes of what has this path, if it is a file itself and not a symbolic link to one.
    fn read_plain(&self, path: &Path) -> io::Result<Option<Vec<u8>>>;
    /// The path without symbolic links, `.` and `..`; an error if nothing is there.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;
    /// The names in a folder, sorted, for messages that propose one.
    fn list(&self, path: &Path) -> Vec<String>;
}
