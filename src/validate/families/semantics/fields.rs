//! Reading fields that several rules read.

use crate::yaml::{Mapping, Node};

/// Whether Flux, or a shell, puts something in here before the API server sees it: nothing can be said of it yet.
pub(super) fn has_variable(text: &str) -> bool {
    text.contains("${")
}

/// The items of a list field.
pub(super) fn items<'a, 's>(node: &'a Node<'s>, field: &str) -> &'a [Node<'s>] {
    node.get(field).and_then(Node::as_sequence).unwrap_or_default()
}

/// The entries of a mapping field.
pub(super) fn entries<'a, 's>(
    node: &'a Node<'s>,
    field: &str,
) -> impl Iterator<Item = &'a crate::yaml::Entry<'s>> {
    node.get(field).and_then(Node::as_mapping).into_iter().flat_map(Mapping::iter)
}

/// A whole number.
pub(super) fn number(node: &Node<'_>) -> Option<i64> {
    node.text()?.parse().ok()
}

/// The probes of a container, with their names.
pub(super) fn probes<'a, 's>(container: &'a Node<'s>) -> impl Iterator<Item = (&'static str, &'a Node<'s>)> {
    const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];
    PROBES.into_iter().filter_map(|probe| Some((probe, container.get(probe).filter(|node| !node.is_null())?)))
}
