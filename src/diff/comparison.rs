//! From two sides to what differs.

use rayon::prelude::*;

use super::change::{Edit, ObjectChange, Verb};
use super::masking::Masks;
use super::names::NewNames;
use super::pairing::{Pair, pairs};
use super::path::Path;
use super::side::{Object, Side, objects};
use super::walk::Walk;
use crate::diagnostic::Diagnostics;
use crate::schema::{Lookup, Schemas};
use crate::yaml::{Sources, Typing};

/// As many objects that move between the same namespaces are one move of the namespace.
const MOVE_OF_NAMESPACE: usize = 3;

/// What differs between two sides.
#[derive(Debug, Default)]
pub struct Comparison<'a, 's> {
    /// The objects that are not what they were, by kind, namespace and name.
    pub changes: Vec<ObjectChange<'a, 's>>,
    /// How many objects say the same on both sides.
    pub unchanged: usize,
    /// How plain scalars of both sides are read.
    pub typing: (Typing, Typing),
}

/// How sides are compared.
#[derive(Debug, Default)]
pub struct Options {
    /// What the API says of fields; custom resources that are defined on either side are added by the caller.
    pub schemas: Schemas,
    /// Whether two objects of one side that are the same are paired in order; otherwise they are an error.
    pub allow_duplicates: bool,
    /// Whether an object is what it is called: none was renamed, moved or replaced.
    pub is_identity_kept: bool,
}

/// Compares two sides.
pub fn compare<'a, 's>(
    before: &'a Side<'s>,
    after: &'a Side<'s>,
    options: &Options,
    sources: &'s Sources,
) -> Result<Comparison<'a, 's>, Diagnostics> {
    let mut masks = Masks::default();
    let mut of = |documents| objects(documents, &mut masks, sources);
    let (olds, news) = (of(&before.documents), of(&after.documents));
    let same = [of(&before.same), of(&after.same)].concat();
    let pairs = pairs((&olds, &news), &same, options)?;
    let names = new_names(&pairs, &olds, &news);
    let work =
        Work { schemas: &options.schemas, names: &names, typing: (before.typing, after.typing), sources };
    let found: Vec<_> = pairs.par_iter().map(|pair| work.change(pair, &olds, &news)).collect();
    let mut followed = vec![0; pairs.len()];
    found
        .iter()
        .flatten()
        .flat_map(|(_, followed)| followed)
        .for_each(|index| followed_by(&mut followed, *index));
    let unchanged = same.len() + found.iter().filter(|change| change.is_none()).count();
    let changes = found.into_iter().zip(followed).filter_map(|(found, followed_by)| {
        let (change, _) = found?;
        Some(ObjectChange { followed_by, ..change })
    });
    let mut changes: Vec<_> = changes.collect();
    changes.sort_by(|one, other| one.object().identity().cmp(&other.object().identity()));
    Ok(Comparison { changes, unchanged, typing: (before.typing, after.typing) })
}

fn followed_by(counts: &mut [usize], index: usize) {
    if let Some(count) = counts.get_mut(index) {
        *count += 1;
    }
}

/// The names that other objects follow.
fn new_names<'s>(pairs: &[Pair], olds: &[Object<'_, 's>], news: &[Object<'_, 's>]) -> NewNames<'s> {
    let mut names = NewNames::default();
    let mut moves: indexmap::IndexMap<(&str, &str), usize> = indexmap::IndexMap::new();
    for (index, pair) in pairs.iter().enumerate() {
        let (Some(old), Some(new)) = (pair.before, pair.after) else { continue };
        let (old, new) = (&olds[old].id, &news[new].id);
        match pair.verb {
            Verb::Regenerated => names.add_object(old.name, new.name, index),
            Verb::Moved => *moves.entry((old.namespace, new.namespace)).or_default() += 1,
            _ => {}
        }
    }
    for ((before, after), _) in moves.into_iter().filter(|(_, count)| *count >= MOVE_OF_NAMESPACE) {
        names.add_namespace(before, after);
    }
    names
}

/// What is needed to compare one pair.
struct Work<'w, 's> {
    schemas: &'w Schemas,
    names: &'w NewNames<'s>,
    typing: (Typing, Typing),
    sources: &'s Sources,
}

impl<'s> Work<'_, 's> {
    /// What became of a pair, and the changes that it follows; none if nothing did.
    fn change<'a>(
        &self,
        pair: &Pair,
        olds: &[Object<'a, 's>],
        news: &[Object<'a, 's>],
    ) -> Option<(ObjectChange<'a, 's>, Vec<usize>)> {
        let before = pair.before.map(|index| olds[index].clone());
        let after = pair.after.map(|index| news[index].clone());
        let (edits, followed) = match (&before, &after) {
            (Some(before), Some(after)) => self.edits(pair.verb, before, after),
            _ => (Vec::new(), Vec::new()),
        };
        let change = ObjectChange { verb: pair.verb, before, after, edits, followed_by: 0 };
        let is_same = change.verb == Verb::Changed && change.edits.is_empty() && !change.is_relocated();
        (!is_same).then_some((change, followed))
    }

    fn edits(
        &self,
        verb: Verb,
        before: &Object<'_, 's>,
        after: &Object<'_, 's>,
    ) -> (Vec<Edit<'s>>, Vec<usize>) {
        let (_, newest) = self.schemas.minors();
        let schema = |object: &Object<'_, 's>| {
            let version = object.text(&["apiVersion"]).unwrap_or_default();
            match self.schemas.find(version, object.id.gvk.kind, newest) {
                Lookup::Found(found) => Some(found.value_schema()),
                _ => None,
            }
        };
        let mut walk = Walk {
            sources: self.sources,
            kind: after.id.gvk.kind,
            typing: self.typing,
            names: self.names,
            path: Path::default(),
            edits: Vec::new(),
            followed: Vec::new(),
        };
        walk.value(&before.node, &after.node, schema(after).or_else(|| schema(before)));
        let Walk { mut edits, followed, .. } = walk;
        edits.retain(|edit| !is_said_by(verb, edit));
        edits.sort_by_cached_key(|edit| edit.path.order());
        (edits, followed)
    }
}

/// Whether the verb says already what an edit says.
fn is_said_by(verb: Verb, edit: &Edit<'_>) -> bool {
    match verb {
        Verb::Renamed | Verb::Regenerated => edit.path.is_at(&["metadata", "name"]),
        Verb::Moved => edit.path.is_at(&["metadata", "namespace"]),
        Verb::Replaced => edit.path.is_at(&["kind"]) || edit.path.is_at(&["apiVersion"]),
        _ => false,
    }
}

impl Comparison<'_, '_> {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}
