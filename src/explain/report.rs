//! What there is to say of an object or of a field, as plain data.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use super::documents::Documents;
use super::hop::{Hop, to_text};
use super::listing::{Line, Listing};
use super::path::FieldPath;
use super::places::{Place, Places};
use super::trace::{Touch, trace};
use super::walk::{Delta, get};
use crate::diagnostic::Diagnostic;
use crate::kustomize::history::{Field, History, State};
use crate::resource::{ResId, Resource};
use crate::yaml::{HtmlEscapes, JsonLayout, JsonNumbers, Node, Origin, to_json};

/// What this is, for programs that read it.
const SCHEMA: &str = "stackgen.explain/v1";

/// Everything that was asked for.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Report {
    /// `stackgen.explain/v1`
    pub schema: &'static str,
    /// One for all clusters whose history is the same.
    pub explanations: Vec<Explanation>,
}

/// The history of an object or of a field.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Explanation {
    /// The object.
    pub object: ObjectName,
    /// The clusters that it is about; none for a kustomization.
    pub clusters: Vec<String>,
    /// The files of the tree that hold the object.
    pub files: Vec<String>,
    /// What the object was called on the way, oldest first.
    pub earlier: Vec<String>,
    /// The field; none for the whole object.
    pub path: Option<String>,
    /// The value of the field in the end; null if it is not there.
    pub value: Json,
    /// Whether the object, or the field, is not there in the end.
    pub is_gone: bool,
    /// What made it so, in order.
    pub layers: Vec<Layer>,
    /// The object as it is written, each line with its source; only for the whole object.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub listing: Vec<Line>,
}

/// What names an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObjectName {
    /// `apps/v1`
    pub api_version: String,
    /// `Deployment`
    pub kind: String,
    /// Empty if it has none.
    pub namespace: String,
    /// `grafana`
    pub name: String,
}

/// One step of a build that made or changed it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Layer {
    /// What asked for it: `patches[2]`, `namespace`, `name references`.
    pub by: String,
    /// Where that stands.
    pub place: Option<Place>,
    /// Whose it is, and what named that, from the inside out; of several clusters the part that they share.
    pub through: Vec<Through>,
    /// What it did.
    pub changes: Vec<Change>,
}

/// A kustomization on the way to the one that was built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Through {
    /// Its file.
    pub kustomization: String,
    /// The entry that names it in the kustomization around it: `resources[0]`; none for the one that was built.
    pub named_by: Option<String>,
}

/// A value that a step wrote or took away.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Change {
    /// The field; empty for the whole object.
    pub path: String,
    /// `added`, `changed`, `removed`, or `same` if the same value was written again.
    pub verb: &'static str,
    /// As it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Json>,
    /// As it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Json>,
    /// Where the value stands that is there now.
    pub place: Option<Place>,
}

/// Puts histories into words.
pub struct Explainer<'a, 's> {
    /// The build.
    pub history: &'a History<'s>,
    /// Finds places.
    pub places: Places<'a, 's>,
    /// Reads documents in texts.
    pub documents: Documents<'s>,
    /// Whether objects are listed as the tree has them, and not as `build` writes them.
    pub for_tree: bool,
}

impl From<Vec<Explanation>> for Report {
    fn from(explanations: Vec<Explanation>) -> Self {
        Self { schema: SCHEMA, explanations }
    }
}

