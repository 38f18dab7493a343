//! The rendered tree of a cluster, on disk or at a revision.

use std::path::{Path, PathBuf};

use crate::cli::diff::read::read;
use crate::cli::diff::sides::{ClusterSides, SideFile, SideFiles};
use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::diff::Document;
use crate::drift::{Desired, Engines};
use crate::fs::{Disk, FileSystem};
use crate::yaml::Sources;

/// Where the tree is.
pub(super) const ROOT: &str = "gitops";

/// What the tree on disk says of a cluster: it, and not what the sources would render, is what an engine syncs.
pub(super) fn read_disk<'s>(cluster: &str, sources: &'s Sources) -> Result<Desired<'s>, Diagnostics> {
    let root = Path::new(ROOT);
    if cluster.is_empty() || cluster.contains(['/', '\\']) || !root.join("clusters").join(cluster).is_dir() {
        return Err(unknown(cluster).into());
    }
    let documents = documents(&Disk, &root.join("clusters").join(cluster), sources)?;
    let mut engines = Vec::new();
    for folder in ["argocd", "flux"].map(|engine| root.join(engine).join(cluster)) {
        if folder.is_dir() {
            engines.extend(self::documents(&Disk, &folder, sources)?);
        }
    }
    let engines = Engines::of(engines.iter().map(|document| &document.node));
    Ok(Desired { documents, engines })
}

/// The objects in the folders of the apps, at a place.
pub(super) fn documents<'s>(
    place: &dyn FileSystem,
    folder: &Path,
    sources: &'s Sources,
) -> Result<Vec<Document<'s>>, Diagnostics> {
    let files = read(place, folder, &SideFiles::new())?;
    let of_app = |path: &PathBuf| path.parent()?.iter().next()?.to_str().map(|app| sources.keep(app));
    let files = files.into_iter().map(|(path, file)| {
        let app = of_app(&path);
        (path, SideFile { app, ..file })
    });
    Ok(ClusterSides::of_files(SideFiles::new(), files.collect(), sources)?.after.documents)
}

fn unknown(cluster: &str) -> Diagnostic {
    let names = Disk.list(&Path::new(ROOT).join("clusters"));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let error = Diagnostic::error(format!("{ROOT}/ has no cluster `{cluster}`"));
    match closest(cluster, &names) {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")),
        None if names.is_empty() => {
            error.hint("write the tree with `stackgen render`, or name its folder with -C")
        }
        None => error.hint(format!("there are: {}", names.join(", "))),
    }
}
