//! Revisions: what must not happen, whatever a repository holds and whenever a run ends.

use std::collections::BTreeMap;
use std::path::Path;

use super::revisions::{claim, fails, repository, run};
use crate::support::git::{Repository, git, has_git};
use crate::support::{Workspace, stackgen_in};

/// Every file below a folder with its content and time.
fn state(root: &Path) -> BTreeMap<String, (Vec<u8>, std::time::SystemTime)> {
    let entries = walkdir::WalkDir::new(root).into_iter().map(Result::unwrap);
    let state = |entry: walkdir::DirEntry| {
        let modified = entry.metadata().unwrap().modified().unwrap();
        (entry.path().display().to_string(), (std::fs::read(entry.path()).unwrap_or_default(), modified))
    };
    entries.map(state).collect()
}

/// A repository in which git would do things if it were let.
#[cfg(unix)]
fn trapped() -> (Repository, std::path::PathBuf) {
    use std::os::unix::fs::PermissionsExt;
    let repository = repository();
    let trace = repository.root().join(".git/trace");
    let program = repository.root().join(".git/program");
    std::fs::write(&program, format!("#!/bin/sh\necho \"$0\" >> '{}'\nexit 1\n", trace.display())).unwrap();
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    let program = program.to_str().unwrap().to_owned();
    repository.workspace.write(".gitattributes", "* filter=trap diff=trap\n");
    repository.workspace.write("base/empty.yaml", "");
    repository.commit("attributes");
    repository.workspace.write("base/later.yaml", "a: b\n");
    repository.git(&["add", "-N", "base/later.yaml"]);
    for setting in [
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "diff.external",
        "diff.trap.textconv",
        "diff.trap.command",
        "filter.trap.smudge",
        "filter.trap.clean",
        "filter.trap.process",
        "core.sshCommand",
        "core.askPass",
        "credential.helper",
    ] {
        repository.git(&["config", setting, &program]);
    }
    std::fs::remove_dir_all(repository.root().join(".git/hooks")).ok();
    std::fs::create_dir(repository.root().join(".git/hooks")).unwrap();
    for hook in
        ["post-index-change", "reference-transaction", "pre-commit", "post-checkout", "fsmonitor-watchman"]
    {
        std::os::unix::fs::symlink(&program, repository.root().join(".git/hooks").join(hook)).unwrap();
    }
    // What is on disk is older than the index says, which a refresh would write down.
    repository.workspace.write("base/claim.yaml", &claim(9));
    repository.workspace.write("base/empty.yaml", "");
    (repository, trace)
}

