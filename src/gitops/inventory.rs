//! The ledger: which files stackgen wrote, and what was in them.
//!
//! Only what it lists may be changed or removed. It holds no time, no version and no commit, so it changes only when
//! the tree does. While a run writes, a journal beside it lists what the run may leave behind.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::tree::{GIT_ATTRIBUTES, GIT_IGNORE, README, Tree};
use crate::diagnostic::Diagnostic;

/// Where the ledger is in the tree.
pub const INVENTORY: &str = ".stackgen/inventory.json";
const SCHEMA: &str = "stackgen.inventory/v1";

/// The files that stackgen wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Inventory {
    files: BTreeMap<String, Entry>,
}

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    sha256: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    object: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    app: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema: String,
    files: Vec<Entry>,
}

/// What each file held when stackgen wrote it, for every run that may have: the ledger and the journal together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Owned {
    hashes: BTreeMap<String, BTreeSet<String>>,
}

/// The hash of a file's bytes, as the ledger writes it.
pub(super) fn sha256(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

impl Inventory {
    /// The ledger after `tree` is written, with the lines of `old` that `keep` accepts.
    pub(super) fn after(tree: &Tree, old: &Self, keep: impl Fn(&str) -> bool) -> Self {
        let kept = old.files.iter().filter(|(path, _)| keep(path));
        let mut files: BTreeMap<String, Entry> =
            kept.map(|(path, entry)| (path.clone(), entry.clone())).collect();
        for (path, file) in tree.iter() {
            let entry = Entry {
                path: path.to_owned(),
                sha256: sha256(&file.bytes),
                object: file.object.clone(),
                app: file.app.clone(),
            };
            files.insert(path.to_owned(), entry);
        }
        Self { files }
    }

    /// Reads a ledger. What lists files outside of the tree is no ledger of ours.
    pub(super) fn parse(text: &str) -> Result<Self, Diagnostic> {
        let document: Document = serde_json::from_str(text).map_err(|error| {
            Diagnostic::error(format!("the ledger cannot be read: {error}"))
                .hint("restore it from Git; or delete it, and files that are as stackgen writes them are taken over")
        })?;
        if document.schema != SCHEMA {
            let message = format!("the ledger is `{}`, this stackgen knows `{SCHEMA}`", document.schema);
            return Err(Diagnostic::error(message).hint("use the stackgen that wrote it, or a newer one"));
        }
        for entry in &document.files {
            check_path(&entry.path)?;
        }
        Ok(Self { files: document.files.into_iter().map(|entry| (entry.path.clone(), entry)).collect() })
    }

    /// The ledger as a file: one line for each file, so that branches merge.
    pub(super) fn to_json(&self) -> String {
        let lines: Vec<String> = self
            .files
            .values()
            .map(|entry| format!("    {}", serde_json::to_string(entry).unwrap_or_default()))
            .collect();
        format!("{{\n  \"schema\": \"{SCHEMA}\",\n  \"files\": [\n{}\n  ]\n}}\n", lines.join(",\n"))
    }
}

impl Owned {
    /// What an inventory says is ours.
    pub(super) fn of(inventory: &Inventory) -> Self {
        let mut owned = Self::default();
        owned.add(inventory);
        owned
    }

    /// Adds what another inventory says.
    pub(super) fn add(&mut self, inventory: &Inventory) {
        for (path, entry) in &inventory.files {
            self.hashes.entry(path.clone()).or_default().insert(entry.sha256.clone());
        }
    }

    /// Adds a journal that an interrupted run left behind.
    pub(super) fn add_journal(&mut self, text: &str) -> Result<(), Diagnostic> {
        let journal: Self = serde_json::from_str(text).map_err(|error| {
            Diagnostic::error(format!("the journal of an interrupted run cannot be read: {error}"))
        })?;
        for (path, hashes) in journal.hashes {
            check_path(&path)?;
            self.hashes.entry(path).or_default().extend(hashes);
        }
        Ok(())
    }

    /// The journal of a run that may leave any of this behind.
    pub(super) fn to_journal(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether stackgen wrote a file at `path`.
    pub(super) fn has(&self, path: &str) -> bool {
        self.hashes.contains_key(path)
    }

    /// Whether the file at `path` is as stackgen wrote it.
    pub(super) fn is_untouched(&self, path: &str, bytes: &[u8]) -> bool {
        self.hashes.get(path).is_some_and(|hashes| hashes.contains(&sha256(bytes)))
    }

    /// The paths in order.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.hashes.keys().map(String::as_str)
    }
}

/// Refuses a path that stackgen never writes.
fn check_path(path: &str) -> Result<(), Diagnostic> {
    let is_plain = |name: &str| {
        !matches!(name, "" | "." | "..") && !name.contains(['\\', ':']) && !name.contains(char::is_control)
    };
    let is_ours = ["clusters/", "argocd/", "flux/"].iter().any(|folder| path.starts_with(folder))
        || [GIT_ATTRIBUTES, GIT_IGNORE, README].contains(&path);
    if is_ours && path.split('/').all(is_plain) {
        return Ok(());
    }
    Err(Diagnostic::error(format!("the ledger lists `{}`, which stackgen never writes", path.escape_debug()))
        .hint("somebody changed the ledger: restore it from Git"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_that_leaves_the_tree_is_refused() {
        for path in [
            "../x",
            "/etc/passwd",
            "clusters/../../x",
            "C:\\x",
            "clusters/a\\b",
            "clusters//a",
            ".git/config",
        ] {
            let entry = Entry { path: path.into(), sha256: String::new(), object: None, app: None };
            let inventory = Inventory { files: [(path.to_owned(), entry)].into() };
            assert!(Inventory::parse(&inventory.to_json()).is_err(), "{path}");
        }
    }

    #[test]
    fn reads_what_it_writes() {
        let text = "{\n  \"schema\": \"stackgen.inventory/v1\",\n  \"files\": [\n    \
            {\"path\":\"README.md\",\"sha256\":\"00\"},\n    \
            {\"path\":\"clusters/a/b/c.yaml\",\"sha256\":\"11\",\"object\":\"Service d\",\"app\":\"b\"}\n  ]\n}\n";
        assert_eq!(Inventory::parse(text).unwrap().to_json(), text);
    }

    #[test]
    fn an_interrupted_run_owns_what_it_may_have_written() {
        let mut owned = Owned::default();
        let mut journal = Owned::default();
        journal.hashes.entry("clusters/a".into()).or_default().insert(sha256(b"new"));
        owned.add_journal(&journal.to_journal()).unwrap();
        assert!(owned.is_untouched("clusters/a", b"new") && !owned.is_untouched("clusters/a", b"other"));
        assert!(owned.add_journal("{\"hashes\":{\"../x\":[]}}").is_err());
    }
}
