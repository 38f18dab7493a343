//! `ref/volume-mount`, `ref/unused-volume`

use crate::diagnostic::{Severity, closest};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Tree, Workload};
use crate::yaml::Node;

static MOUNT_RULE: Rule = Rule {
    id: "ref/volume-mount",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a container mounts a volume that its pod does not have",
    why: "the API server refuses the object",
    fix: "add the volume to the pod's `volumes`, or correct the name",
    example: example!("ref/volume-mount"),
};

static UNUSED_RULE: Rule = Rule {
    id: "ref/unused-volume",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "a volume is mounted by no container",
    why: "it is attached for nothing, and most likely some container lacks its files",
    fix: "mount it in the container that needs it, or take it out",
    example: example!("ref/unused-volume"),
};

pub(super) static CHECK: Check = Check { rules: &[&MOUNT_RULE, &UNUSED_RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(workload) = Workload::of(*object) else { return };
    let volumes: Vec<(String, &Node<'_>)> =
        workload.items("volumes").filter_map(|(path, volume)| Some((path, volume.get("name")?))).collect();
    let names = volumes.iter().filter_map(|(_, name)| name.text());
    // Each template of a StatefulSet is a volume too.
    let templates = object.items(&["spec", "volumeClaimTemplates"]).iter();
    let templates = templates.filter_map(|claim| claim.at(&["metadata", "name"])?.text());
    let known: Vec<&str> = names.chain(templates).collect();
    let mut used = Vec::new();
    for (path, container) in workload.containers() {
        for (list, field) in [("volumeMounts", "name"), ("volumeDevices", "name")] {
            let mounts = container.get(list).and_then(Node::as_sequence).unwrap_or_default();
            for (index, mount) in mounts.iter().enumerate() {
                let Some(name) = mount.get(field) else { continue };
                let Some(text) = name.text() else { continue };
                used.push(text);
                if known.contains(&text) {
                    continue;
                }
                let message = format!("the pod has no volume `{text}`");
                let path = format!("{path}.{list}[{index}].{field}");
                let finding = object.finding(&MOUNT_RULE, path, name, message);
                findings.add(match closest(text, &known) {
                    Some(like) => finding.help(format!("did you mean `{like}`?")),
                    None => finding,
                });
            }
        }
    }
    for (path, name) in volumes {
        let Some(text) = name.text().filter(|text| !used.contains(text)) else { continue };
        let message = format!("no container mounts the volume `{text}`");
        findings.add(object.finding(&UNUSED_RULE, format!("{path}.name"), name, message));
    }
}
