//! Files on disk, in memory, embedded in the binary, or in a Git repository, behind one small interface.

mod disk;
mod folder;
pub mod git;
mod memory;
mod overlay;
mod replace;

use std::fmt::Debug;
use std::io;
use std::path::{Path, PathBuf};

pub use disk::Disk;
pub use folder::{Folder, Found, PathError};
pub use memory::{Memory, normal};
pub use overlay::Overlay;
pub use replace::replace_file;

/// What the engine needs of a place that holds files. Paths are absolute, or relative to where the place begins.
pub trait FileSystem: Debug + Send + Sync {
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

    /// Whether a file holds these bytes; whatever is wrong with it shows when it is read.
    fn holds(&self, path: &Path, bytes: &[u8]) -> bool {
        self.read(path).is_ok_and(|found| found == bytes)
    }

    /// All files in a folder and the folders below it, symbolic links followed, by name. Those that are hidden, and
    /// folders that are, are left out, and so are links to folders that are not there; where something cannot be looked
    /// into there is an error instead.
    fn visible_files(&self, folder: &Path) -> Vec<io::Result<PathBuf>> {
        let mut found = Vec::new();
        collect(self, folder, &mut Vec::new(), &mut found);
        found
    }
}

/// Whether a name is that of something hidden.
fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// Collects the files below a folder, which is reached through the folders `above`.
fn collect<F: FileSystem + ?Sized>(
    files: &F,
    folder: &Path,
    above: &mut Vec<PathBuf>,
    found: &mut Vec<io::Result<PathBuf>>,
) {
    let canonical = match files.canonical(folder) {
        Ok(canonical) if above.contains(&canonical) => {
            let message = format!("`{}` is a circle of symbolic links", git::shown(folder, Path::new("")));
            return found.push(Err(io::Error::other(message)));
        }
        Ok(canonical) => canonical,
        Err(error) => return found.push(Err(error)),
    };
    above.push(canonical);
    for path in files.list(folder).iter().filter(|name| !is_hidden(name)).map(|name| folder.join(name)) {
        if files.is_dir(&path) {
            collect(files, &path, above, found);
        } else if files.is_file(&path) {
            found.push(Ok(path));
        }
    }
    above.pop();
}
