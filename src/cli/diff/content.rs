//! What there is in a state: clusters, files, or the objects of a kustomization.

use std::collections::BTreeMap;
use std::path::Path;

use super::sides::{ClusterSides, SideFile, SideFiles};
use super::usage;
use crate::cli::selection::Selection;
use crate::diagnostic::Diagnostics;
use crate::diff::{Document, Side, Syncing};
use crate::fs::FileSystem;
use crate::gitops::{app_of_path, cluster_of};
use crate::kustomize::{self, BuildOptions};
use crate::stack::Engine;
use crate::yaml::{Sources, Typing};

/// Where a rendered tree keeps what it knows of each cluster.
const LEDGERS: &str = ".stackgen/clusters";

/// What there is.
#[derive(Debug)]
pub(super) enum Content<'s> {
    /// The files of each cluster, and the engines that sync them.
    Clusters(BTreeMap<String, SideFiles<'s>>, Vec<Engine>),
    /// Files that are for no cluster in particular.
    Files(SideFiles<'s>),
    /// The result of a kustomization.
    Objects(Side<'s>),
}

impl<'s> Content<'s> {
    /// Whether a folder is built, not read.
    pub(super) fn is_kustomization(place: &dyn FileSystem, path: &Path) -> bool {
        kustomize::FILE_NAMES.iter().any(|name| place.is_file(&path.join(name)))
    }

    /// Whether a folder is a tree that was rendered for clusters.
    pub(super) fn is_tree(place: &dyn FileSystem, path: &Path) -> bool {
        place.is_dir(&path.join(LEDGERS))
    }

    /// The result of a kustomization.
    pub(super) fn build(
        place: &dyn FileSystem,
        path: &Path,
        sources: &'s Sources,
    ) -> Result<Self, Diagnostics> {
        let built = kustomize::build(place, path, &BuildOptions::default(), sources)?;
        let resources = built.resources.into_resources().into_iter();
        let documents = resources.map(|resource| Document::from(resource.node.into_node())).collect();
        Ok(Self::Objects(Side { documents, typing: Typing::Core, ..Side::default() }))
    }

    /// The clusters of a rendered tree that are chosen.
    pub(super) fn of_tree(
        (place, path): (&dyn FileSystem, &Path),
        files: SideFiles<'s>,
        selection: &Selection,
        sources: &'s Sources,
    ) -> Self {
        let folders = [("argocd", Engine::ArgoCd), ("flux", Engine::Flux)].into_iter();
        let engines = folders.filter(|(folder, _)| place.is_dir(&path.join(folder)));
        let engines = engines.map(|(_, engine)| engine).collect();
        let mut clusters: BTreeMap<String, SideFiles<'s>> = BTreeMap::new();
        for (path, file) in files {
            let name = path.to_str().map(|path| path.replace('\\', "/")).unwrap_or_default();
            let cluster = cluster_of(&name).unwrap_or_default();
            if selection.names_or_all(cluster) {
                let file = SideFile { app: app_of_path(&name).map(|app| sources.keep(app)), ..file };
                clusters.entry(cluster.to_owned()).or_default().insert(path, file);
            }
        }
        Self::Clusters(clusters, engines)
    }

    /// The files, where there are no clusters.
    pub(super) fn files(&self) -> Option<&SideFiles<'s>> {
        if let Self::Files(files) = self { Some(files) } else { None }
    }

    /// This and what it became, side by side.
    pub(super) fn with(
        self,
        after: Self,
        names: &(String, String),
        sources: &'s Sources,
    ) -> Result<(Vec<ClusterSides<'s>>, Syncing), Diagnostics> {
        let syncing = match &after {
            Self::Clusters(_, engines) => Syncing::Stack(engines.clone()),
            _ => Syncing::Unknown,
        };
        let clusters = match (self, after) {
            (Self::Clusters(before, _), Self::Clusters(after, _)) => of_clusters(before, after, sources)?,
            (Self::Files(before), Self::Files(after)) => {
                vec![ClusterSides::of_files(before, after, sources)?]
            }
            (before, after) => {
                let (before, after) = (before.side(&names.0, sources)?, after.side(&names.1, sources)?);
                vec![ClusterSides { before, after, ..ClusterSides::default() }]
            }
        };
        Ok((clusters, syncing))
    }

    /// All objects, which are those of one cluster at most.
    fn side(self, name: &str, sources: &'s Sources) -> Result<Side<'s>, Diagnostics> {
        let files = match self {
            Self::Objects(side) => return Ok(side),
            Self::Files(files) => files,
            Self::Clusters(clusters, _) => {
                match <[_; 1]>::try_from(clusters.into_values().collect::<Vec<_>>()) {
                    Ok([files]) => files,
                    Err(all) => {
                        let message = format!("one cluster is needed, and there are {} in {name}", all.len());
                        return Err(usage(message, "name one, as `stackgen diff gke --from FILE`"));
                    }
                }
            }
        };
        Ok(ClusterSides::of_files(SideFiles::new(), files, sources)?.after)
    }
}

fn of_clusters<'s>(
    mut before: BTreeMap<String, SideFiles<'s>>,
    mut after: BTreeMap<String, SideFiles<'s>>,
    sources: &'s Sources,
) -> Result<Vec<ClusterSides<'s>>, Diagnostics> {
    let names: std::collections::BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
    let mut errors = Diagnostics::default();
    let sides = names.into_iter().filter_map(|name| {
        let (old, new) = (before.remove(&name).unwrap_or_default(), after.remove(&name).unwrap_or_default());
        let sides = errors.absorb(ClusterSides::of_files(old, new, sources))?;
        Some(ClusterSides { name, ..sides })
    });
    let sides = sides.collect();
    errors.into_result().map(|()| sides)
}
