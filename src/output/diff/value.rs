//! Values in a line.

use crate::diff::{Edit, EditKind, Step};
use crate::yaml::{Node, Value};

/// How much of a text is shown, in characters.
const WIDTH: usize = 80;

/// A value in few words: its text, or what it is.
pub(super) fn short(node: &Node<'_>) -> String {
    match node.value() {
        Value::Scalar(text) => line(text),
        Value::Sequence(items) => format!("{} items", items.len()),
        Value::Mapping(mapping) => {
            let fields = mapping.iter().map(|entry| match entry.value.text() {
                Some(text) => format!("{}: {}", entry.key.text, line(text)),
                None => entry.key.text.to_owned(),
            });
            line(&format!("{{{}}}", fields.collect::<Vec<_>>().join(", ")))
        }
    }
}

/// The values of an edit, without the flag that both begin with. Where only the type differs, it is said.
pub(super) fn sides(edit: &Edit<'_>) -> (Option<String>, Option<String>) {
    let flag = match edit.path.0.last() {
        Some(Step::Item { name, .. }) if name.starts_with('-') => format!("{name}="),
        _ => String::new(),
    };
    let text = |node: &Node<'_>| match node.text().and_then(|text| text.strip_prefix(flag.as_str())) {
        Some(rest) => line(rest),
        None => short(node),
    };
    let (before, after) = (edit.before.as_ref().map(text), edit.after.as_ref().map(text));
    if edit.kind == EditKind::Changed && before == after {
        let with_type =
            |node: &Option<Node<'_>>| node.as_ref().map(|node| format!("{} ({})", text(node), kind(node)));
        return (with_type(&edit.before), with_type(&edit.after));
    }
    (before, after)
}

/// What a value is, in words.
fn kind(node: &Node<'_>) -> &'static str {
    use crate::yaml::{Scalar, Typing};
    match node.scalar(Typing::Legacy) {
        Some(Scalar::Bool(_)) => "a boolean",
        Some(Scalar::Integer(_) | Scalar::Float(_)) => "a number",
        Some(Scalar::Null) => "nothing",
        Some(Scalar::String | Scalar::Timestamp(_)) => "text",
        None => node.kind_name(),
    }
}

fn line(text: &str) -> String {
    let mut shown = harmless(&text.chars().take(WIDTH).collect::<String>());
    if text.chars().nth(WIDTH).is_some() {
        shown.push_str("...");
    }
    if shown.is_empty() { "\"\"".to_owned() } else { shown }
}

/// The text with control characters, and those that turn the direction of text, as escapes.
pub(super) fn harmless(text: &str) -> String {
    let is_bidirectional = |c: char| matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && c != '\t' || is_bidirectional(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}
