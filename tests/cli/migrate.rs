//! `stackgen migrate` between two stacks of real servers: everything arrives, nobody is told twice, and there is a way back.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::backup::{fails, json as parse};
use super::silences::{Alertmanager, has_alertmanager, matcher};
use crate::support::{Run, Workspace};
use crate::tsdb::server::Server;
use crate::tsdb::{has_prometheus, promtool_blocks};

pub(crate) const USUAL: [&str; 3] =
    ["--web.enable-admin-api", "--web.enable-lifecycle", "--storage.tsdb.retention.time=100y"];
/// Servers write and put together their blocks within seconds.
pub(crate) const HASTY: [&str; 4] = [
    "--web.enable-admin-api",
    "--web.enable-lifecycle",
    "--storage.tsdb.retention.time=100y",
    "--storage.tsdb.min-block-duration=2s",
];
/// When promtool's samples end, and how many there are of five series.
const END: i64 = 1_700_000_000 + 600 * 60;
pub(crate) const SAMPLES: &str = "3000";

/// Two stacks on the loopback.
pub(crate) struct Pair {
    pub(crate) workspace: Workspace,
    pub(crate) source: Server,
    pub(crate) target: Server,
    alertmanagers: Option<(Alertmanager, Alertmanager)>,
}

fn serve(workspace: &Workspace, side: &str, arguments: &[&str]) -> Server {
    let configuration = |port: u16| {
        format!(
            "global: {{scrape_interval: 1s, external_labels: {{cluster: {side}}}}}\nscrape_configs: \
             [{{job_name: self, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]\n"
        )
    };
    let folder = workspace.path(side);
    fs::create_dir_all(folder.join("data")).unwrap();
    Server::start_configured(&folder, &folder.join("data"), configuration, arguments)
}

impl Pair {
    pub(crate) fn new(source: &[&str], target: &[&str]) -> Self {
        let workspace = Workspace::new();
        fs::create_dir(workspace.path("aks")).unwrap();
        promtool_blocks(&workspace.path("aks"), 5, 600);
        let source = serve(&workspace, "aks", source);
        let target = serve(&workspace, "gke", target);
        source.wait_for_scrapes();
        target.wait_for_scrapes();
        Self { workspace, source, target, alertmanagers: None }
    }

    fn with_alertmanagers(mut self, configuration: impl Fn(&str) -> String) -> Self {
        let start = |name: &str| {
            Alertmanager::start_with(&self.workspace, &format!("alerts-{name}"), &configuration(name))
        };
        self.alertmanagers = Some((start("aks"), start("gke")));
        self
    }

    /// The options that name both sides.
    pub(crate) fn sides(&self) -> Vec<String> {
        let path = |path: &str| self.workspace.path(path).display().to_string();
        let mut sides: Vec<String> = [
            ("--from", "aks".to_owned()),
            ("--from-data", path("aks/data")),
            ("--from-prometheus", self.source.url()),
            ("--from-configuration", path("aks/prometheus.yml")),
            ("--to", "gke".to_owned()),
            ("--to-data", path("gke/data")),
            ("--to-prometheus", self.target.url()),
        ]
        .into_iter()
        .flat_map(|(name, value)| [name.to_owned(), value])
        .collect();
        if let Some((source, target)) = &self.alertmanagers {
            let urls = [("--from-alertmanager", source.url()), ("--to-alertmanager", target.url())];
            sides.extend(urls.into_iter().flat_map(|(name, value)| [name.to_owned(), value]));
        }
        sides
    }

    pub(crate) fn run(&self, words: &str, sides: &[String]) -> Run {
        let words = words.split_whitespace().map(str::to_owned).chain(sides.iter().cloned());
        self.workspace.stackgen(words).env("STACKGEN_STATE", "state").run()
    }

    fn migrate(&self, words: &str) -> Run {
        self.run(&format!("migrate --quiet --yes -o json {words}"), &self.sides())
    }

    fn journal(&self) -> PathBuf {
        let mut runs = fs::read_dir(self.workspace.path("state")).unwrap();
        runs.next().unwrap().unwrap().path().join("journal.jsonl")
    }
}

