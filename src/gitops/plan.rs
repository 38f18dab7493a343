//! What a run would do: the tree that should be, against the disk and the ledger. Nothing is changed here.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::brakes::{self, Removal};
use super::inventory::{Inventory, OF_CLUSTERS, Owned, ledgers, sha256};
use super::tree::Tree;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fs::{Folder, Found, PathError};

/// Which paths a run looks after; the others stay as they are.
pub type Scope<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// What somebody allowed a run to do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allowed {
    /// Give up what was changed by hand.
    pub modified: bool,
    /// Take over files that are as they should be, but that the ledger does not list.
    pub adopt: bool,
    /// Take away what an engine then deletes, however much it is.
    pub removals: bool,
}

/// More than any file of the tree has: what is larger is not read.
const FILE_LIMIT: u64 = 1 << 30;

/// What is to be said of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It is not there.
    Missing,
    /// It is as an earlier run wrote it, and would be written differently now.
    Stale,
    /// An earlier run wrote it, and it would not be written any more.
    Extra,
    /// An earlier run wrote it, and somebody else changed it.
    Modified,
    /// It is as it should be, but nothing says that stackgen wrote it.
    Unlisted,
    /// It is in the way, and nothing says that stackgen wrote it.
    Foreign,
    /// Something that is no file is in the way.
    Blocked,
}

/// A file that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where, in the tree.
    pub path: String,
    /// What is wrong.
    pub status: Status,
    /// For a blocked path: what is where.
    detail: Option<String>,
    /// The hash of what lies there.
    pub(super) seen: Option<String>,
}

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Every file that is not as it should be, in order of their paths.
    pub changes: Vec<Change>,
    /// How many files are as they should be.
    pub unchanged: usize,
    /// Objects that would go.
    pub removals: Vec<Removal>,
    /// The files of the ledger that are not as they should be: what each is to hold, or that it goes.
    pub(super) stale_ledgers: BTreeMap<String, Option<String>>,
    /// Whether a run was interrupted.
    has_journal: bool,
    pub(super) ledger: Inventory,
}

/// What the disk says about earlier runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Past {
    pub(super) ledger: Inventory,
    pub(super) owned: Owned,
    /// The ledger as it is on disk, by file.
    files: BTreeMap<String, Vec<u8>>,
    /// Whether a run was interrupted.
    pub(super) has_journal: bool,
    /// What the journal says of clusters that this run does not look after.
    pub(super) elsewhere: Option<Owned>,
}

/// The journal of a run that is under way, or was interrupted.
pub(super) const JOURNAL: &str = ".stackgen/journal.json";

impl Status {
    /// One word for a list.
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Stale => "stale",
            Self::Extra => "extra",
            Self::Modified => "modified",
            Self::Unlisted => "unlisted",
            Self::Foreign => "foreign",
            Self::Blocked => "blocked",
        }
    }
}

impl Past {
    /// Reads the ledger as far as `scope` goes, and the journal if a run was interrupted.
    pub(super) fn read(folder: &Folder, tree: &Tree, scope: Scope<'_>) -> Result<Self, Diagnostics> {
        let mut past = Self::default();
        let names = folder.file_names(OF_CLUSTERS).map_err(no_access)?;
        for file in ledgers(tree, &names, scope) {
            if let Some(bytes) = read(folder, &file)? {
                in_file(folder, &file, past.ledger.add_file(&file, &bytes))?;
                past.files.insert(file, bytes);
            }
        }
        past.owned = Owned::of(&past.ledger);
        if let Some(bytes) = read(folder, JOURNAL)? {
            let mut journal = Owned::default();
            in_file(folder, JOURNAL, journal.add_journal(&bytes))?;
            past.owned.extend(&journal);
            let is_here = journal.paths().any(scope);
            journal.retain(|path| !scope(path));
            let is_elsewhere = journal.paths().next().is_some();
            past.elsewhere = is_elsewhere.then_some(journal);
            past.has_journal = is_here || past.elsewhere.is_none();
        }
        Ok(past)
    }

