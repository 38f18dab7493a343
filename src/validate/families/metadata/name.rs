//! `meta/name`

use super::is_local;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Tree};

static RULE: Rule = Rule {
    id: "meta/name",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an object has no name, or one that the API server refuses",
    why: "the API server refuses the object",
    fix: "give it a name of lower case letters, digits and `-`, which begins and ends with a letter or digit",
    example: example!("meta/name"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

/// What the name of a kind has to look like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A host name of one part that begins with a letter.
    Service,
    /// A host name of one part.
    Label,
    /// A host name.
    Subdomain,
    /// Anything that is one part of a URL.
    Segment,
}

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    if is_local(object) || object.id.gvk.version.is_empty() {
        return;
    }
    let Some(node) = object.at(&["metadata", "name"]) else {
        if object.at(&["metadata", "generateName"]).is_none() {
            let place = object.at(&["metadata"]).unwrap_or(object.node);
            let message = format!("this {} has no name", object.kind());
            findings.add(object.finding(&RULE, "metadata.name", place, message));
        }
        return;
    };
    let Some(name) = node.text() else { return };
    // What is filled in later is not known yet.
    let is_template = name.contains("${") || name.contains("{{") || name.contains("$(");
    if let Some(wrong) = wrong(name, form(object)).filter(|_| !is_template) {
        findings.add(object.finding(&RULE, "metadata.name", node, format!("`{name}` {wrong}")));
    }
}

fn form(object: &Object<'_, '_>) -> Form {
    match (object.group(), object.kind()) {
        ("", "Service") => Form::Service,
        ("", "Namespace") => Form::Label,
        ("rbac.authorization.k8s.io", _) | ("policy", "PodDisruptionBudget") => Form::Segment,
        _ => Form::Subdomain,
    }
}

/// What is wrong with a name.
fn wrong(name: &str, form: Form) -> Option<&'static str> {
    if form == Form::Segment {
        let is_path =
            name.is_empty() || name == "." || name == ".." || name.contains('/') || name.contains('%');
        return is_path.then_some("has to be one part of a URL: no `/`, no `%`");
    }
    let longest = if form == Form::Subdomain { 253 } else { 63 };
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_part = |part: &str| {
        let is_end = |byte: Option<u8>| byte.is_some_and(|byte| is_inner(byte) && byte != b'-');
        is_end(part.bytes().next()) && is_end(part.bytes().last()) && part.bytes().all(is_inner)
    };
    if name.len() > longest {
        return Some(if longest == 63 {
            "is longer than 63 characters"
        } else {
            "is longer than 253 characters"
        });
    }
    if form != Form::Subdomain && name.contains('.') {
        return Some("must not have dots");
    }
    if !name.split('.').all(is_part) {
        return Some("may have lower case letters, digits and `-` alone, and no `-` at its ends");
    }
    let begins_with_digit = name.starts_with(|first: char| first.is_ascii_digit());
    (form == Form::Service && begins_with_digit).then_some("has to begin with a letter")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_names_look_like() {
        assert_eq!(wrong("a.b-1", Form::Subdomain), None);
        assert_eq!(wrong("system:node:x", Form::Segment), None);
        assert!(wrong("a_b", Form::Subdomain).is_some());
        assert!(wrong("A", Form::Subdomain).is_some());
        assert!(wrong("-a", Form::Label).is_some());
        assert!(wrong("a.b", Form::Label).is_some());
        assert!(wrong("1a", Form::Service).is_some());
        assert!(wrong(&"a".repeat(64), Form::Label).is_some());
        assert!(wrong("", Form::Label).is_some());
    }
}
