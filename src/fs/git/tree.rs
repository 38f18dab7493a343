//! The files of a tree, symbolic links followed as far as they stay in it.

use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::listing::{Entries, Entry, path_of};
use super::objects::{Answer, Objects};
use super::shown::{self, shown};
use crate::fs::{FileSystem, normal};

/// How many links lead from one to the next before it is a circle.
const MOST_LINKS: usize = 40;

/// What files begin with whose content is somewhere else, and what that is.
const STANDING_FOR_OTHERS: [(&[u8], &str, &str); 2] = [
    (b"version https://git-lfs.github.com/spec/", "a Git LFS pointer", "keep manifests out of LFS"),
    (b"\0GITCRYPT\0", "encrypted with git-crypt", "compare with a rendered tree instead"),
];

/// The files of a commit, or those that are staged.
///
/// Paths begin with [`root`](Self::root), a folder in memory.
#[derive(Debug)]
pub struct Tree {
    root: PathBuf,
    directory: PathBuf,
    /// The top of the working tree on disk.
    top: Option<PathBuf>,
    entries: Entries,
    objects: Arc<Objects>,
}

impl Tree {
    pub(super) fn new(
        label: &str,
        entries: Entries,
        prefix: &Path,
        top: Option<PathBuf>,
        objects: Arc<Objects>,
    ) -> Self {
        let root = shown::root(label);
        Self { directory: root.join(prefix), root, top, entries, objects }
    }

    /// Its top folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder in it that the working directory is on disk. It need not be there.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// What a path on disk is called in the tree: one that is relative to the working directory, or a canonical one.
    /// Nothing if it is somewhere else.
    pub fn path(&self, on_disk: &Path) -> Option<PathBuf> {
        let below = if on_disk.is_absolute() {
            self.root.join(on_disk.strip_prefix(self.top.as_ref()?).ok()?)
        } else {
            self.directory.join(on_disk)
        };
        let below = normal(&below);
        below.starts_with(&self.root).then_some(below)
    }

    /// What it is called: `main:`, or `:` for what is staged.
    pub fn label(&self) -> String {
        shown(&self.root, Path::new(""))
    }

    /// The path from the top without links, `.` and `..`.
    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        let below = path.strip_prefix(&self.root).map_err(|_| leads_out())?;
        let mut found = PathBuf::new();
        let mut left: Vec<PathBuf> = parts(below);
        let mut links = 0;
        while let Some(part) = left.pop() {
            match part.components().next() {
                Some(Component::ParentDir) if !found.pop() => return Err(leads_out()),
                Some(Component::Normal(name)) => found.push(name),
                Some(Component::RootDir | Component::Prefix(_)) => return Err(leads_out()),
                _ => continue,
            }
            match self.entries.get(&found) {
                Some(Entry::Link(_)) if links == MOST_LINKS => {
                    return Err(error(path, "is a circle of symbolic links"));
                }
                Some(Entry::Link(id)) => {
                    links += 1;
                    left.extend(parts(&path_of(&self.content(id, &found)?)));
                    found.pop();
                }
                Some(Entry::Submodule) => return Err(self.is_submodule(&found)),
                _ => {}
            }
        }
        Ok(found)
    }

    fn entry(&self, path: &Path) -> io::Result<(PathBuf, Option<&Entry>)> {
        let found = self.resolve(path)?;
        let entry = self.entries.get(&found);
        Ok((found, entry))
    }

    /// Whether something lies below a path from the top.
    fn is_folder(&self, folder: &Path) -> bool {
        let mut behind = self.entries.range(folder.to_owned()..);
        folder.as_os_str().is_empty()
            || behind
                .find(|(path, _)| path.as_path() != folder)
                .is_some_and(|(path, _)| path.starts_with(folder))
    }

    fn content(&self, id: &str, path: &Path) -> io::Result<Vec<u8>> {
        match self.objects.get(id)? {
            Answer::Object(object) => Ok(object.content),
            _ => Err(error(&self.root.join(path), "is not in this repository; `git fsck` may tell why")),
        }
    }

    fn read_entry(&self, path: &Path, entry: Option<&Entry>) -> io::Result<Vec<u8>> {
        match entry {
            Some(Entry::File(id)) => {
                let content = self.content(id, path)?;
                let known = STANDING_FOR_OTHERS.iter().find(|(start, ..)| content.starts_with(start));
                known.map_or(Ok(content), |(_, what, hint)| {
                    Err(error(&self.root.join(path), &format!("is {what}; {hint}")))
                })
            }
            Some(Entry::Conflict) => {
                Err(error(&self.root.join(path), "has conflicts; resolve them and `git add` it"))
            }
            Some(Entry::Submodule) => Err(self.is_submodule(path)),
            Some(Entry::Link(_)) | None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn is_submodule(&self, path: &Path) -> io::Error {
        let message = "is a submodule: its files are in another repository; name them there";
        error(&self.root.join(path), message)
    }
}

fn leads_out() -> io::Error {
    io::Error::other("it leads out of the repository, where a revision has no files")
}

fn error(path: &Path, what: &str) -> io::Error {
    io::Error::other(format!("`{}` {what}", shown(path, Path::new(""))))
}

/// The parts of a path, the first one last.
fn parts(path: &Path) -> Vec<PathBuf> {
    path.components().rev().map(|part| PathBuf::from(part.as_os_str())).collect()
}

impl FileSystem for Tree {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let (path, entry) = self.entry(path)?;
        self.read_entry(&path, entry)
    }

    fn is_file(&self, path: &Path) -> bool {
        matches!(self.entry(path), Ok((_, Some(Entry::File(_) | Entry::Conflict))))
    }

    /// Something that cannot be looked into counts, so that whoever does look is told why.
    fn is_dir(&self, path: &Path) -> bool {
        self.resolve(path).map_or_else(|error| error.get_ref().is_some(), |found| self.is_folder(&found))
    }

    fn read_plain(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        let Ok(below) = path.strip_prefix(&self.root) else { return Ok(None) };
        match self.entries.get(below) {
            entry @ Some(Entry::File(_) | Entry::Conflict) => self.read_entry(below, entry).map(Some),
            _ => Ok(None),
        }
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        let found = self.resolve(path)?;
        if self.entries.contains_key(&found) || self.is_folder(&found) {
            Ok(self.root.join(found))
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    }

    fn list(&self, path: &Path) -> Vec<String> {
        let Ok(folder) = self.resolve(path) else { return Vec::new() };
        let below = self.entries.range(folder.clone()..).map(|(path, _)| path);
        let below = below.take_while(|path| path.starts_with(&folder));
        let name = |path: &PathBuf| {
            path.strip_prefix(&folder).ok()?.components().next()?.as_os_str().to_str().map(str::to_owned)
        };
        let mut names: Vec<String> = below.filter_map(name).collect();
        names.dedup();
        names
    }
}
