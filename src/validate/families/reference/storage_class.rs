//! `ref/storage-class`

use super::named::Named;
use crate::diagnostic::Severity;
use crate::validate::families::cloud::storage;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Claim, Findings, Tree, claims};

static RULE: Rule = Rule {
    id: "ref/storage-class",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "storage is asked for of a class that neither the tree nor the cloud has",
    why: "the claim stays Pending, and with it the pods",
    fix: "add the StorageClass, correct the name, or leave it out to get the cluster's default",
    example: example!("ref/storage-class"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let kind = ("storage.k8s.io", "StorageClass");
    // Without a cloud and without classes nobody knows what the cluster has.
    if tree.target.cloud.is_none() && tree.of_kind(kind.0, kind.1).next().is_none() {
        return;
    }
    for Claim { object, path, spec } in claims(tree) {
        let Some(name) = spec.get("storageClassName") else { continue };
        let named =
            Named { object: &object, kind, namespace: "", path: format!("{path}.storageClassName"), name };
        let is_bound = spec.get("volumeName").is_some();
        if !is_bound && storage::clouds_of(named.text()).is_empty() && !named.is_there(tree) {
            findings.add(named.missing(&RULE, tree));
        }
    }
}
