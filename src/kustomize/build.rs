//! A build from start to end.

use std::path::Path;

use super::accumulator::{Accumulator, refuse_duplicates};
use super::build_metadata::BuildMetadata;
use super::history::{Field, History};
use super::kustomization::{Kustomization, load};
use super::loader::{LoadRestrictor, Loader};
use super::read::check_object;
use super::run::{Bases, Run};
use super::target::Target;
use super::{hash, name_reference, sort};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fs::FileSystem;
use crate::resource::{ResMap, Resource, child_mapping};
use crate::yaml::{Node, Origin, Sources};

/// The label that says who manages an object, and its value: the reference version prints this about itself.
const MANAGED_BY: (&str, &str) = ("app.kubernetes.io/managed-by", "kustomize-(devel)");

/// The order of the objects, where the kustomization says nothing about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Reorder {
    /// By kind, then type, namespace and name.
    #[default]
    Legacy,
    /// As they were read.
    None,
}

/// What a command line can say about a build.
#[derive(Clone, Debug, Default)]
pub struct BuildOptions {
    /// Which files may be read.
    pub load_restrictor: LoadRestrictor,
    /// The order of the objects.
    pub reorder: Reorder,
    /// Set the label `app.kubernetes.io/managed-by`.
    pub managed_by_label: bool,
}

/// What a build gives.
#[derive(Clone, Debug)]
pub struct Build<'s> {
    /// The objects, in order.
    pub resources: ResMap<'s>,
    /// Things to tell the user.
    pub warnings: Vec<Diagnostic>,
}

/// Builds the kustomization in `folder`: what `kustomize build` does.
pub fn build<'s>(
    files: &dyn FileSystem,
    folder: &Path,
    options: &BuildOptions,
    sources: &'s Sources,
) -> Result<Build<'s>, Diagnostics> {
    let mut builder = Builder { bases: None, ..Builder::new(files, options.clone(), sources) };
    builder.build(folder)
}

/// Builds several folders, reading and working on the bases they share only once. A copy knows the same bases.
#[derive(Clone)]
pub struct Builder<'a, 's> {
    files: &'a dyn FileSystem,
    options: BuildOptions,
    sources: &'s Sources,
    /// `None` where there is nothing to share with.
    bases: Option<Bases<'s>>,
}

impl<'a, 's> Builder<'a, 's> {
    /// A builder that has read nothing yet.
    pub fn new(files: &'a dyn FileSystem, options: BuildOptions, sources: &'s Sources) -> Self {
        Self { files, options, sources, bases: Some(Bases::default()) }
    }

    /// Builds the kustomization in `folder`.
    pub fn build(&mut self, folder: &Path) -> Result<Build<'s>, Diagnostics> {
        self.run(folder, None)
    }

    /// The same, and notes what happens to each object on the way.
    pub fn build_with_history(
        &mut self,
        folder: &Path,
        history: &mut History<'s>,
    ) -> Result<Build<'s>, Diagnostics> {
        self.run(folder, Some(history))
    }

    fn run(&mut self, folder: &Path, history: Option<&mut History<'s>>) -> Result<Build<'s>, Diagnostics> {
        let loader = Loader::new(self.files, self.sources, self.options.load_restrictor, folder)?;
        let file = load(&loader, Origin::NONE)?;
        let mut run = Run::new(BuildMetadata::of(&file.kustomization), self.bases.as_mut());
        run.history = history;
        run.use_schema(&loader, &file.kustomization)?;
        let target = Target::new(loader, file, String::new(), &mut run);
        let Accumulator { mut resources, config, vars, .. } =
            target.visit(Field::new("", Origin::NONE), Accumulator::default(), &mut run)?;
        hash::apply(&mut resources, self.sources)?;
        run.note(&mut resources, after_all("hash suffixes"));
        name_reference::apply(&config.name_reference, &mut resources, self.sources)?;
        run.note(&mut resources, after_all("name references"));
        run.warnings.extend(vars.resolve(&config.var_reference, &mut resources, self.sources)?);
        run.note(&mut resources, after_all("vars"));
        check_objects(&resources)?;
        drop_local(&mut resources, &mut run);
        refuse_duplicates(&resources)?;
        sort::apply(&order(&target.kustomization, self.options.reorder)?, &mut resources);
        if self.options.managed_by_label || run.metadata.managed_by_label {
            add_managed_by_label(&mut resources)?;
            run.note(&mut resources, after_all("managedByLabel"));
        }
        run.metadata.annotate(&mut resources, self.sources);
        run.note(&mut resources, after_all("buildMetadata"));
        Ok(Build { resources, warnings: run.warnings })
    }
}

/// The kustomization says in which order the objects come out, or else the command line.
fn order<'s>(kustomization: &Kustomization<'s>, reorder: Reorder) -> Result<sort::Order<'s>, Diagnostics> {
    match (&kustomization.sort_options, reorder) {
        (Some(options), _) => sort::Order::from_options(options),
        (None, Reorder::Legacy) => Ok(sort::Order::legacy()),
        (None, Reorder::None) => Ok(sort::Order::Fifo),
    }
}

/// A patch or a replacement may have taken an object's kind or name away.
fn check_objects(resources: &ResMap<'_>) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    let is_named = |resource: &Resource<'_>| !resource.gvk().kind.is_empty() && !resource.name().is_empty();
    for resource in resources.iter().filter(|resource| !resource.is_empty() && !is_named(resource)) {
        errors.absorb(check_object(&resource.node).map_err(Diagnostics::from));
    }
    errors.into_result()
}

/// A step after all kustomizations.
fn after_all(name: &'static str) -> Field {
    Field::new(name, Origin::NONE)
}

/// Drops the objects that are there for the build alone.
fn drop_local<'s>(resources: &mut ResMap<'s>, run: &mut Run<'_, 's>) {
    let annotation = "config.kubernetes.io/local-config";
    let is_kept =
        |resource: &Resource<'s>| resource.annotation(annotation).is_none_or(|value| value == "false");
    if let Some(history) = &mut run.history {
        history.note_dropped(resources.iter().filter(|resource| !is_kept(resource)), after_all(annotation));
    }
    resources.retain(is_kept);
}

fn add_managed_by_label(resources: &mut ResMap<'_>) -> Result<(), Diagnostics> {
    let (key, value) = MANAGED_BY;
    let mut errors = Diagnostics::default();
    for resource in resources {
        let origin = resource.node.origin();
        let metadata = resource.metadata_mut(origin);
        match metadata.and_then(|metadata| child_mapping(metadata, "labels", origin)) {
            Some(labels) => labels.insert(key, Node::string(value, origin)),
            None => errors.push(no_labels(resource)),
        }
    }
    errors.into_result()
}

fn no_labels(resource: &Resource<'_>) -> Diagnostic {
    let labels = resource.node.at(&["metadata", "labels"]);
    let found = labels.map_or("nothing", Node::kind_name);
    Diagnostic::error(format!("expected a mapping of labels, found a {found}"))
        .at(labels.map_or(resource.node.origin(), Node::origin))
        .object(resource.current_id())
        .hint("`managedByLabel` adds a label to every object")
}
