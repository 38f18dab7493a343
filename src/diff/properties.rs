//! What holds for every object: those of our own stack, in another order and with changes by chance.

use std::path::Path as FilePath;

use super::fingerprint::{Around, fingerprint};
use super::list_kind::{ListKind, is_order_kept, list_kind};
use super::path::{Path, Step};
use super::{Comparison, Document, Options, Side, compare};
use crate::schema::{Lookup, Schemas, ValueSchema};
use crate::yaml::random::Random;
use crate::yaml::{Mapping, Node, ParseOptions, Sources, Typing, ValueMut, parse_documents};

/// The objects of our own tree for one cloud.
pub(crate) fn objects(sources: &'static Sources) -> Vec<Node<'static>> {
    let root = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("gitops/clusters/gke");
    let files = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().flatten();
    let files = files.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "yaml"));
    let nodes = files.filter(|entry| entry.file_name() != "kustomization.yaml").flat_map(|entry| {
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let source = sources.add(entry.path(), text).unwrap();
        parse_documents(source, sources, &ParseOptions::default()).unwrap()
    });
    nodes.collect()
}

fn schema<'s>(schemas: &'s Schemas, object: &Node<'_>) -> Option<ValueSchema<'s>> {
    let text = |key| object.get(key).and_then(Node::text).unwrap_or_default();
    match schemas.find(text("apiVersion"), text("kind"), schemas.minors().1) {
        Lookup::Found(found) => Some(found.value_schema()),
        _ => None,
    }
}

/// Puts keys in another order, and items where their order says nothing.
fn shuffle<'s>(
    node: &mut Node<'s>,
    path: &mut Path<'s>,
    (kind, schema): (&str, Option<ValueSchema<'_>>),
    random: &mut Random,
) {
    match node.value_mut() {
        ValueMut::Scalar(_) => {}
        ValueMut::Mapping(mapping) => {
            let mut entries = std::mem::take(mapping).into_entries();
            random.shuffle(&mut entries);
            for entry in &mut entries {
                path.0.push(Step::Key(entry.key.text));
                let schema = schema.and_then(|schema| schema.field(entry.key.text));
                shuffle(&mut entry.value, path, (kind, schema), random);
                path.0.pop();
            }
            *mapping = Mapping::from_entries(entries);
        }
        ValueMut::Sequence(items) => {
            let is_free = list_kind(kind, path, schema) != ListKind::Ordered && !is_order_kept(path, items);
            if is_free {
                random.shuffle(items);
            }
            let schema = schema.and_then(ValueSchema::items);
            for item in items.iter_mut() {
                shuffle(item, path, (kind, schema), random);
            }
        }
    }
}

/// Changes a scalar somewhere below `node`, or takes a field out; false if it found none.
pub(crate) fn change(node: &mut Node<'static>, random: &mut Random, sources: &'static Sources) -> bool {
    let origin = node.origin();
    match node.value_mut() {
        ValueMut::Scalar(text) => {
            let longer = sources.keep(&format!("{text}x"));
            *node = Node::string(longer, origin);
            true
        }
        ValueMut::Mapping(mapping) => {
            let keys: Vec<&str> = mapping.iter().map(|entry| entry.key.text).collect();
            let keys: Vec<&str> = keys.into_iter().filter(|key| !IDENTITY.contains(key)).collect();
            let Some(key) = (!keys.is_empty()).then(|| random.pick(&keys)) else { return false };
            mapping.get_mut(key).is_some_and(|value| change(value, random, sources))
        }
        ValueMut::Sequence(items) => {
            let index = if items.is_empty() { return false } else { random.below(items.len()) };
            items.get_mut(index).is_some_and(|item| change(item, random, sources))
        }
    }
}

/// What makes an object another one.
const IDENTITY: [&str; 4] = ["apiVersion", "kind", "name", "namespace"];

fn compared(before: &Node<'static>, after: &Node<'static>, sources: &'static Sources) -> usize {
    let side = |node: &Node<'static>| Side {
        documents: vec![Document::from(node.clone())],
        typing: Typing::Core,
        ..Side::default()
    };
    let (before, after) = (side(before), side(after));
    let Comparison { changes, .. } = compare(&before, &after, &Options::default(), sources).unwrap();
    changes.len()
}

#[test]
fn order_says_nothing_and_every_change_is_found() {
    let sources: &'static Sources = Box::leak(Box::default());
    let schemas = Schemas::embedded();
    let mut random = Random(11);
    let (mut changed, objects) = (0, objects(sources));
    assert!(objects.len() > 50, "{} objects", objects.len());
    for object in &objects {
        let kind = object.get("kind").and_then(Node::text).unwrap();
        let schema = schema(&schemas, object);
        let print = |node: &Node<'static>| {
            fingerprint(node, &mut Path::default(), Around { kind, schema, typing: Typing::Core })
        };
        let name = object.at(&["metadata", "name"]).and_then(Node::text).unwrap();
        assert_eq!(compared(object, object, sources), 0, "{kind} {name}");
        let mut other = object.clone();
        shuffle(&mut other, &mut Path::default(), (kind, schema), &mut random);
        assert_eq!(compared(object, &other, sources), 0, "{kind} {name} in another order");
        assert_eq!(print(object), print(&other), "{kind} {name} in another order");
        for _ in 0..20 {
            let mut other = other.clone();
            if change(&mut other, &mut random, sources) {
                changed += 1;
                assert_eq!(compared(object, &other, sources), 1, "{kind} {name}");
                assert_ne!(print(object), print(&other), "{kind} {name}");
            }
        }
    }
    assert!(changed > 500, "{changed} changes");
}
