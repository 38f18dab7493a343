//! Backups and restores of a stack behind kubectl, whose connections break.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use serde_json::json;

use super::backup::{Stack, fails, json as parse};
use super::backup_remote::{restore, samples};
use super::silences::{Alertmanager, has_alertmanager};
use crate::support::Run;
use crate::support::proxy::BreakingProxy;
use crate::tsdb::has_prometheus;
use crate::tsdb::server::Server;

/// When promtool's samples end.
const END: i64 = 1_700_000_000 + 240 * 60;

/// A stack behind a stub that runs here what kubectl would run there.
pub(crate) struct Cluster {
    pub(crate) stack: Stack,
}

impl Cluster {
    pub(crate) fn new(series: i64, minutes: i64) -> Self {
        let stack = Stack::new(series, minutes);
        stack.workspace.write("bin/kubectl", include_str!("../backup/kubectl"));
        let stub = stack.workspace.path("bin/kubectl");
        fs::set_permissions(stub, fs::Permissions::from_mode(0o755)).unwrap();
        stack.workspace.write("bin/fault", "nothing");
        Self { stack }
    }

    fn break_with(&self, fault: &str) {
        self.stack.workspace.write("bin/fault", fault);
        self.stack.workspace.write("bin/runs", "");
    }

    pub(crate) fn forward(&self, port: u16, to: u16) {
        self.stack.workspace.write(&format!("bin/port-{port}"), &to.to_string());
    }

    /// With the stub as the kubectl that is on the path.
    fn run(&self, line: &str) -> Run {
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{path}", self.stack.workspace.path("bin").display());
        self.stack.workspace.stackgen(line.split_whitespace()).env("PATH", &path).run()
    }

    pub(crate) fn back_up(&self, arguments: &str) -> Run {
        let data = self.stack.data();
        let line = format!("--context gke --prometheus-data {} {arguments}", data.display());
        self.run(&format!("backup --to repository --cluster gke --no-encrypt -o json {line}"))
    }

    fn restore(&self, arguments: &str) -> Run {
        let target = self.stack.workspace.path("target");
        let line = format!("--context gke --prometheus-data {} {arguments}", target.display());
        self.run(&format!("restore latest --repository repository -o json {line}"))
    }

    fn show(&self) -> serde_json::Value {
        parse(self.stack.run("backup show latest --repository repository -o json").quiet_success())
    }
}

fn has_servers(test: &str) -> bool {
    has_alertmanager(test) && has_prometheus(test)
}

/// Cases 14 and 15: exec loses the end of every third answer, breaks, or passes no end of input on.
#[test]
fn a_stack_in_a_cluster_is_backed_up_whatever_exec_loses() {
    if !has_servers("a_stack_in_a_cluster_is_backed_up_whatever_exec_loses") {
        return;
    }
    let cluster = Cluster::new(5, 240);
    let server = cluster.stack.serve();
    let alertmanager = Alertmanager::start(&cluster.stack, "alertmanager");
    let matchers = json!([{"name": "a", "value": "b", "isRegex": false, "isEqual": true}]);
    alertmanager.silence(&matchers, (0, 60), "kept");
    cluster.forward(9090, server.port());
    cluster.forward(9093, alertmanager.port);
    for (nth, fault) in ["truncate", "deaf", "mixed"].into_iter().enumerate() {
        cluster.break_with(fault);
        let snapshot = parse(cluster.back_up("").quiet_success());
        assert_eq!(
            (&snapshot["capture"], &snapshot["leftOut"]),
            (&json!(["snapshot"]), &json!([])),
            "{fault}"
        );
        assert_eq!(fs::read_dir(cluster.stack.data().join("snapshots")).unwrap().count(), 0, "{fault}");
        let manifest = &cluster.show()["manifest"];
        assert_eq!(manifest["replicas"][0]["name"], "prometheus-0");
        assert_eq!(manifest["alertmanager"]["current"], 1, "{manifest:#}");
        let blocks = manifest["replicas"][0]["blocks"].as_array().unwrap();
        let of_promtool = blocks.iter().filter(|block| block["min_time"].as_i64().unwrap() < END * 1000);
        let samples: u64 = of_promtool.map(|block| block["samples"].as_u64().unwrap()).sum();
        assert_eq!(samples, 1_200, "{fault}");
        let verify = cluster.stack.run("backup verify --read-data --repository repository");
        assert_eq!(verify.quiet_success().matches("every byte is right").count(), nth + 1);
    }
}