pub(crate) fn loaded(server: &Server) -> Option<String> {
    server.number("sum(count_over_time(load[11h]))", END)
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// How a phase ended.
pub(crate) fn state<'r>(report: &'r Value, phase: &str) -> &'r str {
    let phases = report["phases"].as_array().unwrap();
    phases.iter().find(|entry| entry["phase"] == phase).unwrap()["state"].as_str().unwrap()
}

fn levels(report: &Value) -> Vec<(String, u64)> {
    let levels = report["verification"]["levels"].as_array().unwrap();
    let level =
        |level: &Value| (level["name"].as_str().unwrap().to_owned(), level["different"].as_u64().unwrap());
    levels.iter().map(level).collect()
}

/// What the command prints according to its page.
fn transcript() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/migration.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, block) = page.split_once("```console\n").unwrap();
    let block = block.split("```").next().unwrap();
    block[block.find("\nfrom aks").unwrap() + 1..].to_owned()
}

/// A text without its numbers, and without the spaces that make columns of them.
fn shape(text: &str) -> String {
    let numbers = regex::Regex::new(r"[0-9]+([.:T-][0-9]+)*( [KM]i)?").unwrap();
    let text = numbers.replace_all(text, "N");
    let spaces = regex::Regex::new(" +").unwrap();
    spaces.replace_all(&text, " ").replace("N B,", "NB,")
}

#[test]
fn one_command_moves_everything_and_both_sides_are_equal() {
    let name = "one_command_moves_everything_and_both_sides_are_equal";
    if !has_prometheus(name) {
        return;
    }
    let quiet = |_: &str| "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n".to_owned();
    let pair = Pair::new(&USUAL, &USUAL).with_alertmanagers(quiet);
    let run = pair.run("migrate --yes", &pair.sides());
    assert_eq!(run.status, Some(0), "{}{}", run.stderr, run.stdout);
    let root = pair.workspace.root().canonicalize().unwrap();
    let printed = (run.stderr + &run.stdout).replace(&root.display().to_string(), "/srv/monitoring");
    assert_eq!(shape(&printed), shape(&transcript()), "{printed}");
    assert!(pair.workspace.files("gitops").len() > 50);
    assert_eq!(loaded(&pair.target).as_deref(), Some(SAMPLES));

    // The source takes no more samples, and nothing that it had is missing.
    let last = |server: &Server| server.number("max(timestamp(up))", now());
    std::thread::sleep(Duration::from_secs(2));
    let quiet = last(&pair.source);
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(last(&pair.source), quiet);

    // A sample that goes is found, with its series and its time.
    let deletion = format!(
        "/api/v1/admin/tsdb/delete_series?match[]=load{{instance=\"node-3\"}}&start={0}&end={0}",
        END - 600
    );
    let deletion = deletion.replace('{', "%7B").replace('}', "%7D").replace('"', "%22");
    assert!(pair.target.ask("POST", &deletion).unwrap().contains(" 204 "));
    let run = pair.run("migrate verify -o json", &[]);
    let compared = parse(&run.stdout);
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    let told = compared["verification"]["levels"][3]["differences"][0].as_str().unwrap();
    assert!(
        told.contains("load{instance=\"node-3\"}") && told.contains(&format!("{}000", END - 600)),
        "{told}"
    );

    let equal: Vec<bool> = levels(&compared).iter().map(|(_, different)| *different == 0).collect();
    assert_eq!(equal[..2], [true, true], "{compared:#}");

    let status = parse(pair.run("migrate status -o json", &[]).quiet_success());
    assert_eq!(state(&status, "switch"), "done");
    assert!(status["next"].as_str().unwrap().contains("stackgen migrate finish"), "{status:#}");
    let kept = pair.run("migrate finish --dry-run", &[]).quiet_success();
    assert!(kept.ends_with("/repository would go, and nothing could be undone any more\n"), "{kept}");
    pair.run("migrate finish", &[]).quiet_success();
    assert!(!pair.journal().with_file_name("repository").exists());
    fails(&pair.run("migrate rollback", &[]), 2, &["is finished", "the other way round"]);
}

