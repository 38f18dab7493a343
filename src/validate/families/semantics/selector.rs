//! `sem/selector`

use std::fmt::Write;

use super::fields::has_variable;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "sem/selector",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an expression of a selector can never be asked",
    why: "the API server refuses the object, or the pods that are made from it",
    fix: "`In` and `NotIn` need values, `Exists` and `DoesNotExist` have none; keys and values are those of labels",
    example: example!("sem/selector"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

/// Groups of Kubernetes' own: others may have expressions of another sort.
const GROUPS: [&str; 5] = ["", "apps", "batch", "policy", "networking.k8s.io"];

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    if let Some(spec) = object.at(&["spec"]).filter(|_| GROUPS.contains(&object.group())) {
        walk(spec, &mut "spec".to_owned(), &mut |node, path, message| {
            findings.add(object.finding(&RULE, path, node, message));
        });
    }
}

/// Looks for `matchExpressions` below a place. The path is as it was when this returns.
fn walk(node: &Node<'_>, path: &mut String, report: &mut impl FnMut(&Node<'_>, String, String)) {
    let length = path.len();
    for (index, item) in node.as_sequence().unwrap_or_default().iter().enumerate() {
        // Writing into a String cannot fail.
        let _ = write!(path, "[{index}]");
        walk(item, path, report);
        path.truncate(length);
    }
    for entry in node.as_mapping().into_iter().flatten().filter(|entry| entry.value.text().is_none()) {
        path.push('.');
        path.push_str(entry.key.text);
        if entry.key.text == "matchExpressions" {
            for (index, expression) in entry.value.as_sequence().unwrap_or_default().iter().enumerate() {
                expression_of(expression, &format!("{path}[{index}]"), report);
            }
        } else {
            walk(&entry.value, path, report);
        }
        path.truncate(length);
    }
}

fn expression_of(node: &Node<'_>, path: &str, report: &mut impl FnMut(&Node<'_>, String, String)) {
    let text = |field: &str| node.get(field).and_then(Node::text).unwrap_or_default();
    let (key, operator) = (text("key"), text("operator"));
    let values = node.get("values").and_then(Node::as_sequence).unwrap_or_default();
    if let Some(place) = node.get("key").filter(|_| !is_key(key) && !has_variable(key)) {
        report(place, format!("{path}.key"), format!("`{}` is no key of a label", short(key)));
    }
    match operator {
        "In" | "NotIn" if values.is_empty() => {
            let place = node.get("values").filter(|values| !values.is_null()).unwrap_or(node);
            report(place, format!("{path}.values"), format!("`{operator}` needs `values` to compare with"));
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            let place = node.get("values").unwrap_or(node);
            report(place, format!("{path}.values"), format!("`{operator}` compares with no `values`"));
        }
        "" if node.get("operator").is_some_and(|operator| !operator.is_null()) => {
            report(node, format!("{path}.operator"), "the operator is empty".to_owned());
        }
        _ => {}
    }
    // `Gt` and `Lt` compare numbers, which are values of labels, too.
    for (index, value) in values.iter().enumerate() {
        let text = value.text().unwrap_or_default();
        if !text.is_empty() && !is_value(text) && !has_variable(text) {
            let message = format!("`{}` is no value of a label", short(text));
            report(value, format!("{path}.values[{index}]"), message);
        }
    }
}

fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

/// Whether it can be the key of a label.
pub(super) fn is_key(text: &str) -> bool {
    let (prefix, name) = text.rsplit_once('/').unwrap_or(("a", text));
    let is_host = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    !prefix.is_empty() && prefix.len() <= 253 && prefix.bytes().all(is_host) && is_value(name)
}

fn is_value(text: &str) -> bool {
    let is_end = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.len() <= 63
        && is_end(text.bytes().next())
        && is_end(text.bytes().last())
        && text.bytes().all(is_inner)
}
