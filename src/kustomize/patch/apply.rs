//! A strategic merge patch for an object, with what the patch may not change.

use std::borrow::Cow;

use super::metadata::to_strings;
use super::strategic_merge::{Merged, merge};
use crate::diagnostic::Diagnostics;
use crate::kustomize::kustomization::PatchOptions;
use crate::kustomize::shared_scalar::{Places, SharedScalars};
use crate::kustomize::untyped_scalar::{take_fields_for_strings, untyped};
use crate::resource::{Resource, child_mapping};
use crate::schema::Schema;
use crate::yaml::{Mapping, Node, Sources};

/// How a strategic merge patch is applied.
#[derive(Clone, Copy, Debug)]
pub struct MergeTerms<'m, 's> {
    /// The types of objects.
    pub schema: &'m Schema<'m>,
    /// The texts of objects and patches.
    pub sources: &'s Sources,
    /// Whether name and kind may change.
    pub options: &'m PatchOptions,
    /// Whether the patch is copied for each of its objects, which may be of other types: `patches` with a
    /// `target`, and `patchesStrategicMerge`. Upstream makes the labels and annotations of the copy strings, so
    /// that null does not remove them.
    pub copied: bool,
}

/// What a patch may not change, as it was before.
struct Identity<'s> {
    kind: Option<Node<'s>>,
    name: Option<Node<'s>>,
    namespace: Option<Node<'s>>,
}

/// Applies a strategic merge patch. A patch that deletes the object leaves it empty.
pub fn apply_strategic_merge<'s>(
    resource: &mut Resource<'s>,
    patch: &Node<'s>,
    terms: &MergeTerms<'_, 's>,
) -> Result<(), Diagnostics> {
    if resource.is_empty() {
        return Ok(());
    }
    let id = resource.current_id();
    let patch = prepared(patch, resource, terms);
    let identity = Identity::of(resource);
    if terms.options.allow_name_change || terms.options.allow_kind_change {
        resource.store_previous_id();
    }
    let untyped = untyped(resource);
    if !untyped.is_empty() {
        let known = terms.schema.for_object(&resource.node);
        take_fields_for_strings(&mut resource.node, &untyped, known);
    }
    let mut shared = SharedScalars::new(terms.sources);
    let places = Places::of(resource);
    let merged = merge(&mut resource.node, &patch, terms.schema, terms.sources).map_err(|mut errors| {
        for error in &mut errors.0 {
            error.object.get_or_insert_with(|| id.to_string());
        }
        errors
    })?;
    match merged {
        Merged::Deleted => resource.clear(),
        Merged::Kept => {
            identity.restore(resource, terms.options);
            shared.settle(resource, &places);
        }
    }
    Ok(())
}

/// The patch as upstream prepares it for this object.
fn prepared<'p, 's>(
    patch: &'p Node<'s>,
    resource: &Resource<'s>,
    terms: &MergeTerms<'_, '_>,
) -> Cow<'p, Node<'s>> {
    let marked = terms.options.allow_name_change || terms.options.allow_kind_change;
    if !terms.copied && !marked {
        return Cow::Borrowed(patch);
    }
    let mut patch = patch.clone();
    let Some(fields) = patch.as_mapping_mut() else { return Cow::Owned(patch) };
    if let Some(metadata) = fields.get_mut("metadata").and_then(Node::as_mapping_mut) {
        to_strings(metadata, "annotations");
        if terms.copied {
            to_strings(metadata, "labels");
            if metadata.get("namespace").is_some_and(|node| node.is_null() || node.text() == Some("")) {
                metadata.remove("namespace");
            }
        }
    }
    if terms.copied {
        match resource.node.get("apiVersion") {
            Some(version) => fields.insert("apiVersion", version.clone()),
            None => drop(fields.remove("apiVersion")),
        }
    }
    Cow::Owned(patch)
}

impl<'s> Identity<'s> {
    fn of(resource: &Resource<'s>) -> Self {
        let metadata = |key| resource.node.at(&["metadata", key]).filter(|node| !node.is_null()).cloned();
        Self {
            kind: resource.node.get("kind").cloned(),
            name: metadata("name"),
            namespace: metadata("namespace").filter(|node| node.text() != Some("")),
        }
    }

    fn restore(self, resource: &mut Resource<'s>, options: &PatchOptions) {
        let origin = resource.node.origin();
        let Some(fields) = resource.node.as_mapping_mut() else { return };
        if !options.allow_kind_change {
            put(fields, "kind", self.kind);
        }
        let Some(metadata) = child_mapping(fields, "metadata", origin) else { return };
        if !options.allow_name_change {
            put(metadata, "name", self.name);
        }
        if self.namespace.is_none() {
            metadata.remove("namespace");
        }
        put(metadata, "namespace", self.namespace);
    }
}

fn put<'s>(fields: &mut Mapping<'s>, key: &'s str, value: Option<Node<'s>>) {
    if let Some(value) = value {
        fields.insert(key, value);
    }
}

#[cfg(test)]
mod tests;
