//! Where each transformer works: the field specs of a kustomization, built-in ones and users' together.
//!
//! Upstream's `TransformerConfig`. A child's specs are merged into its parent's, so what a base configures
//! holds for the overlays too.

use std::borrow::Cow;

use super::decode::{Dialect, Text, decode, settings};
use super::default_field_specs::default_config;
use super::field_spec::{FieldSpec, FieldSpecFields, FieldSpecs, field_specs, merge_all, sort};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::resource::Gvk;
use crate::yaml::Node;

/// The field specs of every transformer.
#[derive(Clone, Debug, Default)]
pub struct TransformerConfig<'s> {
    /// Names that get a prefix
    pub name_prefix: FieldSpecs<'s>,
    /// Names that get a suffix
    pub name_suffix: FieldSpecs<'s>,
    /// Fields that hold the object's namespace, beside `metadata/namespace`
    pub namespace: FieldSpecs<'s>,
    /// Label maps and selectors for `commonLabels`, and for `labels` with `includeSelectors`
    pub common_labels: FieldSpecs<'s>,
    /// Label maps for every entry of `labels`
    pub labels: FieldSpecs<'s>,
    /// Label maps for `labels` with `includeTemplates`
    pub template_labels: FieldSpecs<'s>,
    /// Label maps for `labels` with `includeVolumeClaimTemplates`
    pub volume_claim_template_labels: FieldSpecs<'s>,
    /// Annotation maps
    pub common_annotations: FieldSpecs<'s>,
    /// Fields that hold another object's name
    pub name_reference: Vec<NameReference<'s>>,
    /// Fields in which `$(NAME)` is replaced
    pub var_reference: FieldSpecs<'s>,
    /// Fields that hold an image
    pub images: FieldSpecs<'s>,
    /// Fields that hold a replica count
    pub replicas: FieldSpecs<'s>,
}

/// A kind of objects, and who refers to them by name.
#[derive(Clone, Debug, Default)]
pub struct NameReference<'s> {
    /// The kind that is referred to.
    pub target: Gvk<'s>,
    /// The fields that refer.
    pub referrers: FieldSpecs<'s>,
}

settings! {
    /// A file of `configurations`.
    ConfigurationFile<'s> {
        /// Names that get a prefix
        name_prefix: Vec<FieldSpecFields<'s>> = "namePrefix",
        /// Names that get a suffix
        name_suffix: Vec<FieldSpecFields<'s>> = "nameSuffix",
        /// Fields that hold the namespace
        namespace: Vec<FieldSpecFields<'s>> = "namespace",
        /// Label maps and selectors
        common_labels: Vec<FieldSpecFields<'s>> = "commonLabels",
        /// Label maps for `labels`
        labels: Vec<FieldSpecFields<'s>> = "labels",
        /// Label maps of templates
        template_labels: Vec<FieldSpecFields<'s>> = "templateLabels",
        /// Label maps of volume claim templates
        volume_claim_template_labels: Vec<FieldSpecFields<'s>> = "volumeClaimTemplateLabels",
        /// Annotation maps
        common_annotations: Vec<FieldSpecFields<'s>> = "commonAnnotations",
        /// Who refers to whom
        name_reference: Vec<NameReferenceFields<'s>> = "nameReference",
        /// Fields with vars
        var_reference: Vec<FieldSpecFields<'s>> = "varReference",
        /// Fields with images
        images: Vec<FieldSpecFields<'s>> = "images",
        /// Fields with replica counts
        replicas: Vec<FieldSpecFields<'s>> = "replicas",
    }

    /// One entry of `nameReference`.
    NameReferenceFields<'s> {
        /// API group of the kind that is referred to
        group: Text<'s> = "group",
        /// Its version
        version: Text<'s> = "version",
        /// The kind
        kind: Text<'s> = "kind",
        /// Who refers to it
        referrers: Vec<FieldSpecFields<'s>> = "fieldSpecs",
    }
}

impl<'s> TransformerConfig<'s> {
    /// The built-in field specs.
    pub fn built_in() -> Self {
        default_config()
    }

