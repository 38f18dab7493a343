//! `yaml/ambiguous-scalar`, and templates in values.

use super::templates;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};
use crate::yaml::{Node, Style, Value, legacy_bool};

static RULE: Rule = Rule {
    id: "yaml/ambiguous-scalar",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "a value without quotes means different things to different readers",
    why: "YAML 1.1, YAML 1.2 and Go's readers disagree on it, so that kubectl, Argo CD and other tools apply different values",
    fix: "put it in quotes, or write true, false or a decimal number",
    example: example!("yaml/ambiguous-scalar"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE, &templates::RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    walk(object, object.node, findings);
}

fn walk(object: &Object<'_, '_>, node: &Node<'_>, findings: &mut Findings<'_>) {
    match node.value() {
        Value::Scalar(text) => {
            if let Some(why) = ambiguous(text).filter(|_| node.style() == Style::Plain) {
                let message = format!("`{text}` is {why}");
                findings.add(Finding::new(&RULE, node.origin(), message).object(object.id));
            }
            // Texts of many lines are files of their own, with templates of their own.
            let is_value = matches!(node.style(), Style::Plain | Style::SingleQuoted | Style::DoubleQuoted);
            if is_value && !text.contains('\n') && templates::in_value(text).is_some() && !hands_on(object) {
                let message = "this is a template of Helm, and was not rendered";
                findings.add(Finding::new(&templates::RULE, node.origin(), message).object(object.id));
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| walk(object, item, findings)),
        Value::Mapping(mapping) => mapping.iter().for_each(|entry| walk(object, &entry.value, findings)),
    }
}

/// Whether its values may be templates that something else renders: releases of charts, and what is no manifest.
fn hands_on(object: &Object<'_, '_>) -> bool {
    matches!(object.group(), "helm.toolkit.fluxcd.io" | "argoproj.io") || object.kind().is_empty()
}

/// What readers make of a plain scalar, if they do not agree.
fn ambiguous(text: &str) -> Option<&'static str> {
    let first = text.bytes().next()?;
    if first.is_ascii_alphabetic() {
        let is_word = legacy_bool(text).is_some()
            && !text.eq_ignore_ascii_case("true")
            && !text.eq_ignore_ascii_case("false");
        return is_word.then_some("a boolean in YAML 1.1 and a text in YAML 1.2");
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_number =
        |text: &str, radix: u32| !text.is_empty() && text.chars().all(|digit| digit.is_digit(radix));
    if digits.strip_prefix("0o").is_some_and(|rest| is_number(rest, 8)) {
        return Some("a number in YAML 1.2 and a text in YAML 1.1");
    }
    if digits.strip_prefix("0b").is_some_and(|rest| is_number(rest, 2)) {
        return Some("a number in YAML 1.1 and a text in YAML 1.2");
    }
    let has_gaps = digits.contains('_') && digits.starts_with(|first: char| first.is_ascii_digit());
    (has_gaps && is_number(&digits.replace('_', ""), 10))
        .then_some("a number in YAML 1.1 and a text in YAML 1.2")
}

#[cfg(test)]
mod tests {
    use super::ambiguous;

    #[test]
    fn readers_disagree_on_some_words_and_numbers() {
        for text in ["no", "on", "Yes", "y", "0o644", "1_000", "0b11"] {
            assert!(ambiguous(text).is_some(), "{text}");
        }
        for text in ["true", "False", "0644", "644", "1.20", "north", "a_b", "1_a", "", "-", "12e4", "1:30"] {
            assert!(ambiguous(text).is_none(), "{text}");
        }
    }
}
