//! Sets annotations, in templates too.

use super::labels;
use crate::diagnostic::Diagnostics;
use crate::kustomize::decode::TextMap;
use crate::kustomize::field_spec::FieldSpec;
use crate::resource::ResMap;
use crate::yaml::Sources;

/// Sets `annotations` in every mapping that the field specs name.
pub fn apply<'s>(
    annotations: &TextMap<'s>,
    field_specs: &[FieldSpec<'s>],
    resources: &mut ResMap<'s>,
    sources: &'s Sources,
) -> Result<(), Diagnostics> {
    labels::apply(annotations, field_specs, resources, sources)
}
