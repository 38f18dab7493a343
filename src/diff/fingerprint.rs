//! A number for what a value says: equal for two values between which a comparison finds no difference. Differences must
//! not be missed, so the hash is one that mixes well.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::list_kind::{ListKind, list_kind};
use super::nothing::is_nothing;
use super::path::{Path, Step};
use super::scalar::said;
use crate::schema::ValueSchema;
use crate::yaml::{Node, Typing, Value};

/// Where a value stands, as far as its meaning depends on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around<'c, 't> {
    /// The kind of the object.
    pub(super) kind: &'c str,
    pub(super) schema: Option<ValueSchema<'t>>,
    pub(super) typing: Typing,
}

/// The number for what `node` says at `path`. The path is put back as it was.
pub(super) fn fingerprint<'s>(node: &Node<'s>, path: &mut Path<'s>, around: Around<'_, '_>) -> u64 {
    match node.value() {
        Value::Mapping(mapping) => {
            // The sum, for the order of keys says nothing.
            let fields = mapping.iter().map(|entry| {
                let schema = around.schema.and_then(|schema| schema.field(entry.key.text));
                if is_nothing(&entry.value, entry.key.text, schema, path) {
                    return 0;
                }
                path.0.push(Step::Key(entry.key.text));
                let value = fingerprint(&entry.value, path, Around { schema, ..around });
                path.0.pop();
                hash(&(entry.key.text, value))
            });
            hash(&("mapping", fields.fold(0, u64::wrapping_add)))
        }
        Value::Sequence(items) => {
            let kind = list_kind(around.kind, path, around.schema);
            let schema = around.schema.and_then(ValueSchema::items);
            let items = items.iter().map(|item| fingerprint(item, path, Around { schema, ..around }));
            match kind {
                ListKind::Ordered => hash(&("list", items.collect::<Vec<_>>())),
                _ => hash(&("items", items.map(|item| hash(&item)).fold(0, u64::wrapping_add))),
            }
        }
        Value::Scalar(_) => hash(&said(node, around.typing, around.schema)),
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
