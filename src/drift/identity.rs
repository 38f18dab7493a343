//! What an object is, whatever version of the API it is written for.

use crate::resource::{Gvk, is_cluster_scoped, is_known_scope};
use crate::yaml::Node;

/// Group, kind, namespace and name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity<'s> {
    /// The group of the API; empty for the first one.
    pub group: &'s str,
    /// The kind.
    pub kind: &'s str,
    /// The namespace; empty for what belongs to the cluster as a whole.
    pub namespace: &'s str,
    /// The name.
    pub name: &'s str,
}

impl<'s> Identity<'s> {
    /// What an object is.
    pub fn of(node: &Node<'s>) -> Self {
        let text = |path: &[&str]| node.at(path).and_then(Node::text).unwrap_or_default();
        let gvk = Gvk::parse(text(&["apiVersion"]), text(&["kind"]));
        let namespace = match text(&["metadata", "namespace"]) {
            _ if is_cluster_scoped(&gvk) => "",
            "" if is_known_scope(&gvk) => "default",
            written => written,
        };
        Self { group: gvk.group, kind: gvk.kind, namespace, name: text(&["metadata", "name"]) }
    }
}

/// The objects in documents: they themselves, and the items of those that are lists.
pub(super) fn objects<'a, 's>(node: &'a Node<'s>, found: &mut Vec<&'a Node<'s>>) {
    let kind = node.get("kind").and_then(Node::text).unwrap_or_default();
    match node.get("items").and_then(Node::as_sequence) {
        Some(items) if kind.ends_with("List") => items.iter().for_each(|item| objects(item, found)),
        _ if node.as_mapping().is_some() => found.push(node),
        _ => {}
    }
}
