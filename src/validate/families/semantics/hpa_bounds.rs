//! `sem/hpa-bounds`

use super::fields::number;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};

static RULE: Rule = Rule {
    id: "sem/hpa-bounds",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an autoscaler's lower bound is above its upper one",
    why: "the API server refuses the autoscaler",
    fix: "set `maxReplicas` to at least `minReplicas`",
    example: example!("sem/hpa-bounds"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    if !object.is("autoscaling", "HorizontalPodAutoscaler") {
        return;
    }
    let bound = |field: &str| object.at(&["spec", field]).and_then(|node| Some((node, number(node)?)));
    let (Some((low, least)), Some((high, most))) = (bound("minReplicas"), bound("maxReplicas")) else {
        return;
    };
    if least > most {
        let message = format!("at least {least} replicas are asked for, and at most {most}");
        let finding = Finding::new(&RULE, low.origin(), message).object(object.id).path("spec.minReplicas");
        findings.add(finding.related(high.origin(), "the upper bound is here"));
    }
}
