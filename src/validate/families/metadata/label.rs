//! `meta/label`

use std::fmt::Write;

use super::is_local;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};
use crate::yaml::{Entry, Mapping, Node};

static RULE: Rule = Rule {
    id: "meta/label",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a label or annotation is not one that the API server takes",
    why: "the API server refuses the object",
    fix: "keys are `prefix/name`; names and values have at most 63 letters, digits, `-`, `_` and `.`, and begin and \
          end with a letter or digit",
    example: example!("meta/label"),
};

/// How long all annotations of an object may be together.
const MOST_ANNOTATIONS: usize = 256 * 1024;

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    if is_local(object) {
        return;
    }
    let mut check = |path: &str, labels: Option<&Mapping<'_>>, has_values: bool| {
        for entry in labels.into_iter().flatten() {
            let finding = wrong(entry, has_values);
            let path = format!("{path}[{}]", entry.key.text);
            findings.extend_from(finding.map(|finding| finding.object(object.id).path(path)));
        }
    };
    check("metadata.labels", object.mapping(&["metadata", "labels"]), true);
    check("metadata.annotations", object.mapping(&["metadata", "annotations"]), false);
    if object.is("", "Service") {
        check("spec.selector", object.mapping(&["spec", "selector"]), true);
    }
    if let Some(workload) = Workload::of(*object).filter(|workload| !workload.path.is_empty()) {
        check(&format!("{}.metadata.labels", workload.path), workload.labels(), true);
        let annotations = workload.template.at(&["metadata", "annotations"]).and_then(Node::as_mapping);
        check(&format!("{}.metadata.annotations", workload.path), annotations, false);
    }
    if let Some(spec) = object.at(&["spec"]).filter(|_| is_of_kubernetes(object)) {
        in_selectors(spec, &mut "spec".to_owned(), &mut check);
    }
    let annotations = object.mapping(&["metadata", "annotations"]).into_iter().flatten();
    let size: usize =
        annotations.map(|entry| entry.key.text.len() + entry.value.text().map_or(0, str::len)).sum();
    if size > MOST_ANNOTATIONS {
        let message = format!("the annotations have {size} bytes, and may have {MOST_ANNOTATIONS}");
        findings.add(object.finding_at_name(&RULE, message).path("metadata.annotations"));
    }
}

/// Whether the kind is Kubernetes' own: others may have selectors of another sort.
fn is_of_kubernetes(object: &Object<'_, '_>) -> bool {
    matches!(object.group(), "" | "apps" | "batch" | "policy" | "networking.k8s.io")
}

/// Calls `check` with the labels that selectors ask for by value, wherever they stand below a place. The path is as it
/// was when this returns.
fn in_selectors(
    node: &Node<'_>,
    path: &mut String,
    check: &mut impl FnMut(&str, Option<&Mapping<'_>>, bool),
) {
    let length = path.len();
    for (index, item) in node.as_sequence().unwrap_or_default().iter().enumerate() {
        let _ = write!(path, "[{index}]");
        in_selectors(item, path, check);
        path.truncate(length);
    }
    for entry in node.as_mapping().into_iter().flatten() {
        let (name, value) = (entry.key.text, &entry.value);
        if value.text().is_some() {
            continue;
        }
        path.push('.');
        path.push_str(name);
        match name {
            "matchLabels" | "nodeSelector" => check(path, value.as_mapping(), true),
            _ => in_selectors(value, path, check),
        }
        path.truncate(length);
    }
}

/// What is wrong with a label, or with an annotation, whose value may be anything.
fn wrong(entry: &Entry<'_>, has_values: bool) -> Option<Finding> {
    let key = entry.key.text;
    let (prefix, name) = key.rsplit_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let is_filled_in = |text: &str| text.contains("${") || text.contains("{{") || text.contains("$(");
    if is_filled_in(key) {
        return None;
    }
    let wrong_key = match prefix {
        Some(prefix) if !is_host(prefix) => Some("what stands before the `/` has to be a host name"),
        _ if !is_name(name) => {
            Some("its name has at most 63 letters, digits, `-`, `_` and `.`, and no sign at its ends")
        }
        _ => None,
    };
    if let Some(wrong) = wrong_key {
        return Some(Finding::new(&RULE, entry.key.origin, format!("the key `{key}` is no key: {wrong}")));
    }
    let value = entry.value.text().filter(|_| has_values)?;
    let is_wrong = !value.is_empty() && !is_name(value) && !is_filled_in(value) && !entry.value.is_null();
    let why = if value.len() > 63 {
        "it is longer than 63 characters"
    } else {
        "it may have letters, digits, `-`, `_` and `.`, and no sign at its ends"
    };
    let shown: String = value.chars().take(80).collect();
    is_wrong.then(|| {
        Finding::new(&RULE, entry.value.origin(), format!("`{shown}` is no value of a label: {why}"))
    })
}

fn is_name(text: &str) -> bool {
    let is_end = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.len() <= 63
        && is_end(text.bytes().next())
        && is_end(text.bytes().last())
        && text.bytes().all(is_inner)
}

fn is_host(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_part = |part: &str| {
        !part.is_empty() && !part.starts_with('-') && !part.ends_with('-') && part.bytes().all(is_inner)
    };
    text.len() <= 253 && text.split('.').all(is_part)
}
