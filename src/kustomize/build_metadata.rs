//! `buildMetadata`: annotations that say where an object came from and what changed it.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::kustomization::Kustomization;
use crate::resource::{BuildOrigin, ConfiguredBy, PreviousId, ResMap, Resource};
use crate::yaml::{Node, Origin, Sources, emit_source_style};

const ORIGIN: &str = "config.kubernetes.io/origin";
const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";

/// How the keys of upstream's bookkeeping begin.
const BOOKKEEPING: &str = "internal.config.kubernetes.io/";

/// Annotations of upstream's bookkeeping. Ours is kept elsewhere, but users' copies of them go too.
const BUILD_ANNOTATIONS: &[&str] = &[
    "internal.config.kubernetes.io/previousKinds",
    "internal.config.kubernetes.io/previousNames",
    "internal.config.kubernetes.io/prefixes",
    "internal.config.kubernetes.io/suffixes",
    "internal.config.kubernetes.io/previousNamespaces",
    "internal.config.kubernetes.io/allowNameChange",
    "internal.config.kubernetes.io/allowKindChange",
    "internal.config.kubernetes.io/refBy",
    "internal.config.kubernetes.io/generatorBehavior",
    "internal.config.kubernetes.io/needsHashSuffix",
    "internal.config.kubernetes.io/path",
    "internal.config.kubernetes.io/index",
    "internal.config.kubernetes.io/seqindent",
    "internal.config.kubernetes.io/id",
    "internal.config.kubernetes.io/annotations-migration-resource-id",
    "internal.config.kubernetes.io/helm-generated",
    "config.kubernetes.io/path",
    "config.kubernetes.io/index",
    "config.k8s.io/id",
];

/// What the top kustomization's `buildMetadata` asks for.
#[expect(clippy::struct_excessive_bools, reason = "one for each option of the field")]
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BuildMetadata {
    /// Anything at all: then origins are tracked.
    pub(super) tracked: bool,
    origin_annotations: bool,
    transformer_annotations: bool,
    /// The label `app.kubernetes.io/managed-by`
    pub(super) managed_by_label: bool,
}

impl BuildMetadata {
    pub(super) fn of(kustomization: &Kustomization<'_>) -> Self {
        let asked = |name: &str| kustomization.build_metadata.iter().any(|option| option.value == name);
        Self {
            tracked: !kustomization.build_metadata.is_empty(),
            origin_annotations: asked("originAnnotations"),
            transformer_annotations: asked("transformerAnnotations"),
            managed_by_label: asked("managedByLabel"),
        }
    }

    /// Writes the annotations that were asked for, and takes out those of the bookkeeping.
    pub(super) fn annotate<'s>(self, resources: &mut ResMap<'s>, sources: &'s Sources) {
        for resource in resources {
            match resource.built_from.take() {
                _ if !self.origin_annotations => unset(resource, ORIGIN),
                Some(origin) => set(resource, ORIGIN, &origin_node(&origin, sources), sources),
                None => {}
            }
            let transformations = std::mem::take(&mut resource.transformations);
            if self.transformer_annotations && !transformations.is_empty() {
                let items = transformations.iter().map(|one| origin_node(one, sources)).collect();
                set(resource, TRANSFORMATIONS, &Node::sequence(items, Origin::NONE), sources);
            } else if !self.transformer_annotations {
                unset(resource, TRANSFORMATIONS);
            }
            normalise_annotations(resource);
        }
    }
}

/// Takes over the earlier ids and name affixes of an object that upstream's bookkeeping went with.
pub(super) fn read_bookkeeping(resource: &mut Resource<'_>) {
    let Some(annotations) = resource.node.at(&["metadata", "annotations"]).and_then(Node::as_mapping) else {
        return;
    };
    if !annotations.iter().any(|entry| entry.key.text.starts_with(BOOKKEEPING)) {
        return;
    }
    let list = |name: &str| {
        let entry = annotations.iter().find(|entry| entry.key.text.strip_prefix(BOOKKEEPING) == Some(name));
        entry
            .and_then(|entry| entry.value.text())
            .map(|text| text.split(',').collect::<Vec<_>>())
            .unwrap_or_default()
    };
    let (names, namespaces, kinds) =
        (list("previousNames"), list("previousNamespaces"), list("previousKinds"));
    let ids = names.iter().zip(&namespaces).zip(&kinds);
    let previous_ids = ids.map(|((name, namespace), kind)| PreviousId::new(kind, namespace, name)).collect();
    let (prefixes, suffixes) = (list("prefixes"), list("suffixes"));
    let needs_hash_suffix = list("needsHashSuffix") == ["enabled"];
    resource.previous_ids = previous_ids;
    resource.name_prefixes = prefixes.into();
    resource.name_suffixes = suffixes.into();
    resource.needs_hash_suffix = needs_hash_suffix;
}

