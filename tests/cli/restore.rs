//! `stackgen restore` with real servers: every sample arrives, and none that was there goes.

use std::fs;

use super::backup::{Stack, fails, json};
use super::migrate::wait;
use super::silences::{Alertmanager, has_alertmanager, matcher};
use crate::support::Run;
use crate::tsdb::has_prometheus;
use crate::tsdb::server::Server;

/// When promtool's samples end.
const END: i64 = 1_700_000_000 + 600 * 60;
const MINUTES: i64 = 600;

/// A target beside the source, with a server of its own.
pub(crate) struct Target<'s> {
    stack: &'s Stack,
    pub(crate) server: Server,
}

impl<'s> Target<'s> {
    pub(crate) fn new(stack: &'s Stack) -> Self {
        fs::create_dir_all(stack.workspace.path("target")).unwrap();
        Self { stack, server: serve(stack) }
    }

    pub(crate) fn restore(&self, arguments: &str) -> Run {
        self.stack.run(&format!(
            "restore latest --repository repository --prometheus-data target --prometheus-url {} {arguments}",
            self.server.url()
        ))
    }

    /// How many samples of its own the server has until a second.
    fn own_samples(&self, until: i64) -> Option<String> {
        self.server.number("count_over_time(up{job=\"self\"}[10m])", until)
    }

    pub(crate) fn restart(self) -> Self {
        let Self { stack, server } = self;
        drop(server); // as a machine that loses power does
        Self { stack, server: serve(stack) }
    }
}

pub(crate) fn serve(stack: &Stack) -> Server {
    let server = Server::start(stack.workspace.root(), &stack.workspace.path("target"), true);
    server.wait_for_scrapes();
    server
}

pub(crate) fn now() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap()
}

pub(crate) fn restored_samples(server: &Server) -> Option<String> {
    server.number("sum(count_over_time(load[11h]))", END)
}

pub(crate) fn cold(stack: &Stack, arguments: &str) -> Run {
    fs::create_dir_all(stack.workspace.path("target")).unwrap();
    stack.run(&format!("restore latest --repository repository --prometheus-data target {arguments}"))
}

/// A block that ends later than the server's own samples makes it forget those when it starts again, unless they are a
/// block too.
#[test]
fn into_a_running_server_nothing_of_its_own_is_lost_also_when_it_is_killed() {
    if !has_prometheus("into_a_running_server_nothing_of_its_own_is_lost_also_when_it_is_killed") {
        return;
    }
    let stack = Stack::new(5, MINUTES);
    let source = stack.serve();
    let target = Target::new(&stack);
    stack.back_up(&format!("--no-encrypt --prometheus-url {}", source.url())).quiet_success();
    drop(source);
    let before = target.restore("-o json");
    let before = json(before.quiet_success());
    assert!(before["restored"].as_array().unwrap().len() > 1, "{before:#}");
    let until = now() - 2;
    let own = target.own_samples(until);
    assert!(own.is_some());
    assert_eq!(restored_samples(&target.server).as_deref(), Some("3000"));

    let target = target.restart();
    assert_eq!(target.own_samples(until), own);
    assert_eq!(restored_samples(&target.server).as_deref(), Some("3000"));
    assert!(!stack.workspace.path("target/.stackgen-restore").exists());
    assert_eq!(fs::read_dir(stack.workspace.path("target/snapshots")).unwrap().count(), 0);

    let again = json(target.restore("-o json").quiet_success());
    assert_eq!(again["restored"], serde_json::json!([]));
    assert_eq!(again["there"].as_array().unwrap().len(), before["restored"].as_array().unwrap().len());
}

