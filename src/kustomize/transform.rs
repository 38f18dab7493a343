//! The transformers of one kustomization, in upstream's fixed order, and those configured by objects.
//!
//! A step holds its settings, checked when it is made; all steps are made before the first one runs, so that a
//! wrong setting leaves nothing half done.

use super::accumulator::Accumulator;
use super::build_metadata::configured_by_field;
use super::decode::{Dialect, Text, TextMap, decode};
use super::field_spec::{FieldSpecs, field_specs};
use super::history::Field;
use super::kustomization::{Image, Kustomization, Replacement, Replica};
use super::loader::Loader;
use super::object_steps::{self, ObjectStep};
use super::patches::PatchStep;
use super::plugin::{self, or_metadata, unknown_plugin};
use super::plugin_settings::{
    Json6902Settings, PluginSettings, ReplacementSettings, StrategicMergeSettings, ValueAddSettings,
};
use super::run::Run;
use super::target::Target;
use super::transformer::affix::{Affix, Side};
use super::transformer::images::Images;
use super::transformer::labels::{self, Labels};
use super::transformer::namespace::{Namespace, NamespaceSettings, RoleBindingSubjects};
use super::transformer::value_add::ValueAddTarget;
use super::transformer::{replicas, value_add};
use super::transformer_config::TransformerConfig;
use super::{hash, replacement};
use crate::diagnostic::Diagnostics;
use crate::resource::{BuildOrigin, ResMap, Resource};
use crate::yaml::{Origin, Sources};
use std::sync::Arc;

/// A transformer with its settings, and who asked for it where that is tracked.
pub(super) struct Step<'s> {
    pub(super) transformer: Transformer<'s>,
    pub(super) origin: Option<Arc<BuildOrigin>>,
    /// The entry that asked for it.
    pub(super) field: Field,
}

/// A transformer with its settings.
pub(super) enum Transformer<'s> {
    Patch(PatchStep<'s>),
    Namespace(NamespaceSettings<'s>, FieldSpecs<'s>),
    Prefix(Text<'s>, FieldSpecs<'s>),
    Suffix(Text<'s>, FieldSpecs<'s>),
    Labels(TextMap<'s>, FieldSpecs<'s>),
    Annotations(TextMap<'s>, FieldSpecs<'s>),
    Replicas(Vec<Replica<'s>>, FieldSpecs<'s>),
    Images(Vec<Image<'s>>, FieldSpecs<'s>),
    Replacements(Vec<Replacement<'s>>),
    ValueAdd(Text<'s>, Vec<ValueAddTarget<'s>>),
    Hash,
    /// Several in a row that count as one.
    Sequence(Vec<Self>),
}

/// Runs the transformers of the kustomization's fields, then those of `transformers`.
pub(super) fn run<'s>(
    target: &Target<'_, 's>,
    accumulator: &mut Accumulator<'s>,
    run: &mut Run<'_, 's>,
) -> Result<(), Diagnostics> {
    let mut steps = steps_of_fields(target, &accumulator.config, run)?;
    steps.extend(plugin::transformers(target, ("transformers", &target.kustomization.transformers), run)?);
    let are_apart = run.history.is_some() || run.metadata.tracked;
    // Patches in a row look objects up in one index.
    let mut ids = None;
    for steps in steps.chunk_by(|one, next| !are_apart && one.is_for_each() && next.is_for_each()) {
        let known = accumulator.take_known_ids();
        let resources = &mut accumulator.resources;
        if let [Step { transformer: Transformer::Patch(patch), .. }] = steps {
            ids = ids.or(known);
            patch.apply_with_index(resources, &run.schema, target.loader.sources(), &mut ids)?;
        } else {
            drop((known, ids.take()));
            Transformer::apply_all(steps.iter().map(|step| &step.transformer), resources, target, run)?;
        }
        accumulator.resources.pack(target.loader.sources());
        for step in steps {
            note(step, accumulator, target, run);
        }
        let count = accumulator.resources.len();
        accumulator.resources.drop_empty();
        if accumulator.resources.len() < count {
            ids = None;
        }
    }
    Ok(())
}

