//! The ledger: which files stackgen wrote, and what was in them.
//!
//! Only what it lists may be changed or removed. It holds no time, no version and no commit, so it changes only when
//! the tree does. On disk each cluster has a file of its own, and what all share another one: runs that render
//! different clusters, on different machines, write no file in common whose content depends on the other run. While a
//! run writes, a journal beside them lists what the run may leave behind.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::tree::{GIT_ATTRIBUTES, GIT_IGNORE, README, Tree, cluster_of};
use crate::diagnostic::Diagnostic;

/// The ledger of what all clusters share.
pub(super) const INVENTORY: &str = ".stackgen/inventory.json";
/// The folder of the clusters' ledgers.
pub(super) const OF_CLUSTERS: &str = ".stackgen/clusters";
const SCHEMA: &str = "stackgen.inventory/v1";
const JOURNAL_SCHEMA: &str = "stackgen.journal/v1";

/// The files that stackgen wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Inventory {
    files: BTreeMap<String, Entry>,
}

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// Where the file is, with `/`.
    pub(super) path: String,
    /// The hash of its bytes.
    pub(super) sha256: String,
    /// The object that it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) object: Option<String>,
    /// The app that it belongs to.
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Owned {
    hashes: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Journal {
    schema: String,
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
        let written: Vec<_> = tree.iter().collect();
        files.par_extend(written.into_par_iter().map(|(path, file)| {
            let (object, app) = (file.object.clone(), file.app.clone());
            (path.to_owned(), Entry { path: path.to_owned(), sha256: sha256(&file.bytes), object, app })
        }));
        Self { files }
    }

    /// Reads a ledger. What lists files that stackgen never writes is no ledger of ours.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Diagnostic> {
        let document: Document = serde_json::from_slice(bytes).map_err(|error| {
            Diagnostic::error(format!("the ledger cannot be read: {error}"))
                .hint("restore it from Git")
                .hint("or delete it: --adopt takes over the files that are as stackgen writes them")
        })?;
        if document.schema != SCHEMA {
            let message = format!("the ledger is `{}`, this stackgen knows `{SCHEMA}`", document.schema);
            return Err(Diagnostic::error(message).hint("use the stackgen that wrote it, or a newer one"));
        }
        let mut files = BTreeMap::new();
        let mut folded = BTreeSet::new();
        for entry in document.files {
            check_path(&entry.path)?;
            check_hash(&entry.path, &entry.sha256)?;
            if entry.object.is_none() && holds_object(&entry.path) {
                return Err(changed(format!("the ledger does not say which object is in `{}`", entry.path)));
            }
            if !folded.insert(entry.path.to_ascii_lowercase()) {
                return Err(changed(format!("the ledger lists `{}` twice", entry.path)));
            }
            files.insert(entry.path.clone(), entry);
        }
        Ok(Self { files })
    }

    /// Adds the lines of the ledger `file`, which lists nothing that belongs into another one.
    pub(super) fn add_file(&mut self, file: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        let part = Self::parse(bytes)?;
        if let Some(path) = part.files.keys().find(|path| ledger_of(path) != file) {
            return Err(changed(format!("the ledger lists `{path}`, which is in another ledger")));
        }
        self.files.extend(part.files);
        Ok(())
    }

    /// The files that hold an object, with it.
    pub(super) fn objects(&self) -> impl Iterator<Item = (&Entry, &str)> {
        self.files.values().filter_map(|entry| Some((entry, entry.object.as_deref()?)))
    }

    /// The ledger as files by their paths: one line for each file of the tree, so that branches merge.
    pub(super) fn to_files(&self) -> BTreeMap<String, String> {
        let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for entry in self.files.values() {
            let line = format!("    {}", serde_json::to_string(entry).unwrap_or_default());
            lines.entry(ledger_of(&entry.path)).or_default().push(line);
        }
        let text = |lines: Vec<String>| {
            format!("{{\n  \"schema\": \"{SCHEMA}\",\n  \"files\": [\n{}\n  ]\n}}\n", lines.join(",\n"))
        };
        lines.into_iter().map(|(file, lines)| (file, text(lines))).collect()
    }
}

/// The ledger that lists the file at `path`.
fn ledger_of(path: &str) -> String {
    cluster_of(path).map_or_else(|| INVENTORY.to_owned(), ledger_of_cluster)
}

fn ledger_of_cluster(name: &str) -> String {
    format!("{OF_CLUSTERS}/{name}.json")
}

