//! Where the members of block collections begin and end in a text.

use super::Member;
use crate::yaml::node::{Mapping, Node, Style, Value};
use crate::yaml::source::{Origin, Source};

/// A member of a block collection, up to where its value begins a line of its own.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) member: Member,
    /// Where the key or the dash is.
    pub(super) start: usize,
    /// Where the value on the same line ends; the colon or the dash if there is none.
    pub(super) end: usize,
    /// The column of the key or the dash, from 0.
    pub(super) column: usize,
    /// The last thing is the colon of a key.
    pub(super) is_colon: bool,
    /// The last thing is the dash of an item.
    pub(super) is_dash: bool,
    /// The comment on the line on which the value begins or ends.
    pub(super) line: Option<String>,
    /// The comment behind a dash, which belongs to what the item holds.
    pub(super) line_behind_dash: Option<String>,
    /// go-yaml takes no foot comment for a value that ends on the first line, unless it is plain and has no comment behind it.
    pub(super) has_no_foot: bool,
}

impl Token {
    /// Whether this is `other`, lies in it, or comes before it.
    pub(super) fn is_not_after(&self, other: &Self) -> bool {
        let may_be_level = matches!((other.member, self.member), (Member::Entry(_), Member::Item(..)));
        self.start <= other.start || self.column > other.column || self.column == other.column && may_be_level
    }
}

/// All members in the order of the text.
pub(super) fn tokens(source: Source<'_>, root: &Node<'_>) -> Vec<Token> {
    let mut scanner = Scanner { source, tokens: Vec::new(), position: 0 };
    scanner.children(root);
    scanner.tokens
}

struct Scanner<'t> {
    source: Source<'t>,
    tokens: Vec<Token>,
    position: usize,
}

