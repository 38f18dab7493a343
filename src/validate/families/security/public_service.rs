//! `sec/public-service`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, is_same};

static RULE: Rule = Rule {
    id: "sec/public-service",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "a Service is open to the internet",
    why: "a cloud gives a load balancer a public address unless it is told otherwise, and a port of the nodes is open wherever they are",
    fix: "make the load balancer internal by its annotation, or say who may come in `loadBalancerSourceRanges`; instead of `NodePort` use an Ingress or a Gateway",
    example: example!("sec/public-service"),
};

/// What makes a load balancer an internal one.
const INTERNAL: [(&str, &[&str]); 6] = [
    ("service.beta.kubernetes.io/azure-load-balancer-internal", &["true"]),
    ("networking.gke.io/load-balancer-type", &["Internal"]),
    ("cloud.google.com/load-balancer-type", &["Internal", "internal"]),
    ("service.beta.kubernetes.io/aws-load-balancer-scheme", &["internal"]),
    ("service.beta.kubernetes.io/aws-load-balancer-internal", &["true", "0.0.0.0/0"]),
    ("service.beta.kubernetes.io/aws-load-balancer-type", &["internal"]),
];
/// Everybody.
const ANYWHERE: [&str; 2] = ["0.0.0.0/0", "::/0"];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(kind) = object.at(&["spec", "type"]).filter(|_| object.is("", "Service")) else { return };
    let is_internal = INTERNAL
        .iter()
        .any(|(key, values)| object.annotation(key).is_some_and(|value| values.contains(&value)));
    let ranges = object.items(&["spec", "loadBalancerSourceRanges"]);
    let is_open = |range: &crate::yaml::Node<'_>| range.text().is_some_and(|range| ANYWHERE.contains(&range));
    let is_limited = !ranges.is_empty() && !ranges.iter().any(is_open);
    if kind.text() == Some("LoadBalancer") && !is_internal && !is_limited {
        let message = "the load balancer gets a public address, and everybody may use it";
        findings.add(Finding::new(&RULE, kind.origin(), message).object(object.id).path("spec.type"));
    }
    if kind.text() == Some("NodePort") && !is_behind_ingress(object, tree) {
        let message = "the Service has a port on every node, whoever can reach them";
        findings.add(Finding::new(&RULE, kind.origin(), message).object(object.id).path("spec.type"));
    }
}

/// Whether an Ingress leads to it: some controllers reach Services by the ports of nodes.
fn is_behind_ingress(service: &Object<'_, '_>, tree: &Tree<'_, '_>) -> bool {
    let leads = |ingress: &Object<'_, '_>| {
        let rules = ingress.items(&["spec", "rules"]).iter();
        let paths = rules.filter_map(|rule| rule.at(&["http", "paths"])?.as_sequence()).flatten();
        let backends =
            paths.filter_map(|path| path.get("backend")).chain(ingress.at(&["spec", "defaultBackend"]));
        let mut names = backends.filter_map(|backend| backend.at(&["service", "name"])?.text());
        is_same(ingress.id.namespace, service.id.namespace) && names.any(|name| name == service.id.name)
    };
    tree.of_kind("networking.k8s.io", "Ingress").any(leads)
}
