//! One object of a tree, with the questions that rules ask.

use super::finding::Finding;
use super::rule::Rule;
use crate::resource::{Gvk, ResId};
use crate::yaml::{Mapping, Node, Origin};

/// An object of a tree.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a, 's> {
    /// What is written.
    pub node: &'a Node<'s>,
    /// Type, namespace as written, and name.
    pub id: ResId<'s>,
}

impl<'a, 's> Object<'a, 's> {
    /// The object that a node holds, whatever is wrong with it.
    pub fn new(node: &'a Node<'s>) -> Self {
        let text = |path: &[&str]| node.at(path).filter(|node| !node.is_null()).and_then(Node::text);
        let gvk = Gvk::parse(text(&["apiVersion"]).unwrap_or_default(), text(&["kind"]).unwrap_or_default());
        let id = ResId {
            gvk,
            name: text(&["metadata", "name"]).unwrap_or_default(),
            namespace: text(&["metadata", "namespace"]).unwrap_or_default(),
        };
        Self { node, id }
    }

    /// `Deployment`
    pub fn kind(&self) -> &'s str {
        self.id.gvk.kind
    }

    /// `apps`; empty for the core group.
    pub fn group(&self) -> &'s str {
        self.id.gvk.group
    }

    /// Whether it is of this group and kind, of whatever version.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.group() == group && self.kind() == kind
    }

    /// The value at the end of a path of keys; null is as good as nothing.
    pub fn at(&self, path: &[&str]) -> Option<&'a Node<'s>> {
        self.node.at(path).filter(|node| !node.is_null())
    }

    /// The text at the end of a path of keys.
    pub fn text(&self, path: &[&str]) -> Option<&'s str> {
        self.at(path)?.text()
    }

    /// The items of the list at the end of a path of keys.
    pub fn items(&self, path: &[&str]) -> &'a [Node<'s>] {
        self.at(path).and_then(Node::as_sequence).unwrap_or_default()
    }

    /// The mapping at the end of a path of keys.
    pub fn mapping(&self, path: &[&str]) -> Option<&'a Mapping<'s>> {
        self.at(path)?.as_mapping()
    }

    /// The value of an annotation.
    pub fn annotation(&self, key: &str) -> Option<&'s str> {
        self.text(&["metadata", "annotations", key])
    }

    /// The value of a label.
    pub fn label(&self, key: &str) -> Option<&'s str> {
        self.text(&["metadata", "labels", key])
    }

    /// Where the object begins.
    pub fn origin(&self) -> Origin {
        self.node.origin()
    }

    /// Where its name stands, else where it begins.
    pub fn name_origin(&self) -> Origin {
        self.at(&["metadata", "name"]).map_or(Origin::NONE, Node::origin).or(self.node.origin())
    }

    /// A finding in this object, at a field of it.
    pub fn finding(
        &self,
        rule: &'static Rule,
        path: impl Into<String>,
        node: &Node<'_>,
        message: impl Into<String>,
    ) -> Finding {
        Finding::new(rule, node.origin().or(self.origin()), message).object(self.id).path(path)
    }

    /// A finding about the object as a whole.
    pub fn finding_at_name(&self, rule: &'static Rule, message: impl Into<String>) -> Finding {
        Finding::new(rule, self.name_origin(), message).object(self.id)
    }

    /// The name in words, for messages: `Service monitoring/grafana`.
    pub fn describe(&self) -> String {
        match self.id.namespace {
            "" => format!("{} `{}`", self.kind(), self.id.name),
            namespace => format!("{} `{namespace}/{}`", self.kind(), self.id.name),
        }
    }
}
