//! What the Kubernetes API is: for a merge, which lists merge item by item and by which keys; for validation, what each
//! release accepts.
//!
//! [`Schemas`] is the latter: kinds and fields of every supported release, and custom resources. A [`Schema`] is a
//! value that is passed in: the built-in one is a table of constants (Kubernetes 1.21.2, the version whose schema
//! kustomize carries), and a user's own OpenAPI file takes its place. A [`TypeRef`] is followed down an object, field by
//! field, beside the walk through the object itself.

mod api;
mod builtin;
mod custom;
mod immutable_fields;
mod quantity;
mod suggest;
#[rustfmt::skip]
mod table;

use std::cell::Cell;

use crate::yaml::{Node, Origin};
pub use api::{
    CustomKind, Edit, Found, InvalidCollection, InvalidDefinition, InvalidMinor, ListType, Lookup, Meaning,
    Minor, Schemas, Scope, TooLarge, ValueSchema, Violation, ViolationKind, compile,
};
pub use builtin::{Field, Type};
use custom::Document;
pub use custom::Fragment;
pub use immutable_fields::{ImmutableFields, immutable_fields, is_default};
pub use quantity::{InvalidQuantity, Quantity};

/// The Kubernetes version of the built-in schema, as `openapi.version` names it; no other is accepted.
pub const BUILTIN_VERSION: &str = "v1.21.2";

/// How deep references may lead to references.
const MAX_REFERENCES: usize = 64;

/// The types that are known in a build.
#[derive(Clone, Debug)]
pub struct Schema<'s> {
    builtin: Builtin,
    /// The user's files; a later one wins.
    documents: Vec<Document<'s>>,
    /// Whether a type was looked up.
    was_asked: Cell<bool>,
}

/// What the built-in table counts beside the user's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Builtin {
    /// Nothing.
    Absent,
    /// It knows what the files do not know.
    Below,
    /// The files know what it does not know.
    Above,
}

/// The type of a value in an object.
#[derive(Clone, Copy, Debug)]
pub enum TypeRef<'a> {
    /// A type of the built-in table.
    Type(&'static Type),
    /// A list of the built-in table.
    List(&'static Field),
    /// A type of a user's file, or of a comment.
    Custom(Fragment<'a>),
}

/// What a merge does with a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListStrategy {
    /// The patch's list takes the place of the other.
    Replace,
    /// Items are merged.
    Merge,
}

impl Default for Schema<'_> {
    fn default() -> Self {
        Self::builtin()
    }
}

impl<'s> Schema<'s> {
    /// The schema of Kubernetes 1.21.2.
    pub fn builtin() -> Self {
        Self { builtin: Builtin::Below, documents: Vec::new(), was_asked: Cell::new(false) }
    }

    /// The schema of an OpenAPI v2 document, instead of the built-in one.
    pub fn custom(document: Node<'s>) -> Result<Self, InvalidSchema> {
        Ok(Self {
            builtin: Builtin::Absent,
            documents: vec![Document::new(document)?],
            was_asked: Cell::new(false),
        })
    }

    /// Whether a type was looked up in it.
    pub fn was_asked(&self) -> bool {
        self.was_asked.get()
    }

    /// Adds the types of an OpenAPI v2 document that are not built in.
    pub fn add_below_builtin(&mut self, document: Node<'s>) -> Result<(), InvalidSchema> {
        self.builtin = Builtin::Above;
        self.add(document)
    }

    /// Adds the types of an OpenAPI v2 document; they win over those that are there. For a base that names its
    /// own schema after objects were merged with the built-in one.
    pub fn add(&mut self, document: Node<'s>) -> Result<(), InvalidSchema> {
        self.documents.push(Document::new(document)?);
        Ok(())
    }

    /// The type of objects with this `apiVersion` and `kind`.
    pub fn for_type(&self, api_version: &str, kind: &str) -> Option<TypeRef<'_>> {
        self.was_asked.set(true);
        let custom = self.documents.iter().rev().find_map(|document| document.for_type(api_version, kind));
        self.choose(custom, || builtin::for_type(api_version, kind))
    }

    /// What a file says, or what is built in, whatever counts more.
    fn choose<'a>(
        &'a self,
        custom: Option<&'a Node<'s>>,
        builtin: impl Fn() -> Option<&'static Type>,
    ) -> Option<TypeRef<'a>> {
        let custom = custom.map(|node| TypeRef::Custom(Fragment::new(self, node)));
        match self.builtin {
            Builtin::Absent => custom,
            Builtin::Below => custom.or_else(|| builtin().map(TypeRef::Type)),
            Builtin::Above => builtin().map(TypeRef::Type).or(custom),
        }
    }

    /// The type of an object, from its `apiVersion` and `kind`, which may be missing.
    pub fn for_object(&self, node: &Node<'_>) -> Option<TypeRef<'_>> {
        let text = |key| node.get(key).filter(|value| !value.is_null()).and_then(Node::text);
        let kind = text("kind").filter(|kind| !kind.is_empty())?;
        self.for_type(text("apiVersion").filter(|version| !version.is_empty())?, kind)
    }

    /// The type that a `$ref` names.
    fn definition(&self, reference: &str) -> Option<TypeRef<'_>> {
        let name = reference.strip_prefix("#/definitions/")?;
        let custom = self.documents.iter().rev().find_map(|document| document.definition(name));
        self.choose(custom, || builtin::definition(name))
    }
}

impl<'a> TypeRef<'a> {
    /// The type of a field.
    pub fn field(self, name: &str) -> Option<Self> {
        match self {
            Self::Type(kind) => kind.field(name),
            Self::List(_) => None,
            Self::Custom(fragment) => fragment.field(name),
        }
    }

    /// The type of a list's items.
    pub fn items(self) -> Option<Self> {
        match self {
            Self::Type(_) => None,
            Self::List(field) => field.element().map(Self::Type),
            Self::Custom(fragment) => fragment.items(),
        }
    }

    /// What a merge does with a list of this type.
    pub fn strategy(self) -> ListStrategy {
        match self {
            Self::Type(_) => ListStrategy::Replace,
            Self::List(_) => ListStrategy::Merge,
            Self::Custom(fragment) => fragment.strategy(),
        }
    }

    /// The keys that tell items apart; none where the items are plain values.
    pub fn merge_keys(self) -> Vec<&'a str> {
        match self {
            Self::Type(_) => Vec::new(),
            Self::List(field) => field.merge_keys().to_vec(),
            Self::Custom(fragment) => fragment.merge_keys(),
        }
    }
}

/// A user's schema file is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the schema file is not an OpenAPI v2 document: expected {expected}")]
pub struct InvalidSchema {
    /// What should stand there.
    pub expected: &'static str,
    /// The place.
    pub origin: Origin,
}

#[cfg(test)]
mod tests;
