//! `prom/name`: names of recorded metrics, alerts and labels.

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};

static RULE: Rule = Rule {
    id: "prom/name",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a recorded metric, an alert or a label has a name that Prometheus does not take",
    why: "older versions refuse the file; newer ones take it, and then nobody can ask for the series without quotes",
    fix: "use letters, digits and `_`, and `:` in recorded metrics, as in `namespace:http_requests:rate5m`",
    example: example!("prom/name"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for rule in &tree.documents().rules {
        if rule.name.text.is_empty() {
            let message = "a rule has neither `alert` nor `record` with a name";
            findings.add(rule.finding(&RULE, rule.name.origin, message));
        } else if !rule.is_alert && !is_name(rule.name.text, true) {
            let message = format!("`{}` is no name of a metric", rule.name.text);
            let help = format!("call it `{}`", mended(rule.name.text));
            findings.add(rule.finding(&RULE, rule.name.origin, message).help(help));
        }
        for (key, _) in &rule.labels {
            if !is_name(key.text, false) || key.text == "__name__" {
                let message = format!("{}: `{}` is no name of a label", rule.title(), key.text);
                findings.add(
                    rule.finding(&RULE, key.origin, message).help(format!("call it `{}`", mended(key.text))),
                );
            }
        }
        for (key, _) in rule.annotations.iter().filter(|(key, _)| !is_name(key.text, false)) {
            let message = format!("{}: `{}` is no name of an annotation", rule.title(), key.text);
            findings.add(
                rule.finding(&RULE, key.origin, message).help(format!("call it `{}`", mended(key.text))),
            );
        }
    }
}

fn is_name(text: &str, has_colons: bool) -> bool {
    let is_part = |other: char| other.is_ascii_alphanumeric() || other == '_' || has_colons && other == ':';
    !text.is_empty() && !text.starts_with(|first: char| first.is_ascii_digit()) && text.chars().all(is_part)
}

/// A name like it that can be one.
fn mended(text: &str) -> String {
    let is_part = |other: char| other.is_ascii_alphanumeric() || matches!(other, '_' | ':');
    let name: String = text.chars().map(|other| if is_part(other) { other } else { '_' }).collect();
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("_{name}")
    } else {
        name.trim_matches('_').to_owned()
    }
}
