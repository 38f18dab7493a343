//! Where in an object a transformer works: the type of the object and the path of the field.
//!
//! Lists of them are merged as upstream merges them: a spec that is there already is dropped, one that differs
//! only in `create` is a conflict.

use std::borrow::Cow;

use crate::diagnostic::Diagnostic;
use crate::kustomize::decode::{Text, settings};
use crate::resource::Gvk;
use crate::yaml::Origin;

/// A path in the objects of some types. Empty parts of the type match anything.
#[derive(Clone, Copy, Debug, Default)]
pub struct FieldSpec<'s> {
    /// Which objects.
    pub gvk: Gvk<'s>,
    /// Keys separated by `/`; `\/` is a slash in a key, `[]` after a key goes through a list.
    pub path: &'s str,
    /// Make the field if it is missing.
    pub create: bool,
    /// Where a configuration file says so; nowhere for the built-in ones.
    pub origin: Origin,
}

/// Field specs in order; the built-in ones are borrowed until something is added.
pub type FieldSpecs<'s> = Cow<'s, [FieldSpec<'s>]>;

settings! {
    /// A field spec as a file writes it.
    FieldSpecFields<'s> {
        /// API group
        group: Text<'s> = "group",
        /// API version
        version: Text<'s> = "version",
        /// Kind
        kind: Text<'s> = "kind",
        /// Path of the field
        path: Text<'s> = "path",
        /// Make the field if it is missing.
        create: bool = "create",
    }
}

impl<'s> From<&FieldSpecFields<'s>> for FieldSpec<'s> {
    fn from(fields: &FieldSpecFields<'s>) -> Self {
        let gvk = Gvk { group: fields.group.value, version: fields.version.value, kind: fields.kind.value };
        Self { gvk, path: fields.path.value, create: fields.create, origin: fields.origin }
    }
}

impl FieldSpec<'static> {
    /// A built-in spec.
    pub(crate) const fn built_in(
        group: &'static str,
        version: &'static str,
        kind: &'static str,
        path: &'static str,
        create: bool,
    ) -> Self {
        Self { gvk: Gvk { group, version, kind }, path, create, origin: Origin::NONE }
    }
}

/// The specs that a settings file lists.
pub fn field_specs<'s>(fields: &[FieldSpecFields<'s>]) -> Vec<FieldSpec<'s>> {
    fields.iter().map(FieldSpec::from).collect()
}

/// Adds what is not there yet. The same field twice with different `create` is an error.
pub fn merge_all<'s>(specs: &mut FieldSpecs<'s>, added: &[FieldSpec<'s>]) -> Result<(), Diagnostic> {
    if std::ptr::eq::<[FieldSpec<'s>]>(specs.as_ref(), added) {
        return Ok(());
    }
    for spec in added {
        merge_one(specs, *spec)?;
    }
    Ok(())
}

/// Adds `added` if it is not there yet.
pub fn merge_one<'s>(specs: &mut FieldSpecs<'s>, added: FieldSpec<'s>) -> Result<(), Diagnostic> {
    // Upstream's asymmetric rule: a spec is there already if the new one, read as a selector, selects it.
    let same = specs.iter().find(|spec| spec.path == added.path && spec.gvk.is_selected_by(&added.gvk));
    match same {
        Some(spec) if spec.create != added.create => Err(conflict(spec, &added)),
        Some(_) => Ok(()),
        None => {
            specs.to_mut().push(added);
            Ok(())
        }
    }
}

/// Puts specs into upstream's order: that of their types, then as they came.
pub fn sort(specs: &mut FieldSpecs<'_>) {
    if !specs.is_sorted_by(|one, other| one.gvk.legacy_cmp(&other.gvk).is_le()) {
        specs.to_mut().sort_by(|one, other| one.gvk.legacy_cmp(&other.gvk));
    }
}

fn conflict(old: &FieldSpec<'_>, new: &FieldSpec<'_>) -> Diagnostic {
    let type_name = if new.gvk == Gvk::default() { "every type".to_owned() } else { new.gvk.to_string() };
    let error = Diagnostic::error(format!(
        "conflicting fieldspecs: `{}` of {type_name} has `create: {}` here and `create: {}` elsewhere",
        new.path, new.create, old.create
    ))
    .at(new.origin.or(old.origin))
    .hint(format!("write `create: {}`, or another path", old.create));
    if new.origin.is_some() { error.related(old.origin, "the other one is here") } else { error }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(kind: &'static str, path: &'static str, create: bool) -> FieldSpec<'static> {
        FieldSpec::built_in("", "", kind, path, create)
    }

    #[test]
    fn a_wider_spec_is_there_already_but_a_narrower_one_is_added() {
        let mut specs = Cow::Owned(vec![spec("Pod", "spec/a", false)]);
        merge_one(&mut specs, spec("", "spec/a", false)).unwrap();
        assert_eq!(specs.len(), 1);
        let mut specs = Cow::Owned(vec![spec("", "spec/a", false)]);
        merge_one(&mut specs, spec("Pod", "spec/a", false)).unwrap();
        assert_eq!(specs.len(), 2);
    }

    #[test]
    fn the_same_field_with_another_create_is_a_conflict() {
        let mut specs = Cow::Owned(vec![spec("Pod", "spec/a", false)]);
        let error = merge_one(&mut specs, spec("Pod", "spec/a", true)).unwrap_err();
        assert!(error.message.starts_with("conflicting fieldspecs"), "{}", error.message);
    }

    #[test]
    fn sorting_follows_the_order_of_kinds() {
        let mut specs = Cow::Owned(vec![
            spec("Zebra", "spec/z", false),
            spec("Deployment", "spec/d", false),
            spec("Service", "spec/b", false),
            spec("Service", "spec/a", false),
        ]);
        sort(&mut specs);
        let paths: Vec<&str> = specs.iter().map(|spec| spec.path).collect();
        assert_eq!(paths, ["spec/b", "spec/a", "spec/d", "spec/z"]);
    }
}
