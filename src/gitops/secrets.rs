//! Nothing secret goes into the tree: a Secret with a value in plain text stops the run.

use crate::diagnostic::Diagnostic;
use crate::resource::Resource;
use crate::yaml::{Node, Value};

/// What is wrong with an object that holds a secret in plain text. The value is not shown.
pub(super) fn plain_secret(object: &Resource<'_>) -> Option<Diagnostic> {
    let id = object.current_id();
    if id.gvk.kind != "Secret" || !id.gvk.group.is_empty() {
        return None;
    }
    let is_encrypted = object.node.get("sops").is_some();
    let (field, entry) = ["data", "stringData"].into_iter().find_map(|field| {
        let values = object.node.get(field)?.as_mapping()?;
        let entry = values.iter().find(|entry| !is_harmless(&entry.value, is_encrypted))?;
        Some((field, entry))
    })?;
    Some(
        Diagnostic::error(format!("`{field}.{}` would be written to the tree in plain text", entry.key.text))
            .at(entry.value.origin.or(object.node.origin))
            .object(id)
            .hint("an ExternalSecret fetches it from the cloud's vault; the cluster's own store holds the value")
            .hint("a SealedSecret or a Secret encrypted with SOPS can be committed")
            .hint("or create the Secret in the cluster by hand and leave it out of the kustomization"),
    )
}

/// Whether a value is empty, or encrypted by SOPS.
fn is_harmless(value: &Node<'_>, is_encrypted: bool) -> bool {
    match value.value {
        Value::Scalar(text) => value.is_null() || text.is_empty() || is_encrypted && text.starts_with("ENC["),
        _ => false,
    }
}
