//! A YAML value as text: scalars keep the letters and the style they were written in.
//!
//! What a scalar *means* (number, boolean, null, string) is worked out when somebody asks, because merges and
//! transformers move text about and only the writer needs the type. Anchors, aliases and merge keys are gone
//! after parsing. Mapping keys are strings, unique, in the order of the text.

use std::ops::Deref;

use super::compact_vec::CompactVec;
use super::source::Origin;
use super::words::{Word, WordText};

/// How a value was, or is to be, written. For scalars it also says the type: plain text may be a number, a
/// boolean or null; every other style is a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Style {
    /// A plain scalar, or a collection in block style.
    #[default]
    Plain,
    /// `'text'`
    SingleQuoted,
    /// `"text"`
    DoubleQuoted,
    /// `|` block scalar
    Literal,
    /// `>` block scalar
    Folded,
    /// A collection in flow style (`{}` and `[]`); a scalar left empty inside one.
    Flow,
}

/// A value with its style and the place it came from. A build holds millions, hence the care for their size: style
/// and place stand inside the variants, because beside them they would take 16 bytes more.
#[derive(Clone, Debug)]
pub struct Node<'s>(Content<'s>);

#[derive(Clone, Debug)]
enum Content<'s> {
    Scalar { style: Style, origin: Origin, text: &'s str },
    Sequence { style: Style, origin: Origin, items: Sequence<'s> },
    Mapping { style: Style, origin: Origin, mapping: Mapping<'s> },
}

/// What a [`Node`] holds, to be looked at.
#[derive(Clone, Copy, Debug)]
pub enum Value<'n, 's> {
    /// Text; with [`Style::Plain`] it may mean something else than a string.
    Scalar(&'s str),
    /// A list.
    Sequence(&'n [Node<'s>]),
    /// Keys and values.
    Mapping(&'n Mapping<'s>),
}

/// What a [`Node`] holds, to be changed.
#[derive(Debug)]
pub enum ValueMut<'n, 's> {
    /// Text.
    Scalar(&'n mut &'s str),
    /// A list.
    Sequence(&'n mut Sequence<'s>),
    /// Keys and values.
    Mapping(&'n mut Mapping<'s>),
}

/// The items of a list.
pub type Sequence<'s> = CompactVec<Node<'s>>;

/// A key with its place. Its letters, `key.text`, lie where all equal keys have theirs.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    word: Word,
    /// Where the key was written.
    pub origin: Origin,
}

impl Key {
    /// The key with these letters.
    pub fn new(text: &str, origin: Origin) -> Self {
        Self::of_word(Word::of(text), origin)
    }

    /// The key that is this word.
    pub(super) fn of_word(word: Word, origin: Origin) -> Self {
        Self { word, origin }
    }

    /// The word that the key is.
    pub(super) fn word(self) -> Word {
        self.word
    }
}

impl Deref for Key {
    type Target = WordText;

    fn deref(&self) -> &WordText {
        self.word.letters()
    }
}

/// One key and its value.
#[derive(Clone, Debug)]
pub struct Entry<'s> {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: Node<'s>,
}

/// Keys and values in the order they were written.
#[derive(Clone, Debug, Default)]
pub struct Mapping<'s> {
    entries: CompactVec<Entry<'s>>,
}

impl<'s> Node<'s> {
    /// A scalar whose type follows from its text.
    pub fn plain(text: &'s str, origin: Origin) -> Self {
        Self(Content::Scalar { style: Style::Plain, origin, text })
    }

    /// A string, whatever its text looks like.
    pub fn string(text: &'s str, origin: Origin) -> Self {
        Self(Content::Scalar { style: Style::DoubleQuoted, origin, text })
    }

    /// `null`
    pub fn null(origin: Origin) -> Self {
        Self::plain("null", origin)
    }

    /// A mapping without keys.
    pub fn mapping(origin: Origin) -> Self {
        Self::from_mapping(Mapping::default(), origin)
    }

    /// A mapping with keys.
    pub fn from_mapping(mapping: Mapping<'s>, origin: Origin) -> Self {
        Self(Content::Mapping { style: Style::Plain, origin, mapping })
    }

    /// A list of `items`.
    pub fn sequence(items: Vec<Self>, origin: Origin) -> Self {
        Self(Content::Sequence { style: Style::Plain, origin, items: items.into() })
    }

    /// This value in another style.
    #[must_use]
    pub fn with_style(mut self, style: Style) -> Self {
        self.set_style(style);
        self
    }

    /// Where the value was written.
    pub fn origin(&self) -> Origin {
        match self.0 {
            Content::Scalar { origin, .. }
            | Content::Sequence { origin, .. }
            | Content::Mapping { origin, .. } => origin,
        }
    }

    /// Says where the value was written.
    pub fn set_origin(&mut self, new: Origin) {
        match &mut self.0 {
            Content::Scalar { origin, .. }
            | Content::Sequence { origin, .. }
            | Content::Mapping { origin, .. } => *origin = new,
        }
    }

    /// How the value was written.
    pub fn style(&self) -> Style {
        match self.0 {
            Content::Scalar { style, .. }
            | Content::Sequence { style, .. }
            | Content::Mapping { style, .. } => style,
        }
    }

    /// Says how the value is to be written.
    pub fn set_style(&mut self, new: Style) {
        match &mut self.0 {
            Content::Scalar { style, .. }
            | Content::Sequence { style, .. }
            | Content::Mapping { style, .. } => *style = new,
        }
    }

    /// The value.
    pub fn value(&self) -> Value<'_, 's> {
        match &self.0 {
            Content::Scalar { text, .. } => Value::Scalar(text),
            Content::Sequence { items, .. } => Value::Sequence(items),
            Content::Mapping { mapping, .. } => Value::Mapping(mapping),
        }
    }

