//! Where the objects of a [`ResMap`] are, by id.
//!
//! Ids are compared where the objects are, because copies of them would take more room than the objects.

use super::id::ResId;
use super::object::Resource;
use super::position_index::PositionIndex;
use super::res_map::ResMap;

/// Positions of objects by id. Made for one step of work; a change of names makes it stale.
#[derive(Clone, Debug, Default)]
pub struct IdIndex(PositionIndex);

impl IdIndex {
    /// An index with room for so many ids.
    pub(super) fn with_capacity(ids: usize) -> Self {
        Self(PositionIndex::with_capacity(ids))
    }

    /// Adds one id of the object that is, or is going to be, at `position`.
    pub fn add(&mut self, resources: &ResMap<'_>, id: &ResId<'_>, position: usize) {
        self.0.add(id.key(), position, |position| has_or_had(resources, position, id));
    }

    /// Adds every id that an object has or had.
    pub fn add_all(&mut self, resources: &ResMap<'_>, resource: &Resource<'_>, position: usize) {
        for id in resource.earlier_ids().chain([resource.current_id()]) {
            self.add(resources, &id, position);
        }
    }

    /// Positions of the objects with this id, in order.
    pub fn find(&self, resources: &ResMap<'_>, id: &ResId<'_>) -> Vec<usize> {
        self.0.find(id.key(), |position| has_or_had(resources, position, id))
    }

    /// The object with this id that was added last.
    pub fn find_last(&self, resources: &ResMap<'_>, id: &ResId<'_>) -> Option<usize> {
        self.0.find_last(id.key(), |position| has_or_had(resources, position, id))
    }
}

fn has_or_had(resources: &ResMap<'_>, position: usize, id: &ResId<'_>) -> bool {
    let has = |one: ResId<'_>| one.name == id.name && one.equals(id);
    resources
        .get(position)
        .is_some_and(|resource| has(resource.current_id()) || resource.earlier_ids().any(has))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Node, Origin};

    fn config_map(name: &'static str) -> Resource<'static> {
        let mut resource = Resource::new(Node::mapping(Origin::NONE));
        resource.set_kind("ConfigMap", Origin::NONE);
        resource.set_name(name, Origin::NONE);
        resource
    }

    #[test]
    fn finds_all_that_have_or_had_an_id_in_order() {
        let mut resources: ResMap<'_> = ["a", "b", "a"].into_iter().map(config_map).collect();
        resources.as_mut_slice()[1].store_previous_id();
        resources.as_mut_slice()[1].set_name("a", Origin::NONE);
        let index = resources.index_by_any_id();
        assert_eq!(index.find(&resources, &config_map("a").current_id()), [0, 1, 2]);
        assert_eq!(index.find(&resources, &config_map("b").current_id()), [1]);
        assert_eq!(index.find_last(&resources, &config_map("c").current_id()), None);
    }
}
