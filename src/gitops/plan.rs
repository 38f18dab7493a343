//! What a run would do: the tree that should be, against the disk and the ledger. Nothing is changed here.

use std::path::Path;

use super::inventory::{INVENTORY, Inventory, Owned};
use super::tree::Tree;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fs::{Folder, Found, PathError};

/// Which paths a run looks after; the others stay as they are.
pub type Scope<'a> = &'a dyn Fn(&str) -> bool;

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
}

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Every file that is not as it should be, in order of their paths.
    pub changes: Vec<Change>,
    /// How many files are as they should be.
    pub unchanged: usize,
    /// Whether the ledger must be written.
    pub is_ledger_stale: bool,
    pub(super) ledger: Inventory,
}

/// What the disk says about earlier runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Past {
    pub(super) ledger: Inventory,
    pub(super) owned: Owned,
    /// The ledger as it is on disk.
    text: Option<Vec<u8>>,
    /// Whether a run was interrupted.
    pub(super) has_journal: bool,
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
            Self::Foreign => "foreign",
            Self::Blocked => "blocked",
        }
    }
}

impl Past {
    /// Reads the ledger, and the journal if a run was interrupted.
    pub(super) fn read(folder: &Folder) -> Result<Self, Diagnostics> {
        let text = read(folder, INVENTORY)?;
        let ledger = match &text {
            Some(bytes) => in_file(folder, INVENTORY, Inventory::parse(&String::from_utf8_lossy(bytes)))?,
            None => Inventory::default(),
        };
        let mut owned = Owned::of(&ledger);
        let journal = read(folder, JOURNAL)?;
        if let Some(bytes) = &journal {
            in_file(folder, JOURNAL, owned.add_journal(&String::from_utf8_lossy(bytes)))?;
        }
        Ok(Self { ledger, owned, text, has_journal: journal.is_some() })
    }
}

/// The bytes of one of our own files, where nothing else may be.
fn read(folder: &Folder, path: &str) -> Result<Option<Vec<u8>>, Diagnostics> {
    match folder.find(path).map_err(no_access)? {
        Found::InTheWay { path, what } => {
            Err(Diagnostic::error(format!("{what} is where stackgen keeps its books")).in_path(path).into())
        }
        Found::File | Found::Nothing => Ok(folder.read(path).map_err(no_access)?),
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
        let is_ledger_stale = past.has_journal || past.text.as_deref() != Some(ledger.to_json().as_bytes());
        let mut plan = Self { changes: Vec::new(), unchanged: 0, is_ledger_stale, ledger };
        for (path, file) in tree.iter() {
            let status = wanted(folder, past, path, &file.bytes)?;
            plan.add(path, status);
        }
        for path in past.owned.paths().filter(|path| scope(path) && tree.get(path).is_none()) {
            let status = unwanted(folder, past, path)?;
            plan.add_unwanted(path, status);
        }
        plan.changes.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(plan)
    }

    fn add(&mut self, path: &str, status: Option<(Status, Option<String>)>) {
        match status {
            None => self.unchanged += 1,
            Some((status, detail)) => self.changes.push(Change { path: path.to_owned(), status, detail }),
        }
    }

    fn add_unwanted(&mut self, path: &str, status: Option<(Status, Option<String>)>) {
        if status.is_some() {
            self.add(path, status);
        }
    }

    /// Whether nothing is to be done.
    pub fn is_clean(&self) -> bool {
        self.changes.is_empty() && !self.is_ledger_stale
    }

    /// How many files have this status.
    pub fn count(&self, status: Status) -> usize {
        self.changes.iter().filter(|change| change.status == status).count()
    }

    /// Why the plan must not be carried out; `force` gives up what somebody changed by hand.
    pub(super) fn refusals(&self, folder: &Folder, force: bool) -> Result<(), Diagnostics> {
        let refused = self.changes.iter().filter_map(|change| change.refusal(force));
        let errors =
            refused.map(
                |(path, error)| if error.place.is_some() { error } else { error.in_path(folder.path(path)) },
            );
        Diagnostics(errors.collect()).into_result()
    }
}

impl Change {
    fn refusal(&self, force: bool) -> Option<(&str, Diagnostic)> {
        let error = match self.status {
            Status::Modified if !force => {
                Diagnostic::error("somebody changed this file, which stackgen owns")
                    .hint("make the change in the sources; --force-modified gives up what was changed here")
            }
            Status::Foreign => Diagnostic::error("this file is in the way, and stackgen did not write it")
                .hint("move it out of the tree, or put what it says into the sources"),
            Status::Blocked => {
                let what = self.detail.as_deref().unwrap_or("something");
                Diagnostic::error(format!("{what} is in the way of `{}`", self.path))
                    .hint("stackgen follows no links and removes no folders: move it away")
            }
            _ => return None,
        };
        Some((&self.path, error))
    }
}

type Verdict = Result<Option<(Status, Option<String>)>, Diagnostics>;

/// What is to be said of a path that should hold `bytes`.
fn wanted(folder: &Folder, past: &Past, path: &str, bytes: &[u8]) -> Verdict {
    let on_disk = match look(folder, path)? {
        Look::Blocked(detail) => return Ok(Some((Status::Blocked, Some(detail)))),
        Look::Nothing => return Ok(Some((Status::Missing, None))),
        Look::File(on_disk) => on_disk,
    };
    let status = if on_disk == bytes {
        return Ok(None);
    } else if past.owned.is_untouched(path, &on_disk) {
        Status::Stale
    } else if past.owned.has(path) {
        Status::Modified
    } else {
        Status::Foreign
    };
    Ok(Some((status, None)))
}

/// What is to be said of a path that stackgen owns and that should be empty.
fn unwanted(folder: &Folder, past: &Past, path: &str) -> Verdict {
    Ok(match look(folder, path)? {
        Look::Nothing => None,
        Look::Blocked(detail) => Some((Status::Blocked, Some(detail))),
        Look::File(on_disk) if past.owned.is_untouched(path, &on_disk) => Some((Status::Extra, None)),
        Look::File(_) => Some((Status::Modified, None)),
    })
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
        Found::File => folder.read(path).map_err(no_access)?.map_or(Look::Nothing, Look::File),
    })
}

fn way(folder: &Folder, path: &Path, what: &str) -> String {
    let shown = path.strip_prefix(folder.root()).unwrap_or(path);
    format!("{what} (`{}`)", shown.display())
}
