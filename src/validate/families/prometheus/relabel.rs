//! Relabelling: which actions there are, what they need, and whether their patterns compile.

use regex::Regex;

use crate::diagnostic::closest;
use crate::validate::rule::Rule;
use crate::validate::{Finding, Findings, Object, Tree};
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

/// What the operator's kinds call lists of relabelling steps.
const LISTS: [&str; 6] = [
    "alertRelabelConfigs",
    "metricRelabelings",
    "relabelingConfigs",
    "relabelings",
    "targetRelabelings",
    "writeRelabelConfigs",
];

/// The operator's kinds that relabel.
const KINDS: [&str; 6] =
    ["PodMonitor", "Probe", "Prometheus", "PrometheusAgent", "ScrapeConfig", "ServiceMonitor"];

/// A step in one of the operator's kinds.
pub(super) struct Step<'n, 'a, 's> {
    pub(super) object: Object<'a, 's>,
    pub(super) path: String,
    pub(super) fields: &'n Mapping<'s>,
}

/// What is wrong with a list of relabelling steps: where, and in which words.
pub(super) fn wrong(steps: &Node<'_>) -> Vec<(Origin, String)> {
    let steps = steps.as_sequence().unwrap_or_default();
    steps.iter().filter_map(Node::as_mapping).flat_map(wrong_step).collect()
}

fn wrong_step(step: &Mapping<'_>) -> Vec<(Origin, String)> {
    pattern(step).into_iter().chain(demands(step)).collect()
}

/// What an action is called, and what it needs and does not take.
pub(super) fn demands(step: &Mapping<'_>) -> Vec<(Origin, String)> {
    let mut found = Vec::new();
    let action = step.get("action").and_then(Node::text).unwrap_or("replace").to_ascii_lowercase();
    if !ACTIONS.contains(&action.as_str()) {
        let like =
            closest(&action, &ACTIONS).map(|like| format!("; did you mean `{like}`?")).unwrap_or_default();
        let origin = step.get("action").map_or(Origin::NONE, Node::origin);
        found.push((origin, format!("there is no relabelling action `{action}`{like}")));
    }
    let field = |name: &str, camel: &str| step.entry(name).or_else(|| step.entry(camel));
    let is_text = |name: &str, camel: &str| {
        field(name, camel).is_some_and(|entry| {
            !entry.value.is_null() && entry.value.text().is_some_and(|text| !text.is_empty())
        })
    };
    let needs_target = matches!(
        action.as_str(),
        "replace" | "hashmod" | "lowercase" | "uppercase" | "keepequal" | "dropequal"
    );
    if needs_target && !is_text("target_label", "targetLabel") {
        let origin = step.iter().next().map_or(Origin::NONE, |entry| entry.key.origin);
        found.push((origin, format!("the relabelling action `{action}` needs a target_label")));
    }
    found.extend(superfluous(step, &action));
    if action == "hashmod"
        && step.get("modulus").is_none_or(|node| node.is_null() || node.text() == Some("0"))
    {
        let origin = step.get("action").map_or(Origin::NONE, Node::origin);
        found.push((origin, "the relabelling action `hashmod` needs a modulus".to_owned()));
    }
    found
}

/// Fields that an action does not take. One with the value that it has anyway is as good as none.
fn superfluous(step: &Mapping<'_>, action: &str) -> Option<(Origin, String)> {
    let refused: &[(&str, &str, &str)] = match action {
        "keepequal" | "dropequal" => &[
            ("regex", "regex", "(.*)"),
            ("modulus", "modulus", "0"),
            ("separator", "separator", ";"),
            ("replacement", "replacement", "$1"),
        ],
        "labeldrop" | "labelkeep" => &[
            ("source_labels", "sourceLabels", ""),
            ("target_label", "targetLabel", ""),
            ("modulus", "modulus", "0"),
            ("separator", "separator", ";"),
            ("replacement", "replacement", "$1"),
        ],
        "lowercase" | "uppercase" => &[("replacement", "replacement", "$1")],
        _ => &[],
    };
    let entry = refused.iter().find_map(|(name, camel, usual)| {
        let entry = step.entry(name).or_else(|| step.entry(camel))?;
        let is_usual = entry.value.is_null() || entry.value.text() == Some(*usual);
        (!is_usual).then_some(entry)
    })?;
    let message = format!("the relabelling action `{action}` takes no `{}`", entry.key.text);
    Some((entry.key.origin, message))
}

fn pattern(step: &Mapping<'_>) -> Option<(Origin, String)> {
    let node = step.get("regex")?;
    let text = node.text()?;
    let reason = Regex::new(text).err()?.to_string();
    let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
    Some((node.origin(), format!("the regular expression `{text}` cannot be compiled: {reason}")))
}

/// Looks at the patterns in the operator's kinds.
pub(super) fn check_resources(tree: &Tree<'_, '_>, rule: &'static Rule, findings: &mut Findings<'_>) {
    for step in steps_of_resources(tree) {
        if let Some((origin, message)) = pattern(step.fields) {
            findings.add(Finding::new(rule, origin, message).object(step.object.id).path(step.path));
        }
    }
}

/// All steps in the operator's kinds.
pub(super) fn steps_of_resources<'t, 'a, 's>(tree: &'t Tree<'a, 's>) -> Vec<Step<'t, 'a, 's>>
where
    'a: 't,
{
    let mut found = Vec::new();
    for kind in KINDS {
        for object in tree.of_kind("monitoring.coreos.com", kind) {
            if let Some(spec) = object.at(&["spec"]) {
                add_steps(*object, "spec", spec, &mut found);
            }
        }
    }
    found
}

fn add_steps<'t, 'a, 's>(
    object: Object<'a, 's>,
    path: &str,
    node: &'t Node<'s>,
    found: &mut Vec<Step<'t, 'a, 's>>,
) {
    for (index, item) in node.as_sequence().unwrap_or_default().iter().enumerate() {
        add_steps(object, &format!("{path}[{index}]"), item, found);
    }
    for entry in node.as_mapping().into_iter().flatten() {
        let below = format!("{path}.{}", entry.key.text);
        if LISTS.contains(&entry.key.text) {
            let steps = entry.value.as_sequence().unwrap_or_default().iter().filter_map(Node::as_mapping);
            found.extend(steps.map(|step| Step { object, path: below.clone(), fields: step }));
        } else {
            add_steps(object, &below, &entry.value, found);
        }
    }
}
