//! `net/blocked-path`

use rustc_hash::FxHashSet;

use super::flow::{Client, Flow, flows};
use super::policy::{Direction, Port, isolating, names, opens, target_port};
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Selector, Tree, Workload};
use crate::yaml::{Node, Origin};

static RULE: Rule = Rule {
    id: "net/blocked-path",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "NetworkPolicies block a connection that the tree itself says is made",
    why: "requests time out: datasources, scrapes and alerts go nowhere, and nothing says why",
    fix: "allow the connection on both sides: in the policy of who connects, and of what is connected to",
    example: example!("net/blocked-path"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    if tree.of_kind("networking.k8s.io", "NetworkPolicy").next().is_none() {
        return;
    }
    let mut seen = FxHashSet::default();
    for flow in flows(tree) {
        let client = flow.client.object().id;
        // One connection may be written in many places.
        if !is_of_node(flow.client) && seen.insert((client, flow.service.id, flow.port.origin())) {
            check_flow(&flow, tree, findings);
            if seen.insert((client, client, Origin::NONE)) {
                findings.extend_from(blocked_names(&flow, tree));
            }
        }
    }
}

/// Pods with the node's address are not seen as pods.
fn is_of_node(client: Client<'_, '_, '_>) -> bool {
    let uses_host =
        |pods: &Workload<'_, '_>| pods.spec.get("hostNetwork").and_then(Node::text) == Some("true");
    matches!(client, Client::Pods(pods) if uses_host(pods))
}

fn check_flow(flow: &Flow<'_, '_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(labels) = flow.service.mapping(&["spec", "selector"]).filter(|labels| !labels.is_empty()) else {
        return;
    };
    let servers = tree.selected(flow.service.id.namespace, Selector::of_labels(labels));
    // Who names itself says where others find it; its pods do not have to reach each other.
    let is_itself = |server: &&Workload<'_, '_>| server.object.id == flow.client.object().id;
    for server in servers.filter(|server| !is_itself(server) && !is_of_node(Client::Pods(server))) {
        let port = target_port(server, flow.port);
        let sides = [
            (flow.client, Client::Pods(server), Direction::Egress),
            (Client::Pods(server), flow.client, Direction::Ingress),
        ];
        for (held, other, direction) in sides {
            let policies = isolating(tree, held, direction);
            if let Some(place) = blocked_by(&policies, other, &port, (direction, tree)) {
                findings.add(report(flow, server, &port, (direction, place)));
                return;
            }
        }
    }
}

/// Where a connection is blocked, if no policy lets it through.
struct Block<'t, 'a, 's> {
    policy: &'t Object<'a, 's>,
    /// What of the policy comes closest to letting it through.
    origin: Origin,
    path: String,
}

fn blocked_by<'t, 'a, 's>(
    policies: &[&'t Object<'a, 's>],
    other: Client<'_, '_, '_>,
    port: &Port<'_>,
    (direction, tree): (Direction, &Tree<'_, '_>),
) -> Option<Block<'t, 'a, 's>> {
    let (list, peers) = direction.fields();
    let mut closest: Option<(u8, Block<'t, 'a, 's>)> = None;
    for policy in policies {
        let mut candidates = vec![(0, policy.name_origin(), "spec".to_owned())];
        for (index, rule) in policy.items(&["spec", list]).iter().enumerate() {
            let is_named = names(rule, policy, other, (direction, tree));
            let is_open = opens(rule, port);
            if is_named && is_open {
                return None;
            }
            let first = |field| {
                let first = rule.get(field)?.as_sequence()?.first()?;
                Some(first.get("port").unwrap_or(first).origin())
            };
            let path = format!("spec.{list}[{index}]");
            match (is_named, is_open) {
                (true, _) => candidates.extend(first("ports").map(|at| (3, at, format!("{path}.ports")))),
                (_, true) => candidates.extend(first(peers).map(|at| (2, at, format!("{path}.{peers}")))),
                _ => {}
            }
        }
        // A policy that has rules is more likely meant to allow it than one that denies all.
        let has_rules = u8::from(!policy.items(&["spec", list]).is_empty());
        for (weight, origin, path) in candidates {
            let weight = weight.max(has_rules);
            if closest.as_ref().is_none_or(|(best, _)| weight > *best) {
                closest = Some((weight, Block { policy, origin, path }));
            }
        }
    }
    closest.map(|(_, block)| block)
}

fn report(
    flow: &Flow<'_, '_, '_>,
    server: &Workload<'_, '_>,
    port: &Port<'_>,
    (direction, block): (Direction, Block<'_, '_, '_>),
) -> Finding {
    let (client, server) = (flow.client.object().describe(), server.object.describe());
    let number =
        port.number.map_or_else(|| port.name.unwrap_or_default().to_owned(), |port| port.to_string());
    let message = format!("{client} connects to {server} on port {number}, and this does not let it");
    let help = match direction {
        Direction::Ingress => format!("let {client} in on port {number}"),
        Direction::Egress => format!("let it out to {server} on port {number}"),
    };
    Finding::new(&RULE, block.origin, message)
        .object(block.policy.id)
        .path(block.path)
        .related(flow.origin, "the connection is asked for here")
        .help(help)
}

/// Who connects to a name has to ask for its address first.
fn blocked_names(flow: &Flow<'_, '_, '_>, tree: &Tree<'_, '_>) -> Option<Finding> {
    let policies = isolating(tree, flow.client, Direction::Egress);
    let question = Port { number: Some(53), name: Some("dns"), protocol: "UDP" };
    let lets_ask = |policy: &&Object<'_, '_>| {
        policy
            .items(&["spec", "egress"])
            .iter()
            .any(|rule| opens(rule, &question) && may_be_dns(rule, policy))
    };
    if policies.is_empty() || policies.iter().any(lets_ask) {
        return None;
    }
    let with_rules = policies.iter().find(|policy| !policy.items(&["spec", "egress"]).is_empty());
    let policy = with_rules.or(policies.first())?;
    let client = flow.client.object().describe();
    let message = format!("{client} connects by name, and nothing lets it ask for addresses");
    let finding = policy.finding_at_name(&RULE, message).path("spec.egress");
    let finding = finding.related(flow.origin, "a name is asked for here");
    Some(finding.help("let it out to kube-dns in kube-system on port 53, UDP and TCP"))
}

/// Whether a rule may mean the cluster's DNS, which is in another namespace than most.
fn may_be_dns(rule: &Node<'_>, policy: &Object<'_, '_>) -> bool {
    let peers = rule.get("to").and_then(Node::as_sequence).unwrap_or_default();
    let is_other = |peer: &Node<'_>| {
        peer.get("ipBlock").is_some()
            || peer.get("namespaceSelector").is_some_and(|node| !node.is_null())
            || policy.id.namespace == "kube-system"
    };
    peers.is_empty() || peers.iter().any(is_other)
}
