//! The action and the hooks, as GitHub, pre-commit and prek run them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::Workspace;
use crate::support::git::{Repository, has_git};

const SERVICE: &str = "gitops/clusters/gke/grafana/service-grafana.yaml";

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder with a fresh tree.
fn rendered() -> Workspace {
    let workspace = Workspace::new();
    assert_eq!(workspace.run(["render"]).status, Some(0));
    workspace
}

/// The action's script, as the runner starts it.
fn action(workspace: &Workspace, command: &str) -> Output {
    action_with(workspace, command, &[])
}

fn action_with(workspace: &Workspace, command: &str, inputs: &[(&str, &str)]) -> Output {
    Command::new("bash")
        .arg(project().join(".github/action/run"))
        .current_dir(workspace.root())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("STACKGEN_BINARY", env!("CARGO_BIN_EXE_stackgen"))
        .env("STACKGEN_COMMAND", command)
        .env("STACKGEN_SARIF", "findings.sarif")
        .env("GITHUB_STEP_SUMMARY", workspace.path("summary"))
        .env("GITHUB_OUTPUT", workspace.path("output"))
        .envs(inputs.iter().copied())
        .output()
        .unwrap()
}

#[test]
fn the_action_passes_while_the_tree_is_fresh() {
    let workspace = rendered();
    let run = action(&workspace, "render-check");
    assert!(run.status.success(), "{run:?}");
    assert_eq!(workspace.read("output"), "exit-code=0\n");
    assert!(workspace.read("summary").contains("The tree is up to date."));
}

#[test]
fn the_action_fails_with_an_annotation_and_a_summary_when_a_file_is_missing() {
    let workspace = rendered();
    std::fs::remove_file(workspace.path(SERVICE)).unwrap();
    let run = action(&workspace, "render-check");
    assert_eq!(run.status.code(), Some(1));
    let log = String::from_utf8(run.stdout).unwrap();
    assert!(log.contains("\n::error title=stackgen render-check::The tree is not up to date"), "{log}");
    assert!(workspace.read("summary").contains(&format!("\n    missing  {SERVICE}\n")));
    assert_eq!(workspace.read("output"), "exit-code=1\n");
}

#[test]
fn what_stackgen_says_cannot_speak_to_the_runner() {
    let workspace = rendered();
    std::fs::remove_file(workspace.path(SERVICE)).unwrap();
    let log = String::from_utf8(action(&workspace, "render-check").stdout).unwrap();
    let (first, rest) = log.split_once('\n').unwrap();
    let token = first.strip_prefix("::stop-commands::").unwrap();
    let (said, after) = rest.split_once(&format!("::{token}::\n")).unwrap();
    assert!(said.contains(SERVICE) && after.starts_with("::error"), "{log}");
}

#[test]
fn the_action_validates_with_annotations_a_table_and_a_file_for_code_scanning() {
    let workspace = rendered();
    let run = action(&workspace, "all");
    assert!(run.status.success(), "{run:?}");
    assert!(workspace.read("summary").contains("Nothing is wrong."), "{}", workspace.read("summary"));
    let pod = "\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example.com/web:1.4.2
    envFrom: [{configMapRef: {name: settings}}]
";
    workspace.write("own/pod.yaml", pod);
    workspace.write("own/kustomization.yaml", "resources: [pod.yaml]\n");
    workspace.write("stackgen.yaml", "clusters: [{name: own, cloud: gke, overlay: own}]\n");
    let run = action(&workspace, "validate");
    let log = String::from_utf8(run.stdout).unwrap();
    assert_eq!(run.status.code(), Some(1), "{log}");
    assert!(
        log.contains("\n::error file=own/pod.yaml,line=8,col=37,endColumn=45,title=ref/configmap::"),
        "{log}"
    );
    assert!(
        workspace.read("summary").contains("\n| error | [ref/configmap]("),
        "{}",
        workspace.read("summary")
    );
    assert!(workspace.read("findings.sarif").contains("\"own/pod.yaml\""));
    assert!(workspace.read("output").ends_with("exit-code=1\n"));
}

#[test]
fn the_action_shows_what_a_pull_request_changes() {
    const REPLICAS: &str = "resources: [../overlays/gke]\npatches:\n- patch: |\n    {apiVersion: apps/v1, kind: StatefulSet, \
                            metadata: {name: prometheus, namespace: monitoring}, spec: {replicas: 2}}\n";
    if !has_git("the_action_shows_what_a_pull_request_changes") {
        return;
    }
    let repository = Repository::with(&[
        ("own/kustomization.yaml", REPLICAS),
        ("stackgen.yaml", "clusters: [{name: own, cloud: gke, overlay: own}]\n"),
    ]);
    let workspace = &repository.workspace;
    let run = action(workspace, "diff");
    assert!(run.status.success(), "{run:?}");
    assert!(
        String::from_utf8(run.stdout).unwrap().contains("::notice title=stackgen diff::There is nothing")
    );
    repository.git(&["checkout", "-q", "-b", "topic"]);
    workspace.write("own/kustomization.yaml", &REPLICAS.replace("replicas: 2", "replicas: 4"));
    repository.commit("more of them");
    repository.git(&["checkout", "-q", "main"]);
    repository.git(&["merge", "-q", "--no-ff", "-m", "as a pull request", "topic"]);
    let run = action(workspace, "diff");
    let log = String::from_utf8(run.stdout).unwrap();
    assert_eq!(run.status.code(), Some(0), "{log}");
    assert!(log.contains("own/kustomization.yaml:4"), "{log}");
    let summary = workspace.read("summary");
    assert!(summary.contains("### stackgen diff") && summary.contains("replicas"), "{summary}");
    // Text of a pull request is never a command of the runner.
    let run = action_with(workspace, "diff", &[("STACKGEN_FAIL_ON", "never; true")]);
    assert_eq!(run.status.code(), Some(2));
    let run = action_with(workspace, "diff", &[("STACKGEN_BASE", "--help; $(touch spoiled)")]);
    assert_eq!(run.status.code(), Some(2));
    assert!(!workspace.path("spoiled").exists());
}

