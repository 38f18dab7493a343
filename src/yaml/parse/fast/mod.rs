//! The YAML that people write, read line by line without tokens.
//!
//! Borrows scalars from the text and never reports anything: whatever is unusual or wrong (anchors, tags, `? `
//! keys, tabs for indentation, duplicate keys, syntax errors) makes it give up with `None`, and the full parser
//! takes over. What it does read, it reads as the full parser would; a test compares the two.

mod block;
mod flow;
mod literal;
mod plain;
mod quoted;

use memchr::{memchr, memchr3_iter, memmem};

use super::{Piece, SingleDocument};
use crate::yaml::node::{Entry, Node, Style};
use crate::yaml::scalar::Typing;
use crate::yaml::source::{Origin, Sources};

/// Deeper nesting is left to the full parser, which does not recurse.
const MAX_DEPTH: usize = 100;

/// A longer key is an error in libyaml, which looks ahead only so far.
const MAX_KEY: usize = 1024;

/// The indentation where there is no line: it matches no column.
const NO_LINE: usize = usize::MAX;

/// Reads the document of `piece`.
pub(super) fn parse<'s>(
    piece: Piece<'s>,
    sources: &'s Sources,
    typing: Typing,
) -> Option<SingleDocument<'s>> {
    let text = piece.text();
    if !is_usual(text) {
        return None;
    }
    let mut lines = Lines {
        text,
        bytes: text.as_bytes(),
        piece,
        sources,
        typing,
        position: 0,
        line_start: 0,
        line_end: 0,
        indent: 0,
        depth: 0,
        entries: Vec::new(),
        items: Vec::new(),
    };
    lines.next_line(lines.after_document_start()?)?;
    let mut document = SingleDocument::default();
    if lines.indent != NO_LINE {
        document.node = Some(lines.root()?);
    }
    (lines.indent == NO_LINE).then_some(document)
}

/// What may or may not be there; `None` around it means giving up.
enum Found<T> {
    Here(T),
    Nothing,
}

/// The text, and the line in it that is being read.
struct Lines<'s> {
    text: &'s str,
    bytes: &'s [u8],
    piece: Piece<'s>,
    sources: &'s Sources,
    typing: Typing,
    /// The next byte to read.
    position: usize,
    line_start: usize,
    /// The line break that ends the line, or the end of the text.
    line_end: usize,
    /// The column of the first byte of a line's content. At the end of the text it is [`NO_LINE`].
    indent: usize,
    depth: usize,
    /// Members of the collections that are open; a collection takes its own from the end when it is closed, so that
    /// it has no room to spare.
    entries: Vec<Entry<'s>>,
    items: Vec<Node<'s>>,
}

impl<'s> Lines<'s> {
    fn origin(&self, offset: usize) -> Origin {
        self.piece.origin(offset)
    }

    fn byte(&self, offset: usize) -> Option<u8> {
        self.bytes.get(offset).copied()
    }

    /// The text of a range whose ends are known to be ASCII or ends of the text.
    fn slice(&self, start: usize, end: usize) -> Option<&'s str> {
        self.text.get(start..end)
    }

    fn scalar(&self, text: &'s str, style: Style, start: usize) -> Node<'s> {
        Node::plain(text, self.origin(start)).with_style(style)
    }

    /// Goes to the first line from `start` on that has content.
    fn next_line(&mut self, start: usize) -> Option<()> {
        let mut start = start;
        loop {
            let position = self.after_spaces(start);
            match self.byte(position) {
                None => {
                    (self.position, self.line_start, self.line_end) = (position, start, position);
                    self.indent = NO_LINE;
                    return Some(());
                }
                Some(b'\n') => start = position + 1,
                Some(b'#') => start = self.end_of_line(position) + 1,
                Some(b'\t') => return None,
                Some(_) => {
                    (self.position, self.line_start) = (position, start);
                    self.line_end = self.end_of_line(position);
                    self.indent = position - start;
                    return Some(());
                }
            }
        }
    }

    fn after_spaces(&self, start: usize) -> usize {
        let mut position = start;
        // Indentation is long enough to be worth eight steps at a time.
        while let Some(chunk) = self.bytes.get(position..position + 8)
            && *chunk == [b' '; 8]
        {
            position += 8;
        }
        while self.byte(position) == Some(b' ') {
            position += 1;
        }
        position
    }

    /// The line break at or behind `position`, or the end of the text.
    fn end_of_line(&self, position: usize) -> usize {
        let rest = self.bytes.get(position..).unwrap_or_default();
        memchr(b'\n', rest).map_or(self.bytes.len(), |length| position + length)
    }

    /// After a quoted scalar or a flow collection: only a comment may follow, even right behind.
    fn finish_line(&mut self) -> Option<()> {
        let mut position = self.position;
        while matches!(self.byte(position), Some(b' ' | b'\t')) {
            position += 1;
        }
        match self.byte(position) {
            None => self.next_line(position),
            Some(b'\n') => self.next_line(position + 1),
            Some(b'#') => {
                let end = self.end_of_line(position);
                self.next_line(end + 1)
            }
            Some(_) => None,
        }
    }

    /// Where the content starts: behind a first line `---`.
    fn after_document_start(&self) -> Option<usize> {
        let Some(rest) = self.text.strip_prefix("---") else { return Some(0) };
        let end = self.end_of_line(0);
        let behind = rest[..end - 3].trim_start_matches(' ');
        let separate = behind.len() + 3 < end;
        (behind.is_empty() || separate && behind.starts_with('#')).then_some(end + 1)
    }

    fn deeper(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth < MAX_DEPTH).then_some(())
    }
}

/// Whether a byte ends a word: a space or the end of the line. A tab would too, but is not for this parser.
fn is_blank_or_end(byte: Option<u8>) -> bool {
    matches!(byte, None | Some(b' ' | b'\n'))
}

/// Whether there is nothing in the text that needs the full parser wherever it stands: control characters, other
/// line breaks than `\n`, byte order marks, document markers.
fn is_usual(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (mut control, mut above) = (false, 0);
    for &byte in bytes {
        control |= byte < b' ' && byte != b'\n' && byte != b'\t' || byte == 0x7f;
        above |= byte;
    }
    !control
        && (above < 0x80
            || !memchr3_iter(0xc2, 0xe2, 0xef, bytes).any(|at| is_unusual_character(&bytes[at..])))
        && !text.starts_with(['%', '.'])
        && memmem::find(bytes, b"\n---").is_none()
        && memmem::find(bytes, b"\n...").is_none()
}

/// C1 controls with NEL among them, the Unicode line breaks, the byte order mark, and what is no character.
fn is_unusual_character(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0xc2, 0x80..=0x9f, ..]
            | [0xe2, 0x80, 0xa8 | 0xa9, ..]
            | [0xef, 0xbb, 0xbf, ..]
            | [0xef, 0xbf, 0xbe | 0xbf, ..]
    )
}
