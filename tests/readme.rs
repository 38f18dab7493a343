//! The commands of README.md run, in the order in which they stand there.

use std::fs;
use std::path::Path;

use crate::support::Workspace;

/// The command lines of the README's shell blocks, without comments, as `stackgen` is called in them.
fn commands() -> Vec<Vec<String>> {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    readme
        .split("```sh\n")
        .skip(1)
        .flat_map(|block| block.split("```").next().unwrap().lines())
        .map(|line| line.split(" #").next().unwrap().replace("cargo run --release --", "stackgen"))
        .filter_map(|line| line.trim().strip_prefix("stackgen ").map(str::to_owned))
        .map(|line| line.split_whitespace().map(str::to_owned).collect())
        .collect()
}

/// A folder with our own stack, as a clone has them.
fn checkout() -> Workspace {
    let workspace = Workspace::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["base", "components", "overlays", "templates"] {
        for entry in walkdir::WalkDir::new(root.join(folder)).into_iter().map(Result::unwrap) {
            if entry.file_type().is_file() {
                let path = entry.path().strip_prefix(root).unwrap();
                workspace.write(path.to_str().unwrap(), &fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    workspace
}

#[test]
fn the_commands_of_the_readme_run() {
    let workspace = checkout();
    let commands = commands();
    assert!(commands.len() >= 5, "{commands:?}");
    for command in commands {
        let run = workspace.run(&command);
        assert_eq!(run.status, Some(0), "{command:?}: {}", run.stderr);
    }
}

#[test]
fn the_main_command_works_in_an_empty_folder() {
    let workspace = Workspace::new();
    let run = workspace.run(["render", "--cloud", "gke"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(workspace.files("gitops").len() > 50);
}

/// The lines of the README's example of a session, without the command.
fn transcript() -> String {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, rest) = readme.split_once("$ stackgen diff\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_readme_shows_what_a_real_change_does() {
    let workspace = checkout();
    assert_eq!(workspace.run(["render"]).status, Some(0));
    let prometheus = "base/prometheus/stateful-set.yaml";
    let (before, after) = (
        "- name: RETENTION_TIME\n              value: 30d",
        "- name: RETENTION_TIME\n              value: 15d",
    );
    let text = workspace.read(prometheus);
    assert_eq!(text.matches(before).count(), 1);
    workspace.write(prometheus, &text.replace(before, after));
    let overlay = workspace.read("overlays/eks/kustomization.yaml");
    let images = "images:\n- name: quay.io/prometheus/prometheus\n  newTag: v3.15.0\n";
    workspace.write("overlays/eks/kustomization.yaml", &format!("{overlay}{images}"));
    let run = workspace.run(["diff"]);
    assert_eq!((run.status, run.stdout), (Some(1), transcript()), "{}", run.stderr);
}
