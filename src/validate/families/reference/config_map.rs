//! `ref/configmap`

use super::pod_references::references;
use crate::diagnostic::{Severity, closest};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Tree};

static RULE: Rule = Rule {
    id: "ref/configmap",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "pods ask for a ConfigMap that is not there",
    why: "the pods stay in CreateContainerConfigError or ContainerCreating until somebody makes it",
    fix: "add the ConfigMap, correct the name, or set `optional: true` if the pods start without it",
    example: example!("ref/configmap"),
};

/// Every namespace has these.
const BUILT_IN: [&str; 1] = ["kube-root-ca.crt"];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for workload in tree.workloads() {
        let namespace = workload.namespace();
        for reference in references(workload).iter().filter(|reference| reference.kind == "ConfigMap") {
            let name = reference.name.text().unwrap_or_default();
            let is_there = tree.find(("", "ConfigMap"), namespace, name).is_some();
            if is_there || reference.is_optional || BUILT_IN.contains(&name) {
                continue;
            }
            let finding = Finding::new(
                &RULE,
                reference.name.origin(),
                format!("there is no ConfigMap `{name}` in namespace `{namespace}`"),
            );
            let mut finding = finding.object(workload.object.id).path(reference.path.as_str());
            if let Some(like) = closest(name, &tree.names(("", "ConfigMap"), namespace)) {
                finding = finding.help(format!("did you mean `{like}`?"));
            }
            findings.add(finding);
        }
    }
}
