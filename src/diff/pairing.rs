//! Which object became which.
//!
//! In this order, each step with what the ones before it left: the same group, kind, namespace and name; the same name
//! without the suffix that follows from the content; the same name in another namespace; the same name with another kind
//! that does the same work; another name and much the same content.

use std::collections::hash_map::Entry;

use indexmap::IndexMap;
use rustc_hash::FxHashMap;

use super::change::Verb;
use super::comparison::Options;
use super::names::stem;
use super::side::{Identity, Object, duplicate};
use super::similarity::{Features, pair};
use crate::diagnostic::Diagnostics;

/// How alike two objects of one kind must be to be one that was renamed.
const ALIKE: f64 = 0.6;

/// Kinds that take each other's place.
const FAMILIES: [&[&str]; 5] = [
    &["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout", "Job", "CronJob", "Pod"],
    &["Role", "ClusterRole"],
    &["RoleBinding", "ClusterRoleBinding"],
    &["ConfigMap", "Secret", "ExternalSecret", "SealedSecret"],
    &["Ingress", "HTTPRoute", "Route"],
];

/// Two objects that are one, by their places on each side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) verb: Verb,
    pub(super) before: Option<usize>,
    pub(super) after: Option<usize>,
}

/// The objects of both sides, and which of them are still alone.
struct Alone<'o, 'a, 's> {
    before: (&'o [Object<'a, 's>], Vec<usize>),
    after: (&'o [Object<'a, 's>], Vec<usize>),
    pairs: Vec<Pair>,
}

/// Pairs the objects of two sides. Two of one side that are the same are an error, or are paired in order; those in
/// `same` are on both sides.
pub(super) fn pairs<'s>(
    (before, after): (&[Object<'_, 's>], &[Object<'_, 's>]),
    same: &[Object<'_, 's>],
    options: &Options,
) -> Result<Vec<Pair>, Diagnostics> {
    let mut errors = Diagnostics::default();
    if !options.allow_duplicates {
        errors.absorb(unique(same.iter().chain(before)));
        errors.absorb(unique(same.iter().chain(after)));
        errors.into_result()?;
    }
    let (olds, news) = (by_identity(before), by_identity(after));
    let mut pairs = Vec::new();
    let mut rest = (Vec::new(), Vec::new());
    for (identity, olds) in &olds {
        let news = news.get(identity).map_or(&[][..], Vec::as_slice);
        for (nth, old) in olds.iter().enumerate() {
            match news.get(nth) {
                Some(new) => pairs.push(Pair { verb: Verb::Changed, before: Some(*old), after: Some(*new) }),
                None => rest.0.push(*old),
            }
        }
    }
    for (identity, news) in &news {
        let known = olds.get(identity).map_or(0, Vec::len);
        rest.1.extend(news.iter().skip(known));
    }
    let mut alone = Alone { before: (before, rest.0), after: (after, rest.1), pairs };
    if options.is_identity_kept {
        return Ok(alone.finish());
    }
    alone.pair_by(Verb::Regenerated, |id| {
        let is_made = matches!((id.group, id.kind), ("", "ConfigMap" | "Secret"));
        Some((id.group, id.kind, id.namespace, stem(id.name).filter(|_| is_made)?))
    });
    alone.pair_by(Verb::Moved, |id| Some((id.group, id.kind, "", id.name)));
    alone.pair_by(Verb::Replaced, |id| {
        let family = FAMILIES.iter().position(|kinds| kinds.contains(&id.kind))?;
        Some(("", FAMILIES[family][0], id.namespace, id.name))
    });
    alone.pair_alike();
    Ok(alone.finish())
}

type ByIdentity<'s> = IndexMap<Identity<'s>, Vec<usize>>;

/// Refuses objects that are there twice.
fn unique<'o, 'a: 'o, 's: 'a>(objects: impl Iterator<Item = &'o Object<'a, 's>>) -> Result<(), Diagnostics> {
    let mut first: FxHashMap<_, &Object<'_, '_>> = FxHashMap::default();
    let mut errors = Diagnostics::default();
    for object in objects {
        match first.entry(object.identity()) {
            Entry::Occupied(known) => {
                errors.absorb(Err::<(), _>(duplicate(known.get(), object)));
            }
            Entry::Vacant(free) => {
                free.insert(object);
            }
        }
    }
    errors.into_result()
}

fn by_identity<'s>(objects: &[Object<'_, 's>]) -> ByIdentity<'s> {
    let mut found: ByIdentity<'s> = IndexMap::with_capacity(objects.len());
    for (index, object) in objects.iter().enumerate() {
        found.entry(object.identity()).or_default().push(index);
    }
    found
}

type Key<'s> = (&'s str, &'s str, &'s str, &'s str);

impl<'s> Alone<'_, '_, 's> {
    /// Pairs objects of which each side has one alone with a key.
    fn pair_by(&mut self, verb: Verb, key: impl Fn(&Identity<'s>) -> Option<Key<'s>>) {
        let olds = by_key(&self.before, &key);
        let news = by_key(&self.after, &key);
        for (key, old) in olds {
            if let (&[old], Some(&[new])) = (old.as_slice(), news.get(&key).map(Vec::as_slice)) {
                self.pairs.push(Pair { verb, before: Some(old), after: Some(new) });
            }
        }
        self.drop_paired();
    }

    /// Pairs objects of one kind and namespace that say much the same.
    fn pair_alike(&mut self) {
        let key = |id: &Identity<'s>| Some((id.group, id.kind, id.namespace, ""));
        let (olds, news) = (by_key(&self.before, &key), by_key(&self.after, &key));
        for (key, olds) in olds {
            let Some(news) = news.get(&key) else { continue };
            let features = |objects: &[Object<'_, 's>], indexes: &[usize]| -> Vec<Features> {
                indexes
                    .iter()
                    .map(|index| Features::of_object(&objects[*index].node, objects[*index].id.name))
                    .collect()
            };
            let found = pair(&features(self.before.0, &olds), &features(self.after.0, news), ALIKE);
            self.pairs.extend(found.into_iter().map(|(old, new)| Pair {
                verb: Verb::Renamed,
                before: Some(olds[old]),
                after: Some(news[new]),
            }));
        }
        self.drop_paired();
    }

    fn drop_paired(&mut self) {
        let set = |side: fn(&Pair) -> Option<usize>| -> rustc_hash::FxHashSet<usize> {
            self.pairs.iter().filter_map(side).collect()
        };
        let (olds, news) = (set(|pair| pair.before), set(|pair| pair.after));
        self.before.1.retain(|index| !olds.contains(index));
        self.after.1.retain(|index| !news.contains(index));
    }

    fn finish(mut self) -> Vec<Pair> {
        let removed = |old: &usize| Pair { verb: Verb::Removed, before: Some(*old), after: None };
        let added = |new: &usize| Pair { verb: Verb::Added, before: None, after: Some(*new) };
        self.pairs.extend(self.before.1.iter().map(removed));
        self.pairs.extend(self.after.1.iter().map(added));
        self.pairs
    }
}

fn by_key<'s>(
    (objects, alone): &(&[Object<'_, 's>], Vec<usize>),
    key: &impl Fn(&Identity<'s>) -> Option<Key<'s>>,
) -> IndexMap<Key<'s>, Vec<usize>, rustc_hash::FxBuildHasher> {
    let mut found: IndexMap<Key<'s>, Vec<usize>, _> = IndexMap::default();
    for index in alone {
        if let Some(key) = key(&objects[*index].identity()) {
            found.entry(key).or_default().push(*index);
        }
    }
    found
}
