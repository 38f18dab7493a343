//! What network policies let through.

use crate::validate::{Object, Selector, Tree, Workload, is_same};
use crate::yaml::Node;

use super::flow::Client;

/// Which way a connection is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// Into the pods that a policy selects.
    Ingress,
    /// Out of them.
    Egress,
}

impl Direction {
    /// The list of rules, and who is named in each.
    pub(super) fn fields(self) -> (&'static str, &'static str) {
        match self {
            Self::Ingress => ("ingress", "from"),
            Self::Egress => ("egress", "to"),
        }
    }

    /// The word in `policyTypes`.
    fn policy_type(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }
}

/// A port that is connected to.
pub(super) struct Port<'p> {
    /// Its number, where it is known.
    pub(super) number: Option<u32>,
    /// Its name, if it has one.
    pub(super) name: Option<&'p str>,
    /// `TCP` or `UDP`
    pub(super) protocol: &'p str,
}

/// The policies that hold for pods in a direction: with one at least, only what one of them allows goes through.
pub(super) fn isolating<'t, 'a, 's>(
    tree: &'t Tree<'a, 's>,
    pods: Client<'_, '_, '_>,
    direction: Direction,
) -> Vec<&'t Object<'a, 's>> {
    let policies = tree.of_kind("networking.k8s.io", "NetworkPolicy");
    policies.filter(|policy| is_for(policy, direction) && selects(policy, pods)).collect()
}

/// Whether a policy holds for a direction. Where it does not say, it is for ingress, and for egress if it has rules.
fn is_for(policy: &Object<'_, '_>, direction: Direction) -> bool {
    let types = policy.items(&["spec", "policyTypes"]);
    match (types.is_empty(), direction) {
        (false, _) => types.iter().any(|one| one.text() == Some(direction.policy_type())),
        (true, Direction::Ingress) => true,
        (true, Direction::Egress) => policy.at(&["spec", "egress"]).is_some(),
    }
}

fn selects(policy: &Object<'_, '_>, pods: Client<'_, '_, '_>) -> bool {
    let selector = policy.at(&["spec", "podSelector"]).map(Selector::of);
    is_same(policy.id.namespace, pods.namespace())
        && selector.is_none_or(|selector| pods.is_selected(&selector))
}

/// Whether a rule names the other side, or nobody, which is everybody.
pub(super) fn names(
    rule: &Node<'_>,
    policy: &Object<'_, '_>,
    other: Client<'_, '_, '_>,
    (direction, tree): (Direction, &Tree<'_, '_>),
) -> bool {
    let peers = rule.get(direction.fields().1).and_then(Node::as_sequence).unwrap_or_default();
    peers.is_empty() || peers.iter().any(|peer| is_peer(peer, policy, other, tree))
}

fn is_peer(peer: &Node<'_>, policy: &Object<'_, '_>, other: Client<'_, '_, '_>, tree: &Tree<'_, '_>) -> bool {
    // Who has which address is not known from manifests.
    if peer.get("ipBlock").is_some() {
        return true;
    }
    let pods = peer.get("podSelector").filter(|node| !node.is_null()).map(Selector::of);
    let is_selected = pods.is_none_or(|selector| other.is_selected(&selector));
    let is_in = match peer.get("namespaceSelector").filter(|node| !node.is_null()).map(Selector::of) {
        None => is_same(policy.id.namespace, other.namespace()),
        Some(selector) => selector.is_empty() || is_namespace(&selector, other.namespace(), tree),
    };
    is_selected && is_in
}

/// Whether a selector means a namespace. Of one that the tree does not hold only the name is known.
fn is_namespace(selector: &Selector<'_, '_>, namespace: &str, tree: &Tree<'_, '_>) -> bool {
    if namespace.is_empty() {
        return true;
    }
    if tree.find(("", "Namespace"), "", namespace).is_some() {
        return tree.namespaces(selector).contains(&namespace);
    }
    let mut name = selector.pairs().filter(|(key, _)| *key == "kubernetes.io/metadata.name");
    name.all(|(_, name)| name == namespace)
}

/// Whether a rule names a port, or none, which is all.
pub(super) fn opens(rule: &Node<'_>, port: &Port<'_>) -> bool {
    let ports = rule.get("ports").and_then(Node::as_sequence).unwrap_or_default();
    ports.is_empty() || ports.iter().any(|opened| is_port(opened, port))
}

fn is_port(opened: &Node<'_>, port: &Port<'_>) -> bool {
    let text = |field| opened.get(field).and_then(Node::text);
    if text("protocol").unwrap_or("TCP") != port.protocol {
        return false;
    }
    let Some(first) = text("port") else { return true };
    match (first.parse::<u32>(), port.number) {
        (Ok(first), Some(number)) => {
            let last = text("endPort").and_then(|last| last.parse().ok()).unwrap_or(first);
            (first..=last).contains(&number)
        }
        // A number against a name that no container has: nobody knows.
        (Ok(_), None) => true,
        (Err(_), _) => port.name.is_none_or(|name| name == first),
    }
}

/// The port of pods that a port of a Service leads to.
pub(super) fn target_port<'p>(pods: &Workload<'_, 'p>, port: &Node<'p>) -> Port<'p> {
    let text = |field: &str| port.get(field).and_then(Node::text);
    let wanted = text("targetPort").or_else(|| text("port")).unwrap_or_default();
    let protocol = text("protocol").unwrap_or("TCP");
    let field = |port: &Node<'p>, field| port.get(field).and_then(Node::text);
    let of_container = pods
        .ports()
        .map(|(_, port)| port)
        .find(|port| field(port, "name") == Some(wanted) || field(port, "containerPort") == Some(wanted));
    let number = of_container.and_then(|port| field(port, "containerPort")).unwrap_or(wanted);
    let name = of_container.and_then(|port| field(port, "name"));
    Port { number: number.parse().ok(), name, protocol }
}
