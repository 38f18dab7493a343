//! Revisions in every kind of repository, by what `validate --against` says of a claim that shrinks.

use std::path::Path;

use crate::support::git::{Repository, git, has_git};
use crate::support::{Run, Workspace, stackgen_in};

const KUSTOMIZATION: &str = "resources:\n- claim.yaml\n";

/// A claim of so many Gi.
pub(super) fn claim(size: u32) -> String {
    format!(
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: data, namespace: web}}\n\
         spec: {{resources: {{requests: {{storage: {size}Gi}}}}}}\n"
    )
}

/// A stack with a claim of 9 Gi, committed.
pub(super) fn repository() -> Repository {
    Repository::with(&[
        ("base/claim.yaml", &claim(9)),
        ("base/kustomization.yaml", KUSTOMIZATION),
        ("overlays/aks/kustomization.yaml", "resources: [../../base]\n"),
        ("overlays/gke/kustomization.yaml", "resources: [../../base]\n"),
        ("overlays/eks/kustomization.yaml", "resources: [../../base]\n"),
    ])
}

/// Commits another size.
fn resize(repository: &Repository, size: u32) -> String {
    repository.workspace.write("base/claim.yaml", &claim(size));
    repository.commit(&format!("size {size}"))
}

pub(super) fn run(folder: &Path, arguments: &[&str]) -> Run {
    stackgen_in(folder, [&["validate", "--rules", "diff/"], arguments].concat()).run()
}

/// What the claim was and what it is, if it shrinks.
#[track_caller]
fn shrinks(folder: &Path, arguments: &[&str]) -> Option<(u32, u32)> {
    let run = run(folder, arguments);
    assert!(matches!((run.status, run.stderr.as_str()), (Some(0 | 1), "")), "{arguments:?}: {}", run.stderr);
    let sizes: Vec<u32> = run
        .stdout
        .lines()
        .next()?
        .split("Gi`")
        .filter_map(|part| part.split('`').next_back()?.parse().ok())
        .collect();
    Some((sizes[0], sizes[1]))
}

#[track_caller]
pub(super) fn fails(folder: &Path, arguments: &[&str]) -> String {
    run(folder, arguments).fails_with(2)
}

/// The command in the hint that begins so.
fn hinted(stderr: &str, hint: &str) -> Vec<String> {
    let hint =
        stderr.split("hint: ").find(|text| text.starts_with(hint)).unwrap_or_else(|| panic!("{stderr}"));
    let command = hint.split('`').nth(1).unwrap();
    command.split(' ').skip(1).map(|word| word.trim_matches('\'').to_owned()).collect()
}

#[test]
fn a_branch_is_held_against_where_it_left() {
    if !has_git("a_branch_is_held_against_where_it_left") {
        return;
    }
    let repository = repository();
    repository.git(&["checkout", "-q", "-b", "feature"]);
    resize(&repository, 7);
    repository.git(&["checkout", "-q", "main"]);
    resize(&repository, 20);
    repository.git(&["checkout", "-q", "feature"]);
    let root = repository.root();
    assert_eq!(shrinks(root, &["--against", "main"]), Some((20, 7)));
    assert_eq!(shrinks(root, &["--against", "main..."]), Some((9, 7)));
    assert_eq!(shrinks(root, &["--against", "main...feature"]), Some((9, 7)));
    assert_eq!(shrinks(root, &["--against", "main..feature"]), Some((20, 7)));
    assert_eq!(shrinks(root, &["--against", "feature..main"]), None);
    assert_eq!(shrinks(root, &["--against", "feature...main"]), None);
    assert_eq!(shrinks(root, &["--against", "main:base", "base"]), Some((20, 7)));
    assert_eq!(shrinks(root, &["--against", "HEAD^{/first}"]), Some((9, 7)));
    repository.workspace.write("base/claim.yaml", &claim(5));
    assert_eq!(shrinks(root, &["--against", "main..."]), Some((9, 5)));
    assert_eq!(shrinks(root, &["--against", "main...feature"]), Some((9, 7)));
    assert_eq!(shrinks(root, &["--against", "HEAD"]), Some((7, 5)));
}

