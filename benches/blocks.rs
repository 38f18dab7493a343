//! Verifying, backing up and restoring blocks beside what there is: `promtool tsdb dump`, which does not verify, and
//! `tar`, which only reads, or only copies.
//!
//! `cargo bench --bench blocks` writes 30 days of 2,000 series, 17 million samples, and prints a table. Each row is a
//! process of its own; the files are in the page cache for all of them.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a program of its own"
)]

mod history;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use stackgen::tsdb::{Depth, verify};
use wait4::Wait4 as _;

use crate::history::{BLOCK, COMPACTED, History, SAMPLES};

const START: i64 = 1_700_000_000_000;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("--list" | "--test") => {}
        Some("verify") => verify_child(&arguments[2], Depth::Bytes),
        Some("verify-samples") => verify_child(&arguments[2], Depth::Samples),
        _ => table(),
    }
}

fn verify_child(folder: &str, depth: Depth) {
    let report = verify(Path::new(folder), depth).unwrap();
    assert!(report.is_whole());
    assert_eq!(report.samples(), SAMPLES);
}

fn table() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("blocks");
    let _ = std::fs::remove_dir_all(&root);
    println!("| blocks | what | time | MB/s | peak memory |");
    println!("|---|---|---|---|---|");
    for (name, length) in [("360 of two hours", BLOCK), ("14 compacted", COMPACTED)] {
        let begin = Instant::now();
        let data = root.join(length.to_string());
        History { start: START, block: length, labels: &labels }.write(&data);
        let bytes = size(&data);
        row(name, "write with ours", begin.elapsed(), bytes, None);
        let own = std::env::current_exe().unwrap().display().to_string();
        let folder = data.display().to_string();
        let commands: [(&str, &[&str], u32); 4] = [
            ("verify", &[&own, "verify", &folder], 5),
            ("verify, decode every sample", &[&own, "verify-samples", &folder], 3),
            ("`tar -c`", &["tar", "-cf", "-", &folder], 5),
            ("`promtool tsdb dump`", &["promtool", "tsdb", "dump", &folder], 1),
        ];
        for (what, command, runs) in commands {
            if let Some((time, memory)) = (0..runs).filter_map(|_| run(command)).min() {
                row(name, what, time, bytes, Some(memory));
            }
        }
        for (what, line) in data_commands(&root, &data) {
            let words: Vec<&str> = line.split(' ').collect();
            let (time, memory) = run(&words).unwrap();
            row(name, what, time, bytes, Some(memory));
        }
        std::fs::remove_dir_all(root.join("moved")).unwrap();
    }
    std::fs::remove_dir_all(&root).unwrap();
}

/// What moves data, in order: each does its work once.
fn data_commands(root: &Path, data: &Path) -> [(&'static str, String); 6] {
    let folder = |name: &str| {
        let folder = root.join("moved").join(name);
        std::fs::create_dir_all(&folder).unwrap();
        folder.display().to_string()
    };
    let (data, program) = (data.display(), env!("CARGO_BIN_EXE_stackgen"));
    let (plain, encrypted, restored) = (folder("plain"), folder("encrypted"), folder("restored"));
    let backup =
        format!("{program} backup --cluster bench --prometheus-data {data} --capture stopped-folder");
    let recipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
    [
        ("`tar` to a file", format!("tar -cf {} {data}", folder("tar") + "/blocks.tar")),
        ("back up", format!("{backup} --to {plain} --no-encrypt")),
        ("back up again", format!("{backup} --to {plain}")),
        ("back up, encrypted", format!("{backup} --to {encrypted} --recipient {recipient}")),
        (
            "verify the backup, every byte",
            format!("{program} backup verify --read-data latest --repository {plain}"),
        ),
        (
            "restore",
            format!(
                "{program} restore latest --repository {plain} --prometheus-data {restored} --retention 100y"
            ),
        ),
    ]
}

fn row(blocks: &str, what: &str, time: Duration, bytes: u64, memory: Option<u64>) {
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    let memory = memory.map_or_else(|| "-".to_owned(), |memory| format!("{:.0} MB", megabytes(memory)));
    let rate = megabytes(bytes) / time.as_secs_f64();
    println!(
        "| {blocks}, {:.0} MB | {what} | {:.2} s | {rate:.0} | {memory} |",
        megabytes(bytes),
        time.as_secs_f64()
    );
}

/// Time and peak memory of one process; none if it is not here.
fn run(command: &[&str]) -> Option<(Duration, u64)> {
    let begin = Instant::now();
    let mut process = Command::new(command[0]);
    // Into a pipe: tar reads nothing if it sees that nobody wants it.
    let process = process.args(&command[1..]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut process = process.ok()?;
    std::io::copy(&mut process.stdout.take().unwrap(), &mut std::io::sink()).unwrap();
    let ended = process.wait4().unwrap();
    assert!(ended.status.success(), "{command:?}");
    Some((begin.elapsed(), ended.rusage.maxrss))
}

fn size(folder: &Path) -> u64 {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    entries.filter(|entry| entry.file_type().is_file()).map(|entry| entry.metadata().unwrap().len()).sum()
}

fn labels(series: u32) -> Vec<(String, String)> {
    let pairs =
        [("__name__", format!("metric_{:03}", series / 10)), ("instance", format!("node-{series:05}"))];
    pairs.map(|(name, value)| (name.to_owned(), value)).into()
}
