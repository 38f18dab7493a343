//! Strategic merge: one object's fields over another's, lists item by item where the schema says so.
//!
//! Follows kyaml's `merge2` and `walk`, quirks included. A value is walked in one of four ways:
//!
//! - *both* sides have it: the patch's scalars and plain lists win, mappings and keyed lists are merged;
//! - only the object has it: it is *kept*, but the walk still goes through, because it drops empty nulls and
//!   puts keyed lists in order;
//! - only the patch has it: it is *added*, its nulls and directives taken out;
//! - both sides are one and the same value (below something added or replaced): it is *settled* likewise.
//!
//! What comes from the patch keeps the patch's origin, the rest the object's. A scalar that replaces another
//! takes over its quotes: a number that replaces a quoted string becomes a string.

mod comment;
mod directive;
mod fields;
mod irregular;
mod list;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::schema::{ListStrategy, Schema, TypeRef};
use crate::yaml::{Node, Scalar, Sources, Style, Typing, Value, ValueMut, is_string};
use comment::Comments;
use directive::Directive;

/// What became of the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merged {
    /// It was changed in place.
    Kept,
    /// The patch deletes it.
    Deleted,
}

/// What became of a value.
enum Outcome<'s> {
    /// It stays, changed in place.
    Kept,
    /// This takes its place.
    Replaced(Node<'s>),
    /// It goes.
    Removed,
}

type Result<T> = std::result::Result<T, Diagnostics>;

/// What the walk knows besides the values.
struct Walk<'m, 's> {
    schema: &'m Schema<'m>,
    comments: &'m Comments<'s>,
}

/// Merges `patch` into `target`. Object types come from `schema`; `sources` holds the texts of both, because a
/// comment behind a field may name the field's type.
pub fn merge<'s>(
    target: &mut Node<'s>,
    patch: &Node<'s>,
    schema: &Schema<'_>,
    sources: &'s Sources,
) -> Result<Merged> {
    let comments = Comments::new(sources);
    let walk = Walk { schema, comments: &comments };
    match walk.both(target, patch, None)? {
        // Upstream forgets to put the replacement into place: `$patch: replace` changes nothing at the top.
        Outcome::Kept | Outcome::Replaced(_) => Ok(Merged::Kept),
        Outcome::Removed => Ok(Merged::Deleted),
    }
}

