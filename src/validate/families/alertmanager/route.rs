//! The tree of routes, in `alertmanager.yml` and in an `AlertmanagerConfig`, as one shape.

use std::borrow::Cow;

use super::matchers::{Matcher, matchers_of};
use crate::validate::embedded::Document;
use crate::validate::{Finding, Rule, Tree};
use crate::yaml::{Node, Origin};

/// A configuration and how its fields are written.
pub(super) struct Configuration<'d, 'a, 's> {
    document: Cow<'d, Document<'a, 's>>,
    /// Whether it is an `AlertmanagerConfig`.
    pub(super) is_resource: bool,
}

/// A route, with where it is in the tree of them.
pub(super) struct Route<'n, 's> {
    pub(super) node: &'n Node<'s>,
    /// The route above it.
    pub(super) parent: Option<usize>,
    /// Its place among those that have the same parent.
    pub(super) path: String,
}

/// All configurations of a tree.
pub(super) fn configurations<'d, 'a, 's>(tree: &'d Tree<'a, 's>) -> Vec<Configuration<'d, 'a, 's>> {
    let files = tree.documents().alertmanager.iter();
    let files = files.map(|document| Configuration { document: Cow::Borrowed(document), is_resource: false });
    let resources = tree.of_kind("monitoring.coreos.com", "AlertmanagerConfig").filter_map(|object| {
        let node = object.at(&["spec"])?.clone();
        let document = Document { object: *object, path: "spec".to_owned(), node };
        Some(Configuration { document: Cow::Owned(document), is_resource: true })
    });
    files.chain(resources).collect()
}

impl<'s> Configuration<'_, '_, 's> {
    /// What is at the top.
    pub(super) fn node(&self) -> &Node<'s> {
        &self.document.node
    }

    /// All routes, from the top down, in order.
    pub(super) fn routes(&self) -> Vec<Route<'_, 's>> {
        let mut found = Vec::new();
        if let Some(root) = self.node().get("route").filter(|route| route.as_mapping().is_some()) {
            add(root, None, "route".to_owned(), &mut found);
        }
        found
    }

    /// The items of a list at the top.
    pub(super) fn list(&self, key: &str) -> &[Node<'s>] {
        self.node().get(key).and_then(Node::as_sequence).unwrap_or_default()
    }

    /// The field of a node, which a resource writes in another way.
    pub(super) fn field<'n, 't>(&self, node: &'n Node<'t>, name: &str) -> Option<&'n Node<'t>> {
        let found = if self.is_resource { node.get(&camel_case(name)) } else { node.get(name) };
        found.filter(|found| !found.is_null())
    }

    /// A finding at a place.
    pub(super) fn finding(&self, rule: &'static Rule, origin: Origin, message: impl Into<String>) -> Finding {
        self.document.finding(rule, origin, message)
    }

    /// Whether values may not be repeated.
    pub(super) fn is_secret(&self) -> bool {
        self.document.is_secret()
    }
}

/// What an alert must have to take a route.
pub(super) fn matchers(route: &Node<'_>) -> Vec<Matcher> {
    matchers_of(route, "matchers", ["match", "match_re"])
}

fn add<'n, 's>(node: &'n Node<'s>, parent: Option<usize>, path: String, found: &mut Vec<Route<'n, 's>>) {
    let index = found.len();
    let children = node.get("routes").and_then(Node::as_sequence).unwrap_or_default();
    let paths: Vec<String> = (0..children.len()).map(|child| format!("{path}.routes[{child}]")).collect();
    found.push(Route { node, parent, path });
    for (child, path) in children.iter().zip(paths).filter(|(child, _)| child.as_mapping().is_some()) {
        add(child, Some(index), path, found);
    }
}

/// `group_interval` to `groupInterval`
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut text = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        text.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        text.push_str(letters.as_str());
    }
    text
}
