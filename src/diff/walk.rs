//! Two values side by side.

use super::change::{Edit, EditKind};
use super::document;
use super::fingerprint::{Around, fingerprint};
use super::list_kind::{ListKind, list_kind};
use super::names::NewNames;
use super::nothing::is_nothing;
use super::path::{Path, Step};
use super::scalar::said;
use super::{keyed, ordered};
use crate::schema::ValueSchema;
use crate::yaml::{Entry, Mapping, Node, Sources, Typing, Value};

/// What is known while two objects are walked through.
#[derive(Debug)]
pub(super) struct Walk<'w, 's> {
    pub(super) sources: &'s Sources,
    /// The kind of the objects.
    pub(super) kind: &'w str,
    /// How plain scalars are read, as they were and as they are.
    pub(super) typing: (Typing, Typing),
    pub(super) names: &'w NewNames<'s>,
    pub(super) path: Path<'s>,
    pub(super) edits: Vec<Edit<'s>>,
    /// The changes that edits only follow.
    pub(super) followed: Vec<usize>,
}

/// The schema of the values that are looked at.
pub(super) type Schema<'t> = Option<ValueSchema<'t>>;

impl<'s> Walk<'_, 's> {
    /// Finds what differs between two values.
    pub(super) fn value(&mut self, before: &Node<'s>, after: &Node<'s>, schema: Schema<'_>) {
        match (before.value(), after.value()) {
            (Value::Mapping(before), Value::Mapping(after)) => self.fields(before, after, schema),
            (Value::Sequence(before), Value::Sequence(after)) => self.items(before, after, schema),
            (Value::Scalar(_), Value::Scalar(_)) => self.scalar(before, after, schema),
            _ => self.edit(EditKind::Changed, Some(before), Some(after)),
        }
    }

    fn fields(&mut self, before: &Mapping<'s>, after: &Mapping<'s>, schema: Schema<'_>) {
        let schema_of = |key: &str| schema.and_then(|schema| schema.field(key));
        for entry in before {
            let schema = schema_of(entry.key.text);
            self.path.0.push(Step::Key(entry.key.text));
            match after.get(entry.key.text) {
                Some(value) => self.field(&entry.value, value, schema),
                None => self.one_sided(EditKind::Removed, entry, schema),
            }
            self.path.0.pop();
        }
        for entry in after.iter().filter(|entry| !before.contains(entry.key.text)) {
            self.path.0.push(Step::Key(entry.key.text));
            self.one_sided(EditKind::Added, entry, schema_of(entry.key.text));
            self.path.0.pop();
        }
    }

    /// A field that both have, though one of them may say nothing.
    fn field(&mut self, before: &Node<'s>, after: &Node<'s>, schema: Schema<'_>) {
        let key = self.path.last_key().unwrap_or_default();
        match (is_nothing(before, key, schema, &self.path), is_nothing(after, key, schema, &self.path)) {
            (true, true) => {}
            (true, false) => self.edit(EditKind::Added, None, Some(after)),
            (false, true) => self.edit(EditKind::Removed, Some(before), None),
            (false, false) => self.value(before, after, schema),
        }
    }

    fn one_sided(&mut self, kind: EditKind, entry: &Entry<'s>, schema: Schema<'_>) {
        if is_nothing(&entry.value, entry.key.text, schema, &self.path) {
            return;
        }
        match kind {
            EditKind::Removed => self.edit(kind, Some(&entry.value), None),
            _ => self.edit(kind, None, Some(&entry.value)),
        }
    }

    fn items(&mut self, before: &[Node<'s>], after: &[Node<'s>], schema: Schema<'_>) {
        let kind = list_kind(self.kind, &self.path, schema);
        let schema = schema.and_then(ValueSchema::items);
        let is_paired = match &kind {
            ListKind::Keyed(keys, then) => keyed::items(self, (before, after), (keys, then), schema),
            ListKind::Content => {
                ordered::content(self, (before, after), schema);
                true
            }
            ListKind::Ordered => false,
        };
        if !is_paired {
            ordered::items(self, (before, after), schema);
        }
    }

    fn scalar(&mut self, before: &Node<'s>, after: &Node<'s>, schema: Schema<'_>) {
        let (old, new) = self.typing;
        if said(before, old, schema) == said(after, new, schema) {
            return;
        }
        let (one, other) = (before.text().unwrap_or_default(), after.text().unwrap_or_default());
        let key = self.path.last_key();
        let followed = self.names.object(one, other);
        if followed.is_some() || self.names.is_namespace(one, other, key) {
            self.followed.extend(followed);
            return self.edit(EditKind::Follows, Some(before), Some(after));
        }
        match document::open(key.unwrap_or_default(), before, after, self.sources) {
            Some((before, after)) => self.document(&before, &after),
            None => self.edit(EditKind::Changed, Some(before), Some(after)),
        }
    }

    /// Documents have the rules of go-yaml v3, whoever reads them.
    fn document(&mut self, before: &Node<'s>, after: &Node<'s>) {
        let typing = std::mem::take(&mut self.typing);
        self.path.0.push(Step::Document);
        self.value(before, after, None);
        self.path.0.pop();
        self.typing = typing;
    }

    /// Finds what differs between two items of lists, known by `name`.
    pub(super) fn item(
        &mut self,
        name: String,
        (before, at): (&Node<'s>, usize),
        (after, to): (&Node<'s>, usize),
        schema: Schema<'_>,
    ) {
        self.path.0.push(Step::Item { name, before: Some(at), after: Some(to) });
        self.value(before, after, schema);
        self.path.0.pop();
    }

    /// Notes an item that only one of the lists has, or that is elsewhere.
    pub(super) fn item_edit(
        &mut self,
        kind: EditKind,
        name: String,
        before: Option<(&Node<'s>, usize)>,
        after: Option<(&Node<'s>, usize)>,
    ) {
        let index = |side: Option<(&Node<'s>, usize)>| side.map(|(_, index)| index);
        self.path.0.push(Step::Item { name, before: index(before), after: index(after) });
        self.edit(kind, before.map(|(node, _)| node), after.map(|(node, _)| node));
        self.path.0.pop();
    }

    fn edit(&mut self, kind: EditKind, before: Option<&Node<'s>>, after: Option<&Node<'s>>) {
        let (before, after) = (before.cloned(), after.cloned());
        self.edits.push(Edit { path: self.path.clone(), kind, before, after });
    }

    /// The numbers for what the items of a list say, on the side as it was or as it is.
    pub(super) fn fingerprints(
        &mut self,
        items: &[Node<'s>],
        is_after: bool,
        schema: Schema<'_>,
    ) -> Vec<u64> {
        let typing = if is_after { self.typing.1 } else { self.typing.0 };
        let around = Around { kind: self.kind, schema, typing };
        items.iter().map(|item| fingerprint(item, &mut self.path, around)).collect()
    }
}
