//! Lists whose items are merged: by key, or as a set of plain values.
//!
//! The patch's items come first, in the patch's order, then the object's others. This file does that in one pass
//! over each list, and for lists as they should be: every item has the same keys. What kyaml makes of other
//! lists follows from the steps it takes, which `irregular` repeats one by one.

use rustc_hash::{FxHashMap, FxHashSet};

use super::directive::{self, Directive};
use super::{Outcome, Result, Walk, irregular};
use crate::schema::TypeRef;
use crate::yaml::{Node, Sequence};

/// What the items of a list are merged with.
#[derive(Clone, Copy)]
pub(super) enum Side<'a, 's> {
    /// Nothing: only the object has the list.
    Nothing,
    /// The patch's items.
    Patch(&'a [Node<'s>]),
    /// The same items: both sides share the list.
    Itself,
}

/// What tells items apart: the values of one or two keys, or a plain value.
type Identity<'s> = (&'s str, &'s str);

/// A list in which every item has an identity.
struct Identified<'s> {
    /// The identity of each item.
    identities: Vec<Identity<'s>>,
    /// The first and the last item with an identity.
    positions: FxHashMap<Identity<'s>, (usize, usize)>,
}

impl<'m, 's> Walk<'m, 's> {
    /// Merges the patch's list into the object's.
    pub(super) fn merge_list(
        &self,
        items: &mut Sequence<'s>,
        patch: &Node<'s>,
        list: TypeRef<'m>,
    ) -> Result<Outcome<'s>> {
        let changes = patch.as_sequence().unwrap_or_default();
        let Some(directive) = directive::of_list(changes)? else {
            self.combine(items, Side::Patch(changes), list)?;
            return Ok(Outcome::Kept);
        };
        let mut changes = Sequence::from(changes.to_vec());
        directive::take_from_list(&mut changes)?;
        match directive {
            Directive::Delete => Ok(Outcome::Removed),
            Directive::Replace => {
                self.settle_list(&mut changes, list)?;
                Ok(Outcome::Replaced(Node::sequence(changes.into_vec(), patch.origin())))
            }
            Directive::Merge => {
                self.combine(items, Side::Patch(&changes), list)?;
                Ok(Outcome::Kept)
            }
        }
    }

    /// Goes through a list that the patch does not have.
    pub(super) fn keep_list(&self, items: &mut Sequence<'s>, list: TypeRef<'m>) -> Result<()> {
        self.combine(items, Side::Nothing, list)
    }

    /// Goes through a list that both sides share.
    pub(super) fn settle_list(&self, items: &mut Sequence<'s>, list: TypeRef<'m>) -> Result<()> {
        self.combine(items, Side::Itself, list)
    }

    fn combine(&self, items: &mut Sequence<'s>, side: Side<'_, 's>, list: TypeRef<'m>) -> Result<()> {
        let keys = list.merge_keys();
        let changes = if let Side::Patch(changes) = side { changes } else { &[] };
        let Some(used) = used_keys(items, changes, &keys) else {
            return irregular::combine(self, items, side, list);
        };
        let (objects, patches) = (Identified::new(items, &used), Identified::new(changes, &used));
        let mut merge =
            ItemMerge { walk: self, list, added: FxHashMap::default(), removed: FxHashSet::default() };
        merge.walk_items(items, side, &objects, &patches)?;
        let ItemMerge { added, removed, .. } = merge;
        let old = std::mem::take(items).into_vec();
        *items = in_order(old, added, &removed, &[&patches, &objects], used.len() > 1).into();
        Ok(())
    }
}

/// The walk through the items of one list.
struct ItemMerge<'w, 'm, 's> {
    walk: &'w Walk<'m, 's>,
    list: TypeRef<'m>,
    /// Items that only the patch has.
    added: FxHashMap<Identity<'s>, Node<'s>>,
    /// What the patch deletes.
    removed: FxHashSet<Identity<'s>>,
}

