//! `stackgen backup` with real servers: what they hold becomes a snapshot, or nothing does.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{Run, Workspace, skip};
use crate::tsdb::server::Server;
use crate::tsdb::{has_prometheus, promtool_blocks};

/// A public key and its secret half, made for tests alone.
const RECIPIENT: &str = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
const IDENTITY: &str = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX\n";

/// A folder with the data of a server, and a repository.
pub(crate) struct Stack {
    pub(crate) workspace: Workspace,
}

impl Stack {
    /// With so many series and minutes.
    pub(crate) fn new(series: i64, minutes: i64) -> Self {
        let workspace = Workspace::new();
        promtool_blocks(workspace.root(), series, minutes);
        Self { workspace }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.workspace.path("data")
    }

    pub(crate) fn serve(&self) -> Server {
        let server = Server::start(self.workspace.root(), &self.data(), true);
        server.wait_for_scrapes();
        server
    }

    pub(crate) fn run(&self, line: &str) -> Run {
        self.workspace.run(line.split_whitespace())
    }

    pub(crate) fn back_up(&self, arguments: &str) -> Run {
        self.run(&format!("backup --to repository --cluster gke --prometheus-data data {arguments}"))
    }

    /// A snapshot of the folder of a server that does not run.
    pub(crate) fn back_up_folder(&self) -> Value {
        json(self.back_up("--no-encrypt --capture stopped-folder -o json").quiet_success())
    }

    /// What a restore gave to a folder, without its record.
    pub(crate) fn restored(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = self.workspace.files(folder);
        files.retain(|path, _| !path.starts_with(".stackgen-restored/"));
        files
    }

    /// The folders of blocks.
    pub(crate) fn blocks(&self, data: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.workspace.path(data)).unwrap();
        let mut blocks: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        blocks.retain(|path| path.join("meta.json").exists());
        blocks.sort();
        blocks
    }
}

pub(crate) fn json(text: impl AsRef<str>) -> Value {
    serde_json::from_str(text.as_ref()).unwrap()
}

#[track_caller]
pub(crate) fn fails(run: &Run, status: i32, words: &[&str]) {
    assert_eq!((run.status, run.stdout.as_str()), (Some(status), ""), "{}", run.stderr);
    for word in words {
        assert!(run.stderr.contains(word), "{word}: {}", run.stderr);
    }
}

fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_running_server_is_backed_up_and_the_second_time_only_what_is_new() {
    if !has_prometheus("a_running_server_is_backed_up_and_the_second_time_only_what_is_new") {
        return;
    }
    let stack = Stack::new(5, 600);
    let server = stack.serve();
    let url = format!("--prometheus-url {}", server.url());
    let first = json(stack.back_up(&format!("{url} --no-encrypt -o json")).quiet_success());
    assert_eq!(first["capture"], serde_json::json!(["snapshot"]));
    assert!(first["holds"]["samples"].as_u64().unwrap() > 3_000, "{first:#}");
    let second = json(stack.back_up(&format!("{url} -o json")).quiet_success());
    // The head has its own name, and new samples: its meta.json, index and chunks.
    assert!(second["written"]["blobs"].as_u64().unwrap() <= 3, "{second:#}");
    assert_eq!(fs::read_dir(stack.data().join("snapshots")).unwrap().count(), 0);

    let list = json(stack.run("backup list --repository repository -o json").quiet_success());
    let listed = list["snapshots"].as_array().unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(listed.iter().filter(|one| one["snapshot"] == first["snapshot"]).count(), 1);
    let verify = stack.run("backup verify --read-data --repository repository");
    assert_eq!(verify.quiet_success().matches("every byte is right").count(), 2);
    let show = stack.run("backup show gke --repository repository").quiet_success();
    assert!(show.contains("by snapshot, nothing later than"), "{show}");
}

#[test]
fn what_a_server_that_does_not_run_had_in_memory_is_in_the_snapshot() {
    if !has_prometheus("what_a_server_that_does_not_run_had_in_memory_is_in_the_snapshot") {
        return;
    }
    let stack = Stack::new(2, 60);
    let server = stack.serve();
    fails(&stack.back_up("--no-encrypt"), 2, &["nobody said whether a server uses the folder", "hint: "]);
    if cfg!(target_os = "linux") {
        let folder = "--no-encrypt --capture stopped-folder";
        fails(&stack.back_up(folder), 2, &["a server uses the folder", "--prometheus-url"]);
    }
    drop(server);
    let snapshot = stack.back_up_folder();
    let name = snapshot["snapshot"].as_str().unwrap();
    let show =
        json(stack.run(&format!("backup show {name} --repository repository -o json")).quiet_success());
    let head = show["manifest"]["replicas"][0]["head"].as_array().unwrap();
    assert!(head.iter().any(|file| file["path"].as_str().unwrap().starts_with("wal/")), "{show:#}");
    stack.run("backup verify --read-data --repository repository").quiet_success();
}

