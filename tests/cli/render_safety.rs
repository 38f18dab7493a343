//! `stackgen render`: what it refuses to take, to overwrite and to take away.

use super::render::{SERVICE, render, small};
use crate::support::Workspace;

const NAMESPACE: &str = "apiVersion: v1\nkind: Namespace\nmetadata: {name: monitoring}\n";

/// All ledgers are gone.
fn lose_ledgers(workspace: &Workspace) {
    std::fs::remove_file(workspace.path("gitops/.stackgen/inventory.json")).unwrap();
    std::fs::remove_dir_all(workspace.path("gitops/.stackgen/clusters")).unwrap();
}

/// A Service for each of these names, and the Namespace.
fn services(workspace: &Workspace, count: usize) {
    let service = |index| {
        format!("---\napiVersion: v1\nkind: Service\nmetadata: {{name: s{index}, namespace: monitoring}}\n")
    };
    let objects: String = (0..count).map(service).collect();
    workspace.write("base/objects.yaml", &format!("{NAMESPACE}{objects}"));
}

/// It is refused, says this, and nothing has changed.
#[track_caller]
fn refused(workspace: &Workspace, arguments: &[&str]) -> String {
    let before = workspace.files("gitops");
    let stderr = workspace.run([&["render"], arguments].concat()).fails_with(2);
    assert_eq!(workspace.files("gitops"), before, "{stderr}");
    stderr
}

#[test]
fn without_its_ledger_nothing_is_removed_and_equal_files_are_adopted() {
    let workspace = small();
    render(&workspace, &["gke"]);
    let before = workspace.files("gitops");
    lose_ledgers(&workspace);
    let stderr = refused(&workspace, &["gke"]);
    let expected = "error: this file and 13 more are as stackgen writes them, but the ledger does not list them\n \
        --> gitops/.gitattributes\nhint: --adopt takes over what is as it should be; --check lists it\n";
    assert_eq!(stderr, expected);
    let check = workspace.run(["render", "--check", "gke"]);
    assert!(check.stdout.contains(&format!("unlisted {SERVICE}\n")), "{}", check.stdout);
    assert!(check.stderr.ends_with(
        "hint: run `stackgen render gke --adopt`, which takes over what the ledger does not list\n"
    ));
    let said = render(&workspace, &["gke", "--adopt"]);
    assert_eq!(said, "wrote 0, updated 0, removed 0, unchanged 14 in gitops/ (gke)");
    assert_eq!(workspace.files("gitops"), before);
}

#[test]
fn what_differs_is_not_adopted() {
    let workspace = small();
    render(&workspace, &["gke"]);
    lose_ledgers(&workspace);
    workspace.write(SERVICE, "mine");
    workspace.write("gitops/clusters/gke/web/service-gone.yaml", "was ours once");
    let stderr = refused(&workspace, &["gke", "--adopt", "--force-modified", "--allow-removals"]);
    let expected = format!(
        "error: this file is in the way, and stackgen did not write it\n --> {SERVICE}\n\
         hint: move it out of the tree, or put what it says into the sources\n"
    );
    assert_eq!(stderr, expected);
}

