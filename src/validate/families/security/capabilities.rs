//! `sec/capabilities`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "sec/capabilities",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "a container has more of root's powers than it needs",
    why: "what a container runtime grants by default is enough to forge packets on the node's network; what is added goes further",
    fix: "set `capabilities: {drop: [ALL]}`, and add back only what the program cannot do without",
    example: example!("sec/capabilities"),
};

/// To listen on ports below 1024 is all that the restricted level of Kubernetes lets a container add.
const HARMLESS: [&str; 1] = ["NET_BIND_SERVICE"];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(workload) = Workload::of(*object).filter(|workload| !workload.is_for_windows()) else { return };
    for (path, container) in workload.containers() {
        let capabilities = container.at(&["securityContext", "capabilities"]);
        for added in list(capabilities, "add").iter().filter(|added| !HARMLESS.contains(&name(added))) {
            let message = format!("`{}` is added to what the container may do", name(added));
            let finding = Finding::new(&RULE, added.origin(), message).object(object.id);
            findings.add(finding.path(format!("{path}.securityContext.capabilities.add")));
        }
        if !list(capabilities, "drop").iter().any(|dropped| name(dropped) == "ALL") {
            let place = capabilities.or_else(|| container.get("name")).unwrap_or(container);
            let message = "the container keeps the capabilities that the runtime grants by default";
            let finding = Finding::new(&RULE, place.origin(), message).object(object.id);
            findings.add(finding.path(format!("{path}.securityContext.capabilities.drop")));
        }
    }
}

fn list<'a, 's>(capabilities: Option<&'a Node<'s>>, field: &str) -> &'a [Node<'s>] {
    capabilities
        .and_then(|capabilities| capabilities.get(field))
        .and_then(Node::as_sequence)
        .unwrap_or_default()
}

/// Runtimes take `CAP_NET_RAW` for `NET_RAW`.
fn name<'s>(capability: &Node<'s>) -> &'s str {
    let text = capability.text().unwrap_or_default();
    text.strip_prefix("CAP_").unwrap_or(text)
}
