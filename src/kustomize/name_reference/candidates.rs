//! Who could be referred to: the objects that have had another name, by that name.

use rustc_hash::{FxHashMap, FxHashSet};

use super::referrer::Referrer;
use crate::resource::{Gvk, NOT_A_NAMESPACE, PreviousId, ResId, ResMap, Resource, or_default};
use crate::yaml::Origin;

/// An object as it was before any reference was fixed.
pub(super) struct Candidate<'s> {
    /// Its id now.
    pub(super) id: ResId<'s>,
    /// Where its name was written, or asked to be changed.
    pub(super) name_origin: Origin,
    /// The same of its namespace.
    pub(super) namespace_origin: Origin,
    /// Prefixes of its name.
    pub(super) prefixes: Vec<&'s str>,
    /// Suffixes of its name.
    pub(super) suffixes: Vec<&'s str>,
    earlier: Vec<PreviousId<'s>>,
}

/// A name with an effective namespace.
type Place<'s> = (&'s str, &'s str);

/// The objects that had other names, in order, and how to find them.
#[derive(Default)]
pub(super) struct Candidates<'s> {
    list: Vec<Candidate<'s>>,
    by_name: FxHashMap<&'s str, Vec<usize>>,
    by_current_namespace: FxHashMap<Place<'s>, Vec<usize>>,
    by_original_namespace: FxHashMap<Place<'s>, Vec<usize>>,
    /// Namespaces in which some object was first, with the one in which it is now, as written.
    moves: FxHashSet<(&'s str, &'s str)>,
    original_namespaces: FxHashSet<&'s str>,
}

impl<'s> Candidate<'s> {
    fn new(resource: &Resource<'s>) -> Self {
        let origin = |field| {
            resource
                .node
                .at(&["metadata", field])
                .map_or(Origin::NONE, |node| node.origin)
                .or(resource.node.origin)
        };
        Self {
            id: resource.current_id(),
            name_origin: origin("name"),
            namespace_origin: origin("namespace"),
            prefixes: resource.name_prefixes.clone(),
            suffixes: resource.name_suffixes.clone(),
            earlier: resource.previous_ids.clone(),
        }
    }

    /// Whether it was, at any time, of a type that `selector` matches.
    pub(super) fn was_selected_by(&self, selector: &Gvk<'_>) -> bool {
        self.earlier.iter().any(|earlier| Gvk { kind: earlier.kind, ..self.id.gvk }.is_selected_by(selector))
    }

    fn original_namespace(&self) -> &'s str {
        self.earlier
            .first()
            .map_or_else(|| self.id.effective_namespace(), |first| or_default(first.namespace))
    }
}

impl<'s> Candidates<'s> {
    /// Finds the objects that had other names.
    pub(super) fn new(resources: &ResMap<'s>) -> Self {
        let mut candidates = Self::default();
        for resource in resources {
            candidates.add(Candidate::new(resource));
        }
        candidates
    }

    fn add(&mut self, candidate: Candidate<'s>) {
        let original = candidate.original_namespace();
        let current = candidate.id.effective_namespace();
        self.original_namespaces.insert(original);
        let is_cluster_scoped = current == NOT_A_NAMESPACE;
        self.moves.insert((original, if is_cluster_scoped { current } else { candidate.id.namespace }));
        if candidate.earlier.is_empty() {
            return;
        }
        let index = self.list.len();
        for earlier in &candidate.earlier {
            add_once(self.by_name.entry(earlier.name).or_default(), index);
            add_once(self.by_current_namespace.entry((earlier.name, current)).or_default(), index);
            add_once(self.by_original_namespace.entry((earlier.name, original)).or_default(), index);
        }
        self.list.push(candidate);
    }

    /// The objects once called `name` that `referrer` can see, in order.
    pub(super) fn named(&self, name: &str, referrer: &Referrer<'s>) -> Vec<&Candidate<'s>> {
        if referrer.id.is_cluster_scoped() {
            return self.all(self.by_name.get(name));
        }
        let namespace = referrer.id.effective_namespace();
        let mut found: Vec<usize> = [namespace, NOT_A_NAMESPACE]
            .into_iter()
            .filter_map(|namespace| self.by_current_namespace.get(&(name, namespace)))
            .flatten()
            .copied()
            .collect();
        found.extend(referrer.subject_namespaces.iter().flat_map(|subject| self.accounts(name, subject)));
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|index| &self.list[index]).collect()
    }

    /// The objects once called `name`, of those that were in `namespace` first, or else of those that are there.
    pub(super) fn named_in(
        &self,
        name: &str,
        namespace: &str,
        referrer: &Referrer<'s>,
    ) -> Vec<&Candidate<'s>> {
        let is_original = self.has_original_namespace(namespace, referrer);
        if namespace == NOT_A_NAMESPACE {
            return Vec::new();
        }
        if referrer.id.is_cluster_scoped() {
            let places = if is_original { &self.by_original_namespace } else { &self.by_current_namespace };
            return self.all(places.get(&(name, namespace)));
        }
        let mut found = self.named(name, referrer);
        found.retain(|candidate| {
            let own =
                if is_original { candidate.original_namespace() } else { candidate.id.effective_namespace() };
            own == namespace
        });
        found
    }

    /// Whether any object that `referrer` can see was in `namespace` first.
    fn has_original_namespace(&self, namespace: &str, referrer: &Referrer<'s>) -> bool {
        if referrer.id.is_cluster_scoped() {
            return self.original_namespaces.contains(namespace);
        }
        let current = referrer.id.effective_namespace();
        let unwritten = if or_default("") == current { "" } else { current };
        [current, unwritten, NOT_A_NAMESPACE]
            .into_iter()
            .chain(referrer.subject_namespaces.iter().copied())
            .any(|now| self.moves.contains(&(namespace, now)))
    }

    /// Service accounts in a namespace that a role binding names.
    fn accounts(&self, name: &str, namespace: &str) -> Vec<usize> {
        let mut found =
            self.by_current_namespace.get(&(name, or_default(namespace))).cloned().unwrap_or_default();
        found.retain(|index| {
            let id = &self.list[*index].id;
            id.namespace == namespace && id.gvk.kind == "ServiceAccount"
        });
        found
    }

    fn all(&self, found: Option<&Vec<usize>>) -> Vec<&Candidate<'s>> {
        found.into_iter().flatten().map(|index| &self.list[*index]).collect()
    }
}

fn add_once(positions: &mut Vec<usize>, index: usize) {
    if positions.last() != Some(&index) {
        positions.push(index);
    }
}
