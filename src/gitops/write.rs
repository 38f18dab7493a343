//! Carrying a plan out, so that whoever looks at any moment sees old files or new ones, whole.
//!
//! Everything is written beside the tree first and then renamed into it, one file at a time; the ledger comes last.
//! Before the first rename a journal says what may appear: a run that finds one picks up from there.

use std::fs::File;
use std::path::Path;

use rayon::prelude::*;

use super::inventory::{INVENTORY, Owned};
use super::plan::{JOURNAL, Past, Plan, Scope, Status, no_access};
use super::tree::Tree;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fs::{Folder, Found, PathError};

/// Where our own files are.
const HOME: &str = ".stackgen";
/// Where files wait for their turn; no engine reads here.
const STAGE: &str = ".stackgen/tmp";
const LOCK: &str = ".stackgen/lock";

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Files that were not there.
    pub written: usize,
    /// Files that changed.
    pub updated: usize,
    /// Files that went.
    pub removed: usize,
    /// Files that were left alone.
    pub unchanged: usize,
}

/// What `write` would do in `root`.
pub fn check(root: &Path, tree: &Tree, scope: Scope<'_>) -> Result<Plan, Diagnostics> {
    let folder = Folder::new(root);
    Plan::new(&folder, &Past::read(&folder)?, tree, scope)
}

/// Makes the folder `root` hold `tree`, as far as `scope` goes. `force` gives up changes made by hand.
pub fn write(root: &Path, tree: &Tree, scope: Scope<'_>, force: bool) -> Result<Outcome, Diagnostics> {
    let folder = Folder::new(root);
    let plan = check(root, tree, scope)?;
    plan.refusals(&folder, force)?;
    check_home(&folder)?;
    if plan.is_clean() {
        tidy(&folder);
        return Ok(Outcome { unchanged: plan.unchanged, ..Outcome::default() });
    }
    folder.make_folder(STAGE).map_err(no_access)?;
    let lock = Lock::take(&folder)?;
    // Somebody may have written between the first look and the lock.
    let past = Past::read(&folder)?;
    let plan = Plan::new(&folder, &past, tree, scope)?;
    plan.refusals(&folder, force)?;
    let outcome = Writer { folder: &folder, tree, plan: &plan }.run(&past.owned).map_err(no_access)?;
    lock.release(&folder);
    Ok(outcome)
}

/// Refuses links where our own files go: they would lead out of the tree.
fn check_home(folder: &Folder) -> Result<(), Diagnostics> {
    for (path, is_folder) in [(STAGE, true), (LOCK, false)] {
        if let Found::InTheWay { path: way, what } = folder.find(path).map_err(no_access)?
            && !(is_folder && what == "a folder" && way == folder.path(path))
        {
            let error = Diagnostic::error(format!("{what} is where stackgen keeps its own files"));
            return Err(error.in_path(way).hint("move it away").into());
        }
    }
    Ok(())
}

/// Removes what a run left behind that was interrupted at its very end, unless one is under way.
fn tidy(folder: &Folder) {
    let is_there = |path| folder.path(path).symlink_metadata().is_ok();
    if (is_there(LOCK) || is_there(STAGE))
        && let Ok(lock) = Lock::take(folder)
    {
        let _ = clear_stage(folder);
        lock.release(folder);
    }
}

/// Removes files that wait for a run which is gone.
fn clear_stage(folder: &Folder) -> Result<(), PathError> {
    let names = folder.file_names(STAGE);
    names.iter().try_for_each(|name| folder.remove(&format!("{STAGE}/{name}")))
}

struct Writer<'a> {
    folder: &'a Folder,
    tree: &'a Tree,
    plan: &'a Plan,
}

