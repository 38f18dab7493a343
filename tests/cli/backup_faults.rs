//! Backups and restores that are killed, or whose disk fails: what is there is whole, and the next run goes on.

use std::fs;

use serde_json::Value;
use stackgen::tsdb::{Depth, verify};

use super::backup::{Stack, json};
use crate::support::faults::{has_strace, tampered};
use crate::tsdb::has_prometheus;

/// Everything that changes what is on a disk.
const CALLS: [&str; 10] =
    ["mkdir", "mkdirat", "rename", "renameat", "linkat", "unlink", "unlinkat", "fsync", "write", "fchmodat"];
const BACKUP: &str =
    "backup --to repository --cluster gke --prometheus-data data --capture stopped-folder -o json";
const RESTORE: &str = "restore latest --repository repository --prometheus-data target --retention 100y";

/// A small stack whose server left a log.
fn stack() -> Stack {
    let stack = Stack::new(2, 150);
    drop(stack.serve());
    fs::remove_file(stack.data().join("queries.active")).unwrap();
    stack
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

fn remove(stack: &Stack, folder: &str) {
    fs::remove_dir_all(stack.workspace.path(folder)).unwrap();
}

/// Every way to end a run early: the call, what is done to it, and which one.
fn faults(mut run: impl FnMut(&str, &str, usize) -> bool) -> usize {
    let mut count = 0;
    for call in CALLS {
        for tampering in ["signal=KILL", "error=EIO", "error=ENOSPC"] {
            count += (1..10_000).take_while(|nth| run(call, tampering, *nth)).count();
        }
    }
    count
}

#[test]
fn a_backup_that_ends_anywhere_is_no_snapshot_and_the_next_one_is_whole() {
    let name = "a_backup_that_ends_anywhere_is_no_snapshot_and_the_next_one_is_whole";
    if !has_prometheus(name) || !has_strace(name) {
        return;
    }
    let stack = stack();
    let whole = stack.back_up_folder();
    let line = format!("{BACKUP} --no-encrypt");
    let count = faults(|call, tampering, nth| {
        remove(&stack, "repository");
        let Some(run) = tampered(&stack.workspace, &words(&line), (call, tampering), nth) else {
            return false;
        };
        let when = format!("{tampering} at {call} {nth}");
        assert!(!matches!(run.status, Some(101)), "{when}: {}", run.stderr);
        check_snapshots(&stack, &whole, &when);
        let again = json(stack.run(&line).quiet_success());
        assert_eq!(again["merkleRoot"], whole["merkleRoot"], "{when}");
        true
    });
    assert!(count > 100, "only {count} faults");
}

/// Whatever is listed can be read as a whole.
fn check_snapshots(stack: &Stack, whole: &Value, when: &str) {
    let list = stack.run("backup list --repository repository -o json");
    if list.stderr.contains("holds no repository") {
        return;
    }
    let list = json(list.quiet_success());
    for snapshot in list["snapshots"].as_array().unwrap() {
        assert_eq!(snapshot["holds"], whole["holds"], "{when}");
        let verify = stack.run("backup verify --read-data --repository repository");
        assert_eq!(verify.status, Some(0), "{when}: {}", verify.stdout);
    }
}

#[test]
fn a_restore_that_ends_anywhere_leaves_whole_blocks_and_the_next_one_goes_on() {
    let name = "a_restore_that_ends_anywhere_leaves_whole_blocks_and_the_next_one_goes_on";
    if !has_prometheus(name) || !has_strace(name) {
        return;
    }
    let stack = stack();
    stack.back_up_folder();
    let expected = stack.workspace.files("data");
    let target = stack.workspace.path("target");
    let count = faults(|call, tampering, nth| {
        let _ = fs::remove_dir_all(&target);
        fs::create_dir(&target).unwrap();
        let run = tampered(&stack.workspace, &words(RESTORE), (call, tampering), nth);
        let Some(run) = run else { return false };
        let when = format!("{tampering} at {call} {nth}");
        assert!(!matches!(run.status, Some(101)), "{when}: {}", run.stderr);
        let report = verify(&target, Depth::Bytes).unwrap();
        assert!(report.is_whole(), "{when}: {:?}", report.blocks);
        stack.run(RESTORE).quiet_success();
        assert!(stack.restored("target") == expected, "{when}");
        true
    });
    assert!(count > 100, "only {count} faults");
}
