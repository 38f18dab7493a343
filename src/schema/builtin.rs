//! The rows of the built-in table, and how to find one.

use super::TypeRef;
use super::table::{KINDS, TYPES};

/// A type that holds, or leads to, lists that merge.
#[derive(Debug)]
pub struct Type {
    name: &'static str,
    fields: &'static [Field],
}

/// A field that merges item by item, or leads to one that does.
#[derive(Debug)]
pub struct Field {
    name: &'static str,
    kind: FieldKind,
}

#[derive(Debug)]
enum FieldKind {
    /// An object.
    Object(&'static Type),
    /// A list whose items have keys, and the items' type where it has rows.
    Keyed(&'static [&'static str], Option<&'static Type>),
    /// A list of plain values.
    Values,
}

/// A row of the table: a type's full name and its fields.
pub(super) const fn of(name: &'static str, fields: &'static [Field]) -> Type {
    Type { name, fields }
}

/// A field that holds an object.
pub(super) const fn object(name: &'static str, to: &'static Type) -> Field {
    Field { name, kind: FieldKind::Object(to) }
}

/// A list whose items merge by `keys`.
pub(super) const fn keyed(
    name: &'static str,
    keys: &'static [&'static str],
    element: Option<&'static Type>,
) -> Field {
    Field { name, kind: FieldKind::Keyed(keys, element) }
}

/// A list of plain values that merges as a set.
pub(super) const fn values(name: &'static str) -> Field {
    Field { name, kind: FieldKind::Values }
}

impl Type {
    pub(super) fn field(&'static self, name: &str) -> Option<TypeRef<'static>> {
        let field = self.fields.iter().find(|field| field.name == name)?;
        Some(match field.kind {
            FieldKind::Object(to) => TypeRef::Type(to),
            FieldKind::Keyed(..) | FieldKind::Values => TypeRef::List(field),
        })
    }
}

impl Field {
    pub(super) fn element(&self) -> Option<&'static Type> {
        match self.kind {
            FieldKind::Keyed(_, element) => element,
            FieldKind::Object(_) | FieldKind::Values => None,
        }
    }

    pub(super) fn merge_keys(&self) -> &'static [&'static str] {
        match self.kind {
            FieldKind::Keyed(keys, _) => keys,
            FieldKind::Object(_) | FieldKind::Values => &[],
        }
    }
}

/// The type of a kind.
pub(super) fn for_type(api_version: &str, kind: &str) -> Option<&'static Type> {
    let row = KINDS.binary_search_by(|row| (row.0, row.1).cmp(&(kind, api_version))).ok()?;
    Some(KINDS[row].2)
}

/// The type with this full name.
pub(super) fn definition(name: &str) -> Option<&'static Type> {
    let row = TYPES.binary_search_by(|row| row.name.cmp(name)).ok()?;
    Some(TYPES[row])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(KINDS.is_sorted_by(|one, next| (one.0, one.1) < (next.0, next.1)));
        assert!(TYPES.is_sorted_by(|one, next| one.name < next.name));
    }
}
