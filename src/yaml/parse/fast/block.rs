//! Block mappings and sequences.

use super::{Found, Lines, MAX_KEY, NO_LINE, is_blank_or_end};
use crate::yaml::node::{Entry, Key, Mapping, Node, Style};
use crate::yaml::parse::merge::has_duplicates;
use crate::yaml::scalar::is_string;

impl<'s> Lines<'s> {
    /// The whole document.
    pub(super) fn root(&mut self) -> Option<Node<'s>> {
        match self.byte(self.position)? {
            b'{' | b'[' => {
                let node = self.flow_collection()?;
                self.finish_line()?;
                Some(node)
            }
            // Scalars as documents are rare, and have no indentation to end them.
            _ => self.collection(self.indent),
        }
    }

    /// What stands on lines of its own, further in than `parent`.
    fn block(&mut self, parent: usize) -> Option<Node<'s>> {
        let column = self.indent;
        if self.at_dash() {
            return self.sequence(column);
        }
        match self.key()? {
            Found::Here(key) => self.mapping(key, column),
            Found::Nothing => self.inline(parent),
        }
    }

    fn collection(&mut self, column: usize) -> Option<Node<'s>> {
        if self.at_dash() {
            return self.sequence(column);
        }
        let key = self.expected_key()?;
        self.mapping(key, column)
    }

    fn at_dash(&self) -> bool {
        self.byte(self.position) == Some(b'-') && is_blank_or_end(self.byte(self.position + 1))
    }

    /// A sequence whose dashes stand at `column`; the first one is here.
    fn sequence(&mut self, column: usize) -> Option<Node<'s>> {
        self.deeper()?;
        let origin = self.origin(self.position);
        let start = self.items.len();
        loop {
            self.position += 1;
            let item = self.item(column)?;
            self.items.push(item);
            if self.indent != column || !self.at_dash() {
                break;
            }
        }
        self.depth -= 1;
        let items = self.items.split_off(start);
        Some(Node::sequence(items, origin))
    }

    fn item(&mut self, column: usize) -> Option<Node<'s>> {
        let after_dash = self.position;
        self.skip_spaces();
        match self.byte(self.position) {
            None | Some(b'\n' | b'#') => self.item_below(column, after_dash),
            Some(_) => {
                let inner = self.position - self.line_start;
                if self.at_dash() {
                    return self.sequence(inner);
                }
                match self.key()? {
                    Found::Here(key) => self.mapping(key, inner),
                    Found::Nothing => self.inline(column),
                }
            }
        }
    }

    fn item_below(&mut self, column: usize, after_dash: usize) -> Option<Node<'s>> {
        self.next_line(self.line_end + 1)?;
        if self.indent != NO_LINE && self.indent > column {
            self.block(column)
        } else {
            Some(self.scalar("", Style::Plain, after_dash))
        }
    }

    /// A mapping whose keys stand at `column`; the first one has been read.
    fn mapping(&mut self, first: Key, column: usize) -> Option<Node<'s>> {
        self.deeper()?;
        let origin = first.origin;
        let start = self.entries.len();
        let mut key = first;
        loop {
            let value = self.value(column)?;
            self.entries.push(Entry { key, value });
            if self.indent != column {
                break;
            }
            key = self.expected_key()?;
        }
        self.depth -= 1;
        let mapping = self.take_entries(start)?;
        Some(Node::from_mapping(mapping, origin))
    }

    /// The mapping whose entries are the last ones read, from `start` on; none if a key is there twice.
    pub(super) fn take_entries(&mut self, start: usize) -> Option<Mapping<'s>> {
        let entries = self.entries.split_off(start);
        (!has_duplicates(&entries)).then(|| Mapping::from_entries(entries))
    }

    /// The value behind the colon of a key at `column`.
    fn value(&mut self, column: usize) -> Option<Node<'s>> {
        let after_colon = self.position;
        self.skip_spaces();
        if !matches!(self.byte(self.position), None | Some(b'\n' | b'#')) {
            return self.inline(column);
        }
        self.next_line(self.line_end + 1)?;
        if self.indent == NO_LINE || self.indent < column {
            return Some(self.scalar("", Style::Plain, after_colon));
        }
        if self.indent > column {
            self.block(column)
        } else if self.at_dash() {
            self.sequence(column)
        } else {
            Some(self.scalar("", Style::Plain, after_colon))
        }
    }

    fn skip_spaces(&mut self) {
        while self.byte(self.position) == Some(b' ') {
            self.position += 1;
        }
    }

    /// A value behind a key or a dash, or alone on its line. Its lines are further in than `parent`.
    fn inline(&mut self, parent: usize) -> Option<Node<'s>> {
        let start = self.position;
        match self.byte(start)? {
            b'"' => {
                let text = self.double_quoted()?;
                self.finish_line()?;
                Some(self.scalar(text, Style::DoubleQuoted, start))
            }
            b'\'' => {
                let text = self.single_quoted()?;
                self.finish_line()?;
                Some(self.scalar(text, Style::SingleQuoted, start))
            }
            b'[' | b'{' => {
                let node = self.flow_collection()?;
                self.finish_line()?;
                Some(node)
            }
            b'|' => self.block_scalar(Style::Literal, parent),
            b'>' => self.block_scalar(Style::Folded, parent),
            b'&' | b'*' | b'!' | b'%' | b'@' | b'`' | b',' | b']' | b'}' | b'#' | b'\t' => None,
            b'-' | b'?' | b':' if self.is_indicator(start) => None,
            _ => self.plain(parent),
        }
    }

    /// Whether `-`, `?` or `:` stands alone.
    fn is_indicator(&self, position: usize) -> bool {
        matches!(self.byte(position + 1), None | Some(b' ' | b'\n' | b'\t'))
    }

    fn expected_key(&mut self) -> Option<Key> {
        match self.key()? {
            Found::Here(key) => Some(key),
            Found::Nothing => None,
        }
    }

    /// A key and its colon, if there is one on this line; the position is behind the colon then.
    fn key(&mut self) -> Option<Found<Key>> {
        let start = self.position;
        let (text, colon) = match self.byte(start)? {
            b'"' | b'\'' => match self.quoted_key()? {
                Found::Here(key) => key,
                Found::Nothing => return Some(Found::Nothing),
            },
            b'[' | b'{' | b'|' | b'>' => return Some(Found::Nothing),
            b'&' | b'*' | b'!' | b'%' | b'@' | b'`' | b',' | b']' | b'}' | b'#' | b'\t' => return None,
            b'-' | b'?' | b':' if self.is_indicator(start) => return None,
            _ => match self.plain_key_end()? {
                Found::Here(colon) => (self.plain_key(start, colon)?, colon),
                Found::Nothing => return Some(Found::Nothing),
            },
        };
        if colon - start > MAX_KEY {
            return None;
        }
        self.position = colon + 1;
        Some(Found::Here(Key::new(text, self.origin(start))))
    }

    fn plain_key(&self, start: usize, colon: usize) -> Option<&'s str> {
        let text = self.slice(start, colon)?.trim_end_matches(' ');
        (text != "<<" && is_string(text, self.typing)).then_some(text)
    }

    /// The text of a quoted key and its colon. What turns out to be no key is read again as a value.
    fn quoted_key(&mut self) -> Option<Found<(&'s str, usize)>> {
        let (start, line_start, line_end) = (self.position, self.line_start, self.line_end);
        let double = self.byte(start) == Some(b'"');
        let text = if double { self.double_quoted()? } else { self.single_quoted()? };
        self.skip_spaces();
        let colon = self.position;
        if self.byte(colon) == Some(b':') && is_blank_or_end(self.byte(colon + 1)) {
            // A key has to end on the line where it starts.
            return (colon < line_end).then_some(Found::Here((text, colon)));
        }
        (self.position, self.line_start, self.line_end) = (start, line_start, line_end);
        Some(Found::Nothing)
    }
}