#[test]
fn into_a_stack_in_a_cluster_everything_goes_and_nothing_of_its_own_is_lost() {
    if !has_servers("into_a_stack_in_a_cluster_everything_goes_and_nothing_of_its_own_is_lost") {
        return;
    }
    let cluster = Cluster::new(5, 240);
    cluster.stack.back_up_folder();
    let target = cluster.stack.workspace.path("target");
    let own = |server: &Server, until| server.number("count_over_time(up{job=\"self\"}[10m])", until);
    let restored = |server: &Server| server.number("sum(count_over_time(load[11h]))", END);
    fs::create_dir(&target).unwrap();
    let server = Server::start(cluster.stack.workspace.root(), &target, true);
    server.wait_for_scrapes();
    cluster.forward(9090, server.port());
    cluster.break_with("mixed");
    let report = parse(cluster.restore("--alertmanager-url none").quiet_success());
    assert!(report["restored"].as_array().unwrap().len() > 1, "{report:#}");
    let until = jiff::Timestamp::now().as_second() - 2;
    let before = own(&server, until);
    assert!(before.is_some());
    assert_eq!(restored(&server).as_deref(), Some("1200"));
    drop(server); // as a machine that loses power does
    let server = Server::start(cluster.stack.workspace.root(), &target, true);
    assert_eq!(own(&server, until), before);
    assert_eq!(restored(&server).as_deref(), Some("1200"));
    cluster.forward(9090, server.port());
    let again = parse(cluster.restore("--alertmanager-url none").quiet_success());
    assert_eq!(again["restored"], json!([]));
    assert!(!target.join(".stackgen-restore").exists());
}

/// A pod that has the volume and no server: a copy of the whole folder, and back.
#[test]
fn a_folder_in_a_cluster_whose_server_does_not_run_goes_there_and_back() {
    if !has_prometheus("a_folder_in_a_cluster_whose_server_does_not_run_goes_there_and_back") {
        return;
    }
    let cluster = Cluster::new(5, 240);
    cluster.break_with("mixed");
    let backup = "--capture stopped-folder --pod toolbox --alertmanager-url none";
    cluster.back_up(backup).quiet_success();
    assert_eq!(cluster.show()["manifest"]["replicas"][0]["name"], "toolbox");
    fs::create_dir(cluster.stack.workspace.path("target")).unwrap();
    cluster.restore("--retention 100y --alertmanager-url none").quiet_success();
    assert!(cluster.stack.restored("target") == cluster.stack.workspace.files("data"));
    cluster.restore("--retention 100y --alertmanager-url none --undo").quiet_success();
    assert!(cluster.stack.workspace.files("target").is_empty());
}

/// Case 42. The tunnel ends every five seconds, while some windows take longer than that.
#[test]
fn a_tunnel_that_drops_again_and_again_loses_no_sample() {
    if !has_prometheus("a_tunnel_that_drops_again_and_again_loses_no_sample") {
        return;
    }
    let cluster = Cluster::new(40, 600);
    let server = Server::start_with(
        cluster.stack.workspace.root(),
        &cluster.stack.data(),
        true,
        &["--storage.tsdb.retention.time=100y"],
    );
    server.wait_for_scrapes();
    let proxy = BreakingProxy::start(
        server.port(),
        Duration::from_secs(5),
        "POST /api/v1/read",
        Duration::from_millis(400),
    );
    cluster.forward(9090, proxy.port);
    cluster.stack.workspace.write("bin/drop", "5");
    let snapshot = parse(cluster.back_up("--alertmanager-url none").quiet_success());
    assert_eq!((&snapshot["capture"], &snapshot["leftOut"]), (&json!(["remote-read"]), &json!([])));
    assert!(proxy.cut() > 3, "only {} connections were cut", proxy.cut());
    drop(server);
    cluster.stack.run("backup verify --read-data --repository repository").quiet_success();
    restore(&cluster.stack);
    let expected = samples(&cluster.stack.data(), "{__name__=\"load\"}");
    assert_eq!(expected.len(), 40 * 600);
    assert!(samples(&cluster.stack.workspace.path("target"), "{__name__=\"load\"}") == expected);
    let own = samples(&cluster.stack.data(), "{job=\"self\"}");
    let restored = samples(&cluster.stack.workspace.path("target"), "{job=\"self\"}");
    assert!(restored.len() > 500 && restored.iter().all(|sample| own.binary_search(sample).is_ok()));
}

#[test]
fn what_the_cluster_does_not_allow_is_said_with_the_way_out() {
    if !has_servers("what_the_cluster_does_not_allow_is_said_with_the_way_out") {
        return;
    }
    let cluster = Cluster::new(2, 60);
    let run = cluster.back_up("");
    fails(&run, 2, &["pod/prometheus-0", "error: no such pod", "port-forward"]);
    let server = cluster.stack.serve();
    cluster.forward(9090, server.port());
    cluster.break_with("forbidden");
    fails(&cluster.back_up("--alertmanager-url none"), 2, &["is forbidden", "pods/exec"]);
    cluster.break_with("distroless");
    fails(&cluster.back_up("--alertmanager-url none"), 2, &["the image has no shell", "through the API"]);
    cluster.back_up("--alertmanager-url none --capture remote-read").quiet_success();
    for wrong in ["http://localhost:9090", "pod/a", "pod/-a:1", "pod/a:0", "a:9090", "pod/a:9090x"] {
        let run = cluster.back_up(&format!("--prometheus-url {wrong}"));
        fails(&run, 2, &[wrong, "KIND/NAME:PORT", "service/alertmanager:9093"]);
    }
    let run = cluster.run("backup --to other --cluster gke --no-encrypt --pod=-x");
    fails(&run, 2, &["is no name of something in a cluster"]);
    let run = cluster.run("backup --to other --cluster gke --no-encrypt");
    fails(&run, 2, &["--prometheus-data"]);
    let run = cluster.run("backup --to other --cluster gke --no-encrypt --pod a --kubectl ./nowhere");
    fails(&run, 2, &["cannot be started", "say where it is"]);
}
