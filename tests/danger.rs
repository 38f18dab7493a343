//! The examples of the dangers: `tests/danger/<family>/<rule>/` holds `before.yaml`, `after.yaml`, which is dangerous, and
//! `harmless.yaml`, which looks alike and is not; or folders of these names. `expected.txt` is what the command prints.
//! `STACKGEN_BLESS=1 cargo test --test integration danger` writes it anew, and the table in docs/diff.md.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::{Run, stackgen_in};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/danger")
}

fn is_blessed() -> bool {
    std::env::var_os("STACKGEN_BLESS").is_some()
}

/// The table of all rules, as the command prints it.
fn table() -> String {
    stackgen_in(&folder(), ["diff", "--list-dangers"]).run().quiet_success()
}

/// Every rule that the command knows.
fn rules() -> BTreeSet<String> {
    let table = table();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split('`').next()).map(str::to_owned).collect()
}

fn diff(rule: &str, after: &str, more: &[&str]) -> Run {
    let folder = folder().join(rule);
    let name = |stem: &str| {
        let file = format!("{stem}.yaml");
        if folder.join(&file).exists() { file } else { format!("./{stem}") }
    };
    let (before, after) = (name("before"), name(after));
    let arguments = ["diff", before.as_str(), after.as_str(), "-o", "dangers"];
    stackgen_in(&folder, arguments.iter().chain(more)).run()
}

#[test]
fn every_danger_is_found_and_what_looks_alike_is_none() {
    let mut wrong = Vec::new();
    for rule in rules() {
        let bad = diff(&rule, "after", &[]);
        if bad.status != Some(1)
            || !bad.stdout.lines().any(|line| line.split(' ').nth(1) == Some(rule.as_str()))
        {
            wrong.push(format!("{rule}: after: {:?}\n{}{}", bad.status, bad.stdout, bad.stderr));
        }
        // It differs, so that there is something to be found harmless.
        let good = diff(&rule, "harmless", &[]);
        if good.status != Some(1) || !good.stdout.is_empty() {
            wrong.push(format!("{rule}: harmless: {:?}\n{}{}", good.status, good.stdout, good.stderr));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_said_of_dangers_stays() {
    let mut wrong = Vec::new();
    for rule in rules() {
        let expected = folder().join(&rule).join("expected.txt");
        let said = diff(&rule, "after", &[]).stdout;
        if is_blessed() {
            std::fs::write(&expected, &said).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != said {
            wrong.push(format!("{rule} says:\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_run_fails_on_what_it_is_told_to_fail_on() {
    let status = |rule: &str, after: &str, what: &str| diff(rule, after, &["--fail-on", what]).status;
    let (caution, blocking) = ("image/major", "data/removed");
    assert_eq!(status(caution, "harmless", "difference"), Some(1));
    assert_eq!(status(caution, "harmless", "danger"), Some(0));
    assert_eq!(status(caution, "after", "danger"), Some(1));
    assert_eq!(status(caution, "after", "blocking"), Some(0));
    assert_eq!(status(blocking, "after", "blocking"), Some(1));
    assert_eq!(diff(blocking, "after", &["--fail-on", "blocking", "--exit-zero"]).status, Some(0));
}

#[test]
fn a_filter_hides_no_danger() {
    let all = diff("image/major", "after", &[]);
    let filtered = diff("image/major", "after", &["--ignore", "StatefulSet/*:spec"]);
    assert_eq!(filtered.status, Some(0), "nothing is left that differs: {}", filtered.stderr);
    assert!(
        all.stdout.starts_with("caution image/major StatefulSet monitoring/prometheus\n"),
        "{}",
        all.stdout
    );
    let kept = "caution image/major\n    StatefulSet monitoring/prometheus: `prometheus` goes from";
    assert!(filtered.stdout.starts_with(kept), "{}", filtered.stdout);
    let failed = diff("image/major", "after", &["--ignore", "StatefulSet/*:spec", "--fail-on", "danger"]);
    assert_eq!(failed.status, Some(1));
}

#[test]
fn the_documentation_has_every_danger() {
    const BEGIN: &str = "<!-- dangers -->\n";
    const END: &str = "<!-- end of dangers -->\n";
    let page = folder().join("../../docs/diff.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let (head, rest) = text.split_once(BEGIN).expect("a place for the table");
    let (old, tail) = rest.split_once(END).expect("an end of the table");
    let table = table();
    if is_blessed() {
        std::fs::write(&page, format!("{head}{BEGIN}{table}{END}{tail}")).unwrap();
    } else {
        assert!(old == table, "STACKGEN_BLESS=1 writes the table in docs/diff.md anew");
    }
}

/// A folder that no rule names would never be looked at.
#[test]
fn every_example_is_of_a_danger() {
    let known = rules();
    for entry in walkdir::WalkDir::new(folder()).min_depth(2).max_depth(2) {
        let path = entry.unwrap().into_path();
        let id = path.strip_prefix(folder()).unwrap().to_str().unwrap().to_owned();
        assert!(known.contains(&id), "there is no danger {id}");
    }
}
