//! `stackgen render`: the real command killed or failed by the operating system, at every step that it takes.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use super::render::{SERVICE, render, small, small_in_memory};
use crate::support::faults::{self, has_strace};
use crate::support::{Run, Workspace, is_root, skip};

/// Files of others, which must be there after everything.
const FOREIGN: &[&str] =
    &["mine.txt", "clusters/gke/web/mine.yaml", "flux/gke/flux-system/gotk-sync.yaml", ".stackgen/mine"];
const OWN: &[&str] = &[".stackgen/lock", ".stackgen/journal.json", ".stackgen/tmp/"];

type Files = BTreeMap<String, Vec<u8>>;

/// A tree that is not up to date any more: files are to be made, changed and removed.
struct Stale {
    workspace: Workspace,
    old: Files,
    new: Files,
}

impl Stale {
    fn new() -> Self {
        let workspace = small_in_memory();
        write_objects(&workspace, 0..6, "old");
        render(&workspace, &["gke"]);
        for path in FOREIGN {
            workspace.write(&format!("gitops/{path}"), "mine");
        }
        let old = workspace.files("gitops");
        write_objects(&workspace, 1..8, "new");
        render(&workspace, &["gke"]);
        let new = workspace.files("gitops");
        let stale = Self { workspace, old, new };
        stale.reset();
        stale
    }

    /// Brings the old tree back.
    fn reset(&self) {
        for entry in fs::read_dir(self.workspace.path("gitops")).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
        }
        for (path, bytes) in &self.old {
            let path = self.workspace.path(&format!("gitops/{path}"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }

    /// Each file is the old one or the new one as a whole.
    #[track_caller]
    fn check_whole(&self, when: &str) {
        let there = self.workspace.files("gitops");
        for (path, bytes) in there.iter().filter(|(path, _)| !OWN.iter().any(|own| path.starts_with(own))) {
            let is_whole = [&self.old, &self.new].iter().any(|files| files.get(path) == Some(bytes));
            assert!(is_whole, "{when}: {path} is {:?}", String::from_utf8_lossy(bytes));
        }
        let is_kept = |path: &&String| self.old.contains_key(*path);
        let lost = self.new.keys().filter(is_kept).find(|path| !there.contains_key(*path));
        assert_eq!(lost, None, "{when}");
    }

    /// The next run makes the tree new, and leaves nothing behind.
    #[track_caller]
    fn check_mends(&self, when: &str) {
        let run = self.workspace.run(["render", "gke"]);
        assert_eq!(run.status, Some(0), "{when}: {}", run.stderr);
        let there = self.workspace.files("gitops");
        assert_eq!(there.keys().collect::<Vec<_>>(), self.new.keys().collect::<Vec<_>>(), "{when}");
        assert!(there == self.new, "{when}");
        self.workspace.run(["render", "gke", "--check"]).is(0, "", "");
    }
}

/// A Namespace, and a ConfigMap for each of these numbers that says `text`.
fn write_objects(workspace: &Workspace, numbers: std::ops::Range<u32>, text: &str) {
    let object = |number| {
        format!(
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{number}, namespace: monitoring}}\n\
             data: {{text: {text}}}\n"
        )
    };
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: monitoring}\n";
    let objects: String = std::iter::once(namespace.to_owned()).chain(numbers.map(object)).collect();
    workspace.write("base/objects.yaml", &objects);
}

/// Runs `render gke` with one system call tampered with. Nothing if there are fewer calls than that.
fn tampered(workspace: &Workspace, call: &str, tampering: &str, nth: usize) -> Option<Run> {
    faults::tampered(workspace, &["render", "gke"], (call, tampering), nth)
}

#[test]
fn killed_at_any_system_call_files_are_whole_and_the_next_run_mends_the_tree() {
    if !has_strace("killed_at_any_system_call") {
        return;
    }
    let stale = Stale::new();
    let mut kills = 0;
    for call in ["mkdirat", "renameat", "unlinkat", "fsync", "fchmod", "flock", "ftruncate", "write"] {
        for nth in 1.. {
            let Some(run) = tampered(&stale.workspace, call, "signal=KILL", nth) else { break };
            let when = format!("killed at {call} {nth}");
            assert_eq!(run.status, None, "{when}: {}", run.stderr);
            kills += 1;
            stale.check_whole(&when);
            stale.check_mends(&when);
            stale.reset();
        }
        stale.reset();
    }
    assert!(kills > 40, "only {kills} kills");
}