/// Two clusters have the same series. In one server they stay apart, and each has its own samples.
#[test]
fn series_of_two_clusters_stay_apart_under_a_label() {
    if !has_prometheus("series_of_two_clusters_stay_apart_under_a_label") {
        return;
    }
    let (stack, other) = (Stack::new(5, MINUTES), Stack::new(5, 400));
    stack.back_up("--no-encrypt --capture stopped-folder").quiet_success();
    let data = other.data().display().to_string();
    let aks = "backup --to repository --cluster aks --capture stopped-folder --prometheus-data";
    stack.run(&format!("{aks} {data}")).quiet_success();
    let target = Target::new(&stack);
    let place =
        format!("--repository repository --prometheus-data target --prometheus-url {}", target.server.url());
    let restore = |arguments: &str| stack.run(&format!("restore {arguments} {place}"));
    let given = |cluster: &str| {
        json(restore(&format!("{cluster} --label cluster={cluster} -o json")).quiet_success())
    };
    let dry = json(restore("gke --label cluster=gke --dry-run -o json").quiet_success());
    assert_eq!(dry["restored"], given("gke")["restored"]);
    assert_eq!(given("aks")["restored"].as_array().map(Vec::len), Some(other.blocks("data").len()));
    assert_eq!(given("aks")["restored"], serde_json::json!([]));

    let sums = |server: &Server, series: &str| {
        server
            .number(&format!("sum(sum_over_time({series}[11h])) + sum(count_over_time({series}[11h]))"), END)
    };
    for (stack, cluster) in [(&stack, "gke"), (&other, "aks")] {
        let source = stack.serve();
        assert_eq!(sums(&target.server, &format!("load{{cluster=\"{cluster}\"}}")), sums(&source, "load"));
    }
    assert_eq!(restored_samples(&target.server).as_deref(), Some("5000"));
    assert_eq!(target.server.number("count(count_over_time(load{cluster=\"\"}[11h]))", END), None);

    fs::create_dir_all(stack.workspace.path("cold")).unwrap();
    let cold = |arguments: &str| {
        let place = "--repository repository --prometheus-data cold --retention 100y";
        stack.run(&format!("restore {arguments} {place}")).quiet_success();
    };
    cold("gke");
    let before = stack.workspace.files("cold");
    cold("aks --label cluster=aks");
    assert!(stack.workspace.files("cold").len() > before.len());
    cold("aks --undo");
    assert_eq!(stack.workspace.files("cold"), before);
}

#[test]
fn labels_that_cannot_be_given_are_refused() {
    if !has_prometheus("labels_that_cannot_be_given_are_refused") {
        return;
    }
    let stack = Stack::new(2, MINUTES);
    stack.back_up("--no-encrypt --capture stopped-folder").quiet_success();
    for (label, words) in [
        ("instance=other", ["has series with instance=", "a label of another name"]),
        ("__name__=other", ["`__name__` is one of Prometheus' own", "--label"]),
        ("cluster", ["expected NAME=VALUE", "--label"]),
    ] {
        fails(&cold(&stack, &format!("--retention 100y --label {label}")), 2, &words);
    }
    assert_eq!(stack.workspace.files("target").len(), 0);
}

