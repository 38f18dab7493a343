//! The value of an object: nodes while somebody works on it, bytes while it waits.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

use super::gvk::Gvk;
use super::id::CompactId;
use super::object::{NameField, Resource};
use crate::yaml::{Node, Origin, Packed, Packer, Sources, Word};

/// The value of an object. Whoever looks at it sees nodes, which are made from the bytes if need be.
#[derive(Clone)]
pub struct Body<'s>(State<'s>);

#[derive(Clone)]
enum State<'s> {
    Nodes(Node<'s>),
    Packed(Waiting<'s>),
}

/// A value in bytes.
#[derive(Clone)]
struct Waiting<'s> {
    pack: Arc<Pack<'s>>,
    /// Which of the pack's values it is.
    index: u32,
    /// The value in nodes, once somebody has looked at it.
    seen: OnceLock<Box<Node<'s>>>,
}

/// Some objects that wait, and what is asked of them all the time.
struct Pack<'s> {
    values: Packed<'s>,
    heads: Box<[Head]>,
}

/// What names an object, and the place of its value in the pack.
struct Head {
    place: u32,
    api_version: Word,
    kind: Word,
    namespace: Word,
    /// The number of the name among the pack's texts.
    name: u32,
    name_origin: Origin,
    namespace_origin: Origin,
    has_annotations: bool,
}

/// What names an object that waits.
#[derive(Clone, Copy)]
pub(super) struct Names<'b, 's> {
    head: &'b Head,
    values: &'b Packed<'s>,
}

impl<'s> Names<'_, 's> {
    pub(super) fn gvk(self) -> Gvk<'s> {
        Gvk::parse(self.head.api_version.text(), self.head.kind.text())
    }

    pub(super) fn name(self) -> &'s str {
        self.values.text(self.head.name)
    }

    pub(super) fn namespace(self) -> &'s str {
        self.head.namespace.text()
    }

    pub(super) fn compact_id(self) -> CompactId<'s> {
        let Head { api_version, kind, namespace, .. } = *self.head;
        CompactId { api_version, kind, namespace, name: self.name() }
    }

    pub(super) fn origin_of(self, field: NameField) -> Origin {
        match field {
            NameField::Name => self.head.name_origin,
            NameField::Namespace => self.head.namespace_origin,
        }
    }

    pub(super) fn has_annotations(self) -> bool {
        self.head.has_annotations
    }
}

impl<'s> Body<'s> {
    /// What names the object, if it waits.
    pub(super) fn names(&self) -> Option<Names<'_, 's>> {
        match &self.0 {
            State::Nodes(_) => None,
            State::Packed(waiting) => {
                let Pack { heads, values } = &*waiting.pack;
                heads.get(waiting.index as usize).map(|head| Names { head, values })
            }
        }
    }

    /// Lets somebody look at the value once: nodes that are made for that are not kept.
    pub fn look<R>(&self, look: impl FnOnce(&Node<'s>) -> R) -> R {
        match &self.0 {
            State::Packed(waiting) if waiting.seen.get().is_none() => look(&waiting.unpack()),
            _ => look(self),
        }
    }

    /// The value made from the bytes, if it waits. Only if it is put in place of this will it count.
    pub fn unpacked(&self) -> Option<Node<'s>> {
        match &self.0 {
            State::Nodes(_) => None,
            State::Packed(waiting) => Some(waiting.unpack()),
        }
    }

    /// The value in nodes.
    pub fn into_node(self) -> Node<'s> {
        match self.0 {
            State::Nodes(node) => node,
            State::Packed(waiting) => waiting.into_node(),
        }
    }
}

impl<'s> Waiting<'s> {
    fn unpack(&self) -> Node<'s> {
        let place = self.pack.heads.get(self.index as usize).map_or(0, |head| head.place);
        self.pack.values.value(place)
    }

    fn into_node(mut self) -> Node<'s> {
        self.seen.take().map_or_else(|| self.unpack(), |node| *node)
    }
}