impl<'s> Explainer<'_, 's> {
    /// The history of an object whose states, secrets covered, are `states`; or of the field at `path`.
    pub fn explain(
        &self,
        states: &[State<'s>],
        ids: &[ResId<'s>],
        path: Option<&FieldPath>,
    ) -> Result<Explanation, Diagnostic> {
        let (anchor, hops) = self.find(states, path)?;
        let touches = trace(states, (anchor, &hops), &self.documents);
        let layers: Vec<Layer> = touches.iter().map(|touch| self.layer(touch, path.is_none())).collect();
        let last = states.last().and_then(|state| state.node.as_ref());
        let value =
            last.and_then(|node| get(node, &hops, &self.documents)).filter(|_| anchor + 1 == states.len());
        let object = states.iter().rev().find_map(|state| state.node.clone());
        let listing = match (path, last) {
            (None, Some(node)) => Listing { explainer: self, states }.lines(node)?,
            _ => Vec::new(),
        };
        let id = object.map(|node| Resource::new(node).current_id()).unwrap_or_default();
        let earlier = ids.iter().filter(|earlier| **earlier != id).map(ToString::to_string).collect();
        Ok(Explanation {
            object: ObjectName::of(&id),
            clusters: Vec::new(),
            files: Vec::new(),
            earlier,
            path: path.map(|_| to_text(&hops)),
            is_gone: value.is_none(),
            value: value.filter(|_| path.is_some()).map_or(Json::Null, |value| json(&value)),
            layers: layers.into_iter().filter(|layer| !layer.changes.is_empty()).collect(),
            listing,
        })
    }

    /// The last state that has the field, and where it stands there.
    fn find(&self, states: &[State<'s>], path: Option<&FieldPath>) -> Result<(usize, Vec<Hop>), Diagnostic> {
        let last = states.len().saturating_sub(1);
        let Some(path) = path else { return Ok((last, Vec::new())) };
        let mut missing = None;
        for (index, state) in states.iter().enumerate().rev() {
            let Some(node) = &state.node else { continue };
            match path.resolve(node, &self.documents) {
                Ok(hops) => return Ok((index, hops)),
                Err(error) => {
                    missing.get_or_insert(error);
                }
            }
        }
        Err(missing.unwrap_or_else(|| Diagnostic::error("the object was empty from the start")))
    }

    /// What a step did. Of a whole object, what was only written again is left out.
    fn layer(&self, touch: &Touch<'s>, is_whole: bool) -> Layer {
        let step = self.history.step(touch.step);
        let field = step.map_or(Field::new("", Origin::NONE), |step| step.field);
        let wanted = touch.deltas.iter().filter(|delta| !is_whole || !delta.says_the_same());
        let changes: Vec<Change> = wanted.map(|delta| self.change(delta, is_whole, field.place)).collect();
        let index = field.index.or_else(|| {
            let origin = touch.deltas.first()?.origin;
            self.entry(step.map_or(&[], |step| step.entries.as_slice()), origin)
        });
        let by = index.map_or_else(|| field.name.to_owned(), |index| format!("{}[{index}]", field.name));
        let through = self.through(step.and_then(|step| step.kustomization));
        Layer { by, place: self.places.of(field.place), through, changes }
    }

    /// Which of several entries wrote a value: the last that begins before it, in the same file.
    fn entry(&self, entries: &[Origin], value: Origin) -> Option<usize> {
        let file = |origin| Some(self.places.sources.locate(origin)?.file);
        let entry = entries.iter().rposition(|entry| *entry <= value)?;
        (file(entries[entry]) == file(value)).then_some(entry)
    }

    fn through(&self, innermost: Option<usize>) -> Vec<Through> {
        let mut through = Vec::new();
        let mut next = innermost;
        while let Some(visited) = next.and_then(|number| self.history.kustomization(number)) {
            let Field { name, index, .. } = visited.named_by;
            let named_by = index.map(|index| format!("{name}[{index}]")).filter(|_| visited.parent.is_some());
            if !self.places.is_entry(&visited.file) {
                through.push(Through { kustomization: self.places.kustomization(&visited.file), named_by });
            }
            next = visited.parent;
        }
        through
    }

    fn change(&self, delta: &Delta<'s>, is_whole: bool, step: Origin) -> Change {
        let is_object = delta.path.is_empty();
        let shown = |node: &Option<Node<'s>>| node.as_ref().filter(|_| !(is_object && is_whole)).map(json);
        let verb = match (&delta.before, &delta.after) {
            (None, _) => "added",
            (_, None) => "removed",
            _ if delta.says_the_same() => "same",
            _ => "changed",
        };
        Change {
            path: to_text(&delta.path),
            verb,
            before: shown(&delta.before),
            after: shown(&delta.after),
            place: self.places.of(delta.origin.or(step)),
        }
    }
}

impl ObjectName {
    fn of(id: &ResId<'_>) -> Self {
        Self {
            api_version: id.gvk.api_version(),
            kind: id.gvk.kind.to_owned(),
            namespace: id.namespace.to_owned(),
            name: id.name.to_owned(),
        }
    }
}

/// A value as JSON.
fn json(node: &Node<'_>) -> Json {
    let mut text = String::new();
    let written = to_json(node, JsonLayout::Compact, HtmlEscapes::Off, JsonNumbers::Exact, &mut text);
    let read = written.ok().and_then(|()| serde_json::from_str(&text).ok());
    read.unwrap_or_else(|| Json::from(node.text().unwrap_or_default()))
}

/// Puts what is the same in several clusters together: all but the way through the overlays, of which the part that they
/// share is kept.
pub fn merge(explanations: Vec<Explanation>) -> Vec<Explanation> {
    let mut merged: Vec<Explanation> = Vec::new();
    for one in explanations {
        match merged.iter_mut().find(|other| is_same_history(other, &one)) {
            Some(other) => {
                for (layer, with) in other.layers.iter_mut().zip(&one.layers) {
                    let pairs = layer.through.iter().zip(&with.through);
                    let shared = pairs.take_while(|(one, other)| one == other).count();
                    layer.through.truncate(shared);
                }
                other.clusters.extend(one.clusters);
                other.files.extend(one.files);
            }
            None => merged.push(one),
        }
    }
    merged
}

fn is_same_history(one: &Explanation, other: &Explanation) -> bool {
    let is_same_layer = |(one, other): (&Layer, &Layer)| {
        (&one.by, &one.place, &one.changes) == (&other.by, &other.place, &other.changes)
    };
    (&one.object, &one.earlier, &one.path, &one.value)
        == (&other.object, &other.earlier, &other.path, &other.value)
        && one.is_gone == other.is_gone
        && one.listing == other.listing
        && one.layers.len() == other.layers.len()
        && one.layers.iter().zip(&other.layers).all(is_same_layer)
}