/// Cases 43, 44 and 45: a plan changes nothing, is the same twice, and is worth nothing when the stacks have changed.
#[test]
fn a_plan_is_only_a_plan_and_is_of_these_stacks() {
    if !has_prometheus("a_plan_is_only_a_plan_and_is_of_these_stacks") {
        return;
    }
    let mut pair = Pair::new(&USUAL, &USUAL);
    let sides = pair.sides();
    let before = [pair.workspace.files("aks/data"), pair.workspace.files("gke/data")];
    let is_quiet =
        |path: &String| !path.starts_with("wal") && !path.contains("head") && path != "queries.active";
    let quiet = |files: &std::collections::BTreeMap<String, Vec<u8>>| {
        files.keys().filter(|path| is_quiet(path)).cloned().collect::<Vec<_>>()
    };
    let first = pair.run("migrate plan -o json --out plan.json", &sides).quiet_success();
    assert_eq!(pair.run("migrate plan -o json", &sides).quiet_success(), first);
    assert_eq!(pair.workspace.read("plan.json"), first);
    assert_eq!(pair.run("migrate --dry-run -o json", &sides).quiet_success(), first);
    assert_eq!(pair.run("migrate apply plan.json --dry-run -o json", &[]).quiet_success(), first);
    let after = [pair.workspace.files("aks/data"), pair.workspace.files("gke/data")];
    assert_eq!(before.each_ref().map(quiet), after.each_ref().map(quiet));
    assert!(!pair.workspace.path("state").exists() && !pair.workspace.path("gitops").exists());

    let mut same = sides.clone();
    same[1] = "gke".to_owned();
    fails(&pair.run("migrate plan", &same), 2, &["PF01-sides", "both sides are called `gke`"]);
    let mut unknown = sides.clone();
    let place = unknown.iter().position(|word| word == "gke").unwrap();
    unknown[place] = "gks".to_owned();
    fails(
        &pair.run("migrate plan", &unknown),
        2,
        &["there is no cluster or cloud `gks`", "did you mean `gke`?"],
    );
    // Nobody is there to be asked.
    let run = pair.run("migrate", &sides);
    assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{}", run.stderr);
    assert!(run.stderr.contains("--yes"), "{}", run.stderr);

    // The other way round, the old stack would be filled with what the new one has.
    let swapped: Vec<String> = [
        ("--from", "gke".to_owned()),
        ("--from-data", pair.workspace.path("gke/data").display().to_string()),
        ("--from-prometheus", pair.target.url()),
        ("--to", "aks".to_owned()),
        ("--to-data", pair.workspace.path("aks/data").display().to_string()),
        ("--to-prometheus", pair.source.url()),
    ]
    .into_iter()
    .flat_map(|(name, value)| [name.to_owned(), value])
    .collect();
    let run = pair.run("migrate plan", &swapped);
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.contains("PF27-direction"), "{}", run.stderr);

    let port = pair.target.url().rsplit(':').next().unwrap().to_owned();
    drop(std::mem::replace(&mut pair.target, serve(&pair.workspace, "other", &["--web.enable-admin-api"])));
    let changed = ["--web.enable-admin-api", "--storage.tsdb.retention.time=90d"];
    let _target = Server::start_at(port.parse().unwrap(), &pair.workspace.path("gke"), &changed);
    let run = pair.run("migrate apply plan.json", &[]);
    fails(
        &run,
        2,
        &["is of other stacks", "gke: the retention time", "the lifecycle API was true and is false"],
    );
    assert!(!pair.workspace.path("state").exists());
}

