//! Who could be referred to: the objects that have had another name, by that name.
//!
//! Keeps of each object only what fixing references may change; the rest stays with the object.

use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::referrer::Referrer;
use crate::resource::{
    CompactId, Gvk, NOT_A_NAMESPACE, NameField, PositionIndex, PreviousId, ResId, ResMap, Resource,
    or_default,
};
use crate::yaml::{Origin, Word};

/// An object as it was before any reference was fixed.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'s> {
    /// Its position among all objects.
    position: u32,
    /// Its type now, among the types of all candidates.
    gvk: u32,
    /// Its name now.
    pub(super) name: &'s str,
    namespace: Word,
    /// Where its name was written, or asked to be changed.
    pub(super) name_origin: Origin,
    /// The same of its namespace.
    pub(super) namespace_origin: Origin,
}

/// The objects that had other names, in order, and how to find them.
#[derive(Default)]
pub(super) struct Candidates<'s> {
    list: Vec<Candidate<'s>>,
    types: Vec<Gvk<'s>>,
    by_current_namespace: PositionIndex,
    /// Made when an object without namespace asks: it sees all.
    by_original_namespace: OnceLock<PositionIndex>,
    by_name: OnceLock<PositionIndex>,
    /// Namespaces in which some object was first, with the one in which it is now, as written.
    moves: FxHashSet<(&'s str, &'s str)>,
    original_namespaces: FxHashSet<&'s str>,
}

/// The candidates with the objects that they are.
#[derive(Clone, Copy)]
pub(super) struct Known<'a, 's> {
    candidates: &'a Candidates<'s>,
    resources: &'a ResMap<'s>,
}

impl<'s> Candidates<'s> {
    /// Finds the objects that had other names.
    pub(super) fn new(resources: &ResMap<'s>) -> Self {
        let renamed = resources.iter().filter(|resource| !resource.previous_ids.is_empty()).count();
        let mut candidates = Self { list: Vec::with_capacity(renamed), ..Self::default() };
        let mut types = FxHashMap::default();
        let mut moves = FxHashSet::default();
        for (position, resource) in (0_u32..).zip(resources) {
            let compact = resource.compact_id();
            let original = resource.previous_ids.first().map(PreviousId::namespace_word);
            if moves.insert((compact.type_words(), compact.namespace_word(), original)) {
                candidates.remember_move(resource, &compact.id());
            }
            if resource.previous_ids.is_empty() {
                continue;
            }
            let gvk = *types.entry(compact.type_words()).or_insert_with(|| {
                candidates.types.push(compact.id().gvk);
                u32::try_from(candidates.types.len() - 1).unwrap_or(u32::MAX)
            });
            candidates.list.push(Candidate::new(position, gvk, &compact, resource));
        }
        let known = Known { candidates: &candidates, resources };
        candidates.by_current_namespace = known.index(Known::name_and_current_namespace);
        candidates
    }

    fn remember_move(&mut self, resource: &Resource<'s>, id: &ResId<'s>) {
        let current = id.effective_namespace();
        let original = original_namespace(&resource.previous_ids).unwrap_or(current);
        self.original_namespaces.insert(original);
        let is_cluster_scoped = current == NOT_A_NAMESPACE;
        self.moves.insert((original, if is_cluster_scoped { current } else { id.namespace }));
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
}

impl<'s> Candidate<'s> {
    /// Its namespace now, as written.
    pub(super) fn namespace(&self) -> &'s str {
        self.namespace.text()
    }

    fn new(position: u32, gvk: u32, id: &CompactId<'s>, resource: &Resource<'s>) -> Self {
        Self {
            position,
            gvk,
            name: id.name(),
            namespace: id.namespace_word(),
            name_origin: resource.origin_of(NameField::Name),
            namespace_origin: resource.origin_of(NameField::Namespace),
        }
    }
}

/// What objects are looked up by: an earlier name, and a namespace or nothing.
type Place<'s> = (&'s str, &'s str);

impl<'a, 's> Known<'a, 's> {
    /// The candidates found in `resources`, whose nodes may have changed since.
    pub(super) fn new(candidates: &'a Candidates<'s>, resources: &'a ResMap<'s>) -> Self {
        Self { candidates, resources }
    }

    /// The objects once called `name` that `referrer` can see, in order.
    pub(super) fn named(&self, name: &str, referrer: &Referrer<'s>) -> Vec<&'a Candidate<'s>> {
        if referrer.id.is_cluster_scoped() {
            let by_name = self.candidates.by_name.get_or_init(|| self.index(Self::name_alone));
            return self.all(self.find(by_name, (name, ""), Self::name_alone));
        }
        let current = referrer.id.effective_namespace();
        let mut found = self.in_namespace(name, current);
        if current != NOT_A_NAMESPACE {
            found.extend(self.in_namespace(name, NOT_A_NAMESPACE));
        }
        found.extend(referrer.subject_namespaces.iter().flat_map(|subject| self.accounts(name, subject)));
        found.sort_unstable();
        found.dedup();
        self.all(found)
    }

