//! Text to objects: documents, lists unwrapped, each object with a kind and a name.
//!
//! Follows `kyaml/kio/byteio_reader.go` and `api/resource/factory.go`.

use super::build_metadata::read_bookkeeping;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::resource::Resource;
use crate::yaml::{
    Node, ParseError, ParseOptions, Source, Sources, Style, Typing, Value, ValueMut, Word, is_string,
    parse_documents, through_json_exactly,
};

/// The objects of a text, in upstream's order: the items of a `FooList` come after the other documents.
pub(super) fn read_objects<'s>(
    source: Source<'s>,
    sources: &'s Sources,
) -> Result<Vec<Resource<'s>>, Diagnostics> {
    let documents = parse_documents(source, sources, &ParseOptions::default()).map_err(syntax_errors)?;
    let mut errors = Diagnostics::default();
    let mut pending: Vec<Node<'s>> = Vec::with_capacity(documents.len());
    let only = documents.len() == 1;
    for document in documents {
        if only && is_plain_list(&document) {
            pending.extend(take_items(document));
        } else {
            pending.push(document);
        }
    }
    let mut objects = Vec::with_capacity(pending.len());
    let mut lists = Vec::new();
    check_all(&mut pending, &mut errors);
    while !pending.is_empty() {
        for node in pending.drain(..) {
            if is_list_of_items(&node) { lists.push(node) } else { objects.push(object(node)) }
        }
        for list in lists.drain(..) {
            match list.get("items").map(Node::value) {
                Some(Value::Sequence(_)) => {
                    for mut item in take_items(list) {
                        errors.absorb(as_json(&mut item, sources));
                        pending.push(item);
                    }
                }
                _ if list.get("items").is_some_and(Node::is_null) => {}
                _ => errors.push(
                    Diagnostic::error("`items` of a List must be a list")
                        .at(list.get("items").map_or(list.origin(), Node::origin)),
                ),
            }
        }
        check_all(&mut pending, &mut errors);
    }
    errors.into_result()?;
    Ok(objects)
}

/// An object with the history that its annotations tell of. Upstream's reader makes `metadata` where a list has none.
fn object(mut node: Node<'_>) -> Resource<'_> {
    keep_type_once(&mut node);
    let mut object = Resource::new(node);
    let origin = object.node.origin();
    if let Some(fields) = object.node.as_mapping_mut().filter(|fields| !fields.contains("metadata")) {
        fields.insert("metadata", Node::mapping(origin));
    }
    read_bookkeeping(&mut object);
    object
}

/// Every step asks each object for its type, and there are few of them.
fn keep_type_once(node: &mut Node<'_>) {
    for field in ["apiVersion", "kind"] {
        if let Some(value) = node.get_mut(field)
            && let Some(text) = value.text()
        {
            value.set_text(Word::of(text).text());
        }
    }
}

/// Upstream writes the items of a `FooList` as JSON and reads that again: collections are in flow style, strings in
/// quotes.
fn as_json<'s>(item: &mut Node<'s>, sources: &'s Sources) -> Result<(), Diagnostics> {
    through_json_exactly(item, sources).map_err(|error| Diagnostic::error(error.message).at(error.origin))?;
    take_json_styles(item);
    Ok(())
}

fn take_json_styles(node: &mut Node<'_>) {
    let is_plain = node.style() == Style::Plain;
    let style = match node.value_mut() {
        ValueMut::Scalar(text) if is_plain && !is_string(text, Typing::Core) => Style::Plain,
        ValueMut::Scalar(_) => Style::DoubleQuoted,
        ValueMut::Sequence(items) => {
            items.iter_mut().for_each(take_json_styles);
            Style::Flow
        }
        ValueMut::Mapping(fields) => {
            fields.iter_mut().for_each(|entry| take_json_styles(&mut entry.value));
            Style::Flow
        }
    };
    node.set_style(style);
}

/// Syntax errors as messages.
pub(super) fn syntax_errors(errors: Vec<ParseError>) -> Diagnostics {
    Diagnostics(
        errors
            .into_iter()
            .map(|error| {
                let mut diagnostic = Diagnostic::error(error.message).at(error.origin);
                diagnostic.hints.extend(error.hint);
                match error.related {
                    Some((origin, what)) => diagnostic.related(origin, what),
                    None => diagnostic,
                }
            })
            .collect(),
    )
}

/// Drops empty documents and reports those that are no objects.
fn check_all(nodes: &mut Vec<Node<'_>>, errors: &mut Diagnostics) {
    nodes.retain(|node| {
        if node.is_null_or_empty() {
            return false;
        }
        if let Err(error) = check_object(node) {
            errors.push(error);
        }
        true
    });
}

/// An object has a kind and, unless it is a list, a name.
pub(super) fn check_object(node: &Node<'_>) -> Result<(), Diagnostic> {
    if node.as_mapping().is_none() {
        let message = format!("expected a Kubernetes object, found a {}", node.kind_name());
        return Err(Diagnostic::error(message).at(node.origin()));
    }
    let kind = text(node.get("kind"));
    if kind.is_empty() {
        return Err(Diagnostic::error("the object has no `kind`")
            .at(node.origin())
            .hint("every document of a resource file needs `apiVersion`, `kind` and `metadata.name`"));
    }
    if !kind.ends_with("List") && text(node.at(&["metadata", "name"])).is_empty() {
        return Err(Diagnostic::error(format!("the {kind} has no `metadata.name`"))
            .at(node.get("metadata").map_or(node.origin(), Node::origin))
            .hint("add a name; `generateName` alone is not enough"));
    }
    Ok(())
}

/// `kind: List` or `kind: ResourceList` with items: unwrapped even before it is looked at as an object.
fn is_plain_list(node: &Node<'_>) -> bool {
    matches!(text(node.get("kind")), "List" | "ResourceList")
        && (node.get("items").is_some() || node.get("functionConfig").is_some())
}

fn is_list_of_items(node: &Node<'_>) -> bool {
    text(node.get("kind")).ends_with("List") && node.get("items").is_some()
}

fn take_items(mut list: Node<'_>) -> Vec<Node<'_>> {
    let items = list.as_mapping_mut().and_then(|mapping| mapping.remove("items"));
    items.and_then(Node::into_sequence).unwrap_or_default().into_vec()
}

fn text<'s>(node: Option<&Node<'s>>) -> &'s str {
    node.filter(|node| !node.is_null()).and_then(Node::text).unwrap_or_default()
}
