//! Lets every change that a run makes fail, or be its last, and looks what is there and whether the next run mends it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use super::super::inventory::Inventory;
use super::super::tree::TreeFile;
use super::*;

const FORCE: Allowed = Allowed { modified: false, adopt: false, removals: true };
/// What is in the way of every test and must be there, as it was, after every step.
const FOREIGN: &[&str] =
    &["mine.txt", "clusters/a/b/mine.yaml", "clusters/a/gone/mine", "flux/a/flux-system/gotk-sync.yaml"];

fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    for (path, text) in files {
        let object = Some(format!("Service {path}"));
        let file = TreeFile { bytes: text.as_bytes().into(), object, app: None };
        tree.add((*path).to_owned(), file).unwrap();
    }
    tree
}

/// What an earlier run wrote.
fn old() -> Tree {
    tree(&[
        ("clusters/a/b/kept.yaml", "1"),
        ("clusters/a/b/changed.yaml", "1"),
        ("clusters/a/b/removed.yaml", "1"),
        ("clusters/a/gone/file.yaml", "1"),
        ("clusters/b/gone/file.yaml", "1"),
    ])
}

/// What the run that is disturbed is to write.
fn new() -> Tree {
    tree(&[
        ("clusters/a/b/kept.yaml", "1"),
        ("clusters/a/b/changed.yaml", "2"),
        ("clusters/a/b/added.yaml", "2"),
        ("clusters/c/d/new.yaml", "2"),
        ("argocd/project.yaml", "2"),
    ])
}

/// What is wanted afterwards, when the sources have changed once more.
fn last() -> Tree {
    tree(&[("clusters/a/b/changed.yaml", "3"), ("clusters/c/d/other.yaml", "3")])
}

fn everything(_: &str) -> bool {
    true
}

fn read(root: &Path, path: &str) -> Option<String> {
    std::fs::read_to_string(root.join(path)).ok()
}

fn run(root: &Path, tree: &Tree) -> Result<Outcome, Diagnostics> {
    write(root, tree, &everything, FORCE).map(|(_, outcome)| outcome)
}

/// A folder that an earlier run wrote and in which others have files too. In memory where there is such a place:
/// nothing here asks what a power cut would leave.
fn workplace() -> TempDir {
    let memory = Path::new("/dev/shm");
    let directory = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    let directory = directory.unwrap();
    run(directory.path(), &old()).unwrap();
    for path in FOREIGN {
        let path = directory.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "mine").unwrap();
    }
    directory
}