#[test]
fn whatever_system_call_fails_files_are_whole_and_the_next_run_mends_the_tree() {
    if !has_strace("whatever_system_call_fails") {
        return;
    }
    let stale = Stale::new();
    let mut failures = 0;
    for (call, error) in [
        ("mkdirat", "ENOSPC"),
        ("renameat", "EACCES"),
        ("renameat", "EIO"),
        ("unlinkat", "EIO"),
        ("fsync", "EIO"),
        ("fchmod", "EPERM"),
        ("flock", "ENOLCK"),
        ("write", "ENOSPC"),
    ] {
        for nth in 1.. {
            let Some(run) = tampered(&stale.workspace, call, &format!("error={error}"), nth) else { break };
            let when = format!("{error} at {call} {nth}");
            match run.status {
                Some(0) => {}
                // What fails in two threads at once fails for the message too.
                Some(2) if call == "write" && run.stderr.is_empty() => {}
                Some(2) => assert!(run.stderr.contains(" --> gitops"), "{when}: {}", run.stderr),
                _ => panic!("{when}: {run:?}"),
            }
            failures += usize::from(run.status == Some(2));
            stale.check_whole(&when);
            stale.check_mends(&when);
            stale.reset();
        }
        stale.reset();
    }
    assert!(failures > 30, "only {failures} failures");
}

#[test]
fn interrupted_from_the_keyboard_a_run_gives_the_lock_back() {
    if !has_strace("interrupted_from_the_keyboard") {
        return;
    }
    let stale = Stale::new();
    let run = tampered(&stale.workspace, "renameat", "signal=INT", 4).unwrap();
    assert_eq!(run.status, None, "the shell makes 130 of it: {}", run.stderr);
    let check = stale.workspace.run(["render", "gke", "--check"]);
    assert_eq!(check.status, Some(1), "{}", check.stderr);
    stale.check_whole("interrupted");
    stale.check_mends("interrupted");
}

/// A file system of its own over the tree, gone with the test.
struct Mount<'a>(&'a Workspace);

impl<'a> Mount<'a> {
    fn small(workspace: &'a Workspace) -> Option<Self> {
        fs::create_dir_all(workspace.path("gitops")).unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1m", "none"])
            .arg(workspace.path("gitops"))
            .output();
        mount.is_ok_and(|output| output.status.success()).then_some(Self(workspace))
    }
}

impl Drop for Mount<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path("gitops")).status();
    }
}

#[test]
fn on_a_disk_that_is_full_the_tree_stays_as_it_was() {
    let stale = Stale::new();
    let workspace = &stale.workspace;
    let Some(_mount) = Mount::small(workspace) else {
        // Not a tool that somebody could install: containers mostly may not mount.
        let _ = writeln!(std::io::stderr(), "SKIPPED: on_a_disk_that_is_full needs the right to mount");
        return;
    };
    let mut refused = 0;
    for free in 0..40 {
        stale.reset();
        let mut filler = File::create(workspace.path("gitops/filler")).unwrap();
        let page = [b'x'; 4096];
        while filler.write_all(&page).is_ok() {}
        // What another run has just given back may not be there yet: then there is no filler to take from.
        let length = filler.metadata().unwrap().len();
        filler.set_len(length.saturating_sub(free * 4096)).unwrap();
        let run = workspace.run(["render", "gke"]);
        fs::remove_file(workspace.path("gitops/filler")).unwrap();
        if run.status == Some(0) {
            break;
        }
        refused += 1;
        let no_space =
            run.stderr.starts_with("error: cannot ") && run.stderr.contains("No space left on device");
        assert!(no_space && run.stderr.contains(" --> gitops/"), "{}", run.stderr);
        assert!(workspace.files("gitops") == stale.old, "{free} pages were free: {}", run.stderr);
    }
    assert!((5..40).contains(&refused), "refused with up to {refused} free pages");
    stale.reset();
    stale.check_mends("after the disk was full");
}

