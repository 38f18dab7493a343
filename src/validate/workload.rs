//! What makes pods: the pod template that an object holds, wherever it holds it.

use super::object::Object;
use crate::yaml::{Mapping, Node};

/// An object with a pod template; a Pod is its own.
#[derive(Clone, Copy, Debug)]
pub struct Workload<'a, 's> {
    /// The object.
    pub object: Object<'a, 's>,
    /// The template: `metadata` and `spec` of the pods.
    pub template: &'a Node<'s>,
    /// `spec` of the pods.
    pub spec: &'a Node<'s>,
    /// The template's path in the object, such as `spec.template`; empty for a Pod.
    pub path: &'static str,
}

/// Where templates stand. Kinds of other projects, such as Argo's Rollout, follow the same pattern.
const TEMPLATES: [(&str, &[&str]); 2] = [
    ("spec.template", &["spec", "template"]),
    ("spec.jobTemplate.spec.template", &["spec", "jobTemplate", "spec", "template"]),
];

impl<'a, 's> Workload<'a, 's> {
    /// The pod template of an object, if it has one.
    pub fn of(object: Object<'a, 's>) -> Option<Self> {
        if object.is("", "Pod") {
            let spec = object.at(&["spec"])?;
            return Some(Self { object, template: object.node, spec, path: "" });
        }
        TEMPLATES.iter().find_map(|(path, keys)| {
            let template = object.at(keys)?;
            let spec = template.get("spec")?;
            spec.get("containers")?.as_sequence()?;
            Some(Self { object, template, spec, path })
        })
    }

    /// The namespace of the pods as written.
    pub fn namespace(&self) -> &'s str {
        self.object.id.namespace
    }

    /// The items of a list in the pod's `spec`, each with its path in the object.
    pub fn items(&self, list: &'static str) -> impl Iterator<Item = (String, &'a Node<'s>)> + use<'a, 's> {
        let prefix = self.spec_path();
        let items = self.spec.get(list).and_then(Node::as_sequence).unwrap_or_default();
        items.iter().enumerate().map(move |(index, item)| (format!("{prefix}.{list}[{index}]"), item))
    }

    /// The ports of all containers, each with its path in the object.
    pub fn ports(&self) -> impl Iterator<Item = (String, &'a Node<'s>)> + use<'a, 's> {
        self.containers().flat_map(|(path, container)| {
            let ports = container.get("ports").and_then(Node::as_sequence).unwrap_or_default();
            ports.iter().enumerate().map(move |(index, port)| (format!("{path}.ports[{index}]"), port))
        })
    }

    /// Whether a container has a port of this name or number.
    pub fn has_port(&self, port: &str) -> bool {
        self.ports().any(|(_, known)| {
            ["name", "containerPort"].iter().any(|field| known.get(field).and_then(Node::text) == Some(port))
        })
    }

    /// The labels of the pods.
    pub fn labels(&self) -> Option<&'a Mapping<'s>> {
        self.template.at(&["metadata", "labels"])?.as_mapping()
    }

    /// All containers, those of the start included, each with its path below the object.
    pub fn containers(&self) -> impl Iterator<Item = (String, &'a Node<'s>)> + use<'a, 's> {
        let (spec, prefix) = (self.spec, self.spec_path());
        ["initContainers", "containers", "ephemeralContainers"].into_iter().flat_map(move |list| {
            let items = spec.get(list).and_then(Node::as_sequence).unwrap_or_default();
            let prefix = prefix.clone();
            items
                .iter()
                .enumerate()
                .map(move |(index, container)| (format!("{prefix}.{list}[{index}]"), container))
        })
    }

    /// The path of the pod's `spec` in the object.
    pub fn spec_path(&self) -> String {
        if self.path.is_empty() { "spec".to_owned() } else { format!("{}.spec", self.path) }
    }

    /// Whether the pods run on Windows, where users and capabilities are of another kind.
    pub fn is_for_windows(&self) -> bool {
        let selected = self.spec.at(&["nodeSelector", "kubernetes.io/os"]);
        self.spec.at(&["os", "name"]).or(selected).and_then(Node::text) == Some("windows")
    }

    /// Whether all labels of a selector are on the pods.
    pub fn has_labels(&self, selector: &Mapping<'_>) -> bool {
        let labels = self.labels();
        selector.iter().all(|wanted| {
            labels.and_then(|labels| labels.get(wanted.key.text)).and_then(Node::text) == wanted.value.text()
        })
    }
}
