//! Values as bytes, for those that nobody works on.
//!
//! A build holds all its objects at once and works on a few. As bytes they take a third of the room of nodes, and lie
//! next to each other. A scalar that stands in the file it came from is a length; any other is a number in a list.

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::node::{Entry, Key, Mapping, Node, Style, Value};
use super::source::{Origin, Source, Sources};
use super::words::Word;

/// What the first byte of a value says in its lower bits; the style is in those above.
mod kind {
    /// A scalar that stands at its origin.
    pub(super) const THERE: u8 = 0;
    /// A scalar that stands one byte behind its origin, in quotes.
    pub(super) const IN_QUOTES: u8 = 1;
    /// A scalar of the list.
    pub(super) const LISTED: u8 = 2;
    pub(super) const SEQUENCE: u8 = 3;
    pub(super) const MAPPING: u8 = 4;
    /// How many bits these take.
    pub(super) const BITS: u32 = 3;
}

const STYLES: [Style; 6] =
    [Style::Plain, Style::SingleQuoted, Style::DoubleQuoted, Style::Literal, Style::Folded, Style::Flow];

/// Values as bytes.
#[derive(Debug)]
pub struct Packed<'s> {
    bytes: Box<[u8]>,
    texts: Box<[&'s str]>,
    files: Box<[Source<'s>]>,
}

/// Turns values into bytes.
pub struct Packer<'s> {
    sources: &'s Sources,
    bytes: Vec<u8>,
    texts: Vec<&'s str>,
    numbers: FxHashMap<&'s str, u32>,
    files: Vec<Source<'s>>,
    /// The number of the last of these among all files.
    file_number: usize,
    /// The origin that was written last.
    last: Origin,
}

impl<'s> Packer<'s> {
    /// For about so many values, whose origins are in `sources`.
    pub fn new(count: usize, sources: &'s Sources) -> Self {
        Self {
            sources,
            bytes: Vec::with_capacity(count * 128),
            texts: Vec::with_capacity(count * 2),
            numbers: FxHashMap::with_capacity_and_hasher(count * 2, FxBuildHasher),
            files: Vec::with_capacity(count),
            file_number: 0,
            last: Origin::NONE,
        }
    }

    /// Adds a value. Gives the place where it is found again.
    pub fn add(&mut self, node: &Node<'s>) -> u32 {
        let place = number(self.bytes.len());
        let origin = node.origin();
        let is_last = self.files.last().is_some_and(|file| file.offset(origin).is_some());
        if !is_last && let Some(file) = self.sources.source(origin, &mut self.file_number) {
            self.files.push(file);
        }
        self.push(number(self.files.len()));
        self.last = Origin::NONE;
        self.node(node);
        place
    }

    /// Adds a text. Gives the number by which it is found again.
    pub fn text(&mut self, text: &'s str) -> u32 {
        *self.numbers.entry(text).or_insert_with(|| {
            self.texts.push(text);
            number(self.texts.len() - 1)
        })
    }

    /// All values that were added.
    pub fn finish(self) -> Packed<'s> {
        Packed { bytes: self.bytes.into(), texts: self.texts.into(), files: self.files.into() }
    }

    fn node(&mut self, node: &Node<'s>) {
        let (style, origin) = (node.style(), node.origin());
        match node.value() {
            Value::Scalar(text) => self.scalar(text, style, origin),
            Value::Sequence(items) => {
                self.begin(kind::SEQUENCE, style, origin);
                self.push(number(items.len()));
                for item in items {
                    self.node(item);
                }
            }
            Value::Mapping(mapping) => {
                self.begin(kind::MAPPING, style, origin);
                self.push(number(mapping.len()));
                for entry in mapping {
                    self.push(entry.key.word().number());
                    self.origin(entry.key.origin);
                    self.node(&entry.value);
                }
            }
        }
    }

    fn scalar(&mut self, text: &'s str, style: Style, origin: Origin) {
        let file = self.files.last().copied();
        let stands =
            |quotes| file.is_some_and(|file| text_at(file, origin, quotes, text.len()) == Some(text));
        let kind = if stands(0) {
            kind::THERE
        } else if stands(1) {
            kind::IN_QUOTES
        } else {
            kind::LISTED
        };
        self.begin(kind, style, origin);
        let says = if kind == kind::LISTED { self.text(text) } else { number(text.len()) };
        self.push(says);
    }

    fn begin(&mut self, kind: u8, style: Style, origin: Origin) {
        self.bytes.push(kind | (style as u8) << kind::BITS);
        self.origin(origin);
    }

    /// Origins follow one another most of the time.
    fn origin(&mut self, origin: Origin) {
        let distance = origin.number().wrapping_sub(self.last.number()).cast_signed();
        self.last = origin;
        self.push((distance << 1 ^ distance >> 31).cast_unsigned());
    }

    /// Seven bits in each byte; the eighth says that more follow.
    fn push(&mut self, mut number: u32) {
        while let low = u8::try_from(number & 0x7f).unwrap_or_default()
            && number > 0x7f
        {
            self.bytes.push(low | 0x80);
            number >>= 7;
        }
        self.bytes.push(u8::try_from(number).unwrap_or_default());
    }
}

