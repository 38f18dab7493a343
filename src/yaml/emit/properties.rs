//! What holds for every tree: reading what was written gives the same values, and writing them again the same
//! text. The trees come from a generator that prefers what is hard to write.

use std::path::Path;

use super::meaning::Meaning;
use super::{emit, emit_source_style};
use crate::yaml::node::{Entry, Key, Mapping, Node, Style, Value};
use crate::yaml::parse::{ParseOptions, parse_documents};
use crate::yaml::random::Random;
use crate::yaml::source::{Origin, Sources};

const PIECES: &[&str] = &[
    "a",
    "word",
    "longerword",
    "é",
    "日本",
    "😀",
    " ",
    " ",
    " ",
    "  ",
    "\n",
    "\n\n",
    " \n",
    "\n ",
    ":",
    ": ",
    " #",
    "#",
    "-",
    "- ",
    "?",
    ",",
    "[",
    "]",
    "{",
    "}",
    "&",
    "*",
    "!",
    "|",
    ">",
    "'",
    "\"",
    "%",
    "@",
    "`",
    "---",
    "...",
    "<<",
    "=",
    "~",
    "null",
    "true",
    "yes",
    "n",
    "on",
    "0",
    "1",
    "12",
    "1.5",
    "1e3",
    ".5",
    "0x1f",
    "0b1",
    "1:30",
    "2001-12-14",
    "\t",
    "\r",
    "\u{1}",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{2029}",
    "\u{feff}",
    "\\",
    "\\n",
    "_",
    "/",
    ".",
];

/// Texts and nodes by chance.
impl Random {
    fn text<'s>(&mut self, sources: &'s Sources, longest: usize) -> &'s str {
        let mut text = String::new();
        let spaced = self.below(3) == 0;
        for _ in 0..self.below(longest) {
            text.push_str(PIECES[self.below(PIECES.len())]);
            text.push_str(if spaced { " " } else { "" });
        }
        sources.keep(&text)
    }

    fn node<'s>(&mut self, sources: &'s Sources, depth: usize) -> Node<'s> {
        let node = match self.below(if depth == 0 { 1 } else { 4 }) {
            0 | 3 => {
                let longest = [4, 12, 60][self.below(3)];
                Node::plain(self.text(sources, longest), Origin::NONE)
            }
            1 => {
                let items = (0..self.below(4)).map(|_| self.node(sources, depth - 1)).collect();
                Node::sequence(items, Origin::NONE)
            }
            _ => Node::from_mapping(self.mapping(sources, depth - 1), Origin::NONE),
        };
        let styles = match node.value() {
            Value::Scalar(_) => {
                &[Style::Plain, Style::SingleQuoted, Style::DoubleQuoted, Style::Literal, Style::Folded][..]
            }
            _ => &[Style::Plain, Style::Plain, Style::Plain, Style::Flow][..],
        };
        node.with_style(styles[self.below(styles.len())])
    }

    fn mapping<'s>(&mut self, sources: &'s Sources, depth: usize) -> Mapping<'s> {
        let mut mapping = Mapping::default();
        for _ in 0..self.below(5) {
            let longest = if self.below(10) == 0 { 60 } else { 5 };
            let key = self.text(sources, longest);
            // Unquoted, this is a merge.
            if key != "<<" {
                mapping.insert(key, self.node(sources, depth));
            }
        }
        mapping
    }

    fn object<'s>(&mut self, sources: &'s Sources) -> Node<'s> {
        let mut object = Node::mapping(Origin::NONE);
        object.as_mapping_mut().unwrap().insert("spec", self.node(sources, 4));
        object
    }
}

/// A tree in one line: types and values without styles, keys sorted.
fn values(node: &Node<'_>, in_flow: bool) -> String {
    let inside = in_flow || node.style() == Style::Flow;
    match node.value() {
        Value::Scalar(text) => match Meaning::of(node, text, in_flow).unwrap() {
            // A float without a fraction is written as what then reads as an integer; JSON knows one kind of number.
            Meaning::Float(value) if value.fract() == 0.0 && value.abs() < 1e15 => {
                format!("Integer({value})")
            }
            meaning => format!("{meaning:?}"),
        },
        Value::Sequence(items) => {
            format!("{:?}", items.iter().map(|item| values(item, inside)).collect::<Vec<_>>())
        }
        Value::Mapping(mapping) => {
            let entry = |entry: &Entry<'_>| format!("{:?}={}", entry.key.text, values(&entry.value, inside));
            let mut entries: Vec<String> = mapping.iter().map(entry).collect();
            entries.sort();
            format!("{entries:?}")
        }
    }
}

fn parse<'s>(text: &str, sources: &'s Sources) -> Node<'s> {
    let source = sources.add(Path::new("a.yaml"), text.to_owned()).unwrap();
    match parse_documents(source, sources, &ParseOptions::default()) {
        Ok(mut nodes) => nodes.remove(0),
        Err(errors) => panic!("{errors:?}:\n{text}"),
    }
}

#[test]
fn what_was_written_reads_as_the_same_values_and_is_written_the_same_again() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..2000 {
        let sources = Sources::new();
        let object = random.object(&sources);
        let mut text = String::new();
        emit(&object, &mut text).unwrap();
        let read = parse(&text, &sources);
        assert_eq!(values(&object, false), values(&read, false), "\n{text}");
        let mut again = String::new();
        emit(&read, &mut again).unwrap();
        assert_eq!(text, again);
    }
}

#[test]
fn source_style_reads_as_the_same_values() {
    let mut random = Random(0x0123_4567_89ab_cdef);
    for _ in 0..1000 {
        let sources = Sources::new();
        let object = random.object(&sources);
        let mut text = String::new();
        emit_source_style(&object, &sources, &mut text);
        let read = parse(&text, &sources);
        let (mut before, mut after) = (String::new(), String::new());
        emit(&object, &mut before).unwrap();
        emit(&unfolded(&read), &mut after).unwrap();
        assert_eq!(before, after, "\n{text}");
    }
}

/// Folded scalars as quoted ones, so that writing does not change them once more.
fn unfolded<'s>(node: &Node<'s>) -> Node<'s> {
    let entry = |entry: &Entry<'s>| Entry {
        key: Key::new(entry.key.text, entry.key.origin),
        value: unfolded(&entry.value),
    };
    let style = if node.style() == Style::Folded { Style::DoubleQuoted } else { node.style() };
    let origin = node.origin();
    let copy = match node.value() {
        Value::Scalar(text) => Node::plain(text, origin),
        Value::Sequence(items) => Node::sequence(items.iter().map(unfolded).collect(), origin),
        Value::Mapping(mapping) => {
            Node::from_mapping(Mapping::from_entries(mapping.iter().map(entry).collect()), origin)
        }
    };
    copy.with_style(style)
}
