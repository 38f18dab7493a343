//! Scalars that upstream keeps once for several fields.
//!
//! Upstream's label and annotation transformers put one and the same node into every field that they make in an
//! object. Whatever writes to one of these fields later (a label of an overlay, a merge, a replacement, a var)
//! therefore writes to all of them. Here a tree has every value by itself, so the fields that belong together
//! have one origin, made for them alone; it is found at the place of the value that was asked for.

use rustc_hash::FxHashMap;

use crate::resource::Resource;
use crate::yaml::{Node, Origin, Sources, Value, ValueMut};

/// Keeps shared scalars together while something writes to objects.
#[derive(Clone)]
pub(super) struct SharedScalars<'s> {
    sources: &'s Sources,
    /// New origins, by what was written and by the origin that it was written over.
    renewed: FxHashMap<(Origin, Origin), Origin>,
}

/// Where the shared scalars of an object are before it is written to.
pub(super) struct Places<'s>(Vec<Group<'s>>);

struct Group<'s> {
    origin: Origin,
    /// In upstream's order of walking: mappings by key.
    paths: Vec<Vec<Step<'s>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step<'s> {
    Key(&'s str),
    Item(usize),
}

impl<'s> SharedScalars<'s> {
    pub(super) fn new(sources: &'s Sources) -> Self {
        Self { sources, renewed: FxHashMap::default() }
    }

    /// An origin for the fields that get `text`; it is found where `origin` is.
    pub(super) fn origin_for(&self, text: &str, origin: Origin) -> Origin {
        // Without room for more origins nothing is shared.
        self.sources.add_embedded(origin, text.to_owned()).map_or(origin, |source| source.origin(0))
    }

    /// Gives to all fields of a group what was written to one of them; the last one counts.
    pub(super) fn settle(&mut self, resource: &mut Resource<'s>, places: &Places<'s>) {
        for group in &places.0 {
            let scalars = group.paths.iter().filter_map(|path| at(&resource.node, path));
            let mut written = scalars.filter(|node| node.text().is_some() && node.origin() != group.origin);
            let Some(mut written) = written.next_back().cloned() else { continue };
            written.set_origin(self.renew(&written, group.origin));
            for path in &group.paths {
                if let Some(node) = at_mut(&mut resource.node, path).filter(|node| node.text().is_some()) {
                    *node = written.clone();
                }
            }
            let shared = &mut resource.marks_mut().shared;
            shared.retain(|origin| *origin != group.origin);
            shared.push(written.origin());
        }
    }

    /// A copy of a value of the object, which shares nothing.
    pub(super) fn copy(&self, node: &Node<'s>, resource: &Resource<'s>) -> Node<'s> {
        let mut copy = node.clone();
        if let Some(marks) = &resource.marks {
            self.unshare(&mut copy, &marks.shared);
        }
        copy
    }

    fn unshare(&self, node: &mut Node<'s>, shared: &[Origin]) {
        let origin = node.origin();
        match node.value_mut() {
            ValueMut::Scalar(text) => {
                if shared.contains(&origin) {
                    let own = self.origin_for(text, origin);
                    node.set_origin(own);
                }
            }
            ValueMut::Sequence(items) => items.iter_mut().for_each(|item| self.unshare(item, shared)),
            ValueMut::Mapping(mapping) => {
                mapping.iter_mut().for_each(|entry| self.unshare(&mut entry.value, shared));
            }
        }
    }

    fn renew(&mut self, written: &Node<'s>, old: Origin) -> Origin {
        let key = (written.origin(), old);
        if let Some(origin) = self.renewed.get(&key) {
            return *origin;
        }
        let origin = self.origin_for(written.text().unwrap_or_default(), written.origin());
        self.renewed.insert(key, origin);
        origin
    }
}

impl<'s> Places<'s> {
    /// The places of an object's shared scalars; costs nothing where there are none.
    pub(super) fn of(resource: &Resource<'s>) -> Self {
        let shared = resource.marks.iter().flat_map(|marks| &marks.shared);
        let mut groups: Vec<Group<'s>> =
            shared.map(|origin| Group { origin: *origin, paths: Vec::new() }).collect();
        if !groups.is_empty() {
            collect(&resource.node, &mut Vec::new(), &mut groups);
        }
        for group in &mut groups {
            group.paths.sort_unstable();
        }
        Self(groups)
    }
}

fn collect<'s>(node: &Node<'s>, path: &mut Vec<Step<'s>>, groups: &mut [Group<'s>]) {
    match node.value() {
        Value::Scalar(_) => {
            if let Some(group) = groups.iter_mut().find(|group| group.origin == node.origin()) {
                group.paths.push(path.clone());
            }
        }
        Value::Mapping(mapping) => {
            for entry in mapping {
                path.push(Step::Key(entry.key.text));
                collect(&entry.value, path, groups);
                path.pop();
            }
        }
        Value::Sequence(items) => {
            for (position, item) in items.iter().enumerate() {
                path.push(Step::Item(position));
                collect(item, path, groups);
                path.pop();
            }
        }
    }
}

fn at<'n, 's>(node: &'n Node<'s>, path: &[Step<'s>]) -> Option<&'n Node<'s>> {
    path.iter().try_fold(node, |node, step| match step {
        Step::Key(key) => node.get(key),
        Step::Item(position) => node.as_sequence()?.get(*position),
    })
}

fn at_mut<'n, 's>(node: &'n mut Node<'s>, path: &[Step<'s>]) -> Option<&'n mut Node<'s>> {
    path.iter().try_fold(node, |node, step| match step {
        Step::Key(key) => node.get_mut(key),
        Step::Item(position) => node.as_sequence_mut()?.get_mut(*position),
    })
}
