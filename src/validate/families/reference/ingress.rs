//! `ref/ingress-service`, `ref/ingress-port`, `ref/ingress-tls`

use super::named::Named;
use crate::diagnostic::{Severity, closest};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Tree};
use crate::yaml::Node;

static SERVICE_RULE: Rule = Rule {
    id: "ref/ingress-service",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an Ingress or route leads to a Service that is not there",
    why: "requests are answered with 503, and some controllers refuse the whole Ingress",
    fix: "add the Service to the namespace of the Ingress, or correct the name",
    example: example!("ref/ingress-service"),
};

static PORT_RULE: Rule = Rule {
    id: "ref/ingress-port",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an Ingress or route leads to a port that the Service does not have",
    why: "requests are answered with 503, and some controllers refuse the whole Ingress",
    fix: "name a port of the Service, not of the pods",
    example: example!("ref/ingress-port"),
};

static TLS_RULE: Rule = Rule {
    id: "ref/ingress-tls",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "an Ingress takes its certificate from a Secret that nothing in the tree makes",
    why: "browsers are shown a certificate of the controller's own, or nothing at all",
    fix: "add the Secret or a Certificate that makes it, or name an issuer of cert-manager in an annotation",
    example: example!("ref/ingress-tls"),
};

pub(super) static CHECK: Check =
    Check { rules: &[&SERVICE_RULE, &PORT_RULE, &TLS_RULE], run: Run::Tree(check) };

/// A Service that requests are sent to.
struct Backend<'a, 's> {
    path: String,
    name: &'a Node<'s>,
    /// Where the Service is.
    namespace: &'s str,
    /// By name or by number, with its path below `path`.
    port: Option<(&'static str, &'a Node<'s>)>,
}

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for ingress in tree.of_kind("networking.k8s.io", "Ingress") {
        for backend in backends(ingress) {
            check_backend(ingress, backend, tree, findings);
        }
        check_tls(ingress, tree, findings);
    }
    for kind in ["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"] {
        for route in tree.of_kind("gateway.networking.k8s.io", kind) {
            for backend in route_backends(route) {
                check_backend(route, backend, tree, findings);
            }
        }
    }
}

fn check_backend(
    object: &Object<'_, '_>,
    backend: Backend<'_, '_>,
    tree: &Tree<'_, '_>,
    findings: &mut Findings<'_>,
) {
    let Backend { path, name, namespace, port } = backend;
    let named = Named { object, kind: ("", "Service"), namespace, path: format!("{path}.name"), name };
    // The controller on AWS takes actions from annotations in place of Services.
    if port.is_some_and(|(_, port)| port.text() == Some("use-annotation")) {
        return;
    }
    let Some(service) = tree.find(named.kind, namespace, named.text()) else {
        if !named.is_there(tree) {
            findings.add(named.missing(&SERVICE_RULE, tree));
        }
        return;
    };
    let Some((field, port)) = port else { return };
    let Some(wanted) = port.text() else { return };
    let ports = service.items(&["spec", "ports"]);
    let texts = |key: &str| -> Vec<&str> { ports.iter().filter_map(|port| port.get(key)?.text()).collect() };
    let key = if field.ends_with("name") { "name" } else { "port" };
    let known = texts(key);
    // What a Service without any port lacks is more than this port.
    let is_known = known.contains(&wanted) || ports.is_empty();
    if is_known || service.text(&["spec", "type"]) == Some("ExternalName") {
        return;
    }
    let message = format!("{} has no port `{wanted}`", service.describe());
    let finding = object.finding(&PORT_RULE, format!("{path}.{field}"), port, message);
    let place = service.at(&["spec", "ports"]).map_or(service.name_origin(), Node::origin);
    let finding = finding.related(place, "the Service's ports are here");
    findings.add(match closest(wanted, &known) {
        Some(like) => finding.help(format!("did you mean `{like}`?")),
        None if known.is_empty() => finding,
        None => finding.help(format!("it has {}", known.join(", "))),
    });
}

fn backends<'a, 's>(ingress: &Object<'a, 's>) -> Vec<Backend<'a, 's>> {
    let namespace = ingress.id.namespace;
    let mut found = Vec::new();
    let mut add = |path: String, backend: Option<&'a Node<'s>>| {
        let Some(service) = backend.and_then(|backend| backend.get("service")) else { return };
        let Some(name) = service.get("name") else { return };
        let by = [("port.name", ["port", "name"]), ("port.number", ["port", "number"])];
        let port = by.into_iter().find_map(|(field, keys)| Some((field, service.at(&keys)?)));
        found.push(Backend { path: format!("{path}.service"), name, namespace, port });
    };
    add("spec.defaultBackend".to_owned(), ingress.at(&["spec", "defaultBackend"]));
    for (rule_index, rule) in ingress.items(&["spec", "rules"]).iter().enumerate() {
        let paths = rule.at(&["http", "paths"]).and_then(Node::as_sequence).unwrap_or_default();
        for (index, path) in paths.iter().enumerate() {
            add(format!("spec.rules[{rule_index}].http.paths[{index}].backend"), path.get("backend"));
        }
    }
    found
}

fn route_backends<'a, 's>(route: &Object<'a, 's>) -> Vec<Backend<'a, 's>> {
    let mut found = Vec::new();
    for (rule_index, rule) in route.items(&["spec", "rules"]).iter().enumerate() {
        let backends = rule.get("backendRefs").and_then(Node::as_sequence).unwrap_or_default();
        for (index, backend) in backends.iter().enumerate() {
            let text = |key: &str| backend.get(key).and_then(Node::text).unwrap_or_default();
            let is_service = matches!(text("kind"), "" | "Service") && text("group").is_empty();
            let Some(name) = backend.get("name").filter(|_| is_service) else { continue };
            let namespace = match text("namespace") {
                "" => route.id.namespace,
                namespace => namespace,
            };
            let port = backend.get("port").map(|port| ("port", port));
            found.push(Backend {
                path: format!("spec.rules[{rule_index}].backendRefs[{index}]"),
                name,
                namespace,
                port,
            });
        }
    }
    found
}

fn check_tls(ingress: &Object<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for (index, tls) in ingress.items(&["spec", "tls"]).iter().enumerate() {
        let Some(name) = tls.get("secretName") else { continue };
        let path = format!("spec.tls[{index}].secretName");
        let namespace = ingress.id.namespace;
        let named = Named { object: ingress, kind: ("", "Secret"), namespace, path, name };
        if !named.is_there(tree) {
            findings.add(named.missing(&TLS_RULE, tree));
        }
    }
}
