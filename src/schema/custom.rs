//! A user's OpenAPI v2 document, read as it is: definitions are looked up in the nodes when a merge asks.

use rustc_hash::FxHashMap;

use super::{InvalidSchema, ListStrategy, MAX_REFERENCES, Schema, TypeRef};
use crate::yaml::{Node, Value};

const KINDS: &str = "x-kubernetes-group-version-kind";
const STRATEGY: &str = "x-kubernetes-patch-strategy";
const MERGE_KEY: &str = "x-kubernetes-patch-merge-key";
const MAP_KEYS: &str = "x-kubernetes-list-map-keys";

/// The definitions of one file.
#[derive(Clone, Debug)]
pub(super) struct Document<'s> {
    definitions: Vec<(&'s str, Node<'s>)>,
    by_name: FxHashMap<&'s str, usize>,
    by_kind: FxHashMap<&'s str, Vec<(String, usize)>>,
}

/// A piece of an OpenAPI document: the schema of one value.
#[derive(Clone, Copy, Debug)]
pub struct Fragment<'a> {
    /// Where references lead to.
    schema: &'a Schema<'a>,
    node: &'a Node<'a>,
}

impl<'s> Document<'s> {
    pub(super) fn new(document: Node<'s>) -> Result<Self, InvalidSchema> {
        let mut result =
            Self { definitions: Vec::new(), by_name: FxHashMap::default(), by_kind: FxHashMap::default() };
        let origin = document.origin();
        let Some(mut root) = document.into_mapping() else {
            return Err(InvalidSchema { expected: "a mapping with `definitions`", origin });
        };
        let Some(definitions) = root.remove("definitions").filter(|node| !node.is_null()) else {
            return Ok(result);
        };
        let origin = definitions.origin();
        let Some(definitions) = definitions.into_mapping() else {
            return Err(InvalidSchema { expected: "a mapping of type names below `definitions`", origin });
        };
        for entry in definitions.into_entries() {
            result.push(entry.key.text, entry.value);
        }
        Ok(result)
    }

    fn push(&mut self, name: &'s str, definition: Node<'s>) {
        let position = self.definitions.len();
        self.by_name.insert(name, position);
        for kind in definition.get(KINDS).and_then(Node::as_sequence).unwrap_or_default() {
            let text = |key| kind.get(key).and_then(Node::text).unwrap_or_default();
            let api_version = match text("group") {
                "" => text("version").to_owned(),
                group => format!("{group}/{}", text("version")),
            };
            self.by_kind.entry(text("kind")).or_default().push((api_version, position));
        }
        self.definitions.push((name, definition));
    }

    pub(super) fn for_type(&self, api_version: &str, kind: &str) -> Option<&Node<'s>> {
        let versions = self.by_kind.get(kind)?;
        let (_, position) = versions.iter().rev().find(|(version, _)| version == api_version)?;
        self.definitions.get(*position).map(|(_, node)| node)
    }

    pub(super) fn definition(&self, name: &str) -> Option<&Node<'s>> {
        let position = *self.by_name.get(name)?;
        self.definitions.get(position).map(|(_, node)| node)
    }
}

impl<'a> Fragment<'a> {
    /// The schema that `node` writes; references in it lead into `schema`.
    pub fn new(schema: &'a Schema<'_>, node: &'a Node<'_>) -> Self {
        Self { schema, node }
    }

    /// The type itself, or what its `$ref` leads to; whatever else stands beside a `$ref` does not count.
    pub fn resolve(self) -> Option<TypeRef<'a>> {
        let mut fragment = self;
        for _ in 0..MAX_REFERENCES {
            let Some(reference) = fragment.text("$ref").filter(|reference| !reference.is_empty()) else {
                return Some(TypeRef::Custom(fragment));
            };
            match self.schema.definition(reference)? {
                TypeRef::Custom(next) => fragment = next,
                found => return Some(found),
            }
        }
        None
    }

    /// Whether this says nothing at all.
    pub fn is_empty(self) -> bool {
        self.node.is_null_or_empty()
    }

    pub(super) fn field(self, name: &str) -> Option<TypeRef<'a>> {
        let property = self.node.get("properties").and_then(|properties| properties.get(name));
        let values = || self.node.get("additionalProperties").filter(|node| node.as_mapping().is_some());
        self.below(property.or_else(values)?).resolve()
    }

    pub(super) fn items(self) -> Option<TypeRef<'a>> {
        if !self.is_list() {
            return None;
        }
        self.below(self.node.get("items")?).resolve()
    }

    pub(super) fn strategy(self) -> ListStrategy {
        let merges = self.extension(STRATEGY).and_then(Node::text);
        if merges.is_some_and(|strategy| strategy.split(',').any(|one| one == "merge")) {
            ListStrategy::Merge
        } else {
            ListStrategy::Replace
        }
    }

    pub(super) fn merge_keys(self) -> Vec<&'a str> {
        if let Some(keys) = self.extension(MAP_KEYS).and_then(Node::as_sequence) {
            return keys.iter().filter_map(Node::text).collect();
        }
        self.extension(MERGE_KEY).and_then(Node::text).into_iter().collect()
    }

    fn below(self, node: &'a Node<'a>) -> Self {
        Self { node, ..self }
    }

    fn text(self, key: &str) -> Option<&'a str> {
        self.node.get(key).and_then(Node::text)
    }

    /// `type: array`, which may be written as a list of one.
    fn is_list(self) -> bool {
        match self.node.get("type").map(Node::value) {
            Some(Value::Scalar(text)) => text == "array",
            Some(Value::Sequence(types)) => types.len() == 1 && types[0].text() == Some("array"),
            _ => false,
        }
    }

    /// Extension names are compared without regard to case.
    fn extension(self, name: &str) -> Option<&'a Node<'a>> {
        let entries = self.node.as_mapping()?;
        entries.iter().find(|entry| entry.key.text.eq_ignore_ascii_case(name)).map(|entry| &entry.value)
    }
}
