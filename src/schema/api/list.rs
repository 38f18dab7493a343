//! Lists whose items must differ: in their keys, or as a whole.

use rustc_hash::FxHashMap;

use super::describe::short;
use super::shape::{Ids, Shape};
use super::violation::{Violation, ViolationKind};
use super::walk::{Frame, Step, Walk, named};
use crate::yaml::Node;

/// Lists of this length are compared item by item.
const SHORT: usize = 8;

/// Reports items that have the same keys as an earlier one.
pub(super) fn unique_keys(walk: &mut Walk<'_>, items: &[Node<'_>], shape: &Shape<'_>, frame: &Frame<'_>) {
    let Some(schema) = shape.items else { return };
    if items.len() < 2 {
        return;
    }
    let table = walk.table;
    let element = Shape::read(table, schema);
    let keys = Keys { ids: shape.list_keys, walk, element: &element };
    let doubles = doubles(items, |one, other| keys.are_equal(one, other), |item| keys.text(item));
    for (earlier, later) in doubles {
        let names: Vec<&str> = shape.list_keys.iter().map(|id| table.text(id)).collect();
        let values: Vec<String> = names
            .iter()
            .filter_map(|name| Some((name, items[later].get(name)?.text()?)))
            .map(|(name, value)| format!("`{name}: {}`", short(value)))
            .collect();
        let what = format!("an item with {}", values.join(" and "));
        report(walk, &what, &names, [&items[earlier], &items[later]], (earlier, later), frame);
    }
}

/// Reports members of a set that are there already.
pub(super) fn unique_values(walk: &mut Walk<'_>, items: &[Node<'_>], frame: &Frame<'_>) {
    if items.len() < 2 {
        return;
    }
    let same = |one: &Node<'_>, other: &Node<'_>| one.text().is_some() && one.text() == other.text();
    for (earlier, later) in doubles(items, same, |item| item.text().map(str::to_owned)) {
        let text = items[later].text().unwrap_or_default();
        let what = if walk.is_sensitive(frame) { "a value".to_owned() } else { format!("`{}`", short(text)) };
        report(walk, &what, &[], [&items[earlier], &items[later]], (earlier, later), frame);
    }
}

/// The keys of a list's items.
struct Keys<'k, 'w> {
    ids: Ids<'k>,
    walk: &'k Walk<'w>,
    element: &'k Shape<'k>,
}

impl Keys<'_, '_> {
    /// Whether two items have the same keys. Those that have none at all lack required fields, which is told elsewhere.
    fn are_equal(&self, one: &Node<'_>, other: &Node<'_>) -> bool {
        let is_named = self.ids.iter().any(|id| {
            let key = one.get(self.walk.table.text(id));
            key.is_some_and(|key| !key.is_null())
        });
        is_named && self.ids.iter().all(|id| self.value(one, id) == self.value(other, id))
    }

    fn text(&self, item: &Node<'_>) -> Option<String> {
        item.as_mapping()?;
        let values: Vec<&str> = self.ids.iter().map(|id| self.value(item, id).unwrap_or("\u{1}")).collect();
        Some(values.join("\u{0}"))
    }

    /// The value of a key, or the one that the API server fills in.
    fn value<'v>(&'v self, item: &'v Node<'_>, id: u16) -> Option<&'v str> {
        let name = self.walk.table.text(id);
        let default = || {
            let field = self.element.properties.get(self.walk.table, name)?;
            let default = Shape::read(self.walk.table, field).limits()?.default?;
            Some(self.walk.table.text(default))
        };
        item.get(name).filter(|value| !value.is_null()).and_then(Node::text).or_else(default)
    }
}

/// Each item that equals an earlier one, with the first such. `hash` gives equal text for equal items.
fn doubles<'i, 's>(
    items: &'i [Node<'s>],
    are_equal: impl Fn(&'i Node<'s>, &'i Node<'s>) -> bool,
    hash: impl Fn(&'i Node<'s>) -> Option<String>,
) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    if items.len() <= SHORT {
        for later in 1..items.len() {
            if let Some(earlier) = (0..later).find(|earlier| are_equal(&items[*earlier], &items[later])) {
                found.push((earlier, later));
            }
        }
        return found;
    }
    let mut first: FxHashMap<String, usize> = FxHashMap::default();
    for (later, item) in items.iter().enumerate() {
        let Some(text) = hash(item) else { continue };
        match first.get(&text) {
            Some(earlier) if are_equal(&items[*earlier], item) => found.push((*earlier, later)),
            Some(_) => {}
            None => {
                first.insert(text, later);
            }
        }
    }
    found
}

fn report(
    walk: &mut Walk<'_>,
    what: &str,
    keys: &[&str],
    [earlier, later]: [&Node<'_>; 2],
    (first, index): (usize, usize),
    frame: &Frame<'_>,
) {
    let item = frame.below(Step::Index(index), frame.schema);
    let marked = |item: &Node<'_>| keys.first().and_then(|key| item.get(key)).unwrap_or(item).origin();
    let list = named(&frame.path());
    let violation = walk.violation(ViolationKind::ListMapKey, later, &item);
    let origin = marked(later).or(violation.origin);
    let help = match keys {
        [] => "remove one of the two".to_owned(),
        _ => format!(
            "remove one of the two, or give it another {}",
            super::describe::alternatives(keys.iter().copied())
        ),
    };
    walk.violations.push(Violation {
        origin,
        message: format!("{list} has {what} twice"),
        help: Some(help),
        related: vec![(format!("item {first} is the first"), marked(earlier))],
        ..violation
    });
}