/// Every file below a folder, with its text.
fn files(root: &Path) -> BTreeMap<String, String> {
    let entries = walkdir::WalkDir::new(root).into_iter().map(Result::unwrap);
    entries
        .filter(|entry| !entry.file_type().is_dir())
        .map(|entry| {
            let path = entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            (path, std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

/// Each file is the old one or the new one as a whole, and what others have is as it was.
#[track_caller]
fn check_whole(root: &Path, trees: &[&Tree], when: &str) {
    let mut allowed: BTreeMap<&str, BTreeSet<Option<&[u8]>>> = BTreeMap::new();
    for path in trees.iter().flat_map(|tree| tree.iter().map(|(path, _)| path)) {
        let bytes = trees.iter().map(|tree| tree.get(path).map(|file| &*file.bytes));
        allowed.insert(path, bytes.collect());
    }
    let there = files(root);
    for (path, allowed) in &allowed {
        let bytes = there.get(*path).map(String::as_bytes);
        assert!(allowed.contains(&bytes), "{when}: {path} is {bytes:?}");
    }
    for path in FOREIGN {
        assert_eq!(there.get(*path).map(String::as_str), Some("mine"), "{when}: {path}");
    }
    let is_known = |path: &&String| {
        allowed.contains_key(path.as_str())
            || FOREIGN.contains(&path.as_str())
            || path.starts_with(".stackgen/")
    };
    assert_eq!(there.keys().find(|path| !is_known(path)), None, "{when}");
}

/// There is the tree, the ledger and what others have, and nothing else; and another run has nothing to do.
#[track_caller]
fn check_exactly(root: &Path, tree: &Tree, when: &str) {
    let there = files(root);
    let mut expected: BTreeSet<&str> = tree.iter().map(|(path, _)| path).collect();
    expected.extend(FOREIGN);
    let ledgers = ledgers(tree);
    expected.extend(ledgers.iter().map(String::as_str));
    assert_eq!(there.keys().map(String::as_str).collect::<BTreeSet<_>>(), expected, "{when}");
    check_whole(root, &[tree], when);
    assert!(check(root, tree, &everything).unwrap().is_clean(), "{when}");
}

/// The files of the ledger for a tree.
fn ledgers(tree: &Tree) -> Vec<String> {
    Inventory::after(tree, &Inventory::default(), |_| false).to_files().into_keys().collect()
}

/// How many changes a run makes.
fn count_changes(tree: &Tree) -> usize {
    let directory = workplace();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let folder = Folder::new(directory.path()).with_faults(move |_, _| {
        counted.fetch_add(1, Ordering::Relaxed);
        Ok(())
    });
    write_in(&folder, tree, &everything, FORCE).unwrap();
    count.load(Ordering::Relaxed)
}

/// Runs with the `nth` change failing; with `is_last`, all after it too, as if the process were gone.
fn disturb(
    root: &Path,
    tree: &Tree,
    nth: usize,
    error: ErrorKind,
    is_last: bool,
) -> Result<Outcome, Diagnostics> {
    let mut count = 0;
    let folder = Folder::new(root).with_faults(move |_, _| {
        count += 1;
        let fails = count == nth + 1 || is_last && count > nth;
        if fails { Err(error.into()) } else { Ok(()) }
    });
    write_in(&folder, tree, &everything, FORCE).map(|(_, outcome)| outcome)
}

#[test]
fn whatever_fails_files_are_whole_and_the_next_run_mends_the_tree() {
    let count = count_changes(&new());
    assert!(count > 30, "a run makes {count} changes");
    for error in [ErrorKind::StorageFull, ErrorKind::Other, ErrorKind::PermissionDenied] {
        for nth in 0..count {
            let directory = workplace();
            let root = directory.path();
            let when = format!("{error:?} at change {nth}");
            if let Err(errors) = disturb(root, &new(), nth, error, false) {
                assert!(errors.0[0].place.is_some(), "{when}: {errors}");
            }
            check_whole(root, &[&old(), &new()], &when);
            run(root, &new()).unwrap_or_else(|errors| panic!("{when}: {errors}"));
            check_exactly(root, &new(), &when);
        }
    }
}

#[test]
fn a_run_that_fails_before_its_first_rename_leaves_the_tree_as_it_was() {
    let directory = workplace();
    let before = files(directory.path());
    let count = count_changes(&new());
    let mut refused = 0;
    for nth in 0..count {
        let directory = workplace();
        let result = disturb(directory.path(), &new(), nth, ErrorKind::StorageFull, false);
        let goes_on = |errors: &Diagnostics| errors.0[0].hints.iter().any(|hint| hint.contains("run again"));
        if result.is_err_and(|errors| !goes_on(&errors)) {
            refused += 1;
            assert_eq!(files(directory.path()), before, "change {nth}");
        }
    }
    assert!(refused > 15, "only {refused} of {count} came before the first rename");
}

#[test]
fn wherever_a_run_is_killed_files_are_whole_and_the_next_run_goes_on() {
    for nth in 0..count_changes(&new()) {
        for next in [new(), old(), last()] {
            let directory = workplace();
            let root = directory.path();
            let when = format!("killed at change {nth}");
            let _ = disturb(root, &new(), nth, ErrorKind::Other, true);
            check_whole(root, &[&old(), &new()], &when);
            run(root, &next).unwrap_or_else(|errors| panic!("{when}: {errors}"));
            check_exactly(root, &next, &when);
        }
    }
}

#[test]
fn a_run_that_mends_may_be_killed_as_well() {
    for first in 0..count_changes(&new()) {
        for second in (0..).step_by(3) {
            let directory = workplace();
            let root = directory.path();
            let when = format!("killed at change {first}, then at {second}");
            let _ = disturb(root, &new(), first, ErrorKind::Other, true);
            let is_through = disturb(root, &last(), second, ErrorKind::Other, true).is_ok();
            check_whole(root, &[&old(), &new(), &last()], &when);
            run(root, &last()).unwrap_or_else(|errors| panic!("{when}: {errors}"));
            check_exactly(root, &last(), &when);
            if is_through {
                break;
            }
        }
    }
}

/// A first run, into a folder that is not there.
#[test]
fn a_first_run_may_be_killed_anywhere_too() {
    for nth in 0.. {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("new/tree");
        let is_through = disturb(&root, &new(), nth, ErrorKind::StorageFull, true).is_ok();
        run(&root, &new()).unwrap();
        let mut there = files(&root);
        for ledger in ledgers(&new()) {
            assert!(there.remove(&ledger).is_some(), "{ledger}");
        }
        assert!(there.keys().map(String::as_str).eq(new().iter().map(|(path, _)| path)), "change {nth}");
        if is_through {
            return;
        }
    }
}

/// What was renamed must not be forgotten by the disk while the ledger is remembered.
#[test]
fn each_step_reaches_the_disk_before_the_next() {
    let directory = workplace();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = seen.clone();
    let folder = Folder::new(directory.path()).with_faults(move |action, path| {
        kept.lock().unwrap().push(format!("{action} {path}"));
        Ok(())
    });
    write_in(&folder, &new(), &everything, FORCE).unwrap();
    let seen = seen.lock().unwrap();
    let at = |wanted: &str| {
        let place = seen.iter().position(|change| change == wanted);
        place.unwrap_or_else(|| panic!("{wanted} is not in {seen:#?}"))
    };
    let (journal, ledger) = (at("replace .stackgen/journal.json"), at("replace .stackgen/inventory.json"));
    assert!(at("sync .stackgen/tmp/0") < journal && at("sync .stackgen/tmp/ledger-0") < journal);
    // Those of the clusters, the one that goes included, are there before the one that all share.
    for cluster in ["replace .stackgen/clusters/a.json", "remove .stackgen/clusters/b.json"] {
        assert!((journal..ledger).contains(&at(cluster)), "{cluster}");
    }
    assert!(at("sync .stackgen/clusters") > ledger);
    let home =
        seen.iter().enumerate().filter(|(_, change)| *change == "sync .stackgen").map(|(index, _)| index);
    let home: Vec<usize> = home.collect();
    for path in ["clusters/a/b/added.yaml", "clusters/c/d/new.yaml", "argocd/project.yaml"] {
        let renamed = at(&format!("replace {path}"));
        assert!(home[0] > journal && home[0] < renamed);
        let mut folder = path;
        while let Some((parent, _)) = folder.rsplit_once('/') {
            assert!((renamed..ledger).contains(&at(&format!("sync {parent}"))), "{parent}");
            folder = parent;
        }
    }
    assert!((at("remove clusters/a/b/removed.yaml")..ledger).contains(&at("sync clusters/a/b")));
    assert!(home[1] > ledger && at("remove .stackgen/journal.json") > home[1]);
}

#[test]
fn what_others_put_there_during_a_run_is_not_lost() {
    for (path, text) in [("clusters/c/d/new.yaml", "theirs"), ("clusters/a/b/changed.yaml", "theirs")] {
        let directory = workplace();
        let root = directory.path();
        let target = root.join(path);
        let folder = Folder::new(root).with_faults(move |action, path| {
            if action == "replace" && path == ".stackgen/journal.json" {
                std::fs::create_dir_all(target.parent().unwrap())?;
                std::fs::write(&target, text)?;
            }
            Ok(())
        });
        let error = write_in(&folder, &new(), &everything, FORCE).unwrap_err();
        assert!(error.to_string().contains("somebody else changed it at the same time"), "{error}");
        assert_eq!(read(root, path).as_deref(), Some(text));
        let error = run(root, &new()).unwrap_err();
        assert!(error.to_string().contains("this file"), "{error}");
        assert_eq!(read(root, path).as_deref(), Some(text));
    }
}

#[test]
fn a_second_run_is_told_who_writes() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let folder = Folder::new(root);
    folder.make_folder(STAGE).unwrap();
    let Ok(lock) = Lock::take(&folder) else { panic!("nobody else has it") };
    let files = tree(&[("clusters/a/b/c.yaml", "1")]);
    let error = run(root, &files).unwrap_err();
    let expected = format!("another stackgen (process {}) is writing here", std::process::id());
    assert_eq!(error.to_string(), expected);
    assert_eq!(read(root, "clusters/a/b/c.yaml"), None);
    lock.release(&folder);
    run(root, &files).unwrap();
    assert_eq!(read(root, "clusters/a/b/c.yaml").as_deref(), Some("1"));
}

#[test]
fn a_run_with_nothing_to_do_tidies_up() {
    let directory = tempfile::tempdir().unwrap();
    let folder = Folder::new(directory.path());
    let files = tree(&[("clusters/a/b/c.yaml", "1")]);
    run(folder.root(), &files).unwrap();
    folder.make_folder(STAGE).unwrap();
    folder.stage(&format!("{STAGE}/0"), b"").unwrap();
    folder.stage(LOCK, b"4194304\n").unwrap();
    run(folder.root(), &files).unwrap();
    assert_eq!(folder.file_names(HOME).unwrap(), [""; 0]);
    assert_eq!(folder.file_names(OF_CLUSTERS).unwrap(), ["a.json"]);
    assert!(!folder.path(STAGE).exists());
}

#[test]
fn what_is_out_of_scope_stays() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    run(root, &tree(&[("clusters/a/x/f.yaml", "1"), ("clusters/b/x/f.yaml", "1")])).unwrap();
    let only_a = |path: &str| path.starts_with("clusters/a/");
    let (_, outcome) = write(root, &tree(&[("clusters/a/x/g.yaml", "1")]), &only_a, FORCE).unwrap();
    assert_eq!(outcome, Outcome { written: 1, updated: 0, removed: 1, unchanged: 0 });
    assert_eq!(read(root, "clusters/b/x/f.yaml").as_deref(), Some("1"));
    let all = tree(&[("clusters/a/x/g.yaml", "1"), ("clusters/b/x/f.yaml", "1")]);
    assert!(check(root, &all, &everything).unwrap().is_clean());
}

/// More files than are synced one by one.
#[test]
fn many_files_reach_the_disk_together() {
    let directory = tempfile::tempdir().unwrap();
    let paths: Vec<String> = (0..200).map(|index| format!("clusters/a/b/{index}.yaml")).collect();
    let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "1")).collect();
    let outcome = run(directory.path(), &tree(&files)).unwrap();
    assert_eq!(outcome.written, 200);
    assert!(check(directory.path(), &tree(&files), &everything).unwrap().is_clean());
}

