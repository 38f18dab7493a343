//! Files and folders, as seen from one kustomization.
//!
//! Decides first what a path is, then does one thing with it; says what it looked for and what is there instead.

use std::path::{Component, Path, PathBuf};

use super::decode::Text;
use super::read::syntax_errors;
use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::fs::{FileSystem, git};
use crate::yaml::{Node, ParseOptions, Source, Sources, parse_one};

/// Which files a kustomization may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum LoadRestrictor {
    /// Those in or below its own folder, symbolic links followed.
    #[default]
    RootOnly,
    /// Any.
    None,
}

/// Reads on behalf of the kustomization in one folder.
#[derive(Clone)]
pub struct Loader<'a, 's> {
    files: &'a dyn FileSystem,
    sources: &'s Sources,
    restrictor: LoadRestrictor,
    /// The folders from the one that is built down to this one, canonical.
    roots: Vec<PathBuf>,
}

impl<'a, 's> Loader<'a, 's> {
    /// A loader for the folder that is built.
    pub fn new(
        files: &'a dyn FileSystem,
        sources: &'s Sources,
        restrictor: LoadRestrictor,
        folder: &Path,
    ) -> Result<Self, Diagnostics> {
        let root = files
            .canonical(folder)
            .ok()
            .filter(|root| files.is_dir(root))
            .ok_or_else(|| Diagnostic::error("there is no such folder").in_path(folder))?;
        Ok(Self { files, sources, restrictor, roots: vec![root] })
    }

    /// The kustomization's folder, canonical.
    pub fn root(&self) -> &Path {
        self.roots.last().map_or(Path::new(""), PathBuf::as_path)
    }

