//! What git lists of a tree or of the index: paths with what lies there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::command::Git;
use super::error::GitError;

/// What lies at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A file, by its object.
    File(Box<str>),
    /// A symbolic link; its object holds where it leads.
    Link(Box<str>),
    /// The commit of another repository.
    Submodule,
    /// Several versions, of which nobody has chosen one yet.
    Conflict,
}

/// The entries of a tree by their paths from its top; folders are there when something lies in them.
pub(super) type Entries = BTreeMap<PathBuf, Entry>;

/// An empty file and an empty tree, by the hash that the repository uses.
const EMPTY: [(&str, &str); 2] = [
    ("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"),
    (
        "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
        "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
    ),
];

/// The entries of a tree or commit.
pub(super) fn of_tree(git: &Git, id: &str) -> Result<Entries, GitError> {
    let listed = git.run(&["ls-tree", "-r", "-z", "--full-tree", id])?;
    let entry = |line: &[u8]| -> Option<(PathBuf, Entry)> {
        let (head, path) = split(line)?;
        let mut words = head.split(' ');
        let (mode, _, object) = (words.next()?, words.next()?, words.next()?);
        Some((path, Entry::of(mode, object)))
    };
    listed.split(|byte| *byte == 0).filter(|line| !line.is_empty()).map(|line| read(line, &entry)).collect()
}

/// The entries of the index: what would be committed now.
pub(super) fn of_index(git: &Git) -> Result<Entries, GitError> {
    let listed = git.run(&["ls-files", "--stage", "-z", "--full-name", ":/"])?;
    let entry = |line: &[u8]| -> Option<(PathBuf, Entry)> {
        let (head, path) = split(line)?;
        let mut words = head.split(' ');
        let (mode, object, stage) = (words.next()?, words.next()?, words.next()?);
        Some((path, if stage == "0" { Entry::of(mode, object) } else { Entry::Conflict }))
    };
    let lines = listed.split(|byte| *byte == 0).filter(|line| !line.is_empty());
    let mut entries: Entries = lines.map(|line| read(line, &entry)).collect::<Result<_, _>>()?;
    // What is only meant to be added is listed as an empty file.
    let empty_tree = |entry: &Entry| match entry {
        Entry::File(id) => EMPTY.iter().find(|(file, _)| *file == &**id).map(|(_, tree)| *tree),
        _ => None,
    };
    if let Some(tree) = entries.values().find_map(empty_tree) {
        let staged = staged(git, tree)?;
        entries.retain(|path, entry| empty_tree(entry).is_none() || staged.contains(path));
    }
    Ok(entries)
}

/// The paths that the index has and an empty tree has not: without those that `git add --intent-to-add` noted.
fn staged(git: &Git, empty_tree: &str) -> Result<BTreeSet<PathBuf>, GitError> {
    let arguments =
        ["diff-index", "--cached", "--ita-invisible-in-index", "--no-renames", "--name-only", "-z"];
    let listed = git.run(&[&arguments[..], &[empty_tree]].concat())?;
    Ok(listed.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(path_of).collect())
}

impl Entry {
    fn of(mode: &str, object: &str) -> Self {
        match mode {
            "120000" => Self::Link(object.into()),
            "160000" => Self::Submodule,
            _ => Self::File(object.into()),
        }
    }
}

fn read(
    line: &[u8],
    entry: &impl Fn(&[u8]) -> Option<(PathBuf, Entry)>,
) -> Result<(PathBuf, Entry), GitError> {
    let unexpected = || GitError::new(format!("git listed `{}`", String::from_utf8_lossy(line)));
    entry(line).ok_or_else(unexpected)
}

/// What stands before the tabulator, and the path behind it.
fn split(line: &[u8]) -> Option<(&str, PathBuf)> {
    let tabulator = line.iter().position(|byte| *byte == b'\t')?;
    Some((std::str::from_utf8(&line[..tabulator]).ok()?, path_of(&line[tabulator + 1..])))
}

/// The path that git names with these bytes.
#[cfg(unix)]
pub(super) fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    std::ffi::OsStr::from_bytes(bytes).into()
}

/// The path that git names with these bytes.
#[cfg(not(unix))]
pub(super) fn path_of(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}
