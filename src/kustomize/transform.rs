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
use super::patches::PatchStep;
use super::plugin::{self, or_metadata, unknown_plugin};
use super::plugin_settings::{
    Json6902Settings, PluginSettings, ReplacementSettings, StrategicMergeSettings, ValueAddSettings,
};
use super::run::Run;
use super::target::Target;
use super::transformer::namespace::{NamespaceSettings, RoleBindingSubjects};
use super::transformer::value_add::ValueAddTarget;
use super::transformer::{affix, annotations, images, labels, namespace, replicas, value_add};
use super::transformer_config::TransformerConfig;
use super::{hash, replacement};
use crate::diagnostic::Diagnostics;
use crate::resource::{BuildOrigin, ResMap, Resource};
use crate::yaml::Origin;
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
    Namespace(NamespaceStep<'s>),
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

/// The settings of the namespace transformer.
pub(super) struct NamespaceStep<'s> {
    namespace: Text<'s>,
    field_specs: FieldSpecs<'s>,
    unset_only: bool,
    subjects: RoleBindingSubjects,
}

/// Runs the transformers of the kustomization's fields, then those of `transformers`.
pub(super) fn run<'s>(
    target: &Target<'_, 's>,
    accumulator: &mut Accumulator<'s>,
    run: &mut Run<'_, 's>,
) -> Result<(), Diagnostics> {
    let mut steps = steps_of_fields(target, &accumulator.config, run)?;
    steps.extend(plugin::transformers(target, ("transformers", &target.kustomization.transformers), run)?);
    // Patches in a row look objects up in one index.
    let mut ids = None;
    for step in steps {
        let resources = &mut accumulator.resources;
        match &step.transformer {
            Transformer::Patch(patch) => {
                patch.apply_with_index(resources, &run.schema, target.loader.sources(), &mut ids)?;
            }
            other => {
                other.apply(resources, target, run)?;
                ids = None;
            }
        }
        accumulator.names_changed();
        if let Some(history) = &mut run.history {
            let entries = step.entries(&target.kustomization);
            history.note(&mut accumulator.resources, step.field, entries);
        }
        if let Some(origin) = step.origin {
            (0..step.transformer.count()).for_each(|_| record(&mut accumulator.resources, &origin));
        }
        let count = accumulator.resources.len();
        accumulator.resources.drop_empty();
        if accumulator.resources.len() < count {
            ids = None;
        }
    }
    Ok(())
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
        let step = NamespaceStep {
            namespace: fields.namespace,
            field_specs: config.namespace.clone(),
            unset_only: false,
            subjects: RoleBindingSubjects::default(),
        };
        let field = Field::new("namespace", fields.namespace.origin);
        steps.push(("NamespaceTransformer", field, Transformer::Namespace(step)));
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

impl<'s> NamespaceStep<'s> {
    fn settings(&self) -> NamespaceSettings<'_, 's> {
        NamespaceSettings {
            namespace: self.namespace,
            field_specs: &self.field_specs,
            unset_only: self.unset_only,
            subjects: self.subjects,
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
        let sources = target.loader.sources();
        match self {
            Self::Patch(step) => step.apply(resources, &run.schema, sources),
            Self::Namespace(step) => namespace::apply(&step.settings(), resources, sources),
            Self::Prefix(prefix, specs) => affix::apply_prefix(*prefix, specs, resources, sources),
            Self::Suffix(suffix, specs) => affix::apply_suffix(*suffix, specs, resources, sources),
            Self::Labels(labels, specs) => labels::apply(labels, specs, resources, sources),
            Self::Annotations(annotations, specs) => {
                annotations::apply(annotations, specs, resources, sources)
            }
            Self::Replicas(replicas, specs) => replicas::apply(replicas, specs, resources, sources),
            Self::Images(images, specs) => images::apply(images, specs, resources, sources),
            Self::Replacements(replacements) => {
                let fields = target.kustomization.replacements.as_slice();
                let done = |resources: &mut ResMap<'s>, replacement: &Replacement<'s>| {
                    run.note(resources, field_of(replacement, fields));
                };
                replacement::apply_each(replacements, resources, sources, done)
            }
            Self::ValueAdd(value, targets) => value_add::apply(*value, targets, resources, sources),
            Self::Hash => hash::apply(resources, sources),
            Self::Sequence(parts) => parts.iter().try_for_each(|part| part.apply(resources, target, run)),
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
                Self::Namespace(NamespaceStep { namespace, field_specs: specs, unset_only, subjects })
            }
        })
    }
}
