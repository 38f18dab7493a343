//! Cases in which data was lost by others: blocks that overlap, volumes that are too small, blocks that lie, deletions.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::backup::{Stack, fails, json};
use super::backup_remote::samples;
use super::migrate::{HASTY, wait};
use super::restore::{Target, cold, now, restored_samples};
use super::silences::has_alertmanager;
use crate::support::{Workspace, skip};
use crate::tsdb::server::Server;
use crate::tsdb::{has_prometheus, promtool_blocks};

/// Two blocks of each time range, with the same samples: a server puts them together, and what it has in memory not.
#[test]
fn blocks_that_overlap_and_servers_that_are_killed_twice_lose_nothing() {
    if !has_prometheus("blocks_that_overlap_and_servers_that_are_killed_twice_lose_nothing") {
        return;
    }
    let stack = Stack::new(5, 600);
    let count = stack.blocks("data").len();
    promtool_blocks(stack.workspace.root(), 3, 600);
    assert_eq!(stack.blocks("data").len(), 2 * count);
    stack.back_up_folder();
    let target = Target::new(&stack);
    json(target.restore("-o json").quiet_success());
    let until = now() - 2;
    let own = |target: &Target<'_>| target.server.number("count_over_time(up{job=\"self\"}[10m])", until);
    let before = own(&target);
    assert!(before.is_some());
    let target = target.restart().restart();
    assert_eq!((own(&target), restored_samples(&target.server).as_deref()), (before, Some("3000")));
}

/// A server that keeps so many bytes removes the oldest blocks at once, whoever they belong to.
#[test]
fn a_server_that_keeps_too_few_bytes_is_refused() {
    if !has_prometheus("a_server_that_keeps_too_few_bytes_is_refused") {
        return;
    }
    let stack = Stack::new(20, 600);
    stack.back_up_folder();
    let folder = stack.workspace.path("target");
    fs::create_dir(&folder).unwrap();
    let limits = ["--web.enable-admin-api", "--storage.tsdb.retention.size=20KB"];
    let server = Server::start_with(stack.workspace.root(), &folder, false, &limits);
    let line = format!(
        "restore latest --repository repository --prometheus-data target --prometheus-url {}",
        server.url()
    );
    fails(&stack.run(&line), 2, &["PF07-retention", "--storage.tsdb.retention.size"]);
    assert!(stack.blocks("target").is_empty());
}

/// Blocks that are not what they say are named; what others add to a block is left alone.
#[test]
fn blocks_that_lie_are_named_and_sections_of_others_are_none_of_our_business() {
    if !has_prometheus("blocks_that_lie_are_named_and_sections_of_others_are_none_of_our_business") {
        return;
    }
    let change = |stack: &Stack, change: &dyn Fn(&mut Value)| {
        let path = stack.blocks("data").remove(0).join("meta.json");
        let mut meta = json(fs::read_to_string(&path).unwrap());
        change(&mut meta);
        fs::write(path, meta.to_string()).unwrap();
    };
    let capture = "--no-encrypt --capture stopped-folder";
    let stack = Stack::new(2, 60);
    change(&stack, &|meta| meta["stats"]["numSamples"] = 7.into());
    fails(&stack.back_up(capture), 2, &["is damaged: meta.json", "--skip-corrupt"]);
    let stack = Stack::new(2, 60);
    change(&stack, &|meta| meta["ulid"] = "01HXYZ9K3M4N5P6Q7R8S9TABCD".into());
    fails(&stack.back_up(capture), 2, &["belongs to block 01HXYZ9K3M4N5P6Q7R8S9TABCD"]);
    let stack = Stack::new(2, 60);
    change(&stack, &|meta| meta["thanos"] = serde_json::json!({"labels": {"cluster": "aks"}}));
    stack.back_up(capture).quiet_success();
    cold(&stack, "--retention 100y").quiet_success();
    let block = stack.blocks("target").remove(0);
    assert!(fs::read_to_string(block.join("meta.json")).unwrap().contains("thanos"));
}

/// What somebody deleted does not come back, and blocks without any deletion are whole.
#[test]
fn deleted_series_stay_deleted() {
    if !has_prometheus("deleted_series_stay_deleted") {
        return;
    }
    let stack = Stack::new(5, 600);
    let server = stack.serve();
    let deletion = "/api/v1/admin/tsdb/delete_series?match[]=load%7Binstance%3D%22node-3%22%7D";
    assert!(server.ask("POST", deletion).unwrap().contains(" 204 "));
    assert_eq!(restored_samples(&server).as_deref(), Some("2400"));
    server.stop();
    let is_marked = |path: &Path| fs::metadata(path.join("tombstones")).unwrap().len() > 9;
    assert!(stack.blocks("data").iter().any(|block| is_marked(block)));
    stack.back_up_folder();
    cold(&stack, "--retention 100y").quiet_success();
    let server = Server::start(stack.workspace.root(), &stack.workspace.path("target"), false);
    assert_eq!(restored_samples(&server).as_deref(), Some("2400"));
}

