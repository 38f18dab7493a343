//! One Kubernetes object, with what the engine must remember about it.

use std::sync::Arc;

use thin_vec::ThinVec;

use super::affixes::Affixes;
use super::body::Body;
use super::gvk::Gvk;
use super::id::{CompactId, ResId};
use crate::yaml::{Mapping, Node, Origin, Style, Word};

/// What a generator does with an object that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Behavior {
    /// It must not be there.
    #[default]
    Create,
    /// Its data is replaced.
    Replace,
    /// Its data is merged.
    Merge,
}

/// A name that an object had before a transformer changed it. The API version is the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreviousId<'s> {
    kind: Word,
    namespace: Word,
    /// The name it had.
    pub name: &'s str,
}

impl<'s> PreviousId<'s> {
    /// A name in an effective namespace.
    pub fn new(kind: &str, namespace: &str, name: &'s str) -> Self {
        Self { kind: Word::of(kind), namespace: Word::of(namespace), name }
    }

    /// The kind it had.
    pub fn kind(&self) -> &'static str {
        self.kind.text()
    }

    /// The effective namespace it had, as a word.
    pub fn namespace_word(&self) -> Word {
        self.namespace
    }

    /// The effective namespace it had.
    pub fn namespace(&self) -> &'static str {
        self.namespace.text()
    }
}

/// An object and its history through the build. Most objects have little history, so empty lists take one word.
#[derive(Clone, Debug)]
pub struct Resource<'s> {
    /// The object.
    pub node: Body<'s>,
    /// Earlier names, oldest first.
    pub previous_ids: ThinVec<PreviousId<'s>>,
    /// Name prefixes that were added, oldest first.
    pub name_prefixes: Affixes<'s>,
    /// Name suffixes that were added, oldest first.
    pub name_suffixes: Affixes<'s>,
    /// For a generated object: what to do when it is there already.
    pub behavior: Behavior,
    /// Whether the name gets a suffix computed from the content.
    pub needs_hash_suffix: bool,
    /// Whether a generator made it from data.
    pub is_generated: bool,
    /// Its number in the history of the build; 0 where none is kept.
    pub number: u32,
    /// What else upstream's nodes know of this object's scalars, if anything.
    pub marks: Option<Box<Marks>>,
    /// The vars that take their value from this object.
    pub var_names: ThinVec<&'s str>,
    /// For `buildMetadata: [originAnnotations]`: where the object came from.
    pub built_from: Option<Arc<BuildOrigin>>,
    /// For `buildMetadata: [transformerAnnotations]`: what changed it, in order.
    pub transformations: ThinVec<Arc<BuildOrigin>>,
}

/// A field that names an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameField {
    /// `metadata.name`
    Name,
    /// `metadata.namespace`
    Namespace,
}

impl NameField {
    fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Namespace => "namespace",
        }
    }
}

/// What upstream's nodes know of scalars besides text and style. Scalars are known by their origins.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    /// Each of these is one node in several fields.
    pub shared: ThinVec<Origin>,
    /// These have no type: they are written as what they look like, but merges and vars take them for strings.
    pub untyped: ThinVec<Origin>,
}

/// What the annotations of `buildMetadata` say.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct BuildOrigin {
    /// The file, relative to the folder that is built.
    pub path: String,
    /// The configuration that ran, for what a generator or transformer made.
    pub configured_in: String,
    /// Type and name of that configuration.
    pub configured_by: Option<ConfiguredBy>,
}

/// Type and name of a generator's or transformer's configuration.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ConfiguredBy {
    /// `builtin` for what the kustomization's own fields ask for.
    pub api_version: String,
    /// `ConfigMapGenerator`
    pub kind: String,
    /// The configuration object's name.
    pub name: String,
    /// The configuration object's namespace.
    pub namespace: String,
}

impl<'s> Resource<'s> {
    /// An object that was just read or generated.
    pub fn new(node: Node<'s>) -> Self {
        Self {
            node: node.into(),
            previous_ids: ThinVec::new(),
            name_prefixes: Affixes::default(),
            name_suffixes: Affixes::default(),
            behavior: Behavior::Create,
            needs_hash_suffix: false,
            is_generated: false,
            number: 0,
            marks: None,
            var_names: ThinVec::new(),
            built_from: None,
            transformations: ThinVec::new(),
        }
    }

