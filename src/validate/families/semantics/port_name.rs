//! `sem/port-name`

use rustc_hash::FxHashMap;

use super::fields::{has_variable, items, probes};
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};
use crate::yaml::{Node, Style};

static RULE: Rule = Rule {
    id: "sem/port-name",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a port is called what a port cannot be called",
    why: "the API server refuses the object, or nobody knows which of two ports is meant",
    fix: "take at most 15 lower-case letters, digits and single dashes, at least one of them a letter",
    example: example!("sem/port-name"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    if object.is("", "Service") {
        return of_service(object, findings);
    }
    let Some(workload) = Workload::of(*object) else { return };
    for (path, container) in workload.containers() {
        let mut seen: FxHashMap<&str, &Node<'_>> = FxHashMap::default();
        for (index, port) in items(container, "ports").iter().enumerate() {
            let Some(name) = port
                .get("name")
                .filter(|name| name.text().is_some_and(|text| !text.is_empty() && !has_variable(text)))
            else {
                continue;
            };
            let text = name.text().unwrap_or_default();
            let path = format!("{path}.ports[{index}].name");
            if let Err(reason) = read(text) {
                findings.add(Finding::new(&RULE, name.origin(), reason).object(object.id).path(path));
            } else if let Some(first) = seen.insert(text, name) {
                let message = format!("two ports of the container are called `{text}`");
                let finding = Finding::new(&RULE, name.origin(), message).object(object.id).path(path);
                findings.add(finding.related(first.origin(), "the first is here"));
            }
        }
        for (probe_name, probe) in probes(container) {
            for handler in ["httpGet", "tcpSocket"] {
                let port = probe.at(&[handler, "port"]);
                let named = port.filter(|port| {
                    port.text().is_some_and(|text| is_no_number(port, text) && !has_variable(text))
                });
                if let Some(Err(reason)) = named.and_then(Node::text).map(read) {
                    let place = named.map_or(probe.origin(), Node::origin);
                    let finding = Finding::new(&RULE, place, reason).object(object.id);
                    findings.add(finding.path(format!("{path}.{probe_name}.{handler}.port")));
                }
            }
        }
    }
}

/// In quotes a number is a name, and none that a port can have.
fn is_no_number(port: &Node<'_>, text: &str) -> bool {
    port.style() != Style::Plain || text.parse::<i64>().is_err()
}

/// Several ports of a Service need names, so that they can be told apart.
fn of_service(object: &Object<'_, '_>, findings: &mut Findings<'_>) {
    let ports = object.items(&["spec", "ports"]);
    for (index, port) in ports.iter().enumerate() {
        let name = port.get("name").filter(|name| !name.is_null());
        let path = format!("spec.ports[{index}].name");
        match name.and_then(Node::text).filter(|name| !name.is_empty()) {
            None if ports.len() > 1 => {
                let message = "a Service with several ports must name each of them";
                findings.add(Finding::new(&RULE, port.origin(), message).object(object.id).path(path));
            }
            None => {}
            Some(text) if is_label(text) || has_variable(text) => {}
            Some(text) => {
                let message = format!("`{text}` is no name of a port");
                let place = name.map_or(port.origin(), Node::origin);
                findings.add(Finding::new(&RULE, place, message).object(object.id).path(path));
            }
        }
    }
}

/// A name of a service by RFC 6335.
pub(super) fn read(name: &str) -> Result<(), String> {
    let wrong = |reason: &str| Err(format!("`{name}` is no name of a port: {reason}"));
    if name.len() > 15 {
        return wrong(&format!("it has {} characters, and 15 are allowed", name.len()));
    }
    if !is_label(name) {
        return wrong("only lower-case letters, digits and dashes in between are allowed");
    }
    if name.contains("--") {
        return wrong("it has two dashes in a row");
    }
    if !name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return wrong("it has no letter");
    }
    Ok(())
}

fn is_label(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.len() <= 63 && text.bytes().all(is_allowed) && !text.starts_with('-') && !text.ends_with('-')
}
