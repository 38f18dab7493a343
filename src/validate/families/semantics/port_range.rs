//! `sem/port-range`

use super::fields::{items, number, probes};
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "sem/port-range",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a number is no port",
    why: "the API server refuses the object",
    fix: "ports go from 1 to 65535; those of nodes from 30000 to 32767 unless the cluster is set up otherwise",
    example: example!("sem/port-range"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let mut ports = Ports { object, findings };
    match (object.group(), object.kind()) {
        ("", "Service") => ports.service(),
        ("networking.k8s.io", "NetworkPolicy") => ports.policy(),
        ("networking.k8s.io", "Ingress") => ports.ingress(),
        _ => {}
    }
    if let Some(workload) = Workload::of(*object) {
        ports.pods(&workload);
    }
}

struct Ports<'c, 'a, 's, 'w> {
    object: &'c Object<'a, 's>,
    findings: &'c mut Findings<'w>,
}

impl Ports<'_, '_, '_, '_> {
    fn pods(&mut self, workload: &Workload<'_, '_>) {
        for (path, container) in workload.containers() {
            for (index, port) in items(container, "ports").iter().enumerate() {
                self.port(port.get("containerPort"), 1, &format!("{path}.ports[{index}].containerPort"));
                // Zero is what the API server takes for none.
                self.port(port.get("hostPort"), 0, &format!("{path}.ports[{index}].hostPort"));
            }
            for (name, probe) in probes(container) {
                for handler in ["httpGet", "tcpSocket", "grpc"] {
                    self.port(probe.at(&[handler, "port"]), 1, &format!("{path}.{name}.{handler}.port"));
                }
            }
        }
    }

    fn service(&mut self) {
        for (index, port) in self.object.items(&["spec", "ports"]).iter().enumerate() {
            for field in ["port", "targetPort"] {
                self.port(port.get(field), 1, &format!("spec.ports[{index}].{field}"));
            }
            if let Some((node, value)) = port.get("nodePort").and_then(|node| Some((node, number(node)?)))
                && value != 0
                && !(30_000..=32_767).contains(&value)
            {
                self.add(
                    node,
                    format!("{value} is no port of nodes"),
                    &format!("spec.ports[{index}].nodePort"),
                );
            }
        }
    }

    fn policy(&mut self) {
        for direction in ["ingress", "egress"] {
            for (rule_index, rule) in self.object.items(&["spec", direction]).iter().enumerate() {
                for (index, port) in items(rule, "ports").iter().enumerate() {
                    let path = format!("spec.{direction}[{rule_index}].ports[{index}]");
                    self.port(port.get("port"), 1, &format!("{path}.port"));
                    self.port(port.get("endPort"), 1, &format!("{path}.endPort"));
                    let first = port.get("port").and_then(number);
                    if let Some((node, last)) =
                        port.get("endPort").and_then(|node| Some((node, number(node)?)))
                        && first.is_some_and(|first| last < first)
                    {
                        self.add(
                            node,
                            format!("the range ends at {last}, before it begins"),
                            &format!("{path}.endPort"),
                        );
                    }
                }
            }
        }
    }

    fn ingress(&mut self) {
        for (rule_index, rule) in self.object.items(&["spec", "rules"]).iter().enumerate() {
            for (index, path) in
                rule.get("http").map_or(&[][..], |http| items(http, "paths")).iter().enumerate()
            {
                let port = path.at(&["backend", "service", "port", "number"]);
                let place =
                    format!("spec.rules[{rule_index}].http.paths[{index}].backend.service.port.number");
                self.port(port, 1, &place);
            }
        }
    }

    /// A port is a number in range, or a name.
    fn port(&mut self, node: Option<&Node<'_>>, least: i64, path: &str) {
        if let Some((node, value)) = node.and_then(|node| Some((node, number(node)?)))
            && !(least..=65_535).contains(&value)
        {
            self.add(node, format!("{value} is no port"), path);
        }
    }

    fn add(&mut self, place: &Node<'_>, message: String, path: &str) {
        self.findings.add(Finding::new(&RULE, place.origin(), message).object(self.object.id).path(path));
    }
}
