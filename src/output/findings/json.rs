//! `stackgen.findings/v1`: everything that is known of each finding.

use serde::Serialize;

use super::{Findings, help, severity, url};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::output::place::Place;
use crate::validate::Finding;

/// What the JSON is, for programs that read it.
const SCHEMA: &str = "stackgen.findings/v1";

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    findings: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    rule: &'a str,
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    place: Place,
    object: Option<&'a str>,
    path: &'a str,
    related: Vec<Related<'a>>,
    help: &'a str,
    url: String,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    #[serde(flatten)]
    place: Place,
}

/// All findings.
pub(super) fn write(findings: &Findings<'_>) -> Result<String, Diagnostics> {
    let items = findings.findings.iter().map(|finding| findings.item(finding)).collect();
    let mut text = serde_json::to_string_pretty(&Report { schema: SCHEMA, findings: items })
        .map_err(|error| Diagnostic::error(error.to_string()))?;
    text.push('\n');
    Ok(text)
}

impl Findings<'_> {
    fn item<'a>(&'a self, finding: &'a Finding) -> Item<'a> {
        let related = finding.related.iter();
        Item {
            rule: finding.rule.id,
            severity: severity(finding.rule.severity),
            message: &finding.message,
            place: self.place(finding.origin),
            object: finding.object.as_deref(),
            path: &finding.path,
            related: related
                .map(|(origin, message)| Related { message, place: self.place(*origin) })
                .collect(),
            help: help(finding),
            url: url(finding.rule.id),
        }
    }
}
