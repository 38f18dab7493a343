//! What the stack's own files say of a migration: the target's part of the tree, and what is asked of both sides.

use std::path::Path;

use crate::backup::{BackupError, Failure};
use crate::cli::selection::Selection;
use crate::diagnostic::Diagnostics;
use crate::gitops::{self, Allowed, Outcome, Renderer, Tree, cluster_of};
use crate::migrate::Plan;
use crate::stack::{BuiltCluster, Workspace, build_clusters};
use crate::validate::{self, Target, queries};
use crate::yaml::Sources;

/// The files of the target.
pub(super) struct Rendered<'p> {
    cluster: String,
    /// Where they go; none if that is somebody else's work.
    tree: Option<(&'p Path, Tree)>,
    /// The expressions of its rules and dashboards.
    pub(super) expressions: Vec<String>,
}

impl<'p> Rendered<'p> {
    /// Builds the target of a plan; nothing is written. A cluster that is not in the settings is told of, unless nothing
    /// is to be rendered: then the first one that is there says what is asked.
    pub(super) fn of<'s>(plan: &'p Plan, sources: &'s Sources) -> Result<Self, Diagnostics> {
        let Workspace { mut files, templates, settings } = Workspace::open(&plan.options.workspace, sources)?;
        let names = if plan.options.tree.is_some() { vec![plan.to.name.clone()] } else { Vec::new() };
        let mut chosen = Selection::of_names(&names).choose(&settings.clusters)?;
        chosen.clusters.truncate(1);
        let renderer = Renderer::new(&settings.gitops, &templates, sources, &plan.options.workspace);
        let work = |built: &BuiltCluster<'_, 's>| {
            let nodes: Vec<_> = built.resources.iter().map(|resource| &*resource.node).collect();
            let tree = validate::Tree::new(nodes, Target::default(), sources);
            Ok((queries(&tree), renderer.render(built)?))
        };
        let clusters = (&settings, chosen.clusters.as_slice());
        let fleet = build_clusters(clusters, &mut files, &templates, sources, work)?;
        let (mut expressions, mut apps) = (Vec::new(), Vec::new());
        for (of_cluster, files) in fleet.results {
            expressions.extend(of_cluster);
            apps.push(files);
        }
        let tree = match plan.options.tree.as_deref() {
            Some(folder) => Some((folder, Tree::of_clusters(apps)?)),
            None => None,
        };
        let cluster = chosen.clusters.first().map(|cluster| cluster.name.clone()).unwrap_or_default();
        Ok(Self { cluster, tree, expressions })
    }

    /// Writes the files; says what came of it.
    pub(super) fn write(&self) -> Result<String, BackupError> {
        let Some((folder, tree)) = &self.tree else {
            return Ok("somebody else's work".to_owned());
        };
        let scope = |path: &str| cluster_of(path).is_none_or(|cluster| cluster == self.cluster);
        let written = gitops::write(folder, tree, &scope, Allowed::default());
        let (_, Outcome { written, updated, removed, unchanged }) =
            written.map_err(|errors| refused(folder, &errors))?;
        let words =
            format!("{written} files written, {updated} updated, {removed} removed, {unchanged} unchanged");
        Ok(if written + updated + removed > 0 {
            format!("{words} in {}: commit and push them", folder.display())
        } else {
            words
        })
    }
}

fn refused(folder: &Path, errors: &Diagnostics) -> BackupError {
    let message = errors.0.first().map(|first| first.message.clone()).unwrap_or_default();
    BackupError::new(Failure::Forbidden, folder.display().to_string(), message)
        .hint("`stackgen render --check` says more; --no-render leaves the tree alone")
}
