//! Scalars that have no type yet.
//!
//! Where a replacement makes a field, upstream's node gets text, but neither a type nor quotes: written at once,
//! `80` is a number. A merge or a var that comes across such a node takes it for a string, and then it is `"80"`.

use crate::resource::Resource;
use crate::schema::{ListStrategy, TypeRef};
use crate::yaml::{Node, Origin, Scalar, Style, Typing, ValueMut, is_string, resolve};

/// The origins of an object's untyped scalars; each is made for its scalar alone.
pub(super) fn untyped(resource: &Resource<'_>) -> Vec<Origin> {
    resource.marks.as_ref().map_or_else(Vec::new, |marks| marks.untyped.to_vec())
}

/// Whether a scalar's text alone decides that it is no string.
fn looks_typed(node: &Node<'_>) -> bool {
    node.style() == Style::Plain && node.text().is_some_and(|text| !is_string(text, Typing::Core))
}

/// A merge asks a reader that takes dates for strings, and leaves them as they are.
fn is_date(node: &Node<'_>) -> bool {
    node.text().is_some_and(|text| matches!(resolve(text, Typing::Core), Scalar::Timestamp(_)))
}

/// Makes a scalar a string if it is one of the `untyped`.
pub(super) fn take_for_string(node: &mut Node<'_>, untyped: &[Origin]) {
    if !untyped.is_empty() && looks_typed(node) && untyped.contains(&node.origin()) {
        node.set_style(Style::DoubleQuoted);
    }
}

/// Takes for strings what a merge comes across: the fields of all mappings, but of lists only those that are merged.
pub(super) fn take_fields_for_strings(node: &mut Node<'_>, untyped: &[Origin], known: Option<TypeRef<'_>>) {
    take_within(node, untyped, known, false);
}

fn take_within(node: &mut Node<'_>, untyped: &[Origin], known: Option<TypeRef<'_>>, in_flow: bool) {
    let in_flow = in_flow || node.style() == Style::Flow;
    match node.value_mut() {
        ValueMut::Scalar(_) => {}
        ValueMut::Mapping(fields) => {
            for entry in fields {
                let value = &mut entry.value;
                if value.text() == Some("") && untyped.contains(&value.origin()) {
                    settle_empty(value, in_flow);
                } else if !is_date(value) {
                    take_for_string(value, untyped);
                }
                take_within(value, untyped, known.and_then(|known| known.field(entry.key.text)), in_flow);
            }
        }
        ValueMut::Sequence(items) => {
            if let Some(list) = known.filter(|list| list.strategy() == ListStrategy::Merge) {
                for item in items {
                    take_within(item, untyped, list.items(), in_flow);
                }
            }
        }
    }
}

/// Empty text is no null that a merge drops. Written, it is null in a block, and an empty string in flow style.
fn settle_empty(node: &mut Node<'_>, in_flow: bool) {
    let settled = if in_flow { Node::string("", node.origin()) } else { Node::null(node.origin()) };
    *node = settled;
}
