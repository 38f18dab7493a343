//! Silences go from one real Alertmanager to another, once, whatever they look like.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::backup::{Stack, fails, json as parse};
use super::migrate::Pager;
use crate::support::{Workspace, skip};
use crate::tsdb::has_prometheus;

/// An Alertmanager on a free port.
pub(crate) struct Alertmanager {
    process: Child,
    pub(crate) port: u16,
}

impl Alertmanager {
    pub(crate) fn start(stack: &Stack, name: &str) -> Self {
        Self::start_with(&stack.workspace, name, "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
    }

    /// With this configuration.
    pub(crate) fn start_with(workspace: &Workspace, name: &str, configuration: &str) -> Self {
        Self::start_among(workspace, name, configuration, &["--cluster.listen-address=".to_owned()])
    }

    fn start_among(workspace: &Workspace, name: &str, configuration: &str, cluster: &[String]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let file = format!("{name}.yml");
        workspace.write(&file, configuration);
        let process = Command::new("prometheus-alertmanager")
            .arg(format!("--config.file={}", workspace.path(&file).display()))
            .arg(format!("--storage.path={}", workspace.path(name).display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .args(cluster)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { process, port };
        let begin = Instant::now();
        while server.request("GET", "/api/v2/status", None).is_none() {
            assert!(begin.elapsed() < Duration::from_secs(30), "Alertmanager does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Option<Value> {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        let body = body.map(Value::to_string).unwrap_or_default();
        let head = format!(
            "{method} {path} HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        assert!(answer.contains(" 200 ") || answer.is_empty(), "{answer}");
        serde_json::from_str(answer.split_once("\r\n\r\n")?.1).ok()
    }

    pub(crate) fn silence(&self, matchers: &Value, (start, end): (i64, i64), comment: &str) -> String {
        let time = |minutes| (Timestamp::now() + SignedDuration::from_mins(minutes)).to_string();
        let body = json!({
            "matchers": matchers,
            "startsAt": time(start),
            "endsAt": time(end),
            "createdBy": "Zoë",
            "comment": comment,
        });
        self.request("POST", "/api/v2/silences", Some(&body)).unwrap()["silenceID"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// What people see of the silences that are not over.
    pub(crate) fn current(&self) -> Vec<Value> {
        let all = self.request("GET", "/api/v2/silences", None).unwrap();
        let seen = |silence: &Value| {
            json!([silence["matchers"], silence["endsAt"], silence["comment"], silence["status"]["state"]])
        };
        let mut seen: Vec<Value> = all
            .as_array()
            .unwrap()
            .iter()
            .filter(|silence| silence["status"]["state"] != "expired")
            .map(seen)
            .collect();
        seen.sort_by_key(Value::to_string);
        seen
    }
}

impl Alertmanager {
    /// Until it has written its files.
    fn stop(mut self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").arg(id).status().unwrap().success());
        self.process.wait().unwrap();
    }
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn matcher(name: &str, value: &str, is_regex: bool, is_equal: bool) -> Value {
    json!({"name": name, "value": value, "isRegex": is_regex, "isEqual": is_equal})
}

pub(crate) fn has_alertmanager(test: &str) -> bool {
    let is_there = Command::new("prometheus-alertmanager").arg("--version").output().is_ok();
    if !is_there {
        skip(test, "prometheus-alertmanager");
    }
    is_there
}

/// Importing twice makes no second one, which `amtool silence import` does. The source is killed a moment after its
/// last silence: its own file would not have that one.
#[test]
fn silences_of_every_kind_arrive_once() {
    let name = "silences_of_every_kind_arrive_once";
    if !has_prometheus(name) {
        return;
    }
    if !has_alertmanager(name) {
        return;
    }
    let stack = Stack::new(2, 60);
    let source = Alertmanager::start(&stack, "source");
    let over = source.silence(&json!([matcher("alertname", "Over", false, true)]), (0, 60), "over");
    source.silence(&json!([matcher("alertname", "Active", false, true)]), (0, 60), "active");
    source.silence(&json!([matcher("alertname", "Pending", false, true)]), (30, 90), "pending");
    source.silence(
        &json!([matcher("instance", "node-[0-9]+", true, true), matcher("env", "prod", false, false)]),
        (0, 60),
        "regex",
    );
    source.silence(&json!([matcher("team", "Größe \"x\" \\ 日本", false, true)]), (0, 60), "Ünï\ncode");
    source.request("DELETE", &format!("/api/v2/silence/{over}"), None);
    let expected = source.current();
    assert_eq!(expected.len(), 4);
    let alertmanager = format!("--alertmanager-url {}", source.url());
    stack.back_up(&format!("--no-encrypt --capture stopped-folder {alertmanager}")).quiet_success();
    drop(source);

    let target = Alertmanager::start(&stack, "target");
    std::fs::create_dir(stack.workspace.path("target-data")).unwrap();
    let line = format!(
        "restore latest --repository repository --prometheus-data target-data --retention 100y -o json \
         --alertmanager-url {}",
        target.url()
    );
    let dry = parse(stack.run(&format!("{line} --dry-run")).quiet_success());
    assert_eq!(dry["silences"], json!({"restored": 4, "there": 0, "over": 1, "refused": []}));
    assert_eq!(target.current(), [] as [Value; 0]);
    let first = parse(stack.run(&line).quiet_success());
    assert_eq!(first["silences"], dry["silences"]);
    assert_eq!(target.current(), expected);
    let second = parse(stack.run(&line).quiet_success());
    assert_eq!(second["silences"], json!({"restored": 0, "there": 4, "over": 1, "refused": []}));
    assert_eq!(target.current(), expected);
}

/// Both of a pair have what one was given, and none twice.
#[test]
fn a_pair_gets_each_silence_once() {
    let name = "a_pair_gets_each_silence_once";
    if !has_prometheus(name) || !has_alertmanager(name) {
        return;
    }
    let stack = Stack::new(2, 60);
    let source = Alertmanager::start(&stack, "source");
    for alert in ["A", "B", "C"] {
        source.silence(&json!([matcher("alertname", alert, false, true)]), (0, 60), alert);
    }
    let expected = source.current();
    let alertmanager = format!("--alertmanager-url {}", source.url());
    stack.back_up(&format!("--no-encrypt --capture stopped-folder {alertmanager}")).quiet_success();

    let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (one, other) = (free(), free());
    let member = |name: &str, own: &str, peer: &str| {
        let cluster = [format!("--cluster.listen-address={own}"), format!("--cluster.peer={peer}")];
        let configuration = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n";
        Alertmanager::start_among(&stack.workspace, name, configuration, &cluster)
    };
    let pair = [member("one", &one, &other), member("other", &other, &one)];
    std::fs::create_dir(stack.workspace.path("target-data")).unwrap();
    let restore = |server: &Alertmanager| {
        let line = format!(
            "restore latest --repository repository --prometheus-data target-data --retention 100y -o json \
             --alertmanager-url {}",
            server.url()
        );
        parse(stack.run(&line).quiet_success())
    };
    assert_eq!(restore(&pair[0])["silences"]["restored"], 3);
    let begin = Instant::now();
    while pair.iter().any(|server| server.current() != expected) {
        assert!(begin.elapsed() < Duration::from_secs(60), "the pair does not agree");
        std::thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(restore(&pair[1])["silences"], json!({"restored": 0, "there": 3, "over": 0, "refused": []}));
    assert!(pair.iter().all(|server| server.current() == expected));
}

/// Case 33: whoever was told of an alert is not told again by the server that goes on, which has its own log beside it.
#[test]
fn a_log_of_notifications_keeps_people_from_being_told_twice() {
    let name = "a_log_of_notifications_keeps_people_from_being_told_twice";
    if !has_prometheus(name) || !has_alertmanager(name) {
        return;
    }
    let stack = Stack::new(2, 60);
    let pager = Pager::start();
    let configuration = pager.configuration("both");
    let start = |folder: &str| Alertmanager::start_with(&stack.workspace, folder, &configuration);
    let fire = |server: &Alertmanager, alert: &str| {
        server.request("POST", "/api/v2/alerts", Some(&json!([{"labels": {"alertname": alert}}])));
        let begin = Instant::now();
        while pager.told("both", alert) == 0 {
            assert!(begin.elapsed() < Duration::from_secs(30), "nobody is told of {alert}");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    let (source, target) = (start("source"), start("target"));
    source.silence(&json!([matcher("alertname", "Quiet", false, true)]), (0, 60), "quiet");
    let quiet = source.current();
    fire(&source, "OfSource");
    fire(&target, "OfTarget");
    let running = format!("--alertmanager-data source --alertmanager-url {}", source.url());
    let early =
        parse(stack.back_up(&format!("--no-encrypt --capture stopped-folder -o json {running}")).stdout);
    assert_eq!(early["leftOut"][0]["what"], "Alertmanager's nflog", "{early:#}");
    source.stop();
    target.stop();

    let stored = stack.back_up("--capture stopped-folder -o json --alertmanager-data source");
    assert_eq!(parse(stored.quiet_success())["leftOut"], json!([]));
    std::fs::create_dir(stack.workspace.path("target-data")).unwrap();
    let line = "restore latest --repository repository --prometheus-data target-data --retention 100y -o json \
                --alertmanager-data target";
    let written = |line: &str| parse(stack.run(line).quiet_success())["alertmanagerFiles"].clone();
    let before = stack.workspace.files("target");
    assert_eq!(written(&format!("{line} --dry-run")), json!(["nflog", "silences"]));
    assert_eq!(stack.workspace.files("target"), before);
    assert_eq!(written(line), json!(["nflog", "silences"]));
    assert_eq!(written(line), json!([]));

    let target = start("target");
    assert_eq!(target.current(), quiet);
    for alert in ["OfSource", "OfTarget"] {
        target.request("POST", "/api/v2/alerts", Some(&json!([{"labels": {"alertname": alert}}])));
    }
    fire(&target, "New");
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!((pager.told("both", "OfSource"), pager.told("both", "OfTarget")), (1, 1));

    // A file that is cut would keep the server from starting.
    let log = stack.workspace.path("source/nflog");
    let content = std::fs::read(&log).unwrap();
    std::fs::write(&log, &content[..content.len() - 1]).unwrap();
    let cut = stack.back_up("--capture stopped-folder --alertmanager-data source");
    fails(&cut, 2, &["nflog", "entry 1 is none of Alertmanager's"]);
    let both = stack.run(&format!("{line} --alertmanager-url {}", target.url()));
    fails(&both, 2, &["--alertmanager-data", "cannot be used with", "--alertmanager-url"]);
}
