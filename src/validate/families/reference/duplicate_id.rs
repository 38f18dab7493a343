//! `ref/duplicate-id`

use rustc_hash::FxHashMap;

use crate::diagnostic::Severity;
use crate::resource::or_default;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, is_namespaced};
use crate::yaml::{Node, Origin};

static RULE: Rule = Rule {
    id: "ref/duplicate-id",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "two objects are one to the API server, or fight for one thing",
    why: "the later one overwrites the earlier one with each sync, and Argo CD refuses to share an object",
    fix: "delete one of them, or give it another name",
    example: example!("ref/duplicate-id"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let mut seen: FxHashMap<(&str, &str, &str, &str), &Object<'_, '_>> = FxHashMap::default();
    for object in tree.objects().iter().filter(|object| !object.id.name.is_empty()) {
        let gvk = &object.id.gvk;
        let is_namespaced = is_namespaced(tree, gvk).unwrap_or(true);
        let namespace = if is_namespaced { or_default(object.id.namespace) } else { "" };
        let first = *seen.entry((gvk.group, gvk.kind, namespace, object.id.name)).or_insert(object);
        if !std::ptr::eq(first, object) {
            let message = format!("there is a second {}", object.describe());
            let finding = object.finding_at_name(&RULE, message);
            findings.add(finding.path("metadata.name").related(first.name_origin(), "the first one is here"));
        }
    }
    check_node_ports(tree, findings);
    check_hosts(tree, findings);
    check_autoscalers(tree, findings);
}

/// What was claimed, with where and by whom.
type Claims<'t> = FxHashMap<String, (Origin, &'t str)>;

/// Reports a claim if somebody has made it before.
fn claim<'t>(
    claims: &mut Claims<'t>,
    what: String,
    (origin, name): (Origin, &'t str),
    finding: impl FnOnce(&str) -> Finding,
) -> Option<Finding> {
    if let Some((first, other)) = claims.get(&what) {
        return Some(finding(other).related(*first, "the first one is here"));
    }
    claims.insert(what, (origin, name));
    None
}

fn check_node_ports(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let mut claims = Claims::default();
    for service in tree.of_kind("", "Service") {
        for (index, port) in service.items(&["spec", "ports"]).iter().enumerate() {
            let Some(node) = port.get("nodePort") else { continue };
            let Some(number) = node.text().filter(|text| *text != "0") else { continue };
            let protocol = port.get("protocol").and_then(Node::text).unwrap_or("TCP");
            let found = claim(
                &mut claims,
                format!("{number}/{protocol}"),
                (node.origin(), service.id.name),
                |other| {
                    let message = format!("node port {number} is taken by Service `{other}`");
                    service.finding(&RULE, format!("spec.ports[{index}].nodePort"), node, message)
                },
            );
            findings.extend_from(found);
        }
    }
}

fn check_hosts(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let mut claims = Claims::default();
    for ingress in tree.of_kind("networking.k8s.io", "Ingress") {
        let class = ingress.text(&["spec", "ingressClassName"]).unwrap_or_default();
        for (rule_index, rule) in ingress.items(&["spec", "rules"]).iter().enumerate() {
            let host = rule.get("host").and_then(Node::text).unwrap_or_default();
            let paths = rule.at(&["http", "paths"]).and_then(Node::as_sequence).unwrap_or_default();
            for (index, item) in paths.iter().enumerate() {
                let text = |field| item.get(field).and_then(Node::text).unwrap_or_default();
                // Without a host, two Ingresses may have load balancers of their own.
                let Some(node) = item.get("path").filter(|_| !host.is_empty()) else { continue };
                let (path, path_type) = (text("path"), text("pathType"));
                let what = format!("{class} {host} {path} {path_type}");
                let found = claim(&mut claims, what, (node.origin(), ingress.id.name), |other| {
                    let message = format!("`{host}{path}` is served by Ingress `{other}` already");
                    let field = format!("spec.rules[{rule_index}].http.paths[{index}].path");
                    ingress.finding(&RULE, field, node, message)
                });
                findings.extend_from(found);
            }
        }
    }
}

fn check_autoscalers(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let mut claims = Claims::default();
    for autoscaler in tree.of_kind("autoscaling", "HorizontalPodAutoscaler") {
        let text = |field| autoscaler.text(&["spec", "scaleTargetRef", field]).unwrap_or_default();
        let Some(node) = autoscaler.at(&["spec", "scaleTargetRef", "name"]) else { continue };
        let (kind, name) = (text("kind"), text("name"));
        let what = format!("{} {kind} {name}", or_default(autoscaler.id.namespace));
        let found = claim(&mut claims, what, (node.origin(), autoscaler.id.name), |other| {
            let message = format!("{kind} `{name}` is scaled by `{other}` already");
            autoscaler.finding(&RULE, "spec.scaleTargetRef.name", node, message)
        });
        // Two objects of one id are reported as such.
        let is_other =
            |finding: &Finding| !finding.message.ends_with(&format!("`{}` already", autoscaler.id.name));
        findings.extend_from(found.filter(is_other));
    }
}
