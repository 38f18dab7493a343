//! `prom/label-dropped`: annotations that name a label which the expression does not leave.

use std::sync::LazyLock;

use regex::Regex;

use crate::diagnostic::Severity;
use crate::validate::promql::labels_of;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};

static RULE: Rule = Rule {
    id: "prom/label-dropped",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "an alert speaks of a label that its expression drops",
    why: "the text that people get at night has a hole where the name should be",
    fix: "keep the label in `by (...)`, take it out of `without (...)`, or do not speak of it",
    example: example!("prom/label-dropped"),
};

/// `$labels.pod`, `.Labels.pod`
static LABEL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:\$|\.)[lL]abels\.([A-Za-z_][A-Za-z0-9_]*)").ok());

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(pattern) = LABEL.as_ref() else { return };
    for rule in tree.documents().rules.iter().filter(|rule| rule.is_alert) {
        let Some(query) = rule.parsed.query() else { continue };
        let labels = labels_of(&query.expr);
        for (key, value) in rule.labels.iter().chain(&rule.annotations) {
            let mut seen: Vec<&str> = Vec::new();
            for label in pattern.captures_iter(&outside_loops(value.text)).filter_map(|found| found.get(1)) {
                let label = label.as_str();
                // Its own name is always there.
                if label == "alertname" || labels.may_have(label) || seen.contains(&label) {
                    continue;
                }
                let place = rule.in_text(value, label);
                let message = format!(
                    "{}: `{}` speaks of the label `{label}`, which the expression drops",
                    rule.title(),
                    key.text
                );
                let known =
                    labels.known().map(|known| known.iter().cloned().collect::<Vec<_>>().join("`, `"));
                let finding = rule.finding(&RULE, place, message);
                findings.add(match known.filter(|known| !known.is_empty()) {
                    Some(known) => finding.help(format!(
                        "the expression leaves `{known}`; add the label there, or use one of them"
                    )),
                    None => finding.help(
                        "the expression leaves no labels at all; group `by` the ones that the text needs",
                    ),
                });
                if let Some(found) = value.text.find(label) {
                    seen.push(&value.text[found..found + label.len()]);
                }
            }
        }
    }
}

/// The text without what stands in `range` and `with`: the samples of a query have labels of their own, whose names
/// begin with a dot there.
fn outside_loops(text: &str) -> String {
    if text.contains("query") { text.replace(".Labels.", "") } else { text.to_owned() }
}