    /// Reads a file of `configurations`.
    pub fn read(node: &Node<'s>) -> Result<Self, Diagnostics> {
        let mut config = Self::from(&decode::<ConfigurationFile<'s>>(node, Dialect::File)?);
        config.sort();
        Ok(config)
    }

    /// Adds another configuration's specs; those that contradict are errors.
    pub fn merge(&mut self, other: &Self) -> Result<(), Diagnostics> {
        let mut errors = Diagnostics::default();
        for (specs, added) in self.lists_mut().into_iter().zip(other.lists()) {
            if let Err(error) = merge_list(specs, added) {
                errors.push(error);
            }
        }
        for reference in &other.name_reference {
            if let Err(error) = self.merge_reference(reference) {
                errors.push(error);
            }
        }
        self.sort();
        errors.into_result()
    }

    /// Adds who refers to a kind.
    pub fn merge_reference(&mut self, added: &NameReference<'s>) -> Result<(), Diagnostic> {
        let known = self.name_reference.iter_mut().find(|reference| reference.target == added.target);
        let Some(reference) = known else {
            self.name_reference.push(added.clone());
            return Ok(());
        };
        merge_all(&mut reference.referrers, &added.referrers)
    }

    /// The specs of all transformers but name references.
    pub(super) fn lists(&self) -> [&FieldSpecs<'s>; 11] {
        [
            &self.name_prefix,
            &self.name_suffix,
            &self.namespace,
            &self.common_labels,
            &self.labels,
            &self.template_labels,
            &self.volume_claim_template_labels,
            &self.common_annotations,
            &self.var_reference,
            &self.images,
            &self.replicas,
        ]
    }

    fn lists_mut(&mut self) -> [&mut FieldSpecs<'s>; 11] {
        [
            &mut self.name_prefix,
            &mut self.name_suffix,
            &mut self.namespace,
            &mut self.common_labels,
            &mut self.labels,
            &mut self.template_labels,
            &mut self.volume_claim_template_labels,
            &mut self.common_annotations,
            &mut self.var_reference,
            &mut self.images,
            &mut self.replicas,
        ]
    }

    fn sort(&mut self) {
        self.lists_mut().into_iter().for_each(sort);
        self.name_reference.sort_by(|one, other| one.target.legacy_cmp(&other.target));
    }
}

/// Takes a whole table over where there is nothing yet, so that built-in tables stay shared.
fn merge_list<'s>(specs: &mut FieldSpecs<'s>, added: &FieldSpecs<'s>) -> Result<(), Diagnostic> {
    match added {
        Cow::Borrowed(table) if specs.is_empty() => {
            *specs = Cow::Borrowed(table);
            Ok(())
        }
        _ => merge_all(specs, added),
    }
}

impl<'s> From<&ConfigurationFile<'s>> for TransformerConfig<'s> {
    fn from(file: &ConfigurationFile<'s>) -> Self {
        let specs = |fields: &[FieldSpecFields<'s>]| -> FieldSpecs<'s> { Cow::Owned(field_specs(fields)) };
        Self {
            name_prefix: specs(&file.name_prefix),
            name_suffix: specs(&file.name_suffix),
            namespace: specs(&file.namespace),
            common_labels: specs(&file.common_labels),
            labels: specs(&file.labels),
            template_labels: specs(&file.template_labels),
            volume_claim_template_labels: specs(&file.volume_claim_template_labels),
            common_annotations: specs(&file.common_annotations),
            name_reference: file.name_reference.iter().map(NameReference::from).collect(),
            var_reference: specs(&file.var_reference),
            images: specs(&file.images),
            replicas: specs(&file.replicas),
        }
    }
}

impl<'s> From<&NameReferenceFields<'s>> for NameReference<'s> {
    fn from(fields: &NameReferenceFields<'s>) -> Self {
        Self {
            target: Gvk { group: fields.group.value, version: fields.version.value, kind: fields.kind.value },
            referrers: fields.referrers.iter().map(FieldSpec::from).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path_of_kind(kind: &'static str, path: &'static str) -> TransformerConfig<'static> {
        TransformerConfig {
            images: Cow::Owned(vec![FieldSpec::built_in("", "", kind, path, true)]),
            ..TransformerConfig::default()
        }
    }

    #[test]
    fn merging_the_built_in_specs_into_themselves_adds_nothing() {
        let mut config = TransformerConfig::default();
        config.merge(&TransformerConfig::built_in()).unwrap();
        config.merge(&TransformerConfig::built_in()).unwrap();
        assert!(config.lists().into_iter().all(|list| matches!(list, Cow::Borrowed(_))));
        assert_eq!(config.images.len(), 6);
        assert_eq!(config.name_reference.len(), 16);
    }

    #[test]
    fn users_specs_come_on_top() {
        let mut config = TransformerConfig::built_in();
        config.merge(&path_of_kind("MyKind", "spec/image")).unwrap();
        assert_eq!(config.images.len(), 7);
    }

    #[test]
    fn all_conflicts_are_reported() {
        let mut config = TransformerConfig {
            namespace: Cow::Owned(vec![FieldSpec::built_in("", "", "A", "spec/a", false)]),
            ..path_of_kind("A", "spec/image")
        };
        let mut other = config.clone();
        other.images.to_mut()[0].create = false;
        other.namespace.to_mut()[0].create = true;
        assert_eq!(config.merge(&other).unwrap_err().0.len(), 2);
    }
}
