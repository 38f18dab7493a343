//! Merge keys: `<<: *defaults`.

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::compose::{Context, flow_plain_style};
use super::{DuplicateKey, DuplicateKeys, ParseError, ParseErrorKind};
use crate::yaml::node::{Entry, Mapping, Node, Style, Value};
use crate::yaml::scalar::Typing;
use crate::yaml::source::Origin;

/// The entries of a mapping that is being read, with the mappings that it merges.
#[derive(Default)]
pub(super) struct Entries<'s> {
    own: Vec<Entry<'s>>,
    merged: Vec<Entry<'s>>,
    merge_key: Option<Origin>,
}

impl<'s> Entries<'s> {
    pub(super) fn push(&mut self, entry: Entry<'s>) {
        self.own.push(entry);
    }

    /// Takes the value of a merge key.
    pub(super) fn merge(&mut self, key: Origin, value: Node<'s>, is_alias: bool, context: &mut Context) {
        let legacy = context.options.typing == Typing::Legacy;
        if let Some(first) = self.merge_key.replace(key)
            && !legacy
        {
            let error = ParseError::new("a mapping can have one merge key `<<` only", key)
                .kind(ParseErrorKind::MergeKey);
            context.errors.push(
                error
                    .related(first, "the first one")
                    .hint("merge several mappings with a list: <<: [*a, *b]"),
            );
        }
        let origin = value.origin();
        let Some(mappings) = mappings(value, is_alias && !legacy) else {
            let error = ParseError::new("a merge key `<<` needs a mapping or a list of mappings", origin)
                .kind(ParseErrorKind::MergeKey);
            context.errors.push(error.hint("write <<: *anchor, where &anchor marks a mapping"));
            return;
        };
        // What stands first in a list wins, and what is taken last wins here.
        for mapping in mappings.into_iter().rev() {
            self.take(mapping, legacy);
        }
    }

    /// go-yaml v2 sets merged keys where the merge key stands, over the mapping's own keys above it.
    fn take(&mut self, mapping: Mapping<'s>, legacy: bool) {
        if legacy {
            self.own.extend(mapping.into_entries());
        } else {
            self.merged.extend(mapping.into_entries());
        }
    }

    /// The mapping, with every key once.
    pub(super) fn finish(mut self, flow: bool, context: &mut Context) -> Mapping<'s> {
        let report = context.options.typing == Typing::Core || self.merge_key.is_none();
        self.own = unique(self.own, |first, last| {
            if report {
                context.duplicate(first, last);
            }
        });
        if !self.merged.is_empty() {
            let merged = unique(self.merged, |_, _| ());
            let own: FxHashSet<&str> = self.own.iter().map(|entry| entry.key.text).collect();
            let mut added: Vec<_> =
                merged.into_iter().filter(|entry| !own.contains(entry.key.text)).collect();
            for entry in &mut added {
                adapt(&mut entry.value, flow);
            }
            self.own.extend(added);
        }
        Mapping::from_entries(self.own)
    }
}

impl Context {
    fn duplicate(&mut self, first: &Entry<'_>, last: &Entry<'_>) {
        // Beyond that, more of the same does not help anybody.
        const ENOUGH: usize = 100;
        let (first, last, key) = (first.key.origin, last.key.origin, last.key.text);
        match self.options.duplicate_keys {
            DuplicateKeys::Error if self.errors.len() >= ENOUGH => {}
            DuplicateKeys::Error => self.errors.push(
                ParseError::new(format!("the key `{key}` is there twice"), last)
                    .kind(ParseErrorKind::DuplicateKey)
                    .related(first, "the first one")
                    .hint("remove one of the two"),
            ),
            DuplicateKeys::LastWins => {
                self.duplicates.push(DuplicateKey { key: key.to_owned(), first, last });
            }
        }
    }
}

/// What a merge key may have as its value: a mapping, or a list of them that is written there.
fn mappings(value: Node<'_>, is_alias: bool) -> Option<Vec<Mapping<'_>>> {
    match value.value() {
        Value::Sequence(_) if is_alias => None,
        Value::Sequence(_) => value.into_sequence()?.into_vec().into_iter().map(Node::into_mapping).collect(),
        _ => Some(vec![value.into_mapping()?]),
    }
}

/// Nothing at all means something else in a flow collection: see [`flow_plain_style`].
fn adapt(value: &mut Node<'_>, flow: bool) {
    if value.text() == Some("") && matches!(value.style(), Style::Plain | Style::Flow) {
        value.set_style(if flow { flow_plain_style("", Typing::Core) } else { Style::Plain });
    }
}

/// Keeps the last entry of each key, at the place of the first.
fn unique<'s>(entries: Vec<Entry<'s>>, mut report: impl FnMut(&Entry<'s>, &Entry<'s>)) -> Vec<Entry<'s>> {
    if !has_duplicates(&entries) {
        return entries;
    }
    let mut places: FxHashMap<&str, usize> = FxHashMap::default();
    let mut kept: Vec<Entry<'s>> = Vec::with_capacity(entries.len());
    for entry in entries {
        if let Some(&place) = places.get(entry.key.text) {
            report(&kept[place], &entry);
            kept[place] = entry;
        } else {
            places.insert(entry.key.text, kept.len());
            kept.push(entry);
        }
    }
    kept
}

/// Whether a key stands twice. Most mappings have a handful of keys, for which comparing all with all is the
/// quickest; a number made of a key's length and ends tells most keys apart.
pub(super) fn has_duplicates(entries: &[Entry<'_>]) -> bool {
    const FEW: usize = 16;
    if entries.len() > FEW {
        let mut seen = FxHashSet::with_capacity_and_hasher(entries.len(), FxBuildHasher);
        return !entries.iter().all(|entry| seen.insert(entry.key.text));
    }
    let mut signatures = [0_u64; FEW];
    for (index, entry) in entries.iter().enumerate() {
        let signature = signature(entry.key.text);
        let equal =
            |(earlier, other): (&Entry<'_>, &u64)| *other == signature && earlier.key.text == entry.key.text;
        if entries[..index].iter().zip(&signatures).any(equal) {
            return true;
        }
        signatures[index] = signature;
    }
    false
}

fn signature(key: &str) -> u64 {
    let bytes = key.as_bytes();
    let at = |index: usize| u64::from(bytes.get(index).copied().unwrap_or(0));
    let last = bytes.len().saturating_sub(1);
    bytes.len() as u64 | at(0) << 32 | at(last / 2) << 40 | at(last.saturating_sub(2)) << 48 | at(last) << 56
}
