//! What differs between a value as it was and as it is.

use crate::schema::is_default;
use crate::validate::quantity;
use crate::yaml::{Mapping, Node};

/// The first place where two values differ.
pub(super) struct Difference<'o, 'n, 's> {
    /// Where it is.
    pub(super) path: String,
    /// What was there.
    pub(super) old: Option<&'o Node<'s>>,
    /// What is there; if nothing is, what is around it.
    pub(super) new: &'n Node<'s>,
    /// Whether nothing is there any more.
    pub(super) is_removed: bool,
}

/// The first place where two values differ in what they mean, if there is one.
pub(super) fn first_difference<'o, 'n, 's>(
    old: &'o Node<'s>,
    new: &'n Node<'s>,
    path: &str,
) -> Option<Difference<'o, 'n, 's>> {
    if let (Some(old), Some(new_mapping)) = (old.as_mapping(), new.as_mapping()) {
        return in_mapping(old, (new, new_mapping), path);
    }
    let here = || Some(Difference { path: path.to_owned(), old: Some(old), new, is_removed: false });
    if let (Some(old_items), Some(new_items)) = (old.as_sequence(), new.as_sequence()) {
        if old_items.len() != new_items.len() {
            return here();
        }
        let mut pairs = old_items.iter().zip(new_items).enumerate();
        return pairs.find_map(|(index, (old, new))| first_difference(old, new, &format!("{path}[{index}]")));
    }
    if is_same_scalar(old, new) { None } else { here() }
}

fn in_mapping<'o, 'n, 's>(
    old: &'o Mapping<'s>,
    (around, new): (&'n Node<'s>, &'n Mapping<'s>),
    path: &str,
) -> Option<Difference<'o, 'n, 's>> {
    let at = |key: &str| format!("{path}.{key}");
    for entry in new {
        let key = entry.key.text;
        match old.get(key) {
            Some(old) => {
                if let Some(found) = first_difference(old, &entry.value, &at(key)) {
                    return Some(found);
                }
            }
            None if is_default(key, &entry.value) => {}
            None => {
                return Some(Difference { path: at(key), old: None, new: &entry.value, is_removed: false });
            }
        }
    }
    let gone = old
        .iter()
        .find(|entry| !new.contains(entry.key.text) && !is_default(entry.key.text, &entry.value))?;
    Some(Difference { path: at(gone.key.text), old: Some(&gone.value), new: around, is_removed: true })
}

fn is_same_scalar(old: &Node<'_>, new: &Node<'_>) -> bool {
    let (Some(one), Some(other)) = (old.text(), new.text()) else { return false };
    let is_same_amount = || quantity(one).is_some_and(|one| Some(one) == quantity(other));
    one == other || old.is_null() && new.is_null() || is_same_amount()
}
