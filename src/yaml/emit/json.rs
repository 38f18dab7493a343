//! Nodes as JSON, as Go's `encoding/json` writes it: keys sorted by their bytes.

use std::fmt::Write as _;

use super::meaning::Meaning;
use super::{EmitError, number};
use crate::yaml::node::{Entry, Node, Style, Value};

/// How JSON is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum JsonLayout {
    /// All on one line, without spaces.
    #[default]
    Compact,
    /// One member per line, indented by two spaces a level.
    Indented,
}

/// Whether `<`, `>` and `&` are escaped, as Go does unless told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum HtmlEscapes {
    /// `\u003c`
    #[default]
    On,
    /// `<`
    Off,
}

/// What becomes of integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum JsonNumbers {
    /// They keep all digits.
    #[default]
    Exact,
    /// They go through a 64-bit float, as where Go reads JSON into untyped values.
    Float,
}

/// Writes a node as JSON.
pub fn to_json(
    node: &Node<'_>,
    layout: JsonLayout,
    html: HtmlEscapes,
    numbers: JsonNumbers,
    out: &mut String,
) -> Result<(), EmitError> {
    let mut writer = Writer { out, layout, html, numbers, open: Vec::new() };
    writer.value(node, false)?;
    while let Some(collection) = writer.open.last_mut() {
        let in_flow = collection.in_flow;
        let first = std::mem::replace(&mut collection.first, false);
        match collection.members.next() {
            Some(member) => {
                writer.separate(first);
                if let Some(key) = member.key {
                    writer.string(key);
                    writer.out.push_str(if layout == JsonLayout::Indented { ": " } else { ":" });
                }
                writer.value(member.value, in_flow)?;
            }
            None => writer.close(),
        }
    }
    Ok(())
}

struct Writer<'o, 'n, 's> {
    out: &'o mut String,
    layout: JsonLayout,
    html: HtmlEscapes,
    numbers: JsonNumbers,
    open: Vec<Collection<'n, 's>>,
}

struct Collection<'n, 's> {
    members: std::vec::IntoIter<Member<'n, 's>>,
    end: char,
    first: bool,
    in_flow: bool,
}

struct Member<'n, 's> {
    key: Option<&'n str>,
    value: &'n Node<'s>,
}

impl<'n, 's> Writer<'_, 'n, 's> {
    fn value(&mut self, node: &'n Node<'s>, in_flow: bool) -> Result<(), EmitError> {
        let (start, end, members) = match node.value() {
            Value::Scalar(text) => return self.scalar(node, text, in_flow),
            Value::Sequence(items) => {
                let members: Vec<_> = items.iter().map(|value| Member { key: None, value }).collect();
                ('[', ']', members)
            }
            Value::Mapping(mapping) => {
                let mut entries: Vec<&Entry<'s>> = mapping.iter().collect();
                entries.sort_unstable_by(|a, b| a.key.text.cmp(b.key.text));
                let members = entries
                    .into_iter()
                    .map(|entry| Member { key: Some(entry.key.text), value: &entry.value })
                    .collect();
                ('{', '}', members)
            }
        };
        self.out.push(start);
        if members.is_empty() {
            self.out.push(end);
            return Ok(());
        }
        let in_flow = in_flow || node.style() == Style::Flow;
        self.open.push(Collection { members: members.into_iter(), end, first: true, in_flow });
        Ok(())
    }

    fn separate(&mut self, first: bool) {
        if !first {
            self.out.push(',');
        }
        self.new_line();
    }

    fn close(&mut self) {
        if let Some(collection) = self.open.pop() {
            self.new_line();
            self.out.push(collection.end);
        }
    }

    fn new_line(&mut self) {
        if self.layout == JsonLayout::Indented {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", self.open.len()));
        }
    }

    fn scalar(&mut self, node: &Node<'_>, text: &str, in_flow: bool) -> Result<(), EmitError> {
        match Meaning::of(node, text, in_flow)? {
            Meaning::Null => self.out.push_str("null"),
            Meaning::Bool(value) => self.out.push_str(if value { "true" } else { "false" }),
            Meaning::Float(value) => number::json(value, self.out),
            Meaning::Text(text) => self.string(&text),
            Meaning::Integer(value) => self.digits(&value.to_string()),
            Meaning::LongInteger(digits) => self.digits(&digits),
        }
        Ok(())
    }

    fn digits(&mut self, digits: &str) {
        match digits.parse() {
            Ok(value) if self.numbers == JsonNumbers::Float => number::json(value, self.out),
            _ => self.out.push_str(digits),
        }
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        let mut written = 0;
        for (index, character) in text.char_indices() {
            if !self.must_be_escaped(character) {
                continue;
            }
            self.out.push_str(&text[written..index]);
            written = index + character.len_utf8();
            self.escape(character);
        }
        self.out.push_str(&text[written..]);
        self.out.push('"');
    }

    fn must_be_escaped(&self, character: char) -> bool {
        match character {
            '"' | '\\' | '\0'..='\u{1f}' | '\u{2028}' | '\u{2029}' => true,
            '<' | '>' | '&' => self.html == HtmlEscapes::On,
            _ => false,
        }
    }

    fn escape(&mut self, character: char) {
        match character {
            '"' => self.out.push_str("\\\""),
            '\\' => self.out.push_str("\\\\"),
            '\n' => self.out.push_str("\\n"),
            '\r' => self.out.push_str("\\r"),
            '\t' => self.out.push_str("\\t"),
            '\u{8}' => self.out.push_str("\\b"),
            '\u{c}' => self.out.push_str("\\f"),
            // Writing to a string cannot fail.
            _ => drop(write!(self.out, "\\u{:04x}", u32::from(character))),
        }
    }
}