    /// The value, to be changed.
    pub fn value_mut(&mut self) -> ValueMut<'_, 's> {
        match &mut self.0 {
            Content::Scalar { text, .. } => ValueMut::Scalar(text),
            Content::Sequence { items, .. } => ValueMut::Sequence(items),
            Content::Mapping { mapping, .. } => ValueMut::Mapping(mapping),
        }
    }

    /// The text of a scalar, of whatever type.
    pub fn text(&self) -> Option<&'s str> {
        match self.0 {
            Content::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Makes this a scalar with another text; style and place stay.
    pub fn set_text(&mut self, text: &'s str) {
        self.0 = Content::Scalar { style: self.style(), origin: self.origin(), text };
    }

    /// The mapping, if it is one.
    pub fn as_mapping(&self) -> Option<&Mapping<'s>> {
        match &self.0 {
            Content::Mapping { mapping, .. } => Some(mapping),
            _ => None,
        }
    }

    /// The mapping, if it is one.
    pub fn as_mapping_mut(&mut self) -> Option<&mut Mapping<'s>> {
        match &mut self.0 {
            Content::Mapping { mapping, .. } => Some(mapping),
            _ => None,
        }
    }

    /// The mapping, if it is one.
    pub fn into_mapping(self) -> Option<Mapping<'s>> {
        match self.0 {
            Content::Mapping { mapping, .. } => Some(mapping),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub fn as_sequence(&self) -> Option<&[Self]> {
        match &self.0 {
            Content::Sequence { items, .. } => Some(items),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub fn as_sequence_mut(&mut self) -> Option<&mut Sequence<'s>> {
        match &mut self.0 {
            Content::Sequence { items, .. } => Some(items),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub fn into_sequence(self) -> Option<Sequence<'s>> {
        match self.0 {
            Content::Sequence { items, .. } => Some(items),
            _ => None,
        }
    }

    /// The value under `key`, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_mapping()?.get(key)
    }

    /// The value under `key`, if this is a mapping that has it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        self.as_mapping_mut()?.get_mut(key)
    }

    /// The value at the end of a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Whether this is YAML's null: an empty plain scalar, `~` or `null`.
    pub fn is_null(&self) -> bool {
        match self.0 {
            Content::Scalar { style: Style::Flow, .. } => true,
            Content::Scalar { style: Style::Plain, text, .. } => {
                matches!(text, "" | "~" | "null" | "Null" | "NULL")
            }
            _ => false,
        }
    }

    /// Whether this is null or a collection without members. An empty string is neither.
    pub fn is_null_or_empty(&self) -> bool {
        match self.value() {
            Value::Scalar(_) => self.is_null(),
            Value::Sequence(items) => items.is_empty(),
            Value::Mapping(mapping) => mapping.is_empty(),
        }
    }

    /// What kind of value this is, in words for messages.
    pub fn kind_name(&self) -> &'static str {
        match self.value() {
            Value::Scalar(_) if self.is_null() => "null",
            Value::Scalar(_) => "scalar",
            Value::Sequence(_) => "list",
            Value::Mapping(_) => "mapping",
        }
    }
}

impl<'s> Mapping<'s> {
    /// A mapping of these entries, whose keys are unique.
    pub fn from_entries(entries: Vec<Entry<'s>>) -> Self {
        Self { entries: entries.into() }
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All entries in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry<'s>> {
        self.entries.iter()
    }

    /// All entries in order.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Entry<'s>> {
        self.entries.iter_mut()
    }

    /// The entry of `key`.
    pub fn entry(&self, key: &str) -> Option<&Entry<'s>> {
        self.entries.iter().find(|entry| entry.key.text == key)
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Node<'s>> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value of `key`.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node<'s>> {
        self.entries.iter_mut().find(|entry| entry.key.text == key).map(|entry| &mut entry.value)
    }

    /// Whether `key` is there.
    pub fn contains(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// Sets `key` to `value`, at its place if it is there, else at the end. A new key has the value's origin.
    pub fn insert(&mut self, key: &str, value: Node<'s>) {
        match self.get_mut(key) {
            Some(old) => *old = value,
            None => self.push(Key::new(key, value.origin()), value),
        }
    }

    /// Adds an entry whose key is not there yet.
    pub fn push(&mut self, key: Key, value: Node<'s>) {
        self.entries.push(Entry { key, value });
    }

    /// Takes `key` out.
    pub fn remove(&mut self, key: &str) -> Option<Node<'s>> {
        let index = self.entries.iter().position(|entry| entry.key.text == key)?;
        Some(self.entries.remove(index).value)
    }

    /// Keeps the entries that `wanted` accepts.
    pub fn retain(&mut self, wanted: impl FnMut(&mut Entry<'s>) -> bool) {
        self.entries.retain(wanted);
    }

    /// Takes all entries out, in order.
    pub fn into_entries(self) -> Vec<Entry<'s>> {
        self.entries.into_vec()
    }
}

impl<'a, 's> IntoIterator for &'a Mapping<'s> {
    type Item = &'a Entry<'s>;
    type IntoIter = std::slice::Iter<'a, Entry<'s>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, 's> IntoIterator for &'a mut Mapping<'s> {
    type Item = &'a mut Entry<'s>;
    type IntoIter = std::slice::IterMut<'a, Entry<'s>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_small() {
        assert_eq!((size_of::<Node<'_>>(), size_of::<Entry<'_>>()), (24, 32));
    }

    #[test]
    fn a_new_text_keeps_style_and_place() {
        let mut node = Node::string("a", Origin::NONE);
        node.set_text("b");
        assert_eq!((node.text(), node.style()), (Some("b"), Style::DoubleQuoted));
    }
}
