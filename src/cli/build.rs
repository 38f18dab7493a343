//! `stackgen build`: what `kustomize build` does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rayon::prelude::*;

use super::exit_status::{ExitStatus, help};
use super::printer::Printer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fs::{Disk, replace_file};
use crate::kustomize::{self, BuildOptions};
use crate::resource::{ResMap, Resource};
use crate::yaml::{Sources, emit};

/// How many objects are written in one go.
const OBJECTS_IN_PART: usize = 64;

const EXAMPLES: &str = "\
Examples:
  stackgen build overlays/gke
  stackgen build overlays/gke -o gke.yaml
  stackgen build overlays/gke -o objects/     one file for each object";

/// Build a kustomization, to the same bytes as `kustomize build`
///
/// Reads the kustomization file in DIR and everything it names, and writes the objects to stdout. Nothing is written
/// unless all of it can be built.
#[derive(Debug, Args)]
#[command(after_help = help(EXAMPLES), args_override_self = true)]
pub(super) struct Arguments {
    /// The folder of the kustomization
    #[arg(default_value = ".", hide_default_value = true, value_name = "DIR")]
    folder: PathBuf,
    /// Write to a file; or, if PATH is a folder, one file for each object into it
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// Which files a kustomization may read: those in and below its own folder, or any
    #[arg(long, value_name = "WHICH", default_value = "LoadRestrictionsRootOnly")]
    load_restrictor: LoadRestrictor,
    /// The order of the objects, if the kustomization does not say (deprecated: use `sortOptions`)
    #[arg(long, value_name = "ORDER", hide = true)]
    reorder: Option<Reorder>,
    /// Label objects as managed by kustomize (deprecated: use `buildMetadata: [managedByLabel]`)
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true)]
    #[expect(clippy::option_option, reason = "a switch is given or not, and may be given with a value")]
    enable_managedby_label: Option<Option<bool>>,
    #[command(flatten)]
    ignored: Ignored,
}

/// Accepted so that a command line made for kustomize works. What they switch on is not there: a kustomization that
/// needs it ends in an error which says so.
#[derive(Debug, Args)]
#[expect(clippy::option_option, reason = "a switch is given or not, and may be given with a value")]
struct Ignored {
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true)]
    enable_helm: Option<Option<bool>>,
    #[arg(long, hide = true)]
    helm_command: Option<String>,
    #[arg(long, hide = true)]
    helm_api_versions: Vec<String>,
    #[arg(long, hide = true)]
    helm_kube_version: Option<String>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true)]
    helm_debug: Option<Option<bool>>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true)]
    enable_alpha_plugins: Option<Option<bool>>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true)]
    enable_exec: Option<Option<bool>>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true)]
    network: Option<Option<bool>>,
    #[arg(long, hide = true)]
    network_name: Option<String>,
    #[arg(long, hide = true)]
    mount: Vec<String>,
    #[arg(short, long, hide = true)]
    env: Vec<String>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true)]
    as_current_user: Option<Option<bool>>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true)]
    stack_trace: Option<Option<bool>>,
}

/// The values as kustomize spells them.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum LoadRestrictor {
    /// Those in and below its own folder
    #[value(name = "LoadRestrictionsRootOnly", alias = "rootOnly", alias = "")]
    RootOnly,
    /// Any
    #[value(name = "LoadRestrictionsNone", alias = "none")]
    None,
}