#[test]
fn who_has_no_identity_sees_names_alone() {
    if !has_prometheus("who_has_no_identity_sees_names_alone") {
        return;
    }
    let stack = Stack::new(2, 60);
    stack.workspace.write("key.txt", IDENTITY);
    fails(
        &stack.back_up("--capture stopped-folder"),
        2,
        &["nobody said who may read a new one", "age-keygen"],
    );
    stack.back_up(&format!("--recipient {RECIPIENT} --capture stopped-folder")).quiet_success();
    fails(&stack.back_up("--no-encrypt --capture stopped-folder"), 2, &["has other recipients", RECIPIENT]);

    let list = stack.run("backup list --repository repository");
    assert!(list.stdout.contains("-gke-") && list.stdout.contains('?'), "{}", list.stdout);
    for command in ["show", "verify", "prune"] {
        let run = stack.run(&format!("backup {command} --repository repository"));
        fails(&run, 2, &["is encrypted", "--identity"]);
    }
    let verify = stack.run("backup verify --read-data --repository repository --identity key.txt");
    assert!(verify.quiet_success().contains("every byte is right"));
    for (name, bytes) in stack.workspace.files("repository") {
        let is_plain = bytes.windows(4).any(|window| window == b"load");
        assert!(!is_plain, "{name} can be read by everybody");
    }
}

#[cfg(not(feature = "object-stores"))]
#[test]
fn a_build_without_buckets_says_how_to_get_them() {
    let workspace = Workspace::new();
    for url in ["s3://me:canary@bucket/prefix", "gs://bucket/prefix", "az://container"] {
        let run = workspace.run(["backup", "list", "--repository", url]);
        fails(&run, 2, &["built without stores in buckets", "--features object-stores"]);
        assert!(!run.stderr.contains("canary"), "{}", run.stderr);
    }
    let run = workspace.run(["backup", "list", "--repository", "ftp://host/path"]);
    fails(&run, 2, &["is no address of a store", "s3://"]);
}

#[test]
fn a_damaged_block_is_named_and_left_out_only_when_somebody_says_so() {
    if !has_prometheus("a_damaged_block_is_named_and_left_out_only_when_somebody_says_so") {
        return;
    }
    let stack = Stack::new(5, 600);
    let blocks = stack.blocks("data");
    flip(&blocks[1].join("chunks/000001"));
    let name = blocks[1].file_name().unwrap().to_str().unwrap();
    let run = stack.back_up("--no-encrypt --capture stopped-folder");
    fails(&run, 2, &[name, "is damaged: chunks/000001", "--skip-corrupt"]);
    assert_eq!(stack.run("backup list --repository repository").stdout, "no snapshots\n");

    let run = stack.back_up("--capture stopped-folder --skip-corrupt");
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert!(run.stdout.contains(&format!("left out: block {name}")), "{}", run.stdout);
    let show = stack.run("backup show --repository repository").quiet_success();
    assert!(show.contains(&format!("{} blocks", blocks.len() - 1)), "{show}");
}

#[test]
fn what_is_damaged_in_a_repository_is_named() {
    if !has_prometheus("what_is_damaged_in_a_repository_is_named") {
        return;
    }
    let stack = Stack::new(5, 600);
    stack.back_up_folder();
    let blobs = stack.workspace.files("repository/blobs");
    let largest = blobs.iter().max_by_key(|(_, bytes)| bytes.len()).unwrap().0;
    flip(&stack.workspace.path(&format!("repository/blobs/{largest}")));
    stack.run("backup verify --repository repository").quiet_success();
    let run = stack.run("backup verify --read-data --repository repository");
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert!(run.stdout.contains(largest), "{}", run.stdout);
    fs::remove_file(stack.workspace.path(&format!("repository/blobs/{largest}"))).unwrap();
    let run = stack.run("backup verify --repository repository");
    assert_eq!((run.status, run.stdout.contains("is missing")), (Some(1), true), "{}", run.stdout);
}

#[test]
fn a_damaged_snapshot_does_not_hide_the_others() {
    if !has_prometheus("a_damaged_snapshot_does_not_hide_the_others") {
        return;
    }
    let stack = Stack::new(2, 60);
    let first = stack.back_up_folder();
    let second = stack.back_up_folder();
    let name = first["snapshot"].as_str().unwrap();
    flip(&stack.workspace.path(&format!("repository/snapshots/{name}.json")));
    let list = stack.run("backup list --repository repository");
    assert_eq!(list.status, Some(0));
    assert!(list.stderr.contains(name), "{}", list.stderr);
    assert!(list.stdout.contains(name) && list.stdout.contains(second["snapshot"].as_str().unwrap()));
}

