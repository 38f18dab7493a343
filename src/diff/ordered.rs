//! Lists whose items have no keys: in order, or as what they are.

use rustc_hash::FxHashMap;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::change::EditKind;
use super::similarity::{Features, pair};
use super::walk::{Schema, Walk};
use crate::yaml::Node;

/// The two lists.
type Lists<'n, 's> = (&'n [Node<'s>], &'n [Node<'s>]);

/// Items that only one of the lists has, by their places.
#[derive(Debug, Default)]
struct Rest {
    before: Vec<usize>,
    after: Vec<usize>,
}

/// How alike two items must be to be the same one, changed.
const ALIKE: f64 = 0.5;

/// Finds what differs between two lists whose order has a meaning.
pub(super) fn items<'s>(walk: &mut Walk<'_, 's>, lists: Lists<'_, 's>, schema: Schema<'_>) {
    let (before, after) = lists;
    let olds = walk.fingerprints(before, false, schema);
    let news = walk.fingerprints(after, true, schema);
    let operations = capture_diff_slices(Algorithm::Patience, &olds, &news);
    let mut rest = Rest::default();
    let mut regions = Vec::new();
    for operation in operations.iter().filter(|operation| !matches!(operation, DiffOp::Equal { .. })) {
        let (old, new) = (operation.old_range(), operation.new_range());
        rest.before.extend(old.clone());
        rest.after.extend(new.clone());
        regions.push((old, new));
    }
    moves(walk, lists, &mut rest, (&olds, &news));
    flags(walk, lists, &mut rest, schema);
    for (old, new) in regions {
        let within = Rest {
            before: old.filter(|index| rest.before.binary_search(index).is_ok()).collect(),
            after: new.filter(|index| rest.after.binary_search(index).is_ok()).collect(),
        };
        changes(walk, lists, within, schema);
    }
}

/// Finds what differs between two lists whose order says nothing.
pub(super) fn content<'s>(walk: &mut Walk<'_, 's>, lists: Lists<'_, 's>, schema: Schema<'_>) {
    let (before, after) = lists;
    let mut news: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    for (index, print) in walk.fingerprints(after, true, schema).into_iter().enumerate().rev() {
        news.entry(print).or_default().push(index);
    }
    let olds = walk.fingerprints(before, false, schema).into_iter().enumerate();
    let has_twin =
        |print: &u64, news: &mut FxHashMap<u64, Vec<usize>>| news.get_mut(print).and_then(Vec::pop).is_some();
    let gone = olds.filter(|(_, print)| !has_twin(print, &mut news)).map(|(index, _)| index).collect();
    let mut added: Vec<usize> = news.into_values().flatten().collect();
    added.sort_unstable();
    changes(walk, lists, Rest { before: gone, after: added }, schema);
}

/// Items that are there still, at another place.
fn moves<'s>(
    walk: &mut Walk<'_, 's>,
    (before, after): Lists<'_, 's>,
    rest: &mut Rest,
    (olds, news): (&[u64], &[u64]),
) {
    let mut places: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    for to in rest.after.iter().rev() {
        places.entry(news[*to]).or_default().push(*to);
    }
    let mut moved = rustc_hash::FxHashSet::default();
    rest.before.retain(|at| {
        let Some(to) = places.get_mut(&olds[*at]).and_then(Vec::pop) else { return true };
        walk.item_edit(EditKind::Moved, to.to_string(), Some((&before[*at], *at)), Some((&after[to], to)));
        moved.insert(to);
        false
    });
    rest.after.retain(|to| !moved.contains(to));
}

/// Arguments of a command are known by their flag.
fn flags<'s>(walk: &mut Walk<'_, 's>, (before, after): Lists<'_, 's>, rest: &mut Rest, schema: Schema<'_>) {
    let mut places: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for to in rest.after.iter().rev() {
        if let Some(flag) = flag(&after[*to]) {
            places.entry(flag).or_default().push(*to);
        }
    }
    let mut found = rustc_hash::FxHashSet::default();
    rest.before.retain(|at| {
        let Some(flag) = flag(&before[*at]) else { return true };
        let Some(to) = places.get_mut(flag).and_then(Vec::pop) else { return true };
        walk.item(flag.to_owned(), (&before[*at], *at), (&after[to], to), schema);
        found.insert(to);
        false
    });
    rest.after.retain(|to| !found.contains(to));
}

/// `--retention` of `--retention=30d`
fn flag<'s>(item: &Node<'s>) -> Option<&'s str> {
    let text = item.text().filter(|text| text.starts_with('-'))?;
    text.split_once('=').map(|(flag, _)| flag)
}

/// Items that were changed, and those that came or went.
fn changes<'s>(walk: &mut Walk<'_, 's>, (before, after): Lists<'_, 's>, rest: Rest, schema: Schema<'_>) {
    let is_scalar = |node: &Node<'s>| node.text().is_some();
    let are_scalars = rest.before.iter().map(|at| &before[*at]).all(is_scalar)
        && rest.after.iter().map(|to| &after[*to]).all(is_scalar);
    let pairs: Vec<(usize, usize)> = if are_scalars {
        Vec::new()
    } else {
        let features = |items: &[Node<'s>], indexes: &[usize]| -> Vec<Features> {
            indexes.iter().map(|index| Features::of(&items[*index])).collect()
        };
        let found = pair(&features(before, &rest.before), &features(after, &rest.after), ALIKE);
        found.into_iter().map(|(at, to)| (rest.before[at], rest.after[to])).collect()
    };
    let (mut olds, mut news) = (rest.before, rest.after);
    olds.retain(|at| !pairs.iter().any(|(paired, _)| paired == at));
    news.retain(|to| !pairs.iter().any(|(_, paired)| paired == to));
    for (at, to) in pairs {
        walk.item(to.to_string(), (&before[at], at), (&after[to], to), schema);
    }
    // One for one, in place: the value of an item changed.
    if olds.len() == 1 && news.len() == 1 && olds == news {
        return walk.item(
            news[0].to_string(),
            (&before[olds[0]], olds[0]),
            (&after[news[0]], news[0]),
            schema,
        );
    }
    for at in olds {
        walk.item_edit(EditKind::Removed, at.to_string(), Some((&before[at], at)), None);
    }
    for to in news {
        walk.item_edit(EditKind::Added, to.to_string(), None, Some((&after[to], to)));
    }
}