#[test]
fn an_emptied_app_is_refused_with_the_list() {
    let workspace = small();
    render(&workspace, &["gke"]);
    workspace.write("base/objects.yaml", NAMESPACE);
    let stderr = refused(&workspace, &["gke"]);
    let expected = "error: 3 objects would disappear, and the engine deletes what is gone\n \
        ::: gitops/argocd/gke/web.yaml Application.argoproj.io argocd/gke-web: the engine may delete everything that it brought\n \
        ::: gitops/clusters/gke/web/service-web.yaml Service monitoring/web: the app has no objects any more\n \
        ::: gitops/flux/gke/web.yaml Kustomization.kustomize.toolkit.fluxcd.io flux-system/monitoring-web: the engine may delete everything that it brought\n\
        hint: look in the sources for what took them away\n\
        hint: if they are to go, run again with --allow-removals\n";
    assert_eq!(stderr, expected);
    let check = workspace.run(["render", "gke", "--check"]);
    assert_eq!(check.status, Some(1));
    assert!(check.stderr.contains("hint: run `stackgen render gke --allow-removals`"), "{}", check.stderr);
    let run = workspace.run(["render", "gke", "--allow-removals"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(
        run.stderr.contains("removed Service monitoring/web (gitops/clusters/gke/web/service-web.yaml)\n"),
        "{}",
        run.stderr
    );
    assert!(!workspace.path("gitops/clusters/gke/web").exists());
    workspace.run(["render", "gke", "--check"]).is(0, "", "");
}

#[test]
fn a_cluster_that_renders_nothing_takes_nothing_away() {
    let workspace = small();
    render(&workspace, &[]);
    workspace.write("overlays/eks/kustomization.yaml", "resources: []\n");
    let stderr = refused(&workspace, &[]);
    assert!(
        stderr.contains("Namespace monitoring: everything in it is deleted with it; the app has no"),
        "{stderr}"
    );
}

#[test]
fn a_cluster_that_left_the_settings_takes_nothing_away() {
    let workspace = small();
    render(&workspace, &[]);
    let settings = workspace.read("stackgen.yaml");
    let two = "clusters:\n- {name: aks, cloud: aks}\n- {name: gke, cloud: gke}\n";
    workspace.write("stackgen.yaml", &format!("{two}{settings}"));
    let stderr = refused(&workspace, &[]);
    assert!(stderr.contains("gitops/clusters/eks/web/service-web.yaml Service monitoring/web"), "{stderr}");
    render(&workspace, &["--allow-removals"]);
    assert!(!workspace.path("gitops/clusters/eks").exists());
}

#[test]
fn one_in_five_objects_may_go_and_one_in_four_may_not() {
    for (before, is_free) in [(5, true), (4, false)] {
        let workspace = small();
        services(&workspace, before);
        render(&workspace, &["gke"]);
        services(&workspace, before - 1);
        if is_free {
            let said = render(&workspace, &["gke"]);
            assert_eq!(said, "wrote 0, updated 1, removed 1, unchanged 16 in gitops/ (gke)");
        } else {
            let stderr = refused(&workspace, &["gke"]);
            assert!(
                stderr.contains("Service monitoring/s3: 1 of the app's 4 objects go, more than 20 %"),
                "{stderr}"
            );
        }
    }
}

#[test]
fn more_than_ten_objects_of_a_cluster_may_not_go() {
    let workspace = small();
    services(&workspace, 60);
    render(&workspace, &["gke"]);
    services(&workspace, 49);
    let stderr = refused(&workspace, &["gke"]);
    assert_eq!(stderr.matches("11 objects of the cluster go, more than 10").count(), 11, "{stderr}");
    services(&workspace, 50);
    render(&workspace, &["gke"]);
}

#[test]
fn a_claim_may_not_go_alone_and_a_renamed_generated_object_may() {
    let workspace = small();
    let generator = |text: &str| {
        format!(
            "resources: [../../base]\nconfigMapGenerator:\n- name: settings\n  namespace: monitoring\n  \
             literals: [a={text}]\n  options: {{labels: {{app.kubernetes.io/name: web}}}}\n"
        )
    };
    workspace.write("overlays/gke/kustomization.yaml", &generator("1"));
    let claim =
        "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: monitoring}\n";
    services(&workspace, 10);
    let without = workspace.read("base/objects.yaml");
    workspace.write("base/objects.yaml", &format!("{without}{claim}"));
    render(&workspace, &["gke"]);
    workspace.write("overlays/gke/kustomization.yaml", &generator("2"));
    let said = render(&workspace, &["gke"]);
    assert!(said.starts_with("wrote 1, updated 1, removed 1,"), "{said}");
    workspace.write("base/objects.yaml", &without);
    let stderr = refused(&workspace, &["gke"]);
    assert!(stderr.contains("PersistentVolumeClaim monitoring/data: it keeps data\n"), "{stderr}");
}

#[test]
fn an_engine_that_left_the_settings_is_refused() {
    let workspace = small();
    render(&workspace, &["gke"]);
    let settings = workspace.read("stackgen.yaml");
    workspace.write("stackgen.yaml", &format!("{settings}  engines: [flux]\n"));
    let stderr = refused(&workspace, &[]);
    assert!(stderr.contains("gitops/argocd/root-gke.yaml Application.argoproj.io argocd/"), "{stderr}");
}
