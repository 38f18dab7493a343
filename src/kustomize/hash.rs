//! The suffix of a generated object's name: a hash of its content, so that a change of content is a change of name.
//!
//! The content is written as JSON the way Go does it and hashed with SHA-256; the first ten hexadecimal digits follow,
//! with some of them replaced by letters so that no bad word comes out.

use sha2::{Digest, Sha256};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::resource::{ResMap, Resource};
use crate::yaml::{EmitError, HtmlEscapes, JsonLayout, JsonNumbers, Node, Sources, Value, to_json};

/// Adds the suffix to every object that asks for one.
pub fn apply<'s>(resources: &mut ResMap<'s>, sources: &'s Sources) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    for resource in resources.iter_mut().filter(|resource| resource.needs_hash_suffix) {
        match suffix(resource) {
            Ok(suffix) => {
                let name = sources.keep(&format!("{}-{suffix}", resource.name()));
                let origin =
                    resource.node.at(&["metadata", "name"]).map_or(resource.node.origin(), Node::origin);
                resource.store_previous_id();
                resource.set_name(name, origin);
            }
            Err(error) => errors.push(error),
        }
    }
    errors.into_result()
}

/// The ten letters for an object's content.
fn suffix(resource: &Resource<'_>) -> Result<String, Diagnostic> {
    let json = content(resource)
        .map_err(|error| Diagnostic::error(error.message).at(error.origin).object(resource.current_id()))?
        .ok_or_else(|| {
            Diagnostic::error("only ConfigMaps and Secrets can have their content in their name")
                .at(resource.node.origin())
                .object(resource.current_id())
                .hint("set `disableNameSuffixHash: true` where the object is generated")
        })?;
    Ok(letters(&json))
}

/// What is hashed. The name is in it, but always empty, as upstream looks for it in the wrong place.
fn content(resource: &Resource<'_>) -> Result<Option<String>, EmitError> {
    let field = |key| resource.node.get(key);
    let mut json = String::from("{");
    match resource.gvk().kind {
        "ConfigMap" => {
            push_map(field("binaryData"), "binaryData", &mut json)?;
            push_value(field("data"), "data", &mut json)?;
            json.push_str(r#""kind":"ConfigMap","name":"""#);
        }
        "Secret" => {
            push_value(field("data"), "data", &mut json)?;
            json.push_str(r#""kind":"Secret","name":"","#);
            push_map(field("stringData"), "stringData", &mut json)?;
            push_value(field("type"), "type", &mut json)?;
            json.pop();
        }
        _ => return Ok(None),
    }
    json.push('}');
    Ok(Some(json))
}

/// A field that is left out unless it is a collection.
fn push_map(node: Option<&Node<'_>>, key: &str, json: &mut String) -> Result<(), EmitError> {
    match node {
        Some(node) if node.text().is_none() => push_value(Some(node), key, json),
        _ => Ok(()),
    }
}

/// A field that is empty text if it is missing. A scalar is its text, whatever its type.
fn push_value(node: Option<&Node<'_>>, key: &str, json: &mut String) -> Result<(), EmitError> {
    json.extend(["\"", key, "\":"]);
    match node.map(|node| (node, node.value())) {
        Some((node, Value::Mapping(_))) => {
            to_json(node, JsonLayout::Compact, HtmlEscapes::On, JsonNumbers::Float, json)?;
        }
        Some((_, Value::Sequence(_))) => json.push_str("null"),
        scalar => {
            let text = scalar.and_then(|(node, _)| node.text()).unwrap_or_default();
            let node = Node::string(text, crate::yaml::Origin::NONE);
            to_json(&node, JsonLayout::Compact, HtmlEscapes::On, JsonNumbers::Float, json)?;
        }
    }
    json.push(',');
    Ok(())
}

fn letters(content: &str) -> String {
    let digest = Sha256::digest(content.as_bytes());
    let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]).take(10);
    digits.map(|digit| char::from(b"gh2k456789mbcdtf"[usize::from(digit)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::testing::{objects, sources};

    fn json(text: &str) -> String {
        content(objects(text, sources()).get(0).unwrap()).unwrap().unwrap()
    }

    #[test]
    fn content_is_what_upstream_hashes() {
        let config_map = "kind: ConfigMap\nmetadata: {name: a}\ndata:\n  b: <x>\n  a: 1\n";
        assert_eq!(json(config_map), r#"{"data":{"a":1,"b":"\u003cx\u003e"},"kind":"ConfigMap","name":""}"#);
        assert_eq!(json("kind: ConfigMap\n"), r#"{"data":"","kind":"ConfigMap","name":""}"#);
        let binary = "kind: ConfigMap\nbinaryData: {a: b}\n";
        assert_eq!(json(binary), r#"{"binaryData":{"a":"b"},"data":"","kind":"ConfigMap","name":""}"#);
        let secret = "kind: Secret\ntype: Opaque\nstringData: {a: b}\n";
        assert_eq!(
            json(secret),
            r#"{"data":"","kind":"Secret","name":"","stringData":{"a":"b"},"type":"Opaque"}"#
        );
    }

    #[test]
    fn the_name_before_stays_known() {
        let sources = sources();
        let mut resources = objects("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n", sources);
        resources.get_mut(0).unwrap().needs_hash_suffix = true;
        apply(&mut resources, sources).unwrap();
        let resource = resources.get(0).unwrap();
        assert_eq!(resource.name(), "a-6ct58987ht");
        assert_eq!(resource.original_id().name, "a");
    }
}