impl Writer<'_> {
    fn run(&self, owned: &Owned) -> Result<Outcome, PathError> {
        clear_stage(self.folder)?;
        if let Err(error) = self.stage() {
            // A full disk, most likely: nothing in the tree has changed yet, so leave nothing behind.
            let _ = clear_stage(self.folder);
            return Err(error);
        }
        let mut journal = owned.clone();
        journal.add(&self.plan.ledger);
        self.replace(JOURNAL, journal.to_journal().as_bytes())?;
        self.publish()?;
        self.remove_extra()?;
        self.replace(INVENTORY, self.plan.ledger.to_json().as_bytes())?;
        self.folder.remove(JOURNAL)?;
        Ok(self.outcome())
    }

    /// The files to be written, with where they wait. What was changed by hand is among them, as it was given up.
    fn waiting(&self) -> Vec<(&str, String)> {
        let is_written = |status| matches!(status, Status::Missing | Status::Stale | Status::Modified);
        let paths = self.plan.changes.iter().filter(|change| is_written(change.status));
        let paths = paths.map(|change| change.path.as_str()).filter(|path| self.tree.get(path).is_some());
        paths.enumerate().map(|(index, path)| (path, format!("{STAGE}/{index}"))).collect()
    }

    /// Writes all files to where they wait. Together, because each has to reach the disk.
    fn stage(&self) -> Result<(), PathError> {
        self.waiting().par_iter().try_for_each(|(path, staged)| match self.tree.get(path) {
            Some(file) => self.folder.stage(staged, &file.bytes),
            None => Ok(()),
        })
    }

    fn publish(&self) -> Result<(), PathError> {
        for (path, staged) in self.waiting() {
            if let Some((parent, _)) = path.rsplit_once('/') {
                self.folder.make_folder(parent)?;
            }
            self.folder.publish(&staged, path)?;
        }
        Ok(())
    }

    /// Removes files that are not wanted any more, one by one, and folders that are empty then.
    fn remove_extra(&self) -> Result<(), PathError> {
        let paths = self.plan.changes.iter().map(|change| change.path.as_str());
        for path in paths.filter(|path| self.tree.get(path).is_none()) {
            self.folder.remove(path)?;
            self.folder.remove_empty_parents(path);
        }
        Ok(())
    }

    fn replace(&self, path: &str, bytes: &[u8]) -> Result<(), PathError> {
        let staged = format!("{STAGE}/books");
        self.folder.stage(&staged, bytes)?;
        self.folder.publish(&staged, path)?;
        self.folder.sync(HOME)
    }

    fn outcome(&self) -> Outcome {
        let is_wanted = |path: &str| self.tree.get(path).is_some();
        let given_up = self.plan.changes.iter().filter(|change| change.status == Status::Modified);
        let updated = given_up.filter(|change| is_wanted(&change.path)).count();
        let changed = self.plan.changes.len();
        let written = self.plan.count(Status::Missing);
        let updated = updated + self.plan.count(Status::Stale);
        Outcome { written, updated, removed: changed - written - updated, unchanged: self.plan.unchanged }
    }
}

/// Keeps two runs from writing at once. The operating system gives it back if the run dies.
struct Lock {
    file: File,
}

impl Lock {
    fn take(folder: &Folder) -> Result<Self, Diagnostics> {
        loop {
            let file = folder.open_lock(LOCK).map_err(no_access)?;
            if let Err(error) = file.try_lock() {
                return Err(Diagnostic::error(format!("another stackgen is writing here ({error})"))
                    .in_path(folder.root())
                    .hint("wait until it is done, and run again")
                    .into());
            }
            // The run that held it may have removed the file on its way out.
            if folder.is_same_file(LOCK, &file) {
                return Ok(Self { file });
            }
        }
    }

    /// Tidies up. That nothing is left behind is nice, not needed.
    fn release(self, folder: &Folder) {
        let _ = folder.remove(LOCK);
        folder.remove_empty_parents(&format!("{STAGE}/x"));
        drop(self.file);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::TreeFile;
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        for (path, text) in files {
            let file = TreeFile { bytes: text.as_bytes().to_vec(), object: None, app: None };
            tree.add((*path).to_owned(), file).unwrap();
        }
        tree
    }

    fn everything(_: &str) -> bool {
        true
    }

    fn read(root: &Path, path: &str) -> Option<String> {
        std::fs::read_to_string(root.join(path)).ok()
    }

