//! What a value looks like after it was turned into JSON and back, as kustomize does for JSON patches.
//!
//! Numbers go through 64-bit floats, dates become strings, and styles are chosen anew. Origins stay.

use super::json::JsonNumbers;
use super::meaning::Meaning;
use super::text::{Form, form_of_value};
use super::{EmitError, number};
use crate::yaml::node::{Node, Style, ValueMut};
use crate::yaml::scalar::{Scalar, Typing};
use crate::yaml::source::Sources;

/// Turns a value into what JSON makes of it. With [`Typing::Core`] it is a manifest's, which kustomize writes as
/// text first; with [`Typing::Legacy`] it is a settings file's, which it reads right into JSON.
pub fn through_json<'s>(node: &mut Node<'s>, typing: Typing, sources: &'s Sources) -> Result<(), EmitError> {
    convert(node, Rules { typing, numbers: JsonNumbers::Float }, false, sources)
}

/// As [`through_json`] for a manifest; integers keep their digits.
pub fn through_json_exactly<'s>(node: &mut Node<'s>, sources: &'s Sources) -> Result<(), EmitError> {
    convert(node, Rules { typing: Typing::Core, numbers: JsonNumbers::Exact }, false, sources)
}

#[derive(Clone, Copy)]
struct Rules {
    typing: Typing,
    numbers: JsonNumbers,
}

fn convert<'s>(
    node: &mut Node<'s>,
    rules: Rules,
    in_flow: bool,
    sources: &'s Sources,
) -> Result<(), EmitError> {
    let typing = rules.typing;
    let in_flow = in_flow || node.style() == Style::Flow && typing == Typing::Core;
    let is_empty = node.is_null_or_empty();
    match node.value_mut() {
        ValueMut::Scalar(text) => {
            let text = *text;
            let meaning = match typing {
                Typing::Core => Meaning::of(node, text, in_flow)?,
                Typing::Legacy => legacy_meaning(node, text)?,
            };
            let (text, style) = scalar(meaning, text, rules.numbers, sources);
            *node = Node::plain(text, node.origin()).with_style(style);
            return Ok(());
        }
        ValueMut::Sequence(items) => {
            items.iter_mut().try_for_each(|item| convert(item, rules, in_flow, sources))?;
        }
        ValueMut::Mapping(fields) => {
            fields.iter_mut().try_for_each(|entry| convert(&mut entry.value, rules, in_flow, sources))?;
        }
    }
    node.set_style(if is_empty { Style::Flow } else { Style::Plain });
    Ok(())
}

/// The meaning of a scalar in a settings file: words that YAML 1.1 calls booleans are, dates stay text.
fn legacy_meaning<'n>(node: &Node<'_>, text: &'n str) -> Result<Meaning<'n>, EmitError> {
    match node.scalar(Typing::Legacy) {
        Some(Scalar::Bool(value)) => Ok(Meaning::Bool(value)),
        Some(Scalar::Null) => Ok(Meaning::Null),
        Some(Scalar::String | Scalar::Timestamp(_)) => Ok(Meaning::Text(text.into())),
        _ => Meaning::of(node, text, false),
    }
}

fn scalar<'s>(
    meaning: Meaning<'_>,
    text: &'s str,
    numbers: JsonNumbers,
    sources: &'s Sources,
) -> (&'s str, Style) {
    let kept = |new: &str| if new == text { text } else { sources.keep(new) };
    match meaning {
        Meaning::Null => ("null", Style::Plain),
        Meaning::Bool(value) => (if value { "true" } else { "false" }, Style::Plain),
        Meaning::Integer(value) if numbers == JsonNumbers::Exact => (kept(&value.to_string()), Style::Plain),
        Meaning::LongInteger(digits) if numbers == JsonNumbers::Exact => (kept(&digits), Style::Plain),
        Meaning::Integer(value) => (kept(&as_float(value)), Style::Plain),
        Meaning::LongInteger(digits) => {
            // Digits are a number for certain.
            (kept(&digits.parse().map_or(digits, number::general_text)), Style::Plain)
        }
        Meaning::Float(value) => (kept(&number::general_text(value)), Style::Plain),
        Meaning::Text(value) => (kept(&value), style_of(&value)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "that is what happens there")]
fn as_float(value: i128) -> String {
    number::general_text(value as f64)
}

fn style_of(text: &str) -> Style {
    match form_of_value(text) {
        Form::Plain => Style::Plain,
        Form::SingleQuoted => Style::SingleQuoted,
        Form::DoubleQuoted => Style::DoubleQuoted,
        Form::Literal => Style::Literal,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::yaml::{ParseOptions, parse_documents};

    fn texts(text: &str, typing: Typing) -> Vec<(String, Style)> {
        let sources = Sources::new();
        let options = ParseOptions { typing, ..ParseOptions::default() };
        let source = sources.add(Path::new("a.yaml"), text.to_owned()).unwrap();
        let mut node = parse_documents(source, &sources, &options).unwrap().remove(0);
        through_json(&mut node, typing, &sources).unwrap();
        let items = node.as_sequence().unwrap();
        items.iter().map(|item| (item.text().unwrap_or("collection").to_owned(), item.style())).collect()
    }

    fn check(text: &str, typing: Typing, rows: &[(&str, Style)]) {
        let rows: Vec<_> = rows.iter().map(|(text, style)| ((*text).to_owned(), *style)).collect();
        assert_eq!(texts(text, typing), rows);
    }

    #[test]
    fn numbers_become_floats() {
        let text = "- 3\n- 1000000\n- 9007199254740993\n- 1.50\n- 0x1F\n- 12345678901234567890123\n- -0\n";
        let plain = ["3", "1e+06", "9.007199254740992e+15", "1.5", "31", "1.2345678901234568e+22", "0"];
        check(text, Typing::Core, &plain.map(|text| (text, Style::Plain)));
    }

    #[test]
    fn styles_follow_the_values() {
        check(
            "- 'a'\n- \"5\"\n- |\n  a\n  b\n- >\n  a\n   b\n- ~\n-\n- yes\n- 'a: b'\n- {a: 1}\n- []\n- 2020-01-01\n",
            Typing::Core,
            &[
                ("a", Style::Plain),
                ("5", Style::DoubleQuoted),
                ("a\nb\n", Style::Literal),
                ("a\n\n b\n", Style::Literal),
                ("null", Style::Plain),
                ("null", Style::Plain),
                ("yes", Style::DoubleQuoted),
                ("a: b", Style::SingleQuoted),
                ("collection", Style::Plain),
                ("collection", Style::Flow),
                ("2020-01-01T00:00:00Z", Style::DoubleQuoted),
            ],
        );
    }

    #[test]
    fn settings_are_read_by_older_rules() {
        check(
            "- yes\n- 'yes'\n- 2020-01-01\n- >\n  a\n   b\n- 0777\n-\n",
            Typing::Legacy,
            &[
                ("true", Style::Plain),
                ("yes", Style::DoubleQuoted),
                ("2020-01-01", Style::DoubleQuoted),
                ("a\n b\n", Style::Literal),
                ("511", Style::Plain),
                ("null", Style::Plain),
            ],
        );
    }
}
