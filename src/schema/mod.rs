//! What the Kubernetes API is, as far as a merge must know: which lists merge item by item, and by which keys.
//!
//! A [`Schema`] is a value that is passed in: the built-in one is a table of constants (Kubernetes 1.21.2, the
//! version whose schema kustomize carries), and a user's own OpenAPI file takes its place. A [`TypeRef`] is
//! followed down an object, field by field, beside the walk through the object itself.

mod builtin;
mod custom;
#[rustfmt::skip]
mod table;

use crate::yaml::{Node, Origin};
pub use builtin::{Field, Type};
use custom::Document;
pub use custom::Fragment;

/// The Kubernetes version of the built-in schema, as `openapi.version` names it; no other is accepted.
pub const BUILTIN_VERSION: &str = "v1.21.2";

/// How deep references may lead to references.
const MAX_REFERENCES: usize = 64;

/// The types that are known in a build.
#[derive(Clone, Debug)]
pub struct Schema<'s> {
    /// Whether the built-in table counts.
    builtin: bool,
    /// The user's files; a later one wins.
    documents: Vec<Document<'s>>,
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
        Self { builtin: true, documents: Vec::new() }
    }

    /// The schema of an OpenAPI v2 document, instead of the built-in one.
    pub fn custom(document: Node<'s>) -> Result<Self, InvalidSchema> {
        Ok(Self { builtin: false, documents: vec![Document::new(document)?] })
    }

    /// Adds the types of an OpenAPI v2 document; they win over those that are there. For a base that names its
    /// own schema after objects were merged with the built-in one.
    pub fn add(&mut self, document: Node<'s>) -> Result<(), InvalidSchema> {
        self.documents.push(Document::new(document)?);
        Ok(())
    }

    /// The type of objects with this `apiVersion` and `kind`.
    pub fn for_type(&self, api_version: &str, kind: &str) -> Option<TypeRef<'_>> {
        let custom = self.documents.iter().rev().find_map(|document| document.for_type(api_version, kind));
        match custom {
            Some(node) => Some(TypeRef::Custom(Fragment::new(self, node))),
            None if self.builtin => builtin::for_type(api_version, kind).map(TypeRef::Type),
            None => None,
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
        match custom {
            Some(node) => Some(TypeRef::Custom(Fragment::new(self, node))),
            None if self.builtin => builtin::definition(name).map(TypeRef::Type),
            None => None,
        }
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
