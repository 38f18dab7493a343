//! `am/severity-coverage`: severities that routes ask for and no rule sets.

use std::collections::BTreeSet;

use super::route::{configurations, matchers};
use crate::diagnostic::{Severity, closest};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};

static RULE: Rule = Rule {
    id: "am/severity-coverage",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "a route asks for a severity that no rule sets",
    why: "no alert takes the route: what it is for goes to the receiver above, and the pager stays silent",
    fix: "ask for a severity that rules set, or set it in a rule",
    example: example!("am/severity-coverage"),
};

/// What many people route for that only Alertmanager or a rule elsewhere sets.
const ELSEWHERE: [&str; 3] = ["none", "info", "warning"];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let alerts = tree.documents().rules.iter().filter(|rule| rule.is_alert);
    let severities = alerts.flat_map(|rule| &rule.labels).filter(|(key, _)| key.text == "severity");
    let severities: BTreeSet<&str> = severities.map(|(_, value)| value.text).collect();
    // Rules may stand elsewhere, or set it by a template.
    if severities.is_empty() || severities.iter().any(|severity| severity.contains("{{")) {
        return;
    }
    let known: Vec<&str> = severities.iter().copied().collect();
    for configuration in configurations(tree) {
        for route in configuration.routes() {
            for matcher in matchers(route.node) {
                let asks = matcher.label == "severity" && !matcher.is_negative && !matcher.value.is_empty();
                let is_set = severities.iter().any(|severity| matcher.accepts(severity));
                if !asks || is_set || ELSEWHERE.contains(&matcher.value.as_str()) {
                    continue;
                }
                let message = format!(
                    "`{}` asks for the severity `{}`, and no rule sets it",
                    route.path, matcher.value
                );
                let finding = configuration.finding(&RULE, matcher.origin, message);
                findings.add(match closest(&matcher.value, &known) {
                    Some(like) => finding.help(format!("did you mean `{like}`?")),
                    None => finding.help(format!("rules set `{}`", known.join("`, `"))),
                });
            }
        }
    }
}
