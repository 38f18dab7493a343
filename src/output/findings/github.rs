//! Workflow commands that GitHub shows as annotations on the lines of a pull request.
//!
//! GitHub shows ten of each kind for a step and drops the others without a word, so the worst come first and the
//! others are listed in a group of the log.
//! Source: <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>.

use std::fmt::Write as _;

use super::{Findings, help};
use crate::diagnostic::Severity;
use crate::output::escape::{data, one_line, property};
use crate::validate::Finding;

/// What GitHub shows of each kind for one step.
const SHOWN: usize = 10;
const KINDS: [(Severity, &str); 3] =
    [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "notice")];

/// All findings.
pub(super) fn write(findings: &Findings<'_>) -> String {
    let mut text = String::new();
    let mut others = Vec::new();
    for (severity, kind) in KINDS {
        let of_kind = findings.findings.iter().filter(|finding| finding.rule.severity == severity);
        for (index, finding) in of_kind.enumerate() {
            if index < SHOWN {
                annotate(findings, finding, kind, &mut text);
            } else {
                others.push(finding);
            }
        }
    }
    if !others.is_empty() {
        let _ = writeln!(text, "::group::{} more findings, which GitHub does not annotate", others.len());
        for finding in others {
            let place = findings.place(finding.origin);
            let line = format!("{place} [{}] {}", finding.rule.id, finding.message);
            // A line that begins with `::` would be a command, and so could the name of a file.
            let _ = writeln!(text, "- {}", one_line(&line));
        }
        text.push_str("::endgroup::\n");
    }
    text
}

fn annotate(findings: &Findings<'_>, finding: &Finding, kind: &str, text: &mut String) {
    let place = findings.place(finding.origin);
    let _ = write!(text, "::{kind} ");
    if place.is_some() {
        let file = property(&place.in_checkout);
        let _ = write!(
            text,
            "file={file},line={},col={},endColumn={},",
            place.line, place.column, place.end_column
        );
    }
    let message = format!("{}\n{}", finding.message, help(finding));
    let _ = writeln!(text, "title={}::{}", property(finding.rule.id), data(&message));
}
