//! One kustomization after the other: what each gathers, and in which order it works on it.
//!
//! The order is upstream's (`api/internal/target/kusttarget.go`): resources, field specs, generators, components,
//! transformers, validators, vars.

use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use super::accumulator::Accumulator;
use super::build_metadata::{configured_by_field, join_path};
use super::crd_fields::read_definitions;
use super::decode::Text;
use super::generator;
use super::history::Field;
use super::kustomization::{Kustomization, Loaded, load};
use super::loader::Loader;
use super::plugin;
use super::read::read_objects;
use super::run::Run;
use super::transform;
use super::transformer_config::TransformerConfig;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::resource::{BuildOrigin, Resource, pack};

/// With fewer files than this, threads cost more than they save.
const FILES_WORTH_THREADS: usize = 16;

/// With fewer files than this, packing costs more than it saves. Debug builds pack whatever there is, so that each test
/// is one of packing too.
const FILES_WORTH_PACKING: usize = if cfg!(debug_assertions) { 1 } else { 2048 };
/// How many files are read before their objects are gathered.
const FILES_AT_ONCE: usize = 4096;
/// How many files are packed together.
const FILES_IN_PACK: usize = 32;

/// The objects of a file, or what is wrong with it.
type ReadObjects<'s> = Result<Vec<Resource<'s>>, Diagnostics>;

/// One kustomization at work.
pub(super) struct Target<'a, 's> {
    /// Reads files on its behalf.
    pub(super) loader: Loader<'a, 's>,
    /// What its file says.
    pub(super) kustomization: Kustomization<'s>,
    /// The name of its file.
    pub(super) file_name: &'static str,
    /// Its folder, seen from the one that is built; empty for that one itself.
    pub(super) path: String,
}

impl<'a, 's> Target<'a, 's> {
    /// A kustomization that was read, and its warnings.
    pub(super) fn new(loader: Loader<'a, 's>, file: Loaded<'s>, path: String, run: &mut Run<'_, 's>) -> Self {
        run.warnings.extend(file.warnings);
        Self { loader, kustomization: file.kustomization, file_name: file.file_name, path }
    }