/// Old releases wrote no file of deletions.
#[test]
fn blocks_without_a_file_of_deletions_are_whole() {
    if !has_prometheus("blocks_without_a_file_of_deletions_are_whole") {
        return;
    }
    let stack = Stack::new(5, 600);
    stack.blocks("data").iter().for_each(|block| fs::remove_file(block.join("tombstones")).unwrap());
    stack.back_up_folder();
    cold(&stack, "--retention 100y").quiet_success();
    let server = Server::start(stack.workspace.root(), &stack.workspace.path("target"), false);
    assert_eq!(restored_samples(&server).as_deref(), Some("3000"));
}

/// Snapshots before and after the source put its blocks together hold the same, also when the first one is gone.
#[test]
fn compaction_between_two_snapshots_changes_neither() {
    if !has_prometheus("compaction_between_two_snapshots_changes_neither") {
        return;
    }
    let stack = Stack::new(5, 600);
    let names = |stack: &Stack| {
        let blocks = stack.blocks("data");
        blocks.into_iter().filter_map(|path| Some(path.file_name()?.to_owned())).collect::<Vec<_>>()
    };
    let before = names(&stack);
    let first = stack.back_up_folder();
    let server = Server::start_with(stack.workspace.root(), &stack.data(), true, &HASTY);
    let begin = std::time::Instant::now();
    while before.iter().all(|name| names(&stack).contains(name)) {
        assert!(begin.elapsed() < std::time::Duration::from_secs(150), "the server puts nothing together");
        std::thread::sleep(std::time::Duration::from_millis(300));
    }
    let line = format!("--no-encrypt -o json --prometheus-url {}", server.url());
    let second = json(stack.back_up(&line).quiet_success());
    drop(server);
    let restore = |snapshot: &Value, folder: &str| {
        fs::create_dir(stack.workspace.path(folder)).unwrap();
        let name = snapshot["snapshot"].as_str().unwrap();
        let line =
            format!("restore {name} --repository repository --retention 100y --prometheus-data {folder}");
        stack.run(&line).quiet_success();
        let server = Server::start(stack.workspace.root(), &stack.workspace.path(folder), false);
        assert_eq!(restored_samples(&server).as_deref(), Some("3000"), "{folder}");
    };
    restore(&first, "first");
    restore(&second, "second");
    let prune =
        "backup prune --repository repository --keep-last 1 --keep-daily 0 --keep-weekly 0 --keep-monthly 0";
    stack.run(prune).quiet_success();
    restore(&second, "second-again");
}

/// A volume that is too small is told of before anything is written.
#[test]
fn a_volume_that_is_too_small_is_refused() {
    let name = "a_volume_that_is_too_small_is_refused";
    if !has_prometheus(name) {
        return;
    }
    let stack = Stack::new(200, 600);
    stack.back_up_folder();
    let Some(volume) = Volume::mount(&stack.workspace, "target", "256k") else {
        return skip(name, "the right to mount a small volume");
    };
    fails(&cold(&stack, "--retention 100y"), 2, &["PF06-space", "MiB are needed"]);
    assert_eq!(fs::read_dir(&volume.path).unwrap().count(), 0);
}

/// A small disk in memory.
struct Volume {
    path: std::path::PathBuf,
}

impl Volume {
    fn mount(workspace: &Workspace, folder: &str, size: &str) -> Option<Self> {
        let path = workspace.path(folder);
        fs::create_dir(&path).unwrap();
        let options = format!("size={size}");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&path).output();
        mount.is_ok_and(|output| output.status.success()).then_some(Self { path })
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.path).status();
    }
}