/// What a run left half done is known until a run that looks after it has been there, whatever others do in between.
#[test]
fn a_journal_outlives_runs_of_other_clusters() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    run(root, &tree(&[("clusters/a/x/f.yaml", "1"), ("clusters/b/x/f.yaml", "1")])).unwrap();
    let killed = Folder::new(root).with_faults(|action, path| match (action, path) {
        ("replace", "clusters/b/x/f.yaml") => Err(io::Error::other("killed")),
        _ => Ok(()),
    });
    let half = tree(&[("clusters/a/x/f.yaml", "2"), ("clusters/b/x/f.yaml", "2")]);
    write_in(&killed, &half, &everything, FORCE).unwrap_err();
    let only = |name: &'static str| move |path: &str| path.starts_with(&format!("clusters/{name}/"));
    let b = tree(&[("clusters/b/x/f.yaml", "3")]);
    assert_eq!(write(root, &b, &only("b"), FORCE).unwrap().1.updated, 1);
    assert!(root.join(JOURNAL).exists());
    assert!(check(root, &b, &only("b")).unwrap().is_clean());
    // Cluster a holds what its ledger does not list: the journal says whose it is.
    let a = tree(&[("clusters/a/x/f.yaml", "4")]);
    assert_eq!(write(root, &a, &only("a"), FORCE).unwrap().1.updated, 1);
    assert!(!root.join(JOURNAL).exists());
}
