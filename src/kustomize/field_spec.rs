//! Where in an object a transformer works.

use crate::kustomize::decode::{Text, settings};
use crate::resource::Gvk;

/// A path in the objects of some types. Empty parts of the type match anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct FieldSpec<'s> {
    /// Which objects.
    pub gvk: Gvk<'s>,
    /// Keys separated by `/`; `\\/` is a slash in a key, `[]` after a key goes through a list.
    pub path: &'s str,
    /// Make the field if it is missing.
    pub create: bool,
}

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
        Self { gvk, path: fields.path.value, create: fields.create }
    }
}
