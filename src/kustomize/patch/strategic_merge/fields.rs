//! The fields of mappings.

use rustc_hash::FxHashMap;

use super::{Outcome, Result, Walk, directive};
use crate::diagnostic::Diagnostics;
use crate::schema::TypeRef;
use crate::yaml::{Entry, Mapping, Node, Style, Typing, is_string};

/// From how many comparisons on an index pays.
const INDEX_FROM: usize = 256;

/// Where a mapping's keys are.
enum Positions<'a, 's> {
    Few(&'a Mapping<'s>),
    Many(FxHashMap<&'s str, usize>),
}

impl<'a, 's> Positions<'a, 's> {
    /// For `lookups` questions.
    fn new(mapping: &'a Mapping<'s>, lookups: usize) -> Self {
        if mapping.len().saturating_mul(lookups) < INDEX_FROM {
            return Self::Few(mapping);
        }
        Self::Many(mapping.iter().enumerate().map(|(position, entry)| (entry.key.text, position)).collect())
    }

    fn find(&self, key: &str) -> Option<usize> {
        match self {
            Self::Few(mapping) => mapping.iter().position(|entry| entry.key.text == key),
            Self::Many(positions) => positions.get(key).copied(),
        }
    }
}

impl<'m, 's> Walk<'m, 's> {
    /// Merges the fields of `changes` into `fields`; `directed` says that the directive was understood.
    pub(super) fn merge_fields(
        &self,
        fields: &mut Mapping<'s>,
        changes: &Mapping<'s>,
        directed: bool,
        known: Option<TypeRef<'m>>,
    ) -> Result<()> {
        let positions = Positions::new(changes, fields.len());
        let directive = if directed { positions.find(directive::KEY) } else { None };
        let mut pending = vec![true; changes.len()];
        if let Some(directive) = directive {
            pending[directive] = false;
        }
        try_retain(fields, |entry| {
            let position = positions.find(entry.key.text).filter(|position| Some(*position) != directive);
            let Some((position, change)) =
                position.and_then(|at| Some((at, changes.iter().as_slice().get(at)?)))
            else {
                return self.keep_field(entry, known);
            };
            pending[position] = false;
            let known = self.field_type(known, entry, Some(change));
            Ok(self.both(&mut entry.value, &change.value, known)?.store(&mut entry.value))
        })?;
        let new = changes.iter().zip(pending).filter_map(|(entry, pending)| pending.then_some(entry));
        self.add_fields(fields, new.collect(), known)
    }

    /// Adds the fields that only the patch has, sorted.
    fn add_fields(
        &self,
        fields: &mut Mapping<'s>,
        mut new: Vec<&Entry<'s>>,
        known: Option<TypeRef<'m>>,
    ) -> Result<()> {
        new.sort_by_key(|entry| entry.key.text);
        for entry in new {
            let known = self.field_type(known, entry, None);
            if let Some(mut value) = self.added(entry.value.clone(), known)? {
                quote_old_words(&mut value);
                fields.push(entry.key, value);
            }
        }
        Ok(())
    }

    /// Goes through fields that the patch does not have.
    pub(super) fn keep_fields(&self, fields: &mut Mapping<'s>, known: Option<TypeRef<'m>>) -> Result<()> {
        try_retain(fields, |entry| self.keep_field(entry, known))
    }

    /// Goes through fields that both sides share.
    pub(super) fn settle_fields(&self, fields: &mut Mapping<'s>, known: Option<TypeRef<'m>>) -> Result<()> {
        try_retain(fields, |entry| {
            let known = self.field_type(known, entry, None);
            quote_old_words(&mut entry.value);
            self.settled(&mut entry.value, known)
        })
    }

    fn keep_field(&self, entry: &mut Entry<'s>, known: Option<TypeRef<'m>>) -> Result<bool> {
        let known = self.field_type(known, entry, None);
        quote_old_words(&mut entry.value);
        Ok(!matches!(self.kept(&mut entry.value, known)?, Outcome::Removed))
    }

    /// The type of a field: what a comment beside it says, or else what the type of the mapping says.
    fn field_type(
        &self,
        known: Option<TypeRef<'m>>,
        entry: &Entry<'s>,
        other: Option<&Entry<'s>>,
    ) -> Option<TypeRef<'m>> {
        let commented = |entry: &Entry<'s>| {
            if is_collection(&entry.value) { self.comments.type_of(self.schema, entry.key) } else { None }
        };
        commented(entry)
            .or_else(|| other.and_then(commented))
            .or_else(|| known.and_then(|known| known.field(entry.key.text)))
    }
}

/// Quotes a string that older YAML takes for something else. The text comes out the same, but a value that
/// replaces it later takes over the quotes.
fn quote_old_words(value: &mut Node<'_>) {
    let Some(text) = value.text().filter(|_| value.style() == Style::Plain) else { return };
    if is_string(text, Typing::Core) && !is_string(text, Typing::Legacy) {
        value.set_style(Style::DoubleQuoted);
    }
}

fn is_collection(value: &Node<'_>) -> bool {
    value.text().is_none()
}

/// Keeps the entries that `wanted` accepts; stops at the first error.
fn try_retain<'s>(
    fields: &mut Mapping<'s>,
    mut wanted: impl FnMut(&mut Entry<'s>) -> Result<bool>,
) -> Result<()> {
    let mut failure: Option<Diagnostics> = None;
    fields.retain(|entry| {
        failure.is_some()
            || wanted(entry).unwrap_or_else(|error| {
                failure = Some(error);
                true
            })
    });
    failure.map_or(Ok(()), Err)
}
