//! `$patch`: what a patch wants done with the mapping or list it stands in.

use super::Result;
use crate::diagnostic::Diagnostic;
use crate::yaml::{Mapping, Node, Sequence, Value};

/// The key of a directive.
pub(super) const KEY: &str = "$patch";

/// The known directives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directive {
    /// Remove the mapping or list.
    Delete,
    /// Take the patch's in its place.
    Replace,
    /// What is done anyway.
    Merge,
}

/// The directive in a mapping.
pub(super) fn of_mapping(fields: &Mapping<'_>) -> Result<Option<Directive>> {
    fields.get(KEY).map(parse).transpose()
}

/// The directive of a list: its first item with a directive, if that item has nothing else in it.
pub(super) fn of_list(items: &[Node<'_>]) -> Result<Option<Directive>> {
    let first = items.iter().filter_map(Node::as_mapping).find(|item| item.contains(KEY));
    match first {
        Some(item) if item.len() == 1 => of_mapping(item),
        _ => Ok(None),
    }
}

/// The directive of a list, with every item that carries the same one taken out, and empty items too.
pub(super) fn take_from_list(items: &mut Sequence<'_>) -> Result<Option<Directive>> {
    let directive = of_list(items)?;
    if let Some(directive) = directive {
        items.retain(|item| !is_dropped_with(item, directive));
    }
    Ok(directive)
}

/// Whether an item goes when the list's directive is taken out.
pub(super) fn is_dropped_with(item: &Node<'_>, directive: Directive) -> bool {
    match item.value() {
        Value::Mapping(fields) => {
            fields.is_empty() || of_mapping(fields).is_ok_and(|other| other == Some(directive))
        }
        Value::Scalar(_) => item.is_null(),
        Value::Sequence(_) => false,
    }
}

fn parse(node: &Node<'_>) -> Result<Directive> {
    match node.text() {
        Some("delete") => Ok(Directive::Delete),
        Some("replace") => Ok(Directive::Replace),
        Some("merge") => Ok(Directive::Merge),
        text => Err(Diagnostic::error(format!("unknown patch strategy `{}`", text.unwrap_or_default()))
            .at(node.origin())
            .hint("`$patch` is `delete`, `replace` or `merge`")
            .into()),
    }
}