/// Notes what a step has done, where that is wanted.
fn note<'s>(
    step: &Step<'s>,
    accumulator: &mut Accumulator<'s>,
    target: &Target<'_, 's>,
    run: &mut Run<'_, 's>,
) {
    if let Some(history) = &mut run.history {
        let entries = step.entries(&target.kustomization);
        history.note(&mut accumulator.resources, step.field, entries);
    }
    if let Some(origin) = &step.origin {
        (0..step.transformer.count()).for_each(|_| record(&mut accumulator.resources, origin));
    }
}

/// Upstream notes a transformer on every object, changed or not; on one without origin, as its origin.
fn record(resources: &mut ResMap<'_>, origin: &Arc<BuildOrigin>) {
    for resource in resources {
        resource.unshare_annotations();
        match resource.built_from {
            None => resource.built_from = Some(origin.clone()),
            Some(_) => resource.transformations.push(origin.clone()),
        }
    }
}

/// The steps that the kustomization's own fields ask for.
fn steps_of_fields<'s>(
    target: &Target<'_, 's>,
    config: &TransformerConfig<'s>,
    run: &Run<'_, 's>,
) -> Result<Vec<Step<'s>>, Diagnostics> {
    let fields = &target.kustomization;
    let mut steps = Vec::new();
    let mut errors = Diagnostics::default();
    let mut add = |kind: &str, field: Field, transformer: Option<Transformer<'s>>| {
        let origin = run.metadata.tracked.then(|| configured_by_field(&target.path, target.file_name, kind));
        steps.extend(transformer.map(|transformer| Step { transformer, origin, field }));
    };
    if let Some(patches) = fields.patches_strategic_merge.as_ref().filter(|patches| !patches.is_empty()) {
        let step = errors.absorb(PatchStep::strategic_merge(patches, None, &target.loader));
        let field = Field::new("patchesStrategicMerge", patches[0].origin);
        add("PatchStrategicMergeTransformer", field, step.map(Transformer::Patch));
    }
    for (index, patch) in fields.patches.iter().enumerate() {
        let step = errors.absorb(PatchStep::new(patch, &target.loader));
        let field = Field::entry("patches", index, patch.origin);
        add("PatchTransformer", field, step.map(Transformer::Patch));
    }
    for (kind, field, transformer) in
        naming_steps(fields, config).into_iter().chain(labelling_steps(fields, config)?)
    {
        add(kind, field, Some(transformer));
    }
    for (index, patch) in fields.patches_json6902.iter().flatten().enumerate() {
        let step = errors.absorb(PatchStep::json6902(patch, &target.loader));
        let field = Field::entry("patchesJson6902", index, patch.origin);
        add("PatchJson6902Transformer", field, step.map(Transformer::Patch));
    }
    if let Some(first) = fields.replicas.first() {
        let replicas = Transformer::Replicas(fields.replicas.clone(), config.replicas.clone());
        add("ReplicaCountTransformer", Field::new("replicas", first.origin), Some(replicas));
    }
    if let Some(first) = fields.images.first() {
        let images = Transformer::Images(fields.images.clone(), config.images.clone());
        add("ImageTagTransformer", Field::new("images", first.origin), Some(images));
    }
    if let Some(first) = fields.replacements.first() {
        let field = Field::new("replacements", first.origin);
        let replacements = without_empty_targets(&fields.replacements);
        let loaded = errors.absorb(replacement::load(&replacements, &target.loader));
        add("ReplacementTransformer", field, loaded.map(Transformer::Replacements));
    }
    errors.into_result()?;
    Ok(steps)
}

