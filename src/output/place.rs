//! Where things are, in the words of machines.

use std::path::Path;

use serde::Serialize;

use crate::fs::git;
use crate::yaml::{Origin, Sources};

/// Lines and columns count from 1, columns in characters; the end is the column behind the last character. Everything
/// is empty for what has no place.
#[derive(Clone, Debug, Serialize, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Relative to the working directory if it is in there; with its revision if it is of one.
    pub(super) file: String,
    /// The same without the revision, for those who show it in a checkout.
    #[serde(skip)]
    pub(super) in_checkout: String,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) end_line: u32,
    pub(super) end_column: u32,
}

impl Place {
    /// The place of an origin; paths below `directory` relative to it.
    pub(super) fn of(origin: Origin, sources: &Sources, directory: &Path) -> Self {
        let Some(location) = sources.locate(origin) else { return Self::default() };
        let width = sources.word(origin).map_or(0, |word| word.chars().count());
        Self {
            file: git::shown(&location.file, directory),
            in_checkout: git::shown_in_tree(&location.file, directory),
            line: location.line,
            column: location.column,
            end_line: location.line,
            end_column: location.column + u32::try_from(width.max(1)).unwrap_or(u32::MAX),
        }
    }

    /// Whether there is a place at all.
    pub(super) fn is_some(&self) -> bool {
        self.line > 0
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_some() {
            write!(formatter, "{}:{}:{}", self.file, self.line, self.column)
        } else {
            formatter.write_str("?")
        }
    }
}