/// The ledgers that matter to a run: those that `tree` needs, whatever lies there, and of the `names` in the folder of
/// ledgers those in `scope`. Those of other clusters are not even read.
pub(super) fn ledgers(tree: &Tree, names: &[String], scope: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let clusters = names.iter().filter_map(|name| name.strip_suffix(".json"));
    let there = clusters.filter(|name| scope(&format!("clusters/{name}/")));
    let needed: BTreeSet<&str> = tree.iter().filter_map(|(path, _)| cluster_of(path)).collect();
    let ledgers = there.chain(needed).map(ledger_of_cluster);
    std::iter::once(INVENTORY.to_owned()).chain(ledgers).collect()
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

    /// Adds what something else says is ours.
    pub(super) fn extend(&mut self, other: &Self) {
        for (path, hashes) in &other.hashes {
            self.hashes.entry(path.clone()).or_default().extend(hashes.iter().cloned());
        }
    }

    /// Takes the paths out that `is_wanted` does not accept.
    pub(super) fn retain(&mut self, is_wanted: impl Fn(&str) -> bool) {
        self.hashes.retain(|path, _| is_wanted(path));
    }

    /// Adds a journal that an interrupted run left behind.
    pub(super) fn add_journal(&mut self, bytes: &[u8]) -> Result<(), Diagnostic> {
        let hint = "see with Git what that run changed, set that right, and delete the journal";
        let journal: Journal = serde_json::from_slice(bytes).map_err(|error| {
            Diagnostic::error(format!("the journal of an interrupted run cannot be read: {error}")).hint(hint)
        })?;
        if journal.schema != JOURNAL_SCHEMA {
            let message =
                format!("the journal is `{}`, this stackgen knows `{JOURNAL_SCHEMA}`", journal.schema);
            return Err(Diagnostic::error(message).hint("run the stackgen that wrote it, or a newer one"));
        }
        for (path, hashes) in journal.hashes {
            check_path(&path)?;
            hashes.iter().try_for_each(|hash| check_hash(&path, hash))?;
            self.hashes.entry(path).or_default().extend(hashes);
        }
        Ok(())
    }

    /// The journal of a run that may leave any of this behind.
    pub(super) fn to_journal(&self) -> String {
        let journal = Journal { schema: JOURNAL_SCHEMA.to_owned(), hashes: self.hashes.clone() };
        serde_json::to_string(&journal).unwrap_or_default()
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

/// Whether stackgen may write a file at `path`.
pub(super) fn is_ours(path: &str) -> bool {
    let names: Vec<&str> = path.split('/').collect();
    let is_plain = |name: &&str| {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b".-@%~".contains(&byte);
        !name.is_empty() && !name.starts_with('.') && !name.ends_with('.') && name.bytes().all(is_known)
    };
    match names[..] {
        ["clusters", _, _, file] | ["argocd", file] | ["argocd" | "flux", _, file] => {
            file.strip_suffix(".yaml").is_some() && names.iter().all(is_plain)
        }
        _ => [GIT_ATTRIBUTES, GIT_IGNORE, README].contains(&path),
    }
}

fn check_path(path: &str) -> Result<(), Diagnostic> {
    if is_ours(path) {
        return Ok(());
    }
    Err(changed(format!("the ledger lists `{}`, which stackgen never writes", path.escape_debug())))
}

fn check_hash(path: &str, hash: &str) -> Result<(), Diagnostic> {
    const DIGITS: usize = 64;
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if hash.len() == DIGITS && hash.bytes().all(is_digit) {
        return Ok(());
    }
    Err(changed(format!("what the ledger says of `{path}` is no SHA-256")))
}

fn changed(message: String) -> Diagnostic {
    Diagnostic::error(message).hint("somebody changed the ledger: restore it from Git")
}

/// Whether a file is one of an app's objects, and not their list.
fn holds_object(path: &str) -> bool {
    path.starts_with("clusters/") && !path.ends_with("/kustomization.yaml")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn ledger(lines: &[&str]) -> String {
        let lines = lines.join(",\n    ");
        format!("{{\n  \"schema\": \"stackgen.inventory/v1\",\n  \"files\": [\n    {lines}\n  ]\n}}\n")
    }

    fn line(path: &str, rest: &str) -> String {
        format!("{{\"path\":{},\"sha256\":\"{HASH}\"{rest}}}", serde_json::to_string(path).unwrap())
    }

    fn refusal(text: &str) -> String {
        Inventory::parse(text.as_bytes()).unwrap_err().message
    }

    #[test]
    fn a_ledger_that_leaves_the_tree_is_refused() {
        for path in [
            "../x",
            "/etc/passwd",
            "clusters/../../x",
            "clusters/a/../x.yaml",
            "C:\\x",
            "clusters/a\\b",
            "clusters/a/b/c\\d.yaml",
            "clusters/a/b/c:d.yaml",
            "clusters/a/b/c\n.yaml",
            "clusters/a/b/\u{e9}.yaml",
            "clusters//a/b.yaml",
            "clusters/a/b/",
            "clusters/a/b/.yaml",
            "clusters/a/b/script.sh",
            "clusters/a/.git/config.yaml",
            "flux/gke/flux-system/gotk-sync.yaml",
            ".git/config",
            ".stackgen/inventory.json",
            "",
        ] {
            let text = ledger(&[&line(path, ",\"object\":\"Service a\"")]);
            assert!(refusal(&text).contains("which stackgen never writes"), "{path}");
        }
    }

    #[test]
    fn a_ledger_that_is_none_is_refused() {
        let path = "clusters/a/b/c.yaml";
        let good = line(path, ",\"object\":\"Service d\"");
        assert!(Inventory::parse(ledger(&[&good]).as_bytes()).is_ok());
        assert_eq!(refusal(&ledger(&[&good, &good])), "the ledger lists `clusters/a/b/c.yaml` twice");
        let folded = good.replace("c.yaml", "C.yaml");
        assert_eq!(refusal(&ledger(&[&good, &folded])), "the ledger lists `clusters/a/b/C.yaml` twice");
        for hash in ["", "0", &HASH.to_uppercase(), &HASH.replace('0', "g"), &HASH.replace('0', "00")] {
            let text = ledger(&[&good.replace(HASH, hash)]);
            assert_eq!(refusal(&text), "what the ledger says of `clusters/a/b/c.yaml` is no SHA-256");
        }
        let nameless = ledger(&[&line(path, "")]);
        assert_eq!(refusal(&nameless), "the ledger does not say which object is in `clusters/a/b/c.yaml`");
        let newer = ledger(&[]).replace("/v1", "/v2");
        assert!(refusal(&newer).starts_with("the ledger is `stackgen.inventory/v2`"));
        for text in [
            "",
            "[]",
            "null",
            "{\"schema\":1}",
            "\u{feff}{}",
            "<<<<<<< HEAD",
            &good.replace(HASH, "\",\"x\":\""),
        ] {
            assert!(refusal(text).starts_with("the ledger cannot be read: "), "{text}");
        }
        let unknown = ledger(&[&line(path, ",\"mode\":\"0755\"")]);
        assert!(refusal(&unknown).starts_with("the ledger cannot be read: unknown field `mode`"));
        let deep = "[".repeat(100_000);
        assert!(refusal(&deep).starts_with("the ledger cannot be read: "));
        assert!(Inventory::parse(b"{\"schema\": \"\xff\"").is_err());
    }

    #[test]
    fn reads_what_it_writes() {
        let mut inventory = Inventory::default();
        let files = [
            (INVENTORY.to_owned(), ledger(&[&line("README.md", "")])),
            (
                ".stackgen/clusters/a.json".to_owned(),
                ledger(&[
                    &line("argocd/root-a.yaml", ",\"object\":\"Application.argoproj.io a\""),
                    &line("clusters/a/b/c.yaml", ",\"object\":\"Service d\",\"app\":\"b\""),
                ]),
            ),
        ];
        for (file, text) in &files {
            inventory.add_file(file, text.as_bytes()).unwrap();
        }
        assert_eq!(inventory.to_files(), BTreeMap::from(files));
    }

    #[test]
    fn a_cluster_cannot_claim_the_files_of_another() {
        let text = ledger(&[&line("clusters/a/b/c.yaml", ",\"object\":\"Service d\"")]);
        let add = |file| Inventory::default().add_file(file, text.as_bytes());
        assert!(add(".stackgen/clusters/a.json").is_ok());
        for other in [".stackgen/clusters/b.json", INVENTORY] {
            assert!(add(other).unwrap_err().message.contains("which is in another ledger"));
        }
    }

    #[test]
    fn ledgers_of_other_clusters_are_not_read() {
        let names = ["a.json".to_owned(), "b.json".to_owned(), "notes.txt".to_owned()];
        let found = ledgers(&Tree::default(), &names, |path| path.starts_with("clusters/b/"));
        assert!(found.iter().eq([".stackgen/clusters/b.json", INVENTORY]));
    }

    #[test]
    fn an_interrupted_run_owns_what_it_may_have_written() {
        let path = "clusters/a/b/c.yaml";
        let mut owned = Owned::default();
        let mut journal = Owned::default();
        journal.hashes.entry(path.into()).or_default().insert(sha256(b"new"));
        let text = journal.to_journal();
        owned.add_journal(text.as_bytes()).unwrap();
        assert!(owned.is_untouched(path, b"new") && !owned.is_untouched(path, b"other"));
        for hostile in
            [text.replace("clusters/a", ".."), text.replace("/v1", "/v2"), text.replace("\"]", "0\"]")]
        {
            assert!(owned.add_journal(hostile.as_bytes()).is_err(), "{hostile}");
        }
        assert!(owned.add_journal(&text.as_bytes()[..text.len() / 2]).is_err(), "it ends in the middle");
    }
}
