//! `stackgen validate --fix`: what is mended, what is left alone, and that nothing else changes.

use crate::support::{Run, Workspace};

const DEPLOYMENT: &str = "\
# who owns this
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: web}   # flow
spec:
  replcas:    2 # two of them
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web

          image: 'registry.example.com/web:1.4.2'
          imagePullPolicy: ifnotpresent
          env:
          - name: PORT
            value:   8080   # a number
          ports:
          - containerPort: \"80\"
";

fn fix(workspace: &Workspace, arguments: &[&str]) -> Run {
    workspace.run([&["validate", "--rules", "schema/", "--fix"], arguments].concat())
}

fn mended() -> String {
    DEPLOYMENT
        .replace("replcas:", "replicas:")
        .replace("ifnotpresent", "IfNotPresent")
        .replace("value:   8080 ", "value:   \"8080\" ")
        .replace("\"80\"", "80")
}

#[test]
fn only_what_is_wrong_changes() {
    let workspace = Workspace::with(&[("tree/web.yaml", DEPLOYMENT), ("tree/other.yaml", "a: [\n")]);
    std::fs::remove_file(workspace.path("tree/other.yaml")).unwrap();
    fix(&workspace, &["tree"]).is(0, "", "mended 4 of 4 findings in 1 file\n");
    assert_eq!(workspace.read("tree/web.yaml"), mended());
    fix(&workspace, &["tree"]).is(0, "", "nothing can be mended without a decision\n");
}

#[test]
fn line_ends_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let workspace = Workspace::with(&[("web.yaml", &DEPLOYMENT.replace('\n', "\r\n"))]);
    let file = workspace.path("web.yaml");
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    std::os::unix::fs::symlink("web.yaml", workspace.path("link.yaml")).unwrap();
    fix(&workspace, &["link.yaml"]).is(0, "", "mended 4 of 4 findings in 1 file\n");
    assert_eq!(workspace.read("web.yaml"), mended().replace('\n', "\r\n"));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(workspace.path("link.yaml").is_symlink());
}

#[test]
fn a_check_prints_a_patch_and_writes_nothing() {
    let workspace = Workspace::with(&[("tree/web.yaml", DEPLOYMENT)]);
    let run = fix(&workspace, &["tree", "--check"]);
    assert_eq!((run.status, run.stderr.as_str()), (Some(1), ""));
    assert_eq!(workspace.read("tree/web.yaml"), DEPLOYMENT);
    workspace.write("fix.patch", &run.stdout);
    let applied =
        std::process::Command::new("git").args(["apply", "fix.patch"]).current_dir(workspace.root()).status();
    match applied {
        Ok(status) => assert!(status.success(), "{}", run.stdout),
        Err(_) => return crate::support::skip("a_check_prints_a_patch_and_writes_nothing", "git"),
    }
    assert_eq!(workspace.read("tree/web.yaml"), mended());
    fix(&workspace, &["tree", "--check"]).is(0, "", "nothing can be mended without a decision\n");
}

#[test]
fn the_source_of_what_is_built_is_mended() {
    let patch =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: web}\nspec: {replcas: 3}\n";
    let inline = format!(
        "patches:\n- patch: |\n{}",
        patch
            .replace("{replcas: 3}", "{paused: \"true\"}")
            .lines()
            .fold(String::new(), |all, line| all + "    " + line + "\n")
    );
    let workspace = Workspace::with(&[
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("base/web.yaml", &mended().replace("  replicas:    2 # two of them\n", "")),
        ("over/kustomization.yaml", &format!("resources: [../base]\n{inline}- path: patch.yaml\n")),
        ("over/patch.yaml", patch),
    ]);
    fix(&workspace, &["over"]).is(0, "", "mended 2 of 2 findings in 2 files\n");
    assert_eq!(workspace.read("over/patch.yaml"), patch.replace("replcas", "replicas"));
    assert!(workspace.read("over/kustomization.yaml").contains("spec: {paused: true}\n"));
    // With the field in the base nobody can say whether the patch means it.
    workspace.write("base/web.yaml", &mended());
    workspace.write("over/patch.yaml", patch);
    assert_eq!(fix(&workspace, &["over"]).stderr, "nothing can be mended without a decision\n");
    assert_eq!(workspace.read("over/patch.yaml"), patch);
}

