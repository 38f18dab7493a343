//! Lists whose items are known by keys, in whatever order.

use indexmap::IndexMap;

use super::change::EditKind;
use super::list_kind::is_order_kept;
use super::walk::{Schema, Walk};
use crate::yaml::Node;

/// Of items with the same keys, more pairs than this are not looked at: such keys are none.
const MOST_PAIRS: usize = 1 << 16;

/// The two lists.
type Lists<'n, 's> = (&'n [Node<'s>], &'n [Node<'s>]);

/// The items of both lists that have the same keys.
#[derive(Default)]
struct Same {
    before: Vec<usize>,
    after: Vec<usize>,
}

/// Finds what differs between two lists of items with keys. False if items lack them: then these are no keys.
pub(super) fn items<'s>(
    walk: &mut Walk<'_, 's>,
    (before, after): Lists<'_, 's>,
    (keys, then): (&[&str], &[&str]),
    schema: Schema<'_>,
) -> bool {
    let mut by_key: IndexMap<String, Same> = IndexMap::new();
    for (items, is_after) in [(before, false), (after, true)] {
        for (index, item) in items.iter().enumerate() {
            let Some(key) = key(item, keys, schema) else { return false };
            let same = by_key.entry(key).or_default();
            if is_after { same.after.push(index) } else { same.before.push(index) }
        }
    }
    let mut pairs = Vec::with_capacity(before.len());
    rename_keys(&mut by_key, (before, after));
    for (key, same) in &by_key {
        let is_one = same.before.len() <= 1 && same.after.len() <= 1;
        let are_many = same.before.len() * same.after.len() > MOST_PAIRS;
        let matched = if is_one || are_many {
            in_order(same)
        } else {
            alike(walk, (before, after), same, (then, schema))
        };
        for (at, to) in matched {
            let node = to.map(|to| &after[to]).or(at.map(|at| &before[at]));
            let name = if is_one { key.clone() } else { distinct(key, node, to.or(at)) };
            match (at, to) {
                (Some(at), Some(to)) => {
                    walk.item(name.clone(), (&before[at], at), (&after[to], to), schema);
                    pairs.push((at, to, name));
                }
                (at, to) => {
                    let kind = if to.is_some() { EditKind::Added } else { EditKind::Removed };
                    walk.item_edit(kind, name, at.map(|at| (&before[at], at)), to.map(|to| (&after[to], to)));
                }
            }
        }
    }
    if is_order_kept(&walk.path, after) {
        moved(walk, (before, after), pairs);
    }
    true
}

/// Puts an item whose key is gone together with the one of the same name whose key is new: a port of a Service has its
/// number for a key, and is the same one with another number.
fn rename_keys(by_key: &mut IndexMap<String, Same>, (before, after): Lists<'_, '_>) {
    let name = |item: &Node<'_>| item.get("name").and_then(Node::text).map(str::to_owned);
    let mut gone: IndexMap<String, (String, usize)> = IndexMap::new();
    for (key, same) in by_key.iter() {
        if let (&[at], []) = (same.before.as_slice(), same.after.as_slice()) {
            gone.extend(name(&before[at]).map(|name| (name, (key.clone(), at))));
        }
    }
    let new: Vec<(String, usize)> = by_key
        .iter()
        .filter_map(|(key, same)| match (same.before.as_slice(), same.after.as_slice()) {
            ([], &[to]) => Some((key.clone(), to)),
            _ => None,
        })
        .collect();
    for (key, to) in new {
        let Some((name, (old, at))) = name(&after[to]).and_then(|name| gone.shift_remove_entry(&name)) else {
            continue;
        };
        by_key.shift_remove(&old);
        by_key.shift_remove(&key);
        by_key.insert(name, Same { before: vec![at], after: vec![to] });
    }
}

/// The values of an item's keys; none if it has none of them.
fn key(item: &Node<'_>, keys: &[&str], schema: Schema<'_>) -> Option<String> {
    let mapping = item.as_mapping()?;
    let mut is_known = false;
    let values = keys.iter().filter_map(|key| {
        let written = mapping.get(key).filter(|value| !value.is_null()).and_then(Node::text);
        is_known |= written.is_some();
        written.or_else(|| schema?.field(key)?.default_text())
    });
    let values = values.collect::<Vec<_>>().join("/");
    is_known.then_some(values)
}

