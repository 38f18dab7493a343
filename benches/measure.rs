//! Commands as whole processes, with the time and memory that they take.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

/// One command's best of several runs.
pub(crate) struct Figure {
    pub(crate) wall: Duration,
    pub(crate) peak_bytes: u64,
    pub(crate) output_bytes: u64,
}

/// Whether a program is there.
pub(crate) fn can_run(program: &str) -> bool {
    Command::new(program).arg("--help").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// The fastest of several runs of a command on paths. Output goes below `root`.
pub(crate) fn best(command: &[&str], paths: &[&Path], runs: usize, root: &Path) -> Figure {
    (0..runs).map(|_| run(command, paths, root)).min_by_key(|figure| figure.wall).unwrap()
}

fn run(command: &[&str], paths: &[&Path], root: &Path) -> Figure {
    let output = root.join("output.yaml");
    let start = Instant::now();
    let mut child = Command::new(command[0])
        .args(&command[1..])
        .args(paths)
        .stdout(File::create(&output).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let used = child.wait4().unwrap();
    let wall = start.elapsed();
    // A diff that finds something ends with 1.
    assert!(matches!(used.status.code(), Some(0 | 1)), "{command:?} failed on {paths:?}");
    Figure { wall, peak_bytes: used.rusage.maxrss, output_bytes: output.metadata().unwrap().len() }
}

/// A time in milliseconds or seconds.
pub(crate) fn show(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
/// Bytes in millions.
pub(crate) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
