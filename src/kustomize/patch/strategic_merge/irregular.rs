//! Keyed lists in which some items lack a key, or are no mappings.
//!
//! What becomes of such a list in kyaml is nobody's intention: an item without a name drives out all others, a
//! port with a protocol is lost beside one without. But it is what the output shows, so its steps are repeated
//! here, search by search, each through the whole list. That takes quadratic time, hence the limit.

use super::list::{Side, key_value};
use super::{Outcome, Result, Walk, directive};
use crate::diagnostic::Diagnostic;
use crate::schema::TypeRef;
use crate::yaml::{Key, Node, Origin, Sequence, Style, Typing, Value, is_string};

/// Up to how many items, of both sides, a list may have.
const LIMIT: usize = 4096;

/// The two lists, as positions in a store of items, because one item may stand in both.
struct Lists<'s> {
    items: Vec<Node<'s>>,
    target: Vec<usize>,
    /// The patch's list; `None` where there is none or where it is the same as `target`.
    patch: Option<Vec<usize>>,
    shared: bool,
}

/// The values of a list's keys in one item; empty where there is none.
type Values<'s> = Vec<&'s str>;

/// Merges the items as kyaml does.
pub(super) fn combine<'m, 's>(
    walk: &Walk<'m, 's>,
    target: &mut Sequence<'s>,
    side: Side<'_, 's>,
    list: TypeRef<'m>,
) -> Result<()> {
    let mut keys = list.merge_keys();
    if keys.is_empty() {
        keys.push("");
    }
    let mut lists = Lists::new(target, side);
    check_size(&lists.items, &keys)?;
    let mut tuples = lists.tuples(&keys);
    if tuples.is_empty() {
        *target = lists.items.into();
        return Ok(());
    }
    if keys.len() > 1 {
        merge_tuples(&mut tuples);
    }
    let valid = valid_positions(&keys, &tuples);
    let valid_keys: Vec<_> = valid.iter().map(|at| keys[*at]).collect();
    let mut merged = Vec::new();
    for tuple in &tuples {
        let values: Values<'s> = valid.iter().map(|at| tuple[*at]).collect();
        match lists.walk(walk, list, &valid_keys, &values)? {
            Some(item) => {
                lists.ensure_keys(item, &valid_keys, &values);
                set(&lists.items, &mut merged, Some(item), &valid_keys, &values)?;
            }
            None => set(&lists.items, &mut lists.target, None, &valid_keys, &values)?,
        }
    }
    lists.append(&mut merged, &valid_keys)?;
    *target = lists.take(&merged).into();
    Ok(())
}

