//! `stackgen diff`: what is compared with what, and how it ends.

use std::process::Command;

use crate::support::git::{Repository, has_git};
use crate::support::{Workspace, skip, stackgen_in};

const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  ports:
  - {name: http, port: 80}
  - {name: metrics, port: 9090}
";
/// The same in other words.
const REORDERED: &str = "\
# A comment
kind: Service
apiVersion: v1
spec: {ports: [{port: 9090, name: \"metrics\"}, {port: 80, name: http}]}
metadata:
  namespace: shop
  labels: {}
  name: web
";

fn two(before: &str, after: &str) -> Workspace {
    Workspace::with(&[("old.yaml", before), ("new.yaml", after)])
}

#[test]
fn what_a_render_would_change_is_shown_before_it_is_rendered() {
    let workspace = Workspace::new();
    assert_eq!(workspace.run(["render"]).status, Some(0));
    workspace.run(["diff"]).is(0, "", "");
    let replicas = "patches:\n- patch: |\n    {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: prometheus, \
                    namespace: monitoring}, spec: {replicas: 5}}\n";
    workspace.write("own/kustomization.yaml", &format!("resources: [../overlays/gke]\n{replicas}"));
    workspace.write("stackgen.yaml", "clusters: [{name: gke, cloud: gke, overlay: own}]\n");
    let files = workspace.files("gitops");
    let run = workspace.run(["diff", "gke"]);
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert!(
        run.stdout.contains("prometheus") && run.stdout.contains("own/kustomization.yaml:4"),
        "{}",
        run.stdout
    );
    assert_eq!(files, workspace.files("gitops"), "a comparison writes nothing");
    assert_eq!(workspace.run(["render", "gke"]).status, Some(0));
    workspace.run(["diff", "gke"]).is(0, "", "");
}

#[test]
fn files_folders_and_standard_input_are_compared() {
    let workspace = two(SERVICE, REORDERED);
    workspace.run(["diff", "old.yaml", "new.yaml"]).is(0, "", "");
    workspace.run(["diff", "--from", "old.yaml", "--to", "new.yaml"]).is(0, "", "");
    workspace.write("folder/deeper/web.yml", &SERVICE.replace("port: 80}", "port: 81}"));
    let run = workspace.run(["diff", "old.yaml", "folder"]);
    assert_eq!(run.status, Some(1));
    assert!(run.stdout.contains("folder/deeper/web.yml:6"), "{}", run.stdout);
    let run = workspace.run(["diff", "--exit-zero", "old.yaml", "folder"]);
    assert_eq!(run.status, Some(0));
    assert!(!run.stdout.is_empty());
    workspace.write("base/kustomization.yaml", "resources: [web.yaml]\nnamespace: shop\n");
    workspace.write("base/web.yaml", &SERVICE.replace(", namespace: shop", ""));
    workspace.run(["diff", "old.yaml", "base"]).is(0, "", "");
    let stderr = workspace.run(["diff", "-", "-"]).fails_with(2);
    assert!(stderr.contains("standard input cannot be both sides"), "{stderr}");
    let stderr = workspace.run(["diff", "old.yaml", "./nowhere.yaml"]).fails_with(2);
    assert!(stderr.contains("--> nowhere.yaml") || stderr.contains("--> ./nowhere.yaml"), "{stderr}");
}

#[test]
fn rendered_trees_are_compared_cluster_by_cluster() {
    let workspace = Workspace::new();
    assert_eq!(workspace.run(["render", "gke", "aks"]).status, Some(0));
    assert_eq!(workspace.run(["render", "gke", "aks", "--out", "other"]).status, Some(0));
    workspace.run(["diff", "gitops", "other"]).is(0, "", "");
    for cloud in ["gke", "aks"] {
        let path = format!("other/clusters/{cloud}/grafana/service-grafana.yaml");
        workspace.write(&path, &workspace.read(&path).replace("port: 80", "port: 8081"));
    }
    let run = workspace.run(["diff", "gitops", "other"]);
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert_eq!(
        run.stdout.matches("8081").count(),
        1,
        "what is the same in two clusters stands once: {}",
        run.stdout
    );
}

#[test]
fn a_cloud_is_compared_with_another_one() {
    let run = Workspace::new().run(["diff", "gke", "--against-cloud", "aks", "--no-filters"]);
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert!(run.stdout.contains("pd.csi.storage.gke.io") && run.stdout.contains("disk.csi.azure.com"));
    let run = Workspace::new().run(["diff", "gke", "--against-cloud", "aks"]);
    assert_eq!(run.status, Some(0), "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.starts_with("nothing differs\n"), "{}", run.stdout);
    assert!(
        run.stdout.contains("4 values hidden by `expected: every cloud has its own disks`\n"),
        "{}",
        run.stdout
    );
    let stderr = Workspace::new().run(["diff", "--against-cloud", "aks"]).fails_with(2);
    assert!(stderr.contains("one cluster is needed"), "{stderr}");
    let stderr = Workspace::new().run(["diff", "gke", "--against-cloud", "asks"]).fails_with(2);
    assert!(stderr.contains("did you mean `aks`?"), "{stderr}");
}

#[test]
fn formats_without_room_say_beside_them_what_was_left_out() {
    let workspace = two(SERVICE, &SERVICE.replace("port: 80}", "port: 81}"));
    let run = workspace.run(["diff", "old.yaml", "new.yaml", "--ignore", "Service/web", "-o", "names"]);
    run.is(0, "", "note: 1 value hidden by `Service/web`\n");
    let added = format!("{SERVICE}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: more}}\n");
    let workspace = two(SERVICE, &added);
    let run = workspace.run(["diff", "old.yaml", "new.yaml", "--ignore", "ConfigMap/*"]);
    run.is(0, "nothing differs\n1 value hidden by `ConfigMap/*`\n", "");
}

#[test]
fn git_and_kubectl_can_call_it() {
    let workspace = two(SERVICE, &SERVICE.replace("port: 80}", "port: 81}"));
    let as_git = ["diff", "web.yaml", "./old.yaml", "0123", "100644", "./new.yaml", "4567", "100644"];
    let run = workspace.run(as_git);
    assert_eq!((run.status, run.stdout.contains("80")), (Some(0), true), "{}{}", run.stdout, run.stderr);
    let added = ["diff", "web.yaml", "/dev/null", ".", ".", "./new.yaml", "4567", "100644"];
    let run = workspace.run(added);
    assert_eq!((run.status, run.stdout.contains("web")), (Some(0), true), "{}{}", run.stdout, run.stderr);
    // kubectl names files after their objects.
    for (side, file) in [("LIVE-1", "old.yaml"), ("MERGED-2", "new.yaml")] {
        workspace.write(&format!("{side}/v1.Service.shop.web"), &workspace.read(file));
    }
    let run = workspace.run(["diff", "./LIVE-1", "./MERGED-2"]);
    assert_eq!((run.status, run.stdout.contains("81")), (Some(1), true), "{}{}", run.stdout, run.stderr);
}

#[test]
fn git_shows_the_difference_of_a_commit_with_it() {
    let workspace = Workspace::with(&[("web.yaml", SERVICE)]);
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(arguments);
        command.env("GIT_EXTERNAL_DIFF", concat!(env!("CARGO_BIN_EXE_stackgen"), " diff"));
        command.env("HOME", workspace.root()).current_dir(workspace.root()).output()
    };
    let Ok(_) = git(&["init", "--quiet"]) else {
        return skip("git_shows_the_difference_of_a_commit_with_it", "git");
    };
    git(&["add", "."]).unwrap();
    git(&["commit", "--quiet", "--message", "first"]).unwrap();
    workspace.write("web.yaml", &SERVICE.replace("port: 80}", "port: 81}"));
    let shown = git(&["diff"]).unwrap();
    let text = String::from_utf8(shown.stdout).unwrap();
    assert!(
        shown.status.success() && text.contains("81"),
        "{text}{}",
        String::from_utf8_lossy(&shown.stderr)
    );
    workspace.write("web.yaml", REORDERED);
    assert_eq!(String::from_utf8(git(&["diff"]).unwrap().stdout).unwrap(), "");
}

#[test]
fn filters_say_how_much_they_hide() {
    let workspace =
        two(SERVICE, &SERVICE.replace("port: 80}", "port: 81}").replace("spec:", "status: {a: b}\nspec:"));
    let run = workspace.run(["diff", "old.yaml", "new.yaml", "--bundle", "server-fields"]);
    assert_eq!(run.status, Some(1));
    assert!(!run.stdout.contains("status"), "{}", run.stdout);
    let filters = ["--ignore", "Service/web:spec.ports", "--ignore", "/status"];
    let all = ["diff", "old.yaml", "new.yaml"].into_iter().chain(filters);
    assert_eq!(workspace.run(all.clone()).status, Some(0));
    assert_eq!(workspace.run(all.chain(["--no-filters"])).status, Some(1));
    for wrong in ["spec[", "", "spec..ports"] {
        let stderr = workspace.run(["diff", "old.yaml", "new.yaml", "--ignore", wrong]).fails_with(2);
        assert!(stderr.contains("is no filter"), "{stderr}");
    }
    let stderr = workspace.run(["diff", "old.yaml", "new.yaml", "--bundle", "x"]).fails_with(2);
    assert!(stderr.contains("server-fields"), "{stderr}");
}

#[test]
fn an_object_that_is_there_twice_is_an_error_that_names_both_places() {
    let workspace = two(&format!("{SERVICE}---\n{SERVICE}"), SERVICE);
    let stderr = workspace.run(["diff", "old.yaml", "new.yaml"]).fails_with(2);
    assert!(stderr.contains("--> old.yaml:9:1") && stderr.contains("old.yaml:1:1 the other one"), "{stderr}");
    assert_eq!(workspace.run(["diff", "--allow-duplicates", "old.yaml", "new.yaml"]).status, Some(1));
    // Also if one of them is the same on both sides.
    let workspace = Workspace::with(&[("a/x.yaml", SERVICE), ("b/x.yaml", SERVICE), ("b/y.yaml", SERVICE)]);
    let stderr = workspace.run(["diff", "./a", "./b"]).fails_with(2);
    assert!(stderr.contains("y.yaml:1:1"), "{stderr}");
}

#[test]
fn hostile_input_ends_in_bounded_time_and_memory() {
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n\
                d: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e]\n";
    for text in [deep.as_str(), bomb, "a: [", "\u{0}", "- 1\n- 2\n", "just text", "kind: [a]\nmetadata: 7\n"]
    {
        let run = two(SERVICE, text).run(["diff", "old.yaml", "new.yaml"]);
        assert!(matches!(run.status, Some(1 | 2)), "{text:.40}: {:?} {}", run.status, run.stderr);
    }
    let map = |text: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{k: \"{text}\"}}\n")
    };
    let long = |word: &str| map(&format!("{word}\\n").repeat(100_000));
    assert_eq!(two(&long("one"), &long("two")).run(["diff", "old.yaml", "new.yaml"]).status, Some(1));
    let list = |from: usize| {
        let items: Vec<String> = (from..from + 20_000).map(|item| format!("  - {item}\n")).collect();
        format!("apiVersion: example.com/v1\nkind: Any\nmetadata: {{name: a}}\nspec:\n{}", items.concat())
    };
    assert_eq!(two(&list(0), &list(20_000)).run(["diff", "old.yaml", "new.yaml"]).status, Some(1));
    let many: Vec<String> =
        (0..5_000).map(|name| SERVICE.replace("name: web", &format!("name: web{name}")) + "---\n").collect();
    let (before, after) = (many.concat(), many.concat().replace("name: web", "name: shop"));
    assert_eq!(two(&before, &after).run(["diff", "old.yaml", "new.yaml"]).status, Some(1));
}

#[test]
fn a_name_that_is_no_cluster_says_what_can_be_named() {
    let workspace = Workspace::new();
    let stderr = stackgen_in(workspace.root(), ["diff", "gek"]).run().fails_with(2);
    assert!(stderr.contains("did you mean `gke`?"), "{stderr}");
}

const OVERLAY: &str = "resources: [../overlays/gke]\npatches:\n- patch: |\n    {apiVersion: apps/v1, kind: StatefulSet, \
                       metadata: {name: prometheus, namespace: monitoring}, spec: {replicas: 5}}\n";
const CLUSTER: &str = "clusters: [{name: own, cloud: gke, overlay: own}]\n";

#[test]
fn a_branch_is_compared_with_where_it_began() {
    if !has_git("a_branch_is_compared_with_where_it_began") {
        return;
    }
    let repository = Repository::with(&[("own/kustomization.yaml", OVERLAY), ("stackgen.yaml", CLUSTER)]);
    let workspace = &repository.workspace;
    repository.git(&["checkout", "-q", "-b", "topic"]);
    workspace.write("own/kustomization.yaml", &OVERLAY.replace("replicas: 5", "replicas: 6"));
    repository.commit("more of them");
    repository.git(&["checkout", "-q", "main"]);
    workspace.write("own/kustomization.yaml", &OVERLAY.replace("resources:", "namePrefix: big-\nresources:"));
    repository.commit("main moves on");
    repository.git(&["checkout", "-q", "topic"]);
    let head = repository.git(&["rev-parse", "HEAD"]);
    for range in ["main...", "main...topic", "main...HEAD", "topic~1", "topic~1..topic"] {
        let run = workspace.run(["diff", "--from", range]);
        assert_eq!(run.status, Some(1), "{range}: {}", run.stderr);
        assert!(run.stdout.contains("replicas") && !run.stdout.contains("big-"), "{range}: {}", run.stdout);
        assert!(run.stdout.contains("own/kustomization.yaml:4"), "{range}: {}", run.stdout);
    }
    let run = workspace.run(["diff", "--from", "main"]);
    assert!(run.stdout.contains("big-"), "without the dots it is the other branch: {}", run.stdout);
    // What is staged is neither what was committed nor what lies there.
    workspace.write("own/kustomization.yaml", &OVERLAY.replace("replicas: 5", "replicas: 7"));
    repository.git(&["add", "."]);
    workspace.write("own/kustomization.yaml", OVERLAY);
    let run = workspace.run(["diff", "--from", "HEAD", "--to", ":"]);
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert!(run.stdout.contains('6') && run.stdout.contains('7'), "{}", run.stdout);
    assert_eq!(head, repository.git(&["rev-parse", "HEAD"]));
    assert!(repository.git(&["status", "--porcelain"]).starts_with("MM own/kustomization.yaml"));
}

#[test]
fn a_shallow_clone_says_how_to_get_what_is_missing() {
    if !has_git("a_shallow_clone_says_how_to_get_what_is_missing") {
        return;
    }
    let repository = Repository::with(&[("own/kustomization.yaml", OVERLAY), ("stackgen.yaml", CLUSTER)]);
    repository.workspace.write("own/kustomization.yaml", &OVERLAY.replace("replicas: 5", "replicas: 6"));
    repository.commit("more of them");
    let (_kept, clone) = repository.clone(&["--depth", "1"]);
    let stderr = stackgen_in(&clone, ["diff", "--from", "HEAD~1..."]).run().fails_with(2);
    assert!(stderr.contains("fetch-depth") && stderr.contains("git fetch"), "{stderr}");
}
