//! Starting git so that it reads and does nothing else.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::error::GitError;

/// git, as seen from a folder.
#[derive(Clone, Debug)]
pub(super) struct Git {
    directory: PathBuf,
}

/// What would start a program or wait for somebody.
const SETTINGS: [&str; 2] = ["core.fsmonitor=false", "core.pager=cat"];
/// What git is told beside what it was told anyway: `GIT_DIR` and the like hold as in any command.
const ENVIRONMENT: [(&str, &str); 4] = [
    ("GIT_OPTIONAL_LOCKS", "0"),
    // An object that a partial clone left out is an error, not a download.
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_TERMINAL_PROMPT", "0"),
    // What it says is read here.
    ("LC_ALL", "C"),
];
/// They would change what a path in an argument means.
const PATHSPECS: [&str; 4] =
    ["GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"];

impl Git {
    /// git as if called in `directory`.
    pub(super) fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// A git command with all its streams piped, to be started.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.args(arguments).current_dir(&self.directory).envs(ENVIRONMENT).env_remove("LANGUAGE");
        for name in PATHSPECS {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end, whatever that is.
    pub(super) fn output(&self, arguments: &[&str]) -> Result<Output, GitError> {
        self.command(arguments).output().map_err(|error| cannot_start(&error))
    }

    /// What a command prints; an error if it fails.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        let Output { status, stdout, stderr } = self.output(arguments)?;
        if status.success() { Ok(stdout) } else { Err(GitError::said(&stderr)) }
    }
}

/// git cannot be started.
pub(super) fn cannot_start(error: &std::io::Error) -> GitError {
    if error.kind() == ErrorKind::NotFound {
        let error = GitError::new("revisions are read with `git`, which is not in PATH");
        return error.hint("install git, or name a file or folder instead of a revision");
    }
    GitError::new(format!("cannot start `git`: {error}"))
}