    /// As [`Self::accumulate`]; a history knows `named_by` whose steps these are.
    pub(super) fn visit(
        &self,
        named_by: Field,
        accumulator: Accumulator<'s>,
        run: &mut Run<'_, 's>,
    ) -> Result<Accumulator<'s>, Diagnostics> {
        if let Some(history) = &mut run.history {
            history.enter(self.loader.root().join(self.file_name), named_by);
        }
        let gathered = self.accumulate(accumulator, run)?;
        if let Some(history) = &mut run.history {
            history.leave();
        }
        Ok(gathered)
    }

    /// Gathers and works on everything that the kustomization names, on top of what is there: nothing, or for a
    /// component what its parent gathered.
    fn accumulate(
        &self,
        mut accumulator: Accumulator<'s>,
        run: &mut Run<'_, 's>,
    ) -> Result<Accumulator<'s>, Diagnostics> {
        let mut errors = Diagnostics::default();
        errors.absorb(self.refuse_what_is_missing());
        let resources = ("resources", self.kustomization.resources.as_slice());
        errors.absorb(self.accumulate_resources(&mut accumulator, resources, run));
        errors.absorb(self.merge_field_specs(&mut accumulator));
        errors.into_result()?;
        self.run_generators(&mut accumulator, run)?;
        accumulator = self.accumulate_components(accumulator, run)?;
        transform::run(self, &mut accumulator, run)?;
        plugin::run_validators(self, &mut accumulator, run)?;
        let vars = self.kustomization.vars.as_deref().unwrap_or_default();
        accumulator.vars.declare(vars, &mut accumulator.resources)?;
        Ok(accumulator)
    }

    /// Adds the files and folders that a field names, in order. Files are read side by side; all errors are reported.
    pub(super) fn accumulate_resources(
        &self,
        accumulator: &mut Accumulator<'s>,
        (field, paths): (&'static str, &[Text<'s>]),
        run: &mut Run<'_, 's>,
    ) -> Result<(), Diagnostics> {
        let mut errors = Diagnostics::default();
        let packs = run.history.is_none() && paths.len() >= FILES_WORTH_PACKING;
        for (first, some) in (0..).step_by(FILES_AT_ONCE).zip(paths.chunks(FILES_AT_ONCE)) {
            let files = self.read_files(some, packs, run.metadata.tracked);
            let count: usize = files.iter().flatten().flatten().map(Vec::len).sum();
            accumulator.resources.reserve(count * (paths.len() - first).div_ceil(some.len()));
            for (index, (path, mut read)) in (first..).zip(some.iter().zip(files)) {
                let named_by = Field::entry(field, index, path.origin);
                if let Some(Ok(objects)) = &mut read {
                    run.note_types(objects);
                    run.note(objects, named_by);
                }
                let added = match read {
                    Some(objects) => objects.and_then(|objects| accumulator.append(objects)),
                    None => {
                        self.accumulate_base(*path, named_by, run).and_then(|base| accumulator.merge(base))
                    }
                };
                errors.absorb(added.map_err(|error| error.included_from(path.origin, "named here")));
            }
        }
        errors.into_result()
    }

    /// The objects of each path; `None` for a folder.
    fn read_files(&self, paths: &[Text<'s>], packs: bool, tracked: bool) -> Vec<Option<ReadObjects<'s>>> {
        let read = |path: &Text<'s>| match self.loader.read_here(*path) {
            Ok(None) if self.loader.is_dir(path.value) => None,
            Ok(None) => {
                Some(self.loader.read(*path).and_then(|found| self.objects_of(found, *path, tracked)))
            }
            Ok(Some(found)) => Some(self.objects_of(found, *path, tracked)),
            Err(error) => Some(Err(error)),
        };
        if packs {
            let sources = self.loader.sources();
            let parts =
                paths.par_chunks(FILES_IN_PACK).map(|paths| paths.iter().map(read).collect::<Vec<_>>());
            let packed = parts.map(|mut part| {
                pack(part.iter_mut().flatten().flatten().flatten(), sources);
                part
            });
            packed.flatten_iter().collect()
        } else if paths.len() < FILES_WORTH_THREADS {
            paths.iter().map(read).collect()
        } else {
            paths.par_iter().map(read).collect()
        }
    }

    fn objects_of(
        &self,
        (file, bytes): (PathBuf, Vec<u8>),
        path: Text<'s>,
        tracked: bool,
    ) -> ReadObjects<'s> {
        let mut objects = read_objects(self.loader.add(&file, bytes, path)?, self.loader.sources())?;
        if tracked {
            let path = join_path(&self.path, path.value);
            let origin = Arc::new(BuildOrigin { path, ..BuildOrigin::default() });
            for object in &mut objects {
                object.built_from = Some(origin.clone());
            }
        }
        Ok(objects)
    }

    /// What the kustomization in a folder gathers.
    fn accumulate_base(
        &self,
        path: Text<'s>,
        named_by: Field,
        run: &mut Run<'_, 's>,
    ) -> Result<Accumulator<'s>, Diagnostics> {
        let base = self.enter(path, run)?;
        if base.kustomization.kind.value == "Component" {
            return Err(Diagnostic::error(format!("`{}` is a Component", path.value))
                .at(path.origin)
                .hint("list it under `components`")
                .into());
        }
        if let Some(known) = run.known_base(base.loader.root()) {
            return Ok(known);
        }
        let accumulated = base.visit(named_by, Accumulator::default(), run)?;
        run.remember_base(base.loader.root(), &accumulated);
        Ok(accumulated)
    }

    fn accumulate_components(
        &self,
        mut accumulator: Accumulator<'s>,
        run: &mut Run<'_, 's>,
    ) -> Result<Accumulator<'s>, Diagnostics> {
        for (index, path) in self.kustomization.components.iter().enumerate() {
            let component = self.enter(*path, run)?;
            if component.kustomization.kind.value != "Component" {
                return Err(Diagnostic::error(format!("`{}` is not a Component", path.value))
                    .at(path.origin)
                    .hint("list it under `resources`, or give it `kind: Component`")
                    .into());
            }
            // As upstream, into an empty accumulator: field specs may come to contradict each other in their new order.
            let named_by = Field::entry("components", index, path.origin);
            let gathered = component.visit(named_by, accumulator, run);
            accumulator = Accumulator::default();
            gathered
                .and_then(|gathered| accumulator.merge(gathered))
                .map_err(|error| error.included_from(path.origin, "named here"))?;
        }
        Ok(accumulator)
    }

    /// The kustomization in another folder.
    fn enter(&self, path: Text<'s>, run: &mut Run<'_, 's>) -> Result<Self, Diagnostics> {
        let loader = self.loader.enter(path)?;
        let file = load(&loader, path.origin)?;
        run.use_schema(&loader, &file.kustomization)?;
        Ok(Self::new(loader, file, join_path(&self.path, path.value), run))
    }

    /// The built-in field specs, those of `configurations`, and those of `crds`.
    fn merge_field_specs(&self, accumulator: &mut Accumulator<'s>) -> Result<(), Diagnostics> {
        let mut errors = Diagnostics::default();
        let mut own = TransformerConfig::built_in();
        for path in &self.kustomization.configurations {
            let read =
                self.loader.settings(*path).and_then(|node| own.merge(&TransformerConfig::read(&node)?));
            errors.absorb(read);
        }
        errors.absorb(accumulator.config.merge(&own));
        for path in &self.kustomization.crds {
            let definitions = self.loader.settings(*path);
            let read = definitions.and_then(|node| read_definitions(&node, self.loader.sources()));
            errors.absorb(read.and_then(|config| accumulator.config.merge(&config)));
        }
        errors.into_result()
    }

    fn run_generators(
        &self,
        accumulator: &mut Accumulator<'s>,
        run: &mut Run<'_, 's>,
    ) -> Result<(), Diagnostics> {
        let global = self.kustomization.generator_options.as_ref();
        let mut errors = Diagnostics::default();
        let mut generated = Vec::new();
        for (index, args) in self.kustomization.config_map_generator.iter().enumerate() {
            let field = Field::entry("configMapGenerator", index, args.origin);
            let made = errors.absorb(generator::config_map(args, global, &self.loader));
            generated.extend(made.map(|object| (self.made_by("ConfigMapGenerator", object, run), field)));
        }
        for (index, args) in self.kustomization.secret_generator.iter().enumerate() {
            let field = Field::entry("secretGenerator", index, args.origin);
            let made = errors.absorb(generator::secret(args, global, &self.loader));
            generated.extend(made.map(|object| (self.made_by("SecretGenerator", object, run), field)));
        }
        errors.absorb(accumulator.absorb_generated(generated, run));
        errors.into_result()?;
        plugin::run_generators(self, accumulator, run)
    }

    fn made_by(&self, kind: &str, mut object: Resource<'s>, run: &Run<'_, 's>) -> Resource<'s> {
        if run.metadata.tracked {
            object.built_from = Some(configured_by_field(&self.path, self.file_name, kind));
        }
        object
    }

    /// What upstream does and this engine does not do yet ends here, not in a wrong result.
    fn refuse_what_is_missing(&self) -> Result<(), Diagnostics> {
        let charts = [
            ("helmCharts", &self.kustomization.helm_charts),
            ("helmChartInflationGenerator", &self.kustomization.helm_chart_inflation_generator),
        ];
        let mut errors = Diagnostics::default();
        for (field, node) in charts {
            if let Some(node) = node.as_ref().filter(|node| !node.is_null_or_empty()) {
                errors.push(Diagnostic::error(format!("`{field}` is not supported")).at(node.origin()).hint(
                    "render the chart with `helm template` into a file and list that under `resources`",
                ));
            }
        }
        errors.into_result()
    }
}
