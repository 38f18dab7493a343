//! Sets labels, in selectors and templates too where that is asked for; and annotations, which upstream sets alike.

use std::borrow::Cow;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::kustomize::decode::{Text, TextMap};
use crate::kustomize::field_path::{Create, FieldPaths};
use crate::kustomize::field_spec::{FieldSpec, FieldSpecs, field_specs, merge_all, merge_one};
use crate::kustomize::kustomization::Label;
use crate::kustomize::set_value::set_entry;
use crate::kustomize::shared_scalar::{Places, SharedScalars};
use crate::kustomize::transformer_config::TransformerConfig;
use crate::resource::Resource;
use crate::yaml::{Node, Origin, Sources};

/// Sets labels, or annotations, in every mapping that field specs name.
#[derive(Clone)]
pub(in crate::kustomize) struct Labels<'s> {
    new: Vec<NewEntries<'s>>,
    origin: Origin,
    paths: FieldPaths<'s>,
    shared: SharedScalars<'s>,
}

impl<'s> Labels<'s> {
    /// For the fields of `specs`.
    pub(in crate::kustomize) fn new(
        labels: &TextMap<'s>,
        specs: &[FieldSpec<'s>],
        sources: &'s Sources,
    ) -> Self {
        let shared = SharedScalars::new(sources);
        Self {
            new: labels.iter().map(|label| NewEntries::of(*label, &shared)).collect(),
            origin: labels.first().map_or(Origin::NONE, |(key, _)| key.origin),
            paths: FieldPaths::new(specs, sources),
            shared,
        }
    }

    /// Changes one object.
    pub(in crate::kustomize) fn apply(&mut self, resource: &mut Resource<'s>) -> Result<(), Diagnostics> {
        if self.new.is_empty() {
            return Ok(());
        }
        let places = Places::of(resource);
        let new = &mut self.new;
        let set = self.paths.set(resource, Create::Mapping, self.origin, &mut |node| {
            new.iter_mut().try_for_each(|label| label.set(node))
        });
        self.shared.settle(resource, &places);
        for origin in self.new.iter_mut().filter_map(NewEntries::take_shared) {
            resource.marks_mut().shared.push(origin);
        }
        set
    }
}

/// A label on its way into an object's mappings.
#[derive(Clone)]
struct NewEntries<'s> {
    key: Text<'s>,
    value: Text<'s>,
    /// The origin of the entries that are made.
    origin: Origin,
    /// How many were made in this object.
    count: usize,
}

impl<'s> NewEntries<'s> {
    fn of((key, value): (Text<'s>, Text<'s>), shared: &SharedScalars<'s>) -> Self {
        Self { key, value, origin: shared.origin_for(value.value, value.origin), count: 0 }
    }

    fn set(&mut self, node: &mut Node<'s>) -> Result<(), Diagnostic> {
        if set_entry(node, self.key, self.value, self.origin)? {
            self.count += 1;
        }
        Ok(())
    }

    /// The origin of entries that share their value, after the last mapping of an object.
    fn take_shared(&mut self) -> Option<Origin> {
        (std::mem::take(&mut self.count) > 1).then_some(self.origin)
    }
}

/// Where one entry of `labels` goes.
pub fn label_field_specs<'s>(
    label: &Label<'s>,
    config: &TransformerConfig<'s>,
) -> Result<FieldSpecs<'s>, Diagnostic> {
    let mut specs: FieldSpecs<'s> = Cow::Owned(field_specs(&label.fields));
    merge_all(&mut specs, &config.labels)?;
    if label.include_selectors {
        merge_all(&mut specs, &config.common_labels)?;
        return Ok(specs);
    }
    if label.include_templates {
        merge_all(&mut specs, &config.template_labels)?;
    }
    if label.include_volume_claim_templates {
        merge_all(&mut specs, &config.volume_claim_template_labels)?;
    }
    merge_one(&mut specs, FieldSpec::built_in("", "", "", "metadata/labels", true))?;
    Ok(specs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::testing::{objects, sources, written};

    fn label(key: &'static str, value: &'static str) -> TextMap<'static> {
        let text = |value| Text { value, origin: Origin::NONE };
        vec![(text(key), text(value))]
    }

    #[test]
    fn selectors_and_templates_get_labels_that_stay_strings() {
        let sources = sources();
        let mut resources = objects("apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n", sources);
        let config = TransformerConfig::built_in();
        let mut labels = Labels::new(&label("on", "true"), &config.common_labels, sources);
        labels.apply(resources.get_mut(0).unwrap()).unwrap();
        assert_eq!(
            written(&resources),
            "apiVersion: v1\nkind: Service\nmetadata:\n  labels:\n    \"on\": \"true\"\n  name: a\n\
             spec:\n  selector:\n    \"on\": \"true\"\n"
        );
    }

    #[test]
    fn labels_that_are_no_mapping_are_an_error_with_the_object() {
        let sources = sources();
        let text = "apiVersion: v1\nkind: Service\nmetadata:\n  labels: x\n  name: a\n";
        let mut resources = objects(text, sources);
        let specs = label_field_specs(&Label::default(), &TransformerConfig::built_in()).unwrap();
        let mut labels = Labels::new(&label("a", "b"), &specs, sources);
        let errors = labels.apply(resources.get_mut(0).unwrap()).unwrap_err();
        assert_eq!(errors.0[0].message, "field `metadata/labels`: expected a mapping, found a scalar");
        assert_eq!(errors.0[0].object.as_deref(), Some("v1 Service a"));
    }
}
