//! `sec/run-as-root`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "sec/run-as-root",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "a container runs as root, or nothing keeps it from that",
    why: "root in a container is root on the node once something gives way",
    fix: "set `runAsNonRoot: true`, and `runAsUser` if the image does not name a user by number",
    example: example!("sec/run-as-root"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(workload) = Workload::of(*object).filter(|workload| !workload.is_for_windows()) else { return };
    for (path, container) in workload.containers() {
        // What the container says stands over what the pod says.
        let setting = |field: &str| {
            let own = container.at(&["securityContext", field]);
            own.or_else(|| workload.spec.at(&["securityContext", field])).filter(|value| !value.is_null())
        };
        let (user, non_root) = (setting("runAsUser"), setting("runAsNonRoot"));
        let is_root = user.filter(|user| user.text() == Some("0"));
        let is_safe = non_root.and_then(Node::text) == Some("true") || user.is_some();
        let (place, message) = match is_root {
            Some(user) => (user, "the container runs as root"),
            None if is_safe => continue,
            None => {
                let name = container.get("name").unwrap_or(container);
                (non_root.unwrap_or(name), "nothing keeps the container from running as root")
            }
        };
        let finding = Finding::new(&RULE, place.origin(), message).object(object.id);
        findings.add(finding.path(format!("{path}.securityContext")));
    }
}
