//! Which live objects are ours although the tree does not have them.
//!
//! An object is ours if an engine's mark says that one of our apps made it, or, without any such mark, if it carries the
//! labels `app.kubernetes.io/part-of` and `app.kubernetes.io/name` of one of our objects. What controllers make of our
//! objects carries the same labels and is none of these.

use std::collections::BTreeSet;

use super::engines::Engines;
use super::identity::Identity;
use crate::yaml::Node;

const PART_OF: &str = "app.kubernetes.io/part-of";
const NAME: &str = "app.kubernetes.io/name";
const TRACKING: &str = "argocd.argoproj.io/tracking-id";
const FLUX_NAME: &str = "kustomize.toolkit.fluxcd.io/name";
const FLUX_NAMESPACE: &str = "kustomize.toolkit.fluxcd.io/namespace";
/// What controllers make, with the labels of what they make it of.
const MADE: [&str; 10] = [
    "ControllerRevision",
    "EndpointSlice",
    "Endpoints",
    "Event",
    "Lease",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Pod",
    "PodMetrics",
    "ReplicaSet",
];

/// What marks an object as ours.
#[derive(Debug)]
pub(super) struct Marks<'e, 's> {
    engines: &'e Engines<'s>,
    labels: BTreeSet<(&'s str, &'s str)>,
}

impl<'e, 's> Marks<'e, 's> {
    pub(super) fn of<'a>(engines: &'e Engines<'s>, ours: impl Iterator<Item = &'a Node<'s>>) -> Self
    where
        's: 'a,
    {
        Self { engines, labels: ours.filter_map(labels).collect() }
    }

    /// Whether a live object is one of ours.
    pub(super) fn are_on(&self, node: &Node<'s>, id: &Identity<'s>) -> bool {
        let has_owner = node
            .at(&["metadata", "ownerReferences"])
            .and_then(Node::as_sequence)
            .is_some_and(|all| !all.is_empty());
        if has_owner || MADE.contains(&id.kind) {
            return false;
        }
        let annotation = text(node, "annotations", TRACKING);
        let flux = text(node, "labels", FLUX_NAMESPACE).zip(text(node, "labels", FLUX_NAME));
        match (annotation.and_then(|tracking| tracked(tracking, id)), flux) {
            (Some(application), _) => self.engines.applications.contains(&application),
            (None, Some(kustomization)) => self.engines.kustomizations.contains(&kustomization),
            (None, None) => labels(node).is_some_and(|found| self.labels.contains(&found)),
        }
    }
}

/// The application in `app:group/kind:namespace/name`; none if that is about another object, of which this is a copy.
fn tracked<'s>(tracking: &'s str, id: &Identity<'_>) -> Option<&'s str> {
    let (application, object) = tracking.split_once(':')?;
    let (kind, object) = object.split_once(':')?;
    let (_, name) = object.split_once('/')?;
    (kind.strip_prefix(id.group)?.strip_prefix('/')? == id.kind && name == id.name).then_some(application)
}

fn labels<'s>(node: &Node<'s>) -> Option<(&'s str, &'s str)> {
    text(node, "labels", PART_OF).zip(text(node, "labels", NAME))
}

fn text<'s>(node: &Node<'s>, field: &str, name: &str) -> Option<&'s str> {
    node.at(&["metadata", field, name])?.text()
}
