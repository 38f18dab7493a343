//! What the exit status says, for every command.

use std::process::ExitCode;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExitStatus {
    /// Done, and nothing to report.
    Success,
    /// Differences, a stale tree or findings.
    Findings,
    /// The command line or the input is wrong, or a safety rule refused the work.
    Error,
}

/// What every `--help` ends with.
pub(super) fn help(examples: &str) -> String {
    format!(
        "{examples}\n\nExit status: 0 done and nothing to report; 1 differences, a stale tree or\nfindings; 2 an error; \
        130 interrupted."
    )
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(match status {
            ExitStatus::Success => 0,
            ExitStatus::Findings => 1,
            ExitStatus::Error => 2,
        })
    }
}
