//! The real command with system calls that fail, or that it does not survive.

use std::path::Path;
use std::process::Command;

use super::{Run, Workspace, skip};

/// Runs the command in a folder with one system call tampered with: which call, and how. Nothing if there are fewer
/// calls than that.
pub(crate) fn tampered(
    workspace: &Workspace,
    arguments: &[&str],
    (call, tampering): (&str, &str),
    nth: usize,
) -> Option<Run> {
    let trace = workspace.path("trace");
    // What runs in the background is deaf to interrupts, and so is what it starts.
    let output = Command::new("env")
        .args(["--default-signal=INT", "strace", "-f", "-qq", "-o"])
        .arg(&trace)
        .arg(format!("--trace={call}"))
        .arg(format!("--inject={call}:{tampering}:when={nth}"))
        .arg(env!("CARGO_BIN_EXE_stackgen"))
        .args(arguments)
        .current_dir(workspace.root())
        .env("RAYON_NUM_THREADS", "1")
        .output()
        .unwrap();
    let trace = std::fs::read_to_string(trace).unwrap();
    let is_tampered = trace.contains("(INJECTED)") || trace.contains("killed by");
    is_tampered.then(|| Run {
        status: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    })
}

pub(crate) fn has_strace(test: &str) -> bool {
    let works = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).status();
    let works = works.is_ok_and(|status| status.success());
    if !works {
        skip(test, "strace, and the right to trace");
    }
    works
}

/// Runs the command until it waits for the nth time that a file is on the disk, and does not let it live on. False if
/// it came to its end before.
pub(crate) fn killed_at_file(workspace: &Workspace, arguments: &[&str], file: &Path, nth: usize) -> bool {
    let trace = workspace.path("trace");
    Command::new("strace")
        .args(["-f", "-qq", "-o"])
        .arg(&trace)
        .arg("-P")
        .arg(file)
        .arg("--trace=fsync")
        .arg(format!("--inject=fsync:signal=KILL:when={nth}"))
        .arg(env!("CARGO_BIN_EXE_stackgen"))
        .args(arguments)
        .current_dir(workspace.root())
        .output()
        .unwrap();
    std::fs::read_to_string(trace).unwrap().contains("killed by")
}
