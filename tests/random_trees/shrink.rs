//! Takes parts away from a tree as long as the two programs still differ in the same way.

use std::io;
use std::path::Path;

use serde_json::Value;

use crate::program::{Difference, Program, Verdict, compare};
use crate::tree::{File, Tree};

/// Builds at most this many smaller trees.
const ATTEMPTS: usize = 600;

/// A part of a document: the steps to it, as positions within each mapping or list.
type Place = Vec<usize>;

pub(crate) struct Shrinker<'a> {
    pub(crate) ours: &'a Program,
    pub(crate) reference: &'a Program,
    pub(crate) folder: &'a Path,
    pub(crate) difference: Difference,
}

impl Shrinker<'_> {
    /// The smallest tree found that shows the difference.
    pub(crate) fn shrink(&self, tree: &Tree) -> io::Result<Tree> {
        let mut smallest = tree.clone();
        let mut attempts = 0;
        loop {
            let mut changed = false;
            let paths: Vec<String> = smallest.files.keys().cloned().collect();
            for path in paths {
                let mut place = Place::from([0]);
                while attempts < ATTEMPTS {
                    let Some(candidate) = without(&smallest, &path, &place) else {
                        if !advance(&smallest, &path, &mut place) {
                            break;
                        }
                        continue;
                    };
                    attempts += 1;
                    if self.still_differs(&candidate)? {
                        smallest = candidate;
                        changed = true;
                    } else if !advance(&smallest, &path, &mut place) {
                        break;
                    }
                }
            }
            if !changed || attempts >= ATTEMPTS {
                return Ok(smallest);
            }
        }
    }

    fn still_differs(&self, tree: &Tree) -> io::Result<bool> {
        tree.write(self.folder)?;
        let verdict = compare(self.ours, self.reference, self.folder.join(&tree.root).as_path())?;
        Ok(matches!(verdict, Verdict::Differs(difference) if difference == self.difference))
    }
}

/// The tree without the part at a place, if there is such a part.
fn without(tree: &Tree, path: &str, place: &[usize]) -> Option<Tree> {
    let mut smaller = tree.clone();
    match smaller.files.get_mut(path)? {
        File::Bytes(_) => return None,
        File::Documents(documents) => {
            let (first, rest) = place.split_first()?;
            if *first >= documents.len() {
                return None;
            }
            if rest.is_empty() {
                documents.remove(*first);
            } else if !remove(&mut documents[*first], rest) {
                return None;
            }
        }
    }
    Some(smaller)
}

fn remove(value: &mut Value, place: &[usize]) -> bool {
    let (position, rest) = (place[0], &place[1..]);
    match value {
        Value::Object(map) => {
            let Some(name) = map.keys().nth(position).cloned() else { return false };
            match map.get_mut(&name) {
                Some(inner) if !rest.is_empty() => remove(inner, rest),
                _ => map.shift_remove(&name).is_some(),
            }
        }
        Value::Array(items) if position < items.len() => {
            if !rest.is_empty() {
                return remove(&mut items[position], rest);
            }
            items.remove(position);
            true
        }
        _ => false,
    }
}

/// Moves on to the next place of a file: deeper first, then on, then up. Returns whether there is one.
fn advance(tree: &Tree, path: &str, place: &mut Place) -> bool {
    let Some(File::Documents(documents)) = tree.files.get(path) else { return false };
    place.push(0);
    if exists(documents, place) {
        return true;
    }
    place.pop();
    while let Some(last) = place.pop() {
        place.push(last + 1);
        if exists(documents, place) {
            return true;
        }
        place.pop();
    }
    false
}

fn exists(documents: &[Value], place: &[usize]) -> bool {
    let mut found = documents.get(place[0]);
    for position in &place[1..] {
        found = match found {
            Some(Value::Object(map)) => map.values().nth(*position),
            Some(Value::Array(items)) => items.get(*position),
            _ => None,
        };
    }
    found.is_some()
}
