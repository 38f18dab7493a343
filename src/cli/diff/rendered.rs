//! Sides that are rendered: the sources, as they are or as they were; the tree on disk; one cloud and another.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::content::Content;
use super::sides::{ClusterSides, SideFile, SideFiles, Sides, parse};
use super::usage;
use crate::cli::expected::expected_differences;
use crate::cli::printer::Printer;
use crate::cli::selection::Selection;
use crate::diagnostic::Diagnostics;
use crate::diff::{Document, Side, Syncing};
use crate::fs::Disk;
use crate::gitops::{self, ClusterFiles, Renderer, Status, Tree, app_of_path, cluster_of};
use crate::stack::{BuiltCluster, Cluster, StackFiles, Workspace, app_of, build_clusters, lead_to_sources};
use crate::yaml::{Node, Sources, Typing};

/// Where the tree is.
const TREE: &str = "gitops";
/// What files with objects are called, and the list of an app's files, which is none.
const MANIFEST: &str = ".yaml";
const LIST: &str = "kustomization.yaml";

/// The files of a cluster, and the objects in those that are not on disk as they should be, by their paths.
type Rendered<'s> = (ClusterFiles, FxHashMap<String, Node<'s>>);

/// The tree on disk against what would be written.
pub(super) fn against_tree<'s>(
    selection: &Selection,
    printer: &Printer,
    sources: &'s Sources,
) -> Result<Sides<'s>, Diagnostics> {
    let Workspace { mut files, templates, settings } = Workspace::open(&printer.directory, sources)?;
    let chosen = selection.choose(&settings.clusters)?;
    let renderer = Renderer::new(&settings.gitops, &templates, sources, &printer.directory);
    let root = Path::new(TREE);
    let work = |built: &BuiltCluster<'_, 's>| render(&renderer, built, root);
    lead_to_sources((&settings, &chosen.clusters), files.root(), &templates, sources)?;
    let fleet = build_clusters((&settings, &chosen.clusters), &mut files, &templates, sources, work)?;
    printer.report(&fleet.warnings, sources);
    let (of_clusters, nodes): (Vec<ClusterFiles>, Vec<FxHashMap<String, Node<'s>>>) =
        fleet.results.into_iter().unzip();
    let tree = Tree::of_clusters(of_clusters)?;
    let plan = gitops::check(root, &tree, &|path: &str| chosen.covers(cluster_of(path)))?;
    let mut nodes: FxHashMap<String, Node<'s>> = nodes.into_iter().flatten().collect();
    let names = (format!("{TREE}/"), "the sources".to_owned());
    let syncing = Syncing::Stack(settings.gitops.engines.clone());
    let mut sides = Sides { names, syncing, ..Sides::default() };
    for change in plan.changes.iter().filter(|change| holds_object(&change.path)) {
        let (path, status) = (change.path.as_str(), change.status);
        let cluster = sides.cluster(cluster_of(path).unwrap_or_default());
        let app = app_of_path(path).map(|app| sources.keep(app));
        if matches!(status, Status::Stale | Status::Extra | Status::Modified | Status::Foreign) {
            cluster.before.documents.extend(on_disk(&root.join(path), app, sources)?);
        }
        if let Some(file) = tree.get(path).filter(|_| status != Status::Unlisted) {
            let made = match nodes.remove(path) {
                Some(node) => vec![node],
                None => parse(&root.join(path), file.bytes.to_vec(), sources)?,
            };
            cluster.after.documents.extend(made.into_iter().map(|node| Document { node, app }));
        }
    }
    for (path, _) in tree.iter().filter(|(path, _)| holds_object(path)) {
        sides.cluster(cluster_of(path).unwrap_or_default()).unchanged += 1;
    }
    for cluster in &mut sides.clusters {
        cluster.unchanged -= cluster.after.documents.len().min(cluster.unchanged);
    }
    Ok(sides)
}

impl<'s> Sides<'s> {
    /// The sides of a cluster, which are there from now on.
    fn cluster(&mut self, name: &str) -> &mut ClusterSides<'s> {
        let index = self.clusters.iter().position(|cluster| cluster.name == name);
        let index = index.unwrap_or_else(|| {
            let before = Side { typing: Typing::Legacy, ..Side::default() };
            let cluster = ClusterSides { name: name.to_owned(), before, ..ClusterSides::default() };
            self.clusters.push(cluster);
            self.clusters.len() - 1
        });
        &mut self.clusters[index]
    }
}

