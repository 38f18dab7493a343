//! Nothing secret goes into the tree: a Secret with a value in plain text stops the run, and what SOPS encrypted is
//! copied as it is.

use crate::diagnostic::Diagnostic;
use crate::resource::Resource;
use crate::yaml::{Node, Origin, ParseOptions, Sources, Value, emit, parse_documents};

/// Where `kubectl apply` keeps the whole object once more.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// Fields that transformers set.
const METADATA: [&str; 4] = ["name", "namespace", "labels", "annotations"];

/// What is wrong with an object that holds a secret in plain text. The value is not shown.
pub(super) fn plain_secret(object: &Resource<'_>) -> Option<Diagnostic> {
    let id = object.current_id();
    if id.gvk.kind != "Secret" || !id.gvk.group.is_empty() {
        return None;
    }
    let is_encrypted = sops(object).is_some();
    let (field, origin) = ["data", "stringData"]
        .into_iter()
        .find_map(|field| plain_value(field, object.node.get(field)?, is_encrypted))
        .or_else(|| {
            let value = object.node.at(&["metadata", "annotations", LAST_APPLIED])?;
            (!is_harmless(value, is_encrypted))
                .then(|| (format!("metadata.annotations.{LAST_APPLIED}"), value.origin()))
        })?;
    Some(
        Diagnostic::error(format!("`{field}` would be written to the tree in plain text"))
            .object(id)
            // Not the place of the message: that would show the line, and the line is the secret.
            .related(origin.or(object.node.origin()), "it is here")
            .hint("an ExternalSecret fetches it from the cloud's vault; the cluster's own store holds the value")
            .hint("a SealedSecret or a Secret encrypted with SOPS can be committed")
            .hint("or create the Secret in the cluster by hand and leave it out of the kustomization"),
    )
}

/// The first value of `data` or `stringData` that anybody can read.
fn plain_value(field: &str, values: &Node<'_>, is_encrypted: bool) -> Option<(String, Origin)> {
    let Some(mapping) = values.as_mapping() else {
        return (!is_harmless(values, is_encrypted)).then(|| (field.to_owned(), values.origin()));
    };
    let entry = mapping.iter().find(|entry| !is_harmless(&entry.value, is_encrypted))?;
    Some((format!("{field}.{}", entry.key.text), entry.value.origin().or(entry.key.origin)))
}

/// Whether a value is empty, or encrypted by SOPS.
fn is_harmless(value: &Node<'_>, is_encrypted: bool) -> bool {
    match value.value() {
        Value::Scalar(text) => {
            let is_cipher = || text.starts_with("ENC[AES256_GCM,data:") && text.ends_with(']');
            value.is_null() || text.is_empty() || is_encrypted && is_cipher()
        }
        _ => false,
    }
}

/// What SOPS wrote beside an object that it encrypted.
fn sops<'a, 's>(object: &'a Resource<'s>) -> Option<&'a Node<'s>> {
    object.node.get("sops").filter(|sops| sops.get("mac").is_some())
}

/// The text of the file that holds an object which SOPS encrypted, and nothing else; its lines end as all in the tree. SOPS signs what it encrypts, so
/// an object that the build changed could never be decrypted.
pub(super) fn encrypted_text(object: &Resource<'_>, sources: &Sources) -> Result<Option<String>, Diagnostic> {
    if sops(object).is_none() {
        return Ok(None);
    }
    let fail = |message: &str, hint: &str| {
        let error = Diagnostic::error(message).object(object.current_id()).hint(hint);
        Err(error.related(object.node.origin(), "it is here"))
    };
    let text = sources.around(object.node.origin()).map(|(before, after)| [before, after].concat());
    let Some((text, original)) = text.and_then(|text| Some((text.clone(), only_object(text, sources)?)))
    else {
        let message = "SOPS encrypted this object, but it is not alone in its file";
        return fail(message, "write each object to a file of its own, and encrypt that");
    };
    let changed = changed_fields(&original, &object.node);
    if changed.is_empty() {
        return Ok(Some(text));
    }
    fail(
        &format!("SOPS encrypted this object, and the kustomization changes its {}", changed.join(", ")),
        "what is signed must stay as it is: write it into the file before encrypting, and list the file where no \
         transformer reaches it",
    )
}

/// The object of a text that holds no other.
fn only_object(text: String, sources: &Sources) -> Option<Node<'_>> {
    let source = sources.add(std::path::Path::new(""), text).ok()?;
    let mut documents = parse_documents(source, sources, &ParseOptions::default()).ok()?;
    documents.retain(|document| !document.is_null_or_empty());
    let [object] = <[_; 1]>::try_from(documents).ok()?;
    object.get("kind").is_some().then_some(object)
}

/// Which parts of an object differ, in words.
fn changed_fields(original: &Node<'_>, built: &Node<'_>) -> Vec<String> {
    if is_same(Some(original), Some(built)) {
        return Vec::new();
    }
    let differs = |field: &&str| !is_same(original.at(&["metadata", field]), built.at(&["metadata", field]));
    let fields: Vec<String> =
        METADATA.iter().filter(|field| differs(field)).map(|field| format!("`{field}`")).collect();
    if fields.is_empty() { vec!["content".to_owned()] } else { fields }
}

fn is_same(one: Option<&Node<'_>>, other: Option<&Node<'_>>) -> bool {
    let text = |node: Option<&Node<'_>>| {
        let mut text = String::new();
        node.is_none_or(|node| emit(node, &mut text).is_ok()).then_some(text)
    };
    one.is_some() == other.is_some() && text(one).is_some() && text(one) == text(other)
}