fn check_size(items: &[Node<'_>], keys: &[&str]) -> Result<()> {
    if items.len() <= LIMIT {
        return Ok(());
    }
    let lacking = items.iter().find(|item| keys.iter().any(|key| key_value(item, key).is_empty()));
    let error = match lacking {
        Some(item) => Diagnostic::error("an item of a long list lacks a key that the list is merged by")
            .at(item.origin())
            .hint(format!("every item needs `{}`", keys.join("` and `"))),
        None => Diagnostic::error("the list is too long to be merged by more than two keys")
            .at(items.first().map_or(Origin::NONE, Node::origin)),
    };
    Err(error.into())
}

impl<'s> Lists<'s> {
    fn new(target: &mut Sequence<'s>, side: Side<'_, 's>) -> Self {
        let mut items = std::mem::take(target).into_vec();
        let target = (0..items.len()).collect();
        let patch = if let Side::Patch(changes) = side {
            let first = items.len();
            items.extend_from_slice(changes);
            Some((first..items.len()).collect())
        } else {
            None
        };
        Self { items, target, patch, shared: matches!(side, Side::Itself) }
    }

    /// The tuples of key values of all items, each once, the patch's first.
    fn tuples(&self, keys: &[&str]) -> Vec<Values<'s>> {
        let mut seen = rustc_hash::FxHashSet::default();
        let patch = self.patch.as_deref().unwrap_or_default();
        let all = patch.iter().chain(&self.target).map(|item| self.tuple(*item, keys));
        all.filter(|tuple| seen.insert(tuple.clone())).collect()
    }

    fn tuple(&self, item: usize, keys: &[&str]) -> Values<'s> {
        let item = &self.items[item];
        let value =
            |key: &&str| if key.is_empty() { item.text().unwrap_or_default() } else { key_value(item, key) };
        keys.iter().map(value).collect()
    }

    /// The first item of `list` with these values.
    fn find(&self, list: &[usize], keys: &[&str], values: &[&str]) -> Option<usize> {
        let matches = |item: &&usize| {
            let item = &self.items[**item];
            if keys.first() == Some(&"") {
                return values.first() == Some(&item.text().unwrap_or_default());
            }
            keys.iter().zip(values).all(|(key, value)| {
                item.get(key).is_some_and(|found| found.text().unwrap_or_default() == *value)
            })
        };
        list.iter().find(matches).copied()
    }

    /// Merges the items that have these values. Gives the item that results, unless it is null or empty.
    fn walk<'m>(
        &mut self,
        walk: &Walk<'m, 's>,
        list: TypeRef<'m>,
        keys: &[&str],
        values: &[&str],
    ) -> Result<Option<usize>> {
        let present = valid_positions(keys, &[values.to_vec()]);
        let keys: Vec<_> = present.iter().map(|at| keys[*at]).collect();
        let values: Vec<_> = present.iter().map(|at| values[*at]).collect();
        let target = self.find(&self.target, &keys, &values);
        let patch = match &self.patch {
            Some(patch) => self.find(patch, &keys, &values),
            None => target.filter(|_| self.shared),
        };
        let result = self.walk_pair(walk, list.items(), target, patch)?;
        Ok(result.filter(|item| {
            let item = &self.items[*item];
            !item.is_null() && item.as_mapping().is_none_or(|fields| !fields.is_empty())
        }))
    }

    fn walk_pair<'m>(
        &mut self,
        walk: &Walk<'m, 's>,
        known: Option<TypeRef<'m>>,
        target: Option<usize>,
        patch: Option<usize>,
    ) -> Result<Option<usize>> {
        match (target, patch) {
            (None, None) => Ok(None),
            (Some(target), None) => {
                let outcome = walk.kept(&mut self.items[target], known)?;
                Ok((!matches!(outcome, Outcome::Removed)).then_some(target))
            }
            (None, Some(patch)) => {
                let change = self.take_directive(patch);
                let Some(item) = walk.added(change, known)? else { return Ok(None) };
                self.items[patch] = item;
                Ok(Some(patch))
            }
            (Some(target), Some(patch)) if target == patch => {
                Ok(walk.settled(&mut self.items[target], known)?.then_some(target))
            }
            (Some(target), Some(patch)) => {
                let change = self.take_directive(patch);
                match walk.both(&mut self.items[target], &change, known)? {
                    Outcome::Kept => Ok(Some(target)),
                    Outcome::Removed => Ok(None),
                    Outcome::Replaced(item) => {
                        self.items[patch] = item;
                        Ok(Some(patch))
                    }
                }
            }
        }
    }

    /// An item of the patch as it was. Its directive counts once: the item may be found again, by other values.
    fn take_directive(&mut self, patch: usize) -> Node<'s> {
        let change = self.items[patch].clone();
        if let Some(fields) = self.items[patch].as_mapping_mut()
            && directive::of_mapping(fields).is_ok_and(|directive| directive.is_some())
        {
            fields.remove(directive::KEY);
        }
        change
    }

    /// Gives a merged item the keys it was found by.
    fn ensure_keys(&mut self, item: usize, keys: &[&str], values: &[&'s str]) {
        let item = &mut self.items[item];
        let origin = item.origin();
        let Some(fields) = item.as_mapping_mut() else { return };
        for (key, value) in keys.iter().zip(values).filter(|(_, value)| !value.is_empty()) {
            if fields.contains(key) {
                continue;
            }
            let plain = is_string(value, Typing::Core) && is_string(value, Typing::Legacy);
            let style = if plain { Style::Plain } else { Style::DoubleQuoted };
            let value = Node::plain(value, origin).with_style(style);
            fields.push(Key::new(key, origin), value);
        }
    }

    /// Puts the object's items behind the merged ones, each in the place of those with the same values.
    fn append(&self, merged: &mut Vec<usize>, keys: &[&str]) -> Result<()> {
        for item in &self.target {
            let node = &self.items[*item];
            if keys.first() == Some(&"") {
                set(&self.items, merged, Some(*item), keys, &[node.text().unwrap_or_default()])?;
                continue;
            }
            let mut values = Vec::new();
            for key in keys {
                match field(node, key)? {
                    Some(value) => values.push(value.text().unwrap_or_default()),
                    None => merged.push(*item),
                }
            }
            if keys.len() > 1 {
                set(&self.items, merged, None, keys, &values)?;
            }
            set(&self.items, merged, Some(*item), keys, &values)?;
        }
        Ok(())
    }

    fn take(self, merged: &[usize]) -> Vec<Node<'s>> {
        // An item may have got in twice.
        merged.iter().map(|item| self.items[*item].clone()).collect()
    }
}

