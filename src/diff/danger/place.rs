//! A value in an object, and the way that leads to it.

use crate::diff::path::{Path, Step};
use crate::diff::side::Object;
use crate::yaml::{Node, Origin};

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Place<'o, 's> {
    pub(super) node: &'o Node<'s>,
    pub(super) path: Path<'s>,
}

impl<'o, 's> Place<'o, 's> {
    /// The object itself.
    pub(super) fn of(object: &'o Object<'_, 's>) -> Self {
        Self { node: &object.node, path: Path::default() }
    }

    /// A value that stands at a path.
    pub(super) fn new(node: &'o Node<'s>, path: Path<'s>) -> Self {
        Self { node, path }
    }

    /// The value at the end of these keys; null is as good as nothing.
    pub(super) fn at(&self, keys: &[&'s str]) -> Option<Self> {
        let node = self.node.at(keys).filter(|node| !node.is_null())?;
        Some(self.below(node, keys.iter().map(|key| Step::Key(key))))
    }

    /// The text at the end of these keys.
    pub(super) fn text(&self, keys: &[&'s str]) -> Option<&'s str> {
        self.at(keys)?.node.text()
    }

    /// The fields of the value at the end of these keys.
    pub(super) fn fields(&self, keys: &[&'s str]) -> Vec<(&'s str, Self)> {
        let Some(place) = self.at(keys) else { return Vec::new() };
        let entries = place.node.as_mapping().into_iter().flatten();
        let fields = entries.filter(|entry| !entry.value.is_null());
        fields.map(|entry| (entry.key.text, place.below(&entry.value, [Step::Key(entry.key.text)]))).collect()
    }

    /// The items of the list at the end of these keys, each called by its first field that is among `names`, else by
    /// its number.
    pub(super) fn items(&self, keys: &[&'s str], names: &[&str]) -> Vec<Self> {
        let Some(place) = self.at(keys) else { return Vec::new() };
        let items = place.node.as_sequence().unwrap_or_default();
        items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                let name = names.iter().find_map(|name| item.get(name).and_then(Node::text));
                let name = name.map_or_else(|| index.to_string(), str::to_owned);
                place.below(item, [Step::Item { name, before: None, after: Some(index) }])
            })
            .collect()
    }

    /// The texts of the list at the end of these keys.
    pub(super) fn texts(&self, keys: &[&'s str]) -> Vec<&'s str> {
        self.items(keys, &[]).iter().filter_map(|item| item.node.text()).collect()
    }

    /// The name of the last item on the way here.
    pub(super) fn name(&self) -> &str {
        let names = self.path.0.iter().rev().find_map(|step| match step {
            Step::Item { name, .. } => Some(name.as_str()),
            _ => None,
        });
        names.unwrap_or_default()
    }

    /// Whether the value at the end of these keys is `true`.
    pub(super) fn is_true(&self, keys: &[&'s str]) -> bool {
        self.text(keys) == Some("true")
    }

    pub(super) fn origin(&self) -> Origin {
        self.node.origin()
    }

    fn below(&self, node: &'o Node<'s>, steps: impl IntoIterator<Item = Step<'s>>) -> Self {
        let mut path = self.path.clone();
        path.0.extend(steps);
        Self { node, path }
    }
}