impl Scanner<'_> {
    fn text(&self) -> &str {
        self.source.text
    }

    fn children(&mut self, node: &Node<'_>) {
        match node.value() {
            Value::Mapping(mapping) => self.entries(mapping),
            Value::Sequence(items) => self.items(node.origin(), items),
            Value::Scalar(_) => {}
        }
    }

    fn entries(&mut self, mapping: &Mapping<'_>) {
        for entry in mapping {
            // Entries that came by an alias or a merge key stand elsewhere in the text.
            let start = self.source.offset(entry.key.origin).filter(|start| *start >= self.position);
            let Some(start) = start else { continue };
            let key_end = self.scalar_end(start, entry.key.text);
            let Some(colon) = self.text()[key_end..].find(':') else { continue };
            self.member(Member::Entry(entry.key.origin), start, key_end + colon + 1, &entry.value);
        }
    }

    fn items(&mut self, list: Origin, items: &[Node<'_>]) {
        for (index, item) in items.iter().enumerate() {
            let Some(dash) = self.next_dash() else { return };
            self.member(Member::Item(list, index), dash, dash + 1, item);
        }
    }

    /// The dash of the next item, after blanks, line ends and comments.
    fn next_dash(&self) -> Option<usize> {
        let mut position = self.position;
        loop {
            let rest = &self.text()[position..];
            let content = rest.trim_start();
            position += rest.len() - content.len();
            match content.as_bytes().first()? {
                b'#' => position += content.find('\n')?,
                b'-' => return Some(position),
                b'&' | b'!' => position += word_length(content),
                _ => return None,
            }
        }
    }

    /// Adds a member whose colon or dash ends at `inner`, and then those in its value.
    fn member(&mut self, member: Member, start: usize, inner: usize, value: &Node<'_>) {
        let line_start = self.text()[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let column = start - line_start;
        let end = self.inline_end(inner, column, value);
        let is_empty = end == inner;
        let is_dash = matches!(member, Member::Item(..)) && is_empty;
        let is_colon = matches!(member, Member::Entry(_)) && is_empty;
        let is_block = matches!(value.style(), Style::Literal | Style::Folded) && !is_empty;
        let line = comment_in(&self.text()[if is_block { inner } else { end }..]).map(str::to_owned);
        let (line, line_behind_dash) = if is_dash { (None, line) } else { (line, None) };
        let ends_on_first_line =
            line_start == 0 && !self.text().as_bytes()[..end.max(1) - 1].contains(&b'\n');
        let has_no_foot = ends_on_first_line && (line.is_some() || value.style() != Style::Plain);
        let token =
            Token { member, start, end, column, is_colon, is_dash, line, line_behind_dash, has_no_foot };
        self.tokens.push(token);
        self.position = end;
        if is_empty {
            self.children(value);
        }
    }

    /// The end of a value that is a scalar, an alias or a flow collection.
    fn inline_end(&self, inner: usize, column: usize, value: &Node<'_>) -> usize {
        let rest = &self.text()[inner..];
        let mut start = inner + rest.len() - rest.trim_start_matches([' ', '\t']).len();
        while let Some(first @ (b'&' | b'!' | b'*')) = self.text().as_bytes().get(start) {
            let end = start + word_length(&self.text()[start..]);
            if *first == b'*' {
                return end;
            }
            let after = &self.text()[end..];
            start = end + after.len() - after.trim_start_matches([' ', '\t']).len();
        }
        match value.value() {
            Value::Scalar(_) if matches!(value.style(), Style::Literal | Style::Folded) => {
                self.block_end(start, column)
            }
            Value::Scalar("") if value.style() == Style::Plain => inner,
            Value::Scalar(text) => {
                let offset = self.source.offset(value.origin()).filter(|offset| *offset >= inner);
                self.scalar_end(offset.map_or(start, |offset| offset.max(start)), text)
            }
            _ if value.style() == Style::Flow || value.is_null_or_empty() => self.flow_end(start),
            _ => inner,
        }
    }

    /// The end of a quoted or plain scalar.
    fn scalar_end(&self, start: usize, text: &str) -> usize {
        let rest = &self.text()[start..];
        match rest.as_bytes().first() {
            Some(quote @ (b'"' | b'\'')) => start + quoted_length(rest, *quote),
            _ => text.split_whitespace().fold(start, |end, word| {
                let rest = &self.text()[end..];
                rest.find(word).map_or(end, |found| end + found + word.len())
            }),
        }
    }

    /// The end of the last line of a block scalar, without its line end. A hint in its header counts from the column
    /// of the key or the dash.
    fn block_end(&self, start: usize, column: usize) -> usize {
        let text = &self.text()[start..];
        let header = text.split_inclusive('\n').next().unwrap_or_default();
        let mut end = header.trim_end_matches('\n').len();
        let mut position = header.len();
        let hint = header.bytes().skip(1).take(2).find(u8::is_ascii_digit);
        let mut indent = hint.map(|digit| column + usize::from(digit - b'0'));
        for line in text[header.len()..].split_inclusive('\n') {
            let spaces = line.len() - line.trim_start_matches(' ').len();
            let is_empty = line.trim().is_empty();
            if !is_empty && spaces < *indent.get_or_insert(spaces.max(1)) {
                break;
            }
            position += line.len();
            if !is_empty {
                end = position - usize::from(line.ends_with('\n'));
            }
        }
        start + end
    }

    /// The end of a flow collection, brackets in quotes and comments aside.
    fn flow_end(&self, start: usize) -> usize {
        let bytes = self.text().as_bytes();
        let mut depth = 0;
        let mut position = start;
        while let Some(byte) = bytes.get(position) {
            match byte {
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth -= 1,
                // Inside a plain scalar it is an apostrophe.
                b'"' | b'\'' if !bytes[position - 1].is_ascii_alphanumeric() => {
                    position += quoted_length(&self.text()[position..], *byte) - 1;
                }
                b'#' if bytes.get(position.wrapping_sub(1)).is_none_or(u8::is_ascii_whitespace) => {
                    position += memchr::memchr(b'\n', &bytes[position..]).unwrap_or(bytes.len() - position);
                    continue;
                }
                _ => {}
            }
            position += 1;
            if depth <= 0 {
                break;
            }
        }
        position
    }
}

/// The comment on what is left of a line, perhaps after an anchor, a tag or the header of a block scalar.
fn comment_in(rest: &str) -> Option<&str> {
    let line = rest.split('\n').next().unwrap_or_default();
    let mut left = line.trim_start_matches([' ', '\t']);
    while left.starts_with(['&', '!', '|', '>']) {
        left = left[word_length(left)..].trim_start_matches([' ', '\t']);
    }
    left.starts_with('#').then_some(left)
}

fn word_length(text: &str) -> usize {
    text.find(|letter: char| letter.is_whitespace()).unwrap_or(text.len())
}

/// The length of a quoted scalar with its quotes.
fn quoted_length(text: &str, quote: u8) -> usize {
    let bytes = text.as_bytes();
    let mut position = 1;
    while let Some(byte) = bytes.get(position) {
        position += 1;
        match byte {
            b'\\' if quote == b'"' => position += 1,
            _ if *byte == quote && bytes.get(position) == Some(&quote) && quote == b'\'' => position += 1,
            _ if *byte == quote => break,
            _ => {}
        }
    }
    position.min(bytes.len())
}
