//! `ref/servicemonitor`, `ref/servicemonitor-port`

use crate::diagnostic::{Severity, closest};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Selector, Tree, Workload, is_same};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "ref/servicemonitor",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "a ServiceMonitor or PodMonitor selects nothing",
    why: "nothing is scraped, and `up` has no series that an alert could miss",
    fix: "give it labels of the Service's metadata (of the pods for a PodMonitor), and the right namespace",
    example: example!("ref/servicemonitor"),
};

static PORT_RULE: Rule = Rule {
    id: "ref/servicemonitor-port",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a ServiceMonitor or PodMonitor scrapes a port that is not there",
    why: "nothing is scraped, and `up` has no series that an alert could miss",
    fix: "give the name of a port of the Service (of the container for a PodMonitor), not its number",
    example: example!("ref/servicemonitor-port"),
};

const GROUP: &str = "monitoring.coreos.com";

pub(super) static CHECK: Check = Check { rules: &[&RULE, &PORT_RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for monitor in tree.of_kind(GROUP, "ServiceMonitor") {
        let Some(node) = monitor.at(&["spec", "selector"]) else { continue };
        let selector = Selector::of(node);
        let services: Vec<_> =
            tree.of_kind("", "Service").filter(|service| is_seen(monitor, service)).collect();
        let found: Vec<_> = services
            .iter()
            .filter(|service| selector.matches(service.mapping(&["metadata", "labels"])))
            .collect();
        // Where the tree has no Service at all, those that are scraped are somebody else's.
        if found.is_empty() && !services.is_empty() && !is_elsewhere(monitor) {
            let message = format!("no Service has the labels `{}`", selector.describe());
            let is_known =
                |key: &str, value: &str| services.iter().any(|service| service.label(key) == Some(value));
            let place = selector.culprit(is_known).map_or(node, |entry| &entry.value);
            findings.add(monitor.finding(&RULE, "spec.selector", place, message));
        }
        if found.is_empty() {
            continue;
        }
        let known = |field: &'static str| {
            let ports = found.iter().flat_map(|service| service.items(&["spec", "ports"]));
            ports.filter_map(|port| port.get(field)?.text()).collect::<Vec<_>>()
        };
        let place = found.first().map(|service| service.name_origin()).unwrap_or_default();
        let ports = Known { names: known("name"), what: "Service", place };
        check_ports(monitor, "endpoints", &ports, findings);
        let pods: Vec<_> = found.iter().flat_map(|service| pods_of(service, tree)).collect();
        if found.iter().all(|service| pods_of(service, tree).next().is_some()) {
            let names = pods.iter().flat_map(|pods| pods.ports());
            let names = names.filter_map(|(_, port)| port.get("name")?.text()).collect();
            let place = pods.first().map(|pods| pods.object.name_origin()).unwrap_or_default();
            check_target_ports(monitor, &Known { names, what: "workload", place }, findings);
        }
    }
    for monitor in tree.of_kind(GROUP, "PodMonitor") {
        check_pods(monitor, tree, findings);
    }
}

/// The pods that a Service sends to.
fn pods_of<'t, 'a, 's>(
    service: &Object<'a, 's>,
    tree: &'t Tree<'a, 's>,
) -> impl Iterator<Item = &'t Workload<'a, 's>> {
    let labels = service.mapping(&["spec", "selector"]).filter(|labels| !labels.is_empty());
    let namespace = service.id.namespace;
    labels.into_iter().flat_map(move |labels| tree.selected(namespace, Selector::of_labels(labels)))
}

/// `targetPort` is a port of the pods. By its number it may be one that no container lists.
fn check_target_ports(monitor: &Object<'_, '_>, known: &Known<'_>, findings: &mut Findings<'_>) {
    for (index, endpoint) in monitor.items(&["spec", "endpoints"]).iter().enumerate() {
        let Some(port) = endpoint.get("targetPort") else { continue };
        let is_name = |wanted: &&str| wanted.parse::<u32>().is_err() && !known.names.contains(wanted);
        if let Some(wanted) = port.text().filter(is_name) {
            findings.add(no_port(
                monitor,
                format!("spec.endpoints[{index}].targetPort"),
                (port, wanted),
                known,
            ));
        }
    }
}

fn check_pods(monitor: &Object<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(node) = monitor.at(&["spec", "selector"]) else { return };
    let selector = Selector::of(node);
    let seen: Vec<_> = tree.workloads().iter().filter(|pods| is_seen(monitor, &pods.object)).collect();
    let found: Vec<_> = seen.iter().filter(|pods| selector.matches(pods.labels())).collect();
    let is_made = tree.made_pods().iter().any(|pods| pods.may_match(&selector));
    if found.is_empty() && !seen.is_empty() && !is_made && !is_elsewhere(monitor) {
        let message = format!("no pod has the labels `{}`", selector.describe());
        let place = tree.culprit("", &selector, node);
        findings.add(monitor.finding(&RULE, "spec.selector", place, message));
    }
    if found.is_empty() || is_made {
        return;
    }
    let names = found.iter().flat_map(|pods| pods.ports()).filter_map(|(_, port)| port.get("name")?.text());
    let place = found.first().map(|pods| pods.object.name_origin()).unwrap_or_default();
    let known = Known { names: names.collect(), what: "workload", place };
    check_ports(monitor, "podMetricsEndpoints", &known, findings);
}

/// The names of ports that are there.
struct Known<'s> {
    names: Vec<&'s str>,
    what: &'static str,
    place: crate::yaml::Origin,
}

fn check_ports(monitor: &Object<'_, '_>, list: &'static str, known: &Known<'_>, findings: &mut Findings<'_>) {
    for (index, endpoint) in monitor.items(&["spec", list]).iter().enumerate() {
        let Some(port) = endpoint.get("port") else { continue };
        let Some(wanted) = port.text().filter(|wanted| !known.names.contains(wanted)) else { continue };
        findings.add(no_port(monitor, format!("spec.{list}[{index}].port"), (port, wanted), known));
    }
}

fn no_port(
    monitor: &Object<'_, '_>,
    path: String,
    (port, wanted): (&Node<'_>, &str),
    known: &Known<'_>,
) -> Finding {
    let message = format!("what it selects has no port called `{wanted}`");
    let finding = monitor.finding(&PORT_RULE, path, port, message);
    let finding = finding.related(known.place, format!("the {} is here", known.what));
    match closest(wanted, &known.names) {
        Some(like) => finding.help(format!("did you mean `{like}`?")),
        None if known.names.is_empty() => finding,
        None => finding.help(format!("its ports are called {}", known.names.join(", "))),
    }
}

/// Whether a monitor looks into the namespace of an object.
fn is_seen(monitor: &Object<'_, '_>, object: &Object<'_, '_>) -> bool {
    let selector = monitor.at(&["spec", "namespaceSelector"]);
    let is_any = selector.and_then(|selector| selector.get("any")).and_then(Node::text) == Some("true");
    let names = selector.and_then(|selector| selector.get("matchNames")).and_then(Node::as_sequence);
    is_any
        || match names.filter(|names| !names.is_empty()) {
            Some(names) => names.iter().filter_map(Node::text).any(|name| is_same(name, object.id.namespace)),
            None => is_same(monitor.id.namespace, object.id.namespace),
        }
}

/// Whether a monitor is for what the cluster brings along.
fn is_elsewhere(monitor: &Object<'_, '_>) -> bool {
    let names = monitor.items(&["spec", "namespaceSelector", "matchNames"]);
    let is_system = |name: &str| matches!(name, "kube-system" | "default");
    names.iter().filter_map(Node::text).any(is_system)
}