#[test]
fn both_sides_say_where_they_are() {
    if !has_git("both_sides_say_where_they_are") {
        return;
    }
    let repository = repository();
    let first = repository.git(&["rev-parse", "HEAD"]);
    resize(&repository, 7);
    let one = run(repository.root(), &["--against", "main~1"]).stdout;
    assert!(
        one.contains(" --> base/claim.yaml:4:40\n") && one.contains(" ::: main~1:base/claim.yaml:4:40 "),
        "{one}"
    );
    let base = run(repository.root(), &["--against", "main~1...HEAD"]).stdout;
    let was = format!(" ::: {}:base/claim.yaml:4:40 ", &first[..12]);
    assert!(base.contains(" --> HEAD:base/claim.yaml:4:40\n") && base.contains(&was), "{base}");
}

#[test]
fn a_value_of_the_settings_is_where_a_change_comes_from() {
    if !has_git("a_value_of_the_settings_is_where_a_change_comes_from") {
        return;
    }
    let settings = |memory: &str| {
        format!("clusters:\n- name: gke\n  cloud: gke\n  values:\n    prometheus_memory: {memory}\n")
    };
    let repository = Repository::with(&[("stackgen.yaml", &settings("4Gi"))]);
    repository.workspace.write("stackgen.yaml", &settings("8Gi"));
    let run = repository.workspace.run(["diff", "--from", "HEAD"]);
    let expected = "resources.limits.memory  4Gi -> 8Gi\n        stackgen.yaml:5, was HEAD:stackgen.yaml:5\n";
    assert!(run.stdout.contains(expected), "{}{}", run.stdout, run.stderr);
    let template = repository.workspace.run(["diff", "gke", "--from", "HEAD", "--to", "HEAD"]);
    assert_eq!((template.status, template.stdout.as_str()), (Some(0), ""), "{}", template.stderr);
}

#[test]
fn reports_for_a_checkout_name_its_files() {
    if !has_git("reports_for_a_checkout_name_its_files") {
        return;
    }
    let repository = repository();
    resize(&repository, 7);
    let report = |format: &str| run(repository.root(), &["--against", "HEAD~1..HEAD", "-o", format]).stdout;
    assert!(
        report("github").starts_with("::error file=base/claim.yaml,line=4,col=40,"),
        "{}",
        report("github")
    );
    let sarif: serde_json::Value = serde_json::from_str(&report("sarif")).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    for location in [&result["locations"][0], &result["relatedLocations"][0]] {
        assert_eq!(location["physicalLocation"]["artifactLocation"]["uri"], "base/claim.yaml");
    }
    let json: serde_json::Value = serde_json::from_str(&report("json")).unwrap();
    assert_eq!(json["findings"][0]["file"], "HEAD:base/claim.yaml");
    assert_eq!(json["findings"][0]["related"][0]["file"], "HEAD~1:base/claim.yaml");
}

#[test]
fn what_is_staged_is_a_state() {
    if !has_git("what_is_staged_is_a_state") {
        return;
    }
    let repository = repository();
    repository.workspace.write("base/claim.yaml", &claim(7));
    repository.git(&["add", "-A"]);
    repository.workspace.write("base/claim.yaml", &claim(5));
    let root = repository.root();
    assert_eq!(shrinks(root, &["--against", "HEAD"]), Some((9, 5)));
    assert_eq!(shrinks(root, &["--against", "HEAD..:"]), Some((9, 7)));
    assert_eq!(shrinks(root, &["--against", ":"]), Some((7, 5)));
    assert_eq!(shrinks(root, &["--against", ":base", "base"]), Some((7, 5)));
    // As in a hook of `git commit -a`, which stages into a file of its own.
    let other = root.join("other-index");
    std::fs::copy(root.join(".git/index"), &other).unwrap();
    repository.git(&["reset", "-q"]);
    assert_eq!(shrinks(root, &["--against", "HEAD..:"]), None);
    let staged = stackgen_in(root, ["validate", "--rules", "diff/", "--against", "HEAD..:"])
        .env("GIT_INDEX_FILE", "other-index")
        .run();
    assert!(staged.stdout.contains("`9Gi` cannot shrink to `7Gi`"), "{}", staged.stderr);
}

