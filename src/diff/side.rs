//! One side of a comparison: its objects.

use std::borrow::Cow;

use super::harmless::harmless;
use super::masking::Masks;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::resource::{Gvk, ResId, is_cluster_scoped, is_known_scope};
use crate::yaml::{Node, Sources, Typing};

/// A document that was read or rendered.
#[derive(Clone, Debug)]
pub struct Document<'s> {
    /// What it says.
    pub node: Node<'s>,
    /// The app that it belongs to, where there are apps.
    pub app: Option<&'s str>,
}

/// What is compared with something else.
#[derive(Clone, Debug, Default)]
pub struct Side<'s> {
    /// Its documents, in the order of the input.
    pub documents: Vec<Document<'s>>,
    /// Documents that the other side has in the same words: they are not compared, and must not be there twice.
    pub same: Vec<Document<'s>>,
    /// How plain scalars in it are read.
    pub typing: Typing,
}

/// An object of a side.
#[derive(Clone, Debug)]
pub struct Object<'a, 's> {
    /// Group, version and kind, namespace and name.
    pub id: ResId<'s>,
    /// What it says, with a token for each value that is secret.
    pub node: Cow<'a, Node<'s>>,
    /// The app that it belongs to.
    pub app: Option<&'s str>,
}

/// What an object is, whatever version of the API it is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Identity<'s> {
    pub(super) group: &'s str,
    pub(super) kind: &'s str,
    pub(super) namespace: &'s str,
    pub(super) name: &'s str,
}

impl<'s> From<Node<'s>> for Document<'s> {
    fn from(node: Node<'s>) -> Self {
        Self { node, app: None }
    }
}

impl<'s> Object<'_, 's> {
    /// What it is.
    pub(super) fn identity(&self) -> Identity<'s> {
        // Of a kind that nobody knows, what is written counts: it may belong to the cluster as a whole.
        let namespace = match self.id.namespace {
            _ if is_cluster_scoped(&self.id.gvk) => "",
            "" if is_known_scope(&self.id.gvk) => self.id.effective_namespace(),
            written => written,
        };
        Identity { group: self.id.gvk.group, kind: self.id.gvk.kind, namespace, name: self.id.name }
    }

    /// Whether it is of this group and kind, of whatever version.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.id.gvk.group == group && self.id.gvk.kind == kind
    }

    /// The value at the end of a path of keys; null is as good as nothing.
    pub fn at(&self, path: &[&str]) -> Option<&Node<'s>> {
        self.node.at(path).filter(|node| !node.is_null())
    }

    /// The text at the end of a path of keys.
    pub fn text(&self, path: &[&str]) -> Option<&'s str> {
        self.at(path)?.text()
    }

    /// `StatefulSet monitoring/prometheus`
    pub fn describe(&self) -> String {
        let namespace = if is_cluster_scoped(&self.id.gvk) { "" } else { self.id.namespace };
        harmless(&match namespace {
            "" => format!("{} {}", self.id.gvk.kind, self.id.name),
            namespace => format!("{} {namespace}/{}", self.id.gvk.kind, self.id.name),
        })
    }
}

/// The objects in documents: they themselves, and the items of those that are lists.
pub(super) fn objects<'a, 's>(
    documents: &'a [Document<'s>],
    masks: &mut Masks<'s>,
    sources: &'s Sources,
) -> Vec<Object<'a, 's>> {
    let mut objects = Vec::with_capacity(documents.len());
    for document in documents {
        add(&document.node, document.app, ("", ""), (masks, sources), &mut objects);
    }
    objects
}

/// `around` is the version and kind that a list says of items which say none themselves.
fn add<'a, 's>(
    node: &'a Node<'s>,
    app: Option<&'s str>,
    around: (&'s str, &'s str),
    (masks, sources): (&mut Masks<'s>, &'s Sources),
    objects: &mut Vec<Object<'a, 's>>,
) {
    let text = |path: &[&str]| node.at(path).filter(|node| !node.is_null()).and_then(Node::text);
    let version = text(&["apiVersion"]).unwrap_or(around.0);
    let kind = text(&["kind"]).unwrap_or(around.1);
    if let Some(of) = kind.strip_suffix("List")
        && let Some(items) = node.get("items").and_then(Node::as_sequence)
    {
        let around = if of.is_empty() { ("", "") } else { (version, of) };
        return items.iter().for_each(|item| add(item, app, around, (&mut *masks, sources), objects));
    }
    if node.as_mapping().is_none() {
        return;
    }
    let id = ResId {
        gvk: Gvk::parse(version, kind),
        name: text(&["metadata", "name"]).unwrap_or_default(),
        namespace: text(&["metadata", "namespace"]).unwrap_or_default(),
    };
    objects.push(Object { id, node: masks.cover(node, kind, sources), app });
}

/// Two objects of one side that are the same one: nobody can say which of them is meant.
pub(super) fn duplicate(first: &Object<'_, '_>, second: &Object<'_, '_>) -> Diagnostics {
    Diagnostic::error("two objects of one side have the same kind, namespace and name")
        .object(second.describe())
        .at(second.node.origin())
        .related(first.node.origin(), "the other one")
        .hint("take one of them out, or name files or folders that hold one of them")
        .into()
}
