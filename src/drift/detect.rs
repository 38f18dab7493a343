//! From the objects of the tree and those of the cluster to what differs.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::codify;
use super::engines::Engines;
use super::identity::{Identity, objects};
use super::manager;
use super::owned::Owned;
use super::ownership::Marks;
use super::reason::Reason;
use crate::diagnostic::Diagnostics;
use crate::diff::{Comparison, Document, Hidden, Options, Remark, Side, Verb, compare};
use crate::schema::{Lookup, Schemas, ValueSchema};
use crate::yaml::{Mapping, Node, Sources, Typing};

/// Kinds that scale others.
const AUTOSCALERS: [(&str, &str); 2] =
    [("autoscaling", "HorizontalPodAutoscaler"), ("keda.sh", "ScaledObject")];
const REPLICAS: &str = "/spec/replicas";

/// What the tree says.
#[derive(Debug, Default)]
pub struct Desired<'s> {
    /// The objects, each with its app.
    pub documents: Vec<Document<'s>>,
    /// What the engines are told.
    pub engines: Engines<'s>,
}

/// What runs.
#[derive(Debug, Default)]
pub struct Live<'s> {
    /// The objects, or lists of them.
    pub documents: Vec<Node<'s>>,
    /// Whether nothing is left out, neither defaults nor what others wrote.
    pub is_whole: bool,
}

impl<'s> Live<'s> {
    /// What there is.
    pub fn identities(&self) -> impl Iterator<Item = Identity<'s>> {
        let mut found = Vec::new();
        self.documents.iter().for_each(|node| objects(node, &mut found));
        found.into_iter().map(Identity::of)
    }
}

/// What is compared, ready for [`Drift::comparison`].
#[derive(Debug)]
pub struct Drift<'s> {
    desired: Side<'s>,
    live: Side<'s>,
    /// The live objects as they are.
    whole: FxHashMap<Identity<'s>, Node<'s>>,
    hidden: Vec<Hidden>,
}

/// Takes of each live object what is ours.
pub fn detect<'s>(desired: &Desired<'s>, live: &Live<'s>, schemas: &Schemas) -> Drift<'s> {
    let mut found = Vec::new();
    live.documents.iter().for_each(|node| objects(node, &mut found));
    let ours: FxHashMap<Identity<'s>, &Document<'s>> =
        desired.documents.iter().map(|document| (Identity::of(&document.node), document)).collect();
    let marks = Marks::of(&desired.engines, desired.documents.iter().map(|document| &document.node));
    let scaled = scaled(found.iter().copied().chain(desired.documents.iter().map(|one| &one.node)));
    let mut parts = Vec::new();
    let (mut whole, mut counts) = (FxHashMap::default(), BTreeMap::<Reason, usize>::new());
    for node in found {
        let id = Identity::of(node);
        let Some(document) = ours.get(&id) else {
            if marks.are_on(node, &id) {
                parts.push(Document { node: without_state(node), app: None });
            }
            continue;
        };
        whole.insert(id, node.clone());
        let node = if live.is_whole {
            node.clone()
        } else {
            let mut ignored: Vec<(String, Reason)> =
                desired.engines.ignored(&id).map(|path| (path.to_owned(), Reason::Engines)).collect();
            if scaled.contains(&id) {
                ignored.insert(0, (REPLICAS.to_owned(), Reason::Autoscaler));
            }
            let mut owned = Owned::new(&ignored);
            let part = owned.part(&shape(&document.node), node, schema(schemas, &document.node));
            owned.left.iter().for_each(|reason| *counts.entry(*reason).or_default() += 1);
            restored(part, &document.node, &ignored)
        };
        parts.push(Document { node, app: document.app });
    }
    let hidden = counts.into_iter().map(|(reason, count)| Hidden { filter: reason.word().to_owned(), count });
    Drift {
        desired: Side { documents: desired.documents.clone(), typing: Typing::Legacy, ..Side::default() },
        live: Side { documents: parts, typing: Typing::Legacy, ..Side::default() },
        whole,
        hidden: hidden.collect(),
    }
}

