//! The examples of the rules: `tests/rules/<family>/<rule>/` holds `bad.yaml`, which breaks the rule, and `good.yaml`,
//! which does not. A first line `# arguments: ...` is given to the command; with a first line `# workspace: PATH` the file
//! stands there in a copy of the folder `workspace`, and that stack is validated. `bad.txt` is what is printed of `bad.yaml`.
//! `STACKGEN_BLESS=1 cargo test --test integration rules` writes `bad.txt` anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::{Run, Workspace, stackgen_in};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules")
}

/// Every rule that the command knows.
fn rules() -> BTreeSet<String> {
    let listed = stackgen_in(&folder(), ["validate", "--list-rules"]).run();
    listed.stdout.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

fn validate(rule: &str, file: &str) -> Run {
    let folder = folder().join(rule);
    let text = String::from_utf8_lossy(&std::fs::read(folder.join(file)).unwrap()).into_owned();
    let first = text.lines().next().unwrap_or_default();
    if let Some(path) = first.strip_prefix("# workspace: ") {
        return validate_workspace(rule, &folder.join("workspace"), path, &text);
    }
    let own = first.strip_prefix("# arguments: ").unwrap_or_default().split_whitespace();
    stackgen_in(&folder, ["validate", file].into_iter().chain(only(rule)).chain(own)).run()
}

fn only(rule: &str) -> [&str; 6] {
    ["--rules", rule, "--profile", "audit", "--fail-on", "note"]
}

fn validate_workspace(rule: &str, folder: &Path, path: &str, text: &str) -> Run {
    let workspace = Workspace::copy_of(folder);
    workspace.write(path, text);
    workspace.run(["validate"].into_iter().chain(only(rule)))
}

#[test]
fn every_rule_finds_its_bad_example_and_is_silent_on_the_good_one() {
    let mut wrong = Vec::new();
    for rule in rules() {
        let bad = validate(&rule, "bad.yaml");
        if bad.status != Some(1) || !bad.stdout.contains(&format!("[{rule}]")) {
            wrong.push(format!("{rule}: bad.yaml: {:?}\n{}{}", bad.status, bad.stdout, bad.stderr));
        }
        let good = validate(&rule, "good.yaml");
        if good.status != Some(0) || !good.stdout.is_empty() {
            wrong.push(format!("{rule}: good.yaml: {:?}\n{}{}", good.status, good.stdout, good.stderr));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_said_of_the_bad_examples_stays() {
    let bless = std::env::var_os("STACKGEN_BLESS").is_some();
    let mut wrong = Vec::new();
    for rule in rules() {
        let expected = folder().join(&rule).join("bad.txt");
        let said = validate(&rule, "bad.yaml").stdout;
        if bless {
            std::fs::write(&expected, &said).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != said {
            wrong.push(format!("{rule} says:\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_documentation_has_every_rule() {
    let page = folder().join("../../docs/rules.md");
    let listed = stackgen_in(&folder(), ["validate", "--list-rules", "-o", "markdown"]).run().quiet_success();
    if std::env::var_os("STACKGEN_BLESS").is_some() {
        std::fs::write(&page, &listed).unwrap();
    }
    assert!(std::fs::read_to_string(&page).unwrap() == listed, "STACKGEN_BLESS=1 writes docs/rules.md anew");
}

/// A folder that no rule names would never be looked at.
#[test]
fn every_example_is_of_a_rule() {
    let known = rules();
    for entry in walkdir::WalkDir::new(folder()).min_depth(2).max_depth(2) {
        let path = entry.unwrap().into_path();
        let id = path.strip_prefix(folder()).unwrap().to_str().unwrap().to_owned();
        assert!(known.contains(&id), "there is no rule {id}");
    }
}
