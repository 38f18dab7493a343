//! A place with some of its files changed, to see what would come of it before anything is written.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::FileSystem;

/// Another place, and files that have another content than there.
#[derive(Clone, Debug)]
pub struct Overlay {
    place: Arc<dyn FileSystem>,
    /// By canonical paths.
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Overlay {
    /// `place`, but with these files, whose paths are canonical.
    pub fn new(place: Arc<dyn FileSystem>, files: BTreeMap<PathBuf, Vec<u8>>) -> Self {
        Self { place, files }
    }

    fn changed(&self, path: &Path) -> Option<Vec<u8>> {
        if self.files.is_empty() {
            return None;
        }
        self.files.get(&self.place.canonical(path).ok()?).cloned()
    }
}

impl FileSystem for Overlay {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.changed(path).map_or_else(|| self.place.read(path), Ok)
    }

    fn is_file(&self, path: &Path) -> bool {
        self.place.is_file(path)
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.place.is_dir(path)
    }

    fn read_plain(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        let found = self.place.read_plain(path)?;
        Ok(found.map(|content| self.changed(path).unwrap_or(content)))
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.place.canonical(path)
    }

    fn list(&self, path: &Path) -> Vec<String> {
        self.place.list(path)
    }

    fn visible_files(&self, folder: &Path) -> Vec<io::Result<PathBuf>> {
        self.place.visible_files(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::Memory;

    #[test]
    fn changed_files_are_read_as_changed_by_whatever_path() {
        let mut below = Memory::new();
        below.insert("a/b", &b"old"[..]);
        below.insert("a/c", &b"same"[..]);
        let files = [(PathBuf::from("a/b"), b"new".to_vec())].into();
        let overlay = Overlay::new(Arc::new(below), files);
        assert_eq!(overlay.read(Path::new("a/../a/b")).unwrap(), b"new");
        assert_eq!(overlay.read_plain(Path::new("a/b")).unwrap().unwrap(), b"new");
        assert_eq!(overlay.read(Path::new("a/c")).unwrap(), b"same");
        assert!(
            overlay.read(Path::new("a/d")).is_err() && overlay.read_plain(Path::new("a")).unwrap().is_none()
        );
    }
}
