//! `overlays/expected-differences.yaml`: what `stackgen diff --against-cloud` leaves out, and what `stackgen validate`
//! tells of.

use std::path::Path;

use crate::support::Workspace;

/// The overlays of all clouds, the plain ones and those of the environments, as `stackgen.yaml` may list them.
fn fleet() -> String {
    let clouds = ["aks", "eks", "gke"];
    let overlays = ["plain", "dev", "staging", "prod"];
    let cluster = |cloud: &str, overlay: &str| {
        let path = format!("overlays/{cloud}/{}", overlay.replace("plain", ""));
        format!("- {{name: {cloud}-{overlay}, cloud: {cloud}, overlay: {}}}\n", path.trim_end_matches('/'))
    };
    let clusters = clouds.iter().flat_map(|cloud| overlays.map(|overlay| cluster(cloud, overlay)));
    format!("clusters:\n{}", clusters.collect::<String>())
}

#[test]
fn our_clouds_differ_in_what_is_expected_and_each_expectation_is_of_use() {
    let workspace = Workspace::with(&[("stackgen.yaml", &fleet())]);
    workspace.run(["validate", "--profile", "audit", "--rules", "cloud/unexpected-difference"]).is(0, "", "");
    let mut hidden = String::new();
    for overlay in ["plain", "prod"] {
        for (cloud, other) in [("gke", "aks"), ("eks", "aks")] {
            let (cloud, other) = (format!("{cloud}-{overlay}"), format!("{other}-{overlay}"));
            hidden += &workspace.run(["diff", &cloud, "--against-cloud", &other]).stdout;
        }
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("overlays/expected-differences.yaml");
    let file = std::fs::read_to_string(file).unwrap();
    let reasons: Vec<&str> = file.lines().filter_map(|line| line.strip_prefix("  - reason: ")).collect();
    assert!(reasons.len() > 5);
    for reason in reasons {
        assert!(
            hidden.contains(&format!("`expected: {reason}`")),
            "nothing is expected because {reason}\n{hidden}"
        );
    }
}

#[test]
fn what_is_wrong_with_expected_differences_has_its_line() {
    let file = "overlays/expected-differences.yaml";
    let workspace = Workspace::copy_of(Path::new("tests/rules/cloud/unexpected-difference/workspace"));
    workspace
        .write("overlays/gke/patch.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n");
    let fails = |text: &str, expected: &str| {
        workspace.write(file, text);
        for command in [&["diff", "gke", "--against-cloud", "aks"][..], &["validate", "--profile", "strict"]]
        {
            let stderr = workspace.run(command).fails_with(2);
            assert!(stderr.contains(expected) && stderr.contains(file), "{stderr}");
        }
    };
    fails("differences:\n  - reason: disks\n    paths: [\"a[\"]\n", ":3:13");
    fails("differences:\n  - reason: disks\n    path: []\n", "did you mean `paths`?");
}
