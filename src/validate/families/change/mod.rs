//! `diff/`: what a sync of the change would be refused, or would destroy.

use crate::validate::rule::Check;
use crate::validate::{Object, Tree};
use crate::yaml::Origin;

mod crd_removed;
mod data_loss;
mod difference;
mod immutable;
mod pvc_shrink;
mod stale_checksum;
mod sts_replaced;

pub(super) const CHECKS: &[&Check] = &[
    &crd_removed::CHECK,
    &data_loss::CHECK,
    &immutable::CHECK,
    &pvc_shrink::CHECK,
    &stale_checksum::CHECK,
    &sts_replaced::CHECK,
];

/// How far a neighbour is looked for.
const NEIGHBOURHOOD: usize = 64;

/// What became of an object: the one of the same kind, namespace and name.
fn successor<'t, 'a, 's>(object: &Object<'_, '_>, tree: &'t Tree<'a, 's>) -> Option<&'t Object<'a, 's>> {
    let found = tree.find((object.group(), object.kind()), object.id.namespace, object.id.name)?;
    let is_same = found.id.effective_namespace() == object.id.effective_namespace();
    is_same.then_some(found)
}

/// The objects of a tree that the next one has no more, each with its index.
fn gone<'t, 'a, 's>(
    earlier: &'t Tree<'a, 's>,
    tree: &'t Tree<'_, '_>,
) -> impl Iterator<Item = (usize, &'t Object<'a, 's>)> {
    let objects = earlier.objects().iter().enumerate();
    objects.filter(|(_, object)| !object.id.name.is_empty() && successor(object, tree).is_none())
}

/// Where something was that is gone: at the object before it, or behind it, which is still there.
fn place_of_gone(index: usize, earlier: &Tree<'_, '_>, tree: &Tree<'_, '_>) -> Origin {
    let objects = earlier.objects();
    let (before, behind) = objects.split_at(index.min(objects.len()));
    let before = before.iter().rev().take(NEIGHBOURHOOD);
    let behind = behind.iter().skip(1).take(NEIGHBOURHOOD);
    let neighbour = before.chain(behind).find_map(|object| successor(object, tree));
    neighbour.or_else(|| tree.objects().first()).map(Object::name_origin).unwrap_or_default()
}
