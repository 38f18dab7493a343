//! `rel/resources`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "rel/resources",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "a container does not say what CPU and memory it needs, or has no limit of memory",
    why: "it is put on nodes that are full, and is the first to be evicted; without a limit it takes the memory of the others",
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
            let places = [container.get("resources"), workload.spec.get("resources")];
            let has = |field: &str, resource: &str| {
                places.into_iter().flatten().any(|resources| resources.at(&[field, resource]).is_some())
            };
            let is_set = |resource: &&str| has("requests", resource) || has("limits", resource);
            let missing: Vec<&str> = ["cpu", "memory"].into_iter().filter(|one| !is_set(one)).collect();
            let lacks = match missing.as_slice() {
                [] if has("limits", "memory") => continue,
                [] => "has no limit of memory".to_owned(),
                missing => format!("requests no {}", missing.join(" and no ")),
            };
            let name = container.get("name").unwrap_or(container);
            let who = name.text().unwrap_or_default();
            let message = format!("container `{who}` {lacks}");
            let place = container.get("resources").filter(|node| !Node::is_null(node)).unwrap_or(name);
            findings.add(workload.object.finding(&RULE, format!("{path}.resources"), place, message));
        }
    }
}
