//! What the API server would make of the tree: how it writes values, what it drops, what webhooks change.

use rustc_hash::FxHashMap;

use super::Desired;
use super::detect::{schema, shape};
use super::identity::{Identity, objects};
use super::owned::Owned;
use crate::schema::Schemas;
use crate::yaml::{Mapping, Node, Value};

impl<'s> Desired<'s> {
    /// Takes over what the API server says that it would store: the objects, or lists of them. Every value keeps the
    /// place that it has in the tree; fields that the server drops go.
    pub fn settle(&mut self, served: &[Node<'s>], schemas: &Schemas) {
        let mut found = Vec::new();
        for node in served {
            objects(node, &mut found);
        }
        let served: FxHashMap<Identity<'s>, &Node<'s>> =
            found.into_iter().map(|node| (Identity::of(node), node)).collect();
        for document in &mut self.documents {
            if let Some(served) = served.get(&Identity::of(&document.node)) {
                let wanted = shape(&document.node);
                let part = Owned::new(&[]).part(&wanted, served, schema(schemas, &wanted));
                document.node = settled(&document.node, part);
            }
        }
    }
}

/// What of `served` the tree has, with the places and the order of the tree.
fn settled<'s>(desired: &Node<'s>, mut served: Node<'s>) -> Node<'s> {
    match (desired.value(), served.value()) {
        (Value::Mapping(wanted), Value::Mapping(stored)) => {
            let mut fields = Mapping::default();
            for entry in wanted {
                if let Some(value) = stored.get(entry.key.text) {
                    fields.push(entry.key, settled(&entry.value, value.clone()));
                }
            }
            // A selector is one value: what the server added to it is ours too.
            for entry in stored.iter().filter(|entry| !wanted.contains(entry.key.text)) {
                fields.push(entry.key, entry.value.clone());
            }
            Node::from_mapping(fields, desired.origin())
        }
        (Value::Sequence(wanted), Value::Sequence(stored)) if wanted.len() == stored.len() => {
            let items = wanted.iter().zip(stored).map(|(wanted, stored)| settled(wanted, stored.clone()));
            Node::sequence(items.collect(), desired.origin())
        }
        (Value::Scalar(_), Value::Scalar(_)) => {
            served.set_origin(desired.origin());
            served
        }
        _ => served,
    }
}
