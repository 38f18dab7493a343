//! `meta/scope`

use super::is_local;
use crate::diagnostic::Severity;
use crate::schema::Edit;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Tree, is_namespaced};

const SCOPE: Rule = Rule {
    id: "meta/scope",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an object has a namespace that it cannot have, or lacks the one that it needs",
    why: "Argo CD refuses or never stops syncing the one; the other lands in whatever namespace is at hand",
    fix: "take `metadata.namespace` out of kinds of the whole cluster, and write it where the rest of the tree does",
    example: example!("meta/scope"),
};

static RULE: Rule = SCOPE;

// Some tools say by themselves which namespace is meant.
static MISSING_RULE: Rule = Rule { severity: Severity::Warning, profile: Profile::Strict, ..SCOPE };

pub(super) static CHECK: Check = Check { rules: &[&RULE, &MISSING_RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    // Where no object says it, somebody else does: a kustomization, a destination.
    let written = tree.objects().iter().find(|object| !object.id.namespace.is_empty() && !is_local(object));
    for object in tree.objects().iter().filter(|object| !is_local(object)) {
        match is_namespaced(tree, &object.id.gvk) {
            Some(false) => {
                let Some(node) =
                    object.at(&["metadata", "namespace"]).filter(|_| !object.id.namespace.is_empty())
                else {
                    continue;
                };
                let message = format!("a {} is of the whole cluster and has no namespace", object.kind());
                let finding = object.finding(&RULE, "metadata.namespace", node, message);
                let entry = object.mapping(&["metadata"]).and_then(|mapping| mapping.entry("namespace"));
                let place = entry.map(|entry| entry.key.origin).unwrap_or_default();
                findings.add(finding.edit(place, Edit::Remove("namespace".to_owned())));
            }
            Some(true) if object.id.namespace.is_empty() => findings.extend_from(missing(object, written)),
            _ => {}
        }
    }
}

fn missing(object: &Object<'_, '_>, written: Option<&Object<'_, '_>>) -> Option<crate::validate::Finding> {
    let written = written?;
    let message = format!("this {} says no namespace, and others in the tree do", object.kind());
    let finding = object.finding_at_name(&MISSING_RULE, message).path("metadata.namespace");
    let help = format!("write `namespace: {}` if that is where it belongs", written.id.namespace);
    let place = written.at(&["metadata", "namespace"]).map(crate::yaml::Node::origin).unwrap_or_default();
    Some(finding.related(place, "another says it here").help(help))
}
