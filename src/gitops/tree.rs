//! The files of the tree, in memory, by their paths.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::inventory::is_ours;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Keeps line ends as they are on every system, and folds the tree away in reviews.
pub(super) const GIT_ATTRIBUTES: &str = ".gitattributes";
/// Hides what is only there during a run.
pub(super) const GIT_IGNORE: &str = ".stackgen/.gitignore";
/// Says what this is.
pub(super) const README: &str = "README.md";
/// The files of a cluster, with their paths in the tree.
pub type ClusterFiles = Vec<(String, TreeFile)>;

/// All files, by their path with `/`.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    files: BTreeMap<String, TreeFile>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeFile {
    /// What is in it.
    pub bytes: Arc<[u8]>,
    /// The object that it holds.
    pub object: Option<String>,
    /// The app that it belongs to.
    pub app: Option<String>,
}

impl Tree {
    /// What all clusters share, and the files of each.
    pub fn of_clusters(clusters: Vec<ClusterFiles>) -> Result<Self, Diagnostics> {
        let mut tree = Self::default();
        tree.add_text(GIT_ATTRIBUTES, "** text eol=lf linguist-generated=true\n");
        tree.add_text(GIT_IGNORE, "/journal.json\n/lock\n/tmp/\n");
        tree.add_text(README, include_str!("tree_readme.md"));
        let mut errors = Diagnostics::default();
        for (path, file) in clusters.into_iter().flatten() {
            errors.absorb(tree.add(path, file).map_err(Diagnostics::from));
        }
        errors.into_result()?;
        Ok(tree)
    }

    /// The files in order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &TreeFile)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// The file at `path`.
    pub fn get(&self, path: &str) -> Option<&TreeFile> {
        self.files.get(path)
    }

    /// Adds a file; two files at one path are an error. Paths that differ in the case of letters alone do not exist:
    /// names have no upper-case letters outside of `%XX`, which are always written the same.
    pub(super) fn add(&mut self, path: String, file: TreeFile) -> Result<(), Diagnostic> {
        if !is_ours(&path) {
            return Err(Diagnostic::error(format!("`{path}` cannot be a file of the tree")));
        }
        if let Some(other) = self.files.get(&path) {
            let name = |file: &TreeFile| file.object.clone().unwrap_or_default();
            let message = format!("two objects would be written to `{path}`");
            return Err(Diagnostic::error(message)
                .object(name(&file))
                .hint(format!("the other one is {}; give one of them another name", name(other))));
        }
        self.files.insert(path, file);
        Ok(())
    }

    fn add_text(&mut self, path: &str, text: &str) {
        let file = TreeFile { bytes: text.as_bytes().into(), object: None, app: None };
        self.files.insert(path.to_owned(), file);
    }
}

/// The cluster that a path belongs to; none for what all clusters share.
pub fn cluster_of(path: &str) -> Option<&str> {
    let (folder, rest) = path.split_once('/')?;
    match (folder, rest.split_once('/')) {
        ("clusters" | "argocd" | "flux", Some((cluster, _))) => Some(cluster),
        ("argocd", None) => {
            let name = ["project-", "root-"].into_iter().find_map(|kind| rest.strip_prefix(kind))?;
            name.strip_suffix(".yaml")
        }
        _ => None,
    }
}

/// The app whose folder a path is in: `clusters/<cluster>/<app>/...`
pub fn app_of_path(path: &str) -> Option<&str> {
    let mut parts = path.strip_prefix("clusters/")?.split('/');
    parts.next()?;
    let app = parts.next()?;
    parts.next().map(|_| app)
}
