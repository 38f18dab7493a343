//! The objects of a build, in order, and how to find them.

use rustc_hash::FxHashMap;

use super::id::ResId;
use super::object::Resource;

/// Objects in the order they were read. No two have the same current id.
#[derive(Clone, Debug, Default)]
pub struct ResMap<'s> {
    resources: Vec<Resource<'s>>,
}

/// Where the objects of a [`ResMap`] are, by id. Made for one step of work; a change of names makes it stale.
#[derive(Debug, Default)]
pub struct IdIndex<'s> {
    positions: FxHashMap<ResId<'s>, Vec<usize>>,
}

/// Two objects have one id.
#[derive(Clone, Copy, Debug)]
pub struct Duplicate {
    /// Position of the object that was there.
    pub first: usize,
    /// Position of the one that came, or in the list that was to be added.
    pub second: usize,
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
    pub fn index_by_current_id(&self) -> IdIndex<'s> {
        let mut index = IdIndex::default();
        for (position, resource) in self.resources.iter().enumerate() {
            index.add(resource.current_id(), position);
        }
        index
    }

    /// Every object by each id it has or had.
    pub fn index_by_any_id(&self) -> IdIndex<'s> {
        let mut index = IdIndex::default();
        for (position, resource) in self.resources.iter().enumerate().filter(|(_, one)| !one.is_empty()) {
            index.add_all(resource, position);
        }
        index
    }

    /// The first two objects, among those that were not deleted, that have one current id.
    pub fn duplicate(&self) -> Option<Duplicate> {
        let mut seen = FxHashMap::default();
        let mut alive = self.resources.iter().enumerate().filter(|(_, resource)| !resource.is_empty());
        alive.find_map(|(second, resource)| {
            seen.insert(resource.current_id().key(), second).map(|first| Duplicate { first, second })
        })
    }
}

impl<'s> IdIndex<'s> {
    /// Adds one id of the object at `position`.
    pub fn add(&mut self, id: ResId<'s>, position: usize) {
        let positions = self.positions.entry(id.key()).or_default();
        if positions.last() != Some(&position) {
            positions.push(position);
        }
    }

    /// Adds every id that the object at `position` has or had.
    pub fn add_all(&mut self, resource: &Resource<'s>, position: usize) {
        for id in resource.earlier_ids().chain([resource.current_id()]) {
            self.add(id, position);
        }
    }

    /// Positions of the objects with this id, in order.
    pub fn find(&self, id: &ResId<'s>) -> &[usize] {
        self.positions.get(&id.key()).map_or(&[], Vec::as_slice)
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
