//! Carrying a plan out, so that whoever looks at any moment sees old files or new ones, whole.
//!
//! Everything is written beside the tree first and then renamed into it, one file at a time; the ledger comes last.
//! Before the first rename a journal says what may appear: a run that finds one picks up from there. Each of these
//! steps has reached the disk before the next one begins.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use rayon::prelude::*;

use super::inventory::{OF_CLUSTERS, Owned};
use super::lock::{LOCK, Lock, NoLock};
use super::plan::{Allowed, Change, JOURNAL, Past, Plan, Scope, Status, is_as_seen, no_access};
use super::tree::Tree;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fs::{Folder, Found, PathError};

/// Where our own files are.
const HOME: &str = ".stackgen";
/// Where files wait for their turn; no engine reads here.
const STAGE: &str = ".stackgen/tmp";

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
    plan(&Folder::new(root), tree, scope)
}

/// Makes the folder `root` hold `tree`, as far as `scope` goes, and says what was done for which plan.
pub fn write(
    root: &Path,
    tree: &Tree,
    scope: Scope<'_>,
    allowed: Allowed,
) -> Result<(Plan, Outcome), Diagnostics> {
    write_in(&Folder::new(root), tree, scope, allowed)
}

fn plan(folder: &Folder, tree: &Tree, scope: Scope<'_>) -> Result<Plan, Diagnostics> {
    Plan::new(folder, &Past::read(folder, tree, scope)?, tree, scope)
}

fn write_in(
    folder: &Folder,
    tree: &Tree,
    scope: Scope<'_>,
    allowed: Allowed,
) -> Result<(Plan, Outcome), Diagnostics> {
    let first = plan(folder, tree, scope).and_then(|plan| plan.refusals(folder, allowed).map(|()| plan));
    let refused = match first {
        Ok(plan) if plan.is_clean() => {
            check_home(folder)?;
            tidy(folder);
            let outcome = Outcome { unchanged: plan.unchanged, ..Outcome::default() };
            return Ok((plan, outcome));
        }
        Ok(_) => None,
        Err(errors) => Some(errors),
    };
    // Where nobody wrote before, nobody is in the middle of it.
    if let Some(errors) = refused.as_ref().filter(|_| !is_there(folder, HOME)) {
        return Err(errors.clone());
    }
    check_home(folder)?;
    let lock = match folder.make_folder(HOME).map_err(NoLock::NoAccess).and_then(|()| Lock::take(folder)) {
        Ok(lock) => lock,
        Err(NoLock::NoAccess(error)) => return Err(refused.unwrap_or_else(|| no_access(error))),
        Err(held) => return Err(held.into()),
    };
    let result = write_locked(folder, tree, scope, allowed);
    folder.remove_empty_parents(&format!("{STAGE}/x"));
    lock.release(folder);
    // Where nothing could be written, nothing is left.
    folder.remove_empty_parents(LOCK);
    result
}

fn is_there(folder: &Folder, path: &str) -> bool {
    folder.find(path).is_ok_and(|found| found != Found::Nothing)
}

fn write_locked(
    folder: &Folder,
    tree: &Tree,
    scope: Scope<'_>,
    allowed: Allowed,
) -> Result<(Plan, Outcome), Diagnostics> {
    // Somebody may have written between the first look and the lock, or during the first look.
    let past = Past::read(folder, tree, scope)?;
    let plan = Plan::new(folder, &past, tree, scope)?;
    plan.refusals(folder, allowed)?;
    let outcome = Writer { folder, tree, plan: &plan }.run(&past)?;
    Ok((plan, outcome))
}

