//! What `--against` names: the objects as they were.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::cli::named::Named;
use crate::cli::printer::Printer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fs::git::Point;
use crate::fs::{Disk, FileSystem as _};
use crate::stack::{BuiltCluster, Cluster, Workspace, build_clusters};
use crate::validate::Input;
use crate::yaml::{Node, Sources};

/// What was, and where what is now is read.
#[derive(Debug)]
pub(super) struct Against {
    from: From,
    /// The state that is validated; nothing if that is the files on disk.
    pub(super) to: Option<Point>,
}

#[derive(Debug)]
enum From {
    /// A file or folder on disk.
    Path(PathBuf),
    Point(Point),
}

/// The objects as they were, by cluster; of what is for no cluster in particular there is no name.
pub(super) type Earlier<'s> = BTreeMap<Option<String>, Vec<Node<'s>>>;

impl Against {
    /// What the text names.
    pub(super) fn find(text: &str, printer: &Printer) -> Result<Self, Diagnostics> {
        Ok(match Named::find(text, &printer.directory)? {
            Named::Path(path) => Self { from: From::Path(path), to: None },
            Named::Revisions(range) => Self { from: From::Point(range.from), to: range.to },
        })
    }

    /// What `paths` held, or what was named instead of them.
    pub(super) fn read<'s>(&self, paths: &[PathBuf], sources: &'s Sources) -> Result<Input<'s>, Diagnostics> {
        match &self.from {
            From::Path(path) => super::read(&Disk, std::slice::from_ref(path), sources),
            From::Point(point) => read_at(point, paths, sources),
        }
    }

    /// The clusters as they were. What is on disk or in a folder of a revision was rendered; else the stack of that
    /// revision is.
    pub(super) fn render<'s>(
        &self,
        clusters: &[&Cluster],
        sources: &'s Sources,
    ) -> Result<Earlier<'s>, Diagnostics> {
        match &self.from {
            From::Point(Point { tree, path: None }) => {
                let workspace = Workspace::open_in(tree.clone(), tree.directory(), sources)?;
                render(workspace, clusters, sources)
            }
            _ => Ok(self.read(&[], sources)?.by_cluster()),
        }
    }
}

/// Renders those of the clusters that were there.
fn render<'s>(
    workspace: Workspace<'s>,
    clusters: &[&Cluster],
    sources: &'s Sources,
) -> Result<Earlier<'s>, Diagnostics> {
    let Workspace { mut files, templates, settings } = workspace;
    let is_meant = |cluster: &&Cluster| clusters.iter().any(|other| other.name == cluster.name);
    let clusters: Vec<&Cluster> = settings.clusters.iter().filter(is_meant).collect();
    let work = |built: &BuiltCluster<'_, 's>| {
        let nodes = built.resources.iter().map(|resource| Node::clone(&resource.node));
        Ok((Some(built.cluster.name.clone()), nodes.collect()))
    };
    let fleet = build_clusters((&settings, &clusters), &mut files, &templates, sources, work)?;
    Ok(fleet.results.into_iter().collect())
}

/// What a point names, or else what it has of `paths`, which are on disk. What is new has not been there.
pub(super) fn read_at<'s>(
    point: &Point,
    paths: &[PathBuf],
    sources: &'s Sources,
) -> Result<Input<'s>, Diagnostics> {
    let Point { tree, path } = point;
    let mut input = Input::default();
    let mut errors = Diagnostics::default();
    let paths: &[PathBuf] = if path.is_some() { &[] } else { paths };
    for path in paths {
        let Some(path) = in_tree(point, path) else {
            errors.push(elsewhere(path, &tree.label()));
            continue;
        };
        match tree.canonical(&path) {
            Err(error) if error.get_ref().is_none() => {}
            _ => drop(errors.absorb(input.read_in(tree.as_ref(), &path, sources))),
        }
    }
    if let Some(path) = path {
        errors.absorb(input.read_in(tree.as_ref(), path, sources));
    }
    errors.into_result().map(|()| input)
}

/// What a path on disk is called in the tree of a point.
fn in_tree(point: &Point, path: &Path) -> Option<PathBuf> {
    if path == Path::new("-") {
        return None;
    }
    point.tree.path(path).or_else(|| point.tree.path(&path.canonicalize().ok()?))
}

fn elsewhere(path: &Path, label: &str) -> Diagnostic {
    let (shown, hint) = if path == Path::new("-") {
        ("standard input".to_owned(), format!("name what it is to be held against, as `{label}gitops`"))
    } else {
        (format!("`{}`", path.display()), "name a path in the repository of the working directory".to_owned())
    };
    Diagnostic::error(format!("{shown} has no earlier state in `{label}`")).hint(hint)
}
