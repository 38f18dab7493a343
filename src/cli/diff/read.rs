//! Files and folders with manifests, and standard input.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use walkdir::WalkDir;

use super::sides::{SideFile, SideFiles};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::kustomize;

/// What is shown as the file of what comes from standard input.
const STDIN: &str = "<stdin>";
/// What an external diff is given for a side that is not there.
const NO_FILE: &str = "/dev/null";
/// What files with manifests are called.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];
/// How much of a file is compared at a time, in bytes.
const CHUNK: usize = 1 << 16;

/// The file, or the manifests in a folder and the folders below it. Hidden files and folders are somebody else's, and
/// kustomizations are no objects. What `other` has at the same path in the same words is not kept once more.
pub(super) fn read(path: &Path, other: &SideFiles<'_>) -> Result<SideFiles<'static>, Diagnostics> {
    if path == Path::new(NO_FILE) {
        return Ok(SideFiles::new());
    }
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(|error| cannot_read(path, &error))?;
        let file = SideFile { shown: STDIN.into(), bytes: Some(bytes), app: None };
        return Ok([("".into(), file)].into());
    }
    if !path.is_dir() {
        return Ok([("".into(), file(path.to_owned(), other.get(Path::new("")))?)].into());
    }
    let mut errors = Diagnostics::default();
    let found: Vec<PathBuf> = manifests(path).filter_map(|found| errors.absorb(found)).collect();
    let read = found.into_par_iter().map(|found| {
        let below = found.strip_prefix(path).unwrap_or(&found).to_owned();
        file(found, other.get(&below)).map(|file| (below, file))
    });
    let read: Vec<_> = read.collect();
    let files = read.into_iter().filter_map(|read| errors.absorb(read)).collect();
    errors.into_result().map(|()| files)
}

fn manifests(folder: &Path) -> impl Iterator<Item = Result<PathBuf, Diagnostics>> {
    let is_hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.');
    let entries = WalkDir::new(folder).follow_links(true).into_iter();
    let entries = entries.filter_entry(move |entry| entry.depth() == 0 || !is_hidden(entry.file_name()));
    let wanted = entries.filter(|entry| {
        entry.as_ref().map_or(true, |entry| entry.file_type().is_file() && is_manifest(entry.path()))
    });
    wanted.map(|entry| {
        let error = |error: walkdir::Error| cannot_read(folder, &error.into()).into();
        entry.map(walkdir::DirEntry::into_path).map_err(error)
    })
}

fn file(path: PathBuf, other: Option<&SideFile<'_>>) -> Result<SideFile<'static>, Diagnostics> {
    let is_same = other.and_then(|other| other.bytes.as_deref()).is_some_and(|bytes| has(&path, bytes));
    let bytes =
        if is_same { None } else { Some(std::fs::read(&path).map_err(|error| cannot_read(&path, &error))?) };
    Ok(SideFile { shown: path, bytes, app: None })
}

/// Whether a file holds these bytes. Whatever is wrong with it shows when it is read.
fn has(path: &Path, mut bytes: &[u8]) -> bool {
    let Ok(mut file) = File::open(path) else { return false };
    if file.metadata().map_or(0, |metadata| metadata.len()) != bytes.len() as u64 {
        return false;
    }
    let mut chunk = vec![0; CHUNK.min(bytes.len() + 1)];
    loop {
        match file.read(&mut chunk) {
            Ok(0) => return bytes.is_empty(),
            Ok(length) => match bytes.strip_prefix(&chunk[..length]) {
                Some(rest) => bytes = rest,
                None => return false,
            },
            Err(_) => return false,
        }
    }
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
