//! `generators`, `transformers` and `validators`: built-in plugins configured by objects of their own.
//!
//! An entry is the configuration itself, a file, or a folder with a kustomization that yields configurations.

use super::accumulator::Accumulator;
use super::build_metadata::{configured_by_object, join_path};
use super::decode::{Decode, Dialect, Text, decode};
use super::generator;
use super::history::Field;
use super::kustomization::{ConfigMapArgs, SecretArgs};
use super::read::read_objects;
use super::run::Run;
use super::target::Target;
use super::transform::{Step, Transformer};
use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::resource::{BuildOrigin, ResMap, Resource};
use crate::yaml::Node;
use std::sync::Arc;

const VALIDATED_BY: &str = "validated-by";

const GENERATORS: [&str; 3] = ["ConfigMapGenerator", "IAMPolicyGenerator", "SecretGenerator"];

/// Runs the generators of `generators`.
pub(super) fn run_generators<'s>(
    target: &Target<'_, 's>,
    accumulator: &mut Accumulator<'s>,
    run: &mut Run<'_, 's>,
) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut generated = Vec::new();
    for configuration in &configurations(target, ("generators", &target.kustomization.generators), run)? {
        let made = errors.absorb(generate(configuration, target));
        let origin = configured_by_object(configuration);
        let field = Field::new("generators", configuration.node.origin());
        let made = made.flatten().map(|object| Resource { built_from: origin.clone(), ..object });
        generated.extend(made.map(|object| (object, field)));
    }
    errors.into_result()?;
    accumulator.absorb_generated(generated, run)
}

/// The steps of `transformers` or `validators`.
pub(super) fn transformers<'s>(
    target: &Target<'_, 's>,
    (field, entries): (&'static str, &[Text<'s>]),
    run: &mut Run<'_, 's>,
) -> Result<Vec<Step<'s>>, Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut steps = Vec::new();
    for configuration in &configurations(target, (field, entries), run)? {
        let origin = configured_by_object(configuration);
        let transformer = builtin_kind(configuration)
            .and_then(|kind| Transformer::from_plugin(kind, configuration, &target.loader));
        let field = Field::new(field, configuration.node.origin());
        let transformer = errors.absorb(transformer);
        steps.extend(transformer.map(|transformer| Step { transformer, origin, field }));
    }
    errors.into_result()?;
    Ok(steps)
}

/// Runs the validators, which may look but not touch.
pub(super) fn run_validators<'s>(
    target: &Target<'_, 's>,
    accumulator: &mut Accumulator<'s>,
    run: &mut Run<'_, 's>,
) -> Result<(), Diagnostics> {
    for step in transformers(target, ("validators", &target.kustomization.validators), run)? {
        let before = accumulator.resources.clone();
        step.transformer.apply(&mut accumulator.resources, target, run)?;
        accumulator.names_changed();
        for resource in &mut accumulator.resources {
            remove_validated_by(resource);
        }
        if let Some(changed) = first_change(&before, &accumulator.resources) {
            return Err(Diagnostic::error("a validator changed an object")
                .at(changed.node.origin())
                .object(changed.current_id())
                .hint("list it under `transformers` if it is meant to")
                .into());
        }
    }
    Ok(())
}

/// The configuration objects that entries name or are.
fn configurations<'s>(
    target: &Target<'_, 's>,
    (field, entries): (&'static str, &[Text<'s>]),
    run: &mut Run<'_, 's>,
) -> Result<ResMap<'s>, Diagnostics> {
    let mut gathered = Accumulator::default();
    let mut paths = Vec::new();
    let mut errors = Diagnostics::default();
    for entry in entries {
        match inline(target, *entry, run) {
            Some(objects) => {
                run.note_types(&objects);
                errors.absorb(gathered.append(objects));
            }
            None => paths.push(*entry),
        }
    }
    errors.absorb(target.accumulate_resources(&mut gathered, (field, &paths), run));
    errors.into_result()?;
    Ok(gathered.resources)
}

