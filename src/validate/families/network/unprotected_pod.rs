//! `net/unprotected-pod`

use rustc_hash::FxHashSet;

use crate::diagnostic::Severity;
use crate::resource::ResId;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Selector, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "net/unprotected-pod",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "no NetworkPolicy selects the pods of a workload",
    why: "every pod of the cluster reaches them, and they reach everything",
    fix: "add a NetworkPolicy that selects them, or one for the whole namespace that denies by default",
    example: example!("net/unprotected-pod"),
};

/// Policies of other projects, which are not evaluated.
const OTHERS: [(&str, &str); 5] = [
    ("cilium.io", "CiliumNetworkPolicy"),
    ("cilium.io", "CiliumClusterwideNetworkPolicy"),
    ("crd.projectcalico.org", "GlobalNetworkPolicy"),
    ("projectcalico.org", "GlobalNetworkPolicy"),
    ("policy.networking.k8s.io", "AdminNetworkPolicy"),
];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    if OTHERS.iter().any(|(group, kind)| tree.of_kind(group, kind).next().is_some()) {
        return;
    }
    let mut protected: FxHashSet<ResId<'_>> = FxHashSet::default();
    let mut namespaces: FxHashSet<&str> = FxHashSet::default();
    for policy in tree.of_kind("networking.k8s.io", "NetworkPolicy") {
        let selector = policy.at(&["spec", "podSelector"]).map(Selector::of);
        match selector.filter(|selector| !selector.is_empty()) {
            Some(selector) => {
                protected.extend(tree.selected(policy.id.namespace, selector).map(|pods| pods.object.id));
            }
            None => {
                namespaces.insert(policy.id.namespace);
            }
        }
    }
    for workload in tree.workloads() {
        let namespace = workload.namespace();
        let is_covered = namespaces.contains("")
            || namespaces.contains(namespace)
            || namespace.is_empty() && !namespaces.is_empty()
            || protected.contains(&workload.object.id);
        // Policies do not see pods that use the node's address.
        let is_of_node = workload.spec.get("hostNetwork").and_then(Node::text) == Some("true");
        if !is_covered && !is_of_node {
            let message = format!("no NetworkPolicy selects the pods of {}", workload.object.describe());
            findings.add(workload.object.finding_at_name(&RULE, message));
        }
    }
}
