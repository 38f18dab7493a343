//! What a text on the command line names: a file or folder, or states of the repository.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fs::git::{Range, Repository};

/// What a text names.
#[derive(Clone, Debug)]
pub(super) enum Named {
    /// A file or folder on disk; `-` is standard input.
    Path(PathBuf),
    /// One revision, or two.
    Revisions(Range),
}

impl Named {
    /// What `text` names, seen from `directory`. What could be both a path and a revision is an error.
    pub(super) fn find(text: &str, directory: &Path) -> Result<Self, Diagnostics> {
        if text.is_empty() {
            return Err(Diagnostic::error("an empty text names neither a file nor a revision").into());
        }
        if text == "-" || is_path(text) {
            return Ok(Self::Path(text.into()));
        }
        let repository = Repository::find(directory);
        if directory.join(text).exists() {
            let is_revision = repository.is_ok_and(|repository| repository.has(text));
            return if is_revision { Err(ambiguous(text)) } else { Ok(Self::Path(text.into())) };
        }
        let range = repository.and_then(|repository| repository.range(text));
        range.map(Self::Revisions).map_err(|error| {
            let mut diagnostic = Diagnostic::from(error);
            if !text.contains("..") {
                diagnostic.message = format!("{}, and no such file or folder", diagnostic.message);
            }
            diagnostic.into()
        })
    }
}

/// Whether no revision is written so.
fn is_path(text: &str) -> bool {
    text.starts_with(['/', '\\'])
        || text.starts_with("./")
        || text.starts_with("../")
        || text.ends_with('/') && !text.contains(':')
        || matches!(text, "." | "..")
}

fn ambiguous(text: &str) -> Diagnostics {
    let error = Diagnostic::error(format!("`{text}` is both a file or folder and a revision"));
    let error = error.hint(format!("write `./{text}` for the file or folder"));
    error.hint(format!("write `{text}^{{}}` for the revision")).into()
}