/// What a restore gave goes again, and nothing else does: neither from a server that runs nor from a folder.
#[test]
fn a_restore_that_is_undone_leaves_what_was_there() {
    let name = "a_restore_that_is_undone_leaves_what_was_there";
    if !has_prometheus(name) || !has_alertmanager(name) {
        return;
    }
    let stack = Stack::new(5, MINUTES);
    let alertmanager = Alertmanager::start(&stack, "alerts");
    let all = serde_json::json!([matcher("alertname", "Restored", false, true)]);
    let restored = alertmanager.silence(&all, (0, 60), "restored");
    let url = format!("--alertmanager-url {}", alertmanager.url());
    stack.back_up(&format!("--no-encrypt --capture stopped-folder {url}")).quiet_success();
    alertmanager.request("DELETE", &format!("/api/v2/silence/{restored}"), None);
    let own = serde_json::json!([matcher("alertname", "Own", false, true)]);
    alertmanager.silence(&own, (0, 60), "own");
    let silences = alertmanager.current();

    let target = Target::new(&stack);
    fails(&target.restore("--undo"), 2, &["nothing of it was restored here"]);
    target.restore(&url).quiet_success();
    target.restore(&url).quiet_success();
    assert_eq!(alertmanager.current().len(), 2);
    let until = now() - 2;
    let own = target.own_samples(until);
    let blocks = stack.blocks("target");
    fails(&target.restore("--undo"), 2, &["1 silences were restored with it", "--alertmanager-url"]);
    let undone = |arguments: &str| {
        json(target.restore(&format!("--undo -o json {url}{arguments}")).quiet_success())["undone"].clone()
    };
    let everything = undone(" --dry-run");
    assert_eq!(stack.blocks("target"), blocks);
    let done = undone("");
    assert_eq!((&done["silences"], &done["grafana"]), (&everything["silences"], &everything["grafana"]));
    // The server may have put blocks together since.
    let blocks = |undone: &serde_json::Value| undone["blocks"].as_u64().unwrap();
    assert!(blocks(&everything) > 1 && (1..=blocks(&everything)).contains(&blocks(&done)), "{done:#}");
    assert_eq!(alertmanager.current(), silences);
    wait("the server forgets", || restored_samples(&target.server).is_none());
    assert_eq!(target.own_samples(until), own);
    assert!(!stack.workspace.path("target/.stackgen-restored").exists());
    drop(target);

    let before = stack.workspace.files("target");
    stack.back_up("--capture stopped-folder").quiet_success();
    cold(&stack, "--retention 100y --trim").quiet_success();
    cold(&stack, "--retention 100y --undo").quiet_success();
    assert_eq!(stack.workspace.files("target"), before);
}

/// A server has put what it was given together with its own samples, which may be of the same series.
#[test]
fn what_cannot_be_told_apart_is_not_taken_away() {
    if !has_prometheus("what_cannot_be_told_apart_is_not_taken_away") {
        return;
    }
    let stack = Stack::new(2, MINUTES);
    stack.back_up("--no-encrypt --capture stopped-folder").quiet_success();
    cold(&stack, "--retention 100y").quiet_success();
    let block = stack.blocks("target").remove(0);
    let meta = block.join("meta.json");
    let mut content = json(fs::read_to_string(&meta).unwrap());
    let (name, own) = ("01BX5ZZKBKACTAV9WEVGEMMVS0", "01BX5ZZKBKACTAV9WEVGEMMVRZ");
    content["compaction"]["sources"].as_array_mut().unwrap().push(own.into());
    content["ulid"] = name.into();
    fs::write(&meta, content.to_string()).unwrap();
    fs::rename(&block, block.with_file_name(name)).unwrap();
    let before = stack.workspace.files("target");
    let words = [name, "may be of the same series", "restore a snapshot of the target"];
    fails(&cold(&stack, "--retention 100y --undo --dry-run"), 2, &words);
    fails(&cold(&stack, "--retention 100y --undo"), 2, &words);
    assert_eq!(stack.workspace.files("target"), before);
}

/// The snapshot has a block that was made of two, and the target one of the two.
#[test]
fn what_a_restored_block_was_made_of_is_not_taken_away_from_who_had_it() {
    if !has_prometheus("what_a_restored_block_was_made_of_is_not_taken_away_from_who_had_it") {
        return;
    }
    let stack = Stack::new(2, MINUTES);
    let own = stack.blocks("data").remove(0);
    let name = own.file_name().unwrap().to_str().unwrap().to_owned();
    fs::create_dir_all(stack.workspace.path(&format!("target/{name}/chunks"))).unwrap();
    for file in ["meta.json", "index", "tombstones", "chunks/000001"] {
        fs::copy(own.join(file), stack.workspace.path(&format!("target/{name}/{file}"))).unwrap();
    }
    let other = stack.blocks("data").remove(1);
    let meta = other.join("meta.json");
    let mut content = json(fs::read_to_string(&meta).unwrap());
    content["compaction"]["sources"].as_array_mut().unwrap().push(name.into());
    content["compaction"]["level"] = 2.into();
    fs::write(&meta, content.to_string()).unwrap();
    fs::remove_dir_all(own).unwrap();
    stack.back_up("--no-encrypt --capture stopped-folder").quiet_success();
    let before = stack.workspace.files("target");
    assert_eq!(before.len(), 4);
    cold(&stack, "--retention 100y").quiet_success();
    assert!(stack.blocks("target").len() > 2);
    cold(&stack, "--retention 100y --undo").quiet_success();
    assert_eq!(stack.workspace.files("target"), before);
}

