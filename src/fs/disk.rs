//! Real files.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::{FileSystem, is_hidden};

/// How much of a file is compared at a time, in bytes.
const CHUNK: usize = 1 << 16;

/// The file system of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl FileSystem for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }

    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }

    fn is_dir(&self, path: &Path) -> bool {
        path.is_dir()
    }

    #[cfg(unix)]
    fn read_plain(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        use rustix::fs::{Mode, OFlags};
        // One look-up of the path does for all questions; a pipe must not block.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        match rustix::fs::open(path, flags, Mode::empty()) {
            Ok(handle) => read_if_regular(handle.into()),
            Err(_) => Ok(None),
        }
    }

    #[cfg(not(unix))]
    fn read_plain(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        let is_file = path.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
        is_file.then(|| self.read(path)).transpose()
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        path.canonicalize()
    }

    fn list(&self, path: &Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(path)
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    }

    fn holds(&self, path: &Path, mut bytes: &[u8]) -> bool {
        let Ok(mut file) = File::open(path) else { return false };
        if file.metadata().map_or(0, |metadata| metadata.len()) != bytes.len() as u64 {
            return false;
        }
        let mut chunk = vec![0; CHUNK.min(bytes.len() + 1)];
        loop {
            match file.read(&mut chunk) {
                Ok(0) => return bytes.is_empty(),
                Ok(length) => match bytes.strip_prefix(&chunk[..length]) {
                    Some(rest) => bytes = rest,
                    None => return false,
                },
                Err(_) => return false,
            }
        }
    }

    fn visible_files(&self, folder: &Path) -> Vec<io::Result<PathBuf>> {
        let is_visible =
            |entry: &DirEntry| entry.depth() == 0 || !is_hidden(&entry.file_name().to_string_lossy());
        let entries = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
        let entries = entries.filter_entry(is_visible);
        let is_wanted = |entry: &walkdir::Result<DirEntry>| {
            entry.as_ref().map_or_else(|error| !leads_nowhere(error), |entry| entry.file_type().is_file())
        };
        entries
            .filter(is_wanted)
            .map(|entry| entry.map(DirEntry::into_path).map_err(io::Error::from))
            .collect()
    }
}

/// Whether it is a link to a folder that is not there, as those between repositories are. One with an extension should
/// be a file, which somebody misses.
fn leads_nowhere(error: &walkdir::Error) -> bool {
    let is_missing = error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound);
    let path = error.path().filter(|_| is_missing && error.depth() > 0);
    path.is_some_and(|path| path.extension().is_none() && path.is_symlink())
}

#[cfg(unix)]
fn read_if_regular(mut file: File) -> io::Result<Option<Vec<u8>>> {
    use std::io::Read as _;

    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(None);
    }
    // As many bytes as there are: `read_to_end` would ask for the size and the end again.
    let length = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length)?;
    bytes.resize(length, 0);
    let mut filled = 0;
    while filled < bytes.len() {
        match file.read(&mut bytes[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    bytes.truncate(filled);
    if bytes.is_empty() {
        file.read_to_end(&mut bytes)?; // some file systems say nothing of sizes
    }
    Ok(Some(bytes))
}
