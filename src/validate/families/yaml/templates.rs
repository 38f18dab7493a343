//! `yaml/unrendered-template`: what a template engine should have replaced.

use std::sync::LazyLock;

use regex::Regex;

use crate::diagnostic::Severity;
use crate::validate::rule::{Profile, Rule, example};
use crate::validate::{Finding, Text};

pub(super) static RULE: Rule = Rule {
    id: "yaml/unrendered-template",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a template was not rendered",
    why: "Kubernetes gets the template in place of the value",
    fix: "render the chart first, and validate what comes out",
    example: example!("yaml/unrendered-template"),
};

/// What only Helm writes.
static HELM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\{\{-?\s*(?:[^}]*[\s(])?(?:\.(?:Values|Release|Chart|Capabilities|Template|Files)\b|(?:include|tpl)\s)").ok()
});

/// Where in a value Helm should have put something.
pub(super) fn in_value(text: &str) -> Option<usize> {
    // Most values end here.
    memchr::memmem::find(text.as_bytes(), b"{{")?;
    HELM.as_ref()?.find(text).map(|found| found.start())
}

/// The template that keeps a text from being YAML: a line that is nothing else, or a bare value.
pub(super) fn in_broken(text: &Text<'_>) -> Option<Finding> {
    let whole = text.source.text;
    let is_bare = |at: &usize| {
        let line = whole[..*at].rfind('\n').map_or(0, |end| end + 1);
        let before = whole[line..*at].trim();
        before.is_empty() || before.ends_with(':') || before == "-"
    };
    let at = memchr::memmem::find_iter(whole.as_bytes(), "{{").find(is_bare)?;
    Some(Finding::new(&RULE, text.source.origin(at), "this is a template, and was not rendered"))
}
