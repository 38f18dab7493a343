//! `diff/pvc-shrink`

use super::successor;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, quantity};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "diff/pvc-shrink",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a volume is to get another size than it can have",
    why: "volumes only grow, and only if their class lets them: the sync is refused",
    fix: "leave the size, or make a claim of another name and move the data",
    example: example!("diff/pvc-shrink"),
};

const SIZE: [&str; 4] = ["spec", "resources", "requests", "storage"];
/// Where the operator's resources say it, which makes StatefulSets of them.
const OPERATED: [&str; 7] =
    ["spec", "storage", "volumeClaimTemplate", "spec", "resources", "requests", "storage"];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Change(check) };

fn check(earlier: &Tree<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for old in earlier.objects() {
        let path: &[&str] = match (old.group(), old.kind()) {
            ("", "PersistentVolumeClaim") => &SIZE,
            ("monitoring.coreos.com", _) => &OPERATED,
            _ => continue,
        };
        let (Some(before), Some(new)) = (old.at(path), successor(old, tree)) else { continue };
        if let Some(after) = new.at(path) {
            findings.extend_from(resized((old, before), (new, after), path, tree));
        }
    }
}

fn resized(
    (old, before): (&Object<'_, '_>, &Node<'_>),
    (new, after): (&Object<'_, '_>, &Node<'_>),
    path: &[&str],
    tree: &Tree<'_, '_>,
) -> Option<Finding> {
    let (from, to) = (before.text()?, after.text()?);
    let (size, wanted) = (quantity(from)?, quantity(to)?);
    let class = old.text(&["spec", "storageClassName"]);
    let message = if wanted < size {
        format!("a volume of `{from}` cannot shrink to `{to}`")
    } else if wanted > size && class.is_some_and(|class| !can_grow(class, tree)) {
        format!("a volume of class `{}` cannot grow from `{from}` to `{to}`", class.unwrap_or_default())
    } else {
        return None;
    };
    let finding = new.finding(&RULE, path.join("."), after, message);
    Some(finding.related(before.origin(), "this is what it was"))
}

/// Whether volumes of a class may grow, as far as is known. EKS brings one along that may not.
fn can_grow(class: &str, tree: &Tree<'_, '_>) -> bool {
    match tree.find(("storage.k8s.io", "StorageClass"), "", class) {
        Some(class) => class.text(&["allowVolumeExpansion"]) == Some("true"),
        None => class != "gp2",
    }
}
