//! The field specs that transformers have when nobody says otherwise.
//!
//! Upstream's tables (`api/internal/konfig/builtinpluginconsts`) as data that the compiler checks, in the order
//! in which upstream sorts them. Not all of it is sense (`v1` that means any group, an Ingress
//! field listed twice, an `IngressClass` whose group has a version): it decides bytes, so it stays.

mod labels;
mod metadata;
mod name_references;
mod var_references;

use std::borrow::Cow;

use super::transformer_config::{NameReference, TransformerConfig};
use crate::resource::Gvk;

/// Writes rows of type, create or find, common start of the paths and their ends as field specs.
macro_rules! field_specs {
    ($( $word:ident $gvk:expr, $start:literal [ $($end:literal),+ $(,)? ]; )+) => {
        &[$($({
            const GVK: crate::resource::Gvk<'static> = $gvk;
            FieldSpec::built_in(
                GVK.group,
                GVK.version,
                GVK.kind,
                concat!($start, $end),
                field_specs!(@ $word),
            )
        }),+),+]
    };
    (@ create) => { true };
    (@ find) => { false };
}
use field_specs;

/// Every type
const EVERY: Gvk<'static> = version("", "", "");

/// A kind of any group and version
const fn kind(kind: &'static str) -> Gvk<'static> {
    version("", "", kind)
}

/// Version 1 of a kind, of any group
const fn v1(kind: &'static str) -> Gvk<'static> {
    version("", "v1", kind)
}

/// Any version of a kind
const fn group(group: &'static str, kind: &'static str) -> Gvk<'static> {
    version(group, "", kind)
}

const fn version(group: &'static str, version: &'static str, kind: &'static str) -> Gvk<'static> {
    Gvk { group, version, kind }
}

/// The configuration that a kustomization has without `configurations`.
pub(super) fn default_config<'s>() -> TransformerConfig<'s> {
    TransformerConfig {
        name_prefix: Cow::Borrowed(metadata::NAMES),
        name_suffix: Cow::Borrowed(metadata::NAMES),
        namespace: Cow::Borrowed(metadata::NAMESPACES),
        common_labels: Cow::Borrowed(labels::COMMON_LABELS),
        labels: Cow::Borrowed(&[]),
        template_labels: Cow::Borrowed(labels::TEMPLATE_LABELS),
        volume_claim_template_labels: Cow::Borrowed(labels::VOLUME_CLAIM_TEMPLATE_LABELS),
        common_annotations: Cow::Borrowed(metadata::COMMON_ANNOTATIONS),
        name_reference: name_references::NAME_REFERENCES
            .iter()
            .map(|(target, referrers)| NameReference { target: *target, referrers: Cow::Borrowed(referrers) })
            .collect(),
        var_reference: Cow::Borrowed(var_references::VAR_REFERENCES),
        images: Cow::Borrowed(metadata::IMAGES),
        replicas: Cow::Borrowed(metadata::REPLICAS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::field_spec::{FieldSpecs, merge_one, sort};

    #[test]
    fn the_tables_are_what_merging_them_gives() {
        let config = default_config();
        for table in config.lists() {
            let mut merged: FieldSpecs<'_> = Cow::Borrowed(&[]);
            for spec in table.iter() {
                merge_one(&mut merged, *spec).unwrap();
            }
            sort(&mut merged);
            let paths = |specs: &FieldSpecs<'_>| -> Vec<String> {
                specs.iter().map(|spec| format!("{} {} {}", spec.gvk, spec.path, spec.create)).collect()
            };
            assert_eq!(paths(&merged), paths(table));
        }
    }

    #[test]
    fn the_tables_have_as_many_rows_as_upstream_s() {
        let config = default_config();
        assert_eq!(config.lists().map(|list| list.len()), [1, 1, 3, 32, 0, 9, 1, 9, 72, 6, 4]);
        let referrers: Vec<usize> = config.name_reference.iter().map(|one| one.referrers.len()).collect();
        assert_eq!(referrers, [3, 9, 1, 2, 52, 70, 8, 7, 2, 7, 1, 1, 1, 1, 1, 1]);
    }
}
