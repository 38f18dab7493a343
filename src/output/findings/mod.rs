//! What rules found, as text for people and for machines.

mod github;
mod json;
mod junit;
mod markdown;
mod sarif;

use std::path::Path;

use super::place::Place as FilePlace;
use super::text::Text;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::validate::{Baseline, Finding};
use crate::yaml::{Origin, Sources};

/// Where the rules are described.
const DOCUMENTATION: &str = "https://github.com/stackgen/stackgen/blob/main/docs/rules.md";

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingsFormat {
    /// For a terminal, with the lines of the source
    Text,
    /// `stackgen.findings/v1`
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for the test reports of CI systems
    Junit,
    /// Workflow commands that GitHub turns into annotations
    Github,
    /// A table, for a step summary or a comment
    Markdown,
    /// `stackgen.baseline/v1`, to be given to a later run
    Baseline,
}

impl FindingsFormat {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Text, Self::Json, Self::Sarif, Self::Junit, Self::Github, Self::Markdown, Self::Baseline];

    /// The word for it on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Github => "github",
            Self::Markdown => "markdown",
            Self::Baseline => "baseline",
        }
    }
}

/// Writes findings, which come in the order in which they are to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Findings<'a> {
    /// What was found.
    pub findings: &'a [Finding],
    /// The texts that places point into.
    pub sources: &'a Sources,
    /// Paths below this folder are shown relative to it.
    pub directory: &'a Path,
    /// Whether text has colours.
    pub colour: bool,
}

impl Findings<'_> {
    /// All findings in a format, ending with a line end unless there is nothing to say.
    pub fn write(&self, format: FindingsFormat) -> Result<String, Diagnostics> {
        match format {
            FindingsFormat::Text => Ok(self.text()),
            FindingsFormat::Json => json::write(self),
            FindingsFormat::Sarif => sarif::write(self),
            FindingsFormat::Junit => junit::write(self),
            FindingsFormat::Github => Ok(github::write(self)),
            FindingsFormat::Markdown => Ok(markdown::write(self)),
            FindingsFormat::Baseline => self.baseline(),
        }
    }

    /// The place of an origin.
    fn place(&self, origin: Origin) -> FilePlace {
        FilePlace::of(origin, self.sources, self.directory)
    }

    fn text(&self) -> String {
        if self.findings.is_empty() {
            return String::new();
        }
        let writer = Text { sources: self.sources, directory: self.directory, colour: self.colour };
        let diagnostics: Vec<Diagnostic> = self.findings.iter().map(diagnostic).collect();
        format!("{}\n{}\n", writer.diagnostics(&diagnostics), self.count())
    }

    fn baseline(&self) -> Result<String, Diagnostics> {
        let baseline = Baseline::of(self.findings, self.sources, self.directory);
        let text = serde_json::to_string_pretty(&baseline);
        text.map(|text| text + "\n").map_err(|error| Diagnostic::error(error.to_string()).into())
    }

    /// How many there are of each severity.
    fn count(&self) -> String {
        let of = |severity: Severity, one: &str| {
            let count = self.findings.iter().filter(|finding| finding.rule.severity == severity).count();
            (count > 0).then(|| format!("{count} {one}{}", if count == 1 { "" } else { "s" }))
        };
        let counts = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];
        let counts: Vec<String> =
            counts.into_iter().filter_map(|(severity, one)| of(severity, one)).collect();
        counts.join(", ")
    }
}

/// A finding as a message.
fn diagnostic(finding: &Finding) -> Diagnostic {
    let rule = finding.rule;
    let related = finding.related.iter().map(|(origin, what)| (Place::Origin(*origin), what.clone()));
    Diagnostic {
        severity: rule.severity,
        rule: Some(rule.id),
        message: finding.message.clone(),
        place: Some(Place::Origin(finding.origin)),
        is_secret: finding.is_secret,
        object: finding.object.clone(),
        related: related.collect(),
        hints: vec![help(finding).to_owned()],
    }
}

/// Where a rule is described.
pub(super) fn url(rule: &str) -> String {
    format!("{DOCUMENTATION}#{}", rule.replace('/', ""))
}

/// A severity as machines read it.
pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// What to do about a finding.
fn help(finding: &Finding) -> &str {
    finding.help.as_deref().unwrap_or(finding.rule.fix)
}