    /// Stops a run at each of its steps and looks whether the next one gets to where it should be.
    #[test]
    fn a_run_after_an_interrupted_one_picks_up_from_there() {
        let old =
            tree(&[("clusters/a/b/kept", "1"), ("clusters/a/b/changed", "1"), ("clusters/a/c/gone", "1")]);
        let new =
            tree(&[("clusters/a/b/kept", "1"), ("clusters/a/b/changed", "2"), ("clusters/a/d/new", "2")]);
        for steps in 0..7 {
            let directory = tempfile::tempdir().unwrap();
            let root = directory.path();
            write(root, &old, &everything, false).unwrap();
            interrupt(root, &new, steps);
            assert!(!check(root, &new, &everything).unwrap().is_clean(), "after {steps} steps");
            // Another tree than the interrupted one: what that left behind is still known.
            let last = tree(&[("clusters/a/b/kept", "1")]);
            write(root, &last, &everything, false).unwrap();
            assert!(check(root, &last, &everything).unwrap().is_clean());
            let mut left: Vec<String> = walkdir::WalkDir::new(root)
                .into_iter()
                .flatten()
                .map(|entry| entry.path().strip_prefix(root).unwrap().display().to_string())
                .collect();
            left.sort();
            let expected = [
                "",
                ".stackgen",
                ".stackgen/inventory.json",
                "clusters",
                "clusters/a",
                "clusters/a/b",
                "clusters/a/b/kept",
            ];
            assert_eq!(left, expected, "after {steps} steps");
        }
    }

    /// Does the first steps of a run.
    fn interrupt(root: &Path, tree: &Tree, steps: usize) {
        let folder = Folder::new(root);
        let past = Past::read(&folder).unwrap();
        let plan = Plan::new(&folder, &past, tree, &everything).unwrap();
        let writer = Writer { folder: &folder, tree, plan: &plan };
        let mut journal = past.owned.clone();
        journal.add(&plan.ledger);
        let waiting = writer.waiting();
        let publish = |index: usize| {
            let (path, staged) = &waiting[index];
            folder.make_folder(path.rsplit_once('/').unwrap().0).unwrap();
            folder.publish(staged, path).unwrap();
        };
        let run: [&dyn Fn(); 6] = [
            &|| folder.make_folder(STAGE).unwrap(),
            &|| writer.stage().unwrap(),
            &|| writer.replace(JOURNAL, journal.to_journal().as_bytes()).unwrap(),
            &|| publish(0),
            &|| publish(1),
            &|| writer.remove_extra().unwrap(),
        ];
        for step in run.into_iter().take(steps) {
            step();
        }
    }

    #[test]
    fn a_second_run_waits_its_turn() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        let folder = Folder::new(root);
        folder.make_folder(STAGE).unwrap();
        let lock = Lock::take(&folder).unwrap();
        let files = tree(&[("clusters/a/b/c", "1")]);
        let error = write(root, &files, &everything, false).unwrap_err();
        assert!(error.to_string().starts_with("another stackgen is writing here"), "{error}");
        assert_eq!(read(root, "clusters/a/b/c"), None);
        lock.release(&folder);
        write(root, &files, &everything, false).unwrap();
        assert_eq!(read(root, "clusters/a/b/c").as_deref(), Some("1"));
    }

    #[test]
    fn a_run_with_nothing_to_do_tidies_up() {
        let directory = tempfile::tempdir().unwrap();
        let folder = Folder::new(directory.path());
        let files = tree(&[("clusters/a/b/c", "1")]);
        write(folder.root(), &files, &everything, false).unwrap();
        folder.make_folder(STAGE).unwrap();
        folder.stage(&format!("{STAGE}/0"), b"").unwrap();
        folder.stage(LOCK, b"").unwrap();
        write(folder.root(), &files, &everything, false).unwrap();
        assert_eq!(folder.file_names(HOME), ["inventory.json"]);
        assert!(!folder.path(STAGE).exists());
    }

    #[test]
    fn what_is_out_of_scope_stays() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        write(root, &tree(&[("clusters/a/x/f", "1"), ("clusters/b/x/f", "1")]), &everything, false).unwrap();
        let only_a = |path: &str| path.starts_with("clusters/a/");
        let outcome = write(root, &tree(&[("clusters/a/x/g", "1")]), &only_a, false).unwrap();
        assert_eq!(outcome, Outcome { written: 1, updated: 0, removed: 1, unchanged: 0 });
        assert_eq!(read(root, "clusters/b/x/f").as_deref(), Some("1"));
        let all = tree(&[("clusters/a/x/g", "1"), ("clusters/b/x/f", "1")]);
        assert!(check(root, &all, &everything).unwrap().is_clean());
    }
}