impl From<LoadRestrictor> for kustomize::LoadRestrictor {
    fn from(which: LoadRestrictor) -> Self {
        match which {
            LoadRestrictor::RootOnly => Self::RootOnly,
            LoadRestrictor::None => Self::None,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Reorder {
    Legacy,
    None,
}

/// Runs the command.
pub(super) fn run(
    arguments: &Arguments,
    printer: &Printer,
    sources: &Sources,
) -> Result<ExitStatus, Diagnostics> {
    let built = kustomize::build(&Disk, &arguments.folder, &arguments.options(), sources)?;
    printer.report(&built.warnings, sources);
    match &arguments.output {
        None => {
            let texts = texts_of_stream(built.resources)?;
            printer.parts(texts.iter().map(|text| text.as_bytes()))?;
        }
        Some(folder) if folder.is_dir() => write_folder(folder, &built.resources)?,
        Some(file) => write_file(file, texts_of_stream(built.resources)?.concat().as_bytes())?,
    }
    Ok(ExitStatus::Success)
}

impl Arguments {
    fn options(&self) -> BuildOptions {
        let is_label_on =
            std::env::var_os("KUSTOMIZE_ENABLE_MANAGEDBY_LABEL").is_some_and(|value| value == "on");
        BuildOptions {
            load_restrictor: self.load_restrictor.into(),
            reorder: match self.reorder {
                Some(Reorder::None) => kustomize::Reorder::None,
                Some(Reorder::Legacy) | None => kustomize::Reorder::Legacy,
            },
            managed_by_label: self.enable_managedby_label.is_some_and(|on| on.unwrap_or(true)) || is_label_on,
        }
    }
}

/// All objects as one stream.
pub(super) fn all_objects(resources: &ResMap<'_>) -> Result<String, Diagnostics> {
    let parts = resources.as_slice().par_chunks(OBJECTS_IN_PART).enumerate();
    let parts = parts.map(|(index, objects)| write_part(index, objects)).collect();
    Ok(all_or_errors(parts)?.concat())
}

/// All objects as one stream, each as a text of its own. An object is dropped before its text is kept, so that the
/// texts take the room of the objects.
fn texts_of_stream(resources: ResMap<'_>) -> Result<Vec<Box<str>>, Diagnostics> {
    let objects = resources.into_resources().into_par_iter().enumerate();
    all_or_errors(
        objects.map_init(String::new, |buffer, (index, object)| text_of(index, object, buffer)).collect(),
    )
}

fn text_of(index: usize, object: Resource<'_>, buffer: &mut String) -> Result<Box<str>, Diagnostics> {
    buffer.clear();
    if index > 0 {
        buffer.push_str("---\n");
    }
    write_object(&object, buffer)?;
    drop(object);
    Ok(buffer.as_str().into())
}

fn write_part(index: usize, objects: &[Resource<'_>]) -> Result<String, Diagnostics> {
    let mut text = String::new();
    let mut errors = Diagnostics::default();
    for (place, object) in objects.iter().enumerate() {
        if index + place > 0 {
            text.push_str("---\n");
        }
        errors.absorb(write_object(object, &mut text).map_err(Diagnostics::from));
    }
    errors.into_result().map(|()| text)
}

fn all_or_errors<T>(parts: Vec<Result<T, Diagnostics>>) -> Result<Vec<T>, Diagnostics> {
    let mut errors = Diagnostics::default();
    let texts = parts.into_iter().filter_map(|part| errors.absorb(part)).collect();
    errors.into_result().map(|()| texts)
}

fn write_object(object: &Resource<'_>, text: &mut String) -> Result<(), Diagnostic> {
    emit(&object.node, text).map_err(|error| {
        Diagnostic::error(error.to_string()).at(object.node.origin()).object(object.current_id())
    })
}

/// Gives a file a new content.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Diagnostics> {
    replace_file(path, bytes).map_err(|error| {
        Diagnostic::error(format!("cannot {}: {}", error.action, error.source)).in_path(error.path).into()
    })
}

/// One file for each object, named as kustomize names them. Where kustomize would lose an object because two have one
/// file, or write through a link, this is an error; and nothing is written unless all can be.
fn write_folder(folder: &Path, resources: &ResMap<'_>) -> Result<(), Diagnostics> {
    let mut files: BTreeMap<String, (&Resource<'_>, String)> = BTreeMap::new();
    let mut errors = Diagnostics::default();
    let has_prefix = has_several_namespaces(resources);
    for object in resources {
        let mut text = String::new();
        errors.absorb(write_object(object, &mut text).map_err(Diagnostics::from));
        let name = file_name(object, has_prefix);
        if folder.join(&name).is_symlink() {
            let error = Diagnostic::error("a symbolic link is where a file is to be written");
            errors.push(error.in_path(folder.join(&name)).hint("remove the link"));
        }
        if let Some((other, _)) = files.get(&name) {
            let error = Diagnostic::error(format!("two objects would be written to `{name}`"));
            let error = error.at(object.node.origin()).object(object.current_id());
            errors.push(error.related(other.node.origin(), format!("{} is the other", other.current_id())));
        }
        files.insert(name, (object, text));
    }
    errors.into_result()?;
    files.into_iter().try_for_each(|(name, (_, text))| write_file(&folder.join(name), text.as_bytes()))
}

fn has_several_namespaces(resources: &ResMap<'_>) -> bool {
    let mut namespaces = resources
        .iter()
        .map(Resource::current_id)
        .filter(|id| !id.is_cluster_scoped())
        .map(|id| id.effective_namespace());
    let first = namespaces.next();
    namespaces.any(|namespace| Some(namespace) != first)
}

/// `<namespace>_<group>_<version>_<kind>_<name>.yaml`, in lower case, without what is empty.
fn file_name(object: &Resource<'_>, has_prefix: bool) -> String {
    let id = object.current_id();
    let namespace = if has_prefix && !id.is_cluster_scoped() { id.effective_namespace() } else { "" };
    let parts = [namespace, id.gvk.group, id.gvk.version, id.gvk.kind];
    let mut name: Vec<String> =
        parts.iter().filter(|part| !part.is_empty()).map(|part| part.to_lowercase()).collect();
    name.push(id.name.to_lowercase().replace(['/', '\\'], "%2F"));
    format!("{}.yaml", name.join("_"))
}
