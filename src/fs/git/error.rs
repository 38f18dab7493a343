//! What git cannot do, with the next step.

use std::{fmt, io};

/// How a partial clone becomes a whole one.
const PARTIAL_CLONE: &str = "bring all of it: `git fetch --refetch --no-filter`";

/// Why something cannot be had from a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitError {
    /// One sentence, lower case, no full stop.
    pub message: String,
    /// What to do next.
    pub hints: Vec<String>,
    /// A name that is not there, and those that are: one of them may be meant.
    pub unknown: Option<(String, Vec<String>)>,
}

impl GitError {
    /// An error without a next step.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hints: Vec::new(), unknown: None }
    }

    /// Adds a next step.
    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// What git said on its standard error, with what to do about what is common.
    pub(super) fn said(stderr: &[u8]) -> Self {
        let text = String::from_utf8_lossy(stderr);
        let lines = text.lines().filter(|line| !line.starts_with("warning: ") && !line.trim().is_empty());
        let lines: Vec<&str> = lines.map(|line| line.strip_prefix("fatal: ").unwrap_or(line)).collect();
        let message = lines.first().copied().unwrap_or("it ended without saying why");
        let error = Self::new(format!("git: {message}"));
        if message.contains("not a git repository") {
            return error.hint("revisions are read from the Git repository of the working directory");
        }
        if message.contains("dubious ownership") {
            let command = lines.iter().map(|line| line.trim()).find(|line| line.starts_with("git config"));
            let command = command.unwrap_or("git config --global --add safe.directory PATH");
            return error.hint(format!("it belongs to somebody else; if you trust it, run `{command}`"));
        }
        if message.contains("promisor remote") {
            let error = Self::new("it was left out of this partial clone, and stackgen fetches nothing");
            return error.hint(PARTIAL_CLONE);
        }
        if message.contains("safe.bareRepository") {
            return error.hint("name it: `GIT_DIR=. stackgen ...`");
        }
        error
    }
}

impl fmt::Display for GitError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for GitError {}

/// For whoever reads a file and has one line for what is wrong.
impl From<GitError> for io::Error {
    fn from(error: GitError) -> Self {
        let hints = error.hints.iter().map(|hint| format!("; {hint}"));
        Self::other(format!("{}{}", error.message, hints.collect::<String>()))
    }
}
