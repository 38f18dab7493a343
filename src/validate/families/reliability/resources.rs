//! `rel/resources`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "rel/resources",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "a container does not say what CPU and memory it needs",
    why: "it is put on nodes that are full, and is the first to be evicted",
    fix: "set `resources.requests.cpu` and `resources.requests.memory`, and a limit of memory",
    example: example!("rel/resources"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    // A LimitRange fills in what is missing.
    let filled: Vec<&str> = tree.of_kind("", "LimitRange").map(|range| range.id.namespace).collect();
    for workload in tree.workloads() {
        if filled.contains(&workload.namespace()) {
            continue;
        }
        for (path, container) in workload.containers().filter(|(path, _)| path.contains(".containers[")) {
            let is_set = |resource: &str| {
                let places = [container.get("resources"), workload.spec.get("resources")];
                places.into_iter().flatten().any(|resources| {
                    ["requests", "limits"].iter().any(|field| resources.at(&[field, resource]).is_some())
                })
            };
            let missing: Vec<&str> =
                ["cpu", "memory"].into_iter().filter(|resource| !is_set(resource)).collect();
            if missing.is_empty() {
                continue;
            }
            let name = container.get("name").unwrap_or(container);
            let who = name.text().unwrap_or_default();
            let message = format!("container `{who}` requests no {}", missing.join(" and no "));
            let place = container.get("resources").filter(|node| !Node::is_null(node)).unwrap_or(name);
            findings.add(workload.object.finding(&RULE, format!("{path}.resources"), place, message));
        }
    }
}
