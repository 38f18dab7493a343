//! `ref/netpol-selector`, `ref/netpol-peer`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Selector, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "ref/netpol-selector",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "a NetworkPolicy selects no pod",
    why: "what it is to protect stays open, and what it is to allow stays closed",
    fix: "give it the labels of the pods' template",
    example: example!("ref/netpol-selector"),
};

static PEER_RULE: Rule = Rule {
    id: "ref/netpol-peer",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "a NetworkPolicy allows pods that are not there",
    why: "nobody comes through: the pods that are meant have other labels",
    fix: "give it the labels of the pods that are to come through, and of their namespace",
    example: example!("ref/netpol-peer"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE, &PEER_RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for policy in tree.of_kind("networking.k8s.io", "NetworkPolicy") {
        if let Some(node) = policy.at(&["spec", "podSelector"]) {
            let (selector, namespace) = (Selector::of(node), policy.id.namespace);
            if !selector.is_empty() && !has_pods(tree, namespace, selector) {
                let message = format!("no pod has the labels `{}`", selector.describe());
                let place = tree.culprit(namespace, &selector, node);
                findings.add(policy.finding(&RULE, "spec.podSelector", place, message));
            }
        }
        for (list, peers) in [("ingress", "from"), ("egress", "to")] {
            for (index, rule) in policy.items(&["spec", list]).iter().enumerate() {
                for (peer_index, peer) in
                    rule.get(peers).and_then(Node::as_sequence).unwrap_or_default().iter().enumerate()
                {
                    let path = format!("spec.{list}[{index}].{peers}[{peer_index}]");
                    check_peer(policy, &path, peer, tree, findings);
                }
            }
        }
    }
}

fn has_pods<'s>(tree: &Tree<'_, 's>, namespace: &str, selector: Selector<'_, 's>) -> bool {
    tree.may_be_made(namespace, &selector) || tree.selected(namespace, selector).next().is_some()
}

/// Only pods of namespaces that the tree fills can be missed.
fn check_peer(
    policy: &Object<'_, '_>,
    path: &str,
    peer: &Node<'_>,
    tree: &Tree<'_, '_>,
    findings: &mut Findings<'_>,
) {
    let pods = peer.get("podSelector").filter(|node| !node.is_null());
    let namespaces = peer.get("namespaceSelector").filter(|node| !node.is_null());
    let selector = pods.map(Selector::of).filter(|selector| !selector.is_empty());
    let is_missing = match (selector, namespaces) {
        (Some(selector), None) => !has_pods(tree, policy.id.namespace, selector),
        (Some(selector), Some(namespaces)) => {
            let own = tree.namespaces(&Selector::of(namespaces));
            let others = may_choose_others(&Selector::of(namespaces), tree);
            !others && !own.is_empty() && !own.iter().any(|namespace| has_pods(tree, namespace, selector))
        }
        _ => false,
    };
    if let (true, Some(node), Some(selector)) = (is_missing, pods, selector) {
        let message = format!("no pod has the labels `{}`", selector.describe());
        let place = tree.culprit("", &selector, node);
        findings.add(policy.finding(&PEER_RULE, format!("{path}.podSelector"), place, message));
    }
}

/// Whether a selector may mean namespaces that the tree does not hold: not if it names those that the tree does.
fn may_choose_others(selector: &Selector<'_, '_>, tree: &Tree<'_, '_>) -> bool {
    let mut names = selector.pairs().filter(|(key, _)| *key == "kubernetes.io/metadata.name");
    !names.any(|(_, name)| tree.find(("", "Namespace"), "", name).is_some())
}
