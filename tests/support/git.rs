//! Real repositories, made with git for one test.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::{Workspace, skip};

/// A workspace that is a repository with one branch, `main`.
pub(crate) struct Repository {
    pub(crate) workspace: Workspace,
}

/// git in a folder, with nothing of the machine's settings.
fn git_in(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("git");
    for name in std::env::vars_os().map(|(name, _)| name) {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    let settings = ["user.name=A", "user.email=a@example.com", "commit.gpgsign=false"];
    for setting in settings.iter().chain(&["protocol.file.allow=always", "init.defaultBranch=main"]) {
        command.args(["-c", setting]);
    }
    let date = "2026-01-01T00:00:00Z";
    command.env("GIT_AUTHOR_DATE", date).env("GIT_COMMITTER_DATE", date);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.args(arguments).current_dir(folder).output().unwrap()
}

/// What git printed; it must succeed.
#[track_caller]
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = git_in(folder, arguments);
    assert!(status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// Whether git is there; says so if it is not.
pub(crate) fn has_git(test: &str) -> bool {
    let has = Command::new("git").arg("--version").output().is_ok_and(|output| output.status.success());
    if !has {
        skip(test, "git");
    }
    has
}

impl Repository {
    /// A repository in which nothing was committed.
    pub(crate) fn new() -> Self {
        let workspace = Workspace::new();
        git(workspace.root(), &["init", "-q"]);
        Self { workspace }
    }

    /// A repository with these files in its first commit.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let repository = Self::new();
        for (path, text) in files {
            repository.workspace.write(path, text);
        }
        repository.commit("first");
        repository
    }

    pub(crate) fn root(&self) -> &Path {
        self.workspace.root()
    }

    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git(self.root(), arguments)
    }

    /// Commits everything; gives the id.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// Where it can be cloned from.
    pub(crate) fn url(&self) -> String {
        format!("file://{}", self.root().display())
    }

    /// A clone of it in a folder of its own.
    pub(crate) fn clone(&self, arguments: &[&str]) -> (Workspace, PathBuf) {
        let workspace = Workspace::new();
        let url = self.url();
        let arguments = [&["clone", "-q"], arguments, &[&url, "clone"]].concat();
        git(workspace.root(), &arguments);
        let root = workspace.path("clone");
        (workspace, root)
    }
}
