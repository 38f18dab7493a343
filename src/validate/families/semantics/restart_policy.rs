//! `sem/restart-policy`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "sem/restart-policy",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "pods cannot be restarted in this way here",
    why: "the API server refuses the object",
    fix: "what runs for ever restarts `Always`; a Job restarts `OnFailure` or `Never`, and must say which",
    example: example!("sem/restart-policy"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let allowed: &[&str] = match (object.group(), object.kind()) {
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") => &["Always"],
        ("batch", "Job" | "CronJob") => &["OnFailure", "Never"],
        _ => return,
    };
    let Some(workload) = Workload::of(*object) else { return };
    let policy = workload.spec.get("restartPolicy").filter(|policy| !policy.is_null());
    // What says nothing restarts always.
    let text = policy.and_then(Node::text).filter(|text| !text.is_empty()).unwrap_or("Always");
    if !allowed.contains(&text) {
        let said = if policy.is_some() { "" } else { ", which is the default" };
        let message = format!("a {} cannot restart its pods `{text}`{said}", object.kind());
        let place = policy.unwrap_or(workload.spec).origin();
        let finding = Finding::new(&RULE, place, message).object(object.id);
        findings.add(finding.path(format!("{}.restartPolicy", workload.spec_path())));
    }
}