    /// The object's type now.
    pub fn gvk(&self) -> Gvk<'s> {
        match self.node.names() {
            Some(names) => names.gvk(),
            None => Gvk::parse(text(self.node.get("apiVersion")), text(self.node.get("kind"))),
        }
    }

    /// The object's id now.
    pub fn current_id(&self) -> ResId<'s> {
        ResId { gvk: self.gvk(), name: self.name(), namespace: self.namespace() }
    }

    /// The same in little room.
    pub fn compact_id(&self) -> CompactId<'s> {
        if let Some(names) = self.node.names() {
            return names.compact_id();
        }
        let field = |key| text(self.node.get(key));
        CompactId::new(field("apiVersion"), field("kind"), self.namespace(), self.name())
    }

    /// The id the object had first.
    pub fn original_id(&self) -> ResId<'s> {
        match self.previous_ids.first() {
            Some(previous) => self.with_current_version(previous),
            None => self.current_id(),
        }
    }

    /// The ids the object had before, oldest first, without the current one.
    pub fn earlier_ids(&self) -> impl Iterator<Item = ResId<'s>> {
        self.previous_ids.iter().map(|previous| self.with_current_version(previous))
    }

    fn with_current_version(&self, previous: &PreviousId<'s>) -> ResId<'s> {
        let gvk = Gvk { kind: previous.kind(), ..self.gvk() };
        ResId { gvk, name: previous.name, namespace: previous.namespace() }
    }

    /// Remembers the current id as an earlier one; done before a change of name, namespace or kind.
    pub fn store_previous_id(&mut self) {
        let id = self.current_id();
        self.previous_ids.reserve_exact(1);
        self.previous_ids.push(PreviousId::new(id.gvk.kind, id.effective_namespace(), id.name));
    }

    /// Lets the annotations share nothing with other fields any more, as if each were made anew.
    pub fn unshare_annotations(&mut self) {
        let Some(marks) = &self.marks else { return };
        let annotations = self.node.get_mut("metadata").and_then(|metadata| metadata.get_mut("annotations"));
        for entry in annotations.and_then(Node::as_mapping_mut).into_iter().flatten() {
            if marks.shared.contains(&entry.value.origin()) {
                entry.value.set_origin(entry.key.origin);
            }
        }
    }

    /// The marks, to be added to.
    pub fn marks_mut(&mut self) -> &mut Marks {
        self.marks.get_or_insert_default()
    }

    /// Whether kustomize would have annotations of its own on this object.
    pub fn has_bookkeeping(&self) -> bool {
        !self.previous_ids.is_empty()
            || !self.name_prefixes.is_empty()
            || !self.name_suffixes.is_empty()
            || self.needs_hash_suffix
            || self.is_generated
            || self.built_from.is_some()
            || !self.transformations.is_empty()
    }

    /// `metadata.name`, or nothing.
    pub fn name(&self) -> &'s str {
        match self.node.names() {
            Some(names) => names.name(),
            None => text(self.node.at(&["metadata", "name"])),
        }
    }

    /// `metadata.namespace` as written, or nothing.
    pub fn namespace(&self) -> &'s str {
        match self.node.names() {
            Some(names) => names.namespace(),
            None => text(self.node.at(&["metadata", "namespace"])),
        }
    }

    /// Where `metadata.name` or `metadata.namespace` was written, or else the object.
    pub fn origin_of(&self, field: NameField) -> Origin {
        if let Some(names) = self.node.names() {
            return names.origin_of(field);
        }
        let node = self.node.at(&["metadata", field.key()]);
        node.map_or(Origin::NONE, Node::origin).or(self.node.origin())
    }

    /// Whether a patch deleted the object.
    pub fn is_empty(&self) -> bool {
        self.node.names().is_none() && self.node.is_null_or_empty()
    }

    /// Deletes the object: it is dropped after the transformer.
    pub fn clear(&mut self) {
        self.node = Node::mapping(self.node.origin()).into();
    }

    /// The metadata mapping, made if it is not there.
    pub fn metadata_mut(&mut self, origin: Origin) -> Option<&mut Mapping<'s>> {
        child_mapping(self.node.as_mapping_mut()?, "metadata", origin)
    }

    /// Sets `metadata.name`. Quotes that are there stay.
    pub fn set_name(&mut self, name: &'s str, origin: Origin) {
        if let Some(metadata) = self.metadata_mut(origin) {
            set_text(metadata, "name", name, origin);
        }
    }

    /// Sets `kind`. Quotes that are there stay.
    pub fn set_kind(&mut self, kind: &'s str, origin: Origin) {
        if let Some(object) = self.node.as_mapping_mut() {
            set_text(object, "kind", kind, origin);
        }
    }

    /// Sets `metadata.namespace`; an empty one is taken out.
    pub fn set_namespace(&mut self, namespace: &'s str, origin: Origin) {
        let Some(metadata) = self.metadata_mut(origin) else { return };
        if namespace.is_empty() {
            metadata.remove("namespace");
        } else {
            set_text(metadata, "namespace", namespace, origin);
        }
    }

    /// The values of `metadata.annotations` that are text.
    pub fn annotation(&self, key: &str) -> Option<&'s str> {
        if !self.has_annotations() {
            return None;
        }
        self.node.at(&["metadata", "annotations", key])?.text()
    }

    /// Whether there is a field `metadata.annotations`.
    pub fn has_annotations(&self) -> bool {
        match self.node.names() {
            Some(names) => names.has_annotations(),
            None => self.node.at(&["metadata", "annotations"]).is_some(),
        }
    }

    /// The values of `metadata.labels` that are text.
    pub fn label(&self, key: &str) -> Option<&'s str> {
        self.node.at(&["metadata", "labels", key])?.text()
    }
}

/// The mapping under `key`, made if it is missing or null; `None` if something else stands there.
pub fn child_mapping<'a, 's>(
    parent: &'a mut Mapping<'s>,
    key: &'s str,
    origin: Origin,
) -> Option<&'a mut Mapping<'s>> {
    if parent.get(key).is_none_or(Node::is_null) {
        parent.insert(key, Node::mapping(origin));
    }
    parent.get_mut(key)?.as_mapping_mut()
}

/// Sets a key to a scalar; a text that is there already keeps its place and its quotes.
fn set_text<'s>(mapping: &mut Mapping<'s>, key: &'static str, text: &'s str, origin: Origin) {
    let style = match mapping.get(key) {
        Some(old) if old.text() == Some(text) => return,
        Some(old) if old.text().is_some() => old.style(),
        _ => Style::Plain,
    };
    mapping.insert(key, Node::plain(text, origin).with_style(style));
}

fn text<'s>(node: Option<&Node<'s>>) -> &'s str {
    node.filter(|node| !node.is_null()).and_then(Node::text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number for a history stands where there was room left: a build without one pays nothing for it.
    #[test]
    fn a_number_takes_no_room() {
        let words = size_of::<Body<'_>>() + 7 * size_of::<usize>();
        assert_eq!(size_of::<Resource<'_>>(), words + size_of::<u64>());
    }
}
