//! Writes scalars as upstream's setters do: the style of what was there stays.

use super::decode::Text;
use super::field_path::unexpected;
use crate::diagnostic::Diagnostic;
use crate::yaml::{Key, Node, Origin, Style};

/// Replaces a scalar's text. Plain text stays plain, so its type may change.
pub(super) fn set_scalar<'s>(node: &mut Node<'s>, text: &'s str, origin: Origin) -> Result<(), Diagnostic> {
    if node.text().is_none() {
        return Err(unexpected("a scalar", node));
    }
    let style = if node.style() == Style::Flow { Style::Plain } else { node.style() };
    *node = Node::plain(text, origin).with_style(style);
    Ok(())
}

/// Replaces a scalar by a string.
pub(super) fn set_string<'s>(node: &mut Node<'s>, text: &'s str, origin: Origin) -> Result<(), Diagnostic> {
    set_scalar(node, text, origin)?;
    if node.style() == Style::Plain {
        node.set_style(Style::DoubleQuoted);
    }
    Ok(())
}

/// Sets a key of a mapping to a string, and says whether the key is new; the value of a new key gets the origin
/// `made`. On null nothing happens, as upstream loses it.
pub(super) fn set_entry<'s>(
    node: &mut Node<'s>,
    key: Text<'s>,
    value: Text<'s>,
    made: Origin,
) -> Result<bool, Diagnostic> {
    if node.is_null() {
        return Ok(false);
    }
    let Some(mapping) = node.as_mapping_mut() else { return Err(unexpected("a mapping", node)) };
    if let Some(old) = mapping.get_mut(key.value) {
        // A second field spec leads to what the first one made: upstream writes the node over itself.
        if old.origin() == made {
            return Ok(false);
        }
        // Quotes stay; of block scalars the folded ones come out with other line ends.
        let style =
            if matches!(old.style(), Style::Plain | Style::Flow) { Style::DoubleQuoted } else { old.style() };
        *old = Node::string(value.value, value.origin).with_style(style);
        return Ok(false);
    }
    mapping.push(Key::new(key.value, key.origin), Node::string(value.value, made));
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_stay_and_strings_get_them() {
        let mut node = Node::plain("1", Origin::NONE).with_style(Style::SingleQuoted);
        set_scalar(&mut node, "2", Origin::NONE).unwrap();
        assert_eq!((node.text(), node.style()), (Some("2"), Style::SingleQuoted));
        let mut node = Node::plain("1", Origin::NONE);
        set_scalar(&mut node, "2", Origin::NONE).unwrap();
        assert_eq!(node.style(), Style::Plain);
        set_string(&mut node, "true", Origin::NONE).unwrap();
        assert_eq!((node.text(), node.style()), (Some("true"), Style::DoubleQuoted));
    }

    #[test]
    fn collections_are_not_scalars() {
        let mut node = Node::mapping(Origin::NONE);
        let error = set_scalar(&mut node, "x", Origin::NONE).unwrap_err();
        assert_eq!(error.message, "expected a scalar, found a mapping");
        let value = Text { value: "true", origin: Origin::NONE };
        set_entry(&mut node, Text { value: "key", origin: Origin::NONE }, value, Origin::NONE).unwrap();
        assert_eq!(node.get("key").unwrap().style(), Style::DoubleQuoted);
    }
}
