//! `graf/dashboard-json`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Tree};

static RULE: Rule = Rule {
    id: "graf/dashboard-json",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a dashboard is no JSON",
    why: "Grafana leaves the dashboard out, and says so only in its log",
    fix: "export the dashboard again, or correct the JSON",
    example: example!("graf/dashboard-json"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for dashboard in &tree.documents().dashboards {
        let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(dashboard.text) else { continue };
        let offset = offset(dashboard.text, error.line(), error.column());
        let source = tree.sources.add_embedded(dashboard.origin, dashboard.text.to_owned());
        let origin = source.map_or(dashboard.origin, |source| source.origin(offset));
        let reason = error.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default();
        let finding = Finding::new(&RULE, origin, format!("the dashboard is no JSON: {reason}"));
        findings.add(finding.object(dashboard.object.id).path(dashboard.path.as_str()));
    }
}

/// The byte at a line and column, which count from 1; a column of 0 is the end of the line before.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}