/// Pairs items of the same keys by what else they say: all of it, then the fields that tell them apart, then in order.
fn alike<'s>(
    walk: &mut Walk<'_, 's>,
    (before, after): Lists<'_, 's>,
    same: &Same,
    (then, schema): (&[&str], Schema<'_>),
) -> Vec<(Option<usize>, Option<usize>)> {
    let pick = |items: &[Node<'s>], indexes: &[usize]| -> Vec<Node<'s>> {
        indexes.iter().map(|index| items[*index].clone()).collect()
    };
    let part = |items: Vec<Node<'s>>| -> Vec<Node<'s>> {
        items.iter().map(|item| item.at(then).unwrap_or(item).clone()).collect()
    };
    let (old, new) = (pick(before, &same.before), pick(after, &same.after));
    let mut rest = Same { before: same.before.clone(), after: same.after.clone() };
    let mut pairs = Vec::new();
    let whole = (walk.fingerprints(&old, false, schema), walk.fingerprints(&new, true, schema));
    let parts = (walk.fingerprints(&part(old), false, None), walk.fingerprints(&part(new), true, None));
    for (olds, news) in [whole, parts] {
        for (at, print) in same.before.iter().zip(&olds) {
            let mut candidates = same.after.iter().zip(&news);
            let twin = candidates.find(|(to, other)| *other == print && rest.after.contains(to));
            if let Some((to, _)) = twin.filter(|_| rest.before.contains(at)) {
                rest.before.retain(|index| index != at);
                rest.after.retain(|index| index != to);
                pairs.push((Some(*at), Some(*to)));
            }
        }
    }
    pairs.extend(in_order(&rest));
    pairs
}

fn in_order(same: &Same) -> Vec<(Option<usize>, Option<usize>)> {
    let count = same.before.len().max(same.after.len());
    (0..count).map(|nth| (same.before.get(nth).copied(), same.after.get(nth).copied())).collect()
}

/// A name for one of several items of the same keys: alerts by their severity, anything else by its place.
fn distinct(key: &str, item: Option<&Node<'_>>, index: Option<usize>) -> String {
    let severity = item.and_then(|item| item.at(&["labels", "severity"])).and_then(Node::text);
    match severity {
        Some(severity) => format!("{key} {severity}"),
        None => format!("{key} #{}", index.unwrap_or_default() + 1),
    }
}

/// Notes the items that are at another place among those that both lists have.
fn moved<'s>(
    walk: &mut Walk<'_, 's>,
    (before, after): Lists<'_, 's>,
    mut pairs: Vec<(usize, usize, String)>,
) {
    pairs.sort_unstable();
    let places: Vec<usize> = pairs.iter().map(|(_, to, _)| *to).collect();
    let stay = longest_rising(&places);
    for (nth, (at, to, name)) in pairs.into_iter().enumerate() {
        if !stay.contains(&nth) {
            walk.item_edit(EditKind::Moved, name, Some((&before[at], at)), Some((&after[to], to)));
        }
    }
}

/// The positions of a longest rising part of `places`.
fn longest_rising(places: &[usize]) -> std::collections::BTreeSet<usize> {
    // For each length, the position where the smallest last place of such a part stands; and what came before each.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = Vec::with_capacity(places.len());
    for (position, place) in places.iter().enumerate() {
        let length = ends.partition_point(|end| places[*end] < *place);
        previous.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() { ends.push(position) } else { ends[length] = position }
    }
    let last = ends.last().copied();
    std::iter::successors(last, |position| previous[*position]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_as_can_be_stays() {
        assert_eq!(longest_rising(&[0, 1, 2]).len(), 3);
        assert_eq!(longest_rising(&[3, 0, 1, 2]).into_iter().collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(longest_rising(&[2, 1, 0]).len(), 1);
        assert!(longest_rising(&[]).is_empty());
    }
}
