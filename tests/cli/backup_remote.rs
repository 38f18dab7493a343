//! Backups of servers that make no snapshots, or whose snapshots leave something out.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use super::backup::{Stack, json as parse};
use crate::tsdb::has_prometheus;
use crate::tsdb::server::Server;

/// Every sample of some metrics in a data folder, as promtool sees them, each once.
pub(super) fn samples(data: &Path, matcher: &str) -> Vec<String> {
    let dump =
        Command::new("promtool").args(["tsdb", "dump", "--match", matcher]).arg(data).output().unwrap();
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    let mut lines: Vec<String> = String::from_utf8(dump.stdout).unwrap().lines().map(str::to_owned).collect();
    lines.sort();
    lines.dedup();
    lines
}

pub(super) fn restore(stack: &Stack) {
    fs::create_dir(stack.workspace.path("target")).unwrap();
    let line = "restore latest --repository repository --prometheus-data target --retention 100y";
    stack.run(line).quiet_success();
    fs::create_dir_all(stack.workspace.path("target/wal")).unwrap(); // promtool wants to see one
}

#[test]
fn a_server_that_makes_no_snapshots_is_read_through_its_api() {
    if !has_prometheus("a_server_that_makes_no_snapshots_is_read_through_its_api") {
        return;
    }
    let stack = Stack::new(5, 600);
    let config = |port| {
        format!(
            "global: {{scrape_interval: 1s, external_labels: {{cluster: gke, replica: a}}}}\n\
             scrape_configs: [{{job_name: self, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]\n"
        )
    };
    let arguments = ["--storage.tsdb.retention.time=100y"];
    let server = Server::start_configured(stack.workspace.root(), &stack.data(), config, &arguments);
    server.wait_for_scrapes();
    let backup = format!("--prometheus-url {} -o json", server.url());
    let first = parse(stack.back_up(&format!("{backup} --no-encrypt")).quiet_success());
    assert_eq!((&first["capture"], &first["leftOut"]), (&json!(["remote-read"]), &json!([])));
    let second = parse(stack.back_up(&backup).quiet_success());
    // Blocks are named by their content: only that of the last two hours is another one.
    assert!(second["written"]["blobs"].as_u64().unwrap() <= 6, "{second:#}");
    drop(server);
    stack.run("backup verify --read-data --repository repository").quiet_success();
    restore(&stack);
    let expected = samples(&stack.data(), "{__name__=\"load\"}");
    assert_eq!(expected.len(), 3_000);
    assert!(samples(&stack.workspace.path("target"), "{__name__=\"load\"}") == expected);
    // Of what the server asked itself, everything up to the backup; without its external labels, bit for bit.
    let own = samples(&stack.data(), "{job=\"self\"}");
    let restored = samples(&stack.workspace.path("target"), "{job=\"self\"}");
    assert!(restored.len() > 500, "{}", restored.len());
    assert!(restored.iter().all(|sample| own.binary_search(sample).is_ok()));
}

/// Serves samples that are a minute older each time.
fn serve_late_samples() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let now = jiff::Timestamp::now().as_millisecond();
        for (nth, stream) in (1_i64..).zip(listener.incoming()) {
            let mut stream = stream.unwrap();
            let mut question = [0; 4096];
            let _ = stream.read(&mut question);
            let body = format!("# TYPE late gauge\nlate {nth} {}\n", now - nth * 60_000);
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close\r\n";
            let _ = write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len());
        }
    });
    port
}

/// They are in memory alone until the server compacts, and its snapshots leave them out.
#[test]
fn samples_that_came_late_are_in_the_snapshot() {
    if !has_prometheus("samples_that_came_late_are_in_the_snapshot") {
        return;
    }
    let stack = Stack::new(2, 60);
    let late = serve_late_samples();
    let config = |_| {
        format!(
            "global: {{scrape_interval: 100ms, scrape_timeout: 100ms}}\n\
             storage: {{tsdb: {{out_of_order_time_window: 3h}}}}\n\
             scrape_configs: [{{job_name: late, static_configs: [{{targets: ['127.0.0.1:{late}']}}]}}]\n"
        )
    };
    let arguments = ["--web.enable-admin-api", "--storage.tsdb.retention.time=100y"];
    let server = Server::start_configured(stack.workspace.root(), &stack.data(), config, &arguments);
    let begin = Instant::now();
    let now = || jiff::Timestamp::now().as_second();
    while server
        .number("count_over_time(late[3h])", now())
        .is_none_or(|count| count.parse::<u32>().unwrap() < 20)
    {
        assert!(begin.elapsed() < Duration::from_secs(180), "no late samples come");
        std::thread::sleep(Duration::from_millis(200));
    }
    let url = format!("--prometheus-url {} -o json", server.url());
    let without = parse(stack.back_up(&format!("{url} --no-encrypt --capture snapshot")).quiet_success());
    assert_eq!(without["leftOut"][0]["what"], "samples that came late", "{without:#}");
    let with = parse(stack.back_up(&url).quiet_success());
    assert_eq!((&with["capture"], &with["leftOut"]), (&json!(["snapshot-with-top-up"]), &json!([])));
    drop(server);
    restore(&stack);
    let restored = samples(&stack.workspace.path("target"), "{__name__=\"late\"}");
    assert!(restored.len() >= 20, "{restored:#?}");
}