/// A path below the folder that is built, without `.` and with as few `..` as can be.
pub(super) fn join_path(folder: &str, path: &str) -> String {
    let mut joined = PathBuf::new();
    for component in Path::new(folder).join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(joined.components().next_back(), Some(Component::Normal(_))) => {
                joined.pop();
            }
            other => joined.push(other),
        }
    }
    joined.to_string_lossy().into_owned()
}

/// What a field of a kustomization file made.
pub(super) fn configured_by_field(folder: &str, file_name: &str, kind: &str) -> Arc<BuildOrigin> {
    let by =
        ConfiguredBy { api_version: "builtin".to_owned(), kind: kind.to_owned(), ..ConfiguredBy::default() };
    Arc::new(BuildOrigin {
        configured_in: join_path(folder, file_name),
        configured_by: Some(by),
        path: String::new(),
    })
}

/// What a generator's or transformer's configuration object made.
pub(super) fn configured_by_object(configuration: &Resource<'_>) -> Option<Arc<BuildOrigin>> {
    let origin = configuration.built_from.as_ref()?;
    let by = ConfiguredBy {
        api_version: configuration.gvk().api_version(),
        kind: configuration.gvk().kind.to_owned(),
        name: configuration.name().to_owned(),
        namespace: configuration.namespace().to_owned(),
    };
    let configured_in = origin.path.clone();
    Some(Arc::new(BuildOrigin { configured_in, configured_by: Some(by), path: String::new() }))
}

fn origin_node<'s>(origin: &BuildOrigin, sources: &'s Sources) -> Node<'s> {
    let mut node = mapping_of(&[("path", &origin.path), ("configuredIn", &origin.configured_in)], sources);
    if let (Some(by), Some(mapping)) = (&origin.configured_by, node.as_mapping_mut()) {
        let fields = [
            ("apiVersion", by.api_version.as_str()),
            ("kind", &by.kind),
            ("name", &by.name),
            ("namespace", &by.namespace),
        ];
        mapping.insert("configuredBy", mapping_of(&fields, sources));
    }
    node
}

fn mapping_of<'s>(fields: &[(&'static str, &str)], sources: &'s Sources) -> Node<'s> {
    let mut node = Node::mapping(Origin::NONE);
    if let Some(mapping) = node.as_mapping_mut() {
        for (key, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
            mapping.insert(key, Node::plain(sources.keep(value), Origin::NONE));
        }
    }
    node
}

fn set<'s>(resource: &mut Resource<'s>, key: &'static str, value: &Node<'s>, sources: &'s Sources) {
    let mut text = String::new();
    emit_source_style(value, sources, &mut text);
    let origin = resource.node.origin();
    if let Some(metadata) = resource.metadata_mut(origin)
        && let Some(annotations) = crate::resource::child_mapping(metadata, "annotations", origin)
    {
        annotations.insert(key, Node::string(sources.keep(&text), origin));
    }
}

fn unset(resource: &mut Resource<'_>, key: &str) {
    if let Some(annotations) = annotations_mut(resource).and_then(Node::as_mapping_mut) {
        annotations.remove(key);
    }
}

/// Annotations are strings, and an empty map of them is left out: what upstream's last step does to every object.
fn normalise_annotations(resource: &mut Resource<'_>) {
    let Some(annotations) = annotations_mut(resource) else { return };
    if let Some(mapping) = annotations.as_mapping_mut() {
        mapping.retain(|entry| !BUILD_ANNOTATIONS.contains(&entry.key.text));
        for entry in &mut *mapping {
            let text = entry.value.text().unwrap_or_default();
            entry.value = Node::string(text, entry.value.origin());
        }
        if !mapping.is_empty() {
            return;
        }
    }
    if let Some(metadata) = resource.node.get_mut("metadata").and_then(Node::as_mapping_mut) {
        metadata.remove("annotations");
    }
}

fn annotations_mut<'a, 's>(resource: &'a mut Resource<'s>) -> Option<&'a mut Node<'s>> {
    if !resource.has_annotations() {
        return None;
    }
    resource.node.get_mut("metadata")?.get_mut("annotations")
}
