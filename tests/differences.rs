//! Where ours differs from kustomize on purpose: every case is in `docs/differences.md`, and every entry there has one.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::Workspace;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differences");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

#[test]
fn each_case_builds_as_documented() {
    for case in cases() {
        let run = Workspace::new().run(["build".as_ref(), case.join("input").as_os_str()]);
        if let Ok(expected) = fs::read_to_string(case.join("expected.yaml")) {
            assert_eq!(run.stdout, expected, "{}", case.display());
            continue;
        }
        let expected = fs::read_to_string(case.join("expected-error.txt")).unwrap();
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{}", case.display());
        assert_eq!(run.stderr.lines().next(), expected.lines().next(), "{}", case.display());
    }
}

#[test]
fn the_page_lists_the_cases_and_no_others() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/differences.md")).unwrap();
    let mut listed: Vec<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("## ")?.rsplit('`').nth(1).map(str::to_owned))
        .collect();
    listed.sort();
    let names: Vec<String> =
        cases().iter().map(|case| case.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(listed, names);
}
