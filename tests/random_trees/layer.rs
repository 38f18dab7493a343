//! Builds a tree layer by layer: a base or two, components, and overlays above them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::random::Random;
use crate::tree::{File, Limits, Tree};
use crate::{kustomization, object};

/// A tree in the making.
pub(crate) struct Builder {
    pub(crate) random: Random,
    pub(crate) limits: Limits,
    files: BTreeMap<String, File>,
    taken: BTreeSet<String>,
    /// How many vars there are: their names must differ in the whole tree.
    pub(crate) vars: usize,
    folders: usize,
}

/// One folder with a kustomization, and the objects that it sees (as they were before any change).
pub(crate) struct Layer {
    pub(crate) folder: String,
    pub(crate) objects: Vec<Value>,
    pub(crate) is_component: bool,
    /// Whether this is the folder to build.
    pub(crate) is_root: bool,
}

/// The tree that belongs to a seed.
pub(crate) fn tree(seed: u64, limits: Limits) -> Tree {
    let mut builder = Builder {
        random: Random::new(seed),
        limits,
        files: BTreeMap::new(),
        taken: BTreeSet::new(),
        vars: 0,
        folders: 0,
    };
    let root = builder.stack();
    Tree { seed, root, files: builder.files }
}

impl Builder {
    /// A base, perhaps a second one, and one to three overlays; returns the folder of the last.
    fn stack(&mut self) -> String {
        let overlays = self.random.below(4);
        let mut below = vec![self.layer("base", Vec::new(), overlays == 0)];
        if overlays > 0 && self.random.chance(20) {
            below.push(self.layer("base", Vec::new(), false));
        }
        if overlays > 0 && self.random.chance(15) && self.may_vary(&below) {
            below = self.variants(below);
        }
        for step in 0..overlays {
            let overlay = self.layer("overlay", below, step + 1 == overlays);
            below = vec![overlay];
        }
        below.remove(0).folder
    }

    /// Vars, and objects whose names take no prefix, would clash with themselves.
    fn may_vary(&self, below: &[Layer]) -> bool {
        let fixed = ["Namespace", "CustomResourceDefinition", "APIService"];
        let mut objects = below.iter().flat_map(|layer| &layer.objects);
        self.vars == 0 && !objects.any(|object| fixed.iter().any(|kind| object["kind"] == *kind))
    }

    /// The same base twice, under two prefixes, suffixes or namespaces.
    fn variants(&mut self, below: Vec<Layer>) -> Vec<Layer> {
        let resources: Vec<String> = below.iter().map(|layer| format!("../{}", layer.folder)).collect();
        let objects: Vec<Value> = below.into_iter().flat_map(|layer| layer.objects).collect();
        let mut made = Vec::new();
        let field = *self.random.pick(&["namePrefix", "namePrefix", "nameSuffix", "namespace"]);
        for side in ["left-", "right-"] {
            let folder = self.folder("variant");
            let value = match field {
                "namePrefix" => String::from(side),
                "nameSuffix" => format!("-{}", side.trim_end_matches('-')),
                _ => String::from(side.trim_end_matches('-')),
            };
            let document = json!({field: value, "resources": resources});
            self.add(&folder, "kustomization.yaml", File::Documents(vec![document]));
            made.push(Layer { folder, objects: objects.clone(), is_component: false, is_root: false });
        }
        made
    }

    fn layer(&mut self, name: &str, below: Vec<Layer>, is_root: bool) -> Layer {
        let folder = self.folder(name);
        let mut resources: Vec<Value> =
            below.iter().map(|layer| format!("../{}", layer.folder).into()).collect();
        let objects = below.into_iter().flat_map(|layer| layer.objects).collect();
        let mut layer = Layer { folder, objects, is_component: false, is_root };
        self.add_resources(&mut layer, &mut resources);
        let mut fields = Map::new();
        let field = if self.random.chance(4) { "bases" } else { "resources" };
        fields.insert(field.into(), resources.into());
        kustomization::add_generators(self, &mut layer, &mut fields);
        if self.random.chance(25) {
            let count = if self.random.chance(20) { 2 } else { 1 };
            let components: Vec<String> = (0..count).map(|_| self.component(&mut layer)).collect();
            fields.insert("components".into(), components.into());
        }
        kustomization::add_transformers(self, &mut layer, &mut fields);
        let name = *self.random.pick(&[
            "kustomization.yaml",
            "kustomization.yaml",
            "kustomization.yml",
            "Kustomization",
        ]);
        self.add(&layer.folder, name, File::Documents(vec![Value::Object(fields)]));
        layer
    }

    /// A component that works on the objects of the layer which names it; returns its path from there.
    fn component(&mut self, parent: &mut Layer) -> String {
        let folder = self.folder("component");
        let objects = std::mem::take(&mut parent.objects);
        let mut layer = Layer { folder, objects, is_component: true, is_root: false };
        let mut resources = Vec::new();
        if self.random.chance(30) {
            self.add_resources(&mut layer, &mut resources);
        }
        let mut fields = Map::new();
        fields.insert("apiVersion".into(), "kustomize.config.k8s.io/v1alpha1".into());
        fields.insert("kind".into(), "Component".into());
        fields.insert("resources".into(), resources.into());
        kustomization::add_generators(self, &mut layer, &mut fields);
        kustomization::add_transformers(self, &mut layer, &mut fields);
        self.add(&layer.folder, "kustomization.yaml", File::Documents(vec![Value::Object(fields)]));
        parent.objects = layer.objects;
        format!("../{}", layer.folder)
    }

    /// Files with new objects: many in a base, few above it.
    fn add_resources(&mut self, layer: &mut Layer, resources: &mut Vec<Value>) {
        let count = if layer.objects.is_empty() { self.random.between(2, 9) } else { self.random.below(3) };
        let mut documents = Vec::new();
        for _ in 0..count {
            let object = object::any(&mut self.random, self.limits);
            if self.may_add(&object) {
                layer.objects.push(object.clone());
                documents.push(object);
            }
        }
        if documents.len() > 2 && self.random.chance(20) {
            let kind = *self.random.pick(&["List", "List", "ConfigMapList", "FleetList"]);
            documents = vec![json!({"apiVersion": "v1", "kind": kind, "items": documents})];
        }
        if !documents.is_empty() {
            self.add(&layer.folder, "objects.yaml", File::Documents(documents));
            resources.push("objects.yaml".into());
        }
    }

    /// Few objects share kind and name: most of those that do make a build fail.
    fn may_add(&mut self, object: &Value) -> bool {
        let id = format!("{} {}", object["kind"], object["metadata"]["name"]);
        self.taken.insert(id) || self.random.chance(2)
    }

    /// Adds a file beside a layer's kustomization file.
    pub(crate) fn add(&mut self, folder: &str, name: &str, file: File) {
        self.files.insert(format!("{folder}/{name}"), file);
    }

    /// Adds a file under a new name that starts with `stem`; returns the name.
    pub(crate) fn add_new(&mut self, folder: &str, stem: &str, file: File) -> String {
        let name = format!("{stem}-{}.yaml", self.files.len());
        self.add(folder, &name, file);
        name
    }

    fn folder(&mut self, name: &str) -> String {
        self.folders += 1;
        format!("{name}-{}", self.folders)
    }
}
