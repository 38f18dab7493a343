//! `sec/host-network`

use super::exempt::is_node_exporter;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "sec/host-network",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "pods share the network, the processes or the shared memory of their node",
    why: "they reach what listens on the node alone, and no network policy holds for them; they see and may signal every process",
    fix: "take the field out; a Service or a port of the pod does for nearly everything",
    example: example!("sec/host-network"),
};

const FIELDS: [(&str, &str); 3] = [
    ("hostNetwork", "the network of the node"),
    ("hostPID", "the processes of the node"),
    ("hostIPC", "the shared memory of the node"),
];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(workload) = Workload::of(*object).filter(|workload| !is_node_exporter(workload)) else { return };
    for (field, what) in FIELDS {
        if let Some(value) = workload.spec.get(field).filter(|value| value.text() == Some("true")) {
            let path = format!("{}.{field}", workload.spec_path());
            let finding = Finding::new(&RULE, value.origin(), format!("the pods share {what}"));
            findings.add(finding.object(object.id).path(path));
        }
    }
    for (path, container) in workload.containers() {
        for (index, port) in items(container, "ports").iter().enumerate() {
            if let Some(value) =
                port.get("hostPort").filter(|value| !matches!(value.text(), None | Some("0")))
            {
                let message = "a port of the node leads into the container";
                let finding = Finding::new(&RULE, value.origin(), message).object(object.id);
                findings.add(finding.path(format!("{path}.ports[{index}].hostPort")));
            }
        }
    }
}

fn items<'a, 's>(node: &'a Node<'s>, field: &str) -> &'a [Node<'s>] {
    node.get(field).and_then(Node::as_sequence).unwrap_or_default()
}
