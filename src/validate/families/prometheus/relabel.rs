//! Relabelling: which actions there are, what they need, and whether their patterns compile.

use regex::Regex;

use crate::diagnostic::closest;
use crate::validate::rule::Rule;
use crate::validate::{Finding, Findings, Tree};
use crate::yaml::{Mapping, Node, Origin};

const ACTIONS: [&str; 11] = [
    "replace",
    "keep",
    "drop",
    "keepequal",
    "dropequal",
    "hashmod",
    "labelmap",
    "labeldrop",
    "labelkeep",
    "lowercase",
    "uppercase",
];

/// Where the operator's kinds hold relabelling.
const MONITORS: [(&str, &str); 2] = [("ServiceMonitor", "endpoints"), ("PodMonitor", "podMetricsEndpoints")];

/// What is wrong with a list of relabelling steps: where, and in which words.
pub(super) fn wrong(steps: &Node<'_>) -> Vec<(Origin, String)> {
    let steps = steps.as_sequence().unwrap_or_default();
    steps.iter().filter_map(Node::as_mapping).flat_map(wrong_step).collect()
}

fn wrong_step(step: &Mapping<'_>) -> Vec<(Origin, String)> {
    let mut found = Vec::new();
    if let Some((origin, reason)) = pattern(step) {
        found.push((origin, reason));
    }
    let action = step.get("action").and_then(Node::text).unwrap_or("replace").to_ascii_lowercase();
    if !ACTIONS.contains(&action.as_str()) {
        let like =
            closest(&action, &ACTIONS).map(|like| format!("; did you mean `{like}`?")).unwrap_or_default();
        let origin = step.get("action").map_or(Origin::NONE, Node::origin);
        found.push((origin, format!("there is no relabelling action `{action}`{like}")));
    }
    let needs_target =
        matches!(action.as_str(), "hashmod" | "lowercase" | "uppercase" | "keepequal" | "dropequal")
            || action == "replace" && step.get("source_labels").is_some();
    let target = ["target_label", "targetLabel"].into_iter().find_map(|key| step.get(key));
    if needs_target && target.is_none() {
        let origin = step.iter().next().map_or(Origin::NONE, |entry| entry.key.origin);
        found.push((origin, format!("the relabelling action `{action}` needs a target_label")));
    }
    if action == "hashmod" && step.get("modulus").and_then(Node::text).is_none_or(|text| text == "0") {
        let origin = step.get("action").map_or(Origin::NONE, Node::origin);
        found.push((origin, "the relabelling action `hashmod` needs a modulus".to_owned()));
    }
    found
}

fn pattern(step: &Mapping<'_>) -> Option<(Origin, String)> {
    let node = step.get("regex")?;
    let text = node.text()?;
    let reason = Regex::new(text).err()?.to_string();
    let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
    Some((node.origin(), format!("the regular expression `{text}` cannot be compiled: {reason}")))
}

/// Looks at the patterns in the operator's kinds.
pub(super) fn check_monitors(tree: &Tree<'_, '_>, rule: &'static Rule, findings: &mut Findings<'_>) {
    for (kind, list) in MONITORS {
        for monitor in tree.of_kind("monitoring.coreos.com", kind) {
            for (index, endpoint) in monitor.items(&["spec", list]).iter().enumerate() {
                for field in ["relabelings", "metricRelabelings"] {
                    let steps = endpoint.get(field).and_then(Node::as_sequence).unwrap_or_default();
                    for (origin, message) in steps.iter().filter_map(|step| pattern(step.as_mapping()?)) {
                        let path = format!("spec.{list}[{index}].{field}");
                        findings.add(Finding::new(rule, origin, message).object(monitor.id).path(path));
                    }
                }
            }
        }
    }
}
