//! The examples of docs/explain.md are what the command prints. `STACKGEN_BLESS=1` writes them again.

use std::path::{Path, PathBuf};

use crate::support::Workspace;

const FENCE: &str = "```console\n";

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/explain.md")
}

/// The files of the page: blocks of YAML, whose first line may name the file.
fn workspace(text: &str) -> Workspace {
    let workspace = Workspace::new();
    for block in text.split("```yaml\n").skip(1) {
        let block = block.split("```").next().unwrap();
        match block.strip_prefix("# ").and_then(|rest| rest.split_once('\n')) {
            Some((path, content)) => workspace.write(path, content),
            None => workspace.write("stackgen.yaml", block),
        }
    }
    workspace
}

/// A command line in words, with quotes as a shell has them.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate();
    let split = |(index, part): (usize, &str)| {
        if index % 2 == 1 {
            vec![part.to_owned()]
        } else {
            part.split_whitespace().map(str::to_owned).collect()
        }
    };
    parts.flat_map(split).collect()
}

/// The commands of a block with what they print.
fn run(block: &str, workspace: &Workspace) -> String {
    let commands = block.lines().filter_map(|line| line.strip_prefix("$ stackgen "));
    let shown = commands.map(|command| {
        let printed = workspace.run(words(command)).quiet_success();
        format!("$ stackgen {command}\n{printed}")
    });
    shown.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_examples_are_what_the_command_prints() {
    let text = std::fs::read_to_string(page()).unwrap();
    let workspace = workspace(&text);
    let mut parts = text.split(FENCE);
    let mut expected = parts.next().unwrap().to_owned();
    let mut count = 0;
    for part in parts {
        let (block, rest) = part.split_once("```\n").unwrap();
        expected.extend([FENCE, &run(block, &workspace), "```\n", rest]);
        count += block.matches("$ stackgen").count();
    }
    assert!(count >= 8, "{count} commands");
    if std::env::var_os("STACKGEN_BLESS").is_some() {
        std::fs::write(page(), &expected).unwrap();
    }
    assert_eq!(std::fs::read_to_string(page()).unwrap(), expected, "STACKGEN_BLESS=1 writes the page again");
}

#[test]
fn the_commands_of_the_page_run() {
    let workspace = Workspace::new();
    workspace.write("overlays/prod/kustomization.yaml", "resources: [app.yaml]\n");
    workspace.write(
        "overlays/prod/app.yaml",
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: app}, spec: {replicas: 1}}\n",
    );
    let text = std::fs::read_to_string(page()).unwrap();
    let block = text.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let empty = Workspace::new();
    for line in block.lines() {
        let command = line.split(" #").next().unwrap().trim().strip_prefix("stackgen ").unwrap();
        let folder = if command.contains("-k ") { &workspace } else { &empty };
        assert!(!folder.run(words(command)).quiet_success().is_empty(), "{command}");
    }
}
