//! Where in an object a value stands, step by step.

use std::fmt::Write as _;

use rustc_hash::FxHashSet;

use crate::yaml::{Node, Value};

/// What tells the items of a list apart, if all of them have it and no two the same; the first one that does counts.
const KEYS: [&str; 13] = [
    "name",
    "key",
    "mountPath",
    "devicePath",
    "containerPort",
    "port",
    "topologyKey",
    "ip",
    "job_name",
    "alert",
    "record",
    "uid",
    "id",
];

/// One step on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hop {
    /// The value of a key.
    Key(String),
    /// An item of a list.
    Item {
        /// Its place; none if it is not there.
        index: Option<usize>,
        /// What it is known by: key and value.
        known_by: Option<(&'static str, String)>,
    },
    /// The document that a text holds.
    Document,
}

impl Hop {
    /// All items of a list.
    pub(super) fn items(items: &[Node<'_>]) -> Vec<Self> {
        // Of a single item any key would tell it apart; only a name tells something.
        let key = key_of(items).filter(|key| items.len() > 1 || *key == "name");
        let known_by = |item: &Node<'_>| Some((key?, item.get(key?)?.text()?.to_owned()));
        let all = items.iter().enumerate();
        all.map(|(index, item)| Self::Item { index: Some(index), known_by: known_by(item) }).collect()
    }
}

/// What tells the items of a list apart.
pub(super) fn key_of(items: &[Node<'_>]) -> Option<&'static str> {
    KEYS.into_iter().find(|key| is_unique(items, key))
}

/// Whether all items have this key, and no two the same value of it.
pub(super) fn is_unique<'s>(items: &[Node<'s>], key: &str) -> bool {
    let mut seen = FxHashSet::default();
    let mut is_new =
        |item: &Node<'s>| item.get(key).and_then(Node::text).is_some_and(|text| seen.insert(text));
    !items.is_empty() && items.iter().all(&mut is_new)
}

/// A path as people write it: `spec.containers[name=web].ports[0]`, `data["prometheus.yaml"].global`.
pub fn to_text(hops: &[Hop]) -> String {
    let mut text = String::new();
    for hop in hops {
        match hop {
            Hop::Key(key) if is_plain(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
            Hop::Key(key) => {
                let _ = write!(text, "[{}]", serde_json::Value::from(key.as_str()));
            }
            Hop::Item { known_by: Some((key, value)), .. } => {
                let _ = write!(text, "[{key}={value}]");
            }
            Hop::Item { index, .. } => {
                let _ = write!(text, "[{}]", index.unwrap_or_default());
            }
            Hop::Document => {}
        }
    }
    text
}

fn is_plain(key: &str) -> bool {
    !key.is_empty()
        && key.chars().all(|other| other.is_alphanumeric() || matches!(other, '_' | '-' | '/' | '$'))
}

/// The names of what is below a value, for a message.
pub(super) fn members(node: &Node<'_>) -> Vec<String> {
    match node.value() {
        Value::Scalar(_) => Vec::new(),
        Value::Mapping(mapping) => mapping.iter().map(|entry| entry.key.text.to_owned()).collect(),
        Value::Sequence(items) => Hop::items(items).into_iter().map(|hop| to_text(&[hop])).collect(),
    }
}
