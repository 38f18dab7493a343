//! `ref/config-url`

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::diagnostic::{Severity, closest};
use crate::validate::embedded::Document;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Tree, Workload};
use crate::yaml::{Node, Value};

static RULE: Rule = Rule {
    id: "ref/config-url",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a configuration names a Service that is not there, or a port that it lacks",
    why: "Prometheus, Alertmanager or Grafana cannot reach what it is told to: alerts are lost, panels stay empty",
    fix: "correct the host or the port, or add the Service",
    example: example!("ref/config-url"),
};

/// `alertmanager.monitoring.svc:9093`, with a pod's name or a cluster's domain around it.
static HOST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^A-Za-z0-9_.\-$}])((?:[a-z0-9-]+\.){2,})svc(?:\.[a-z0-9.-]+)?(?::([0-9]+))?(?:$|[^A-Za-z0-9.:-])").ok()
});

/// Services that every cluster has.
const BUILT_IN: [(&str, &str); 3] =
    [("default", "kubernetes"), ("kube-system", "kube-dns"), ("kube-system", "metrics-server")];

/// Services that the operator makes for its kinds.
const OPERATED: [(&str, &str); 3] = [
    ("Prometheus", "prometheus-operated"),
    ("Alertmanager", "alertmanager-operated"),
    ("ThanosRuler", "thanos-ruler-operated"),
];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let documents = tree.documents();
    let all = documents.prometheus.iter().chain(&documents.alertmanager).chain(&documents.datasources);
    for document in all {
        walk(tree, document, &document.node, findings);
    }
}

fn walk(tree: &Tree<'_, '_>, document: &Document<'_, '_>, node: &Node<'_>, findings: &mut Findings<'_>) {
    match node.value() {
        Value::Scalar(text) if text.contains(".svc") => check_text(tree, document, node, text, findings),
        Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter().for_each(|item| walk(tree, document, item, findings)),
        Value::Mapping(mapping) => {
            // Words that stand for something else than an address to call.
            let entries = mapping.iter().filter(|entry| !matches!(entry.key.text, "server_name" | "regex"));
            entries.for_each(|entry| walk(tree, document, &entry.value, findings));
        }
    }
}

fn check_text(
    tree: &Tree<'_, '_>,
    document: &Document<'_, '_>,
    node: &Node<'_>,
    text: &str,
    findings: &mut Findings<'_>,
) {
    for found in HOST.iter().flat_map(|pattern| pattern.captures_iter(text)) {
        let Some((namespace, service)) = host(&found) else { continue };
        let port = found.get(2).map(|port| port.as_str());
        if let Some((message, help)) = wrong(tree, namespace, service, port) {
            let source = tree.sources.add_embedded(node.origin(), text.to_owned());
            let start = found.get(1).map_or(0, |host| host.start());
            let origin = source.map_or(node.origin(), |source| source.origin(start));
            let finding = document.finding(&RULE, origin, message);
            findings.add(match help {
                Some(help) => finding.help(help),
                None => finding,
            });
        }
    }
}

/// Namespace and name of the Service that a host is of; a pod's name may stand in front.
fn host<'t>(found: &Captures<'t>) -> Option<(&'t str, &'t str)> {
    let mut labels = found.get(1)?.as_str().trim_end_matches('.').rsplit('.');
    Some((labels.next()?, labels.next()?))
}

/// What is wrong with an address, and what helps.
fn wrong(
    tree: &Tree<'_, '_>,
    namespace: &str,
    service: &str,
    port: Option<&str>,
) -> Option<(String, Option<String>)> {
    let is_made = OPERATED
        .iter()
        .any(|(kind, name)| *name == service && tree.of_kind("monitoring.coreos.com", kind).next().is_some());
    if is_made || BUILT_IN.contains(&(namespace, service)) {
        return None;
    }
    let Some(found) = tree.find(("", "Service"), namespace, service) else {
        let known = tree.names(("", "Service"), namespace);
        // Another tree may hold the namespace.
        let help = closest(service, &known).map(|like| format!("did you mean `{like}.{namespace}.svc`?"));
        let message = format!("there is no Service `{service}` in namespace `{namespace}`");
        return (!known.is_empty()).then_some((message, help));
    };
    let port = port?;
    let ports: Vec<&str> =
        found.items(&["spec", "ports"]).iter().filter_map(|port| port.get("port")?.text()).collect();
    let is_open = ports.contains(&port)
        || found.text(&["spec", "type"]) == Some("ExternalName")
        || found.text(&["spec", "clusterIP"]) == Some("None") && is_listening(tree, found, port);
    let help = (!ports.is_empty()).then(|| format!("its ports are {}", ports.join(", ")));
    (!is_open)
        .then(|| (format!("the Service `{service}` in namespace `{namespace}` has no port {port}"), help))
}

/// Whether pods of a Service without an address of its own listen on a port.
fn is_listening(tree: &Tree<'_, '_>, service: &Object<'_, '_>, port: &str) -> bool {
    let Some(selector) = service.mapping(&["spec", "selector"]) else { return true };
    let pods = tree.workloads().iter().filter(|workload| {
        workload.namespace() == service.id.effective_namespace() && workload.has_labels(selector)
    });
    let mut containers = pods.flat_map(Workload::containers);
    containers.any(|(_, container)| {
        let ports = container.get("ports").and_then(Node::as_sequence).unwrap_or_default();
        ports.iter().any(|own| own.get("containerPort").and_then(Node::text) == Some(port))
    })
}
