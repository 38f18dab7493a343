//! `prom/syntax`, `prom/type`, `prom/unknown-function`, `prom/regexp`, `prom/duration`: expressions and durations that
//! Prometheus refuses.

use super::relabel;
use crate::diagnostic::Severity;
use crate::validate::embedded::{DocumentRole, Field};
use crate::validate::promql::{ErrorKind, Parsed, duration};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Tree};

const WHY: &str = "Prometheus refuses the whole file, and with it every rule in it; a reload keeps the old rules, a \
                   restart fails";

static SYNTAX: Rule = Rule {
    id: "prom/syntax",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an expression is no PromQL",
    why: WHY,
    fix: "correct the expression; `promtool check rules` says whether it is right",
    example: example!("prom/syntax"),
};

static TYPE: Rule = Rule {
    id: "prom/type",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a function or operator is given what it does not take",
    why: WHY,
    fix: "give a range as `[5m]` to functions over time, and an instant vector to all others",
    example: example!("prom/type"),
};

static UNKNOWN_FUNCTION: Rule = Rule {
    id: "prom/unknown-function",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an expression calls a function that Prometheus does not have",
    why: WHY,
    fix: "use a function of PromQL",
    example: example!("prom/unknown-function"),
};

static REGEXP: Rule = Rule {
    id: "prom/regexp",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a regular expression cannot be compiled",
    why: WHY,
    fix: "correct the pattern; the syntax is RE2's, which has no look-around and no back-references",
    example: example!("prom/regexp"),
};

static DURATION: Rule = Rule {
    id: "prom/duration",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a duration of a rule is none",
    why: WHY,
    fix: "write a number and one of ms, s, m, h, d, w, y: `5m`, `1h30m`",
    example: example!("prom/duration"),
};

pub(super) static CHECK: Check =
    Check { rules: &[&SYNTAX, &TYPE, &UNKNOWN_FUNCTION, &REGEXP, &DURATION], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let documents = tree.documents();
    for rule in &documents.rules {
        if let Parsed::Error(error) = &rule.parsed {
            let of = of_kind(error.kind);
            let message = format!("{}: {}", rule.title(), error.message);
            let mut finding = rule.finding(of, rule.at(error.offset), message);
            finding.help.clone_from(&error.help);
            findings.add(finding);
        }
        for (name, field) in rule.durations.iter().filter(|(_, field)| is_wrong(field)) {
            let message = format!("{}: `{name}: {}` is no duration", rule.title(), field.text);
            findings.add(rule.finding(&DURATION, field.origin, message));
        }
    }
    for group in &documents.groups {
        for (name, field) in group.durations.iter().filter(|(_, field)| is_wrong(field)) {
            let message = format!("`{name}: {}` is no duration", field.text);
            let finding = Finding::new(&DURATION, field.origin, message);
            findings.add(finding.object(group.object.id).path(group.path.as_str()));
        }
    }
    for unreadable in documents.unreadable.iter().filter(|document| document.role == DocumentRole::Rules) {
        for error in &unreadable.errors {
            let finding =
                Finding::new(&SYNTAX, error.origin, format!("the rules are no YAML: {}", error.message));
            findings.add(finding.object(unreadable.object.id).path(unreadable.path.as_str()));
        }
    }
    relabel::check_resources(tree, &REGEXP, findings);
}

fn of_kind(kind: ErrorKind) -> &'static Rule {
    match kind {
        ErrorKind::Syntax => &SYNTAX,
        ErrorKind::Type => &TYPE,
        ErrorKind::UnknownFunction => &UNKNOWN_FUNCTION,
        ErrorKind::Regexp => &REGEXP,
        ErrorKind::Duration => &DURATION,
    }
}

fn is_wrong(field: &Field<'_>) -> bool {
    duration(field.text).is_none()
}
