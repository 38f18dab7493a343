//! Runs the real command and checks exit code, stdout, stderr and files; and holds the rules of the house.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test code")]

/// The floors of the source, and how big files and functions may be.
mod architecture;
/// Nodes with real servers.
mod backup;
/// One file per subcommand.
mod cli;
/// The examples of the dangers of `diff`.
mod danger;
/// Where ours differs from kustomize on purpose.
mod differences;
/// What Argo CD and Flux are told.
mod engines;
/// What the history of every value ends in.
mod histories;
/// Bytes that nobody meant.
mod hostile;
/// Values and the lines that they came from.
mod origins;
/// The commands of the README.
mod readme;
/// The examples of the rules of `validate`.
mod rules;
/// The table of what the Kubernetes API accepts.
mod schemas;
/// What the tests stand on: a temporary workspace and a scrubbed command.
mod support;
/// Blocks of Prometheus, with the real tools.
mod tsdb;
/// The action and the hooks.
mod workflow;

use std::path::Path;

/// A file that no module list names would never run.
#[test]
fn no_test_file_is_forgotten() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let manifest = std::fs::read_to_string(root.join("../Cargo.toml")).unwrap();
    let mut forgotten = Vec::new();
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().map(Result::unwrap) {
        let path = entry.path().strip_prefix(&root).unwrap();
        let is_binary = manifest.contains(&format!("\"tests/{}\"", path.display()));
        if is_binary || path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let is_mod = path.file_stem().is_some_and(|stem| stem == "mod");
        let module = if is_mod { path.parent().unwrap() } else { path };
        let folder = root.join(module.parent().unwrap());
        let lists = ["mod.rs", "main.rs"].map(|list| std::fs::read_to_string(folder.join(list)));
        let name = module.file_stem().unwrap().to_str().unwrap();
        let is_listed = lists.iter().flatten().flat_map(|list| list.lines()).any(|line| {
            line.trim_start_matches("pub ").trim_start_matches("pub(crate) ") == format!("mod {name};")
        });
        if !is_listed {
            forgotten.push(path.display().to_string());
        }
    }
    assert!(forgotten.is_empty(), "in no list of modules: {}", forgotten.join(", "));
}
