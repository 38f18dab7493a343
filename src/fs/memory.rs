//! Files in memory: tests, the embedded stack, and folders made on the way.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::FileSystem;

/// Files by path. A folder is there when a file lies in it.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: BTreeMap<PathBuf, Cow<'static, [u8]>>,
}

impl Memory {
    /// No files yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces a file.
    pub fn insert(&mut self, path: impl AsRef<Path>, content: impl Into<Cow<'static, [u8]>>) {
        self.files.insert(normal(path.as_ref()), content.into());
    }

    /// All files in order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&Path, &[u8])> {
        self.files.iter().map(|(path, content)| (path.as_path(), content.as_ref()))
    }
}

impl FileSystem for Memory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files
            .get(&normal(path))
            .map(|content| content.to_vec())
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    fn is_file(&self, path: &Path) -> bool {
        self.files.contains_key(&normal(path))
    }

    fn is_dir(&self, path: &Path) -> bool {
        let folder = normal(path);
        self.files
            .range(folder.clone()..)
            .find(|(file, _)| **file != folder)
            .is_some_and(|(file, _)| file.starts_with(&folder))
    }

    fn read_plain(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        self.is_file(path).then(|| self.read(path)).transpose()
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        if self.is_file(path) || self.is_dir(path) {
            Ok(normal(path))
        } else {
            Err(io::Error::from(io::ErrorKind::NotFound))
        }
    }

    fn list(&self, path: &Path) -> Vec<String> {
        let folder = normal(path);
        let mut names: Vec<String> = self
            .files
            .keys()
            .filter_map(|file| file.strip_prefix(&folder).ok()?.components().next()?.as_os_str().to_str())
            .map(str::to_owned)
            .collect();
        names.dedup();
        names
    }
}

/// The path without `.` and `..`, worked out on the text alone.
pub fn normal(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                result.pop();
            }
            other => result.push(other),
        }
    }
    result
}
