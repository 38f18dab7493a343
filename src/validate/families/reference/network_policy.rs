//! `ref/netpol-selector`, `ref/netpol-peer`

use crate::diagnostic::{Severity, closest};
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

const PEER: Rule = Rule {
    id: "ref/netpol-peer",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "a NetworkPolicy allows pods that are not there",
    why: "nobody comes through: the pods that are meant have other labels",
    fix: "give it the labels of the pods that are to come through, and of their namespace",
    example: example!("ref/netpol-peer"),
};

static PEER_RULE: Rule = PEER;

// Who is allowed beside others may be of a part that is not installed.
static ONE_OF_MANY_RULE: Rule = Rule { profile: Profile::Strict, ..PEER };

pub(super) static CHECK: Check =
    Check { rules: &[&RULE, &PEER_RULE, &ONE_OF_MANY_RULE], run: Run::Tree(check) };

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
                let peers_path = format!("spec.{list}[{index}].{peers}");
                let all = rule.get(peers).and_then(Node::as_sequence).unwrap_or_default();
                check_peers(policy, &peers_path, all, tree, findings);
            }
        }
    }
}

fn has_pods<'s>(tree: &Tree<'_, 's>, namespace: &str, selector: Selector<'_, 's>) -> bool {
    tree.may_be_made(namespace, &selector) || tree.selected(namespace, selector).next().is_some()
}

fn check_peers(
    policy: &Object<'_, '_>,
    path: &str,
    peers: &[Node<'_>],
    tree: &Tree<'_, '_>,
    findings: &mut Findings<'_>,
) {
    let missing = |peer| missing_pods(policy, peer, tree).or_else(|| missing_namespace(peer, tree));
    let found: Vec<_> = peers.iter().map(missing).collect();
    let rule = if found.iter().all(Option::is_some) { &PEER_RULE } else { &ONE_OF_MANY_RULE };
    for (index, (place, message)) in
        found.into_iter().enumerate().filter_map(|(at, found)| Some((at, found?)))
    {
        findings.add(policy.finding(rule, format!("{path}[{index}]"), place, message));
    }
}

/// The selector of a peer that means no pod. Only pods of namespaces that the tree fills can be missed.
fn missing_pods<'n, 's>(
    policy: &Object<'_, '_>,
    peer: &'n Node<'s>,
    tree: &Tree<'_, 's>,
) -> Option<(&'n Node<'s>, String)> {
    let pods = peer.get("podSelector").filter(|node| !node.is_null())?;
    let namespaces = peer.get("namespaceSelector").filter(|node| !node.is_null()).map(Selector::of);
    let selector = Some(Selector::of(pods)).filter(|selector| !selector.is_empty())?;
    let is_missing = match namespaces {
        None => !has_pods(tree, policy.id.namespace, selector),
        Some(namespaces) => {
            let own = tree.namespaces(&namespaces);
            let others = may_choose_others(&namespaces, tree);
            !others && !own.is_empty() && !own.iter().any(|namespace| has_pods(tree, namespace, selector))
        }
    };
    let message = format!("no pod has the labels `{}`", selector.describe());
    is_missing.then(|| (tree.culprit("", &selector, pods), message))
}

/// A namespace that is meant by a name like one of the tree's, and is not there.
fn missing_namespace<'n, 's>(peer: &'n Node<'s>, tree: &Tree<'_, 's>) -> Option<(&'n Node<'s>, String)> {
    let path = ["namespaceSelector", "matchLabels", "kubernetes.io/metadata.name"];
    let node = peer.at(&path)?;
    let name = node.text().filter(|name| !name.starts_with("kube-") && *name != "default")?;
    let known: Vec<&str> = tree.of_kind("", "Namespace").map(|namespace| namespace.id.name).collect();
    let like = closest(name, &known).filter(|_| !known.contains(&name))?;
    // Names that only say more are names of their own: `monitoring-node` beside `monitoring`.
    let is_longer = name.starts_with(like) || like.starts_with(name);
    (!is_longer).then(|| (node, format!("there is no namespace `{name}`, and there is `{like}`")))
}

/// Whether a selector may mean namespaces that the tree does not hold: not if it names those that the tree does.
fn may_choose_others(selector: &Selector<'_, '_>, tree: &Tree<'_, '_>) -> bool {
    let mut names = selector.pairs().filter(|(key, _)| *key == "kubernetes.io/metadata.name");
    !names.any(|(_, name)| tree.find(("", "Namespace"), "", name).is_some())
}
