//! `ref/priority-class`

use super::named::Named;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};

static RULE: Rule = Rule {
    id: "ref/priority-class",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "pods have a priority class that is not there",
    why: "no pod is made: the API server refuses each one",
    fix: "add the PriorityClass, or take one that every cluster has: system-cluster-critical, system-node-critical",
    example: example!("ref/priority-class"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for workload in tree.workloads() {
        let Some(name) = workload.spec.get("priorityClassName") else { continue };
        let named = Named {
            object: &workload.object,
            kind: ("scheduling.k8s.io", "PriorityClass"),
            namespace: "",
            path: format!("{}.priorityClassName", workload.spec_path()),
            name,
        };
        if !named.text().starts_with("system-") && !named.is_there(tree) {
            findings.add(named.missing(&RULE, tree));
        }
    }
}
