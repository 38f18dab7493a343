//! Builds every folder of `tests/parity` and compares with what the real kustomize wrote there.
//!
//! One named test per case (`images/tag-suffix`), so that the usual filters work. How the cases are kept, and how the
//! expected files are written again, is told in `tests/parity/README.md`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{fs, io};

use libtest_mimic::{Arguments, Failed, Trial};
use similar::TextDiff;

fn main() -> io::Result<()> {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity");
    let mut trials = Vec::new();
    for feature in folders(&root)? {
        for case in folders(&feature)? {
            let name = format!("{}/{}", file_name(&feature), file_name(&case));
            trials.push(Trial::test(name, move || check(&case)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// The folders in `parent`, by name.
fn folders(parent: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(parent)? {
        let path = entry?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn check(case: &Path) -> Result<(), Failed> {
    let output = build(case)?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    if stderr.contains("panicked at") {
        return Err(format!("stackgen panicked:\n{stderr}").into());
    }
    match fs::read(case.join("expected.yaml")) {
        Ok(expected) => check_success(&output, &expected, &stderr),
        Err(error) if error.kind() == io::ErrorKind::NotFound => check_failure(case, &output, &stderr),
        Err(error) => Err(error.into()),
    }
}

/// `stackgen build` as a user types it in the case's folder, without the environment of the test run.
fn build(case: &Path) -> io::Result<Output> {
    let arguments = match fs::read_to_string(case.join("arguments")) {
        Ok(text) => text.split_whitespace().map(str::to_owned).collect(),
        Err(_) => vec![String::from("input")],
    };
    Command::new(env!("CARGO_BIN_EXE_stackgen"))
        .arg("build")
        .args(arguments)
        .current_dir(case)
        .env_clear()
        .output()
}

fn check_success(output: &Output, expected: &[u8], stderr: &str) -> Result<(), Failed> {
    if !output.status.success() {
        return Err(format!("kustomize builds this, stackgen does not ({}):\n{stderr}", output.status).into());
    }
    if output.stdout == expected {
        return Ok(());
    }
    let (expected, found) = (String::from_utf8_lossy(expected), String::from_utf8_lossy(&output.stdout));
    let diff = TextDiff::from_lines(expected.as_ref(), found.as_ref());
    Err(diff.unified_diff().context_radius(5).header("kustomize", "stackgen").to_string().into())
}

/// An error is an exit status of 2, a message, and nothing on stdout; kustomize's words are not compared.
fn check_failure(case: &Path, output: &Output, stderr: &str) -> Result<(), Failed> {
    let reason = fs::read_to_string(case.join("expected-error.txt"))
        .map_err(|_| "nothing is expected yet: run tests/parity/bless")?;
    if output.status.success() {
        let built = String::from_utf8_lossy(&output.stdout);
        return Err(format!("kustomize refuses this: {reason}stackgen wrote:\n{built}").into());
    }
    if output.status.code() != Some(2) {
        return Err(format!("an error has exit status 2, not {}:\n{stderr}", output.status).into());
    }
    if stderr.trim().is_empty() {
        return Err("the error has no message".into());
    }
    if !output.stdout.is_empty() {
        return Err("a failed build must not write to stdout".into());
    }
    Ok(())
}