/// The objects of an entry that is text, not a path.
fn inline<'s>(target: &Target<'_, 's>, entry: Text<'s>, run: &Run<'_, 's>) -> Option<Vec<Resource<'s>>> {
    if !entry.contains('\n') && !entry.contains(':') {
        return None;
    }
    let source = target.loader.inline(entry).ok()?;
    let mut objects = read_objects(source, target.loader.sources()).ok()?;
    if run.metadata.tracked {
        let path = join_path(&target.path, target.file_name);
        let origin = Arc::new(BuildOrigin { path, ..BuildOrigin::default() });
        for object in &mut objects {
            object.built_from = Some(origin.clone());
        }
    }
    Some(objects)
}

/// The kind of a built-in plugin's configuration.
fn builtin_kind<'s>(configuration: &Resource<'s>) -> Result<&'s str, Diagnostics> {
    let gvk = configuration.gvk();
    if gvk.group.is_empty() && gvk.version == "builtin" {
        return Ok(gvk.kind);
    }
    Err(Diagnostic::error(format!(
        "`{gvk}` is not a built-in plugin; functions and executables are not supported"
    ))
    .at(configuration.node.origin())
    .object(configuration.current_id())
    .hint("built-in plugins have `apiVersion: builtin`")
    .into())
}

fn generate<'s>(
    configuration: &Resource<'s>,
    target: &Target<'_, 's>,
) -> Result<Option<Resource<'s>>, Diagnostics> {
    let node = &configuration.node;
    let global = None;
    let object = match builtin_kind(configuration)? {
        "ConfigMapGenerator" => {
            let mut args: ConfigMapArgs<'s> = decode(node, Dialect::Plugin)?;
            args.name = or_metadata(args.name, node, "name");
            args.namespace = or_metadata(args.namespace, node, "namespace");
            generator::config_map(&args, global, &target.loader)?
        }
        "SecretGenerator" => {
            let mut args: SecretArgs<'s> = decode(node, Dialect::Plugin)?;
            args.name = or_metadata(args.name, node, "name");
            args.namespace = or_metadata(args.namespace, node, "namespace");
            generator::secret(&args, global, &target.loader)?
        }
        "IAMPolicyGenerator" => {
            generator::iam_policy(&decode(node, Dialect::Plugin)?, target.loader.sources())?
        }
        kind => return Err(unknown_plugin(kind, configuration, &GENERATORS)),
    };
    Ok(Some(object))
}

/// A setting, or what the configuration's own metadata says.
pub(super) fn or_metadata<'s>(setting: Text<'s>, node: &Node<'s>, field: &str) -> Text<'s> {
    let metadata = node.at(&["metadata", field]);
    match metadata.and_then(|node| Some(Text { value: node.text()?, origin: node.origin() })) {
        Some(fallback) if setting.is_empty() => fallback,
        _ => setting,
    }
}

/// Settings of a plugin, read from its configuration object.
pub(super) fn settings<'s, T: Decode<'s>>(configuration: &Resource<'s>) -> Result<T, Diagnostics> {
    decode(&configuration.node, Dialect::Plugin)
}

pub(super) fn unknown_plugin(kind: &str, configuration: &Resource<'_>, known: &[&str]) -> Diagnostics {
    let error = Diagnostic::error(format!("there is no built-in plugin `{kind}` for this field"))
        .at(configuration.node.get("kind").map_or(configuration.node.origin(), Node::origin))
        .object(configuration.current_id());
    match closest(kind, known) {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")).into(),
        None => error.hint(format!("there are {}", known.join(", "))).into(),
    }
}

fn remove_validated_by(resource: &mut Resource<'_>) {
    let Some(metadata) = resource.node.get_mut("metadata").and_then(Node::as_mapping_mut) else { return };
    let labels = metadata.get_mut("labels").and_then(Node::as_mapping_mut);
    if labels.is_some_and(|labels| labels.remove(VALIDATED_BY).is_some() && labels.is_empty()) {
        metadata.remove("labels");
    }
}

/// The first object that is not as it was.
fn first_change<'a, 's>(before: &'a ResMap<'s>, after: &'a ResMap<'s>) -> Option<&'a Resource<'s>> {
    let written = |resource: &Resource<'s>| {
        let mut text = String::new();
        crate::yaml::emit(&resource.node, &mut text).map(|()| text).unwrap_or_default()
    };
    let changed =
        before.iter().zip(after).find(|(old, new)| written(old) != written(new)).map(|(old, _)| old);
    changed.or_else(|| before.iter().nth(after.len()).or_else(|| after.iter().nth(before.len())))
}
