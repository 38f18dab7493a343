//! `size/last-applied`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};
use crate::yaml::{HtmlEscapes, JsonLayout, JsonNumbers, Node, Value, to_json};

static RULE: Rule = Rule {
    id: "size/last-applied",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "an object is too large for the annotation that client-side apply makes",
    why: "kubectl apply and Argo CD copy the whole object into one annotation, and the API server refuses more than 256 KiB of annotations",
    fix: "let it be applied on the server: `argocd.argoproj.io/sync-options: ServerSideApply=true`, or `kubectl apply --server-side`; Flux does so anyway",
    example: example!("size/last-applied"),
};

/// What all annotations of an object may take, keys included.
const LIMIT: usize = 256 << 10;
const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";
const ON_SERVER: &str = "ServerSideApply=true";

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    // Escapes can double a text; everything smaller than half of the limit is small for certain.
    if bytes(object.node) < LIMIT / 4 || is_applied_on_server(object, tree) {
        return;
    }
    let mut json = String::new();
    let written = to_json(object.node, JsonLayout::Compact, HtmlEscapes::On, JsonNumbers::Exact, &mut json);
    if written.is_ok() && json.len() > LIMIT {
        let message = format!("as JSON it has {} bytes, and its annotations may have {LIMIT}", json.len());
        findings.add(
            Finding::new(&RULE, object.name_origin(), message).object(object.id).path("metadata.annotations"),
        );
    }
}

fn is_applied_on_server(object: &Object<'_, '_>, tree: &Tree<'_, '_>) -> bool {
    let mut applications = tree.of_kind("argoproj.io", "Application").peekable();
    let all = applications.peek().is_some()
        && applications.all(|application| {
            let options = application.items(&["spec", "syncPolicy", "syncOptions"]);
            options.iter().any(|option| option.text() == Some(ON_SERVER))
        });
    all || object.annotation(SYNC_OPTIONS).is_some_and(|options| options.contains(ON_SERVER))
}

/// The bytes of all texts, keys not counted.
fn bytes(node: &Node<'_>) -> usize {
    match node.value() {
        Value::Scalar(text) => text.len(),
        Value::Sequence(items) => items.iter().map(bytes).sum(),
        Value::Mapping(mapping) => {
            mapping.iter().map(|entry| entry.key.text.len() + bytes(&entry.value)).sum()
        }
    }
}
