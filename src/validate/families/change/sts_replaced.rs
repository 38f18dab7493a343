//! `diff/sts-replaced`

use super::{gone, successor};
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Tree, Workload};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "diff/sts-replaced",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a StatefulSet with volumes is replaced by one of another name or namespace",
    why: "the new one begins with empty volumes, and the claims of the old one stay behind, unbound and paid for",
    fix: "keep name and namespace, or move the volumes to claims of the new names first",
    example: example!("diff/sts-replaced"),
};

const KIND: (&str, &str) = ("apps", "StatefulSet");

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Change(check) };

fn check(earlier: &Tree<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let has_volumes = |set: &Object<'_, '_>| !set.items(&["spec", "volumeClaimTemplates"]).is_empty();
    let is_set = |object: &Object<'_, '_>| object.is(KIND.0, KIND.1) && has_volumes(object);
    let added: Vec<_> =
        tree.objects().iter().filter(|new| is_set(new) && successor(new, earlier).is_none()).collect();
    for (_, old) in gone(earlier, tree).filter(|(_, old)| is_set(old)) {
        let Some(new) = added.iter().find(|new| runs_the_same(old, new)) else { continue };
        let is_moved = old.id.name == new.id.name;
        let field = if is_moved { "namespace" } else { "name" };
        let Some(node) = new.at(&["metadata", field]) else { continue };
        let claims = old.items(&["spec", "volumeClaimTemplates"]).iter();
        let claims = claims.filter_map(|claim| claim.at(&["metadata", "name"])?.text());
        let claims: Vec<String> = claims.map(|claim| format!("`{claim}-{}-0`", old.id.name)).collect();
        let message =
            format!("this replaces {}, whose claims {}... stay behind", old.describe(), claims.join(", "));
        let finding = new.finding(&RULE, format!("metadata.{field}"), node, message);
        findings.add(finding.related(old.name_origin(), "it was here"));
    }
}

/// Whether two StatefulSets run the same program: by the labels of their pods, or their images.
fn runs_the_same(old: &Object<'_, '_>, new: &Object<'_, '_>) -> bool {
    let (Some(old), Some(new)) = (Workload::of(*old), Workload::of(*new)) else { return false };
    let repositories = |workload: &Workload<'_, '_>| -> Vec<String> {
        let images = workload.containers().filter_map(|(_, container)| container.get("image")?.text());
        images.map(|image| image.split(['@', ':']).next().unwrap_or_default().to_owned()).collect()
    };
    let name = |workload: &Workload<'_, '_>| {
        let labels = workload.labels()?;
        let name = ["app.kubernetes.io/name", "app"].iter().find_map(|key| labels.get(key))?;
        Node::text(name).map(str::to_owned)
    };
    let is_named_alike = name(&old).is_some() && name(&old) == name(&new);
    is_named_alike || repositories(&old) == repositories(&new)
}