impl<'s> Drift<'s> {
    /// What differs: what is missing is removed, what is extra is added. Identities are to be kept, as in
    /// [`Options::is_identity_kept`].
    pub fn comparison<'a>(
        &'a self,
        options: &Options,
        sources: &'s Sources,
    ) -> Result<Comparison<'a, 's>, Diagnostics> {
        compare(&self.desired, &self.live, options, sources)
    }

    /// How much was left out, by reason.
    pub fn hidden(&self) -> &[Hidden] {
        &self.hidden
    }

    /// Who wrote what differs, as far as the API server knows.
    pub fn remarks(&self, comparison: &Comparison<'_, 's>) -> Vec<Remark> {
        let mut remarks = Vec::new();
        for change in comparison.changes.iter().filter(|change| change.verb == Verb::Changed) {
            let Some(after) = &change.after else { continue };
            let Some(live) = self.whole.get(&Identity::of(&after.node)) else { continue };
            let mut known = BTreeSet::new();
            for edit in &change.edits {
                let Some(manager) = manager::of_path(live, &after.node, &edit.path) else { continue };
                let time = manager.time.map(|time| format!(" at {time}")).unwrap_or_default();
                let path = edit.path.to_string();
                if known.insert(path.clone()) {
                    remarks.push(Remark {
                        class: "manager",
                        object: change.object().describe(),
                        path: Some(path),
                        message: format!("last written by {}{time}", manager.name),
                    });
                }
            }
        }
        remarks
    }

    /// The patches that make the tree say what runs: the name of the object and the patch. Secrets have none, and those
    /// are named.
    pub fn patches(
        &self,
        comparison: &Comparison<'_, 's>,
        schemas: &Schemas,
    ) -> (Vec<(Identity<'s>, Node<'s>)>, Vec<String>) {
        let (mut patches, mut refused) = (Vec::new(), Vec::new());
        let find = |side: &Side<'s>, id: Identity<'s>| {
            side.documents
                .iter()
                .map(|document| &document.node)
                .find(|node| Identity::of(node) == id)
                .cloned()
        };
        for change in comparison.changes.iter().filter(|change| change.verb == Verb::Changed) {
            let id = Identity::of(&change.object().node);
            if id.kind == "Secret" {
                refused.push(change.object().describe());
                continue;
            }
            let Some((desired, live)) = find(&self.desired, id).zip(find(&self.live, id)) else { continue };
            patches
                .extend(codify::patch(&desired, &live, schema(schemas, &desired)).map(|patch| (id, patch)));
        }
        (patches, refused)
    }
}

/// The newest schema of an object.
pub(super) fn schema<'t>(schemas: &'t Schemas, node: &Node<'_>) -> Option<ValueSchema<'t>> {
    let text = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default();
    match schemas.find(text("apiVersion"), text("kind"), schemas.minors().1) {
        Lookup::Found(found) => Some(found.value_schema()),
        _ => None,
    }
}

/// Which fields an object of the tree has: the server keeps the `stringData` of a Secret in `data`.
pub(super) fn shape<'s>(node: &Node<'s>) -> Node<'s> {
    let mut shape = node.clone();
    if Identity::of(node).kind == "Secret"
        && let Some(fields) = shape.as_mapping_mut()
        && let Some(text) = fields.remove("stringData")
    {
        let mut data = fields.remove("data").and_then(Node::into_mapping).unwrap_or_default();
        for entry in text.as_mapping().into_iter().flatten() {
            data.insert(entry.key.text, entry.value.clone());
        }
        fields.insert("data", Node::from_mapping(data, text.origin()));
    }
    shape
}

/// The live part of a Secret never holds what only the shape of the tree says.
fn restored<'s>(mut part: Node<'s>, desired: &Node<'s>, ignored: &[(String, Reason)]) -> Node<'s> {
    let is_secret = Identity::of(desired).kind == "Secret";
    if is_secret && ignored.iter().any(|(path, _)| path.starts_with("/data/")) {
        // An ignored value was taken from the tree as text, where the server has base64.
        let text = desired.get("stringData").and_then(Node::as_mapping).cloned().unwrap_or_default();
        let data = part.get_mut("data").and_then(Node::as_mapping_mut);
        let mut moved = Mapping::default();
        if let Some(data) = data {
            for entry in &text {
                let is_ignored =
                    ignored.iter().any(|(path, _)| path.strip_prefix("/data/") == Some(entry.key.text));
                if is_ignored {
                    data.remove(entry.key.text);
                    moved.push(entry.key, entry.value.clone());
                }
            }
        }
        if !moved.is_empty()
            && let Some(fields) = part.as_mapping_mut()
        {
            let origin = desired.origin();
            fields.insert("stringData", Node::from_mapping(moved, origin));
        }
    }
    part
}

/// An object without what the API server keeps in it.
fn without_state<'s>(node: &Node<'s>) -> Node<'s> {
    let mut node = node.clone();
    if let Some(fields) = node.as_mapping_mut() {
        fields.remove("status");
        if let Some(metadata) = fields.get_mut("metadata").and_then(Node::as_mapping_mut) {
            metadata
                .retain(|entry| matches!(entry.key.text, "name" | "namespace" | "labels" | "annotations"));
        }
    }
    node
}

/// Everything that an autoscaler looks after.
fn scaled<'a, 's: 'a>(objects: impl Iterator<Item = &'a Node<'s>>) -> BTreeSet<Identity<'s>> {
    let target = |node: &Node<'s>| {
        let id = Identity::of(node);
        let reference = node.at(&["spec", "scaleTargetRef"])?;
        let text = |key: &str| reference.get(key).and_then(Node::text);
        // What a ScaledObject leaves out is a Deployment.
        let group = text("apiVersion").unwrap_or("apps/v1").split_once('/').map_or("", |(group, _)| group);
        let kind = text("kind").unwrap_or("Deployment");
        AUTOSCALERS.contains(&(id.group, id.kind)).then_some(Identity {
            group,
            kind,
            name: text("name")?,
            ..id
        })
    };
    objects.filter_map(target).collect()
}