    /// What has to change so that the files on disk say what `ledger` does.
    fn stale(&self, ledger: &Inventory) -> BTreeMap<String, Option<String>> {
        let wanted = ledger.to_files();
        let gone = self.files.keys().filter(|file| !wanted.contains_key(*file));
        let mut stale: BTreeMap<String, Option<String>> = gone.map(|file| (file.clone(), None)).collect();
        let is_as_it_was =
            |file: &str, text: &str| self.files.get(file).is_some_and(|old| old == text.as_bytes());
        let changed = wanted.into_iter().filter(|(file, text)| !is_as_it_was(file, text));
        stale.extend(changed.map(|(file, text)| (file, Some(text))));
        stale
    }
}

/// The bytes of one of our own files, where nothing else may be.
fn read(folder: &Folder, path: &str) -> Result<Option<Vec<u8>>, Diagnostics> {
    match folder.find(path).map_err(no_access)? {
        Found::InTheWay { path, what } => {
            let error = Diagnostic::error(format!("{what} is where stackgen keeps its own files"));
            Err(error.in_path(path).hint("move it away").into())
        }
        Found::File | Found::Nothing => Ok(folder.read(path, FILE_LIMIT).map_err(no_access)?),
    }
}

fn in_file<T>(folder: &Folder, path: &str, result: Result<T, Diagnostic>) -> Result<T, Diagnostics> {
    Ok(result.map_err(|error| error.in_path(folder.path(path)))?)
}

/// An error of the operating system, for people.
pub(super) fn no_access(error: PathError) -> Diagnostics {
    let message = format!("cannot {}: {}", error.action, error.source);
    Diagnostic::error(message).in_path(error.path).into()
}

impl Plan {
    /// Compares `tree`, which has only what is in `scope`, with the disk.
    pub(super) fn new(
        folder: &Folder,
        past: &Past,
        tree: &Tree,
        scope: Scope<'_>,
    ) -> Result<Self, Diagnostics> {
        let ledger = Inventory::after(tree, &past.ledger, |path| !scope(path));
        let removals = brakes::removals(&past.ledger, &ledger);
        let stale_ledgers = past.stale(&ledger);
        let is_extra = |path: &&str| scope(path) && tree.get(path).is_none();
        let extra = past.owned.paths().filter(is_extra).map(|path| (path, None));
        let paths: Vec<(&str, Option<&[u8]>)> =
            tree.iter().map(|(path, file)| (path, Some(&*file.bytes))).chain(extra).collect();
        let found: Vec<Option<Change>> = paths
            .par_iter()
            .map(|(path, bytes)| compare(folder, past, path, *bytes))
            .collect::<Result<_, Diagnostics>>()?;
        let mut changes: Vec<Change> = found.into_iter().flatten().collect();
        changes.sort_by(|one, other| one.path.cmp(&other.path));
        let wrong = changes.iter().filter(|change| tree.get(&change.path).is_some()).count();
        let unchanged = tree.iter().count() - wrong;
        let has_journal = past.has_journal;
        Ok(Self { changes, unchanged, removals, stale_ledgers, has_journal, ledger })
    }

    /// Whether nothing is to be done.
    pub fn is_clean(&self) -> bool {
        self.changes.is_empty() && self.stale_ledgers.is_empty() && !self.has_journal
    }

    /// The files of the ledger, or the journal of an interrupted run, that the next run sets right.
    pub fn stale_books(&self) -> Vec<&str> {
        let stale: Vec<&str> = self.stale_ledgers.keys().map(String::as_str).collect();
        if stale.is_empty() && self.has_journal { vec![JOURNAL] } else { stale }
    }

    /// How many files have this status.
    pub fn count(&self, status: Status) -> usize {
        self.changes.iter().filter(|change| change.status == status).count()
    }

    /// Whether objects would go that must not go without a word.
    pub fn is_braked(&self) -> bool {
        self.removals.iter().any(|removal| !removal.reasons.is_empty())
    }

    /// Why the plan must not be carried out.
    pub(super) fn refusals(&self, folder: &Folder, allowed: Allowed) -> Result<(), Diagnostics> {
        let mut errors = Diagnostics::default();
        for change in &self.changes {
            if let Some(error) = change.refusal(allowed) {
                errors.push(error.in_path(folder.path(&change.path)));
            }
        }
        if !allowed.adopt {
            errors.0.extend(self.unlisted(folder));
        }
        if !allowed.removals {
            errors.0.extend(brakes::refusal(&self.removals, folder));
        }
        errors.into_result()
    }