/// Upstream writes a field's settings as YAML again, and leaves out what is empty there.
fn without_empty_targets<'s>(replacements: &[Replacement<'s>]) -> Vec<Replacement<'s>> {
    let mut replacements = replacements.to_vec();
    for replacement in &mut replacements {
        replacement.targets = replacement.targets.take().filter(|targets| !targets.is_empty());
    }
    replacements
}

type NamedTransformers<'s> = Vec<(&'static str, Field, Transformer<'s>)>;

fn naming_steps<'s>(fields: &Kustomization<'s>, config: &TransformerConfig<'s>) -> NamedTransformers<'s> {
    let mut steps = Vec::new();
    if !fields.namespace.is_empty() {
        let subjects = RoleBindingSubjects::default();
        let settings = NamespaceSettings { namespace: fields.namespace, unset_only: false, subjects };
        let transformer = Transformer::Namespace(settings, config.namespace.clone());
        steps.push(("NamespaceTransformer", Field::new("namespace", fields.namespace.origin), transformer));
    }
    if !fields.name_prefix.is_empty() {
        let transformer = Transformer::Prefix(fields.name_prefix, config.name_prefix.clone());
        steps.push(("PrefixTransformer", Field::new("namePrefix", fields.name_prefix.origin), transformer));
    }
    if !fields.name_suffix.is_empty() {
        let transformer = Transformer::Suffix(fields.name_suffix, config.name_suffix.clone());
        steps.push(("SuffixTransformer", Field::new("nameSuffix", fields.name_suffix.origin), transformer));
    }
    steps
}

fn labelling_steps<'s>(
    fields: &Kustomization<'s>,
    config: &TransformerConfig<'s>,
) -> Result<NamedTransformers<'s>, Diagnostics> {
    const LABELS: &str = "LabelTransformer";
    let mut steps = Vec::new();
    for (index, label) in fields.labels.iter().enumerate() {
        let specs = labels::label_field_specs(label, config)?;
        let field = Field::entry("labels", index, label.origin);
        steps.push((LABELS, field, Transformer::Labels(label.pairs.clone(), specs)));
    }
    if !fields.labels.is_empty() || !fields.common_labels.is_empty() {
        let labels = fields.common_labels.clone();
        let field = Field::new("commonLabels", first_key(&labels));
        steps.push((LABELS, field, Transformer::Labels(labels, config.common_labels.clone())));
    }
    if !fields.common_annotations.is_empty() {
        let annotations = fields.common_annotations.clone();
        let specs = config.common_annotations.clone();
        let field = Field::new("commonAnnotations", first_key(&annotations));
        steps.push(("AnnotationsTransformer", field, Transformer::Annotations(annotations, specs)));
    }
    Ok(steps)
}

/// The entry that a replacement is; one that was read from a file is where it stands there.
fn field_of<'s>(replacement: &Replacement<'s>, fields: &[Replacement<'s>]) -> Field {
    let index = fields.iter().position(|field| field.origin == replacement.origin);
    Field { name: "replacements", index, place: replacement.origin }
}

fn first_key(pairs: &TextMap<'_>) -> Origin {
    pairs.first().map_or(Origin::NONE, |(key, _)| key.origin)
}

