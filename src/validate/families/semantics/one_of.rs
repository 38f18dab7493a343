//! `sem/one-of`

use super::fields::{items, probes};
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};
use crate::yaml::{Entry, Mapping, Node};

static RULE: Rule = Rule {
    id: "sem/one-of",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "there is more than one of what can be one, or none",
    why: "the API server refuses the object",
    fix: "keep the one that is meant",
    example: example!("sem/one-of"),
};

const HANDLERS: [&str; 5] = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"];
/// What a probe has beside its handler.
const PROBE: [&str; 6] = [
    "initialDelaySeconds",
    "periodSeconds",
    "timeoutSeconds",
    "successThreshold",
    "failureThreshold",
    "terminationGracePeriodSeconds",
];
const VALUES: [&str; 5] = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];
const PROJECTED: [&str; 6] =
    ["configMap", "secret", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let mut check = OneOf { object, findings };
    match (object.group(), object.kind()) {
        ("policy", "PodDisruptionBudget") => {
            check.at_most(object.at(&["spec"]), &["minAvailable", "maxUnavailable"], "spec");
        }
        ("networking.k8s.io", "NetworkPolicy") => check.peers(),
        ("networking.k8s.io", "Ingress") => check.backends(),
        ("apps", "Deployment") => check.strategy(),
        _ => {}
    }
    if let Some(workload) = Workload::of(*object) {
        check.pods(&workload);
    }
}

struct OneOf<'c, 'a, 's, 'w> {
    object: &'c Object<'a, 's>,
    findings: &'c mut Findings<'w>,
}

impl OneOf<'_, '_, '_, '_> {
    fn pods(&mut self, workload: &Workload<'_, '_>) {
        for (index, volume) in items(workload.spec, "volumes").iter().enumerate() {
            // All keys but the name are kinds of sources.
            let sources: Vec<&Entry<'_>> = present(volume).filter(|entry| entry.key.text != "name").collect();
            let path = format!("{}.volumes[{index}]", workload.spec_path());
            self.more_than_one(&sources, &path);
            for (index, source) in
                volume.get("projected").map_or(&[][..], |node| items(node, "sources")).iter().enumerate()
            {
                self.exactly(source, &PROJECTED, &format!("{path}.projected.sources[{index}]"));
            }
        }
        for (path, container) in workload.containers() {
            for (name, probe) in probes(container) {
                self.exactly_beside(probe, &HANDLERS, &PROBE, &format!("{path}.{name}"));
            }
            for hook in ["postStart", "preStop"] {
                if let Some(handler) = container.at(&["lifecycle", hook]) {
                    self.exactly(handler, &HANDLERS, &format!("{path}.lifecycle.{hook}"));
                }
            }
            for (index, variable) in items(container, "env").iter().enumerate() {
                let path = format!("{path}.env[{index}]");
                let is_set = variable.get("value").and_then(Node::text).is_some_and(|text| !text.is_empty());
                if is_set {
                    self.at_most(Some(variable), &["value", "valueFrom"], &path);
                }
                if let Some(from) = variable.get("valueFrom").filter(|from| !from.is_null()) {
                    self.exactly(from, &VALUES, &format!("{path}.valueFrom"));
                }
            }
        }
    }

    fn peers(&mut self) {
        for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
            for (rule_index, rule) in self.object.items(&["spec", direction]).iter().enumerate() {
                for (index, peer) in items(rule, peers).iter().enumerate() {
                    let path = format!("spec.{direction}[{rule_index}].{peers}[{index}]");
                    let has_block = peer.get("ipBlock").is_some();
                    let others: Vec<&Entry<'_>> = present(peer).collect();
                    if has_block {
                        self.more_than_one(&others, &path);
                    } else if others.is_empty() {
                        self.none(peer, "`podSelector`, `namespaceSelector` or `ipBlock`", &path);
                    }
                }
            }
        }
    }

    fn backends(&mut self) {
        for (rule_index, rule) in self.object.items(&["spec", "rules"]).iter().enumerate() {
            for (index, path) in
                rule.get("http").map_or(&[][..], |http| items(http, "paths")).iter().enumerate()
            {
                let place = format!("spec.rules[{rule_index}].http.paths[{index}].backend");
                if let Some(backend) = path.get("backend") {
                    self.exactly(backend, &["service", "resource"], &place);
                }
                if let Some(port) = path.at(&["backend", "service", "port"]) {
                    self.exactly(port, &["name", "number"], &format!("{place}.service.port"));
                }
            }
        }
    }

    fn strategy(&mut self) {
        let is_recreate = self.object.text(&["spec", "strategy", "type"]) == Some("Recreate");
        let Some(rolling) = self.object.at(&["spec", "strategy", "rollingUpdate"]).filter(|_| is_recreate)
        else {
            return;
        };
        let message = "`rollingUpdate` goes with the type `RollingUpdate`, and the type is `Recreate`";
        let finding = Finding::new(&RULE, rolling.origin(), message).object(self.object.id);
        self.findings.add(finding.path("spec.strategy.rollingUpdate"));
    }

    fn exactly(&mut self, node: &Node<'_>, fields: &[&str], path: &str) {
        self.exactly_beside(node, fields, &[], path);
    }

    /// One of the fields, whatever the `others` are.
    fn exactly_beside(&mut self, node: &Node<'_>, fields: &[&str], others: &[&str], path: &str) {
        let Some(mapping) = node.as_mapping() else { return };
        let set: Vec<&Entry<'_>> = present(node).filter(|entry| fields.contains(&entry.key.text)).collect();
        // A field that nobody knows may be of a newer version.
        let is_unknown = mapping
            .iter()
            .any(|entry| !fields.contains(&entry.key.text) && !others.contains(&entry.key.text));
        if set.is_empty() && !is_unknown {
            let names: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
            self.none(node, &names.join(", "), path);
        }
        self.more_than_one(&set, path);
    }

    fn at_most(&mut self, node: Option<&Node<'_>>, fields: &[&str], path: &str) {
        let set: Vec<&Entry<'_>> =
            node.into_iter().flat_map(present).filter(|entry| fields.contains(&entry.key.text)).collect();
        self.more_than_one(&set, path);
    }

    fn more_than_one(&mut self, set: &[&Entry<'_>], path: &str) {
        if let [first, .., last] = set {
            let message = format!("`{}` and `{}` cannot stand together", first.key.text, last.key.text);
            let finding = Finding::new(&RULE, last.key.origin, message).object(self.object.id).path(path);
            self.findings.add(finding.related(first.key.origin, "the other one is here"));
        }
    }

    fn none(&mut self, node: &Node<'_>, names: &str, path: &str) {
        let message = format!("one of {names} is missing");
        self.findings.add(Finding::new(&RULE, node.origin(), message).object(self.object.id).path(path));
    }
}

/// The entries that are not null.
fn present<'a, 's>(node: &'a Node<'s>) -> impl Iterator<Item = &'a Entry<'s>> {
    node.as_mapping().into_iter().flat_map(Mapping::iter).filter(|entry| !entry.value.is_null())
}