impl<'s> ItemMerge<'_, '_, 's> {
    fn walk_items(
        &mut self,
        items: &mut [Node<'s>],
        side: Side<'_, 's>,
        objects: &Identified<'s>,
        patches: &Identified<'s>,
    ) -> Result<()> {
        let changes = if let Side::Patch(changes) = side { changes } else { &[] };
        for (position, identity) in patches.distinct() {
            match (objects.positions.get(&identity), changes.get(position)) {
                (Some((first, _)), Some(change)) => self.both(&mut items[*first], change, identity)?,
                (None, Some(change)) => self.added(change, identity)?,
                (_, None) => {}
            }
        }
        for (position, identity) in objects.distinct() {
            if !patches.positions.contains_key(&identity) {
                self.alone(&mut items[position], side, identity)?;
            }
        }
        Ok(())
    }

    fn both(&mut self, item: &mut Node<'s>, change: &Node<'s>, identity: Identity<'s>) -> Result<()> {
        let known = self.list.items();
        // `$patch: replace` in an item comes to nothing upstream: the object's item takes its place back. So do
        // plain values, which are the same on both sides.
        if let Outcome::Removed = self.walk.both(item, change, known)? {
            self.removed.insert(identity);
        }
        Ok(())
    }

    fn added(&mut self, change: &Node<'s>, identity: Identity<'s>) -> Result<()> {
        if let Some(item) = self.walk.added(change.clone(), self.list.items())? {
            self.added.insert(identity, item);
        }
        Ok(())
    }

    fn alone(&mut self, item: &mut Node<'s>, side: Side<'_, 's>, identity: Identity<'s>) -> Result<()> {
        let known = self.list.items();
        let stays = match side {
            Side::Itself => self.walk.settled(item, known)?,
            Side::Nothing | Side::Patch(_) => !matches!(self.walk.kept(item, known)?, Outcome::Removed),
        };
        if !stays {
            self.removed.insert(identity);
        }
        Ok(())
    }
}

/// The merged items in order. Of items with one identity, the last of the object's stays.
fn in_order<'s>(
    items: Vec<Node<'s>>,
    mut added: FxHashMap<Identity<'s>, Node<'s>>,
    removed: &FxHashSet<Identity<'s>>,
    [patches, objects]: &[&Identified<'s>; 2],
    several_keys: bool,
) -> Vec<Node<'s>> {
    let mut items: Vec<_> = items.into_iter().map(Some).collect();
    let mut result = Vec::with_capacity(items.len() + added.len());
    for (_, identity) in patches.distinct() {
        // With several keys, an item that the object has is taken out and put behind the others.
        let own = objects.positions.get(&identity).filter(|_| !several_keys && !removed.contains(&identity));
        result.extend(added.remove(&identity).or_else(|| items[own?.1].take()));
    }
    let mut rest: Vec<_> = objects.distinct().filter(|(_, identity)| !removed.contains(identity)).collect();
    if several_keys {
        rest.sort_by_key(|(_, identity)| objects.last(identity));
    }
    for (_, identity) in rest {
        result.extend(objects.last(&identity).and_then(|last| items[last].take()));
    }
    result
}

impl<'s> Identified<'s> {
    fn new(items: &[Node<'s>], keys: &[&str]) -> Self {
        let identities: Vec<_> = items.iter().map(|item| identity(item, keys)).collect();
        let mut positions = FxHashMap::with_capacity_and_hasher(items.len(), rustc_hash::FxBuildHasher);
        for (position, identity) in identities.iter().enumerate() {
            positions.entry(*identity).or_insert((position, position)).1 = position;
        }
        Self { identities, positions }
    }

    /// Each identity once, with the first item that has it, in order.
    fn distinct(&self) -> impl Iterator<Item = (usize, Identity<'s>)> {
        let first = |(position, identity): &(usize, &Identity<'s>)| self.positions[*identity].0 == *position;
        self.identities.iter().enumerate().filter(first).map(|(position, identity)| (position, *identity))
    }

    fn last(&self, identity: &Identity<'s>) -> Option<usize> {
        self.positions.get(identity).map(|(_, last)| *last)
    }
}

fn identity<'s>(item: &Node<'s>, keys: &[&str]) -> Identity<'s> {
    match keys {
        [one] => (key_value(item, one), ""),
        [one, two] => (key_value(item, one), key_value(item, two)),
        _ => (item.text().unwrap_or_default(), ""),
    }
}

/// The text of a key's value; empty where there is none.
pub(super) fn key_value<'s>(item: &Node<'s>, key: &str) -> &'s str {
    item.get(key).filter(|value| !value.is_null()).and_then(Node::text).unwrap_or_default()
}

/// The keys that items are told apart by: those that all items have. `None` where the items differ in that, or
/// where they are not what the list should hold.
fn used_keys<'k>(items: &[Node<'_>], changes: &[Node<'_>], keys: &[&'k str]) -> Option<Vec<&'k str>> {
    let mut all = items.iter().chain(changes);
    if keys.is_empty() {
        let plain = |item: &Node<'_>| !item.is_null() && item.text().is_some_and(|text| !text.is_empty());
        return all.all(plain).then(Vec::new);
    }
    if keys.len() > 2 || !all.all(|item| item.as_mapping().is_some()) {
        return None;
    }
    let mut used = Vec::with_capacity(keys.len());
    for key in keys {
        let having = items.iter().chain(changes).filter(|item| !key_value(item, key).is_empty()).count();
        if having == items.len() + changes.len() {
            used.push(*key);
        } else if having > 0 {
            return None;
        }
    }
    (!used.is_empty()).then_some(used)
}
