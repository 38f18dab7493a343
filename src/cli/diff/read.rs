//! Files and folders with manifests, and standard input.

use std::io::Read;
use std::path::Path;

use rayon::prelude::*;

use super::sides::{SideFile, SideFiles};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fs::FileSystem;
use crate::kustomize;

/// What is shown as the file of what comes from standard input.
const STDIN: &str = "<stdin>";
/// What an external diff is given for a side that is not there.
const NO_FILE: &str = "/dev/null";
/// What files with manifests are called.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// The file, or the manifests in a folder and the folders below it. Hidden files and folders are somebody else's, and
/// kustomizations are no objects. What `other` has at the same path in the same words is not kept once more.
pub(in crate::cli) fn read(
    place: &dyn FileSystem,
    path: &Path,
    other: &SideFiles<'_>,
) -> Result<SideFiles<'static>, Diagnostics> {
    if path == Path::new(NO_FILE) {
        return Ok(SideFiles::new());
    }
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(|error| cannot_read(path, &error))?;
        return Ok([("".into(), SideFile::of_bytes(Path::new(STDIN), Some(bytes)))].into());
    }
    if !place.is_dir(path) {
        return Ok([("".into(), file(place, path, other.get(Path::new("")))?)].into());
    }
    let found = place.visible_files(path).into_iter();
    let found: Vec<_> =
        found.filter(|found| found.as_ref().map_or(true, |found| is_manifest(found))).collect();
    let read = found.into_par_iter().map(|found| {
        let found = found.map_err(|error| cannot_read(path, &error))?;
        let below = found.strip_prefix(path).unwrap_or(&found).to_owned();
        file(place, &found, other.get(&below)).map(|file| (below, file))
    });
    let read: Vec<_> = read.collect();
    let mut errors = Diagnostics::default();
    let files = read.into_iter().filter_map(|read| errors.absorb(read)).collect();
    errors.into_result().map(|()| files)
}

fn file(
    place: &dyn FileSystem,
    path: &Path,
    other: Option<&SideFile<'_>>,
) -> Result<SideFile<'static>, Diagnostics> {
    let is_same =
        other.and_then(|other| other.bytes.as_deref()).is_some_and(|bytes| place.holds(path, bytes));
    if is_same {
        return Ok(SideFile::of_bytes(path, None));
    }
    let bytes = place.read(path).map_err(|error| cannot_read(path, &error))?;
    Ok(SideFile::of_bytes(path, Some(bytes)))
}

fn cannot_read(path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error(format!("cannot read it: {error}"))
        .in_path(path)
        .hint("name a file, a folder or `-`; a cluster is named without a slash or a dot")
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