#[test]
fn into_an_empty_folder_everything_goes_the_log_too() {
    if !has_prometheus("into_an_empty_folder_everything_goes_the_log_too") {
        return;
    }
    let stack = Stack::new(5, MINUTES);
    let source = stack.serve();
    let until = now();
    let own = source.number("count_over_time(up[10m])", until);
    source.stop();
    stack.back_up_folder();
    fails(&cold(&stack, ""), 2, &["PF07-retention", "--retention 30d"]);
    assert_eq!(fs::read_dir(stack.workspace.path("target")).unwrap().count(), 0);
    cold(&stack, "--retention 100y").quiet_success();
    let mut expected = stack.workspace.files("data");
    expected.retain(|path, _| path != "queries.active" && path != "lock");
    assert_eq!(stack.restored("target"), expected);
    fails(&cold(&stack, "--retention 100y --undo"), 2, &["its log became the server's own"]);
    let server = Server::start(stack.workspace.root(), &stack.workspace.path("target"), false);
    assert_eq!(restored_samples(&server).as_deref(), Some("3000"));
    assert_eq!(server.number("count_over_time(up[10m])", until), own);
}

#[test]
fn the_log_of_a_stopped_server_is_never_made_useless() {
    if !has_prometheus("the_log_of_a_stopped_server_is_never_made_useless") {
        return;
    }
    let stack = Stack::new(5, MINUTES);
    let source = stack.serve();
    let target = Target::new(&stack);
    stack.back_up(&format!("--no-encrypt --prometheus-url {}", source.url())).quiet_success();
    if cfg!(target_os = "linux") {
        fails(&cold(&stack, "--retention 100y"), 2, &["a server uses the folder", "--prometheus-url"]);
    }
    drop(target);
    let before = stack.workspace.files("target");
    fails(&cold(&stack, "--retention 100y"), 2, &["PF12-own-samples", "--prometheus-url"]);
    assert_eq!(stack.workspace.files("target"), before);
}

#[test]
fn what_the_server_would_remove_at_once_is_refused_or_left_out() {
    if !has_prometheus("what_the_server_would_remove_at_once_is_refused_or_left_out") {
        return;
    }
    let stack = Stack::new(5, MINUTES);
    stack.back_up_folder();
    let all = stack.blocks("data").len();
    let before = stack.workspace.files("");
    fails(&cold(&stack, "--retention 4h"), 2, &["PF07-retention", "--trim"]);
    assert_eq!(stack.workspace.files(""), before);
    let trimmed = json(cold(&stack, "--retention 4h --trim -o json").quiet_success());
    let kept = trimmed["restored"].as_array().unwrap().len();
    assert!(0 < kept && kept < all, "{trimmed:#}");

    // The server keeps exactly those.
    let arguments = ["--storage.tsdb.retention.time=4h"];
    let target = stack.workspace.path("target");
    let server = Server::start_with(stack.workspace.root(), &target, false, &arguments);
    assert_eq!(stack.blocks("target").len(), kept);
    drop(server);
    let again = json(cold(&stack, "--retention 100y -o json").quiet_success());
    assert_eq!(again["there"].as_array().unwrap().len(), kept);
    assert_eq!(stack.blocks("target").len(), all);
}

