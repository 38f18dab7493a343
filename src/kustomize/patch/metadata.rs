//! What patches do to labels and annotations on the side.
//!
//! kustomize keeps its bookkeeping in annotations, and passes labels and annotations through maps of strings on
//! the way. Here the bookkeeping is elsewhere; what it does to patches is repeated.

use crate::resource::child_mapping;
use crate::yaml::{Entry, Mapping, Node, Origin, Style, Typing, is_string};

/// Makes the annotations a mapping, if there is none.
pub(super) fn ensure_annotations(object: &mut Node<'_>) {
    let origin = object.origin();
    let metadata = object.as_mapping_mut().and_then(|fields| child_mapping(fields, "metadata", origin));
    if let Some(metadata) = metadata {
        child_mapping(metadata, "annotations", Origin::NONE);
    }
}

/// Writes the annotations as strings, sorted; takes them out if there are none.
pub(super) fn settle_annotations(object: &mut Node<'_>) {
    let origin = object.origin();
    let metadata = object.as_mapping_mut().and_then(|fields| child_mapping(fields, "metadata", origin));
    if let Some(metadata) = metadata {
        to_strings(metadata, "annotations");
    }
}

/// Makes the values of a mapping strings, whatever they were; takes the mapping out if it is empty or none.
pub(super) fn to_strings(metadata: &mut Mapping<'_>, field: &str) {
    let Some(node) = metadata.get_mut(field) else { return };
    match node.as_mapping_mut() {
        Some(fields) if !fields.is_empty() => {
            let mut entries = std::mem::take(fields).into_entries();
            entries.sort_by_key(|entry| entry.key.text);
            entries.iter_mut().for_each(to_string);
            *fields = Mapping::from_entries(entries);
            node.set_style(Style::Plain);
        }
        _ => drop(metadata.remove(field)),
    }
}

fn to_string(entry: &mut Entry<'_>) {
    let text = entry.value.text().unwrap_or_default();
    let plain = !text.is_empty() && is_string(text, Typing::Core) && is_string(text, Typing::Legacy);
    entry.value.set_style(match plain {
        _ if text.contains('\n') => Style::Literal,
        true => Style::Plain,
        false => Style::DoubleQuoted,
    });
    entry.value.set_text(text);
}
