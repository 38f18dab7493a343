//! All objects that are validated together, indexed once.

use rustc_hash::{FxHashMap, FxHashSet};

use super::embedded::Documents;
use super::input::Input;
use super::made::{MadePods, made_of};
use super::object::Object;
use super::selector::Selector;
use super::workload::Workload;
use crate::resource::{Gvk, is_cluster_scoped};
use crate::schema::Schemas;
use crate::stack::Cloud;
use crate::yaml::{Node, Sources, Typing};

/// Where the objects are to run.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// The cloud, if it is known.
    pub cloud: Option<Cloud>,
    /// The minor versions of Kubernetes, `33` for 1.33; the newest known if empty.
    pub releases: Vec<u8>,
}

/// How many names are looked through for one that is like another.
const MOST_PROPOSED: usize = 200;

/// Group and kind.
pub type Kind<'k> = (&'k str, &'k str);

/// All objects that are validated together.
///
/// An object whose namespace is not written may land in any: `kubectl -n`, a kustomization or an Argo CD destination
/// says which. So it is found from every namespace, and finds things in every namespace.
#[derive(Debug)]
pub struct Tree<'a, 's> {
    /// Where they are to run.
    pub target: Target,
    /// The texts that origins point into, and where texts that stand inside a value are kept.
    pub sources: &'s Sources,
    /// Whether something could not be read: what is missing may be there.
    pub is_partial: bool,
    /// What the API accepts, custom resources that the tree defines included.
    pub schemas: Schemas,
    /// How plain scalars are read: files as those read them who apply them; what was built, as it will be written.
    pub typing: Typing,
    objects: Vec<Object<'a, 's>>,
    workloads: Vec<Workload<'a, 's>>,
    by_kind: FxHashMap<Kind<'s>, Vec<usize>>,
    by_place: FxHashMap<(Kind<'s>, &'s str), Vec<usize>>,
    by_name: FxHashMap<(Kind<'s>, &'s str, &'s str), usize>,
    in_any_namespace: FxHashMap<(Kind<'s>, &'s str), usize>,
    by_namespace: FxHashMap<&'s str, Vec<usize>>,
    by_label: FxHashMap<(&'s str, &'s str), Vec<usize>>,
    made: FxHashSet<(&'static str, &'s str, &'s str)>,
    made_pods: Vec<MadePods<'a, 's>>,
    custom_scopes: FxHashMap<Kind<'s>, &'s str>,
    documents: Documents<'a, 's>,
}

impl<'a, 's> Tree<'a, 's> {
    /// A tree of these nodes; the items of lists are objects of their own.
    pub fn new(nodes: impl IntoIterator<Item = &'a Node<'s>>, target: Target, sources: &'s Sources) -> Self {
        let mut tree = Self {
            target,
            sources,
            is_partial: false,
            schemas: Schemas::embedded(),
            typing: Typing::Core,
            objects: Vec::new(),
            workloads: Vec::new(),
            by_kind: FxHashMap::default(),
            by_place: FxHashMap::default(),
            by_name: FxHashMap::default(),
            in_any_namespace: FxHashMap::default(),
            by_namespace: FxHashMap::default(),
            by_label: FxHashMap::default(),
            made: FxHashSet::default(),
            made_pods: Vec::new(),
            custom_scopes: FxHashMap::default(),
            documents: Documents::default(),
        };
        nodes.into_iter().for_each(|node| tree.add(node));
        let definitions: Vec<&Node<'_>> = tree.definitions().collect();
        tree.add_definitions(definitions);
        tree.documents = Documents::of(&tree);
        tree
    }

    fn definitions(&self) -> impl Iterator<Item = &'a Node<'s>> {
        let kind = ("apiextensions.k8s.io", "CustomResourceDefinition");
        self.by_kind.get(&kind).into_iter().flatten().map(|index| self.objects[*index].node)
    }

    /// Learns the custom resources that these nodes define. What is no definition says nothing.
    pub fn add_definitions<'n>(&mut self, nodes: impl IntoIterator<Item = &'n Node<'n>>) {
        for node in nodes {
            if node.get("kind").and_then(Node::text) == Some("CustomResourceDefinition") {
                // What it lacks is a finding of its own, by its own schema.
                let _ = self.schemas.add_definition(node);
            }
        }
    }

    /// The trees of what was read, each with the cluster that it is for; `target` says where that is.
    pub fn of_input(
        input: &'a Input<'s>,
        target: impl Fn(Option<&str>) -> Target,
        sources: &'s Sources,
    ) -> Vec<(Option<&'a str>, Self)> {
        let is_partial = !input.is_complete();
        let typing = if input.is_built { Typing::Core } else { Typing::Legacy };
        let tree = |(cluster, nodes)| {
            (cluster, Self { is_partial, typing, ..Self::new(nodes, target(cluster), sources) })
        };
        input.together().into_iter().map(tree).collect()
    }

    fn add(&mut self, node: &'a Node<'s>) {
        let object = Object::new(node);
        // Settings of kustomize's own transformers and generators, which no API server ever sees.
        if object.text(&["apiVersion"]) == Some("builtin") {
            return;
        }
        if object.kind().ends_with("List")
            && let Some(items) = object.at(&["items"]).and_then(Node::as_sequence)
        {
            return items.iter().filter(|item| item.as_mapping().is_some()).for_each(|item| self.add(item));
        }
        let index = self.objects.len();
        let kind = (object.group(), object.kind());
        let namespace = if is_cluster_scoped(&object.id.gvk) { "" } else { object.id.namespace };
        self.by_kind.entry(kind).or_default().push(index);
        self.by_place.entry((kind, namespace)).or_default().push(index);
        self.by_name.entry((kind, namespace, object.id.name)).or_insert(index);
        self.in_any_namespace.entry((kind, object.id.name)).or_insert(index);
        self.made.extend(made_of(&object));
        self.made_pods.extend(MadePods::of(object));
        if object.is("apiextensions.k8s.io", "CustomResourceDefinition") {
            let text = |path| object.text(path).unwrap_or_default();
            let custom = (text(&["spec", "group"]), text(&["spec", "names", "kind"]));
            self.custom_scopes.insert(custom, text(&["spec", "scope"]));
        }
        if let Some(workload) = Workload::of(object) {
            self.add_workload(workload);
        }
        self.objects.push(object);
    }

    fn add_workload(&mut self, workload: Workload<'a, 's>) {
        let index = self.workloads.len();
        self.by_namespace.entry(workload.object.id.namespace).or_default().push(index);
        for label in workload.labels().into_iter().flatten() {
            if let Some(value) = label.value.text() {
                self.by_label.entry((label.key.text, value)).or_default().push(index);
            }
        }
        self.workloads.push(workload);
    }

    /// All objects, in the order of the input.
    pub fn objects(&self) -> &[Object<'a, 's>] {
        &self.objects
    }

    /// The documents that stand inside objects: configurations, rules, dashboards.
    pub(super) fn documents(&self) -> &Documents<'a, 's> {
        &self.documents
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

    /// An object by kind, namespace as written, and name. The namespace of kinds that have none does not count.
    pub fn find(&self, kind: Kind<'_>, namespace: &str, name: &str) -> Option<&Object<'a, 's>> {
        let gvk = Gvk { group: kind.0, version: "v1", kind: kind.1 };
        let namespace = if is_cluster_scoped(&gvk) { "" } else { namespace };
        let found =
            self.by_name.get(&(kind, namespace, name)).or_else(|| self.by_name.get(&(kind, "", name)));
        let anywhere = || namespace.is_empty().then(|| self.in_any_namespace.get(&(kind, name))).flatten();
        found.or_else(anywhere).map(|index| &self.objects[*index])
    }

    /// Whether an object is there, or will be: a controller makes it, or it may be the one whose name is missing.
    pub fn has(&self, kind: Kind<'_>, namespace: &str, name: &str) -> bool {
        let is_made = |of: &'static str| {
            kind == ("", of)
                && (self.made.contains(&(of, namespace, name)) || self.made.contains(&(of, "", name)))
        };
        self.find(kind, namespace, name).is_some()
            || is_made("Secret")
            || is_made("ConfigMap")
            || self.find(kind, namespace, "").is_some()
    }

    /// Any object of this kind and name, in whatever namespace.
    pub fn find_anywhere(&self, kind: Kind<'_>, name: &str) -> Option<&Object<'a, 's>> {
        self.in_any_namespace.get(&(kind, name)).map(|index| &self.objects[*index])
    }

    /// The names of a kind in a namespace as written, for messages that propose one: not all of very many, so that a
    /// tree in which everything is broken is told of in time.
    pub fn names(&self, kind: Kind<'s>, namespace: &str) -> Vec<&'s str> {
        let of = |namespace| self.by_place.get(&(kind, namespace)).map_or(&[][..], Vec::as_slice);
        let everywhere = self.by_kind.get(&kind).map_or(&[][..], Vec::as_slice);
        let (here, anywhere) =
            if namespace.is_empty() { (&[][..], everywhere) } else { (of(namespace), of("")) };
        let objects = here.iter().chain(anywhere).map(|index| &self.objects[*index]);
        objects.map(|object| object.id.name).filter(|name| !name.is_empty()).take(MOST_PROPOSED).collect()
    }

    /// What makes pods in a namespace as written.
    pub fn workloads_in<'t>(&'t self, namespace: &'t str) -> impl Iterator<Item = &'t Workload<'a, 's>> {
        let of = |namespace| self.by_namespace.get(namespace).map_or(&[][..], Vec::as_slice);
        let every = if namespace.is_empty() { self.workloads.as_slice() } else { &[] };
        let (written, unwritten) =
            if namespace.is_empty() { (&[][..], &[][..]) } else { (of(namespace), of("")) };
        every.iter().chain(written.iter().chain(unwritten).map(|index| &self.workloads[*index]))
    }

    /// What makes pods that a selector in a namespace means.
    pub fn selected<'t>(
        &'t self,
        namespace: &'t str,
        selector: Selector<'t, 's>,
    ) -> Box<dyn Iterator<Item = &'t Workload<'a, 's>> + 't> {
        let matches = move |workload: &&Workload<'a, 's>| selector.matches(workload.labels());
        let rarest = selector
            .pairs()
            .map(|label| self.by_label.get(&label).map_or(&[][..], Vec::as_slice))
            .min_by_key(|indexes| indexes.len());
        match rarest {
            Some(indexes) => {
                let workloads = indexes.iter().map(|index| &self.workloads[*index]);
                Box::new(
                    workloads
                        .filter(move |workload| is_same(workload.object.id.namespace, namespace))
                        .filter(matches),
                )
            }
            None => Box::new(self.workloads_in(namespace).filter(matches)),
        }
    }

    /// What is wrong with a selector that means no pod: the label that no pod in the namespace has, else all of it.
    pub fn culprit<'n>(
        &self,
        namespace: &str,
        selector: &Selector<'n, 's>,
        whole: &'n Node<'s>,
    ) -> &'n Node<'s> {
        let is_known = |key: &str, value: &str| {
            let indexes = self.by_label.get(&(key, value)).map_or(&[][..], Vec::as_slice);
            let mut pods = indexes.iter().map(|index| &self.workloads[*index]);
            pods.any(|pods| is_same(pods.namespace(), namespace))
        };
        selector.culprit(is_known).map_or(whole, |entry| &entry.value)
    }

