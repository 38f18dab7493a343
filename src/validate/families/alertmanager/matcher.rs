//! `am/matcher` and `am/deprecated-match`: how matchers are written.

use regex::Regex;

use super::matchers::parse;
use super::route::{Configuration, configurations};
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "am/matcher",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a matcher cannot be read",
    why: "Alertmanager refuses the configuration: it does not start, or keeps the old one and says so only in its log",
    fix: "write `label=\"value\"`, with =, !=, =~ or !~",
    example: example!("am/matcher"),
};

static DEPRECATED: Rule = Rule {
    id: "am/deprecated-match",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "a route or inhibition is written with the matchers of old",
    why: "they are deprecated since Alertmanager 0.22 and can say neither `!=` nor `!~`",
    fix: "write `matchers: [label=\"value\"]`",
    example: example!("am/deprecated-match"),
};

/// The fields of old, and what they are called now.
const OLD: [(&str, &str); 6] = [
    ("match", "matchers"),
    ("match_re", "matchers"),
    ("source_match", "source_matchers"),
    ("source_match_re", "source_matchers"),
    ("target_match", "target_matchers"),
    ("target_match_re", "target_matchers"),
];

pub(super) static CHECK: Check = Check { rules: &[&RULE, &DEPRECATED], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for configuration in configurations(tree) {
        for route in configuration.routes() {
            check_node(&configuration, route.node, &["matchers"], findings);
        }
        let (list, sides) = if configuration.is_resource {
            ("inhibitRules", ["source_match", "target_match"])
        } else {
            ("inhibit_rules", ["source_matchers", "target_matchers"])
        };
        for inhibition in configuration.list(list) {
            check_node(&configuration, inhibition, &sides, findings);
        }
    }
}

fn check_node(
    configuration: &Configuration<'_, '_, '_>,
    node: &Node<'_>,
    lists: &[&str],
    findings: &mut Findings<'_>,
) {
    for list in lists {
        let Some(matchers) = configuration.field(node, list) else { continue };
        // One text is a list of one, which Alertmanager refuses in a file.
        let items = matchers.as_sequence().unwrap_or(std::slice::from_ref(matchers));
        for item in items {
            if let Some(Err(reason)) = item.text().map(|text| parse(text, item.origin())) {
                let message =
                    format!("the matcher `{}` cannot be read: {reason}", item.text().unwrap_or_default());
                findings.add(configuration.finding(&RULE, item.origin(), message));
            }
            let pattern = item.get("value").filter(|_| {
                item.get("matchType").and_then(Node::text).is_some_and(|kind| kind.ends_with('~'))
                    || item.get("regex").and_then(Node::text) == Some("true")
            });
            if let Some(pattern) = pattern {
                check_pattern(configuration, pattern, findings);
            }
        }
    }
    for entry in node.as_mapping().into_iter().flatten() {
        let Some((old, new)) = OLD.iter().find(|(old, _)| *old == entry.key.text) else { continue };
        let message = format!("`{old}` is deprecated");
        let finding = configuration.finding(&DEPRECATED, entry.key.origin, message);
        findings.add(finding.help(format!("write `{new}`, a list of texts as `label=\"value\"`")));
        if old.ends_with("_re") {
            let patterns = entry.value.as_mapping().into_iter().flatten();
            patterns.for_each(|pattern| check_pattern(configuration, &pattern.value, findings));
        }
    }
}

fn check_pattern(configuration: &Configuration<'_, '_, '_>, pattern: &Node<'_>, findings: &mut Findings<'_>) {
    let Some(text) = pattern.text() else { return };
    if let Err(error) = Regex::new(text) {
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
        let message = format!("the regular expression `{text}` cannot be compiled: {reason}");
        findings.add(configuration.finding(&RULE, pattern.origin(), message));
    }
}
