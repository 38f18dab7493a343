//! What cannot be read, each kind under its own rule.

use super::templates;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Text};
use crate::yaml::{ParseError, ParseErrorKind};

static SYNTAX: Rule = Rule {
    id: "yaml/syntax",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a text is no YAML",
    why: "nothing can read the file: no kustomization, no sync, no apply",
    fix: "correct the text at the place that is marked",
    example: example!("yaml/syntax"),
};

static DUPLICATE: Rule = Rule {
    id: "yaml/duplicate-key",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a mapping has a key twice",
    why: "one reader takes the first, another the last, a third refuses the file",
    fix: "remove one of the two",
    example: example!("yaml/duplicate-key"),
};

static DEPTH: Rule = Rule {
    id: "yaml/depth-limit",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "collections are nested deeper than anybody means",
    why: "readers run out of stack, and crash",
    fix: "write the values that are meant; nothing in Kubernetes is nested that deep",
    example: example!("yaml/depth-limit"),
};

static ALIASES: Rule = Rule {
    id: "yaml/alias-limit",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "aliases stand for more than anybody means",
    why: "a few lines become millions of values, and readers hang or run out of memory",
    fix: "write the values out where they are needed",
    example: example!("yaml/alias-limit"),
};

static RECURSIVE: Rule = Rule {
    id: "yaml/recursive-alias",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an alias stands inside of what it stands for",
    why: "the value never ends: readers crash",
    fix: "remove the alias from the value of its anchor",
    example: example!("yaml/recursive-alias"),
};

static ENCODING: Rule = Rule {
    id: "yaml/encoding",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a text is not UTF-8, or has control characters",
    why: "YAML is UTF-8; readers refuse the file, or show something else than was meant",
    fix: "save the file as UTF-8",
    example: example!("yaml/encoding"),
};

static CONFLICT: Rule = Rule {
    id: "yaml/merge-conflict",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "the markers of a merge conflict were left in a file",
    why: "the file is no YAML, and it holds both sides of what somebody has to decide",
    fix: "keep one side, and remove the lines with <<<<<<<, ======= and >>>>>>>",
    example: example!("yaml/merge-conflict"),
};

/// Of many errors in one text, so many are told.
const ENOUGH: usize = 20;

pub(super) static CHECK: Check = Check {
    rules: &[
        &SYNTAX,
        &DUPLICATE,
        &DEPTH,
        &ALIASES,
        &RECURSIVE,
        &ENCODING,
        &CONFLICT,
        &templates::RULE,
        &super::marks::MERGE,
    ],
    run: Run::Text(check),
};

fn check(text: &Text<'_>, findings: &mut Findings<'_>) {
    if let Some(offset) = text.invalid {
        let message = match text.encoding {
            Some(name) => format!("the file is {name}, and must be UTF-8"),
            None => "this is not UTF-8, from the marked character on".to_owned(),
        };
        findings.add(Finding::new(&ENCODING, text.source.origin(offset), message));
        if text.encoding.is_some() {
            return;
        }
    }
    if text.errors.is_empty() {
        return;
    }
    // What stands where YAML should explains all errors.
    if let Some(offset) = conflict(text.source.text) {
        findings.add(Finding::new(&CONFLICT, text.source.origin(offset), "a merge conflict begins here"));
        return;
    }
    if let Some(finding) = templates::in_broken(text) {
        findings.add(finding);
        return;
    }
    for error in text.errors.iter().take(ENOUGH) {
        findings.add(finding(error));
    }
}

fn finding(error: &ParseError) -> Finding {
    let rule = match error.kind {
        ParseErrorKind::Syntax => &SYNTAX,
        ParseErrorKind::DuplicateKey => &DUPLICATE,
        ParseErrorKind::DepthLimit => &DEPTH,
        ParseErrorKind::AliasLimit => &ALIASES,
        ParseErrorKind::RecursiveAlias => &RECURSIVE,
        ParseErrorKind::MergeKey => &super::marks::MERGE,
        ParseErrorKind::Encoding => &ENCODING,
    };
    let mut finding = Finding::new(rule, error.origin, error.message.as_str());
    finding.help.clone_from(&error.hint);
    match error.related {
        Some((origin, what)) => finding.related(origin, what),
        None => finding,
    }
}

/// Where a merge conflict begins that has all its marks.
fn conflict(text: &str) -> Option<usize> {
    let line = |mark: &str, from: usize| {
        let found = memchr::memmem::find_iter(&text.as_bytes()[from..], mark).map(|at| from + at);
        found.into_iter().find(|at| *at == 0 || text.as_bytes()[at - 1] == b'\n')
    };
    let start = line("<<<<<<<", 0)?;
    let middle = line("=======", start)?;
    line(">>>>>>>", middle).map(|_| start)
}
