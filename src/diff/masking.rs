//! Values that may not be shown.
//!
//! A Secret's values become tokens before anything is compared, so that no later step and no writer can show them. The
//! same value has the same token everywhere in a run, whether it is written as text or in base64: whether values changed,
//! stayed or were swapped can still be seen. A token says nothing of the value, not even its length.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexSet;

use crate::yaml::{Key, Mapping, Node, Sources};

/// Where `kubectl apply` keeps all of an object once more.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The values that were seen, each known by its number.
#[derive(Debug, Default)]
pub(super) struct Masks<'s> {
    values: IndexSet<Cow<'s, [u8]>>,
}

impl<'s> Masks<'s> {
    /// The object with a token for each value that is secret; most objects have none.
    pub(super) fn cover<'a>(
        &mut self,
        node: &'a Node<'s>,
        kind: &str,
        sources: &'s Sources,
    ) -> Cow<'a, Node<'s>> {
        if kind != "Secret" {
            return Cow::Borrowed(node);
        }
        let mut covered = node.clone();
        let data = self.data(node, sources);
        if let Some(fields) = covered.as_mapping_mut() {
            fields.remove("stringData");
            fields.remove("data");
            if let Some(data) = data {
                fields.insert("data", data);
            }
            self.cover_last_applied(fields, sources);
        }
        Cow::Owned(covered)
    }

    /// `data` and `stringData` as the API server puts them together.
    fn data(&mut self, node: &Node<'s>, sources: &'s Sources) -> Option<Node<'s>> {
        let fields = ["data", "stringData"].into_iter().filter_map(|name| Some((name, node.get(name)?)));
        let mut merged: Option<(Mapping<'s>, _)> = None;
        for (name, field) in fields {
            let (data, _) = merged.get_or_insert_with(|| (Mapping::default(), field.origin()));
            if field.as_mapping().is_none() && !field.is_null() {
                // Nothing that a Secret can hold, and still nothing to be shown or missed.
                data.push(Key::new(name, field.origin()), self.token(field, false, sources));
            }
            for entry in field.as_mapping().into_iter().flatten() {
                let token = self.token(&entry.value, name == "data", sources);
                data.remove(entry.key.text);
                data.push(entry.key, token);
            }
        }
        merged.map(|(data, origin)| Node::from_mapping(data, origin))
    }

    fn cover_last_applied(&mut self, fields: &mut Mapping<'s>, sources: &'s Sources) {
        let annotations = fields.get_mut("metadata").and_then(|metadata| metadata.get_mut("annotations"));
        if let Some(value) = annotations.and_then(|annotations| annotations.get_mut(LAST_APPLIED)) {
            *value = self.token(value, false, sources);
        }
    }

    /// The token of a value.
    fn token(&mut self, value: &Node<'s>, is_base64: bool, sources: &'s Sources) -> Node<'s> {
        let bytes: Cow<'s, [u8]> = match value.text() {
            Some(text) if is_base64 => decoded(text).map_or(Cow::Borrowed(text.as_bytes()), Cow::Owned),
            Some(text) => Cow::Borrowed(text.as_bytes()),
            // Nothing that a Secret can hold, and no reason to show it.
            None => Cow::Owned(format!("{value:?}").into_bytes()),
        };
        let (index, _) = self.values.insert_full(bytes);
        let token = sources.keep(&format!("*** (value {})", index + 1));
        Node::string(token, value.origin())
    }
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let compact: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(compact).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{ParseOptions, parse_one};

    fn cover(masks: &mut Masks<'static>, text: &str, sources: &'static Sources) -> Node<'static> {
        let source = sources.add(std::path::Path::new("a.yaml"), text.to_owned()).expect("small");
        let node = parse_one(source, sources, &ParseOptions::default()).expect("YAML").node.expect("a node");
        masks.cover(&node, "Secret", sources).into_owned()
    }

    #[test]
    fn the_same_value_has_the_same_token_however_it_is_written() {
        let sources: &'static Sources = Box::leak(Box::default());
        let mut masks = Masks::default();
        let text =
            |node: &Node<'static>, key| node.at(&["data", key]).and_then(Node::text).unwrap_or_default();
        let plain = cover(&mut masks, "stringData: {a: swordfish, b: other}", sources);
        let encoded = cover(&mut masks, "data: {a: c3dvcmRmaXNo, b: '%'}", sources);
        assert_eq!(text(&plain, "a"), text(&encoded, "a"));
        assert_ne!(text(&plain, "a"), text(&plain, "b"));
        assert_ne!(text(&encoded, "b"), text(&plain, "b"));
        let all = format!("{plain:?}{encoded:?}");
        for secret in ["swordfish", "other", "c3dvcmRmaXNo"] {
            assert!(!all.contains(secret), "{secret}");
        }
    }

    #[test]
    fn what_kubectl_keeps_of_a_secret_is_covered_too() {
        let sources: &'static Sources = Box::leak(Box::default());
        let text = format!("metadata: {{annotations: {{{LAST_APPLIED}: '{{\"data\": \"swordfish\"}}'}}}}");
        let node = cover(&mut Masks::default(), &text, sources);
        assert!(!format!("{node:?}").contains("swordfish"));
    }
}
