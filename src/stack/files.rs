//! Where the stack's files are: in the working directory, in the binary, or made on the way.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::embedded;
use crate::fs::{FileSystem, Memory, normal};

/// The working directory with the embedded stack laid under it: a folder that is there wins as a whole.
#[derive(Clone, Debug)]
pub struct StackFiles {
    /// Where the working directory is: on disk, or in a tree of a repository.
    place: Arc<dyn FileSystem>,
    root: PathBuf,
    /// Folders below the root that are in memory.
    in_memory: BTreeSet<PathBuf>,
    memory: Memory,
}

impl StackFiles {
    /// The files as seen from `root`, a canonical path of `place`.
    pub fn new(place: Arc<dyn FileSystem>, root: &Path) -> Self {
        let (root, in_memory) = (root.to_owned(), BTreeSet::new());
        let mut files = Self { place, root, in_memory, memory: Memory::new() };
        let root = files.root.clone();
        for folder in embedded::FOLDERS.into_iter().filter(|folder| !files.place.is_dir(&root.join(folder))) {
            files.in_memory.insert(root.join(folder));
            for (path, content) in embedded::FILES.iter().filter(|(path, _)| is_in(path, folder)) {
                files.memory.insert(root.join(path), *content);
            }
        }
        files
    }

    /// The working directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Lays a file that was made on the way into `folder`, which then is in memory as a whole.
    pub(super) fn add(&mut self, folder: &str, name: &str, text: String) {
        let folder = self.root.join(folder);
        self.memory.insert(folder.join(name), text.into_bytes());
        self.in_memory.insert(folder);
    }

    /// The place that holds `path`, and the path without `..`: a folder that is only in memory cannot be left on disk.
    fn place(&self, path: &Path) -> (&dyn FileSystem, PathBuf) {
        let path = normal(path);
        let is_in_memory = path.ancestors().any(|folder| self.in_memory.contains(folder));
        (if is_in_memory { &self.memory } else { self.place.as_ref() }, path)
    }
}

fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

impl FileSystem for StackFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let (place, path) = self.place(path);
        place.read(&path)
    }

    fn is_file(&self, path: &Path) -> bool {
        let (place, path) = self.place(path);
        place.is_file(&path)
    }

    fn is_dir(&self, path: &Path) -> bool {
        let (place, path) = self.place(path);
        place.is_dir(&path)
    }

    fn read_plain(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        let (place, path) = self.place(path);
        place.read_plain(&path)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        let (place, path) = self.place(path);
        place.canonical(&path)
    }

    fn list(&self, path: &Path) -> Vec<String> {
        let (place, path) = self.place(path);
        place.list(&path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::Disk;

    #[test]
    fn a_folder_on_disk_wins_as_a_whole() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        let overlay = root.join("overlays/gke/kustomization.yaml");
        assert!(StackFiles::new(Arc::new(Disk), &root).is_file(&overlay));
        std::fs::create_dir(root.join("overlays")).unwrap();
        std::fs::write(root.join("overlays/mine"), "").unwrap();
        let files = StackFiles::new(Arc::new(Disk), &root);
        assert!(!files.is_file(&overlay));
        assert_eq!(files.list(&root.join("overlays")), ["mine"]);
        assert!(files.is_dir(&root.join("overlays/gke/../../base")), "the base is still the embedded one");
    }
}
