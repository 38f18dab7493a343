//! Whether a report is one that nobody needs to read closely.

use super::change::{Edit, EditKind, Verb};
use super::report::Report;

/// Labels and annotations with versions and checksums, which follow from something else.
const FOLLOWING: [&str; 4] = ["app.kubernetes.io/version", "helm.sh/chart", "chart", "version"];
const CHECKSUM: &str = "checksum/";

impl Report<'_, '_> {
    /// Whether there are no dangers, and only images differ, with what follows from them: labels of versions,
    /// checksums, names.
    pub fn is_routine(&self) -> bool {
        let is_changed = |verb| verb == Verb::Changed;
        let changes = || self.changes.iter();
        !self.is_empty()
            && self.dangers().is_empty()
            && changes().all(|reported| is_changed(self.change(reported).verb))
            && changes().all(|reported| !self.change(reported).is_relocated())
            && changes().flat_map(|reported| &reported.edits).all(|edit| is_routine(self.edit(edit)))
    }
}

/// Whether an edit is one of an image, or follows from a version.
pub(super) fn is_routine(edit: &Edit<'_>) -> bool {
    let Some(key) = edit.path.last_key() else { return false };
    let is_in = |field| edit.path.0.iter().rev().nth(1) == Some(&super::path::Step::Key(field));
    let is_about_version = FOLLOWING.contains(&key) || key.starts_with(CHECKSUM);
    edit.kind == EditKind::Follows
        || edit.kind == EditKind::Changed && key == "image"
        || is_about_version && (is_in("labels") || is_in("annotations"))
}
