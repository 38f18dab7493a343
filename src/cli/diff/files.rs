//! Sides that are files, folders or standard input.

use std::collections::BTreeMap;
use std::path::Path;

use super::read::read;
use super::sides::{ClusterSides, SideFile, SideFiles, Sides};
use crate::diagnostic::Diagnostics;
use crate::diff::{Document, Side, Syncing};
use crate::fs::Disk;
use crate::gitops::{app_of_path, cluster_of};
use crate::kustomize::{self, BuildOptions};
use crate::stack::Engine;
use crate::yaml::{Sources, Typing};

/// Where a rendered tree keeps what it knows of each cluster.
const LEDGERS: &str = ".stackgen/clusters";

/// The sides that two paths name.
pub(super) fn sides<'s>(before: &Path, after: &Path, sources: &'s Sources) -> Result<Sides<'s>, Diagnostics> {
    let names = (before.display().to_string(), after.display().to_string());
    let mut errors = Diagnostics::default();
    let are_trees = is_tree(before) || is_tree(after);
    let are_files = !is_kustomization(before) && !is_kustomization(after);
    let cluster = if are_files {
        let old = errors.absorb(read(before, &SideFiles::new())).unwrap_or_default();
        let new = errors.absorb(read(after, &old)).unwrap_or_default();
        errors.into_result()?;
        if are_trees {
            return Ok(Sides { names, clusters: of_trees(old, new, sources)?, syncing: syncing(after) });
        }
        ClusterSides::of_files(old, new, sources)?
    } else {
        let (old, new) = (errors.absorb(side(before, sources)), errors.absorb(side(after, sources)));
        errors.into_result()?;
        let (before, after) = (old.unwrap_or_default(), new.unwrap_or_default());
        ClusterSides { before, after, ..ClusterSides::default() }
    };
    Ok(Sides { names, clusters: vec![cluster], syncing: Syncing::Unknown })
}

/// The sides of each cluster of two rendered trees.
fn of_trees<'s>(
    before: SideFiles<'s>,
    after: SideFiles<'s>,
    sources: &'s Sources,
) -> Result<Vec<ClusterSides<'s>>, Diagnostics> {
    let mut clusters: BTreeMap<String, (SideFiles<'s>, SideFiles<'s>)> = BTreeMap::new();
    for (files, is_after) in [(before, false), (after, true)] {
        for (path, file) in files {
            let name = path.to_str().map(|path| path.replace('\\', "/")).unwrap_or_default();
            let file = SideFile { app: app_of_path(&name).map(|app| sources.keep(app)), ..file };
            let (old, new) = clusters.entry(cluster_of(&name).unwrap_or_default().to_owned()).or_default();
            if is_after { new } else { old }.insert(path, file);
        }
    }
    let mut errors = Diagnostics::default();
    let sides = clusters.into_iter().filter_map(|(name, (old, new))| {
        let sides = errors.absorb(ClusterSides::of_files(old, new, sources))?;
        Some(ClusterSides { name, ..sides })
    });
    let sides = sides.collect();
    errors.into_result().map(|()| sides)
}

/// Whether a folder is a tree that was rendered for clusters.
fn is_tree(path: &Path) -> bool {
    path.join(LEDGERS).is_dir()
}

/// Who syncs a rendered tree: the engines that it has files for.
fn syncing(tree: &Path) -> Syncing {
    let engines = [("argocd", Engine::ArgoCd), ("flux", Engine::Flux)];
    let named = engines.into_iter().filter(|(folder, _)| tree.join(folder).is_dir());
    Syncing::Stack(named.map(|(_, engine)| engine).collect())
}

/// What a path names: the result of a kustomization, or manifests.
pub(super) fn side<'s>(path: &Path, sources: &'s Sources) -> Result<Side<'s>, Diagnostics> {
    if !is_kustomization(path) {
        return Ok(ClusterSides::of_files(SideFiles::new(), read(path, &SideFiles::new())?, sources)?.after);
    }
    let built = kustomize::build(&Disk, path, &BuildOptions::default(), sources)?;
    let documents =
        built.resources.into_resources().into_iter().map(|resource| Document::from(resource.node));
    Ok(Side { documents: documents.collect(), typing: Typing::Core, ..Side::default() })
}

fn is_kustomization(path: &Path) -> bool {
    kustomize::FILE_NAMES.iter().any(|name| path.join(name).is_file())
}