impl<'m, 's> Walk<'m, 's> {
    /// Both sides have the value.
    fn both(
        &self,
        target: &mut Node<'s>,
        patch: &Node<'s>,
        known: Option<TypeRef<'m>>,
    ) -> Result<Outcome<'s>> {
        let known = self.known(known, &[target, patch]);
        if patch.is_null() {
            return Ok(Outcome::Removed);
        }
        if target.is_null() {
            return Ok(self.added(patch.clone(), known)?.map_or(Outcome::Removed, Outcome::Replaced));
        }
        if target.is_null_or_empty() {
            // An empty collection is written in flow style; the patch says how its members want to be written.
            target.set_style(patch.style());
        }
        match (target.value_mut(), patch.value()) {
            (ValueMut::Scalar(_), Value::Scalar(_)) => Ok(Outcome::Replaced(patch.clone())),
            (ValueMut::Mapping(fields), Value::Mapping(changes)) => match directive::of_mapping(changes)? {
                Some(Directive::Delete) => Ok(Outcome::Removed),
                Some(Directive::Replace) => self.replacement(patch, known),
                directive => {
                    self.merge_fields(fields, changes, directive.is_some(), known)?;
                    Ok(Outcome::Kept)
                }
            },
            (ValueMut::Sequence(items), Value::Sequence(_)) => match merged_list(known) {
                Some(list) => self.merge_list(items, patch, list),
                None => Ok(Outcome::Replaced(patch.clone())),
            },
            _ => Err(wrong_kind(target, patch).into()),
        }
    }

    /// Only the object has the value.
    fn kept(&self, target: &mut Node<'s>, known: Option<TypeRef<'m>>) -> Result<Outcome<'s>> {
        let known = self.known(known, &[target]);
        let style = target.style();
        match target.value_mut() {
            // A null that is written out stays; one that is merely left empty does not.
            ValueMut::Scalar(&mut "") if matches!(style, Style::Plain | Style::Flow) => Ok(Outcome::Removed),
            ValueMut::Scalar(_) => Ok(Outcome::Kept),
            ValueMut::Mapping(fields) => {
                self.keep_fields(fields, known)?;
                Ok(Outcome::Kept)
            }
            ValueMut::Sequence(items) => {
                if let Some(list) = merged_list(known) {
                    self.keep_list(items, list)?;
                }
                Ok(Outcome::Kept)
            }
        }
    }

    /// Only the patch has the value.
    fn added(&self, mut value: Node<'s>, known: Option<TypeRef<'m>>) -> Result<Option<Node<'s>>> {
        if value.is_null() {
            return Ok(None);
        }
        let known = self.known(known, &[&value]);
        match value.value_mut() {
            ValueMut::Scalar(_) => {}
            ValueMut::Mapping(fields) => {
                // Upstream looks at the directive before it looks whether there is anything to change, and
                // leaves one that it does not know where it is.
                match directive::of_mapping(fields) {
                    Ok(Some(Directive::Delete)) => return Ok(None),
                    Ok(Some(_)) => drop(fields.remove(directive::KEY)),
                    Ok(None) | Err(_) => {}
                }
                self.settle_fields(fields, known)?;
            }
            ValueMut::Sequence(items) => {
                if let Some(list) = merged_list(known) {
                    self.settle_list(items, list)?;
                    value.set_style(Style::Plain);
                }
            }
        }
        Ok(Some(value))
    }

    /// Both sides are this value. Says whether it stays.
    fn settled(&self, value: &mut Node<'s>, known: Option<TypeRef<'m>>) -> Result<bool> {
        if value.is_null() {
            return Ok(false);
        }
        let known = self.known(known, &[value]);
        match value.value_mut() {
            ValueMut::Scalar(_) => {}
            ValueMut::Mapping(fields) => {
                // The directive goes even from what is to be removed, because not everything is that should be:
                // see `irregular`.
                let directive = directive::of_mapping(fields)?;
                if directive.is_some() {
                    fields.remove(directive::KEY);
                }
                if directive == Some(Directive::Delete) {
                    return Ok(false);
                }
                self.settle_fields(fields, known)?;
            }
            ValueMut::Sequence(items) => {
                if let Some(list) = merged_list(known) {
                    match directive::take_from_list(items)? {
                        Some(Directive::Delete) => return Ok(false),
                        _ => self.settle_list(items, list)?,
                    }
                }
            }
        }
        Ok(true)
    }

    /// What a mapping with `$patch: replace` puts into place.
    fn replacement(&self, patch: &Node<'s>, known: Option<TypeRef<'m>>) -> Result<Outcome<'s>> {
        let mut value = patch.clone();
        if let Some(fields) = value.as_mapping_mut() {
            fields.remove(directive::KEY);
            self.settle_fields(fields, known)?;
        }
        Ok(Outcome::Replaced(value))
    }

    /// The type of a value: what the field above says, or else what its own `apiVersion` and `kind` say.
    fn known(&self, known: Option<TypeRef<'m>>, values: &[&Node<'s>]) -> Option<TypeRef<'m>> {
        known.or_else(|| values.iter().find_map(|value| self.schema.for_object(value)))
    }
}

impl<'s> Outcome<'s> {
    /// Puts the outcome into a field. Says whether the field stays.
    fn store(self, target: &mut Node<'s>) -> bool {
        match self {
            Outcome::Kept => true,
            Outcome::Removed => false,
            Outcome::Replaced(mut value) => {
                value.set_style(style_in_place_of(target, &value));
                *target = value;
                true
            }
        }
    }
}

/// The style of a value that replaces another in a field: that of the other, unless it would turn a string
/// into something else.
fn style_in_place_of(target: &Node<'_>, value: &Node<'_>) -> Style {
    let style = if target.is_null() { Style::Plain } else { target.style() };
    let Value::Scalar(text) = value.value() else { return style };
    let string = value.scalar(Typing::Core) == Some(Scalar::String);
    if style == Style::Plain && string && !is_string(text, Typing::Core) {
        Style::DoubleQuoted
    } else {
        style
    }
}

/// The type of a list whose items are merged.
fn merged_list(known: Option<TypeRef<'_>>) -> Option<TypeRef<'_>> {
    known.filter(|list| list.strategy() == ListStrategy::Merge)
}

fn wrong_kind(target: &Node<'_>, patch: &Node<'_>) -> Diagnostic {
    let (has, brings) = (target.kind_name(), patch.kind_name());
    Diagnostic::error(format!("the patch has a {brings} where the object has a {has}"))
        .at(patch.origin())
        .related(target.origin(), format!("the object's {has} is here"))
        .hint("patch the field to null first to remove it, or use a JSON patch with `op: replace`")
}

#[cfg(test)]
mod tests;
