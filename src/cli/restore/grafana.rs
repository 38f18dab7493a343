//! Grafana's part of a restore: the file of secrets, and what is made.

use std::path::{Path, PathBuf};

use crate::backup::grafana::{self, Restored, Secrets, TakenBack};
use crate::backup::manifest::Manifest;
use crate::backup::node::Node;
use crate::backup::repository::{Repository, SnapshotName};
use crate::backup::restore::Record;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Gives the objects of a snapshot to Grafana, if it has some.
pub(super) fn restore(
    node: &dyn Node,
    repository: &Repository,
    (name, manifest): (&SnapshotName, &Manifest),
    secrets: Option<&PathBuf>,
    is_dry: bool,
) -> Result<Option<Restored>, Diagnostics> {
    let Some(state) = &manifest.grafana else { return Ok(None) };
    let secrets = secrets.map(|file| read(file)).transpose()?.unwrap_or_default();
    if let Some(unknown) = secrets.keys().find(|name| !state.secrets.contains(name)) {
        return Err(Diagnostic::error(format!("`{unknown}` is no secret field of the snapshot"))
            .hint(format!("it has these: {}", state.secrets.join(", ")))
            .into());
    }
    let begin = |grafana| {
        let _alone = node.lock()?;
        Record { grafana, ..Record::default() }.add(node, name)
    };
    Ok(Some(grafana::restore(node, repository, state, &secrets, if is_dry { None } else { Some(&begin) })?))
}

/// Takes away what restores of a snapshot gave.
pub(super) fn take_back(
    node: &dyn Node,
    repository: &Repository,
    manifest: &Manifest,
    record: &Record,
    is_dry: bool,
) -> Result<TakenBack, Diagnostics> {
    match &manifest.grafana {
        Some(state) if !record.grafana.is_empty() => {
            Ok(grafana::take_back(node, repository, state, &record.grafana, is_dry)?)
        }
        _ => Ok(TakenBack::default()),
    }
}

/// Names and values; a message about it shows none of them.
pub(in crate::cli) fn read(file: &Path) -> Result<Secrets, Diagnostic> {
    let wrong = |message: &str| {
        Diagnostic::error(message)
            .in_path(file)
            .hint("a map was expected: names as the snapshot has them (`backup show`), with their values")
    };
    let text = std::fs::read(file).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    serde_yaml::from_slice(&text).map_err(|_| wrong("is no map of names to text"))
}
