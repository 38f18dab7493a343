//! `sec/privileged`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};

static RULE: Rule = Rule {
    id: "sec/privileged",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "a container has, or may get, the powers of root on its node",
    why: "a hole in the program is a hole in the node",
    fix: "take `privileged` out and set `allowPrivilegeEscalation: false`; add single capabilities if the program needs them",
    example: example!("sec/privileged"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(workload) = Workload::of(*object) else { return };
    for (path, container) in workload.containers() {
        let fields = [
            ("privileged", "the container runs with all powers of its node"),
            ("allowPrivilegeEscalation", "the container may get more powers than it starts with"),
        ];
        for (field, message) in fields {
            let value = container.at(&["securityContext", field]);
            if let Some(value) = value.filter(|value| value.text() == Some("true")) {
                let finding = Finding::new(&RULE, value.origin(), message).object(object.id);
                findings.add(finding.path(format!("{path}.securityContext.{field}")));
            }
        }
    }
}
