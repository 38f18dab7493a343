//! What can be wrong with a JSON patch, in words.

use super::container::Failure;
use super::pointer::Pointer;
use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::yaml::{EmitError, Node, Origin, ParseError, Source};

const OPERATIONS: [&str; 6] = ["add", "remove", "replace", "move", "copy", "test"];

/// How many keys a hint lists.
const LISTED_KEYS: usize = 12;

pub(super) fn not_operations(origin: Origin) -> Diagnostic {
    Diagnostic::error("expected a JSON patch, which is a list of operations")
        .at(origin)
        .hint("write `- {op: replace, path: /spec/replicas, value: 2}` and so on")
}

pub(super) fn not_an_operation(node: &Node<'_>) -> Diagnostic {
    let message = format!("expected an operation, found a {}", node.kind_name());
    Diagnostic::error(message).at(node.origin()).hint("write `{op: ..., path: ..., value: ...}`")
}

pub(super) fn unknown_operation(kind: Option<&Node<'_>>, origin: Origin) -> Diagnostic {
    let known = format!("`op` is one of {}", OPERATIONS.join(", "));
    let Some(kind) = kind.filter(|kind| !kind.is_null()) else {
        return Diagnostic::error("the operation has no `op`").at(origin).hint(known);
    };
    let name = kind.text().unwrap_or_else(|| kind.kind_name());
    let error = Diagnostic::error(format!("unknown operation `{name}`")).at(kind.origin().or(origin));
    match closest(name, &OPERATIONS) {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")),
        None => error.hint(known),
    }
}

pub(super) fn no_pointer(field: &str, node: Option<&Node<'_>>, origin: Origin) -> Diagnostic {
    match node.filter(|node| !node.is_null()) {
        Some(node) => Diagnostic::error(format!("the operation's `{field}` is not a string"))
            .at(node.origin())
            .hint(format!("write `{field}: /spec/replicas`, in quotes if needed")),
        None => Diagnostic::error(format!("the operation has no `{field}`")).at(origin),
    }
}

pub(super) fn no_slash(path: &Pointer<'_>) -> Diagnostic {
    Diagnostic::error(format!("the path `{}` leads nowhere", path.text))
        .at(path.origin)
        .hint("a path begins with a slash: `/spec/replicas`")
}

/// A part of a path before its last is not there.
pub(super) fn missing_parent(path: &Pointer<'_>, depth: usize, part: &str, failure: &Failure) -> Diagnostic {
    explain(&format!("the path `{}` does not exist", path.text), path, depth, part, failure)
}

/// The last part of a path is not there.
pub(super) fn failed(operation: &str, path: &Pointer<'_>, failure: &Failure) -> Diagnostic {
    let (depth, part) = path.split().map_or((0, ""), |(parents, last)| (parents.len(), last));
    let message = match operation {
        "add" => format!("cannot add at `{}`", path.text),
        "test" => format!("cannot compare what is at `{}`", path.text),
        _ => format!("cannot {operation} `{}`", path.text),
    };
    explain(&message, path, depth, part, failure)
}

fn explain(message: &str, path: &Pointer<'_>, depth: usize, part: &str, failure: &Failure) -> Diagnostic {
    let parent = path.prefix(depth);
    let (because, hint) = match failure {
        Failure::NoKey(keys) => (format!("the mapping at {parent} has no `{part}`"), about_keys(part, keys)),
        Failure::OutOfRange(count) => (
            format!("the list at {parent} has {count} items, and no item {part}"),
            "items are counted from 0; `-` is the place behind the last, for `add`".to_owned(),
        ),
        Failure::NotAnIndex => (
            format!("at {parent} is a list, and `{part}` is not a number"),
            "name the item by its number, counted from 0".to_owned(),
        ),
        Failure::NoContainer(kind) => (
            format!("at {parent} is a {kind}, not a mapping or a list"),
            "add the mapping first, with an operation of its own".to_owned(),
        ),
    };
    Diagnostic::error(format!("{message}: {because}")).at(path.origin).hint(hint)
}

fn about_keys(part: &str, keys: &[String]) -> String {
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    if let Some(meant) = closest(part, &keys) {
        return format!("did you mean `{meant}`?");
    }
    match keys.len() {
        0 => "the mapping is empty".to_owned(),
        1..=LISTED_KEYS => format!("there are: {}", keys.join(", ")),
        _ => "add it first, with an operation of its own".to_owned(),
    }
}

pub(super) fn test_failed(
    path: &Pointer<'_>,
    actual: Option<&Node<'_>>,
    expected: Option<&Node<'_>>,
    origin: Origin,
) -> Diagnostic {
    let (found, wanted) = (in_words(actual), in_words(expected));
    let message = format!("the test of `{}` failed: expected {wanted}, found {found}", path.text);
    let error = Diagnostic::error(message).at(expected.map_or(origin, Node::origin));
    match actual {
        Some(actual) => error.related(actual.origin(), "the value that was found"),
        None => error,
    }
}

/// Values of objects may be secret; only short ones are shown.
fn in_words(node: Option<&Node<'_>>) -> String {
    const LONGEST: usize = 60;
    match node.map(|node| (node, node.text())) {
        None => "nothing".to_owned(),
        Some((_, Some(text))) if text.len() <= LONGEST => format!("`{text}`"),
        Some((_, Some(_))) => "another text".to_owned(),
        Some((node, None)) => format!("a {}", node.kind_name()),
    }
}

pub(super) fn not_an_object(node: &Node<'_>, origin: Origin) -> Diagnostic {
    Diagnostic::error(format!("the patch leaves a {} where an object was", node.kind_name()))
        .at(origin)
        .hint("the value for the empty path must be a whole object")
}

/// Text that begins like JSON and is none.
pub(super) fn syntax_error(source: Source<'_>, error: &serde_json::Error) -> Diagnostic {
    let lines = source.text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let offset = lines.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or(&text);
    Diagnostic::error(format!("the patch is not valid JSON: {reason}"))
        .at(source.origin(offset.min(source.text.len())))
        .hint("text that begins with `[` must be JSON; YAML begins with `- op: ...`")
}

pub(super) fn parse_errors(errors: Vec<ParseError>) -> Diagnostics {
    let message = |error: ParseError| {
        let mut diagnostic = Diagnostic::error(error.message).at(error.origin);
        diagnostic.hints.extend(error.hint);
        match error.related {
            Some((origin, what)) => diagnostic.related(origin, what),
            None => diagnostic,
        }
    };
    Diagnostics(errors.into_iter().map(message).collect())
}

pub(super) fn emit_error(error: EmitError) -> Diagnostics {
    Diagnostic::error(error.message).at(error.origin).into()
}