/// Refuses links where our own files go: they would lead out of the tree.
fn check_home(folder: &Folder) -> Result<(), Diagnostics> {
    for (path, is_folder) in [(STAGE, true), (OF_CLUSTERS, true), (LOCK, false)] {
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
    if (is_there(folder, LOCK) || is_there(folder, STAGE))
        && let Ok(lock) = Lock::take(folder)
    {
        let _ = clear_stage(folder);
        folder.remove_empty_parents(&format!("{STAGE}/x"));
        lock.release(folder);
    }
}

/// Removes files that wait for a run which is gone.
fn clear_stage(folder: &Folder) -> Result<(), PathError> {
    let names = folder.file_names(STAGE)?;
    names.iter().try_for_each(|name| folder.remove(&format!("{STAGE}/{name}")))
}

struct Writer<'a> {
    folder: &'a Folder,
    tree: &'a Tree,
    plan: &'a Plan,
}

impl Writer<'_> {
    fn run(&self, past: &Past) -> Result<Outcome, Diagnostics> {
        if let Err(error) = self.prepare(past) {
            // A full disk, most likely: nothing in the tree has changed yet, so leave nothing behind.
            self.give_up(past.has_journal || past.elsewhere.is_some());
            return Err(no_access(error));
        }
        self.finish(past).map_err(|error| {
            let mut errors = no_access(error);
            let hint = "some files are new and some old now; run again, and it goes on from here";
            errors.0.iter_mut().for_each(|error| error.hints.push(hint.to_owned()));
            errors
        })?;
        Ok(self.outcome())
    }

    /// Everything that takes space on the disk, up to the first change of the tree.
    fn prepare(&self, past: &Past) -> Result<(), PathError> {
        self.folder.make_folder(STAGE)?;
        clear_stage(self.folder)?;
        self.stage()?;
        let mut journal: Owned = past.owned.clone();
        journal.add(&self.plan.ledger);
        self.stage_ledgers()?;
        self.stage_book("journal", &journal.to_journal())?;
        if let Some(elsewhere) = &past.elsewhere {
            self.stage_book("elsewhere", &elsewhere.to_journal())?;
        }
        self.folder.publish(&format!("{STAGE}/journal"), JOURNAL)?;
        self.folder.sync(&[HOME])?;
        self.parents().iter().try_for_each(|parent| self.folder.make_folder(parent))
    }

    fn stage_book(&self, name: &str, text: &str) -> Result<(), PathError> {
        let path = format!("{STAGE}/{name}");
        self.folder.stage(&path, text.as_bytes())?;
        self.folder.sync(&[&path])
    }

    /// The files of the ledger that change, with where they wait.
    fn waiting_ledgers(&self) -> impl Iterator<Item = (&str, Option<&str>, String)> {
        let stale = self.plan.stale_ledgers.iter().enumerate();
        stale.map(|(index, (file, text))| (file.as_str(), text.as_deref(), format!("{STAGE}/ledger-{index}")))
    }

    fn stage_ledgers(&self) -> Result<(), PathError> {
        let mut staged = Vec::new();
        for (_, text, path) in self.waiting_ledgers() {
            if let Some(text) = text {
                self.folder.stage(&path, text.as_bytes())?;
                staged.push(path);
            }
        }
        self.folder.sync(&staged.iter().map(String::as_str).collect::<Vec<_>>())?;
        self.folder.make_folder(OF_CLUSTERS)
    }

    fn publish_ledgers(&self) -> Result<(), PathError> {
        for (file, text, staged) in self.waiting_ledgers() {
            match text {
                Some(_) => self.folder.publish(&staged, file)?,
                None => self.folder.remove(file)?,
            }
        }
        self.folder.sync(&[OF_CLUSTERS])?;
        self.folder.remove_empty_parents(&format!("{OF_CLUSTERS}/x"));
        self.folder.sync(&[HOME])
    }

    /// Takes back what was prepared. The journal of an earlier run stays: that one did change the tree.
    fn give_up(&self, has_journal: bool) {
        for parent in self.parents().iter().rev() {
            self.folder.remove_empty_parents(&format!("{parent}/x"));
        }
        self.folder.remove_empty_parents(&format!("{OF_CLUSTERS}/x"));
        if !has_journal {
            let _ = self.folder.remove(JOURNAL);
        }
        let _ = clear_stage(self.folder);
    }

    /// Changes the tree, and says so in the ledger once that has reached the disk.
    fn finish(&self, past: &Past) -> Result<(), PathError> {
        for (change, staged) in self.waiting() {
            self.check_still(change)?;
            self.folder.publish(&staged, &change.path)?;
        }
        self.remove_extra()?;
        let touched = self.touched();
        self.folder.sync(&touched.iter().map(String::as_str).collect::<Vec<_>>())?;
        self.publish_ledgers()?;
        // A run of other clusters that was interrupted still needs its journal.
        match past.elsewhere {
            Some(_) => self.folder.publish(&format!("{STAGE}/elsewhere"), JOURNAL),
            None => self.folder.remove(JOURNAL),
        }
    }

    /// Between the plan and now somebody may have put something there.
    fn check_still(&self, change: &Change) -> Result<(), PathError> {
        if is_as_seen(self.folder, change)? {
            return Ok(());
        }
        let source = io::Error::other("somebody else changed it at the same time");
        Err(PathError { action: "write", path: self.folder.path(&change.path), source })
    }

    /// The files to be written, with where they wait. What was changed by hand is among them, as it was given up.
    fn waiting(&self) -> Vec<(&Change, String)> {
        let is_written = |status| matches!(status, Status::Missing | Status::Stale | Status::Modified);
        let changes = self.plan.changes.iter().filter(|change| is_written(change.status));
        let changes = changes.filter(|change| self.tree.get(&change.path).is_some());
        changes.enumerate().map(|(index, change)| (change, format!("{STAGE}/{index}"))).collect()
    }

    /// Writes all files to where they wait.
    fn stage(&self) -> Result<(), PathError> {
        let waiting = self.waiting();
        waiting.par_iter().try_for_each(|(change, staged)| match self.tree.get(&change.path) {
            Some(file) => self.folder.stage(staged, &file.bytes),
            None => Ok(()),
        })?;
        self.folder.sync(&waiting.iter().map(|(_, staged)| staged.as_str()).collect::<Vec<_>>())
    }

    /// The folders that files are written to.
    fn parents(&self) -> BTreeSet<String> {
        let waiting = self.waiting();
        let parents = waiting.iter().filter_map(|(change, _)| change.path.rsplit_once('/'));
        parents.map(|(parent, _)| parent.to_owned()).collect()
    }

    /// The folders whose entries changed, and those above them, which may be new.
    fn touched(&self) -> BTreeSet<String> {
        let mut folders = BTreeSet::from([String::new()]);
        for change in &self.plan.changes {
            let mut rest = change.path.as_str();
            while let Some((parent, _)) = rest.rsplit_once('/') {
                folders.insert(parent.to_owned());
                rest = parent;
            }
        }
        folders
    }

    /// Removes files that are not wanted any more, one by one, and folders that are empty then.
    fn remove_extra(&self) -> Result<(), PathError> {
        for change in self.plan.changes.iter().filter(|change| self.tree.get(&change.path).is_none()) {
            self.check_still(change)?;
            self.folder.remove(&change.path)?;
            self.folder.remove_empty_parents(&change.path);
        }
        Ok(())
    }

    fn outcome(&self) -> Outcome {
        let changes = || self.plan.changes.iter();
        let count = |wanted: &[Status]| changes().filter(|change| wanted.contains(&change.status)).count();
        let removed = changes().filter(|change| self.tree.get(&change.path).is_none()).count();
        let written = count(&[Status::Missing]);
        let adopted = count(&[Status::Unlisted]);
        let updated = count(&[Status::Stale, Status::Modified, Status::Extra]) - removed;
        Outcome { written, updated, removed, unchanged: self.plan.unchanged + adopted }
    }
}

#[cfg(test)]
mod tests;
