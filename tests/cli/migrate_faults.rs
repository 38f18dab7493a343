//! Migrations that are killed at every record of their journal: the next run goes on, and nothing is missing.

use serde_json::Value;

use super::migrate::{HASTY, Pair};
use crate::support::faults::{has_strace, killed_at_file};
use crate::tsdb::has_prometheus;

/// Case 18. The record is on the disk when the run dies: once before a phase was begun, once when it was done.
#[test]
fn a_migration_that_is_killed_at_every_record_goes_on() {
    let name = "a_migration_that_is_killed_at_every_record_goes_on";
    if !has_prometheus(name) || !has_strace(name) {
        return;
    }
    let pair = Pair::new(&HASTY, &HASTY);
    let sides = pair.sides();
    let begin =
        ["migrate", "--quiet", "--yes", "--no-render", "--state", "state", "--stop-before", "preflight"];
    let begin = begin.into_iter().map(str::to_owned).chain(sides);
    pair.workspace.run(begin).quiet_success();
    let run = std::fs::read_dir(pair.workspace.path("state")).unwrap().next().unwrap().unwrap().path();
    let journal = run.join("journal.jsonl");
    let resume = ["migrate", "resume", "--state", "state", "-o", "json"];
    let mut kills = 0;
    // The first sync is the record before a phase, the second one that after it.
    while killed_at_file(&pair.workspace, &resume, &journal, 1 + kills % 2) {
        kills += 1;
        assert!(kills < 60, "it does not come to its end");
    }
    let report: Value = serde_json::from_str(&pair.workspace.run(resume).stdout).unwrap();
    assert!(report["next"].as_str().unwrap().contains("finish"), "{report:#}");
    let text = std::fs::read_to_string(&journal).unwrap();
    assert!(kills >= 20 && text.lines().count() >= 24, "{kills} kills\n{text}");
    let compared = pair.workspace.run(["migrate", "verify", "--state", "state"]);
    assert_eq!(compared.status, Some(0), "{}{}", compared.stdout, compared.stderr);
    let configuration = pair.workspace.read("aks/prometheus.yml");
    assert!(!configuration.contains("scrape_configs"), "{configuration}");
    pair.workspace.run(["migrate", "rollback", "--state", "state"]).quiet_success();
    assert!(pair.workspace.read("aks/prometheus.yml").contains("scrape_configs"));
}
