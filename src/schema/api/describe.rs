//! Values and types in words, for messages.

use std::borrow::Cow;

use super::shape::Kind;
use crate::yaml::{Node, Scalar, Typing};

/// Longer text is cut: a message names a value, it does not repeat it.
const LONGEST: usize = 60;

/// What a schema asks for.
pub(super) fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Any | Kind::Recursive => "a value",
        Kind::Object => "a mapping",
        Kind::Array => "a list",
        Kind::String => "a string",
        Kind::Integer => "an integer",
        Kind::Number => "a number",
        Kind::Boolean => "`true` or `false`",
        Kind::IntOrString => "an integer or a string",
        Kind::Quantity => "an amount such as `500m` or `2Gi`",
    }
}

/// What stands there instead. Of a secret only the type is told.
pub(super) fn found(node: &Node<'_>, typing: Typing, is_secret: bool) -> String {
    let Some(scalar) = node.scalar(typing) else { return format!("a {}", node.kind_name()) };
    let (article, name) = match scalar {
        Scalar::Null => return "nothing".to_owned(),
        Scalar::Bool(_) => ("a", "boolean"),
        Scalar::Integer(_) => ("an", "integer"),
        Scalar::Float(_) => ("a", "number"),
        Scalar::Timestamp(_) | Scalar::String => ("a", "string"),
    };
    match node.text() {
        Some("") => "an empty string".to_owned(),
        Some(text) if !is_secret => format!("the {name} `{}`", short(text)),
        _ => format!("{article} {name}"),
    }
}

/// The first line of `text`, cut where it is long.
pub(super) fn short(text: &str) -> Cow<'_, str> {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => Cow::Owned(format!("{}…", &line[..end])),
        None if line.len() < text.trim_end().len() => Cow::Owned(format!("{line}…")),
        None => Cow::Borrowed(line),
    }
}

/// `` `a`, `b` or `c` ``
pub(super) fn alternatives<'t>(names: impl IntoIterator<Item = &'t str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => names.concat(),
    }
}
