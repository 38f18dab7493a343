//! A table for a step summary or a comment.

use std::fmt::Write as _;

use super::{Findings, help, severity, url};
use crate::output::escape::cell;
use crate::validate::Finding;

/// Rows of the table: a step summary holds a megabyte, a comment 65,536 characters.
const ROWS: usize = 200;

/// All findings; the worst first if there are too many.
pub(super) fn write(findings: &Findings<'_>) -> String {
    if findings.findings.is_empty() {
        return "stackgen validate: no findings\n".to_owned();
    }
    let mut text = format!("stackgen validate: {}\n\n", findings.count());
    text.push_str("| | Rule | Place | Finding |\n|--|--|--|--|\n");
    let mut worst: Vec<&Finding> = findings.findings.iter().collect();
    worst.sort_by_key(|finding| std::cmp::Reverse(finding.rule.severity));
    for finding in worst.iter().take(ROWS) {
        let rule = finding.rule;
        let place = cell(&findings.place(finding.origin).to_string());
        let object = finding.object.as_deref().map_or_else(String::new, |object| format!("{object}: "));
        let message = cell(&format!("{object}{}; {}", finding.message, help(finding)));
        let (severity, id) = (severity(rule.severity), rule.id);
        let _ = writeln!(text, "| {severity} | [{id}]({}) | {place} | {message} |", url(id));
    }
    if let Some(more) = worst.len().checked_sub(ROWS).filter(|more| *more > 0) {
        let _ = writeln!(text, "\nand {more} more");
    }
    text
}