#[test]
fn the_action_refuses_commands_that_it_does_not_know() {
    let run = action(&Workspace::new(), "render-check; true");
    assert_eq!(run.status.code(), Some(2));
}

/// A program of the Python registry, if the environment names the folder that holds it.
#[expect(clippy::print_stderr, reason = "who skips says so")]
fn hook_runner(name: &str) -> Option<PathBuf> {
    let program = std::env::var_os("STACKGEN_HOOK_RUNNERS").map(|folder| Path::new(&folder).join(name));
    if program.is_none() {
        let is_required = std::env::var_os("STACKGEN_REQUIRE_TOOLS").is_some();
        assert!(!is_required, "{name} is required: set STACKGEN_HOOK_RUNNERS to the folder that holds it");
        eprintln!("SKIPPED: {name} is not there; set STACKGEN_HOOK_RUNNERS to the folder that holds it");
    }
    program
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let run = Command::new("git")
        .args(["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(run.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap().trim().to_owned()
}

/// A repository that holds our hooks, and the revision of it.
fn hooks() -> (Workspace, String) {
    let hooks = std::fs::read_to_string(project().join(".pre-commit-hooks.yaml")).unwrap();
    let repository = Workspace::with(&[(".pre-commit-hooks.yaml", &hooks)]);
    git(repository.root(), &["init", "-q"]);
    git(repository.root(), &["add", "-A"]);
    git(repository.root(), &["commit", "-qm", "hooks"]);
    let revision = git(repository.root(), &["rev-parse", "HEAD"]);
    (repository, revision)
}

/// Runs the hook in a repository whose rendered tree is committed, and again after a commit that only deletes a file.
fn runs_hook(name: &str) {
    let Some(program) = hook_runner(name) else { return };
    let (repository, revision) = hooks();
    let workspace = rendered();
    let url = repository.root().display();
    let config = format!(
        "repos:\n- repo: {url}\n  rev: {revision}\n  hooks:\n  - id: stackgen-render-check-system\n  - id: stackgen-validate-system\n  \
         - id: stackgen-diff-system\n"
    );
    workspace.write(".pre-commit-config.yaml", &config);
    git(workspace.root(), &["init", "-q"]);
    git(workspace.root(), &["add", "-A"]);
    git(workspace.root(), &["commit", "-qm", "tree"]);
    let run = || {
        let binary = Path::new(env!("CARGO_BIN_EXE_stackgen")).parent().unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths([binary.to_owned()].into_iter().chain(std::env::split_paths(&path)));
        let mut command = Command::new(&program);
        command.arg("run").current_dir(workspace.root()).env("PATH", path.unwrap());
        command.env("PRE_COMMIT_HOME", repository.path("home")).env("PREK_HOME", repository.path("home"));
        command.output().unwrap()
    };
    let fresh = run();
    assert!(fresh.status.success(), "{fresh:?}");
    git(workspace.root(), &["rm", "-q", SERVICE]);
    let stale = run();
    let said = String::from_utf8_lossy(&stale.stdout);
    assert!(!stale.status.success() && said.contains(&format!("missing  {SERVICE}")), "{said}");
    // What destroys data stops a commit, and is shown.
    let retention = "patches:\n- patch: |\n    {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: prometheus, \
                     namespace: monitoring}, spec: {template: {spec: {containers: [{name: prometheus, env: \
                     [{name: RETENTION_TIME, value: 15d}]}]}}}}\n";
    workspace.write("own/kustomization.yaml", &format!("resources: [../overlays/gke]\n{retention}"));
    workspace.write("stackgen.yaml", "clusters: [{name: gke, cloud: gke, overlay: own}]\n");
    git(workspace.root(), &["add", "-A"]);
    let cut = run();
    let said = String::from_utf8_lossy(&cut.stdout);
    assert!(!cut.status.success() && said.contains("data/retention-cut"), "{said}");
}

#[test]
fn pre_commit_runs_the_hook_even_when_files_are_only_deleted() {
    runs_hook("pre-commit");
}

#[test]
fn prek_runs_the_hook_even_when_files_are_only_deleted() {
    runs_hook("prek");
}
