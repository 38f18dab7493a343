//! All objects that are validated together, indexed once.

use rustc_hash::FxHashMap;

use super::input::Input;
use super::object::Object;
use super::workload::Workload;
use crate::resource::{NOT_A_NAMESPACE, is_cluster_scoped};
use crate::stack::Cloud;
use crate::yaml::{Node, Sources};

/// Where the objects are to run.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// The cloud, if it is known.
    pub cloud: Option<Cloud>,
    /// The minor versions of Kubernetes, `33` for 1.33; the newest known if empty.
    pub releases: Vec<u8>,
}

/// All objects that are validated together.
#[derive(Debug)]
pub struct Tree<'a, 's> {
    /// Where they are to run.
    pub target: Target,
    /// The texts that origins point into, and where texts that stand inside a value are kept.
    pub sources: &'s Sources,
    /// Whether something could not be read: what is missing may be there.
    pub is_partial: bool,
    objects: Vec<Object<'a, 's>>,
    workloads: Vec<Workload<'a, 's>>,
    by_kind: FxHashMap<(&'s str, &'s str), Vec<usize>>,
    by_name: FxHashMap<(&'s str, &'s str, &'s str, &'s str), usize>,
}

impl<'a, 's> Tree<'a, 's> {
    /// A tree of these nodes; the items of lists are objects of their own.
    pub fn new(nodes: impl IntoIterator<Item = &'a Node<'s>>, target: Target, sources: &'s Sources) -> Self {
        let mut tree = Self {
            target,
            sources,
            is_partial: false,
            objects: Vec::new(),
            workloads: Vec::new(),
            by_kind: FxHashMap::default(),
            by_name: FxHashMap::default(),
        };
        nodes.into_iter().for_each(|node| tree.add(node));
        tree
    }

    /// A tree of what was read.
    pub fn of_input(input: &'a Input<'s>, target: Target, sources: &'s Sources) -> Self {
        Self { is_partial: !input.is_complete(), ..Self::new(&input.nodes, target, sources) }
    }

    fn add(&mut self, node: &'a Node<'s>) {
        let object = Object::new(node);
        if object.kind().ends_with("List")
            && let Some(items) = object.at(&["items"]).and_then(Node::as_sequence)
        {
            return items.iter().filter(|item| item.as_mapping().is_some()).for_each(|item| self.add(item));
        }
        let index = self.objects.len();
        let kind = (object.group(), object.kind());
        self.by_kind.entry(kind).or_default().push(index);
        self.by_name
            .entry((kind.0, kind.1, object.id.effective_namespace(), object.id.name))
            .or_insert(index);
        self.workloads.extend(Workload::of(object));
        self.objects.push(object);
    }

    /// All objects, in the order of the input.
    pub fn objects(&self) -> &[Object<'a, 's>] {
        &self.objects
    }

    /// Everything that makes pods, in the order of the input.
    pub fn workloads(&self) -> &[Workload<'a, 's>] {
        &self.workloads
    }

    /// The objects of a kind, of whatever version.
    pub fn of_kind(&self, group: &'s str, kind: &'s str) -> impl Iterator<Item = &Object<'a, 's>> {
        let indexes = self.by_kind.get(&(group, kind)).map_or(&[][..], Vec::as_slice);
        indexes.iter().map(|index| &self.objects[*index])
    }

    /// An object by kind, namespace and name. The namespace of kinds that have none does not count; an empty one is
    /// `default`.
    pub fn find(&self, (group, kind): (&str, &str), namespace: &str, name: &str) -> Option<&Object<'a, 's>> {
        let gvk = crate::resource::Gvk { group, version: "v1", kind };
        let namespace =
            if is_cluster_scoped(&gvk) { NOT_A_NAMESPACE } else { crate::resource::or_default(namespace) };
        self.by_name.get(&(group, kind, namespace, name)).map(|index| &self.objects[*index])
    }

    /// The names of a kind in a namespace, for messages that propose one.
    pub fn names(&self, kind: (&'s str, &'s str), namespace: &str) -> Vec<&'s str> {
        let namespace = crate::resource::or_default(namespace);
        self.of_kind(kind.0, kind.1)
            .filter(|object| object.id.is_cluster_scoped() || object.id.effective_namespace() == namespace)
            .map(|object| object.id.name)
            .collect()
    }
}
