//! `ref/selector-template`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Selector, Tree, Workload};
use crate::yaml::{Mapping, Node};

static RULE: Rule = Rule {
    id: "ref/selector-template",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a selector does not match the labels of its own pods",
    why: "the API server refuses the object",
    fix: "give the template the labels of the selector; the selector itself cannot change later",
    example: example!("ref/selector-template"),
};

/// Kinds whose selector has to match their template.
const KINDS: [(&str, &str); 6] = [
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("apps", "DaemonSet"),
    ("apps", "ReplicaSet"),
    ("", "ReplicationController"),
    ("argoproj.io", "Rollout"),
];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    if !KINDS.contains(&(object.group(), object.kind())) {
        return;
    }
    let Some(node) = object.at(&["spec", "selector"]) else { return };
    let Some(workload) = Workload::of(*object) else { return };
    let selector = match node.as_mapping() {
        Some(labels) if object.kind() == "ReplicationController" => Selector::of_labels(labels),
        _ => Selector::of(node),
    };
    let labels = workload.labels();
    if selector.matches(labels) {
        return;
    }
    let (path, wrong) = first_wrong(node, labels);
    let message = match wrong.text() {
        Some(_) => format!("the template's labels do not match the selector `{}`", selector.describe()),
        None => "the template's labels do not match the selector".to_owned(),
    };
    let place = workload.template.at(&["metadata", "labels"]).unwrap_or(workload.template).origin();
    findings
        .add(object.finding(&RULE, path, wrong, message).related(place, "the template's labels are here"));
}

/// The label of a selector that the template does not have, or the selector as a whole.
fn first_wrong<'n, 's>(selector: &'n Node<'s>, labels: Option<&Mapping<'_>>) -> (String, &'n Node<'s>) {
    let pairs = selector.get("matchLabels").and_then(Node::as_mapping).into_iter().flatten();
    let has = |key: &str| labels.and_then(|labels| labels.get(key)).and_then(Node::text);
    let mut wrong = pairs.filter(|entry| has(entry.key.text) != entry.value.text());
    match wrong.next() {
        Some(entry) => (format!("spec.selector.matchLabels[{}]", entry.key.text), &entry.value),
        None => ("spec.selector".to_owned(), selector),
    }
}