/// Case 46: also what the target's server has put together of blocks of both sides is taken apart again.
#[test]
fn after_a_rollback_the_target_has_its_own_samples_and_the_source_goes_on() {
    let name = "after_a_rollback_the_target_has_its_own_samples_and_the_source_goes_on";
    if !has_prometheus(name) {
        return;
    }
    let pair = Pair::new(&USUAL, &HASTY);
    let configuration = pair.workspace.read("aks/prometheus.yml");
    std::thread::sleep(Duration::from_secs(3));
    let until = now() - 2;
    let own = |pair: &Pair| {
        let query = format!("count_over_time(up{{instance=\"{}\"}}[10m])", &pair.target.url()[7..]);
        pair.target.number(&query, until)
    };
    let before = own(&pair);
    assert!(before.is_some());
    parse(pair.migrate("").stdout);
    assert_ne!(pair.workspace.read("aks/prometheus.yml"), configuration);
    wait("blocks of both sides are put together", || is_compacted(&pair));
    let foreseen = parse(pair.run("migrate rollback --dry-run -o json", &[]).quiet_success());
    assert_eq!((&foreseen["dryRun"], &foreseen["undone"]["isSourceResumed"]), (&true.into(), &true.into()));
    assert!(foreseen["undone"]["rewritten"].as_u64().unwrap() > 0, "{foreseen:#}");
    assert_ne!(pair.workspace.read("aks/prometheus.yml"), configuration);
    let undone = parse(pair.run("migrate rollback -o json", &[]).quiet_success());
    assert!(undone["undone"]["rewritten"].as_u64().unwrap() > 0, "{undone:#}");
    assert_eq!(pair.workspace.read("aks/prometheus.yml"), configuration);
    wait("the source takes samples", || {
        pair.source
            .number("time() - max(timestamp(up))", now())
            .is_some_and(|age| age.parse::<f64>().unwrap() < 3.0)
    });
    let gone = |pair: &Pair| {
        let of_source = format!("count_over_time(up{{instance=\"{}\"}}[10m])", &pair.source.url()[7..]);
        loaded(&pair.target).is_none() && pair.target.number(&of_source, now()).is_none()
    };
    wait("the target forgets", || gone(&pair));
    assert_eq!(own(&pair), before);
    fails(&pair.run("migrate resume", &[]), 2, &["was rolled back"]);
}

/// Whether a block of the target was made of several.
fn is_compacted(pair: &Pair) -> bool {
    let blocks = fs::read_dir(pair.workspace.path("gke/data")).unwrap();
    let metas = blocks.filter_map(|block| fs::read_to_string(block.unwrap().path().join("meta.json")).ok());
    metas.filter_map(|text| serde_json::from_str::<Value>(&text).ok()).any(|meta| {
        let sources = meta["compaction"]["sources"].as_array().map_or(0, Vec::len);
        sources > 1 && meta["maxTime"].as_i64().unwrap() > END * 1000 + 1
    })
}

#[track_caller]
pub(crate) fn wait(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(150), "{what}: not within 150 s");
        std::thread::sleep(Duration::from_millis(300));
    }
}

/// Who was told of what: a receiver of webhooks.
pub(crate) struct Pager {
    port: u16,
    told: Arc<Mutex<Vec<(String, String)>>>,
}

impl Pager {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let told: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let book = Arc::clone(&told);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut request = Vec::new();
                let mut piece = [0; 4096];
                // Alertmanager says how long its message is, and waits for an answer.
                while !is_whole(&request) {
                    match stream.read(&mut piece) {
                        Ok(length) if length > 0 => request.extend(&piece[..length]),
                        _ => break,
                    }
                }
                let text = String::from_utf8_lossy(&request).into_owned();
                let side = text.split_whitespace().nth(1).unwrap_or_default().trim_matches('/').to_owned();
                let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
                let message: Value = serde_json::from_str(body).unwrap_or_default();
                for alert in message["alerts"].as_array().into_iter().flatten() {
                    let name = alert["labels"]["alertname"].as_str().unwrap_or_default().to_owned();
                    book.lock().unwrap().push((side.clone(), name));
                }
                let _ =
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            }
        });
        Self { port, told }
    }

    pub(crate) fn configuration(&self, side: &str) -> String {
        format!(
            "route: {{receiver: pager, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 4h}}\n\
             receivers: [{{name: pager, webhook_configs: [{{url: 'http://127.0.0.1:{}/{side}'}}]}}]\n",
            self.port
        )
    }

    pub(crate) fn told(&self, side: &str, alert: &str) -> usize {
        self.told.lock().unwrap().iter().filter(|told| **told == (side.to_owned(), alert.to_owned())).count()
    }
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, _)) = text.split_once("\r\n\r\n") else { return false };
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    request.len() >= head.len() + 4 + length.unwrap_or(0)
}