/// Lets `nobody` read the workspace and, if asked for, write to the tree.
fn open_to_all(workspace: &Workspace, mode_of_folders: u32) {
    fs::set_permissions(workspace.root(), Permissions::from_mode(0o755)).unwrap();
    for entry in walkdir::WalkDir::new(workspace.path("gitops")).contents_first(true) {
        let entry = entry.unwrap();
        if entry.file_type().is_dir() {
            fs::set_permissions(entry.path(), Permissions::from_mode(mode_of_folders)).unwrap();
        }
    }
}

/// Whether the command can be started by whoever has no rights.
fn can_be_nobody(workspace: &Workspace, test: &str) -> bool {
    fs::set_permissions(workspace.root(), Permissions::from_mode(0o755)).unwrap();
    let mut probe = Command::new("test");
    probe.arg("-x").arg(env!("CARGO_BIN_EXE_stackgen"));
    if is_root() {
        use std::os::unix::process::CommandExt as _;
        probe.uid(65_534).gid(65_534);
    }
    let can = probe.status().is_ok_and(|status| status.success());
    if !can {
        skip(test, "a folder for the build that all can read");
    }
    can
}

#[test]
fn in_a_folder_that_may_not_be_written_check_works_and_render_says_so() {
    let stale = Stale::new();
    let workspace = &stale.workspace;
    if !can_be_nobody(workspace, "in_a_folder_that_may_not_be_written") {
        return;
    }
    open_to_all(workspace, 0o555);
    let check = workspace.stackgen(["render", "gke", "--check"]).by_nobody().run();
    assert_eq!(check.status, Some(1), "{}", check.stderr);
    let stderr = workspace.stackgen(["render", "gke"]).by_nobody().run().fails_with(2);
    let expected = "error: cannot open: Permission denied (os error 13)\n --> gitops/.stackgen/lock\n";
    assert_eq!(stderr, expected);
    assert!(workspace.files("gitops") == stale.old);
    open_to_all(workspace, 0o755);
    stale.check_mends("as it may be written again");
    open_to_all(workspace, 0o555);
    workspace.stackgen(["render", "gke", "--check"]).by_nobody().run().is(0, "", "");
    assert_eq!(workspace.stackgen(["render", "gke"]).by_nobody().run().status, Some(0));
    open_to_all(workspace, 0o755);
}

#[test]
fn a_single_folder_that_may_not_be_written_is_named() {
    let stale = Stale::new();
    let workspace = &stale.workspace;
    if !can_be_nobody(workspace, "a_single_folder_that_may_not_be_written") {
        return;
    }
    open_to_all(workspace, 0o777);
    let folder = workspace.path("gitops/clusters/gke/web");
    fs::set_permissions(&folder, Permissions::from_mode(0o555)).unwrap();
    let stderr = workspace.stackgen(["render", "gke"]).by_nobody().run().fails_with(2);
    assert!(
        stderr.starts_with(
            "error: cannot replace: Permission denied (os error 13)\n --> gitops/clusters/gke/web/"
        ) && stderr
            .contains("hint: some files are new and some old now; run again, and it goes on from here"),
        "{stderr}"
    );
    stale.check_whole("in a folder that may not be written");
    open_to_all(workspace, 0o755);
    stale.check_mends("as it may be written again");
}

#[test]
fn a_file_that_may_not_be_written_is_replaced_and_one_that_may_not_be_read_is_named() {
    let stale = Stale::new();
    let workspace = &stale.workspace;
    if !can_be_nobody(workspace, "a_file_that_may_not_be_written") {
        return;
    }
    let file = workspace.path("gitops/clusters/gke/web/configmap-c2.yaml");
    fs::set_permissions(&file, Permissions::from_mode(0o000)).unwrap();
    if is_root() {
        std::os::unix::fs::chown(&file, Some(0), Some(0)).unwrap();
    }
    open_to_all(workspace, 0o777);
    let stderr = workspace.stackgen(["render", "gke"]).by_nobody().run().fails_with(2);
    let expected = "error: cannot read: Permission denied (os error 13)\n --> gitops/clusters/gke/web/configmap-c2.yaml\n";
    assert_eq!(stderr, expected);
    fs::set_permissions(&file, Permissions::from_mode(0o444)).unwrap();
    assert_eq!(workspace.stackgen(["render", "gke"]).by_nobody().run().status, Some(0));
    assert!(workspace.files("gitops") == stale.new);
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o644);
    open_to_all(workspace, 0o755);
}

