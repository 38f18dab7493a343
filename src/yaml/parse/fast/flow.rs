//! Flow collections: `[a, b]` and `{a: b}`, JSON among them.

use super::plain::ends_flow_plain;
use super::{Lines, MAX_KEY, is_blank_or_end};
use crate::yaml::node::{Entry, Key, Node, Style};
use crate::yaml::parse::compose::flow_plain_style;
use crate::yaml::scalar::is_string;
use crate::yaml::source::Origin;

impl<'s> Lines<'s> {
    /// A flow collection; the position is behind its bracket then.
    pub(super) fn flow_collection(&mut self) -> Option<Node<'s>> {
        self.deeper()?;
        let origin = self.origin(self.position);
        let is_mapping = self.byte(self.position) == Some(b'{');
        self.position += 1;
        let node = if is_mapping { self.flow_mapping(origin)? } else { self.flow_sequence(origin)? };
        self.position += 1;
        self.depth -= 1;
        self.find_line_end();
        Some(node.with_style(Style::Flow))
    }

    /// Only where the position has left the line: JSON may be one very long line.
    fn find_line_end(&mut self) {
        if self.position > self.line_end {
            self.line_end = self.end_of_line(self.position);
        }
    }

    fn flow_sequence(&mut self, origin: Origin) -> Option<Node<'s>> {
        let first = self.items.len();
        loop {
            if self.flow_space()? == b']' {
                break;
            }
            let item = self.flow_value()?;
            self.items.push(item);
            match self.flow_space()? {
                b',' => self.position += 1,
                b']' => break,
                _ => return None,
            }
        }
        Some(Node::sequence(self.items.split_off(first), origin))
    }

    fn flow_mapping(&mut self, origin: Origin) -> Option<Node<'s>> {
        let first = self.entries.len();
        loop {
            if self.flow_space()? == b'}' {
                break;
            }
            let key = self.flow_key()?;
            let value = match self.flow_space()? {
                b',' | b'}' => self.scalar("", flow_plain_style("", self.typing), self.position),
                _ => self.flow_value()?,
            };
            self.entries.push(Entry { key, value });
            match self.flow_space()? {
                b',' => self.position += 1,
                b'}' => break,
                _ => return None,
            }
        }
        Some(Node::from_mapping(self.take_entries(first)?, origin))
    }

    /// Spaces, line breaks and comments; gives the byte behind them.
    fn flow_space(&mut self) -> Option<u8> {
        loop {
            match self.byte(self.position)? {
                b' ' | b'\t' | b'\n' => self.position += 1,
                b'#' => self.position = self.end_of_line(self.position),
                byte => return Some(byte),
            }
        }
    }

    /// A key and the colon behind it, on one line.
    fn flow_key(&mut self) -> Option<Key> {
        let start = self.position;
        self.find_line_end();
        let (text, quoted) = match self.byte(start)? {
            b'"' => (self.double_quoted()?, true),
            b'\'' => (self.single_quoted()?, true),
            _ => (self.flow_plain()?, false),
        };
        while matches!(self.byte(self.position), Some(b' ' | b'\t')) {
            self.position += 1;
        }
        let fits = self.position - start <= MAX_KEY && self.byte(self.position) == Some(b':');
        let single_line = !self.bytes[start..self.position].contains(&b'\n');
        let plain_key = quoted
            || is_string(text, self.typing) && text != "<<" && is_blank_or_end(self.byte(self.position + 1));
        self.position += 1;
        (fits && single_line && plain_key).then(|| Key::new(text, self.origin(start)))
    }

    fn flow_value(&mut self) -> Option<Node<'s>> {
        let start = self.position;
        self.find_line_end();
        match self.byte(start)? {
            b'[' | b'{' => self.flow_collection(),
            b'"' => {
                let text = self.double_quoted()?;
                Some(self.scalar(text, Style::DoubleQuoted, start))
            }
            b'\'' => {
                let text = self.single_quoted()?;
                Some(self.scalar(text, Style::SingleQuoted, start))
            }
            _ => {
                let text = self.flow_plain()?;
                Some(self.scalar(text, flow_plain_style(text, self.typing), start))
            }
        }
    }

    /// A plain scalar on one line. One that goes on over a line break is left to the full parser.
    fn flow_plain(&mut self) -> Option<&'s str> {
        let start = self.position;
        let first = self.byte(start)?;
        if matches!(
            first,
            b'&' | b'*'
                | b'!'
                | b'|'
                | b'>'
                | b'%'
                | b'@'
                | b'`'
                | b'#'
                | b'?'
                | b':'
                | b','
                | b']'
                | b'}'
                | b'['
                | b'{'
        ) || first == b'-'
            && !self.byte(start + 1).is_some_and(|next| next.is_ascii_alphanumeric() || next == b'.')
        {
            return None;
        }
        let mut end = start + 1;
        while let Some(byte) = self.byte(end)
            && !ends_flow_plain(byte, self.bytes[end - 1], self.byte(end + 1))
        {
            end += 1;
        }
        self.position = end;
        Some(self.slice(start, end)?.trim_end_matches([' ', '\t']))
    }
}
