//! Tags and merge keys, which not everybody reads.

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Text};
use crate::yaml::Mark;

static TAG: Rule = Rule {
    id: "yaml/unknown-tag",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a value has a tag that Kubernetes does not know",
    why: "the tag is dropped without a word, and its text is taken as it stands",
    fix: "render the file with the tool that the tag is of, or write the value",
    example: example!("yaml/unknown-tag"),
};

pub(super) static MERGE: Rule = Rule {
    id: "yaml/merge-key",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "a merge key copies one mapping into another",
    why: "merge keys are no part of YAML 1.2; readers differ in what they make of them",
    fix: "write the keys out, or use a patch",
    example: example!("yaml/merge-key"),
};

/// Tags that YAML itself has.
const STANDARD: &str = "tag:yaml.org,2002:";

pub(super) static CHECK: Check = Check { rules: &[&TAG, &MERGE], run: Run::Text(check) };

fn check(text: &Text<'_>, findings: &mut Findings<'_>) {
    for (origin, mark) in &text.marks {
        match mark {
            Mark::Tag(tag) if tag == "!" || tag.starts_with(STANDARD) => {}
            Mark::Tag(tag) => {
                let message = format!("the tag `{tag}` means nothing to Kubernetes");
                findings.add(Finding::new(&TAG, *origin, message));
            }
            Mark::MergeKey => {
                findings.add(Finding::new(&MERGE, *origin, "a merge key, which YAML 1.2 does not have"));
            }
        }
    }
}