#[cfg(unix)]
#[test]
fn nothing_in_the_repository_changes_or_runs() {
    if !has_git("nothing_in_the_repository_changes_or_runs") {
        return;
    }
    let (repository, trace) = trapped();
    let before = state(repository.root());
    for against in ["HEAD", "HEAD~1...", "HEAD~1..:", ":", "main:base", "nothing", "HEAD...nothing", ":base"]
    {
        run(repository.root(), &["--against", against]);
        let after = state(repository.root());
        assert!(!trace.exists(), "{against}: {:?}", std::fs::read_to_string(&trace));
        assert!(before == after, "{against}");
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_is_killed_leaves_everything_as_it_was() {
    use std::time::Duration;
    if !has_git("a_run_that_is_killed_leaves_everything_as_it_was") {
        return;
    }
    let (repository, trace) = trapped();
    let before = state(repository.root());
    let mut is_interrupted = 0;
    for milliseconds in [0, 1, 2, 3, 5, 8, 12, 18, 25, 35, 50, 80] {
        let mut child = stackgen_in(repository.root(), ["validate", "--against", "HEAD~1..:"]).start();
        std::thread::sleep(Duration::from_millis(milliseconds));
        is_interrupted += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        // Its streams end when git, which has them too, is gone.
        child.wait_with_output().unwrap();
        assert!(before == state(repository.root()) && !trace.exists(), "after {milliseconds} ms");
    }
    assert!(is_interrupted >= 3, "only {is_interrupted} runs were still going");
}

#[test]
fn names_are_never_options() {
    if !has_git("names_are_never_options") {
        return;
    }
    let repository = repository();
    let root = repository.root();
    repository.git(&["update-ref", "refs/heads/-x", "HEAD"]);
    repository.git(&["update-ref", "refs/heads/--output=pwned", "HEAD"]);
    repository.workspace.write("base/claim.yaml", &claim(7));
    for name in ["-x", "--output=pwned", "heads/-x", "-x...", "-x..:", "...-x"] {
        let argument = format!("--against={name}");
        let run = run(root, &[&argument]);
        assert!(matches!(run.status, Some(0 | 1)), "{name}: {}", run.stderr);
        let is_named = run.stdout.contains(" ::: -x:base/claim.yaml:");
        assert_eq!(is_named, name == "-x", "{name}: {}", run.stdout);
    }
    for name in [
        "-y",
        "--help",
        "--all",
        "--git-dir=/tmp",
        "$(touch pwned)",
        "`touch pwned`",
        "a;b",
        "a\nb",
        "HEAD\nHEAD",
    ] {
        let stderr = fails(root, &[&format!("--against={name}")]);
        assert!(stderr.starts_with("error: there is no revision `"), "{name}: {stderr}");
    }
    assert!(!root.join("pwned").exists());
}

#[test]
fn names_of_files_may_hold_anything() {
    if !has_git("names_of_files_may_hold_anything") {
        return;
    }
    let repository = Repository::new();
    let names = [
        "a b.yaml",
        "é😀.yaml",
        "new\nline.yaml",
        "tab\t.yaml",
        "\"quoted\".yaml",
        "-x.yaml",
        "main.yaml",
        ":.yaml",
    ];
    for (index, name) in names.iter().enumerate() {
        let object = claim(9).replace("name: data", &format!("name: data-{index}"));
        repository.workspace.write(&format!("fol der/{name}"), &object);
    }
    repository.commit("first");
    for (index, name) in names.iter().enumerate() {
        let object = claim(7).replace("name: data", &format!("name: data-{index}"));
        repository.workspace.write(&format!("fol der/{name}"), &object);
    }
    let stdout = run(repository.root(), &["fol der", "--against", "HEAD"]).stdout;
    assert!(stdout.ends_with(&format!("\n{} errors\n", names.len())), "{stdout}");
    assert!(stdout.contains(" ::: HEAD:fol der/new\\nline.yaml:4:40 "), "{stdout}");
    let folder = repository.root().join("fol der");
    let stdout = run(&folder, &[":.yaml", "--against", "HEAD:./:.yaml"]).stdout;
    assert!(stdout.ends_with("\n1 error\n"), "{stdout}");
}

#[test]
fn a_name_of_both_a_file_and_a_revision_is_asked_about() {
    if !has_git("a_name_of_both_a_file_and_a_revision_is_asked_about") {
        return;
    }
    let repository = repository();
    repository.workspace.write("main", &claim(20));
    repository.workspace.write("base/claim.yaml", &claim(7));
    let against = |name: &str| run(repository.root(), &["base", "--against", name]);
    let stderr = against("main").fails_with(2);
    let expected = "error: `main` is both a file or folder and a revision\n\
        hint: write `./main` for the file or folder\nhint: write `main^{}` for the revision\n";
    assert_eq!(stderr, expected);
    assert!(against("./main").stdout.contains("`20Gi` cannot shrink"));
    assert!(against("main^{}").stdout.contains("`9Gi` cannot shrink"));
    repository.workspace.write("old.yaml", &claim(30));
    assert!(against("old.yaml").stdout.contains("`30Gi` cannot shrink"));
}

#[test]
fn an_unknown_name_proposes_one() {
    if !has_git("an_unknown_name_proposes_one") {
        return;
    }
    let repository = repository();
    repository.git(&["branch", "release/1.2"]);
    let root = repository.root();
    let stderr = fails(root, &["--against", "relase/1.2"]);
    let expected = "error: there is no revision `relase/1.2`, and no such file or folder\n\
        hint: did you mean `release/1.2`?\n";
    assert_eq!(stderr, expected);
    assert!(fails(root, &["--against", "relase/1.2...main"]).contains("did you mean `release/1.2`?"));
    assert!(fails(root, &["--against", "main:bas"]).contains("did you mean `base`?"));
    assert!(fails(root, &["--against", "main~7"]).contains("`main` is there, but not what is asked of it"));
    assert!(fails(root, &["--against", ""]).starts_with("error: an empty text names"));
    let (_clone, clone) = repository.clone(&[]);
    let stderr = fails(&clone, &["--against", "release/1.2"]);
    assert!(stderr.contains("did you mean `origin/release/1.2`?"), "{stderr}");
    let empty = Repository::new();
    let stderr = fails(empty.root(), &["--against", "HEAD"]);
    assert!(stderr.contains("hint: nothing has been committed yet\n"), "{stderr}");
}

#[test]
fn histories_without_a_common_commit() {
    if !has_git("histories_without_a_common_commit") {
        return;
    }
    let repository = repository();
    repository.git(&["checkout", "-q", "--orphan", "other"]);
    repository.commit("other");
    let stderr = fails(repository.root(), &["--against", "main..."]);
    let expected = "error: `main` and `HEAD` have no commit in common\n\
        hint: compare them as they are: `main..HEAD`\n";
    assert_eq!(stderr, expected);
}

#[cfg(unix)]
#[test]
fn links_are_followed_inside_the_tree() {
    use std::os::unix::fs::symlink;
    if !has_git("links_are_followed_inside_the_tree") {
        return;
    }
    let outside = Workspace::with(&[("claim.yaml", &claim(20))]);
    let repository = Repository::with(&[
        ("real/claim.yaml", &claim(9)),
        ("app/kustomization.yaml", "resources: [link.yaml]\n"),
        ("by-folder/kustomization.yaml", "resources: [../folder]\n"),
        ("real/kustomization.yaml", "resources: [claim.yaml]\n"),
    ]);
    let root = repository.root();
    let link = |target: &Path, name: &str| {
        let _ = std::fs::remove_file(root.join(name));
        symlink(target, root.join(name)).unwrap();
    };
    link(Path::new("real"), "folder");
    link(Path::new("deeper/../../folder/claim.yaml"), "app/link.yaml");
    repository.workspace.write("app/deeper/file", "");
    repository.git(&["config", "core.symlinks", "true"]);
    repository.commit("links");
    repository.workspace.write("real/claim.yaml", &claim(7));
    for path in ["folder", "folder/claim.yaml", "by-folder", "app/link.yaml"] {
        let run = run(root, &[path, "--against", "HEAD"]);
        assert!(run.stdout.contains("`9Gi` cannot shrink to `7Gi`"), "{path}: {}", run.stderr);
        let shown = if path.ends_with("yaml") { path } else { "real/claim.yaml" };
        assert!(run.stdout.contains(&format!(" ::: HEAD:{shown}:4:40 ")), "{}", run.stdout);
    }
    for (target, reason) in [
        (outside.path("claim.yaml"), "it leads out of the repository"),
        ("../../../etc/passwd".into(), "it leads out of the repository"),
        ("link.yaml".into(), "is a circle of symbolic links"),
    ] {
        link(&target, "real/link.yaml");
        repository.workspace.write("real/kustomization.yaml", "resources: [claim.yaml, link.yaml]\n");
        repository.commit("link");
        repository.workspace.write("real/kustomization.yaml", "resources: [claim.yaml]\n");
        let stderr = fails(root, &["real", "--against", "HEAD"]);
        assert!(stderr.contains(reason) && stderr.contains("HEAD:real/kustomization.yaml:1:25"), "{stderr}");
        assert!(!stderr.contains("20Gi"));
    }
}

#[test]
fn files_whose_content_is_elsewhere_say_so() {
    if !has_git("files_whose_content_is_elsewhere_say_so") {
        return;
    }
    let inner =
        Repository::with(&[("claim.yaml", &claim(9)), ("kustomization.yaml", "resources: [claim.yaml]\n")]);
    let repository = Repository::with(&[
        ("app/kustomization.yaml", "resources: [../vendored]\n"),
        ("lfs/claim.yaml", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"),
        ("crypt/claim.yaml", "\0GITCRYPT\0abc"),
    ]);
    repository.git(&["submodule", "add", "-q", &inner.url(), "vendored"]);
    repository.commit("submodule");
    let root = repository.root();
    for (path, reason) in [
        ("app", "cannot read `../vendored`: `HEAD:vendored` is a submodule: "),
        ("vendored/claim.yaml", "`HEAD:vendored` is a submodule: "),
        ("vendored", "`HEAD:vendored` is a submodule: "),
        ("lfs", "`HEAD:lfs/claim.yaml` is a Git LFS pointer; "),
        ("crypt", "`HEAD:crypt/claim.yaml` is encrypted with git-crypt; "),
    ] {
        let stderr = fails(root, &[path, "--against", "HEAD"]);
        assert!(stderr.contains(reason), "{path}: {stderr}");
    }
    // From inside it is a repository as any other.
    let inside = root.join("vendored");
    std::fs::write(inside.join("claim.yaml"), claim(7)).unwrap();
    let stdout = run(&inside, &[".", "--against", "HEAD"]).stdout;
    assert!(stdout.contains("`9Gi` cannot shrink to `7Gi`"), "{stdout}");
}

#[test]
fn a_conflict_is_told_only_of_files_that_are_read() {
    if !has_git("a_conflict_is_told_only_of_files_that_are_read") {
        return;
    }
    let repository = repository();
    repository.workspace.write("notes", "1");
    repository.commit("notes");
    repository.git(&["checkout", "-q", "-b", "other"]);
    repository.workspace.write("notes", "2");
    repository.commit("two");
    repository.git(&["checkout", "-q", "main"]);
    repository.workspace.write("notes", "3");
    repository.commit("three");
    let merge = ["merge", "-q", "other"];
    let output =
        std::process::Command::new("git").args(merge).current_dir(repository.root()).output().unwrap();
    assert!(!output.status.success());
    let run = run(repository.root(), &["base", "--against", "HEAD..:"]);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    let stderr = fails(repository.root(), &["notes", "--against", "HEAD..:"]);
    assert!(stderr.contains("`:notes` has conflicts; resolve them and `git add` it"), "{stderr}");
}

#[test]
fn without_git_paths_still_work() {
    let workspace = Workspace::with(&[("old.yaml", &claim(9)), ("new.yaml", &claim(7))]);
    let against = |name: &str| {
        stackgen_in(workspace.root(), ["validate", "new.yaml", "--rules", "diff/", "--against", name])
            .env("PATH", workspace.root().to_str().unwrap())
            .run()
    };
    assert!(against("old.yaml").stdout.contains("`9Gi` cannot shrink to `7Gi`"));
    let stderr = against("main").fails_with(2);
    assert!(stderr.contains("revisions are read with `git`, which is not in PATH"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn a_repository_of_somebody_else_is_not_trusted() {
    use crate::support::is_root;
    use std::os::unix::fs::PermissionsExt;
    let test = "a_repository_of_somebody_else_is_not_trusted";
    if !has_git(test) {
        return;
    }
    if !is_root() {
        return crate::support::skip(test, "a second user");
    }
    let repository = repository();
    let open = |path: &Path| std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
    open(repository.root());
    open(&repository.root().join(".git"));
    let command = ["validate", "--rules", "diff/", "--against", "HEAD"];
    let binary = stackgen_in(repository.root(), command).by_nobody().run();
    let stderr = binary.fails_with(2);
    assert!(
        stderr.contains("dubious ownership")
            && stderr.contains("run `git config --global --add safe.directory"),
        "{stderr}"
    );
}

#[test]
fn what_a_commit_lost_is_told() {
    if !has_git("what_a_commit_lost_is_told") {
        return;
    }
    let repository = repository();
    let blob = repository.git(&["rev-parse", "HEAD:base/claim.yaml"]);
    let (folder, file) = blob.trim().split_at(2);
    let object = repository.root().join(".git/objects").join(folder).join(file);
    std::fs::remove_file(object).unwrap();
    let stderr = fails(repository.root(), &["--against", "HEAD"]);
    assert!(stderr.contains("`HEAD:base/claim.yaml` is not in this repository; "), "{stderr}");
    git(repository.root(), &["rev-parse", "HEAD"]);
}
