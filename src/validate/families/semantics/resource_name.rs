//! `sem/resource-name`

use super::fields::{entries, has_variable};
use crate::diagnostic::{Severity, closest};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};

static RULE: Rule = Rule {
    id: "sem/resource-name",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a container asks for a resource that there is not",
    why: "the API server refuses the pods",
    fix: "ask for `cpu`, `memory`, `ephemeral-storage` or huge pages; what others add has a domain in front, as `example.com/gpu`",
    example: example!("sem/resource-name"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

const RESOURCES: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(workload) = Workload::of(*object) else { return };
    for (path, container) in workload.containers() {
        let Some(resources) = container.get("resources") else { continue };
        for field in ["requests", "limits"] {
            for entry in entries(resources, field).filter(|entry| !is_resource(entry.key.text)) {
                let name = entry.key.text;
                let message = format!("there is no resource `{name}` that a container could have");
                let finding = Finding::new(&RULE, entry.key.origin, message).object(object.id);
                let finding = finding.path(format!("{path}.resources.{field}.{name}"));
                findings.add(match closest(name, &RESOURCES) {
                    Some(like) => finding.help(format!("did you mean `{like}`?")),
                    None => finding,
                });
            }
        }
    }
}

fn is_resource(name: &str) -> bool {
    RESOURCES.contains(&name) || name.starts_with("hugepages-") || name.contains('/') || has_variable(name)
}
