//! One whole `stackgen migrate` between two running Prometheus servers: 30 days of 2,000 series, a head of a million
//! samples, both sides scraping.
//!
//! `cargo bench --bench migration` takes about three minutes: a million samples are scraped, and a server looks for new
//! blocks once a minute.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a program of its own"
)]

mod history;
#[path = "../tests/tsdb/server.rs"]
#[allow(dead_code, reason = "shared with the tests, which use all of it")]
mod server;

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

use crate::history::{COMPACTED, History, LENGTH, SAMPLES};
use crate::server::Server;

/// What the source takes every second, until its head has a million samples.
const LIVE: u32 = 20_000;
const HEAD: f64 = 1e6;
/// Metrics that rules and dashboards of the stack ask for.
const METRICS: [&str; 10] = [
    "container_cpu_usage_seconds_total",
    "container_memory_working_set_bytes",
    "container_network_receive_bytes_total",
    "container_network_transmit_bytes_total",
    "kube_pod_container_resource_limits",
    "kube_pod_container_resource_requests",
    "kube_pod_container_status_restarts_total",
    "kube_pod_info",
    "kubelet_volume_stats_available_bytes",
    "kubelet_volume_stats_capacity_bytes",
];
const FLAGS: [&str; 3] =
    ["--web.enable-admin-api", "--web.enable-lifecycle", "--storage.tsdb.retention.time=100y"];

fn main() {
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("migration");
    let _ = std::fs::remove_dir_all(&root);
    let until = (now() / 7_200 - 1) * 7_200_000;
    let history = History { start: until - LENGTH, block: COMPACTED, labels: &labels };
    history.write(&root.join("aks/data"));
    let (source, target) = (serve(&root.join("aks"), LIVE), serve(&root.join("gke"), LIVE / 10));
    wait_for_head(&source);
    let sides = sides(&root, &source, &target);
    println!("| what | time | peak memory |\n|---|---|---|");
    let plan = run(&root, "migrate plan", &sides);
    row("plan", plan.time, Some(plan.memory));
    let migration = run(&root, "migrate --yes", &sides);
    let phases = phases(&migration.told);
    for (phase, time) in &phases {
        row(&format!("`{phase}`"), *time, None);
    }
    let quiet = ["quiesce", "final-capture", "cutover"];
    let quiet = phases.iter().filter(|(phase, _)| quiet.contains(&phase.as_str())).map(|(_, time)| *time);
    row("nobody takes samples of the source", quiet.sum(), None);
    row("everything", migration.time, Some(migration.memory));
    println!();
    let levels: Vec<&str> = migration.printed.lines().filter(|line| line.starts_with("  L")).collect();
    println!("{}", levels.join("\n"));
    assert!(compared_samples(levels[3]) >= SAMPLES);
    drop((source, target));
    std::fs::remove_dir_all(&root).unwrap();
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

fn labels(series: u32) -> Vec<(String, String)> {
    let pod = series / 10;
    let pairs = [
        ("__name__", METRICS[(series % 10) as usize].to_owned()),
        ("container", "server".to_owned()),
        ("image", "registry.example/server:1".to_owned()),
        ("instance", format!("node-{}", pod / 20)),
        ("job", "kubelet".to_owned()),
        ("metrics_path", "/metrics/cadvisor".to_owned()),
        ("namespace", format!("shop-{}", pod % 7)),
        ("node", format!("node-{}", pod / 20)),
        ("pod", format!("server-{pod}")),
        ("resource", "memory".to_owned()),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value)).into()
}

/// A server that asks itself and an exporter every second.
fn serve(folder: &Path, series: u32) -> Server {
    let data = folder.join("data");
    std::fs::create_dir_all(&data).unwrap();
    let exporter = export(series);
    let configuration = |port: u16| {
        format!(
            "global: {{scrape_interval: 1s}}\nscrape_configs:\n- job_name: live\n  static_configs: [{{targets: \
             ['127.0.0.1:{exporter}', '127.0.0.1:{port}']}}]\n"
        )
    };
    Server::start_configured(folder, &data, configuration, &FLAGS)
}

/// An exporter of its own, that lives as long as the process; gives its port.
fn export(series: u32) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for (round, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let mut text =
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n".to_owned();
            for number in 0..series {
                let _ = writeln!(text, "live{{number=\"{number}\"}} {}", round * (number as usize % 13) / 3);
            }
            let _ = stream.write_all(text.as_bytes());
        }
    });
    port
}

fn wait_for_head(server: &Server) {
    let begin = Instant::now();
    let appended = || server.number("sum(prometheus_tsdb_head_samples_appended_total)", now());
    while appended().and_then(|count| count.parse::<f64>().ok()).is_none_or(|count| count < HEAD) {
        assert!(begin.elapsed() < Duration::from_secs(300), "the source does not scrape");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// The options that name both sides.
fn sides(root: &Path, source: &Server, target: &Server) -> Vec<String> {
    let path = |path: &str| root.join(path).display().to_string();
    let options = [
        ("--from", "aks".to_owned()),
        ("--from-data", path("aks/data")),
        ("--from-prometheus", source.url()),
        ("--from-configuration", path("aks/prometheus.yml")),
        ("--to", "gke".to_owned()),
        ("--to-data", path("gke/data")),
        ("--to-prometheus", target.url()),
    ];
    options.into_iter().flat_map(|(name, value)| [name.to_owned(), value]).collect()
}

/// What a command took and said.
struct Ran {
    time: Duration,
    memory: u64,
    printed: String,
    told: String,
}

fn run(root: &Path, words: &str, sides: &[String]) -> Ran {
    let begin = Instant::now();
    let told = root.join("told");
    let mut process = Command::new(env!("CARGO_BIN_EXE_stackgen"))
        .args(words.split(' '))
        .args(sides)
        .current_dir(root)
        .env("STACKGEN_STATE", "state")
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(&told).unwrap())
        .spawn()
        .unwrap();
    let mut printed = String::new();
    process.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
    let ended = process.wait4().unwrap();
    let told = std::fs::read_to_string(told).unwrap();
    assert!(ended.status.success(), "{words}: {told}{printed}");
    Ran { time: begin.elapsed(), memory: ended.rusage.maxrss, printed, told }
}

/// The phases that a run tells of, with their time.
fn phases(told: &str) -> Vec<(String, Duration)> {
    let phase = |line: &str| {
        let mut words = line.split_whitespace();
        let (name, seconds, unit) = (words.next()?, words.next()?.parse().ok()?, words.next()?);
        (unit == "s").then(|| (name.to_owned(), Duration::from_secs_f64(seconds)))
    };
    told.lines().filter_map(phase).collect()
}

/// Of `L3 equal  samples ...: N samples of M series`.
fn compared_samples(level: &str) -> u64 {
    let words: Vec<&str> = level.split_whitespace().collect();
    let samples = words.windows(2).find(|pair| pair[1] == "samples" && pair[0].parse::<u64>().is_ok());
    samples.unwrap()[0].parse().unwrap()
}

fn row(what: &str, time: Duration, memory: Option<u64>) {
    let memory = memory.map_or_else(|| "-".to_owned(), |memory| format!("{:.0} MB", memory as f64 / 1e6));
    println!("| {what} | {:.2} s | {memory} |", time.as_secs_f64());
}