impl<'s> Packed<'s> {
    /// The value at a place that [`Packer::add`] gave.
    pub fn value(&self, place: u32) -> Node<'s> {
        let mut reader = Reader { packed: self, at: place as usize, file: None, last: Origin::NONE };
        let file = (reader.number() as usize).checked_sub(1);
        reader.file = file.and_then(|file| self.files.get(file)).copied();
        reader.node()
    }

    /// The text with a number that [`Packer::text`] gave.
    pub fn text(&self, number: u32) -> &'s str {
        self.texts.get(number as usize).copied().unwrap_or_default()
    }
}

/// Turns bytes into a value again.
struct Reader<'p, 's> {
    packed: &'p Packed<'s>,
    at: usize,
    file: Option<Source<'s>>,
    last: Origin,
}

impl<'s> Reader<'_, 's> {
    fn node(&mut self) -> Node<'s> {
        let first = self.byte();
        let style = STYLES[usize::from(first >> kind::BITS) % STYLES.len()];
        let origin = self.origin();
        let count = self.number() as usize;
        let text_there = |quotes| self.file.and_then(|file| text_at(file, origin, quotes, count));
        let node = match first & ((1 << kind::BITS) - 1) {
            kind::SEQUENCE => Node::sequence((0..count).map(|_| self.node()).collect(), origin),
            kind::MAPPING => {
                let entries = (0..count).map(|_| self.entry()).collect();
                Node::from_mapping(Mapping::from_entries(entries), origin)
            }
            kind::THERE => Node::plain(text_there(0).unwrap_or_default(), origin),
            kind::IN_QUOTES => Node::plain(text_there(1).unwrap_or_default(), origin),
            _ => Node::plain(self.packed.text(number(count)), origin),
        };
        node.with_style(style)
    }

    fn entry(&mut self) -> Entry<'s> {
        let word = Word::numbered(self.number());
        Entry { key: Key::of_word(word, self.origin()), value: self.node() }
    }

    fn origin(&mut self) -> Origin {
        let folded = self.number();
        let distance = folded >> 1 ^ (folded & 1).wrapping_neg();
        self.last = Origin::numbered(self.last.number().wrapping_add(distance));
        self.last
    }

    fn number(&mut self) -> u32 {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            number |= u32::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 || shift > 28 {
                return number;
            }
        }
    }

    fn byte(&mut self) -> u8 {
        let byte = self.packed.bytes.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        byte
    }
}

/// So many bytes of a file, from an origin or the first byte behind its quote.
fn text_at(file: Source<'_>, origin: Origin, quotes: usize, length: usize) -> Option<&str> {
    let start = file.offset(origin)? + quotes;
    file.text.get(start..start + length)
}

/// Whatever is counted here was read from less than 4 GiB of text.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use walkdir::WalkDir;

    use super::*;
    use crate::yaml::parse::{ParseOptions, parse_documents};

    fn documents<'s>(text: &str, sources: &'s Sources) -> Vec<Node<'s>> {
        let source = sources.add(Path::new("a.yaml"), text.to_owned()).unwrap();
        parse_documents(source, sources, &ParseOptions::default()).unwrap()
    }

    fn assert_comes_back(nodes: &[Node<'_>], sources: &Sources) -> usize {
        let mut packer = Packer::new(nodes.len(), sources);
        let places: Vec<u32> = nodes.iter().map(|node| packer.add(node)).collect();
        let values = packer.finish();
        for (node, place) in nodes.iter().zip(places) {
            assert_eq!(format!("{:?}", values.value(place)), format!("{node:?}"));
        }
        values.bytes.len() + size_of_val(&*values.texts)
    }

    #[test]
    fn values_come_back_with_style_and_place() {
        let sources = Sources::new();
        let text =
            "a: b\nc: 'd'\ne: \"f\"\ng: \"h\\n\"\ni: |\n  j\nk: [l, {m: n}, '', ~]\no:\np: >-\n  q\n  r\n";
        let mut nodes = documents(&format!("{text}---\n- s\n---\nt\n---\n"), &sources);
        nodes.extend(documents(text, &sources));
        nodes.push(Node::null(Origin::NONE));
        assert_comes_back(&nodes, &sources);
    }

    /// Patches and transformers put values of other files into an object.
    #[test]
    fn values_from_elsewhere_come_back() {
        let sources = Sources::new();
        let other = documents("x: {y: z}\n", &sources).remove(0);
        let mut nodes = documents("a: b\nc: d\n---\ne: f\n", &sources);
        for node in &mut nodes {
            node.as_mapping_mut().unwrap().insert("other", other.clone());
            node.get_mut("other").unwrap().as_mapping_mut().unwrap().push(
                Key::new("kept", Origin::NONE),
                Node::string(sources.keep("in no file"), other.origin()),
            );
        }
        assert_comes_back(&nodes, &sources);
    }

    #[test]
    fn what_stands_in_its_file_takes_little_room() {
        let sources = Sources::new();
        let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config-7\ndata:\n  INDEX: \"7\"\n";
        assert!(assert_comes_back(&documents(text, &sources), &sources) < 48);
    }

    #[test]
    fn real_files_come_back() {
        let sources = Sources::new();
        let mut count = 0;
        let files = WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity")).into_iter();
        for file in
            files.filter_map(Result::ok).filter(|file| file.path().extension() == Some("yaml".as_ref()))
        {
            let text = fs::read_to_string(file.path()).unwrap_or_default();
            let source = sources.add(file.path(), text).unwrap();
            if let Ok(nodes) = parse_documents(source, &sources, &ParseOptions::default()) {
                count += nodes.len();
                assert_comes_back(&nodes, &sources);
            }
        }
        assert!(count > 500, "{count}");
    }
}