impl<'s> Step<'s> {
    /// Whether it looks at one object at a time.
    fn is_for_each(&self) -> bool {
        let is_for_each = |part: &Transformer<'s>| {
            use Transformer::{Annotations, Images, Labels, Namespace, Prefix, Suffix};
            matches!(
                part,
                Namespace(..) | Prefix(..) | Suffix(..) | Labels(..) | Annotations(..) | Images(..)
            )
        };
        self.transformer.parts().iter().all(is_for_each)
    }

    /// Where the entries begin that the step carries out, if they are several.
    fn entries(&self, fields: &Kustomization<'s>) -> Vec<Origin> {
        match self.field.name {
            "images" => fields.images.iter().map(|image| image.origin).collect(),
            "replicas" => fields.replicas.iter().map(|replica| replica.origin).collect(),
            "patchesStrategicMerge" => {
                fields.patches_strategic_merge.iter().flatten().map(|patch| patch.origin).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl<'s> Transformer<'s> {
    /// As how many transformers upstream counts it.
    fn count(&self) -> usize {
        match self {
            Self::Replicas(replicas, _) => replicas.len(),
            Self::Images(images, _) => images.len(),
            _ => 1,
        }
    }

    /// Changes the objects.
    pub(super) fn apply(
        &self,
        resources: &mut ResMap<'s>,
        target: &Target<'_, 's>,
        run: &mut Run<'_, 's>,
    ) -> Result<(), Diagnostics> {
        Self::apply_all(std::iter::once(self), resources, target, run)
    }

    /// Changes the objects, transformer after transformer. Those in a row that look at one object at a time do so in
    /// one walk.
    fn apply_all<'t>(
        transformers: impl Iterator<Item = &'t Self>,
        resources: &mut ResMap<'s>,
        target: &Target<'_, 's>,
        run: &mut Run<'_, 's>,
    ) -> Result<(), Diagnostics>
    where
        's: 't,
    {
        let sources = target.loader.sources();
        let mut steps = Vec::new();
        for transformer in transformers.flat_map(Self::parts) {
            if let Some(step) = transformer.for_each(sources) {
                steps.push(step);
            } else {
                object_steps::apply(&std::mem::take(&mut steps), resources, sources)?;
                transformer.apply_to_all(resources, target, run)?;
            }
        }
        object_steps::apply(&steps, resources, sources)
    }

    fn parts(&self) -> &[Self] {
        match self {
            Self::Sequence(parts) => parts,
            one => std::slice::from_ref(one),
        }
    }

    /// The transformer as one that looks at one object at a time, if it does.
    fn for_each(&self, sources: &'s Sources) -> Option<ObjectStep<'s>> {
        let affix = |text: &Text<'s>, side, specs: &FieldSpecs<'s>| {
            Some(ObjectStep::Affix(Affix::new(*text, side, specs, sources)))
        };
        match self {
            Self::Namespace(settings, specs) => {
                Some(ObjectStep::Namespace(Namespace::new(*settings, specs, sources)))
            }
            Self::Prefix(prefix, specs) => affix(prefix, Side::Before, specs),
            Self::Suffix(suffix, specs) => affix(suffix, Side::Behind, specs),
            Self::Labels(pairs, specs) | Self::Annotations(pairs, specs) => {
                Some(ObjectStep::Labels(Labels::new(pairs, specs, sources)))
            }
            Self::Images(images, specs) => Some(ObjectStep::Images(Images::new(images, specs, sources))),
            _ => None,
        }
    }

    fn apply_to_all(
        &self,
        resources: &mut ResMap<'s>,
        target: &Target<'_, 's>,
        run: &mut Run<'_, 's>,
    ) -> Result<(), Diagnostics> {
        let sources = target.loader.sources();
        match self {
            Self::Patch(step) => step.apply(resources, &run.schema, sources),
            Self::Replicas(replicas, specs) => replicas::apply(replicas, specs, resources, sources),
            Self::Replacements(replacements) => {
                let fields = target.kustomization.replacements.as_slice();
                let done = |resources: &mut ResMap<'s>, replacement: &Replacement<'s>| {
                    run.note(resources, field_of(replacement, fields));
                };
                replacement::apply_each(replacements, resources, sources, done)
            }
            Self::ValueAdd(value, targets) => value_add::apply(*value, targets, resources, sources),
            Self::Hash => hash::apply(resources, sources),
            _ => Ok(()),
        }
    }

    /// The built-in transformer that a configuration object asks for.
    pub(super) fn from_plugin(
        kind: &str,
        configuration: &Resource<'s>,
        loader: &Loader<'_, 's>,
    ) -> Result<Self, Diagnostics> {
        const KINDS: [&str; 14] = [
            "AnnotationsTransformer",
            "HashTransformer",
            "ImageTagTransformer",
            "LabelTransformer",
            "NamespaceTransformer",
            "PatchJson6902Transformer",
            "PatchStrategicMergeTransformer",
            "PatchTransformer",
            "PrefixSuffixTransformer",
            "PrefixTransformer",
            "ReplacementTransformer",
            "ReplicaCountTransformer",
            "SuffixTransformer",
            "ValueAddTransformer",
        ];
        Ok(match kind {
            "PatchTransformer" => Self::Patch(PatchStep::new(&plugin::settings(configuration)?, loader)?),
            "PatchStrategicMergeTransformer" => {
                let settings: StrategicMergeSettings<'s> = plugin::settings(configuration)?;
                Self::Patch(PatchStep::strategic_merge(&settings.paths, Some(settings.patches), loader)?)
            }
            "PatchJson6902Transformer" => {
                let settings: Json6902Settings<'s> = plugin::settings(configuration)?;
                Self::Patch(PatchStep::json6902(&settings.into_patch(), loader)?)
            }
            "ReplacementTransformer" => {
                let settings: ReplacementSettings<'s> = plugin::settings(configuration)?;
                Self::Replacements(replacement::load(&settings.replacements, loader)?)
            }
            "ValueAddTransformer" => Self::value_add(&plugin::settings(configuration)?, loader)?,
            "HashTransformer" => Self::Hash,
            kind if KINDS.contains(&kind) => Self::from_settings(kind, configuration)?,
            kind => return Err(unknown_plugin(kind, configuration, &KINDS)),
        })
    }

    /// The value and where it goes; without a value it is the name of the kustomization's folder.
    fn value_add(settings: &ValueAddSettings<'s>, loader: &Loader<'_, 's>) -> Result<Self, Diagnostics> {
        let folder = loader.root().file_name().map(|name| name.to_string_lossy().into_owned());
        let value = if settings.value.trim().is_empty() {
            Text { value: loader.sources().keep(&folder.unwrap_or_default()), origin: settings.origin }
        } else {
            settings.value
        };
        let mut targets = settings.targets.clone();
        if !settings.target_file_path.is_empty() {
            let file = loader.settings(settings.target_file_path)?;
            targets.extend(decode::<ValueAddSettings<'s>>(&file, Dialect::Plugin)?.targets);
        }
        Ok(Self::ValueAdd(value, targets))
    }

    /// The transformers whose configuration is settings and field specs.
    fn from_settings(kind: &str, configuration: &Resource<'s>) -> Result<Self, Diagnostics> {
        let settings: PluginSettings<'s> = plugin::settings(configuration)?;
        let specs: FieldSpecs<'s> = field_specs(&settings.field_specs).into();
        Ok(match kind {
            "AnnotationsTransformer" => Self::Annotations(settings.annotations, specs),
            "LabelTransformer" => Self::Labels(settings.labels, specs),
            "ImageTagTransformer" => Self::Images(vec![settings.image_tag], specs),
            "ReplicaCountTransformer" => Self::Replicas(vec![settings.replica], specs),
            "PrefixTransformer" => Self::Prefix(settings.prefix, specs),
            "SuffixTransformer" => Self::Suffix(settings.suffix, specs),
            "PrefixSuffixTransformer" => Self::Sequence(vec![
                Self::Prefix(settings.prefix, specs.clone()),
                Self::Suffix(settings.suffix, specs),
            ]),
            _ => {
                let nothing = Text { value: "", origin: Origin::NONE };
                let namespace = or_metadata(nothing, &configuration.node, "namespace");
                let subjects = RoleBindingSubjects::parse(&settings.set_role_binding_subjects)?;
                let unset_only = settings.unset_only;
                Self::Namespace(NamespaceSettings { namespace, unset_only, subjects }, specs)
            }
        })
    }
}
