//! Who wrote a value of a live object last, by what the API server keeps of it.

use crate::diff::{Path, Step};
use crate::yaml::{Mapping, Node};

/// Who writes, and when that was, as the API server says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Manager<'s> {
    pub(super) name: &'s str,
    pub(super) time: Option<&'s str>,
}

/// The last one who wrote what stands at a path of `live`, of which `part` is compared. None if nobody says.
pub(super) fn of_path<'s>(live: &Node<'s>, part: &Node<'s>, path: &Path<'_>) -> Option<Manager<'s>> {
    let entries = live.at(&["metadata", "managedFields"])?.as_sequence()?;
    let text = |entry: &Node<'s>, key: &str| entry.get(key).and_then(Node::text);
    let owners = entries.iter().filter_map(|entry| {
        let name = text(entry, "manager")?;
        holds(entry.get("fieldsV1")?, part, path).then(|| Manager { name, time: text(entry, "time") })
    });
    owners.max_by_key(|manager| (manager.time, manager.name))
}

/// Whether a set of fields has what stands at a path.
fn holds(fields: &Node<'_>, part: &Node<'_>, path: &Path<'_>) -> bool {
    let (mut fields, mut value, mut is_some) = (fields, Some(part), false);
    for step in &path.0 {
        let below = match step {
            Step::Key(key) => {
                value = value.and_then(|value| value.get(key));
                fields.get(&format!("f:{key}"))
            }
            Step::Item { after, before, .. } => {
                let index = after.or(*before);
                value = value.and_then(Node::as_sequence).and_then(|items| items.get(index?));
                value.and_then(|item| of_item(fields, item))
            }
            // The text is one value for the API server.
            Step::Document => return true,
        };
        match below {
            Some(below) => (fields, is_some) = (below, true),
            // A list or a map that is one value has no fields of its own.
            None => return is_some && fields.as_mapping().is_some_and(Mapping::is_empty),
        }
    }
    true
}

/// The fields of the item with the keys of this one: `k:{"name":"prometheus"}`.
fn of_item<'n, 's>(fields: &'n Node<'s>, item: &Node<'_>) -> Option<&'n Node<'s>> {
    let is_it = |name: &str| {
        let Some(keys) = name.strip_prefix("k:") else { return false };
        let Ok(serde_json::Value::Object(keys)) = serde_json::from_str(keys) else { return false };
        keys.iter().all(|(key, wanted)| {
            let found = item.get(key).and_then(Node::text);
            match wanted {
                serde_json::Value::String(wanted) => found.is_none_or(|found| found == wanted),
                other => found.map(str::to_owned) == Some(other.to_string()),
            }
        })
    };
    fields.as_mapping()?.iter().find(|entry| is_it(entry.key.text)).map(|entry| &entry.value)
}