/// Cases 31, 33 and 34: one side notifies, never both; silences follow what is done to them on the source.
#[test]
fn nobody_is_told_by_both_sides_and_silences_follow() {
    let name = "nobody_is_told_by_both_sides_and_silences_follow";
    if !has_prometheus(name) || !has_alertmanager(name) {
        return;
    }
    let pager = Pager::start();
    let pair = Pair::new(&USUAL, &USUAL).with_alertmanagers(|side| pager.configuration(side));
    let (source, target) = pair.alertmanagers.as_ref().unwrap();
    let fire = |alert: &str| {
        for server in [source, target] {
            server.request("POST", "/api/v2/alerts", Some(&json!([{"labels": {"alertname": alert}}])));
        }
    };
    let of = |name: &str| json!([matcher("alertname", name, false, true)]);
    let edited = source.silence(&of("Edited"), (0, 60), "first");
    let ended = source.silence(&of("Ended"), (0, 60), "ended");
    source.silence(&of("Kept"), (0, 60), "kept");

    let stopped = parse(pair.migrate("--stop-before quiesce").quiet_success());
    assert_eq!((state(&stopped, "load"), state(&stopped, "quiesce")), ("done", "-"));
    let comments = |server: &Alertmanager| {
        let current = server.current();
        let comments = current.iter().map(|silence| silence[2].as_str().unwrap().to_owned());
        let mut comments: Vec<String> = comments.filter(|comment| !comment.contains("are held")).collect();
        comments.sort();
        comments
    };
    assert_eq!(comments(target), ["ended", "first", "kept"]);
    for alert in ["Before", "Kept"] {
        fire(alert);
    }
    wait("the source notifies", || pager.told("aks", "Before") == 1);
    assert_eq!(pager.told("gke", "Before"), 0);

    let mut change = source.request("GET", &format!("/api/v2/silence/{edited}"), None).unwrap();
    change["comment"] = "second".into();
    for field in ["status", "updatedAt"] {
        change.as_object_mut().unwrap().remove(field);
    }
    source.request("POST", "/api/v2/silences", Some(&change)).unwrap();
    source.request("DELETE", &format!("/api/v2/silence/{ended}"), None);

    let report = parse(pair.run("migrate resume --quiet -o json", &[]).stdout);
    assert_eq!(state(&report, "switch"), "done", "{report:#}");
    assert_eq!(comments(target), ["kept", "second"]);
    assert_eq!(comments(source), ["kept", "second"]);
    fire("After");
    wait("the target notifies", || pager.told("gke", "After") == 1);
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(pager.told("aks", "After"), 0);
    assert_eq!((pager.told("aks", "Kept"), pager.told("gke", "Kept")), (0, 0));
    pair.run("migrate rollback", &[]).quiet_success();
    assert_eq!(comments(target), [""; 0]);
    fire("Back");
    wait("the source notifies again", || pager.told("aks", "Back") == 1);
}

/// What two clusters scrape under the same labels would become one series.
#[test]
fn series_that_would_become_one_are_refused() {
    if !has_prometheus("series_that_would_become_one_are_refused") {
        return;
    }
    let pair = Pair::new(&USUAL, &USUAL);
    let port = &pair.source.url()["http://127.0.0.1:".len()..];
    let configuration = pair.workspace.read("gke/prometheus.yml");
    let own = &pair.target.url()["http://127.0.0.1:".len()..];
    pair.workspace
        .write("gke/prometheus.yml", &configuration.replace(&format!("{own}']"), &format!("{port}']")));
    assert!(pair.target.ask("POST", "/-/reload").unwrap().contains(" 200 "));
    wait("both sides scrape the same", || {
        pair.target.number(&format!("up{{instance=\"127.0.0.1:{port}\"}}"), now()).is_some()
    });
    let run = pair.run("migrate plan", &pair.sides());
    assert_eq!(run.status, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("PF10-collision") && run.stderr.contains(port), "{}", run.stderr);
    let run = pair.run("migrate plan --accept PF10", &pair.sides());
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    let run = pair.run("migrate plan --accept PF07", &pair.sides());
    assert_eq!(run.status, Some(2), "{}", run.stderr);
}
