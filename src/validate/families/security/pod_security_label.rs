//! `sec/pod-security-label`

use super::pod_security::{Level, violations};
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "sec/pod-security-label",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "pods are not what their namespace enforces",
    why: "the API server refuses them: the Deployment is there, its pods never are",
    fix: "mend the pods, or move them to a namespace whose level allows what they need",
    example: example!("sec/pod-security-label"),
};

const LABEL: &str = "pod-security.kubernetes.io/enforce";

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for workload in tree.workloads() {
        let Some(namespace) = tree.find(("", "Namespace"), "", workload.namespace()) else { continue };
        let Some((label, level)) = enforced(namespace) else { continue };
        let level_name = label.text().unwrap_or_default();
        for violation in violations(workload, level) {
            let message = format!("{} in a namespace that enforces `{level_name}`", violation.message);
            let finding = Finding::new(&RULE, violation.origin, message).object(workload.object.id);
            let finding =
                finding.path(violation.path).related(label.origin(), "the namespace enforces it here");
            findings.add(finding);
        }
    }
}

fn enforced<'a, 's>(namespace: &Object<'a, 's>) -> Option<(&'a Node<'s>, Level)> {
    let label = namespace.at(&["metadata", "labels", LABEL])?;
    match label.text() {
        Some("baseline") => Some((label, Level::Baseline)),
        Some("restricted") => Some((label, Level::Restricted)),
        _ => None,
    }
}
