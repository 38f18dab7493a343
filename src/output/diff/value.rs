//! Values in a line.

use crate::diff::{Edit, Step};
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

/// The values of an edit, without the flag that both begin with.
pub(super) fn sides(edit: &Edit<'_>) -> (Option<String>, Option<String>) {
    let flag = match edit.path.0.last() {
        Some(Step::Item { name, .. }) if name.starts_with('-') => format!("{name}="),
        _ => String::new(),
    };
    let text = |node: &Node<'_>| match node.text().and_then(|text| text.strip_prefix(flag.as_str())) {
        Some(rest) => line(rest),
        None => short(node),
    };
    (edit.before.as_ref().map(text), edit.after.as_ref().map(text))
}

fn line(text: &str) -> String {
    let mut shown: String = text.chars().take(WIDTH).flat_map(char::escape_debug).collect();
    if text.chars().nth(WIDTH).is_some() {
        shown.push_str("...");
    }
    if shown.is_empty() { "\"\"".to_owned() } else { shown }
}