#[test]
fn what_is_only_meant_to_be_added_is_not_staged() {
    if !has_git("what_is_only_meant_to_be_added_is_not_staged") {
        return;
    }
    let repository = repository();
    repository.workspace.write("base/empty.yaml", "");
    repository.git(&["add", "-A"]);
    repository.workspace.write("base/later.yaml", &claim(1));
    repository.git(&["add", "-N", "base/later.yaml"]);
    repository.workspace.write("base/kustomization.yaml", "resources: [claim.yaml, later.yaml]\n");
    repository.git(&["add", "base/kustomization.yaml"]);
    let stderr = fails(repository.root(), &["--against", "HEAD..:"]);
    assert!(
        stderr.starts_with("error: `later.yaml` does not exist\n --> :base/kustomization.yaml:1:25\n"),
        "{stderr}"
    );
    repository.workspace.write("base/kustomization.yaml", "resources: [claim.yaml]\n");
    repository.git(&["add", "base/kustomization.yaml"]);
    assert_eq!(shrinks(repository.root(), &["--against", "HEAD..:"]), None);
}

#[test]
fn a_shallow_clone_says_what_to_fetch() {
    if !has_git("a_shallow_clone_says_what_to_fetch") {
        return;
    }
    let repository = repository();
    repository.git(&["checkout", "-q", "-b", "feature"]);
    resize(&repository, 7);
    repository.git(&["checkout", "-q", "main"]);
    resize(&repository, 20);
    let (_clone, root) = repository.clone(&["--depth", "1", "--branch", "feature"]);
    let stderr = fails(&root, &["--against", "origin/main..."]);
    let expected = "error: there is no revision `origin/main` in this clone, which is shallow\n";
    assert!(
        stderr.starts_with(expected) && stderr.contains("`fetch-depth: 0` for `actions/checkout`"),
        "{stderr}"
    );
    assert!(fails(&root, &["--against", "HEAD~1"]).contains("which is shallow"));

    git(&root, &["fetch", "-q", "--depth=1", "origin", "+refs/heads/*:refs/remotes/origin/*"]);
    let stderr = fails(&root, &["--against", "origin/main..."]);
    let expected = "error: this clone is shallow: its history ends before `origin/main` and `HEAD` meet\n";
    assert!(stderr.starts_with(expected), "{stderr}");
    assert_eq!(shrinks(&root, &["--against", "origin/main"]), Some((20, 7)));

    let deepen = hinted(&stderr, "bring more of it");
    git(&root, &deepen.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(shrinks(&root, &["--against", "origin/main..."]), Some((9, 7)));
}

#[test]
fn what_a_hint_says_makes_a_shallow_clone_whole() {
    if !has_git("what_a_hint_says_makes_a_shallow_clone_whole") {
        return;
    }
    let repository = repository();
    repository.git(&["checkout", "-q", "-b", "feature"]);
    resize(&repository, 7);
    let (_clone, root) = repository.clone(&["--depth", "1", "--branch", "feature"]);
    let whole = hinted(&fails(&root, &["--against", "origin/main..."]), "bring all of it");
    git(&root, &whole.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(shrinks(&root, &["--against", "origin/main..."]), Some((9, 7)));
}

#[test]
fn a_partial_clone_fetches_nothing_by_itself() {
    if !has_git("a_partial_clone_fetches_nothing_by_itself") {
        return;
    }
    let repository = repository();
    resize(&repository, 7);
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    for filter in ["--filter=blob:none", "--filter=tree:0"] {
        let (_clone, root) = repository.clone(&[filter]);
        let stderr = fails(&root, &["--against", "HEAD~1"]);
        let whole = stderr.split('`').find(|text| text.starts_with("git fetch"));
        let whole = whole.unwrap_or_else(|| panic!("{stderr}"));
        git(&root, &whole.split(' ').skip(1).collect::<Vec<_>>());
        assert_eq!(shrinks(&root, &["--against", "HEAD~1"]), Some((9, 7)), "{filter}");
    }
}

#[test]
fn every_kind_of_repository() {
    if !has_git("every_kind_of_repository") {
        return;
    }
    let repository = repository();
    let first = repository.git(&["rev-parse", "HEAD"]);
    resize(&repository, 7);
    let root = repository.root();
    repository.git(&["checkout", "-q", "--detach"]);
    assert_eq!(shrinks(root, &["--against", "HEAD~1"]), Some((9, 7)));
    assert_eq!(shrinks(root, &["--against", first.trim()]), Some((9, 7)));
    assert_eq!(shrinks(root, &["--against", &first[..10]]), Some((9, 7)));

    let (bare, folder) = repository.clone(&["--bare"]);
    assert_eq!(shrinks(&folder, &["--against", "main~1..main"]), Some((9, 7)));
    let work_tree = bare.path("elsewhere");
    git(&folder, &["worktree", "add", "-q", work_tree.to_str().unwrap(), "main"]);
    assert_eq!(shrinks(&work_tree, &["--against", "main~1"]), Some((9, 7)));
    std::fs::write(work_tree.join("base/claim.yaml"), claim(3)).unwrap();
    git(&work_tree, &["add", "-A"]);
    assert_eq!(shrinks(&work_tree, &["--against", "main..:"]), Some((7, 3)));

    // With nothing but what the environment says.
    let away = Workspace::new();
    let run = stackgen_in(away.root(), ["validate", "--rules", "diff/", "--against", "main~1..main"])
        .env("GIT_DIR", folder.to_str().unwrap())
        .run();
    assert!(run.stdout.contains("`9Gi` cannot shrink to `7Gi`"), "{}", run.stderr);
    assert!(fails(away.root(), &["--against", "main"]).contains("git: not a git repository"));
}

#[test]
fn a_repository_with_long_hashes() {
    if !has_git("a_repository_with_long_hashes") {
        return;
    }
    let workspace = Workspace::new();
    git(workspace.root(), &["init", "-q", "--object-format=sha256"]);
    let repository = Repository { workspace };
    repository.workspace.write("claim.yaml", &claim(9));
    let first = repository.commit("first");
    repository.workspace.write("claim.yaml", &claim(7));
    assert_eq!(first.len(), 64);
    assert_eq!(shrinks(repository.root(), &["claim.yaml", "--against", &first]), Some((9, 7)));
    repository.workspace.write("empty.yaml", "");
    repository.workspace.write("later.yaml", &claim(1));
    repository.git(&["add", "claim.yaml", "empty.yaml"]);
    repository.git(&["add", "-N", "later.yaml"]);
    assert_eq!(shrinks(repository.root(), &[".", "--against", "HEAD..:"]), Some((9, 7)));
}

#[test]
fn paths_are_those_of_the_working_directory() {
    if !has_git("paths_are_those_of_the_working_directory") {
        return;
    }
    let repository = repository();
    repository.workspace.write("base/claim.yaml", &claim(7));
    let root = repository.root().canonicalize().unwrap();
    let base = root.join("base");
    for (folder, path) in [
        (&root, "base/claim.yaml"),
        (&root, "base"),
        (&root, "./base/../base"),
        (&root, "overlays/gke"),
        (&base, "claim.yaml"),
        (&base, "."),
        (&base, "../base"),
        (&base, root.join("base/claim.yaml").to_str().unwrap()),
    ] {
        assert_eq!(shrinks(folder, &[path, "--against", "HEAD"]), Some((9, 7)), "{path}");
    }
    assert_eq!(shrinks(&base, &[".", "--against", "HEAD:base"]), Some((9, 7)));
    assert_eq!(shrinks(&base, &[".", "--against", "HEAD:./"]), Some((9, 7)));
    assert_eq!(shrinks(&base, &["claim.yaml", "--against", "HEAD:../base/claim.yaml"]), Some((9, 7)));
    let stderr = fails(&base, &["claim.yaml", "--against", "HEAD:claim.yaml"]);
    assert!(stderr.contains("hint: from the working directory it is `./claim.yaml`\n"), "{stderr}");

    // What is new was not there; what is elsewhere was not, either.
    std::fs::write(root.join("base/new.yaml"), claim(1)).unwrap();
    assert_eq!(shrinks(&root, &["base/new.yaml", "--against", "HEAD"]), None);
    let outside = Workspace::with(&[("claim.yaml", &claim(1))]);
    let stderr = fails(&root, &[outside.path("claim.yaml").to_str().unwrap(), "--against", "HEAD"]);
    assert!(stderr.contains("has no earlier state in `HEAD:`"), "{stderr}");
    let stderr = fails(&root, &["-", "--against", "HEAD"]);
    assert!(stderr.starts_with("error: standard input has no earlier state in `HEAD:`\n"), "{stderr}");
}

#[test]
fn the_stack_is_seen_from_its_folder() {
    if !has_git("the_stack_is_seen_from_its_folder") {
        return;
    }
    let repository = Repository::with(&[
        ("platform/monitoring/overlays/gke/kustomization.yaml", "resources: [../../../shared]\n"),
        ("platform/shared/kustomization.yaml", KUSTOMIZATION),
        ("platform/shared/claim.yaml", &claim(9)),
        ("platform/monitoring/stackgen.yaml", "clusters: [{name: one, cloud: gke}]\n"),
        ("overlays/gke/kustomization.yaml", "resources: [nothing.yaml]\n"),
    ]);
    repository.workspace.write("platform/shared/claim.yaml", &claim(7));
    let folder = repository.root().join("platform/monitoring");
    let stdout = run(&folder, &["--against", "main"]).stdout;
    assert!(stdout.contains(" ::: main:platform/shared/claim.yaml:4:40 "), "{stdout}");
}

#[test]
fn a_rendered_tree_of_a_revision_is_what_clusters_were() {
    if !has_git("a_rendered_tree_of_a_revision_is_what_clusters_were") {
        return;
    }
    let repository = Repository::with(&[
        ("gitops/.stackgen/clusters/aks.json", "{}"),
        ("gitops/.stackgen/clusters/gke.json", "{}"),
        ("gitops/clusters/aks/web/claim.yaml", &claim(9)),
        ("gitops/clusters/gke/web/claim.yaml", &claim(20)),
        ("base/claim.yaml", &claim(7)),
        ("base/kustomization.yaml", KUSTOMIZATION),
        ("overlays/aks/kustomization.yaml", "resources: [../../base]\n"),
        ("overlays/gke/kustomization.yaml", "resources: [../../base]\n"),
        ("stackgen.yaml", "clusters: [{name: aks, cloud: aks}, {name: gke, cloud: gke}]\n"),
    ]);
    for against in ["gitops", "main:gitops"] {
        let stdout = run(repository.root(), &["--against", against]).stdout;
        assert!(stdout.contains("`9Gi` cannot shrink to `7Gi`"), "{stdout}");
        assert!(stdout.contains("`20Gi` cannot shrink to `7Gi`"), "{stdout}");
        assert!(stdout.ends_with("\n2 errors\n"), "{stdout}");
    }
    std::fs::remove_dir_all(repository.root().join("gitops/clusters/aks")).unwrap();
    let stdout = run(repository.root(), &["--against", "gitops"]).stdout;
    assert!(stdout.contains("`20Gi`") && stdout.ends_with("\n1 error\n"), "{stdout}");
}
