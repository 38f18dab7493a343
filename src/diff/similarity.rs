//! How much two values have in common.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::yaml::{Node, Value};

/// What more values than this have in common says nothing about any two of them.
const COMMON: usize = 48;

/// What a value says, piece by piece: a number for each path with its text, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Features(Vec<u64>);

impl Features {
    /// The pieces of a value.
    pub(super) fn of(node: &Node<'_>) -> Self {
        let mut features = Self::default();
        features.add(node, 0);
        features.0.sort_unstable();
        features
    }

    /// The pieces of an object, and the words of its name: most objects that get another one keep a part of it, and
    /// some say nothing else that tells them apart.
    pub(super) fn of_object(node: &Node<'_>, name: &str) -> Self {
        let mut features = Self(name.split(['-', '.', ':']).map(|word| hash(&("name", word))).collect());
        for entry in node.as_mapping().into_iter().flatten() {
            match entry.key.text {
                "apiVersion" | "kind" => {}
                "metadata" => {
                    let rest = entry.value.as_mapping().into_iter().flatten();
                    rest.filter(|entry| !matches!(entry.key.text, "name" | "namespace"))
                        .for_each(|entry| features.add(&entry.value, hash(&entry.key.text)));
                }
                key => features.add(&entry.value, hash(&key)),
            }
        }
        features.0.sort_unstable();
        features
    }

    fn add(&mut self, node: &Node<'_>, path: u64) {
        match node.value() {
            Value::Scalar(text) => self.0.push(hash(&(path, text))),
            Value::Sequence(items) => items.iter().for_each(|item| self.add(item, hash(&(path, "[]")))),
            Value::Mapping(mapping) => {
                mapping.iter().for_each(|entry| self.add(&entry.value, hash(&(path, entry.key.text))));
            }
        }
    }

    /// How much two values have in common: 1 if they say the same, 0 if nothing is the same.
    fn score(&self, other: &Self) -> f64 {
        let (mut one, mut two, mut common) = (0, 0, 0);
        while let (Some(left), Some(right)) = (self.0.get(one), other.0.get(two)) {
            common += usize::from(left == right);
            one += usize::from(left <= right);
            two += usize::from(right <= left);
        }
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let score = |common: usize, all: usize| 2.0 * common as f64 / all as f64;
        match self.0.len() + other.0.len() {
            0 => 1.0,
            all => score(common, all),
        }
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Pairs values that have at least `least` in common, the most alike first; of several that are as much alike, those
/// that come first.
pub(super) fn pair(before: &[Features], after: &[Features], least: f64) -> Vec<(usize, usize)> {
    let mut with: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    for (to, features) in after.iter().enumerate() {
        features.0.iter().for_each(|feature| with.entry(*feature).or_default().push(to));
    }
    // Scores are compared as whole numbers, so that the order is the same everywhere.
    let mut scored = BTreeSet::new();
    for (at, features) in before.iter().enumerate() {
        let known = features.0.iter().filter_map(|feature| with.get(feature));
        let candidates: BTreeSet<usize> =
            known.filter(|all| all.len() <= COMMON).flatten().copied().collect();
        for to in candidates {
            let score = features.score(&after[to]);
            if score >= least {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "between 0 and 1"
                )]
                let rank = ((1.0 - score) * 1e6) as u32;
                scored.insert((rank, at, to));
            }
        }
    }
    let (mut olds, mut news) = (FxHashSet::default(), FxHashSet::default());
    let mut pairs = Vec::new();
    for (_, at, to) in scored {
        if !olds.contains(&at) && !news.contains(&to) {
            olds.insert(at);
            news.insert(to);
            pairs.push((at, to));
        }
    }
    pairs.sort_unstable();
    pairs
}
