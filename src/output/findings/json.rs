//! `stackgen.findings/v1`: everything that is known of each finding.

use serde::Serialize;

use super::{Findings, url};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::validate::Finding;
use crate::yaml::Origin;

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

/// Lines and columns count from 1, columns in characters; the end is the column behind the last character.
#[derive(Serialize, Default)]
struct Place {
    file: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
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
            help: finding.help.as_deref().unwrap_or(finding.rule.fix),
            url: url(finding.rule.id),
        }
    }

    fn place(&self, origin: Origin) -> Place {
        let Some(location) = self.sources.locate(origin) else { return Place::default() };
        let width = self.sources.word(origin).map_or(0, |word| word.chars().count());
        Place {
            file: self.file(&location.file),
            line: location.line,
            column: location.column,
            end_line: location.line,
            end_column: location.column + u32::try_from(width).unwrap_or(u32::MAX),
        }
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
