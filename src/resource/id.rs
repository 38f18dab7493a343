//! What names an object: its type, namespace and name.

use std::fmt;

use super::gvk::Gvk;
use super::scope::is_cluster_scoped;
use crate::yaml::Word;

/// The namespace of an object that can have none, as kustomize writes it into its bookkeeping.
pub const NOT_A_NAMESPACE: &str = "_non_namespaceable_";
/// The namespace of a namespaced object that names none.
pub const DEFAULT_NAMESPACE: &str = "default";

/// The identity of an object. Two ids are the same object if they are [`ResId::equals`], which compares
/// effective namespaces; `==` compares what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct ResId<'s> {
    /// The type.
    pub gvk: Gvk<'s>,
    /// The name; empty when the object has none.
    pub name: &'s str,
    /// The namespace as written; empty when there is none.
    pub namespace: &'s str,
}

impl<'s> ResId<'s> {
    /// Whether the type certainly has no namespace.
    pub fn is_cluster_scoped(&self) -> bool {
        is_cluster_scoped(&self.gvk)
    }

    /// The namespace that counts: never empty.
    pub fn effective_namespace(&self) -> &'s str {
        if self.is_cluster_scoped() { NOT_A_NAMESPACE } else { or_default(self.namespace) }
    }

    /// This id with its effective namespace, equal for ids of the same object.
    #[must_use]
    pub fn key(&self) -> Self {
        Self { namespace: self.effective_namespace(), ..*self }
    }

    /// Whether both ids name the same object.
    pub fn equals(&self, other: &ResId<'_>) -> bool {
        self.gvk == other.gvk
            && self.name == other.name
            && self.effective_namespace() == other.effective_namespace()
    }

    /// Whether `selector`, whose empty fields match anything, matches this id.
    pub fn is_selected_by(&self, selector: &ResId<'_>) -> bool {
        (selector.name.is_empty() || selector.name == self.name)
            && (selector.namespace.is_empty() || selector.effective_namespace() == self.effective_namespace())
            && self.gvk.is_selected_by(&selector.gvk)
    }
}

/// An id in little room. Types and namespaces are few, so they are words.
#[derive(Clone, Copy, Debug)]
pub struct CompactId<'s> {
    pub(super) api_version: Word,
    pub(super) kind: Word,
    pub(super) namespace: Word,
    pub(super) name: &'s str,
}

impl<'s> CompactId<'s> {
    /// The id of an object that has these fields.
    pub(super) fn new(api_version: &str, kind: &str, namespace: &str, name: &'s str) -> Self {
        Self {
            api_version: Word::of(api_version),
            kind: Word::of(kind),
            namespace: Word::of(namespace),
            name,
        }
    }

    /// The name; empty when the object has none.
    pub fn name(&self) -> &'s str {
        self.name
    }

    /// The namespace as written.
    pub fn namespace_word(&self) -> Word {
        self.namespace
    }

    /// `apiVersion` and `kind` as words: equal for objects of one type.
    pub fn type_words(&self) -> (Word, Word) {
        (self.api_version, self.kind)
    }

    /// The id.
    pub fn id(&self) -> ResId<'s> {
        let gvk = Gvk::parse(self.api_version.text(), self.kind.text());
        ResId { gvk, name: self.name, namespace: self.namespace.text() }
    }
}

/// `namespace`, or `default` where none is written.
pub fn or_default(namespace: &str) -> &str {
    if namespace.is_empty() { DEFAULT_NAMESPACE } else { namespace }
}

impl fmt::Display for ResId<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.name.is_empty() { "(no name)" } else { self.name };
        match self.namespace {
            "" => write!(formatter, "{} {name}", self.gvk),
            namespace => write!(formatter, "{} {namespace}/{name}", self.gvk),
        }
    }
}
