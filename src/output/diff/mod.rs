//! What differs, as text for people and for machines.

mod columns;
mod dangers;
mod github;
mod html;
mod json;
mod json_patch;
mod lines;
mod markdown;
mod names;
mod sarif;
mod text;
mod unified;
mod value;

#[cfg(test)]
mod properties;

use std::path::Path;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::diff::{Danger, Remark, Report, Reported, Verb, harmless};
use crate::fs::git::shown;
use crate::output::screen::Screen;
use crate::yaml::{Origin, Sources};

pub use dangers::danger_rules;

/// How differences are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DifferenceFormat {
    /// For a terminal
    Text,
    /// In two columns: as it was and as it is
    SideBySide,
    /// The objects as YAML, line by line
    Unified,
    /// One line for each object
    Names,
    /// Counts, for each cluster and app
    Stat,
    /// For a comment or a step summary
    Markdown,
    /// A page of its own
    Html,
    /// `stackgen.diff/v1`
    Json,
    /// RFC 6902: what makes the one of the other
    JsonPatch,
    /// Workflow commands that GitHub turns into annotations
    Github,
    /// SARIF 2.1.0: the dangers, for code scanning
    Sarif,
    /// Only what may go wrong
    Dangers,
}

impl DifferenceFormat {
    /// Whether it says what filters took out, where that matters to it: they take out no danger.
    pub fn says_what_is_hidden(self) -> bool {
        !matches!(self, Self::Unified | Self::Names | Self::Stat | Self::JsonPatch)
    }

    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Text,
        Self::SideBySide,
        Self::Unified,
        Self::Names,
        Self::Stat,
        Self::Markdown,
        Self::Html,
        Self::Json,
        Self::JsonPatch,
        Self::Github,
        Self::Sarif,
        Self::Dangers,
    ];

    /// The word for it on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::SideBySide => "side-by-side",
            Self::Unified => "unified",
            Self::Names => "names",
            Self::Stat => "stat",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Json => "json",
            Self::JsonPatch => "json-patch",
            Self::Github => "github",
            Self::Sarif => "sarif",
            Self::Dangers => "dangers",
        }
    }
}

/// Writes what differs.
#[derive(Clone, Copy, Debug)]
pub struct Difference<'a, 's> {
    /// What differs.
    pub report: &'a Report<'a, 's>,
    /// The texts that places point into.
    pub sources: &'s Sources,
    /// Paths below this folder are shown relative to it.
    pub directory: &'a Path,
    /// What text is read on.
    pub screen: Screen,
    /// How many characters Markdown may have.
    pub most_characters: usize,
}

impl<'s> Difference<'_, 's> {
    /// All of it in a format.
    pub fn write(&self, format: DifferenceFormat) -> Result<String, Diagnostics> {
        let written = match format {
            DifferenceFormat::Text => Ok(text::write(self, self.screen.columns())),
            DifferenceFormat::SideBySide => Ok(text::write(self, Some(self.screen.split()))),
            DifferenceFormat::Unified => unified::write(self),
            DifferenceFormat::Names => Ok(names::names(self)),
            DifferenceFormat::Stat => Ok(names::stat(self)),
            DifferenceFormat::Markdown => Ok(markdown::write(self)),
            DifferenceFormat::Html => Ok(html::write(self)),
            DifferenceFormat::Json => json::write(self),
            DifferenceFormat::JsonPatch => json_patch::write(self),
            DifferenceFormat::Github => Ok(github::write(self)),
            DifferenceFormat::Sarif => sarif::write(self),
            DifferenceFormat::Dangers => Ok(dangers::write(self)),
        };
        written.map_err(|error: String| Diagnostic::error(error).into())
    }

    /// What the JSON must be.
    pub fn schema() -> serde_json::Value {
        json::schema().to_value()
    }

    /// `overlays/eks/patches/storage.yaml:7`; none for what was not read from a file.
    fn place(&self, origin: Origin) -> Option<String> {
        let location = self.sources.locate(origin)?;
        let file = || shown(&location.file, self.directory);
        (!location.file.as_os_str().is_empty()).then(|| format!("{}:{}", file(), location.line))
    }

    /// The clusters of a change in brackets, where not all have it.
    fn tag(&self, clusters: &[usize]) -> String {
        let all = self.report.clusters.len();
        let names: Vec<&str> = self.report.cluster_names(clusters).collect();
        if names.is_empty() || names.len() == all { String::new() } else { format!("[{}]", names.join(", ")) }
    }

    /// The changes by app, those of no app last.
    fn by_app(&self) -> Vec<(Option<&'s str>, Vec<&Reported<'s>>)> {
        let mut apps: Vec<(Option<&'s str>, Vec<&Reported<'s>>)> = Vec::new();
        for reported in &self.report.changes {
            let app = self.report.change(reported).object().app;
            match apps.iter_mut().find(|(known, _)| *known == app) {
                Some((_, changes)) => changes.push(reported),
                None => apps.push((app, vec![reported])),
            }
        }
        apps.sort_by_key(|(app, _)| (app.is_none(), *app));
        apps
    }

    /// `2 changed, 1 added`
    fn counts(&self) -> String {
        let counts = self.report.counts();
        let words: Vec<String> =
            counts.iter().map(|(verb, count)| format!("{count} {}", self.report.word(*verb))).collect();
        if words.is_empty() { "nothing differs".to_owned() } else { words.join(", ") }
    }

    /// What else is to be known of the whole: dangers, and whether it is routine.
    fn remarks(&self) -> Vec<String> {
        let dangers = self.report.dangers();
        let blocking =
            dangers.iter().filter(|(_, one)| one.danger.level == crate::diff::Level::Blocking).count();
        let mut remarks = Vec::new();
        if blocking > 0 {
            remarks.push(format!("{blocking} blocking"));
        }
        if dangers.len() > blocking {
            remarks.push(format!("{} to be careful about", dangers.len() - blocking));
        }
        if self.report.is_routine() {
            remarks.push("routine: only versions".to_owned());
        }
        remarks
    }

    /// What filters took out, a line for each.
    fn hidden(&self) -> impl Iterator<Item = String> {
        self.report.hidden.iter().map(ToString::to_string)
    }
}

/// A remark in one line.
fn about(remark: &Remark) -> String {
    let Remark { object, path, message, .. } = remark;
    let path = path.as_ref().map(|path| format!(" {path}")).unwrap_or_default();
    harmless(&format!("{object}{path}: {message}"))
}

/// The sign of a verb.
fn sign(verb: Verb) -> char {
    match verb {
        Verb::Added => '+',
        Verb::Removed => '-',
        Verb::Changed => '~',
        _ => '>',
    }
}

/// A danger in one line.
fn danger_line(danger: &Danger<'_>) -> String {
    format!("{} [{}]: {}", danger.level.word(), danger.rule, harmless(&danger.message))
}
