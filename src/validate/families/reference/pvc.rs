//! `ref/pvc`

use super::named::Named;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};

static RULE: Rule = Rule {
    id: "ref/pvc",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a volume is of a PersistentVolumeClaim that is not there",
    why: "the pods stay Pending until somebody makes it",
    fix: "add the PersistentVolumeClaim to the namespace of the pods, or correct the name",
    example: example!("ref/pvc"),
};

const KIND: (&str, &str) = ("", "PersistentVolumeClaim");

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for workload in tree.workloads() {
        for (path, volume) in workload.items("volumes") {
            let Some(name) = volume.at(&["persistentVolumeClaim", "claimName"]) else { continue };
            let path = format!("{path}.persistentVolumeClaim.claimName");
            let object = &workload.object;
            let named = Named { object, kind: KIND, namespace: workload.namespace(), path, name };
            if !named.is_there(tree) && !is_of_stateful_set(named.text(), named.namespace, tree) {
                findings.add(named.missing(&RULE, tree));
            }
        }
    }
}

/// Whether a claim is one that a StatefulSet makes of its templates: `data-prometheus-0`.
fn is_of_stateful_set(claim: &str, namespace: &str, tree: &Tree<'_, '_>) -> bool {
    let Some((rest, ordinal)) = claim.rsplit_once('-') else { return false };
    let is_of = |template: &str| {
        let name = rest.strip_prefix(template).and_then(|rest| rest.strip_prefix('-'))?;
        let set = tree.find(("apps", "StatefulSet"), namespace, name)?;
        let templates = set.items(&["spec", "volumeClaimTemplates"]).iter();
        let mut names = templates.filter_map(|claim| claim.at(&["metadata", "name"])?.text());
        names.any(|name| name == template).then_some(())
    };
    let ends = rest.match_indices('-').map(|(at, _)| &rest[..at]);
    ordinal.parse::<u32>().is_ok() && ends.into_iter().any(|template| is_of(template).is_some())
}