#[test]
fn what_would_break_something_else_is_left() {
    // With the right name it would be there twice over: the base already has it, and the patch is for another cluster.
    let object = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: web}\nspec:\n  port: 80\n";
    let both = "apiVersion: v1\nkind: Service\nmetadata: {name: b, namespace: web}\n\
        spec: {selectr: {a: b}, ports: [{port: 80}]}\n";
    let workspace = Workspace::with(&[("a.yaml", object), ("b.yaml", both)]);
    let run = fix(&workspace, &["."]);
    assert_eq!(workspace.read("a.yaml"), object, "a number is no list of ports");
    assert_eq!(workspace.read("b.yaml"), both.replace("selectr", "selector"));
    assert_eq!((run.status, run.stderr.as_str()), (Some(1), "mended 1 of 2 findings in 1 file\n"));
    assert!(run.stdout.contains("--> ./a.yaml:5:3\n"), "{}", run.stdout);
}

#[test]
fn a_repair_that_brings_another_finding_is_not_made() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: web}\n\
        spec: {type: clusterip, selectr: {a: b}, ports: [{port: 80}]}\n";
    let kustomization = "resources: [service.yaml]\npatches:\n- target: {kind: Service}\n  \
        patch: |\n    - {op: test, path: /spec/type, value: clusterip}\n";
    let workspace = Workspace::with(&[("kustomization.yaml", kustomization), ("service.yaml", service)]);
    let run = fix(&workspace, &["."]);
    assert_eq!((run.status, run.stderr.as_str()), (Some(1), "mended 1 of 2 findings in 1 file\n"));
    assert_eq!(workspace.read("service.yaml"), service.replace("selectr", "selector"));
    assert!(run.stdout.contains("found the string `clusterip`"), "{}", run.stdout);
}

#[test]
fn what_the_server_writes_goes() {
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  creationTimestamp: \"2024-01-01T00:00:00Z\"\n  # of ours\n  name: a\n  \
        namespace: web\n  resourceVersion: \"123\"\n  managedFields:\n  - manager: kubectl\n    operation: Update\n  uid: 5d\ndata: {}\nstatus:\n  x: y\n";
    let workspace = Workspace::with(&[("a.yaml", object)]);
    let run = workspace.run(["validate", "--fix", "--profile", "strict", "--rules", "meta/", "a.yaml"]);
    assert_eq!((run.status, run.stdout.as_str()), (Some(0), ""), "{}", run.stderr);
    let expected =
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  # of ours\n  name: a\n  namespace: web\ndata: {}\n";
    assert_eq!(workspace.read("a.yaml"), expected);
}

#[test]
fn rendered_files_and_those_of_others_are_left_alone() {
    let workspace = Workspace::with(&[
        ("gitops/.stackgen/clusters/gke.json", "{}"),
        ("gitops/clusters/gke/web/deployment.yaml", DEPLOYMENT),
        ("elsewhere/base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("elsewhere/base/web.yaml", DEPLOYMENT),
        ("mine/over/kustomization.yaml", "resources: [../../elsewhere/base]\n"),
    ]);
    let before = workspace.files(".");
    let run = fix(&workspace, &["gitops"]);
    assert!(run.stderr.starts_with("note: 4 of these are in rendered files; "), "{}", run.stderr);
    let run = crate::support::stackgen_in(
        &workspace.path("mine"),
        ["validate", "--fix", "--rules", "schema/", "over"],
    );
    assert_eq!(run.run().stderr, "nothing can be mended without a decision\n");
    assert_eq!(workspace.files("."), before);
    let stderr = workspace.run(["validate", "--fix", "-"]).fails_with(2);
    assert!(stderr.starts_with("error: --fix cannot mend standard input\n"), "{stderr}");
}

#[test]
fn values_of_secrets_are_not_printed() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: web}\nstringdata: {password: hunter2}\n";
    let workspace = Workspace::with(&[("a.yaml", secret)]);
    let run = fix(&workspace, &["a.yaml", "--check"]);
    let shown = "# a.yaml would change; it has to do with Secrets and is not shown\n";
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), shown));
    fix(&workspace, &["a.yaml"]).is(0, "", "mended 1 of 1 findings in 1 file\n");
    assert_eq!(workspace.read("a.yaml"), secret.replace("stringdata", "stringData"));
}