/// The positions of the keys for which some tuple has a value; all, if there is none.
fn valid_positions(keys: &[&str], tuples: &[Values<'_>]) -> Vec<usize> {
    let used = |at: &usize| tuples.iter().any(|tuple| tuple.get(*at).is_some_and(|value| !value.is_empty()));
    let valid: Vec<_> = (0..keys.len()).filter(used).collect();
    if valid.is_empty() { (0..keys.len()).collect() } else { valid }
}

/// Makes tuples equal that differ only in what one of them lacks.
fn merge_tuples(tuples: &mut [Values<'_>]) {
    for one in 0..tuples.len() {
        let values = tuples[one].clone();
        for other in 0..tuples.len() {
            if let Some(merged) = merged_tuple(&values, &tuples[other]) {
                tuples[one].clone_from(&merged);
                tuples[other] = merged;
            }
        }
    }
}

fn merged_tuple<'s>(one: &[&'s str], other: &[&'s str]) -> Option<Values<'s>> {
    let mut common = false;
    let mut merged = Vec::with_capacity(one.len());
    for (left, right) in one.iter().zip(other) {
        match (*left, *right) {
            (left, right) if left == right => {
                common = true;
                merged.push(left);
            }
            ("", value) | (value, "") => merged.push(value),
            _ => return None,
        }
    }
    common.then_some(merged)
}

/// Puts `element` in the place of the items with these values, or behind the others; without an element, takes
/// those items out. An empty value of a key matches any, and without any value the items that do not match go.
fn set(
    items: &[Node<'_>],
    list: &mut Vec<usize>,
    element: Option<usize>,
    keys: &[&str],
    values: &[&str],
) -> Result<()> {
    let for_mappings = keys.first().is_some_and(|key| !key.is_empty())
        && values.first().is_some_and(|value| !value.is_empty());
    let mut found_any = false;
    let mut result = Vec::with_capacity(list.len() + 1);
    for &position in list.iter() {
        let item = &items[position];
        if item.is_null() || item.as_mapping().is_some_and(crate::yaml::Mapping::is_empty) {
            continue;
        }
        if item.as_mapping().is_none() && for_mappings {
            result.push(position);
        } else if has_values(item, keys, values)? {
            found_any = true;
            result.extend(element);
        } else if !values.is_empty() {
            result.push(position);
        }
    }
    *list = result;
    if let Some(element) = element.filter(|element| !found_any && !items[*element].is_null()) {
        list.push(element);
    }
    Ok(())
}

/// Whether an item has these values. A key without a value is taken to match if the one before it did.
fn has_values(item: &Node<'_>, keys: &[&str], values: &[&str]) -> Result<bool> {
    if values.is_empty() {
        return Ok(false);
    }
    for (key, value) in keys.iter().zip(values) {
        let any = value.is_empty() && !key.is_empty();
        let Some(found) = field(item, key)? else { return Ok(false) };
        if !any && found.text().unwrap_or_default() != *value {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The value of a key, or of the item itself where the key is empty.
fn field<'a, 's>(item: &'a Node<'s>, key: &str) -> Result<Option<&'a Node<'s>>> {
    let expected = match (item.value(), key) {
        _ if item.is_null() => return Ok(None),
        (Value::Scalar(_), "") => return Ok(Some(item)),
        (Value::Mapping(fields), _) if !key.is_empty() => return Ok(fields.get(key)),
        (_, "") => "a plain value",
        _ => "a mapping",
    };
    Err(Diagnostic::error(format!("expected {expected} in the list, found a {}", item.kind_name()))
        .at(item.origin())
        .into())
}