/// Case 28: a target that goes away leaves markers, which are samples of a block and of no answer.
#[test]
fn markers_of_staleness_arrive_and_alarm_nobody() {
    if !has_prometheus("markers_of_staleness_arrive_and_alarm_nobody") {
        return;
    }
    let stack = Stack::new(2, 60);
    let elsewhere = Workspace::new();
    let scraped = Server::start(elsewhere.root(), &elsewhere.path("data"), false);
    let gone = scraped.port();
    let configuration = |_: u16| {
        let job = format!("{{job_name: gone, static_configs: [{{targets: ['127.0.0.1:{gone}']}}]}}");
        format!("global: {{scrape_interval: 1s}}\nscrape_configs: [{job}]\n")
    };
    let flags = ["--web.enable-admin-api", "--storage.tsdb.retention.time=100y"];
    let source = Server::start_configured(stack.workspace.root(), &stack.data(), configuration, &flags);
    let metric = "prometheus_build_info{job=\"gone\"}";
    wait("it is scraped", || source.number(metric, now()).is_some());
    drop(scraped);
    wait("it is gone", || source.number(metric, now()).is_none());
    stack.back_up(&format!("--no-encrypt --prometheus-url {}", source.url())).quiet_success();
    drop(source);
    stack.run("backup verify --read-data --repository repository").quiet_success();
    cold(&stack, "--retention 100y").quiet_success();
    let restored =
        |folder: &str| samples(&stack.workspace.path(folder), "{__name__=\"prometheus_build_info\"}");
    fs::create_dir_all(stack.workspace.path("target/wal")).unwrap(); // promtool wants to see one
    let arrived = restored("target");
    assert!(arrived.iter().any(|line| line.contains("NaN")), "{arrived:?}");
    assert_eq!(arrived, restored("data"));
}

/// Ended with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server below a prefix, whom a password opens; ready when it answers.
fn guarded(workspace: &Workspace, program: &str, name: &str, arguments: &[String]) -> (Process, String) {
    // Of `open sesame`.
    const USERS: &str =
        "basic_auth_users: {ali: $2b$04$UNSXLebTgo40tPwN/JvS2.Ew0xzeIdce1KwGQD0yry2cjCAkv31ca}\n";
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    workspace.write("users.yml", USERS);
    workspace.write("prometheus.yml", "global: {scrape_interval: 1s}\n");
    workspace.write("alertmanager.yml", "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n");
    let process = Command::new(program)
        .args(arguments)
        .arg(format!("--web.config.file={}", workspace.path("users.yml").display()))
        .arg(format!("--web.route-prefix=/{name}"))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let process = Process(process);
    wait("it answers", || {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
        let request = format!("GET /{name}/-/ready HTTP/1.0\r\nAuthorization: Basic {CREDENTIALS}\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).is_ok() && answer.contains(" 200 ")
    });
    (process, format!("http://127.0.0.1:{port}/{name}"))
}

/// `ali:open sesame`
const CREDENTIALS: &str = "YWxpOm9wZW4gc2VzYW1l";

/// Case 51. The password is in no message, in no argument and in no file of the repository.
#[test]
fn servers_below_a_prefix_that_want_a_password_are_asked_with_one() {
    let name = "servers_below_a_prefix_that_want_a_password_are_asked_with_one";
    if !has_prometheus(name) || !has_alertmanager(name) {
        return;
    }
    let stack = Stack::new(3, 60);
    let path = |path: &str| stack.workspace.path(path).display().to_string();
    let arguments = [
        format!("--config.file={}", path("prometheus.yml")),
        format!("--storage.tsdb.path={}", path("data")),
        "--web.enable-admin-api".to_owned(),
        "--storage.tsdb.retention.time=100y".to_owned(),
    ];
    let (_prometheus, prometheus) = guarded(&stack.workspace, "prometheus", "metrics", &arguments);
    let arguments = [
        format!("--config.file={}", path("alertmanager.yml")),
        format!("--storage.path={}", path("alerts")),
        "--cluster.listen-address=".to_owned(),
    ];
    let (_alerts, alerts) = guarded(&stack.workspace, "prometheus-alertmanager", "alerts", &arguments);
    let servers = format!("--no-encrypt --prometheus-url {prometheus} --alertmanager-url {alerts}");
    fails(&stack.back_up(&servers), 2, &["401", "--prometheus-authorization"]);
    stack.workspace.write("authorization", &format!("Basic {CREDENTIALS}\n"));
    let files = "--prometheus-authorization authorization --alertmanager-authorization authorization";
    let stored = stack.back_up(&format!("{servers} {files} -o json"));
    let report = json(stored.quiet_success());
    assert_eq!(report["capture"][0], "snapshot", "{report:#}");
    assert!(report["holds"]["samples"].as_u64().unwrap() >= 180, "{report:#}");
    let manifest = json(stack.run("backup show latest --repository repository -o json").quiet_success());
    assert!(manifest["manifest"]["alertmanager"]["version"].is_string(), "{manifest:#}");
    for (path, content) in stack.workspace.files("repository") {
        assert!(!String::from_utf8_lossy(&content).contains(CREDENTIALS), "{path}");
    }
}
