//! `diff/stale-checksum`

use super::difference::first_difference;
use super::successor;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Tree, Workload, references};
use crate::yaml::Entry;

static RULE: Rule = Rule {
    id: "diff/stale-checksum",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "a configuration changed, and the checksum in the pods' annotations did not",
    why: "the pods are not restarted: they go on with the old configuration until something else restarts them",
    fix: "write the new checksum, or let kustomize generate the ConfigMap, whose name then follows its content",
    example: example!("diff/stale-checksum"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Change(check) };

fn check(earlier: &Tree<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for old in earlier.workloads() {
        let Some(new) = successor(&old.object, tree).and_then(|new| Workload::of(*new)) else { continue };
        for (checksum, kinds) in checksums(&new) {
            let before = checksums(old).find(|(old, _)| old.key.text == checksum.key.text);
            if before.is_none_or(|(old, _)| old.value.text() != checksum.value.text()) {
                continue;
            }
            let Some((kind, changed)) = changed_source(&new, kinds, earlier, tree) else { continue };
            let message = format!("{kind} `{}` changed, and this checksum did not", changed.id.name);
            let path = format!("{}.metadata.annotations[{}]", new.path, checksum.key.text);
            let finding = new.object.finding(&RULE, path, &checksum.value, message);
            findings.add(finding.related(changed.name_origin(), format!("the {kind} is here")));
        }
    }
}

/// The annotations of the pods that are checksums, with the kinds that they are of.
fn checksums<'a, 's>(
    workload: &Workload<'a, 's>,
) -> impl Iterator<Item = (&'a Entry<'s>, &'static [&'static str])> + use<'a, 's> {
    let annotations = workload.template.at(&["metadata", "annotations"]).and_then(|node| node.as_mapping());
    annotations.into_iter().flatten().filter_map(|entry| {
        let key = entry.key.text.to_lowercase();
        let is_checksum =
            ["checksum", "sha256", "config-hash", "confighash"].iter().any(|word| key.contains(word));
        let kinds: &[&str] = match () {
            () if key.contains("secret") => &["Secret"],
            () if key.contains("config") => &["ConfigMap", "Secret"],
            () => &["ConfigMap", "Secret"],
        };
        is_checksum.then_some((entry, kinds))
    })
}

/// A ConfigMap or Secret that pods use and that changed.
fn changed_source<'t, 's>(
    workload: &Workload<'_, 's>,
    kinds: &[&str],
    earlier: &Tree<'_, '_>,
    tree: &'t Tree<'_, 's>,
) -> Option<(&'static str, &'t Object<'t, 's>)> {
    references(workload).into_iter().filter(|reference| kinds.contains(&reference.kind)).find_map(
        |reference| {
            let kind = ("", reference.kind);
            let (namespace, name) = (workload.namespace(), reference.name.text()?);
            let (old, new) = (earlier.find(kind, namespace, name)?, tree.find(kind, namespace, name)?);
            let is_changed = ["data", "binaryData", "stringData"].iter().any(|field| {
                match (old.at(&[field]), new.at(&[field])) {
                    (Some(old), Some(new)) => first_difference(old, new, field).is_some(),
                    (old, new) => old.is_some() != new.is_some(),
                }
            });
            is_changed.then_some((reference.kind, new))
        },
    )
}