    /// Where texts are kept.
    pub fn sources(&self) -> &'s Sources {
        self.sources
    }

    /// The file system.
    pub fn files(&self) -> &'a dyn FileSystem {
        self.files
    }

    /// Whether `path` names a folder, and not something that must be fetched.
    pub fn is_dir(&self, path: &str) -> bool {
        !path.is_empty() && !is_remote(path) && self.files.is_dir(&self.root().join(path))
    }

    /// A loader for the folder `path`, which must not be this one or one above it.
    pub fn enter(&self, path: Text<'_>) -> Result<Self, Diagnostics> {
        self.refuse_remote(path)?;
        if Path::new(path.value).is_absolute() {
            return Err(Diagnostic::error(format!(
                "a folder must be named by a relative path, not `{}`",
                path.value
            ))
            .at(path.origin)
            .into());
        }
        if has_ambiguous_segment(path.value) {
            return Err(Diagnostic::error(format!("`{}` holds `..` inside a name", path.value))
                .at(path.origin)
                .hint("check the indentation: two list items may have run together")
                .into());
        }
        let folder = self.root().join(path.value);
        let root = self.files.canonical(&folder).map_err(|error| self.not_found(path, &error))?;
        if !self.files.is_dir(&root) {
            return Err(Diagnostic::error(format!("`{}` is not a folder", path.value))
                .at(path.origin)
                .into());
        }
        if let Some(visited) = self.roots.iter().find(|visited| visited.starts_with(&root)) {
            return Err(Diagnostic::error(format!(
                "cycle: `{}` contains a folder that is being built",
                path.value
            ))
            .at(path.origin)
            .hint(format!("`{}` led here", git::shown(visited, Path::new(""))))
            .into());
        }
        let mut roots = self.roots.clone();
        roots.push(root);
        Ok(Self { roots, ..self.clone() })
    }

    /// The bytes of the file `path`, and the path that messages show.
    pub fn read(&self, path: Text<'_>) -> Result<(PathBuf, Vec<u8>), Diagnostics> {
        if let Some(found) = self.read_here(path)? {
            return Ok(found);
        }
        self.refuse_remote(path)?;
        let file = self.locate(path)?;
        let bytes = self.files.read(&file).map_err(|error| unreadable(path, &error))?;
        Ok((file, bytes))
    }

    /// The same, if the path is the bare name of a file in the kustomization's own folder: most are, and then there is
    /// no link to follow and no way out.
    pub fn read_here(&self, path: Text<'_>) -> Result<Option<(PathBuf, Vec<u8>)>, Diagnostics> {
        let mut parts = Path::new(path.value).components();
        if !matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None)) {
            return Ok(None);
        }
        let file = self.root().join(path.value);
        let bytes = self.files.read_plain(&file).map_err(|error| unreadable(path, &error))?;
        Ok(bytes.map(|bytes| (file, bytes)))
    }

    /// The text of the file `path`.
    pub fn text(&self, path: Text<'_>) -> Result<Source<'s>, Diagnostics> {
        let (file, bytes) = self.read(path)?;
        self.add(&file, bytes, path)
    }

    /// The one document of a settings file; an empty mapping if it is empty.
    pub fn settings(&self, path: Text<'_>) -> Result<Node<'s>, Diagnostics> {
        let source = self.text(path)?;
        let document = parse_one(source, self.sources, &ParseOptions::SETTINGS).map_err(syntax_errors)?;
        Ok(document.node.unwrap_or_else(|| Node::mapping(source.origin(0))))
    }

    /// Keeps the bytes of a file as text.
    pub fn add(&self, file: &Path, bytes: Vec<u8>, path: Text<'_>) -> Result<Source<'s>, Diagnostics> {
        let text = crate::yaml::decode_text(bytes)
            .map_err(|error| Diagnostic::error(format!("`{}` {error}", path.value)).at(path.origin))?;
        Ok(self
            .sources
            .add(file, text)
            .map_err(|error| Diagnostic::error(error.to_string()).at(path.origin))?)
    }

    /// Text that stands in a file, as a text of its own: it may be indented, folded or escaped there.
    pub fn inline(&self, text: Text<'s>) -> Result<Source<'s>, Diagnostics> {
        Ok(self
            .sources
            .add_embedded(text.origin, text.value.to_owned())
            .map_err(|error| Diagnostic::error(error.to_string()).at(text.origin))?)
    }

    /// Where the file `path` is, if the kustomization may read it.
    fn locate(&self, path: Text<'_>) -> Result<PathBuf, Diagnostics> {
        let file = self.root().join(path.value);
        let canonical = self.files.canonical(&file).map_err(|error| self.not_found(path, &error))?;
        if self.files.is_dir(&canonical) {
            return Err(Diagnostic::error(format!("`{}` is a folder, a file is needed", path.value))
                .at(path.origin)
                .into());
        }
        if self.restrictor == LoadRestrictor::RootOnly && !canonical.starts_with(self.root()) {
            return Err(Diagnostic::error(format!(
                "`{}` is not in or below the kustomization's folder",
                path.value
            ))
            .at(path.origin)
            .hint("move the file, make its folder a base, or pass --load-restrictor LoadRestrictionsNone")
            .into());
        }
        Ok(canonical)
    }

    /// Why a path leads to nothing: a place that has a reason of its own says it.
    fn not_found(&self, path: Text<'_>, error: &std::io::Error) -> Diagnostics {
        if error.get_ref().is_some() { unreadable(path, error).into() } else { self.missing(path) }
    }

    fn missing(&self, path: Text<'_>) -> Diagnostics {
        let mut error = Diagnostic::error(format!("`{}` does not exist", path.value)).at(path.origin);
        if path.value.is_empty() {
            error = Diagnostic::error("a path is empty").at(path.origin);
        }
        let wanted = self.root().join(path.value);
        let names = wanted.parent().map(|folder| self.files.list(folder)).unwrap_or_default();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let name = wanted.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if let Some(meant) = closest(name, &names) {
            error = error
                .hint(format!("did you mean `{}`?", Path::new(path.value).with_file_name(meant).display()));
        }
        error.into()
    }

    fn refuse_remote(&self, path: Text<'_>) -> Result<(), Diagnostics> {
        let local = !is_remote(path.value) || self.files.canonical(&self.root().join(path.value)).is_ok();
        if local {
            return Ok(());
        }
        Err(Diagnostic::error(format!("`{}` is remote; stackgen reads local files only", path.value))
            .at(path.origin)
            .hint("fetch it into the repository and name the local path")
            .into())
    }
}

fn unreadable(path: Text<'_>, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error(format!("cannot read `{}`: {error}", path.value)).at(path.origin)
}

/// Whether upstream would fetch this path: a URL, or a Git repository in one of its spellings.
fn is_remote(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let scheme = ["http://", "https://", "ssh://", "file://", "git::", "github.com/", "github.com:"];
    let scp = path.split_once(':').is_some_and(|(host, _)| host.contains('@') && !host.contains('/'));
    scheme.iter().any(|scheme| lower.starts_with(scheme)) || scp
}

/// Whether a part of the path holds `..` among other letters, as when two YAML list items ran together.
fn has_ambiguous_segment(path: &str) -> bool {
    Path::new(path).components().any(|component| {
        matches!(component, Component::Normal(name) if name.to_str().is_some_and(|name| name.contains("..")))
    })
}