    /// Whether operators may make pods in a namespace which a selector means, for all that the tree says.
    pub fn may_be_made(&self, namespace: &str, selector: &Selector<'_, '_>) -> bool {
        self.made_pods.iter().any(|pods| is_same(pods.namespace(), namespace) && pods.may_match(selector))
    }

    /// Pods that operators make.
    pub fn made_pods(&self) -> &[MadePods<'a, 's>] {
        &self.made_pods
    }

    /// The namespaces of the tree that a selector means. The API server labels each with its name.
    pub fn namespaces(&self, selector: &Selector<'_, '_>) -> Vec<&'s str> {
        let is_meant = |namespace: &&Object<'a, 's>| {
            selector.matches_values(|key| match key {
                "kubernetes.io/metadata.name" => Some(namespace.id.name),
                key => namespace.label(key),
            })
        };
        self.of_kind("", "Namespace").filter(is_meant).map(|namespace| namespace.id.name).collect()
    }

    /// `Namespaced` or `Cluster`, if the tree holds the definition of the kind.
    pub fn custom_scope(&self, group: &str, kind: &str) -> Option<&'s str> {
        self.custom_scopes.get(&(group, kind)).copied()
    }
}

/// Whether two namespaces as written may be the same.
pub fn is_same(one: &str, other: &str) -> bool {
    one.is_empty() || other.is_empty() || one == other
}
