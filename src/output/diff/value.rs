//! Values in a line.

use crate::diff::{Edit, EditKind, Step, harmless};
use crate::yaml::{Node, Value};

/// How much of a text is shown, in characters.
const WIDTH: usize = 80;
/// How much is shown before the place where two long texts part.
const BEFORE: usize = 20;

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
    if let (Some(one), Some(other)) =
        (edit.before.as_ref().and_then(Node::text), edit.after.as_ref().and_then(Node::text))
        && one != other
        && before == after
    {
        let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
        let rest = |text: &str| line(&text.chars().skip(same.saturating_sub(BEFORE)).collect::<String>());
        return (Some(format!("...{}", rest(one))), Some(format!("...{}", rest(other))));
    }
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
