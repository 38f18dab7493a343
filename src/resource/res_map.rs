//! The objects of a build, in order.

use rayon::prelude::*;

use super::body::pack;
use super::id_index::IdIndex;
use super::object::Resource;
use crate::yaml::Sources;

/// With fewer objects than this, packing costs more than it saves. Debug builds pack whatever there is, so that each
/// test is one of packing too.
const WORTH_PACKING: usize = if cfg!(debug_assertions) { 1 } else { 8192 };

/// How many objects that stand one after the other are packed together.
const OBJECTS_IN_PACK: usize = 128;

/// Objects in the order they were read. No two have the same current id.
#[derive(Clone, Debug, Default)]
pub struct ResMap<'s> {
    resources: Vec<Resource<'s>>,
}

impl<'s> ResMap<'s> {
    /// No objects yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.resources.len()
    }

    /// Whether there are so many objects that those nobody works on are better [packed](super::pack).
    pub fn is_large(&self) -> bool {
        self.len() >= WORTH_PACKING
    }

    /// Packs what somebody has worked on, if there are many objects.
    pub fn pack<'a>(&'a mut self, sources: &'s Sources)
    where
        's: 'a,
    {
        if self.is_large() {
            self.resources.par_chunks_mut(OBJECTS_IN_PACK).for_each(|some| pack(some, sources));
        }
    }

    /// Whether there is no object.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty()
    }

    /// The objects in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Resource<'s>> {
        self.resources.iter()
    }

    /// The objects in order.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Resource<'s>> {
        self.resources.iter_mut()
    }

    /// The objects in order.
    pub fn as_slice(&self) -> &[Resource<'s>] {
        &self.resources
    }

    /// The objects in order.
    pub fn as_mut_slice(&mut self) -> &mut [Resource<'s>] {
        &mut self.resources
    }

    /// The object at a position.
    pub fn get(&self, position: usize) -> Option<&Resource<'s>> {
        self.resources.get(position)
    }

    /// The object at a position.
    pub fn get_mut(&mut self, position: usize) -> Option<&mut Resource<'s>> {
        self.resources.get_mut(position)
    }

    /// Makes room for `count` more objects.
    pub fn reserve(&mut self, count: usize) {
        self.resources.reserve(count);
    }

    /// Adds an object that the caller knows to be new.
    pub fn push(&mut self, resource: Resource<'s>) {
        self.resources.push(resource);
    }

    /// Takes all objects out, in order.
    pub fn into_resources(self) -> Vec<Resource<'s>> {
        self.resources
    }

    /// Keeps the objects that `wanted` accepts.
    pub fn retain(&mut self, wanted: impl FnMut(&Resource<'s>) -> bool) {
        self.resources.retain(wanted);
    }

    /// Drops the objects that were deleted.
    pub fn drop_empty(&mut self) {
        self.retain(|resource| !resource.is_empty());
    }

    /// Every object by its current id.
    pub fn index_by_current_id(&self) -> IdIndex {
        let mut index = IdIndex::with_capacity(self.len());
        for (position, resource) in self.resources.iter().enumerate() {
            index.add(self, &resource.current_id(), position);
        }
        index
    }

    /// Every object by each id it has or had.
    pub fn index_by_any_id(&self) -> IdIndex {
        let mut index = IdIndex::with_capacity(self.len());
        for (position, resource) in self.resources.iter().enumerate().filter(|(_, one)| !one.is_empty()) {
            index.add_all(self, resource, position);
        }
        index
    }

    /// Each object that was not deleted and has the current id of one before it, after that one.
    pub fn duplicates(&self) -> impl Iterator<Item = (&Resource<'s>, &Resource<'s>)> {
        let mut seen = IdIndex::with_capacity(self.len());
        self.resources.iter().enumerate().filter(|(_, resource)| !resource.is_empty()).filter_map(
            move |(position, resource)| {
                let id = resource.current_id();
                let before = seen.find_last(self, &id);
                seen.add(self, &id, position);
                Some((self.get(before?)?, resource))
            },
        )
    }

    /// Puts the objects in another order: `order` names the position of each, first to last, once.
    pub fn arrange(&mut self, order: &[u32]) {
        let mut places = vec![0_u32; order.len()];
        for (place, position) in (0_u32..).zip(order) {
            places[*position as usize] = place;
        }
        for position in 0..places.len() {
            while places[position] as usize != position {
                let place = places[position] as usize;
                self.resources.swap(position, place);
                places.swap(position, place);
            }
        }
    }
}

impl<'s> FromIterator<Resource<'s>> for ResMap<'s> {
    fn from_iter<I: IntoIterator<Item = Resource<'s>>>(resources: I) -> Self {
        Self { resources: resources.into_iter().collect() }
    }
}

impl<'a, 's> IntoIterator for &'a ResMap<'s> {
    type Item = &'a Resource<'s>;
    type IntoIter = std::slice::Iter<'a, Resource<'s>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, 's> IntoIterator for &'a mut ResMap<'s> {
    type Item = &'a mut Resource<'s>;
    type IntoIter = std::slice::IterMut<'a, Resource<'s>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}
