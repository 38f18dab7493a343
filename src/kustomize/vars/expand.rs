//! Replaces `$(NAME)` by values. `$$` is a dollar sign that begins no name.

use rustc_hash::{FxHashMap, FxHashSet};

use super::value::{Content, VarValue};
use crate::diagnostic::Diagnostic;
use crate::kustomize::field_path::unexpected;
use crate::kustomize::untyped_scalar::take_for_string;
use crate::yaml::{Node, Origin, Scalar, Sources, Typing, ValueMut};

/// The values, and which of them were used.
pub(super) struct Expander<'s> {
    values: FxHashMap<&'s str, VarValue<'s>>,
    used: FxHashSet<&'s str>,
    sources: &'s Sources,
}

impl<'s> Expander<'s> {
    /// Nothing is used yet.
    pub(super) fn new(values: FxHashMap<&'s str, VarValue<'s>>, sources: &'s Sources) -> Self {
        Self { values, used: FxHashSet::default(), sources }
    }

    /// Whether the var was replaced anywhere.
    pub(super) fn is_used(&self, name: &str) -> bool {
        self.used.contains(name)
    }

    /// Replaces vars in a string, in the strings of a list, or in the values of a mapping.
    /// Scalars that are `untyped` become strings.
    pub(super) fn expand(&mut self, node: &mut Node<'s>, untyped: &[Origin]) -> Result<(), Diagnostic> {
        take_for_string(node, untyped);
        match node.value_mut() {
            ValueMut::Scalar(_) => self.expand_string(node),
            ValueMut::Mapping(mapping) => {
                for entry in mapping {
                    take_for_string(&mut entry.value, untyped);
                    self.expand_string(&mut entry.value);
                }
            }
            ValueMut::Sequence(items) => {
                for item in items {
                    take_for_string(item, untyped);
                    if item.scalar(Typing::Core) != Some(Scalar::String) {
                        return Err(unexpected("a string, as the field may hold vars", item)
                            .hint("put quotes around it"));
                    }
                    self.expand_string(item);
                }
            }
        }
        Ok(())
    }

    fn expand_string(&mut self, node: &mut Node<'s>) {
        let Some(text) = node.text().filter(|text| text.contains('$')) else { return };
        if node.scalar(Typing::Core) != Some(Scalar::String) {
            return;
        }
        if let Some(name) = text.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'))
            && let Some((content, origin)) = self.value(name)
        {
            match content {
                Content::Text(value) => *node = Node::string(value, origin),
                Content::Typed(value, _) => *node = Node::plain(value, origin),
                Content::Collection => {}
            }
            return;
        }
        let (expanded, origin) = self.expand_text(text);
        if expanded != text {
            // Where no var was replaced, the place stays, but as that of a text which is not the same.
            let same =
                || self.sources.add_embedded(node.origin(), expanded.clone()).map(|text| text.origin(0));
            let origin = if origin.is_some() { origin } else { same().unwrap_or(node.origin()) };
            *node = Node::string(self.sources.keep(&expanded), origin);
        }
    }

    /// The text with its vars replaced, and the origin of the last one.
    fn expand_text(&mut self, text: &str) -> (String, Origin) {
        let mut out = String::with_capacity(text.len());
        let mut origin = Origin::NONE;
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            out.push_str(&rest[..dollar]);
            let behind = &rest[dollar + 1..];
            let name = behind.strip_prefix('(').and_then(|name| name.split_once(')'));
            rest = match (behind.as_bytes().first(), name) {
                (None, _) => {
                    out.push('$');
                    behind
                }
                (Some(b'$'), _) => {
                    out.push('$');
                    &behind[1..]
                }
                (Some(_), Some((name, after))) => {
                    origin = self.push_value(name, &mut out).or(origin);
                    after
                }
                (Some(_), None) => {
                    // No name begins here; what follows the dollar sign is text, even if it is an opening bracket.
                    out.push('$');
                    let first = behind.chars().next().map_or(0, char::len_utf8);
                    out.push_str(&behind[..first]);
                    &behind[first..]
                }
            };
        }
        out.push_str(rest);
        (out, origin)
    }

    fn push_value(&mut self, name: &str, out: &mut String) -> Origin {
        if let Some((Content::Text(text) | Content::Typed(_, text), origin)) = self.value(name) {
            out.push_str(text);
            return origin;
        }
        out.push_str("$(");
        out.push_str(name);
        out.push(')');
        Origin::NONE
    }

    fn value(&mut self, name: &str) -> Option<(Content<'s>, Origin)> {
        let (name, value) = self.values.get_key_value(name)?;
        if !matches!(value.content, Content::Collection) {
            self.used.insert(name);
        }
        Some((value.content, value.origin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::testing::sources;

    #[test]
    fn dollar_signs_are_read_as_upstream_reads_them() {
        let mut values = FxHashMap::default();
        let value = |content| VarValue { content, origin: Origin::NONE };
        values.insert("A", value(Content::Text("x")));
        values.insert("N", value(Content::Typed("1", "1")));
        values.insert("L", value(Content::Collection));
        let mut expander = Expander::new(values, sources());
        let rows = [
            ("$(A)$(N)", "x1"),
            ("$$(A)", "$(A)"),
            ("$(B)-$(L)", "$(B)-$(L)"),
            ("$(A", "$(A"),
            ("$A $", "$A $"),
            ("$()", "$()"),
            ("$é$(A)", "$éx"),
            ("$$$(A)", "$x"),
            ("$($(A))", "$($(A))"),
        ];
        for (text, expected) in rows {
            assert_eq!(expander.expand_text(text).0, expected, "{text}");
        }
    }
}
