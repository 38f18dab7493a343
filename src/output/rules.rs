//! The rules, as text for people and for machines.

use std::fmt::Write as _;

use serde::Serialize;

use super::findings::{FindingsFormat, severity, url};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::validate::{Profile, Rule};

/// What the JSON is, for programs that read it.
const SCHEMA: &str = "stackgen.rules/v1";

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    rules: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    rule: &'a str,
    severity: &'static str,
    profile: &'static str,
    summary: &'a str,
    why: &'a str,
    fix: &'a str,
    url: String,
}

/// All rules: a line for each, or everything that is known of them.
pub fn rule_list(rules: &[&Rule], format: FindingsFormat) -> Result<String, Diagnostics> {
    match format {
        FindingsFormat::Json => json(rules),
        FindingsFormat::Markdown => Ok(markdown(rules)),
        FindingsFormat::Text => {
            let line = |rule: &&Rule| format!("{:<28} {}\n", rule.id, rule.summary);
            Ok(rules.iter().map(line).collect())
        }
        other => {
            let error = Diagnostic::error(format!("rules cannot be listed as {}", other.name()));
            Err(error.hint("the formats are text, json and markdown").into())
        }
    }
}

fn json(rules: &[&Rule]) -> Result<String, Diagnostics> {
    let item = |rule: &&'_ Rule| Item {
        rule: rule.id,
        severity: severity(rule.severity),
        profile: profile(rule.profile),
        summary: rule.summary,
        why: rule.why,
        fix: rule.fix,
        url: url(rule.id),
    };
    let report = Report { schema: SCHEMA, rules: rules.iter().map(item).collect() };
    let text = serde_json::to_string_pretty(&report);
    text.map(|text| text + "\n").map_err(|error| Diagnostic::error(error.to_string()).into())
}

/// The page `docs/rules.md`.
fn markdown(rules: &[&Rule]) -> String {
    let mut text = "\
# The rules of `stackgen validate`

`stackgen validate --explain RULE` shows a rule with a bad and a good example. The profile is the smallest one that has
the rule: `default` holds what would break a sync, a scrape or an alert, `strict` adds good practice, `audit` adds
opinion. This page is written by `stackgen validate --list-rules -o markdown`.
"
    .to_owned();
    for rule in rules {
        let (severity, profile) = (severity(rule.severity), profile(rule.profile));
        let _ = write!(
            text,
            "\n## {}\n{severity}, profile `{profile}`: {}.\n\n- Why: {}.\n- What to do: {}.\n",
            rule.id, rule.summary, rule.why, rule.fix
        );
    }
    text
}

fn profile(profile: Profile) -> &'static str {
    match profile {
        Profile::Default => "default",
        Profile::Strict => "strict",
        Profile::Audit => "audit",
    }
}
