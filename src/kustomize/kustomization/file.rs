//! Finding and reading a kustomization file.

use std::path::Path;

use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::fs::git;
use crate::kustomize::decode::{Dialect, Text, decode};
use crate::kustomize::loader::Loader;
use crate::kustomize::read::syntax_errors;
use crate::yaml::{Node, Origin, ParseOptions, SingleDocument, Source, parse_one};

use super::fields::Kustomization;

/// The names a kustomization file can have.
pub const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

const VERSION: &str = "kustomize.config.k8s.io/v1beta1";
const COMPONENT_VERSION: &str = "kustomize.config.k8s.io/v1alpha1";

/// A kustomization that was read.
#[derive(Clone, Debug)]
pub struct Loaded<'s> {
    /// What it says, with deprecated fields moved to those that replaced them.
    pub kustomization: Kustomization<'s>,
    /// The name of its file, without the folder.
    pub file_name: &'static str,
    /// Where its file begins.
    pub origin: Origin,
    /// Things to tell the user.
    pub warnings: Vec<Diagnostic>,
}

impl Loaded<'_> {
    /// Whether it is a Component.
    pub fn is_component(&self) -> bool {
        self.kustomization.kind.value == "Component"
    }
}

/// Reads the kustomization in the loader's folder. `asked_at` is what named the folder.
pub fn load<'s>(loader: &Loader<'_, 's>, asked_at: Origin) -> Result<Loaded<'s>, Diagnostics> {
    let file_name = find(loader, asked_at)?;
    let source = loader.text(Text { value: file_name, origin: asked_at })?;
    let options = ParseOptions::SETTINGS;
    let mut document = parse_one(source, loader.sources(), &options).map_err(syntax_errors)?;
    let empty = || Diagnostic::error(format!("{file_name} is empty")).at(source.origin(0));
    let node = document.node.take().ok_or_else(empty)?;
    if says_nothing(&node) {
        return Err(empty().into());
    }
    let mut kustomization: Kustomization<'s> = decode(&node, Dialect::File)?;
    let mut warnings = deprecations(&kustomization, &node);
    warnings.extend(ignored_text(&document));
    modernise(&mut kustomization);
    check_type(&kustomization, source)?;
    Ok(Loaded { kustomization, file_name, origin: source.origin(0), warnings })
}

fn find(loader: &Loader<'_, '_>, asked_at: Origin) -> Result<&'static str, Diagnostics> {
    let found: Vec<&'static str> =
        FILE_NAMES.into_iter().filter(|name| loader.files().is_file(&loader.root().join(name))).collect();
    match found.as_slice() {
        [only] => Ok(only),
        [] => Err(missing(loader, asked_at).into()),
        [first, second, ..] => Err(Diagnostic::error(format!("both {first} and {second} are here"))
            .in_path(loader.root())
            .hint("keep one of them")
            .into()),
    }
}

fn missing(loader: &Loader<'_, '_>, asked_at: Origin) -> Diagnostic {
    let names = loader.files().list(loader.root());
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let folder = git::shown(loader.root(), Path::new(""));
    let mut error = Diagnostic::error(format!("no kustomization file in `{folder}`"));
    error = if asked_at.is_some() { error.at(asked_at) } else { error.in_path(loader.root()) };
    match closest(FILE_NAMES[0], &names) {
        Some(meant) => error.hint(format!("rename `{meant}` to {}", FILE_NAMES[0])),
        None => {
            error.hint(format!("it would be named {}, {} or {}", FILE_NAMES[0], FILE_NAMES[1], FILE_NAMES[2]))
        }
    }
}

/// Whether the file has nothing but a type, as upstream counts: null and the empty string are nothing.
fn says_nothing(node: &Node<'_>) -> bool {
    node.as_mapping().is_some_and(|mapping| {
        mapping.iter().all(|entry| {
            ["apiVersion", "kind"].iter().any(|name| name.eq_ignore_ascii_case(entry.key.text))
                || entry.value.is_null()
                || entry.value.text() == Some("")
        })
    }) || node.is_null()
}

fn deprecations<'s>(kustomization: &Kustomization<'s>, node: &Node<'s>) -> Vec<Diagnostic> {
    let used = [
        ("bases", "resources", kustomization.bases.is_some()),
        ("commonLabels", "labels", !kustomization.common_labels.is_empty()),
        ("imageTags", "images", kustomization.image_tags.is_some()),
        ("patchesJson6902", "patches", kustomization.patches_json6902.is_some()),
        ("patchesStrategicMerge", "patches", kustomization.patches_strategic_merge.is_some()),
        ("vars", "replacements", kustomization.vars.is_some()),
    ];
    used.into_iter()
        .filter(|(_, _, used)| *used)
        .map(|(old, new, _)| {
            let origin = node
                .as_mapping()
                .and_then(|mapping| mapping.entry(old))
                .map_or(node.origin(), |e| e.key.origin);
            Diagnostic::warning(format!("`{old}` is deprecated")).at(origin).hint(format!("use `{new}`"))
        })
        .collect()
}

/// What upstream passes over in silence.
fn ignored_text(document: &SingleDocument<'_>) -> Vec<Diagnostic> {
    let duplicates = document.duplicates.iter().map(|duplicate| {
        Diagnostic::warning(format!("`{}` is there twice; the last one counts", duplicate.key))
            .at(duplicate.last)
            .related(duplicate.first, "the first is here")
    });
    let documents = document.ignored.iter().map(|origin| {
        Diagnostic::warning("only the first document of a kustomization file counts").at(*origin)
    });
    duplicates.chain(documents).collect()
}

/// Moves deprecated fields to those that replaced them, where the meaning is the same.
fn modernise(kustomization: &mut Kustomization<'_>) {
    kustomization.resources.extend(kustomization.bases.take().unwrap_or_default());
    kustomization.images.extend(kustomization.image_tags.take().unwrap_or_default());
}

fn check_type(kustomization: &Kustomization<'_>, source: Source<'_>) -> Result<(), Diagnostics> {
    let kind = if kustomization.kind.is_empty() { "Kustomization" } else { kustomization.kind.value };
    if !matches!(kind, "Kustomization" | "Component") {
        return Err(Diagnostic::error(format!("`kind` is `{kind}`"))
            .at(kustomization.kind.origin.or(source.origin(0)))
            .hint("it should be Kustomization or Component")
            .into());
    }
    let version = if kind == "Component" { COMPONENT_VERSION } else { VERSION };
    if !kustomization.api_version.is_empty() && kustomization.api_version.value != version {
        return Err(Diagnostic::error(format!(
            "`apiVersion` of a {kind} is `{}`",
            kustomization.api_version.value
        ))
        .at(kustomization.api_version.origin)
        .hint(format!("it should be {version}"))
        .into());
    }
    Ok(())
}
