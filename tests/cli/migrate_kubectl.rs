//! `stackgen migrate` into a stack behind kubectl, whose answers are cut.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::backup::json;
use super::migrate::{Pair, SAMPLES, USUAL, loaded, state, wait};
use crate::tsdb::has_prometheus;

#[test]
fn into_a_cluster_and_back_whatever_exec_loses() {
    if !has_prometheus("into_a_cluster_and_back_whatever_exec_loses") {
        return;
    }
    let pair = Pair::new(&USUAL, &USUAL);
    pair.workspace.write("bin/kubectl", include_str!("../backup/kubectl"));
    let stub = pair.workspace.path("bin/kubectl");
    fs::set_permissions(&stub, fs::Permissions::from_mode(0o755)).unwrap();
    pair.workspace.write("bin/fault", "truncate");
    pair.workspace.write("bin/port-9090", &pair.target.port().to_string());
    let mut sides = pair.sides();
    let place = sides.iter().position(|word| word == "--to-prometheus").unwrap();
    sides.splice(place..place + 2, ["--to-context", "gke", "--to-alertmanager", "none"].map(str::to_owned));
    sides.extend(["--kubectl".to_owned(), stub.display().to_string()]);

    let report = json(pair.run("migrate --quiet --yes --no-render -o json", &sides).quiet_success());
    assert_eq!(state(&report, "switch"), "done", "{report:#}");
    assert_eq!(loaded(&pair.target).as_deref(), Some(SAMPLES));
    // Blocks of both sides that the server has put together come here to be taken apart.
    let undone = json(pair.run("migrate rollback -o json", &[]).quiet_success());
    assert!(undone["undone"]["removed"].as_u64().unwrap() > 0, "{undone:#}");
    wait("the target forgets", || loaded(&pair.target).is_none());
}
