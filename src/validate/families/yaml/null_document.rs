//! `yaml/null-document`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Text};

static RULE: Rule = Rule {
    id: "yaml/null-document",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an item of a list of objects is null",
    why: "kubectl and the engines stop at it, or drop it with what was meant to be there",
    fix: "remove the item, or write the object",
    example: example!("yaml/null-document"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Text(check) };

fn check(text: &Text<'_>, findings: &mut Findings<'_>) {
    for origin in &text.nulls {
        findings.add(Finding::new(&RULE, *origin, "this item of the list is null"));
    }
}
