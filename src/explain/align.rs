//! Which item of a list is which of the list before.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::hop::{is_unique, key_of};
use crate::yaml::{Node, Value};

/// For each item of `new` its place in `old`, if it was there: by what tells the items apart, or else by what they say.
/// What was changed in its place is the same item.
pub(super) fn align(old: &[Node<'_>], new: &[Node<'_>]) -> Vec<Option<usize>> {
    match key_of(new).filter(|key| is_unique(old, key)) {
        Some(key) => by_key(old, new, key),
        None => by_content(old, new),
    }
}

fn by_key(old: &[Node<'_>], new: &[Node<'_>], key: &str) -> Vec<Option<usize>> {
    let places: FxHashMap<&str, usize> =
        old.iter().enumerate().filter_map(|(place, item)| Some((item.get(key)?.text()?, place))).collect();
    new.iter().map(|item| places.get(item.get(key)?.text()?).copied()).collect()
}

fn by_content(old: &[Node<'_>], new: &[Node<'_>]) -> Vec<Option<usize>> {
    let fingerprints = |items: &[Node<'_>]| items.iter().map(fingerprint).collect::<Vec<u64>>();
    let mut aligned = vec![None; new.len()];
    for operation in capture_diff_slices(Algorithm::Patience, &fingerprints(old), &fingerprints(new)) {
        let (old, new, count) = match operation {
            DiffOp::Equal { old_index, new_index, len } => (old_index, new_index, len),
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                (old_index, new_index, old_len.min(new_len))
            }
            _ => continue,
        };
        for offset in 0..count {
            aligned[new + offset] = Some(old + offset);
        }
    }
    aligned
}

/// A number for what a value says, whatever the order of keys.
fn fingerprint(node: &Node<'_>) -> u64 {
    let mut hasher = FxHasher::default();
    match node.value() {
        Value::Scalar(text) => (0, text).hash(&mut hasher),
        Value::Sequence(items) => (1, items.iter().map(fingerprint).collect::<Vec<_>>()).hash(&mut hasher),
        Value::Mapping(mapping) => {
            let field = |(key, value): (&str, &Node<'_>)| {
                let mut hasher = FxHasher::default();
                (key, fingerprint(value)).hash(&mut hasher);
                hasher.finish()
            };
            let fields = mapping.iter().map(|entry| field((entry.key.text, &entry.value)));
            (2, fields.fold(0_u64, u64::wrapping_add)).hash(&mut hasher);
        }
    }
    hasher.finish()
}