    /// Files that may be ours: said together, because without a ledger that is all of them.
    fn unlisted(&self, folder: &Folder) -> Option<Diagnostic> {
        let mut unlisted = self.changes.iter().filter(|change| change.status == Status::Unlisted);
        let first = folder.path(&unlisted.next()?.path);
        let more = unlisted.count();
        let (subject, verb) = match more {
            0 => ("this file".to_owned(), "is"),
            more => (format!("this file and {more} more"), "are"),
        };
        let error = Diagnostic::error(format!(
            "{subject} {verb} as stackgen writes them, but the ledger does not list them"
        ));
        Some(error.in_path(first).hint("--adopt takes over what is as it should be; --check lists it"))
    }
}

impl Change {
    fn refusal(&self, allowed: Allowed) -> Option<Diagnostic> {
        match self.status {
            Status::Modified if !allowed.modified => Some(
                Diagnostic::error("somebody changed this file, which stackgen owns")
                    .hint("make the change in the sources; --force-modified gives up what was changed here"),
            ),
            Status::Foreign => Some(
                Diagnostic::error("this file is in the way, and stackgen did not write it")
                    .hint("move it out of the tree, or put what it says into the sources"),
            ),
            Status::Blocked => {
                let what = self.detail.as_deref().unwrap_or("something");
                let error = Diagnostic::error(format!("{what} is in the way"));
                Some(error.hint("stackgen follows no links and removes no folders: move it away"))
            }
            _ => None,
        }
    }
}

/// What is to be said of a path that should hold `bytes`, or nothing.
fn compare(
    folder: &Folder,
    past: &Past,
    path: &str,
    bytes: Option<&[u8]>,
) -> Result<Option<Change>, Diagnostics> {
    let (status, detail, seen) = match look(folder, path)? {
        Look::Blocked(detail) => (Status::Blocked, Some(detail), None),
        Look::Nothing if bytes.is_none() => return Ok(None),
        Look::Nothing => (Status::Missing, None, None),
        Look::File(on_disk) => match judge(past, path, &on_disk, bytes) {
            None => return Ok(None),
            Some(status) => (status, None, Some(sha256(&on_disk))),
        },
    };
    Ok(Some(Change { path: path.to_owned(), status, detail, seen }))
}

/// What is to be said of a file that is there.
fn judge(past: &Past, path: &str, on_disk: &[u8], bytes: Option<&[u8]>) -> Option<Status> {
    let is_owned = past.owned.has(path);
    match bytes {
        Some(bytes) if bytes == on_disk => (!is_owned).then_some(Status::Unlisted),
        Some(_) if !is_owned => Some(Status::Foreign),
        _ if !past.owned.is_untouched(path, on_disk) => Some(Status::Modified),
        Some(_) => Some(Status::Stale),
        None => Some(Status::Extra),
    }
}

enum Look {
    Nothing,
    File(Vec<u8>),
    Blocked(String),
}

fn look(folder: &Folder, path: &str) -> Result<Look, Diagnostics> {
    Ok(match folder.find(path).map_err(no_access)? {
        Found::Nothing => Look::Nothing,
        Found::InTheWay { path, what } => Look::Blocked(way(folder, &path, what)),
        Found::File => folder.read(path, FILE_LIMIT).map_err(no_access)?.map_or(Look::Nothing, Look::File),
    })
}

fn way(folder: &Folder, path: &Path, what: &str) -> String {
    let shown = path.strip_prefix(folder.root()).unwrap_or(path);
    format!("{what} (`{}`)", shown.display())
}

/// Whether what lies at `path` is still what the plan saw there.
pub(super) fn is_as_seen(folder: &Folder, change: &Change) -> Result<bool, PathError> {
    let bytes = folder.read(&change.path, FILE_LIMIT)?;
    let is_nothing = bytes.is_none() && folder.find(&change.path)? == Found::Nothing;
    Ok(match &change.seen {
        Some(seen) => bytes.is_some_and(|bytes| sha256(&bytes) == *seen),
        None => is_nothing,
    })
}
