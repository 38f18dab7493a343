//! Sides that are files, folders or standard input.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use walkdir::WalkDir;

use super::sides::{ClusterSides, SideFile, SideFiles, Sides};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::diff::{Document, Side};
use crate::fs::Disk;
use crate::gitops::{app_of_path, cluster_of};
use crate::kustomize::{self, BuildOptions};
use crate::yaml::{Sources, Typing};

/// What is shown as the file of what comes from standard input.
const STDIN: &str = "<stdin>";
/// What an external diff is given for a side that is not there.
const NO_FILE: &str = "/dev/null";
/// Where a rendered tree keeps what it knows of each cluster.
const LEDGERS: &str = ".stackgen/clusters";
/// What files with manifests are called.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// The sides that two paths name.
pub(super) fn sides<'s>(before: &Path, after: &Path, sources: &'s Sources) -> Result<Sides<'s>, Diagnostics> {
    let names = (before.display().to_string(), after.display().to_string());
    let mut errors = Diagnostics::default();
    let are_trees = is_tree(before) || is_tree(after);
    let are_files = !is_kustomization(before) && !is_kustomization(after);
    let cluster = if are_files {
        let (old, new) = (errors.absorb(read(before)), errors.absorb(read(after)));
        errors.into_result()?;
        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
        if are_trees {
            return Ok(Sides { names, clusters: of_trees(old, new, sources)? });
        }
        ClusterSides::of_files(old, new, sources)?
    } else {
        let (old, new) = (errors.absorb(side(before, sources)), errors.absorb(side(after, sources)));
        errors.into_result()?;
        let (before, after) = (old.unwrap_or_default(), new.unwrap_or_default());
        ClusterSides { before, after, ..ClusterSides::default() }
    };
    Ok(Sides { names, clusters: vec![cluster] })
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

/// What a path names: the result of a kustomization, or manifests.
pub(super) fn side<'s>(path: &Path, sources: &'s Sources) -> Result<Side<'s>, Diagnostics> {
    if !is_kustomization(path) {
        return Ok(ClusterSides::of_files(SideFiles::new(), read(path)?, sources)?.after);
    }
    let built = kustomize::build(&Disk, path, &BuildOptions::default(), sources)?;
    let documents =
        built.resources.into_resources().into_iter().map(|resource| Document::from(resource.node));
    Ok(Side { documents: documents.collect(), typing: Typing::Core, ..Side::default() })
}

/// The file, or the manifests in a folder and the folders below it. Hidden files and folders are somebody else's, and
/// kustomizations are no objects.
fn read(path: &Path) -> Result<SideFiles<'static>, Diagnostics> {
    let fail = |path: &Path, error: &std::io::Error| {
        Diagnostic::error(format!("cannot read it: {error}"))
            .in_path(path)
            .hint("name a file, a folder or `-`; a cluster is named without a slash or a dot")
    };
    let file = |path: &Path, shown: &Path| -> Result<SideFile<'static>, Diagnostics> {
        let bytes = if path == Path::new("-") {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
        } else {
            std::fs::read(path)
        };
        let bytes = bytes.map_err(|error| fail(path, &error))?;
        Ok(SideFile { shown: shown.to_owned(), bytes, app: None })
    };
    if path == Path::new(NO_FILE) {
        return Ok(SideFiles::new());
    }
    if !path.is_dir() {
        let shown = if path == Path::new("-") { Path::new(STDIN) } else { path };
        return Ok([("".into(), file(path, shown)?)].into());
    }
    let mut errors = Diagnostics::default();
    let mut files = SideFiles::new();
    let is_hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.');
    let entries = WalkDir::new(path).follow_links(true).into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.file_name())) {
        let read = match entry {
            Ok(entry) if entry.file_type().is_file() && is_manifest(entry.path()) => {
                let below = entry.path().strip_prefix(path).unwrap_or(entry.path()).to_owned();
                file(entry.path(), entry.path()).map(|read| Some((below, read)))
            }
            Ok(_) => Ok(None),
            Err(error) => Err(fail(path, &error.into()).into()),
        };
        files.extend(errors.absorb(read).flatten());
    }
    errors.into_result().map(|()| files)
}

fn is_kustomization(path: &Path) -> bool {
    kustomize::FILE_NAMES.iter().any(|name| path.join(name).is_file())
}

/// What kubectl gives an external diff are files without an extension, named after their objects.
fn is_manifest(path: &Path) -> bool {
    let is_kustomization = kustomize::FILE_NAMES.iter().any(|name| path.file_name() == Some(name.as_ref()));
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_of_kubectl = name.split('.').count() >= 4;
    let has_extension =
        path.extension().is_some_and(|extension| EXTENSIONS.iter().any(|known| extension == *known));
    !is_kustomization && (has_extension || is_of_kubectl)
}
