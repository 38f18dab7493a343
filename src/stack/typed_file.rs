//! Files that people write for stackgen, as types: strict, and with the place of everything that is wrong.

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::fs::FileSystem;
use crate::yaml::{Node, Origin, ParseOptions, Source, Sources, parse_one};

/// What the file says, and its text; nothing if it is not there.
pub(super) fn read<'s, T: DeserializeOwned>(
    files: &dyn FileSystem,
    path: &Path,
    sources: &'s Sources,
) -> Result<Option<(T, Source<'s>)>, Diagnostics> {
    if !files.is_file(path) {
        return Ok(None);
    }
    let fail = |error: String| Diagnostics::from(Diagnostic::error(error).in_path(path));
    let bytes = files.read(path).map_err(|error| fail(format!("cannot read it: {error}")))?;
    let text = crate::yaml::decode_text(bytes).map_err(|error| fail(error.to_string()))?;
    let source = sources.add(path, text).map_err(|error| fail(error.to_string()))?;
    let typed = serde_yaml::from_str(source.text).map_err(|error| explain(&error, source))?;
    Ok(Some((typed, source)))
}

/// The file as nodes, which know their places. It has been read once already, so this succeeds.
pub(super) fn node<'s>(source: Source<'s>, sources: &'s Sources) -> Node<'s> {
    parse_one(source, sources, &ParseOptions::SETTINGS)
        .ok()
        .and_then(|document| document.node)
        .unwrap_or_else(|| Node::null(Origin::NONE))
}

/// A reader's error with its place, and the name that was perhaps meant.
fn explain(error: &serde_yaml::Error, source: Source<'_>) -> Diagnostic {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default().to_owned();
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let meant = names.split_first().and_then(|(wrong, known)| closest(wrong, known)).map(str::to_owned);
    let is_unknown = message.contains("unknown ");
    let mut diagnostic = Diagnostic::error(message);
    if let Some(location) = error.location() {
        diagnostic = diagnostic.at(source.origin(location.index()));
    }
    match meant.filter(|_| is_unknown) {
        Some(meant) => diagnostic.hint(format!("did you mean `{meant}`?")),
        None => diagnostic,
    }
}
