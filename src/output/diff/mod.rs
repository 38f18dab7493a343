//! What differs, as text for people and for machines.

mod dangers;
mod text;
mod value;

use std::path::Path;

use crate::diagnostic::Diagnostics;
use crate::diff::Report;
use crate::fs::git;
use crate::yaml::{Origin, Sources};

pub use dangers::danger_rules;

/// How differences are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DifferenceFormat {
    /// For a terminal
    Text,
    /// Only what may go wrong
    Dangers,
}

impl DifferenceFormat {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Text, Self::Dangers];

    /// The word for it on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Dangers => "dangers",
        }
    }

    /// The format of that name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
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
    /// Whether text has colours.
    pub colour: bool,
}

impl Difference<'_, '_> {
    /// All of it in a format.
    pub fn write(&self, format: DifferenceFormat) -> Result<String, Diagnostics> {
        match format {
            DifferenceFormat::Text => Ok(text::write(self)),
            DifferenceFormat::Dangers => Ok(dangers::write(self)),
        }
    }

    /// `overlays/eks/patches/storage.yaml:7`; none for what was not read from a file.
    fn place(&self, origin: Origin) -> Option<String> {
        let location = self.sources.locate(origin)?;
        let file = || git::shown(&location.file, self.directory);
        (!location.file.as_os_str().is_empty()).then(|| format!("{}:{}", file(), location.line))
    }
}
