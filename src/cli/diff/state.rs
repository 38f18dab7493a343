//! What is compared: the tree on disk, the sources as they are or as they were, or manifests.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::content::Content;
use super::read::read;
use super::rendered;
use super::sides::{SideFiles, Sides};
use super::{Arguments, usage};
use crate::cli::named::Named;
use crate::cli::printer::Printer;
use crate::cli::selection::Selection;
use crate::diagnostic::Diagnostics;
use crate::fs::git::{Point, Tree, shown};
use crate::fs::{Disk, FileSystem};
use crate::stack::Workspace;
use crate::yaml::Sources;

/// One state of what is to run.
#[derive(Clone, Debug)]
pub(super) enum State {
    /// What the sources on disk render to.
    Sources,
    /// What the sources of a revision render to.
    Revision(Arc<Tree>),
    /// A file or folder of manifests.
    Manifests(Arc<dyn FileSystem>, PathBuf),
}

impl Arguments {
    /// The sides that the arguments name.
    pub(super) fn sides<'s>(
        &self,
        printer: &Printer,
        sources: &'s Sources,
    ) -> Result<Sides<'s>, Diagnostics> {
        let selection = Selection::of_names(&self.names);
        if let Some((before, after)) = self.two_paths()? {
            return sides((&before, &after), &Selection::of_names(&[]), printer, sources);
        }
        if let Some(other) = &self.against_cloud {
            return rendered::against_cloud(&selection, other, printer, sources);
        }
        match self.states(&printer.directory)? {
            Some((before, after)) => sides((&before, &after), &selection, printer, sources),
            None => rendered::against_tree(&selection, printer, sources),
        }
    }

    /// What `--from` and `--to` name. None if the tree on disk is to be compared with what would be written.
    fn states(&self, directory: &Path) -> Result<Option<(State, State)>, Diagnostics> {
        let Some(from) = &self.from else {
            let hint = "add --from, as `--from main`";
            let error = || usage("--to without --from says what it is, not what it was", hint);
            return if self.to.is_some() { Err(error()) } else { Ok(None) };
        };
        let to = self.to.as_deref().map(|to| Named::find(to, directory)).transpose()?;
        let (before, ends) = match Named::find(from, directory)? {
            Named::Path(path) => (State::of_path(&path), None),
            Named::Revisions(range) => (State::of_point(range.from), range.to),
        };
        let after = match (ends, to) {
            (None, None) => State::Sources,
            (Some(point), None) => State::of_point(point),
            (None, Some(Named::Path(path))) => State::of_path(&path),
            (None, Some(Named::Revisions(range))) if range.to.is_none() => State::of_point(range.from),
            (_, Some(_)) => {
                return Err(usage(
                    "two ends are named",
                    "name a range with --from, or one state with each of them",
                ));
            }
        };
        Ok(Some((before, after)))
    }

    /// Whether git called, as `GIT_EXTERNAL_DIFF`: `path old-file old-hex old-mode new-file new-hex new-mode`, and two
    /// more for a file that was renamed.
    pub(super) fn is_called_by_git(&self) -> bool {
        matches!(self.names.as_slice(), [_, before, _, _, after, _, _] | [_, before, _, _, after, _, _, _, _]
            if is_path(before) && is_path(after))
    }

    /// The two files or folders that are named, as people do, or as git and kubectl call an external diff.
    fn two_paths(&self) -> Result<Option<(State, State)>, Diagnostics> {
        let states =
            |before: &str, after: &str| (State::of_path(before.as_ref()), State::of_path(after.as_ref()));
        match (&self.from, &self.to, self.names.as_slice()) {
            (Some(before), Some(after), _) | (None, None, [before, after])
                if before == "-" && after == "-" =>
            {
                Err(usage("standard input cannot be both sides", "name a file for one of them"))
            }
            (None, None, [_, before, _, _, after, ..]) if self.is_called_by_git() => {
                Ok(Some(states(before, after)))
            }
            (None, None, [before, after]) if is_path(before) && is_path(after) => {
                Ok(Some(states(before, after)))
            }
            _ => Ok(None),
        }
    }
}

/// Whether a name is meant as a file or folder: clusters have neither slashes nor dots.
fn is_path(name: &str) -> bool {
    name == "-" || name.contains(['/', '.', '\\']) || Path::new(name).exists()
}

/// The sides that two states are.
fn sides<'s>(
    (before, after): (&State, &State),
    selection: &Selection,
    printer: &Printer,
    sources: &'s Sources,
) -> Result<Sides<'s>, Diagnostics> {
    let names = (before.describe(&printer.directory), after.describe(&printer.directory));
    let mut errors = Diagnostics::default();
    let old = errors.absorb(before.content(None, selection, printer, sources));
    let new = errors.absorb(after.content(old.as_ref(), selection, printer, sources));
    errors.into_result()?;
    let (Some(old), Some(new)) = (old, new) else { return Ok(Sides::default()) };
    let (clusters, syncing) = old.with(new, &names, sources)?;
    Ok(Sides { names, clusters, syncing, expected: Vec::new() })
}

impl State {
    fn of_path(path: &Path) -> Self {
        Self::Manifests(Arc::new(Disk), path.to_owned())
    }

    fn of_point(point: Point) -> Self {
        match point.path {
            Some(path) => Self::Manifests(point.tree, path),
            None => Self::Revision(point.tree),
        }
    }

    fn describe(&self, directory: &Path) -> String {
        match self {
            Self::Sources => "the sources".to_owned(),
            Self::Revision(tree) => tree.label().trim_end_matches(':').to_owned(),
            Self::Manifests(_, path) => shown(path, directory),
        }
    }

    /// What there is in this state. What `other` has in the same words is not kept once more.
    fn content<'s>(
        &self,
        other: Option<&Content<'s>>,
        selection: &Selection,
        printer: &Printer,
        sources: &'s Sources,
    ) -> Result<Content<'s>, Diagnostics> {
        let none = SideFiles::new();
        match self {
            Self::Sources => {
                let workspace = Workspace::open(&printer.directory, sources)?;
                selection.choose(&workspace.settings.clusters)?;
                rendered::clusters(workspace, &printer.directory, selection, (printer, sources))
            }
            Self::Revision(tree) => {
                let workspace = Workspace::open_in(tree.clone(), tree.directory(), sources)?;
                rendered::clusters(workspace, tree.directory(), selection, (printer, sources))
            }
            Self::Manifests(place, path) if Content::is_kustomization(place.as_ref(), path) => {
                Content::build(place.as_ref(), path, sources)
            }
            Self::Manifests(place, path) => {
                let files = other.and_then(Content::files).unwrap_or(&none);
                let is_tree = Content::is_tree(place.as_ref(), path);
                let files = read(place.as_ref(), path, if is_tree { &none } else { files })?;
                Ok(if is_tree {
                    Content::of_tree((place.as_ref(), path), files, selection, sources)
                } else {
                    Content::Files(files)
                })
            }
        }
    }
}
