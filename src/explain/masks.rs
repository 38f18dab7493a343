//! Values that may not be shown: those of Secrets, and what was copied from them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexSet;
use rustc_hash::FxHashSet;

use crate::kustomize::history::State;
use crate::yaml::{Node, Origin, Sources, Style, ValueMut};

/// Where `kubectl apply` keeps all of an object once more.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// Shorter values are looked for in no text: they stand in many by chance.
const LEAST: usize = 8;

/// The values that were seen, each known by its number: whether two are the same can be seen, and nothing else.
#[derive(Debug, Default)]
pub struct Masks {
    values: IndexSet<Vec<u8>>,
    /// Where they were written.
    origins: FxHashSet<Origin>,
    /// As they may stand in a text.
    texts: IndexSet<String>,
}

impl Masks {
    /// Takes note of the values of a Secret.
    pub fn learn(&mut self, states: &[State<'_>]) {
        for node in states.iter().filter_map(|state| state.node.as_ref()).filter(|node| is_secret(node)) {
            for (field, is_base64) in [("data", true), ("stringData", false)] {
                for entry in node.get(field).and_then(Node::as_mapping).into_iter().flatten() {
                    self.learn_value(&entry.value, is_base64);
                }
            }
            if let Some(value) = node.at(&["metadata", "annotations", LAST_APPLIED]) {
                self.learn_value(value, false);
            }
        }
    }

    fn learn_value(&mut self, value: &Node<'_>, is_base64: bool) {
        let bytes = bytes_of(value, is_base64);
        let plain = String::from_utf8(bytes.clone()).ok();
        self.values.insert(bytes);
        self.origins.insert(value.origin());
        let texts = [plain, value.text().map(str::to_owned)].into_iter().flatten();
        self.texts.extend(texts.filter(|text| text.len() >= LEAST));
    }

    /// The states without secret values.
    pub fn cover<'s>(&mut self, states: &[State<'s>], sources: &'s Sources) -> Vec<State<'s>> {
        let mut covered = states.to_vec();
        for node in covered.iter_mut().filter_map(|state| state.node.as_mut()) {
            if is_secret(node) {
                self.cover_secret(node, sources);
            }
            if !self.origins.is_empty() {
                self.cover_copies(node, sources);
            }
        }
        covered
    }

    fn cover_secret<'s>(&mut self, node: &mut Node<'s>, sources: &'s Sources) {
        for (field, is_base64) in [("data", true), ("stringData", false)] {
            for entry in node.get_mut(field).and_then(Node::as_mapping_mut).into_iter().flatten() {
                self.cover_value(&mut entry.value, is_base64, sources);
            }
        }
        let annotations = node.get_mut("metadata").and_then(|metadata| metadata.get_mut("annotations"));
        if let Some(value) = annotations.and_then(|annotations| annotations.get_mut(LAST_APPLIED)) {
            self.cover_value(value, false, sources);
        }
    }

    fn cover_value<'s>(&mut self, value: &mut Node<'s>, is_base64: bool, sources: &'s Sources) {
        let (number, _) = self.values.insert_full(bytes_of(value, is_base64));
        *value = Node::string(sources.keep(&format!("*** (value {})", number + 1)), value.origin());
    }

    /// Covers what a replacement or a var copied out of a Secret.
    fn cover_copies<'s>(&self, node: &mut Node<'s>, sources: &'s Sources) {
        let (origin, style) = (node.origin(), node.style());
        match node.value_mut() {
            ValueMut::Mapping(mapping) => {
                mapping.iter_mut().for_each(|entry| self.cover_copies(&mut entry.value, sources));
            }
            ValueMut::Sequence(items) => {
                items.iter_mut().for_each(|item| self.cover_copies(item, sources));
            }
            ValueMut::Scalar(text) if text.starts_with("*** (value ") => {}
            ValueMut::Scalar(_) if self.origins.contains(&origin) => *node = Node::string("***", origin),
            ValueMut::Scalar(text) => {
                let hidden = self.texts.iter().filter(|secret| text.contains(secret.as_str()));
                let shown =
                    hidden.fold(text.to_string(), |shown, secret| shown.replace(secret.as_str(), "***"));
                if shown != **text {
                    let style = if style == Style::Plain { Style::DoubleQuoted } else { style };
                    *node = Node::string(sources.keep(&shown), origin).with_style(style);
                }
            }
        }
    }
}

fn is_secret(node: &Node<'_>) -> bool {
    let text = |key| node.get(key).and_then(Node::text);
    text("kind") == Some("Secret") && text("apiVersion") == Some("v1")
}

/// What a value is, whether it is written as text or in base64.
fn bytes_of(value: &Node<'_>, is_base64: bool) -> Vec<u8> {
    let text = value.text().map_or_else(|| format!("{value:?}"), str::to_owned);
    let compact: String = text.split_ascii_whitespace().collect();
    let decoded = is_base64.then(|| STANDARD.decode(compact).ok()).flatten();
    decoded.unwrap_or_else(|| text.into_bytes())
}
