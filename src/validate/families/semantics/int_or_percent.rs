//! `sem/int-or-percent`

use super::fields::has_variable;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};
use crate::yaml::{Node, Style};

static RULE: Rule = Rule {
    id: "sem/int-or-percent",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a number of pods is neither a number nor a percentage",
    why: "the API server refuses the object",
    fix: "write a whole number without quotes, or a percentage such as `25%`; one of `maxSurge` and `maxUnavailable` must be above zero",
    example: example!("sem/int-or-percent"),
};

const ROLLING: [&str; 2] = ["maxSurge", "maxUnavailable"];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let (parents, fields): (&[&str], &[&str]) = match (object.group(), object.kind()) {
        ("policy", "PodDisruptionBudget") => (&["spec"], &["minAvailable", "maxUnavailable"]),
        ("apps", "Deployment") => (&["spec", "strategy", "rollingUpdate"], &ROLLING),
        ("apps", "DaemonSet" | "StatefulSet") => (&["spec", "updateStrategy", "rollingUpdate"], &ROLLING),
        _ => return,
    };
    let Some(parent) = object.at(parents) else { return };
    let mut values = Vec::new();
    for field in fields {
        let Some(value) = parent.get(field).filter(|value| !value.is_null()) else { continue };
        if value.text().is_some_and(has_variable) {
            continue;
        }
        match read(value) {
            Ok(number) => values.push((value, number)),
            Err(reason) => {
                let path = format!("{}.{field}", parents.join("."));
                findings.add(Finding::new(&RULE, value.origin(), reason).object(object.id).path(path));
            }
        }
    }
    if let [(first, 0), (second, 0)] = values.as_slice()
        && fields == ROLLING
    {
        let message = "no pod may be added and none may be missing, so none can be replaced";
        let finding = Finding::new(&RULE, second.origin(), message).object(object.id).path(parents.join("."));
        findings.add(finding.related(first.origin(), "and this is zero, too"));
    }
}

fn read(value: &Node<'_>) -> Result<u64, String> {
    let text = value.text().ok_or_else(|| "a number or a percentage was expected".to_owned())?;
    if let Some(percent) = text.strip_suffix('%') {
        return match percent.parse::<u64>() {
            Ok(percent) if percent <= 100 => Ok(percent),
            Ok(_) => Err(format!("`{text}` is more than all pods")),
            Err(_) => Err(format!("`{text}` is no percentage")),
        };
    }
    match text.parse::<u64>() {
        Ok(_) if value.style() != Style::Plain => {
            Err(format!("`\"{text}\"` is text: without quotes it is a number"))
        }
        Ok(number) if i32::try_from(number).is_err() => {
            Err(format!("`{text}` is more than the API can hold, which is {}", i32::MAX))
        }
        Ok(number) => Ok(number),
        Err(_) => Err(format!("`{text}` is neither a number nor a percentage")),
    }
}
