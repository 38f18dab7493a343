//! `api/deprecated-label`

use crate::diagnostic::Severity;
use crate::schema::Edit;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};
use crate::yaml::{Node, Origin};

static RULE: Rule = Rule {
    id: "api/deprecated-label",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "a label of nodes is deprecated",
    why: "nodes of today do not have it: pods that ask for it stay pending",
    fix: "use the label that took its place",
    example: example!("api/deprecated-label"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

/// The label and the one that took its place.
const LABELS: [(&str, &str); 6] = [
    ("beta.kubernetes.io/arch", "kubernetes.io/arch"),
    ("beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"),
    ("beta.kubernetes.io/os", "kubernetes.io/os"),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"),
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane"),
];

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    // Data is text for others, and nodes are not made from manifests.
    if object.is("", "ConfigMap") || object.is("", "Secret") || object.is("", "Node") {
        return;
    }
    let mut report = |label: &str, origin: Origin, path: &str| {
        let Some((_, instead)) = LABELS.iter().find(|(known, _)| *known == label) else { return };
        let finding = Finding::new(&RULE, origin, format!("the node label `{label}` is deprecated"));
        let finding = finding.object(object.id).path(path).help(format!("use `{instead}` instead"));
        findings.add(finding.edit(origin, Edit::Rename { was: label.to_owned(), is: (*instead).to_owned() }));
    };
    if let Some(spec) = object.at(&["spec"]) {
        walk(spec, "spec", &mut report);
    }
    if let Some(topologies) = object.at(&["allowedTopologies"]) {
        walk(topologies, "allowedTopologies", &mut report);
    }
}

/// Looks at what selects nodes: keys of `nodeSelector`, values of `key` and of `topologyKey`.
fn walk(node: &Node<'_>, path: &str, report: &mut impl FnMut(&str, Origin, &str)) {
    for (index, item) in node.as_sequence().unwrap_or_default().iter().enumerate() {
        if item.as_mapping().is_some() {
            walk(item, &format!("{path}[{index}]"), report);
        }
    }
    for entry in node.as_mapping().into_iter().flatten() {
        let (name, value) = (entry.key.text, &entry.value);
        match (name, value.text()) {
            ("key" | "topologyKey", Some(text)) => report(text, value.origin(), &format!("{path}.{name}")),
            (_, Some(_)) => {}
            ("nodeSelector", None) => {
                for entry in value.as_mapping().into_iter().flatten() {
                    let label = entry.key.text;
                    report(label, entry.key.origin, &format!("{path}.nodeSelector[\"{label}\"]"));
                }
            }
            (_, None) => walk(value, &format!("{path}.{name}"), report),
        }
    }
}
