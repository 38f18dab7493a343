//! `diff/crd-removed`

use super::{gone, place_of_gone, successor};
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "diff/crd-removed",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a CustomResourceDefinition, or a version of it, is gone",
    why: "with a definition all objects of its kind are deleted; with a version, objects written in it are refused",
    fix: "keep the definition, or move all objects of the kind first",
    example: example!("diff/crd-removed"),
};

const KIND: (&str, &str) = ("apiextensions.k8s.io", "CustomResourceDefinition");

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Change(check) };

fn check(earlier: &Tree<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for (index, definition) in gone(earlier, tree).filter(|(_, object)| object.is(KIND.0, KIND.1)) {
        let text = |path| definition.text(path).unwrap_or_default();
        let (group, kind) = (text(&["spec", "group"]), text(&["spec", "names", "kind"]));
        let is_of = |object: &&Object<'_, '_>| object.group() == group && object.kind() == kind;
        let mut left = tree.objects().iter().filter(is_of);
        let place = left.next().map(Object::name_origin);
        let message =
            format!("{} is gone: a sync deletes every {kind} of the cluster", definition.describe());
        let finding =
            Finding::new(&RULE, place.unwrap_or_else(|| place_of_gone(index, earlier, tree)), message);
        findings.add(finding.object(definition.id).related(definition.name_origin(), "it was here"));
    }
    for old in earlier.of_kind(KIND.0, KIND.1) {
        let Some(new) = successor(old, tree) else { continue };
        for version in served(old) {
            let Some(place) = new.at(&["spec", "versions"]) else { continue };
            let Some(name) = version.text().filter(|name| !served(new).any(|new| new.text() == Some(name)))
            else {
                continue;
            };
            let message = format!("version `{name}` is served no more");
            let finding = new.finding(&RULE, "spec.versions", place, message);
            findings.add(finding.related(version.origin(), "it was served here"));
        }
    }
}

/// The names of the versions that are served.
fn served<'a, 's>(definition: &Object<'a, 's>) -> impl Iterator<Item = &'a Node<'s>> {
    let versions = definition.items(&["spec", "versions"]).iter();
    let is_served = |version: &&Node<'_>| version.get("served").and_then(Node::text) != Some("false");
    versions.filter(is_served).filter_map(|version| version.get("name"))
}