/// The files of a cluster, with the objects of those that are not on disk as they should be.
fn render<'s>(
    renderer: &Renderer<'_, 's>,
    built: &BuiltCluster<'_, 's>,
    root: &Path,
) -> Result<Rendered<'s>, Diagnostics> {
    let files = renderer.render(built)?;
    let stale = files.iter().filter(|(path, file)| {
        holds_object(path) && std::fs::read(root.join(path)).map_or(true, |bytes| bytes != *file.bytes)
    });
    let by_object: FxHashMap<&str, &str> = stale
        .filter(|(path, _)| path.starts_with("clusters/"))
        .filter_map(|(path, file)| Some((file.object.as_deref()?, path.as_str())))
        .collect();
    let nodes = built.resources.iter().filter_map(|resource| {
        let path = by_object.get(gitops::describe(&resource.current_id()).as_str())?;
        Some(((*path).to_owned(), Node::clone(&resource.node)))
    });
    let nodes = nodes.collect();
    Ok((files, nodes))
}

fn on_disk<'s>(
    path: &PathBuf,
    app: Option<&'s str>,
    sources: &'s Sources,
) -> Result<Vec<Document<'s>>, Diagnostics> {
    let Ok(bytes) = std::fs::read(path) else { return Ok(Vec::new()) };
    let nodes = parse(path, bytes, sources)?;
    Ok(nodes.into_iter().map(|node| Document { node, app }).collect())
}

/// What the chosen clusters of a workspace in `directory` render to.
pub(super) fn clusters<'s>(
    workspace: Workspace<'s>,
    directory: &Path,
    selection: &Selection,
    (printer, sources): (&Printer, &'s Sources),
) -> Result<Content<'s>, Diagnostics> {
    let Workspace { mut files, templates, settings } = workspace;
    let is_meant = |cluster: &&Cluster| selection.names(cluster);
    let clusters: Vec<&Cluster> = settings.clusters.iter().filter(is_meant).collect();
    let renderer = Renderer::new(&settings.gitops, &templates, sources, directory);
    let work = |built: &BuiltCluster<'_, 's>| {
        let made = renderer.render(built)?;
        let by_object: FxHashMap<String, &Node<'s>> = built
            .resources
            .iter()
            .map(|resource| (gitops::describe(&resource.current_id()), &*resource.node))
            .collect();
        let files = made.into_iter().filter(|(path, _)| holds_object(path)).map(|(path, file)| {
            let app = app_of_path(&path).map(|app| sources.keep(app));
            let node =
                file.object.filter(|_| app.is_some()).and_then(|object| by_object.get(&object).copied());
            let shown = Path::new(TREE).join(&path);
            let bytes = Some(file.bytes.to_vec());
            (path.into(), SideFile { shown, bytes, app, is_rendered: true, node: node.cloned() })
        });
        Ok((built.cluster.name.clone(), files.collect::<SideFiles<'s>>()))
    };
    lead_to_sources((&settings, &clusters), files.root(), &templates, sources)?;
    let fleet = build_clusters((&settings, &clusters), &mut files, &templates, sources, work)?;
    printer.report(&fleet.warnings, sources);
    Ok(Content::Clusters(fleet.results.into_iter().collect(), settings.gitops.engines.clone()))
}

/// One cloud against another: what is the same in both is what they share.
pub(super) fn against_cloud<'s>(
    selection: &Selection,
    other: &str,
    printer: &Printer,
    sources: &'s Sources,
) -> Result<Sides<'s>, Diagnostics> {
    let (before_name, before) = one_cluster(&Selection::of_names(&[other.to_owned()]), printer, sources)?;
    let (after_name, after) = one_cluster(selection, printer, sources)?;
    let cluster = ClusterSides { before, after, ..ClusterSides::default() };
    let files = StackFiles::new(Arc::new(Disk), &printer.directory);
    let expected = expected_differences(&files, sources)?.unwrap_or_default();
    let names = (before_name, after_name);
    Ok(Sides { names, clusters: vec![cluster], syncing: Syncing::Nobody, expected })
}

/// The objects of the one cluster that is chosen, and its name.
fn one_cluster<'s>(
    selection: &Selection,
    printer: &Printer,
    sources: &'s Sources,
) -> Result<(String, Side<'s>), Diagnostics> {
    let Workspace { mut files, templates, settings } = Workspace::open(&printer.directory, sources)?;
    let chosen = selection.choose(&settings.clusters)?;
    let [cluster]: [&Cluster; 1] = chosen.clusters.as_slice().try_into().map_err(|_| {
        usage(format!("one cluster is needed, not {}", chosen.describe()), "name one, as `stackgen diff gke`")
    })?;
    let work = |built: &BuiltCluster<'_, 's>| {
        let documents = built.resources.iter();
        Ok(documents
            .map(|one| Document { node: Node::clone(&one.node), app: app_of(one) })
            .collect::<Vec<_>>())
    };
    lead_to_sources((&settings, &[cluster]), files.root(), &templates, sources)?;
    let fleet = build_clusters((&settings, &[cluster]), &mut files, &templates, sources, work)?;
    printer.report(&fleet.warnings, sources);
    let documents = fleet.results.into_iter().flatten().collect();
    Ok((cluster.name.clone(), Side { documents, typing: Typing::Core, ..Side::default() }))
}

fn holds_object(path: &str) -> bool {
    path.ends_with(MANIFEST) && !path.ends_with(LIST)
}
