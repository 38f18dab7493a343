//! The patch that would make the tree say what runs.
//!
//! A strategic merge patch, as kustomizations take it: of a mapping the keys that differ, of a list with keys the items
//! that differ, any other list as a whole. What runs no more is taken out with `null` or `$patch: delete`.

use super::owned::is_same_item;
use crate::schema::{ListType, ValueSchema};
use crate::yaml::{Entry, Key, Mapping, Node, Origin, Value};

/// What identifies the object that a patch is for.
const IDENTITY: [&str; 2] = ["apiVersion", "kind"];

/// The patch from an object of the tree to what of the live one is ours; none if they say the same.
pub fn patch<'s>(desired: &Node<'s>, live: &Node<'s>, schema: Option<ValueSchema<'_>>) -> Option<Node<'s>> {
    // Kustomize merges the lists of custom resources as wholes.
    let schema = schema.filter(|_| !is_custom(desired));
    let found = differing(desired, live, schema)?.into_mapping()?;
    let mut patch = Mapping::default();
    for key in IDENTITY {
        if let Some(entry) = desired.as_mapping().and_then(|fields| fields.entry(key)) {
            patch.push(entry.key, entry.value.clone());
        }
    }
    let mut metadata = Mapping::default();
    for key in ["name", "namespace"] {
        if let Some(value) = desired.at(&["metadata", key]) {
            metadata.insert(key, value.clone());
        }
    }
    for entry in found.get("metadata").and_then(Node::as_mapping).into_iter().flatten() {
        metadata.push(entry.key, entry.value.clone());
    }
    patch.insert("metadata", Node::from_mapping(metadata, Origin::default()));
    for entry in
        found.iter().filter(|entry| entry.key.text != "metadata" && !IDENTITY.contains(&entry.key.text))
    {
        patch.push(entry.key, entry.value.clone());
    }
    Some(Node::from_mapping(patch, Origin::default()))
}

fn is_custom(node: &Node<'_>) -> bool {
    let version = node.get("apiVersion").and_then(Node::text).unwrap_or_default();
    version.split_once('/').is_some_and(|(group, _)| group.contains('.') && !group.ends_with(".k8s.io"))
}

/// What of `live` differs from `desired`.
fn differing<'s>(desired: &Node<'s>, live: &Node<'s>, schema: Option<ValueSchema<'_>>) -> Option<Node<'s>> {
    match (desired.value(), live.value()) {
        (Value::Mapping(desired), Value::Mapping(fields)) => {
            let found = fields_that_differ(desired, fields, schema);
            (!found.is_empty()).then(|| Node::from_mapping(found, live.origin()))
        }
        (Value::Sequence(desired), Value::Sequence(items)) => {
            let below = schema.and_then(ValueSchema::items);
            let found = match schema.map(ValueSchema::list_type) {
                Some(ListType::Map(keys)) => items_that_differ((desired, items), &keys, below),
                _ if is_same(desired, items) => Vec::new(),
                _ => items.to_vec(),
            };
            (!found.is_empty()).then(|| Node::sequence(found, live.origin()))
        }
        (Value::Scalar(one), Value::Scalar(other)) if one == other => None,
        _ => Some(live.clone()),
    }
}

fn fields_that_differ<'s>(
    desired: &Mapping<'s>,
    live: &Mapping<'s>,
    schema: Option<ValueSchema<'_>>,
) -> Mapping<'s> {
    let mut found = Vec::new();
    for Entry { key, value } in live {
        let schema = schema.and_then(|schema| schema.field(key.text));
        let value = match desired.get(key.text) {
            Some(desired) => differing(desired, value, schema),
            None => Some(value.clone()),
        };
        found.extend(value.map(|value| Entry { key: *key, value }));
    }
    for Entry { key, value } in desired.iter().filter(|entry| !live.contains(entry.key.text)) {
        if !value.is_null_or_empty() {
            found.push(Entry { key: *key, value: Node::null(value.origin()) });
        }
    }
    Mapping::from_entries(found)
}

fn items_that_differ<'s>(
    (desired, live): (&[Node<'s>], &[Node<'s>]),
    keys: &[&str],
    schema: Option<ValueSchema<'_>>,
) -> Vec<Node<'s>> {
    let mut found = Vec::new();
    for item in live {
        let Some(wanted) = desired.iter().find(|wanted| is_same_item(wanted, item, keys, schema)) else {
            found.push(item.clone());
            continue;
        };
        if let Some(Value::Mapping(differing)) = differing(wanted, item, schema).as_ref().map(Node::value) {
            found.push(keyed(item, keys, differing.iter().cloned()));
        }
    }
    let is_gone = |wanted: &&Node<'s>| !live.iter().any(|item| is_same_item(wanted, item, keys, schema));
    for wanted in desired.iter().filter(is_gone) {
        let delete = Key::new("$patch", wanted.origin());
        let delete = Entry { key: delete, value: Node::plain("delete", wanted.origin()) };
        found.push(keyed(wanted, keys, std::iter::once(delete)));
    }
    found
}

/// The keys of an item, and what else is said of it.
fn keyed<'s>(item: &Node<'s>, keys: &[&str], others: impl Iterator<Item = Entry<'s>>) -> Node<'s> {
    let of_item = item.as_mapping().into_iter().flatten().filter(|entry| keys.contains(&entry.key.text));
    let mut entries: Vec<Entry<'s>> = of_item.cloned().collect();
    entries.extend(others.filter(|entry| !keys.contains(&entry.key.text)));
    Node::from_mapping(Mapping::from_entries(entries), item.origin())
}

fn is_same(one: &[Node<'_>], other: &[Node<'_>]) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|(one, other)| differing(one, other, None).is_none())
}