impl<'s> From<Node<'s>> for Body<'s> {
    fn from(node: Node<'s>) -> Self {
        Self(State::Nodes(node))
    }
}

impl<'s> Deref for Body<'s> {
    type Target = Node<'s>;

    fn deref(&self) -> &Node<'s> {
        match &self.0 {
            State::Nodes(node) => node,
            State::Packed(waiting) => waiting.seen.get_or_init(|| Box::new(waiting.unpack())),
        }
    }
}

impl<'s> DerefMut for Body<'s> {
    fn deref_mut(&mut self) -> &mut Node<'s> {
        if let State::Packed(waiting) = &mut self.0 {
            let node = waiting.seen.take().map_or_else(|| waiting.unpack(), |node| *node);
            self.0 = State::Nodes(node);
        }
        match &mut self.0 {
            State::Nodes(node) => node,
            State::Packed(_) => unreachable!("it was unpacked above"),
        }
    }
}

impl fmt::Debug for Body<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, formatter)
    }
}

/// Turns the objects into bytes until somebody looks at them. Those that were only looked at keep the bytes they had.
pub fn pack<'a, 's: 'a>(resources: impl IntoIterator<Item = &'a mut Resource<'s>>, sources: &'s Sources) {
    let mut changed = Vec::new();
    for resource in resources {
        match &mut resource.node.0 {
            State::Packed(waiting) => drop(waiting.seen.take()),
            State::Nodes(node) if node.is_null_or_empty() => {}
            State::Nodes(_) => changed.push(resource),
        }
    }
    if changed.is_empty() {
        return;
    }
    let mut packer = Packer::new(changed.len(), sources);
    let heads: Vec<Head> = changed.iter().map(|resource| Head::of(resource, &mut packer)).collect();
    let pack = Arc::new(Pack { values: packer.finish(), heads: heads.into() });
    for (index, resource) in (0..).zip(changed) {
        let waiting = Waiting { pack: Arc::clone(&pack), index, seen: OnceLock::new() };
        resource.node = Body(State::Packed(waiting));
    }
}

impl Head {
    fn of<'s>(resource: &Resource<'s>, packer: &mut Packer<'s>) -> Self {
        let CompactId { api_version, kind, namespace, name } = resource.compact_id();
        Self {
            place: packer.add(&resource.node),
            api_version,
            kind,
            namespace,
            name: packer.text(name),
            name_origin: resource.origin_of(NameField::Name),
            namespace_origin: resource.origin_of(NameField::Namespace),
            has_annotations: resource.has_annotations(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_small() {
        assert_eq!(size_of::<Body<'_>>(), 32);
    }

    #[test]
    fn packed_objects_are_the_same_for_whoever_looks() {
        let sources = Sources::new();
        let mut resource = Resource::new(Node::mapping(Origin::NONE));
        resource.set_kind("ConfigMap", Origin::NONE);
        resource.set_name("a", Origin::NONE);
        let before = resource.clone();
        pack([&mut resource], &sources);
        assert!(resource.node.names().is_some());
        assert_eq!(resource.current_id(), before.current_id());
        assert_eq!(resource.node.look(|node| format!("{node:?}")), format!("{:?}", before.node));
        assert_eq!(format!("{:?}", resource.node), format!("{:?}", before.node));
        assert_eq!(format!("{:?}", resource.clone().node.into_node()), format!("{:?}", before.node));
        pack([&mut resource], &sources);
        resource.set_name("b", Origin::NONE);
        assert_eq!((resource.name(), before.name()), ("b", "a"));
        assert!(resource.node.names().is_none());
    }

    #[test]
    fn deleted_objects_stay_deleted() {
        let sources = Sources::new();
        let mut resource = Resource::new(Node::mapping(Origin::NONE));
        pack([&mut resource], &sources);
        assert!(resource.is_empty());
    }
}
