//! One value in an object as it was and as it is.

use super::align::align;
use super::documents::Documents;
use super::hop::Hop;
use crate::yaml::{Node, Origin, Value};

/// Something that is not what it was.
#[derive(Clone, Debug)]
pub struct Delta<'s> {
    /// Where it stands; where it stood, if it is there no more.
    pub path: Vec<Hop>,
    /// As it was.
    pub before: Option<Node<'s>>,
    /// As it is.
    pub after: Option<Node<'s>>,
    /// Where what is there now was written; none if a step has only edited what was there.
    pub origin: Origin,
}

impl Delta<'_> {
    /// Whether the same value was written again.
    pub(super) fn says_the_same(&self) -> bool {
        let (Some(before), Some(after)) = (&self.before, &self.after) else { return false };
        before.text().is_some() && (before.text(), before.style()) == (after.text(), after.style())
    }
}

/// The value at the end of a path.
pub(super) fn get<'s>(node: &Node<'s>, path: &[Hop], documents: &Documents<'s>) -> Option<Node<'s>> {
    let Some((first, rest)) = path.split_first() else { return Some(node.clone()) };
    match first {
        Hop::Key(key) => get(node.get(key)?, rest, documents),
        Hop::Item { index, .. } => get(node.as_sequence()?.get((*index)?)?, rest, documents),
        Hop::Document => get(&*documents.open(node)?, rest, documents),
    }
}

/// Where the value at `path` of `new` stands or stood in `old`. What was not there has a path that leads nowhere.
pub(super) fn follow<'s>(
    old: Option<&Node<'s>>,
    new: Option<&Node<'s>>,
    path: &[Hop],
    documents: &Documents<'s>,
) -> Vec<Hop> {
    let mut followed = Vec::with_capacity(path.len());
    continue_in((old, new), path, documents, &mut followed);
    followed
}

fn continue_in<'s>(
    (old, new): (Option<&Node<'s>>, Option<&Node<'s>>),
    path: &[Hop],
    documents: &Documents<'s>,
    followed: &mut Vec<Hop>,
) {
    let Some((first, rest)) = path.split_first() else { return };
    match first {
        Hop::Key(key) => {
            followed.push(first.clone());
            let members = (old.and_then(|old| old.get(key)), new.and_then(|new| new.get(key)));
            continue_in(members, rest, documents, followed);
        }
        Hop::Document => {
            followed.push(Hop::Document);
            let open = |node: Option<&Node<'s>>| documents.open(node?);
            let (old, new) = (open(old), open(new));
            continue_in((old.as_deref(), new.as_deref()), rest, documents, followed);
        }
        Hop::Item { index, known_by } => {
            let olds = old.and_then(Node::as_sequence).unwrap_or_default();
            let news = new.and_then(Node::as_sequence).unwrap_or_default();
            let place = match index.filter(|index| *index < news.len()) {
                Some(index) => align(olds, news)[index],
                None => known_by.as_ref().and_then(|(key, value)| {
                    olds.iter().position(|item| item.get(key).and_then(Node::text) == Some(value))
                }),
            };
            followed.push(Hop::Item { index: place, known_by: known_by.clone() });
            let items = (place.and_then(|place| olds.get(place)), index.and_then(|index| news.get(index)));
            continue_in(items, rest, documents, followed);
        }
    }
}

/// Finds what differs between two values, down to scalars.
pub(super) struct Differences<'d, 's> {
    documents: &'d Documents<'s>,
    /// Where the two stand.
    path: Vec<Hop>,
    /// Whether they stand in a text that was edited, whose places are not those of the text as it was written.
    in_document: bool,
    found: Vec<Delta<'s>>,
}

impl<'d, 's> Differences<'d, 's> {
    /// What differs between the values at `path`, which may be in a text that was edited.
    pub(super) fn of(
        (old, new): (Option<&Node<'s>>, Option<&Node<'s>>),
        (path, in_document): (Vec<Hop>, bool),
        documents: &'d Documents<'s>,
    ) -> Vec<Delta<'s>> {
        let mut differences = Self { documents, path, in_document, found: Vec::new() };
        match (old, new) {
            (Some(old), Some(new)) => differences.both(old, new),
            (None, None) => {}
            (old, new) => differences.add(old, new),
        }
        differences.found
    }

    fn both(&mut self, old: &Node<'s>, new: &Node<'s>) {
        match (old.value(), new.value()) {
            (Value::Mapping(olds), Value::Mapping(news)) => {
                for entry in news {
                    self.member(
                        Hop::Key(entry.key.text.to_owned()),
                        olds.get(entry.key.text),
                        Some(&entry.value),
                    );
                }
                for entry in olds.iter().filter(|entry| !news.contains(entry.key.text)) {
                    self.member(Hop::Key(entry.key.text.to_owned()), Some(&entry.value), None);
                }
            }
            (Value::Sequence(olds), Value::Sequence(news)) => {
                let mut gone = vec![true; olds.len()];
                for ((new, hop), place) in news.iter().zip(Hop::items(news)).zip(align(olds, news)) {
                    let old = place.and_then(|place| olds.get(place));
                    place.and_then(|place| gone.get_mut(place)).into_iter().for_each(|gone| *gone = false);
                    self.member(hop, old, Some(new));
                }
                for ((old, hop), _) in olds.iter().zip(Hop::items(olds)).zip(&gone).filter(|(_, gone)| **gone)
                {
                    self.member(hop, Some(old), None);
                }
            }
            (Value::Scalar(one), Value::Scalar(other)) => self.scalars((one, old), (other, new)),
            _ => self.add(Some(old), Some(new)),
        }
    }

    fn member(&mut self, hop: Hop, old: Option<&Node<'s>>, new: Option<&Node<'s>>) {
        self.path.push(hop);
        match (old, new) {
            (Some(old), Some(new)) => self.both(old, new),
            (old, new) => self.add(old, new),
        }
        self.path.pop();
    }

    fn scalars(&mut self, (one, old): (&str, &Node<'s>), (other, new): (&str, &Node<'s>)) {
        let is_same = one == other && old.style() == new.style();
        if is_same && (self.in_document || old.origin() == new.origin()) {
            return;
        }
        let documents = (!is_same).then(|| self.documents.open(old).zip(self.documents.open(new))).flatten();
        let Some((old_document, new_document)) = documents else { return self.add(Some(old), Some(new)) };
        let count = self.found.len();
        let was_in_document = std::mem::replace(&mut self.in_document, true);
        self.path.push(Hop::Document);
        self.both(&old_document, &new_document);
        self.path.pop();
        self.in_document = was_in_document;
        if self.found.len() == count && !was_in_document {
            self.add(Some(old), Some(new));
        }
    }

    fn add(&mut self, before: Option<&Node<'s>>, after: Option<&Node<'s>>) {
        // A text that was edited still says where it was before.
        let is_edited = |node: &&Node<'s>| before.is_some_and(|before| before.origin() == node.origin());
        let written = after.filter(|node| !self.in_document && !is_edited(node));
        let origin = written.map_or(Origin::NONE, Node::origin);
        let (before, after) = (before.cloned(), after.cloned());
        self.found.push(Delta { path: self.path.clone(), before, after, origin });
    }
}