    /// The objects once called `name`, of those that were in `namespace` first, or else of those that are there.
    pub(super) fn named_in(
        &self,
        name: &str,
        namespace: &str,
        referrer: &Referrer<'s>,
    ) -> Vec<&'a Candidate<'s>> {
        if namespace == NOT_A_NAMESPACE {
            return Vec::new();
        }
        let is_original = self.candidates.has_original_namespace(namespace, referrer);
        if referrer.id.is_cluster_scoped() {
            return self.all(if is_original {
                let place = Self::name_and_original_namespace;
                let index = self.candidates.by_original_namespace.get_or_init(|| self.index(place));
                self.find(index, (name, namespace), place)
            } else {
                self.in_namespace(name, namespace)
            });
        }
        let own = if is_original { Self::original_namespace } else { Self::current_namespace };
        let mut found = self.named(name, referrer);
        found.retain(|candidate| own(self, candidate) == namespace);
        found
    }

    /// The id that the object had before any reference was fixed.
    pub(super) fn id(&self, candidate: &Candidate<'s>) -> ResId<'s> {
        let gvk = self.candidates.types[candidate.gvk as usize];
        ResId { gvk, name: candidate.name, namespace: candidate.namespace() }
    }

    /// The object; fixing references does not change its history.
    pub(super) fn resource(&self, candidate: &Candidate<'s>) -> &'a Resource<'s> {
        self.history(candidate.position as usize)
    }

    /// The object at a position, whose node may have been taken out.
    pub(super) fn history(&self, position: usize) -> &'a Resource<'s> {
        &self.resources.as_slice()[position]
    }

    /// Whether the object was, at any time, of a type that `selector` matches.
    pub(super) fn was_selected_by(&self, candidate: &Candidate<'s>, selector: &Gvk<'_>) -> bool {
        let now = self.candidates.types[candidate.gvk as usize];
        let earlier = &self.resource(candidate).previous_ids;
        earlier.iter().any(|earlier| Gvk { kind: earlier.kind(), ..now }.is_selected_by(selector))
    }

    fn index(&self, place: impl Fn(&Self, &Candidate<'s>, &PreviousId<'s>) -> Place<'s>) -> PositionIndex {
        let mut index = PositionIndex::with_capacity(self.candidates.list.len());
        for (position, candidate) in self.candidates.list.iter().enumerate() {
            for earlier in &self.resource(candidate).previous_ids {
                let key = place(self, candidate, earlier);
                index.add(key, position, |one| self.is_at(one, key, &place));
            }
        }
        index
    }

    fn find(
        &self,
        index: &PositionIndex,
        key: Place<'_>,
        place: impl Fn(&Self, &Candidate<'s>, &PreviousId<'s>) -> Place<'s>,
    ) -> Vec<usize> {
        index.find(key, |one| self.is_at(one, key, &place))
    }

    fn is_at(
        &self,
        position: usize,
        key: Place<'_>,
        place: impl Fn(&Self, &Candidate<'s>, &PreviousId<'s>) -> Place<'s>,
    ) -> bool {
        let candidate = &self.candidates.list[position];
        self.resource(candidate).previous_ids.iter().any(|earlier| place(self, candidate, earlier) == key)
    }

    fn name_alone(_: &Self, _: &Candidate<'s>, earlier: &PreviousId<'s>) -> Place<'s> {
        (earlier.name, "")
    }

    fn name_and_current_namespace(&self, candidate: &Candidate<'s>, earlier: &PreviousId<'s>) -> Place<'s> {
        (earlier.name, self.current_namespace(candidate))
    }

    fn name_and_original_namespace(&self, candidate: &Candidate<'s>, earlier: &PreviousId<'s>) -> Place<'s> {
        (earlier.name, self.original_namespace(candidate))
    }

    fn current_namespace(&self, candidate: &Candidate<'s>) -> &'s str {
        self.id(candidate).effective_namespace()
    }

    fn original_namespace(&self, candidate: &Candidate<'s>) -> &'s str {
        let earlier = original_namespace(&self.resource(candidate).previous_ids);
        earlier.unwrap_or_else(|| self.current_namespace(candidate))
    }

    fn in_namespace(&self, name: &str, namespace: &str) -> Vec<usize> {
        let index = &self.candidates.by_current_namespace;
        self.find(index, (name, namespace), Self::name_and_current_namespace)
    }

    /// Service accounts in a namespace that a role binding names.
    fn accounts(&self, name: &str, namespace: &str) -> Vec<usize> {
        let mut found = self.in_namespace(name, or_default(namespace));
        found.retain(|index| {
            let id = self.id(&self.candidates.list[*index]);
            id.namespace == namespace && id.gvk.kind == "ServiceAccount"
        });
        found
    }

    fn all(&self, found: Vec<usize>) -> Vec<&'a Candidate<'s>> {
        found.into_iter().map(|index| &self.candidates.list[index]).collect()
    }
}

fn original_namespace<'s>(earlier: &[PreviousId<'s>]) -> Option<&'s str> {
    earlier.first().map(|first| or_default(first.namespace()))
}