#[test]
fn many_runs_at_once_never_mix() {
    let stale = Stale::new();
    for _ in 0..5 {
        let started: Vec<_> = (0..6).map(|_| stale.workspace.stackgen(["render", "gke"]).start()).collect();
        let mut done = 0;
        for child in started {
            let output = child.wait_with_output().unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            match output.status.code() {
                Some(0) => done += 1,
                Some(2) => assert!(stderr.starts_with("error: another stackgen"), "{stderr}"),
                other => panic!("{other:?}: {stderr}"),
            }
        }
        assert!(done > 0);
        stale.check_whole("many at once");
        stale.check_mends("many at once");
        stale.reset();
    }
}

#[test]
fn a_run_waits_for_nobody_and_a_dead_one_is_in_nobodys_way() {
    let stale = Stale::new();
    let workspace = &stale.workspace;
    workspace.write("gitops/.stackgen/lock", "4194305\n");
    workspace.write("gitops/.stackgen/tmp/0", "torn");
    let lock = File::options().write(true).open(workspace.path("gitops/.stackgen/lock")).unwrap();
    lock.try_lock().unwrap();
    let stderr = workspace.run(["render", "gke"]).fails_with(2);
    let expected = "error: another stackgen (process 4194305) is writing here\n --> gitops\n\
        hint: wait until it is done, and run again\n";
    assert_eq!(stderr, expected);
    assert_eq!(workspace.run(["render", "gke", "--check"]).status, Some(1), "looking needs no lock");
    drop(lock);
    stale.check_mends("the other one is gone");
}

#[test]
fn the_umask_and_the_place_change_nothing() {
    let reference = small();
    render(&reference, &["gke"]);
    for (umask, folder) in [("000", "plain"), ("077", "with space \u{e4}"), ("777", "a/b")] {
        let workspace = small();
        let out = workspace.path(folder).join("gitops");
        let command = format!("umask {umask}; exec \"$0\" -C \"$1\" render gke --out \"$2\"");
        // Without rights to what it just made only root gets on.
        if umask == "777" && !is_root() {
            continue;
        }
        let output = Command::new("sh")
            .args(["-c", &command, env!("CARGO_BIN_EXE_stackgen")])
            .arg(workspace.root())
            .arg(&out)
            .current_dir("/")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(workspace.files(&format!("{folder}/gitops")), reference.files("gitops"));
        for entry in walkdir::WalkDir::new(&out).into_iter().map(Result::unwrap) {
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            let expected = if entry.file_type().is_dir() { 0o755 } else { 0o644 };
            assert_eq!(mode, expected, "{}", entry.path().display());
        }
    }
}

/// What one run wrote another one does not write again, be it as somebody else.
#[test]
fn a_hard_link_to_a_file_outside_is_cut_and_not_written_through() {
    let workspace = small();
    render(&workspace, &["gke"]);
    let service = workspace.path(SERVICE);
    fs::hard_link(&service, workspace.path("outside")).unwrap();
    let before = workspace.read("outside");
    write_objects(&workspace, 0..1, "new");
    let text = workspace.read("base/objects.yaml");
    let changed = "---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: monitoring}\nspec: {type: NodePort}\n";
    workspace.write("base/objects.yaml", &format!("{text}{changed}"));
    render(&workspace, &["gke"]);
    assert!(workspace.read(SERVICE).contains("NodePort"));
    assert_eq!(workspace.read("outside"), before);
    assert_eq!(fs::read_link(&service).unwrap_err().kind(), ErrorKind::InvalidInput);
}