#[test]
fn snapshots_of_dead_runs_are_removed_and_others_stay() {
    if !has_prometheus("snapshots_of_dead_runs_are_removed_and_others_stay") {
        return;
    }
    let stack = Stack::new(2, 60);
    for (folder, mark) in [
        ("dead", "{\"expires\": \"2020-01-01T00:00:00Z\"}"),
        ("half", "{\"exp"),
        ("alive", "{\"expires\": \"2999-01-01T00:00:00Z\"}"),
    ] {
        stack.workspace.write(&format!("data/snapshots/{folder}/stackgen.json"), mark);
    }
    stack.workspace.write("data/snapshots/foreign/kept", "");
    let server = stack.serve();
    stack.back_up(&format!("--no-encrypt --prometheus-url {}", server.url())).quiet_success();
    let mut left: Vec<_> = fs::read_dir(stack.data().join("snapshots"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["alive", "foreign"]);
}

#[test]
fn a_server_without_its_admin_api_says_what_can_be_done() {
    if !has_prometheus("a_server_without_its_admin_api_says_what_can_be_done") {
        return;
    }
    let stack = Stack::new(2, 60);
    let server = Server::start_with(stack.workspace.root(), &stack.data(), false, &[]);
    let run = stack.back_up(&format!("--no-encrypt --capture snapshot --prometheus-url {}", server.url()));
    fails(&run, 2, &["PF04", "--web.enable-admin-api", "--capture remote-read"]);
    assert!(!stack.workspace.path("repository/snapshots").exists());
}

/// A server that never had a sample says that its first time is the largest number there is.
#[test]
fn an_empty_server_makes_an_empty_snapshot_that_restores_nothing() {
    if !has_prometheus("an_empty_server_makes_an_empty_snapshot_that_restores_nothing") {
        return;
    }
    let stack = Stack { workspace: Workspace::new() };
    fs::create_dir(stack.data()).unwrap();
    let server = Server::start(stack.workspace.root(), &stack.data(), false);
    let url = format!("--prometheus-url {}", server.url());
    let snapshot = json(stack.back_up(&format!("{url} --no-encrypt -o json")).quiet_success());
    assert_eq!((&snapshot["holds"]["blocks"], &snapshot["holds"]["from"]), (&0.into(), &Value::Null));
    let restore = format!("restore latest --repository repository --prometheus-data data {url}");
    assert!(stack.run(&restore).quiet_success().contains("0 blocks"));
}

/// Somebody who waits sees how far it is; a pipe gets the result alone.
#[cfg(unix)]
#[test]
fn a_terminal_gets_a_bar() {
    if !has_prometheus("a_terminal_gets_a_bar") {
        return;
    }
    let stack = Stack::new(5, 600);
    let line =
        "backup --to repository --cluster gke --prometheus-data data --no-encrypt --capture stopped-folder";
    let command = stack.workspace.stackgen(line.split(' ')).env("TERM", "xterm");
    let Some(screen) = command.on_terminal(100) else {
        return eprintln!("SKIPPED: a_terminal_gets_a_bar needs a system with terminals");
    };
    assert!(screen.contains("/s, ") && screen.contains(" left"), "{screen:?}");
}

#[test]
fn a_dry_run_writes_nothing_anywhere() {
    if !has_prometheus("a_dry_run_writes_nothing_anywhere") {
        return;
    }
    let stack = Stack::new(2, 60);
    let before = stack.workspace.files("");
    let run = stack.back_up("--no-encrypt --capture stopped-folder --dry-run");
    assert_eq!(run.quiet_success(), "would capture by stopped-folder: no server uses the folder\n");
    assert_eq!(stack.workspace.files(""), before);
}

#[test]
fn snapshots_that_need_not_be_kept_go() {
    if !has_prometheus("snapshots_that_need_not_be_kept_go") {
        return;
    }
    let stack = Stack::new(2, 60);
    let first = stack.back_up_folder();
    let second = stack.back_up_folder();
    let prune = "backup prune --repository repository --keep-last 1 --keep-daily 0 --keep-weekly 0 \
                 --keep-monthly 0 -o json";
    let dry = json(stack.run(&format!("{prune} --dry-run")).quiet_success());
    assert_eq!(dry["removed"], serde_json::json!([first["snapshot"]]), "{dry:#}");
    assert_eq!(stack.run("backup list --repository repository").stdout.lines().count(), 3);
    let pruned = json(stack.run(prune).quiet_success());
    assert_eq!(pruned["kept"][0]["snapshot"], second["snapshot"]);
    // All blobs of the first are those of the second.
    assert_eq!((&pruned["removed"], &pruned["blobs"]["marked"]), (&dry["removed"], &0.into()));
    stack.run("backup verify --read-data --repository repository").quiet_success();
}

/// Whoever has the key needs no stackgen.
#[test]
fn the_page_restores_by_hand() {
    let name = "the_page_restores_by_hand";
    let has = |tool| Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success());
    if !has_prometheus(name) {
        return;
    }
    if !["age", "zstd", "jq", "bash"].into_iter().all(has) {
        return skip(name, "age, zstd and jq");
    }
    let stack = Stack::new(5, 600);
    stack.workspace.write("key.txt", IDENTITY);
    let backup = format!("--recipient {RECIPIENT} --capture stopped-folder -o json");
    let snapshot = json(stack.back_up(&backup).quiet_success());
    let page = include_str!("../../docs/backup.md");
    let script = page.split_once("```bash\n").unwrap().1.split_once("```").unwrap().0;
    let run = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .env("SNAPSHOT", snapshot["snapshot"].as_str().unwrap())
        .current_dir(stack.workspace.root())
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let mut expected = stack.workspace.files("data");
    expected.retain(|path, _| path.starts_with("01"));
    assert!(stack.workspace.files("restored") == expected);
}
