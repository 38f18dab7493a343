//! `stackgen build`: where output goes, and what is said when it fails.

use crate::support::Workspace;

const KUSTOMIZATION: &str = "resources:\n- objects.yaml\n";
const OBJECTS: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata: {x: y}\n---\n\
    apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: b\nrules: []\n";
const BUILT: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: b\nrules: []\n\
    ---\napiVersion: v1\ndata:\n  x: \"y\"\nkind: ConfigMap\nmetadata:\n  name: a\n";

fn workspace() -> Workspace {
    Workspace::with(&[("app/kustomization.yaml", KUSTOMIZATION), ("app/objects.yaml", OBJECTS)])
}

#[test]
fn writes_the_objects_to_stdout() {
    workspace().run(["build", "app"]).is(0, BUILT, "");
    workspace().run(["-C", "app", "build"]).is(0, BUILT, "");
}

#[test]
fn writes_to_a_file() {
    let workspace = workspace();
    workspace.write("out.yaml", "old");
    workspace.run(["build", "app", "-o", "out.yaml"]).is(0, "", "");
    assert_eq!(workspace.read("out.yaml"), BUILT);
    let names: Vec<String> = workspace.files("").into_keys().collect();
    assert_eq!(names, ["app/kustomization.yaml", "app/objects.yaml", "out.yaml"]);
}

#[test]
fn writes_one_file_for_each_object_into_a_folder() {
    let workspace = workspace();
    workspace.write("out/mine.txt", "stays");
    workspace.run(["build", "app", "--output", "out"]).is(0, "", "");
    let names: Vec<String> = workspace.files("out").into_keys().collect();
    let role = "rbac.authorization.k8s.io_v1_clusterrole_b.yaml";
    assert_eq!(names, ["mine.txt", role, "v1_configmap_a.yaml"]);
}

#[test]
fn objects_that_would_share_a_file_are_an_error_and_nothing_is_written() {
    let workspace = workspace();
    workspace.write("out/mine.txt", "stays");
    let twin = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: ";
    workspace.write("app/objects.yaml", &format!("{twin}Foo\n---\n{twin}foo\n"));
    let stderr = workspace.run(["build", "app", "-o", "out"]).fails_with(2);
    assert!(stderr.starts_with("error: two objects would be written to `rbac"), "{stderr}");
    assert_eq!(workspace.files("out").len(), 1);
}

#[cfg(unix)]
#[test]
fn follows_no_symbolic_link_out_of_the_folder() {
    let workspace = workspace();
    workspace.write("victim", "intact");
    workspace.write("out/mine.txt", "");
    std::os::unix::fs::symlink(workspace.path("victim"), workspace.path("out/v1_configmap_a.yaml")).unwrap();
    let stderr = workspace.run(["build", "app", "-o", "out"]).fails_with(2);
    let expected = "error: a symbolic link is where a file is to be written\n --> out/v1_configmap_a.yaml\n\
        hint: remove the link\n";
    assert_eq!(stderr, expected);
    assert_eq!(workspace.read("victim"), "intact");
}

#[test]
fn an_error_has_place_excerpt_and_hint_and_stdout_stays_empty() {
    let workspace = workspace();
    workspace.write("app/kustomization.yaml", "resources:\n- objects.yaml\nnamePrefx: x-\n");
    let stderr = workspace.run(["build", "app"]).fails_with(2);
    let expected = "error: unknown field `namePrefx`\n --> app/kustomization.yaml:3:1\n  |\n\
        3 | namePrefx: x-\n  | ^^^^^^^^^\nhint: did you mean `namePrefix`?\n";
    assert_eq!(stderr, expected);
}

#[test]
fn accepts_the_flags_of_kustomize() {
    let workspace = workspace();
    let flags =
        ["build", "app", "--reorder", "none", "--enable-helm=true", "--helm-command", "helm3", "-e", "A=b"];
    let stdout = workspace.run(flags).quiet_success();
    assert!(stdout.starts_with("apiVersion: v1\n"), "{stdout}");
    workspace.run(["build", "app", "--load-restrictor", "LoadRestrictionsNone"]).is(0, BUILT, "");
    workspace.run(["build", "app", "--load-restrictor=none"]).is(0, BUILT, "");
    workspace.run(["build", "app", "--load-restrictor=some"]).fails_with(2);
    workspace
        .run(["build", "app", "--enable-managedby-label=false", "-o", "/x", "-o", "/dev/stdout"])
        .is(0, BUILT, "");
    let labelled = workspace.run(["build", "app", "--enable-managedby-label"]).quiet_success();
    assert!(labelled.contains("app.kubernetes.io/managed-by: kustomize-"), "{labelled}");
    let by_environment = workspace
        .stackgen(["build", "app"])
        .env("KUSTOMIZE_ENABLE_MANAGEDBY_LABEL", "on")
        .run()
        .quiet_success();
    assert_eq!(by_environment, labelled);
}

#[test]
fn warnings_can_be_silenced() {
    let workspace = workspace();
    workspace.write("app/kustomization.yaml", "resources:\n- objects.yaml\ncommonLabels: {a: b}\n");
    let run = workspace.run(["build", "app"]);
    assert!(run.stderr.starts_with("warning: "), "{}", run.stderr);
    workspace.run(["-q", "build", "app"]).quiet_success();
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_quiet() {
    use std::process::{Command, Stdio};
    let workspace = workspace();
    let mut child = Command::new(env!("CARGO_BIN_EXE_stackgen"))
        .args(["build", "app"])
        .current_dir(workspace.root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

/// Shells report 130 for that, and stop what they were doing; a run that exited with 130 by itself would not stop them.
///
/// Whoever runs the tests in the background makes them, and what they start, deaf to interrupts.
#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_ends_a_run_at_once() {
    use std::io::Read as _;
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::{Command, Stdio};
    const INTERRUPT: i32 = 2;
    let workspace = workspace();
    let long = "x".repeat(4 << 20);
    let object = format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  long: {long}\n");
    workspace.write("app/objects.yaml", &object);
    let mut child = Command::new("env")
        .args(["--default-signal=INT", env!("CARGO_BIN_EXE_stackgen"), "build", "app"])
        .current_dir(workspace.root())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // It has begun to write, and waits for a reader of the rest.
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0]).unwrap();
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(INTERRUPT), "{status}");
}
