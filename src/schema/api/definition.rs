//! Definitions of custom resources, as they stand in a tree: YAML of kind `CustomResourceDefinition`, read as it is.

use super::encode::{Definitions, Encoder, TooLarge, text_of};
use super::lookup::{Schemas, Scope};
use super::table::{NodeId, Table};
use crate::yaml::{Node, Origin, Scalar, Typing};

/// A version of a kind that a definition brings.
#[derive(Clone, Debug)]
pub struct CustomKind {
    /// The group.
    pub group: String,
    /// The version.
    pub version: String,
    /// The kind.
    pub kind: String,
    /// Whether objects of it belong to namespaces.
    pub scope: Scope,
    /// Whether the API server serves it.
    pub is_served: bool,
    /// Whether it should be used no longer.
    pub is_deprecated: bool,
    /// The position of the table, and the schema in it; none if there is no schema.
    pub(super) table: usize,
    pub(super) root: Option<NodeId>,
}

/// A definition lacks what makes it one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InvalidDefinition {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub origin: Origin,
}

impl Schemas {
    /// Adds the kinds of a `CustomResourceDefinition`; how many versions it brings. They count more than what is part
    /// of the program. What another definition said of the same kind counts no longer.
    pub fn add_definition(&mut self, definition: &Node<'_>) -> Result<usize, InvalidDefinition> {
        let lacks = |what: &str, node: &Node<'_>| InvalidDefinition {
            message: format!("the definition lacks {what}"),
            origin: node.origin(),
        };
        let spec = definition.get("spec").ok_or_else(|| lacks("`spec`", definition))?;
        let group = text_of(spec, "group").ok_or_else(|| lacks("`group`", spec))?;
        let kind = spec.get("names").and_then(|names| text_of(names, "kind"));
        let kind = kind.ok_or_else(|| lacks("`names.kind`", spec))?;
        let versions = versions(spec).ok_or_else(|| lacks("`versions`", spec))?;
        let too_large = |TooLarge| InvalidDefinition { message: TooLarge.to_string(), origin: spec.origin() };
        let mut encoder = Encoder::default();
        let mut kinds = Vec::new();
        for (name, version) in versions {
            let schema = schema_of(version, spec);
            let encode = |schema| encoder.schema(schema, &mut Definitions::default());
            kinds.push(CustomKind {
                group: group.to_owned(),
                version: name.to_owned(),
                kind: kind.to_owned(),
                scope: Scope::of(text_of(spec, "scope") == Some("Cluster")),
                is_served: flag(version, "served") != Some(false),
                is_deprecated: flag(version, "deprecated") == Some(true),
                table: self.tables.len(),
                root: schema.map(encode).transpose().map_err(too_large)?,
            });
        }
        let count = kinds.len();
        self.add_custom(group, kind, encoder.finish(), kinds);
        Ok(count)
    }

    fn add_custom(&mut self, group: &str, kind: &str, table: Table, kinds: Vec<CustomKind>) {
        self.tables.push(table);
        self.custom.insert((group.to_owned(), kind.to_owned()), kinds);
    }
}

/// Name and content of each version; of the oldest form of definitions, the one version that it has.
fn versions<'n>(spec: &'n Node<'n>) -> Option<Vec<(&'n str, &'n Node<'n>)>> {
    let listed = spec.get("versions").and_then(Node::as_sequence).unwrap_or_default();
    let named: Vec<_> =
        listed.iter().filter_map(|version| Some((text_of(version, "name")?, version))).collect();
    if named.is_empty() { Some(vec![(text_of(spec, "version")?, spec)]) } else { Some(named) }
}

/// The schema of a version, or the one that all versions share in `apiextensions.k8s.io/v1beta1`.
fn schema_of<'n>(version: &'n Node<'n>, spec: &'n Node<'n>) -> Option<&'n Node<'n>> {
    let own = version.get("schema").and_then(|schema| schema.get("openAPIV3Schema"));
    let schema = own.or_else(|| spec.get("validation").and_then(|schema| schema.get("openAPIV3Schema")))?;
    // A definition of the old form keeps fields that it does not name, unless it says otherwise.
    let prunes = own.is_some() && flag(spec, "preserveUnknownFields") != Some(true);
    prunes.then_some(schema)
}

fn flag(node: &Node<'_>, key: &str) -> Option<bool> {
    match node.get(key)?.scalar(Typing::Core)? {
        Scalar::Bool(value) => Some(value),
        _ => None,
    }
}