#[test]
fn blocks_of_the_future_are_refused() {
    if !has_prometheus("blocks_of_the_future_are_refused") {
        return;
    }
    let stack = Stack::new(2, 60);
    let block = stack.blocks("data").pop().unwrap();
    // What `promtool` makes of milliseconds that it takes for seconds, as far as a block says it.
    let meta = fs::read_to_string(block.join("meta.json")).unwrap();
    let end = json(&meta)["maxTime"].as_i64().unwrap();
    let future = (now() + 3600) * 1000;
    fs::write(block.join("meta.json"), meta.replace(&end.to_string(), &future.to_string())).unwrap();
    stack.back_up_folder();
    fails(
        &cold(&stack, "--retention 100y"),
        2,
        &["PF08-future", block.file_name().unwrap().to_str().unwrap()],
    );
    assert_eq!(fs::read_dir(stack.workspace.path("target")).unwrap().count(), 0);
}

#[test]
fn a_block_that_is_there_with_another_content_stops_everything() {
    if !has_prometheus("a_block_that_is_there_with_another_content_stops_everything") {
        return;
    }
    let stack = Stack::new(5, MINUTES);
    stack.back_up_folder();
    cold(&stack, "--retention 100y").quiet_success();
    let block = stack.blocks("target").remove(1);
    fs::write(block.join("index"), "other").unwrap();
    let run = cold(&stack, "--retention 100y");
    fails(&run, 2, &["PF11-overlap", block.file_name().unwrap().to_str().unwrap()]);
}

#[test]
fn what_is_damaged_in_the_repository_is_never_activated() {
    if !has_prometheus("what_is_damaged_in_the_repository_is_never_activated") {
        return;
    }
    let stack = Stack::new(5, MINUTES);
    stack.back_up_folder();
    for (path, bytes) in stack.workspace.files("repository/blobs") {
        fs::write(stack.workspace.path(&format!("repository/blobs/{path}")), &bytes[1..]).unwrap();
    }
    fails(&cold(&stack, "--retention 100y"), 2, &["hint: "]);
    assert_eq!(fs::read_dir(stack.workspace.path("target")).unwrap().count(), 0);
}

/// Root restores under a strict umask for a server that is not root.
#[cfg(unix)]
#[test]
fn restored_files_are_the_servers_own_whatever_the_umask_is() {
    use std::os::unix::fs::{MetadataExt as _, chown};
    use std::process::Command;
    if !has_prometheus("restored_files_are_the_servers_own_whatever_the_umask_is")
        || !crate::support::is_root()
    {
        return;
    }
    let stack = Stack::new(2, 60);
    stack.back_up_folder();
    let target = stack.workspace.path("target");
    fs::create_dir(&target).unwrap();
    chown(&target, Some(65_534), Some(65_534)).unwrap();
    let line = format!(
        "umask 077; exec {} restore latest --repository repository --prometheus-data target --retention 100y",
        env!("CARGO_BIN_EXE_stackgen")
    );
    let run = Command::new("sh").args(["-c", &line]).current_dir(stack.workspace.root()).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    for entry in walkdir::WalkDir::new(&target).min_depth(1).into_iter().map(Result::unwrap) {
        let metadata = entry.metadata().unwrap();
        let mode = if metadata.is_dir() { 0o755 } else { 0o644 };
        let found = (metadata.uid(), metadata.gid(), metadata.mode() & 0o777);
        assert_eq!(found, (65_534, 65_534, mode), "{}", entry.path().display());
    }
}

#[test]
fn a_dry_run_says_what_would_be_done() {
    if !has_prometheus("a_dry_run_says_what_would_be_done") {
        return;
    }
    let stack = Stack::new(5, MINUTES);
    stack.back_up_folder();
    fs::create_dir(stack.workspace.path("target")).unwrap();
    let before = stack.workspace.files("");
    let run = cold(&stack, "--retention 100y --dry-run").quiet_success();
    assert!(run.contains("would be restored"), "{run}");
    assert_eq!(stack.workspace.files(""), before);
    let late = json(
        cold(&stack, "--retention 100y --dry-run --min-time 2023-11-15T04:00:00Z -o json").quiet_success(),
    );
    assert!(!late["leftOut"].as_array().unwrap().is_empty(), "{late:#}");
}
