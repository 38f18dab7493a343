//! Plain scalars, and what line breaks mean in scalars that may be folded.

use super::Problem;
use super::scanner::{Scanner, TokenKind};
use crate::yaml::node::Style;

/// The white space between two words of a scalar.
#[derive(Default)]
pub(super) struct Gap<'s> {
    /// The first line break.
    first: Option<&'s str>,
    /// The further ones.
    further: String,
}

impl<'s> Gap<'s> {
    /// A gap that starts with an escaped line break, which does not count.
    pub(super) fn escaped() -> Self {
        Self { first: Some(""), further: String::new() }
    }

    pub(super) fn is_broken(&self) -> bool {
        self.first.is_some()
    }

    pub(super) fn add(&mut self, line_break: &'s str) {
        match self.first {
            None => self.first = Some(line_break),
            Some(_) => self.further.push_str(line_break),
        }
    }

    /// Writes what the line breaks mean: one is a space, of several all but the first count. A Unicode line or
    /// paragraph separator stays.
    pub(super) fn fold_into(&self, text: &mut String) {
        match self.first {
            Some("\n") if self.further.is_empty() => text.push(' '),
            Some("\n") | None => text.push_str(&self.further),
            Some(first) => {
                text.push_str(first);
                text.push_str(&self.further);
            }
        }
    }
}

impl<'s> Scanner<'s> {
    pub(super) fn plain(&mut self) -> Result<(), Problem> {
        let start = self.cursor.position;
        let inner = self.indent.map_or(0, |indent| indent + 1);
        // While the scalar is on one line, it is borrowed.
        let mut folded: Option<String> = None;
        let mut end;
        let gap = loop {
            let word = self.cursor.position;
            self.plain_word();
            if let Some(text) = &mut folded {
                text.push_str(self.cursor.since(word));
            }
            end = self.cursor.position;
            let gap = self.plain_gap(start, inner)?;
            let dedented = self.flow_level == 0 && gap.is_broken() && self.cursor.column() < inner;
            if dedented || self.ends_plain() {
                break gap;
            }
            if gap.is_broken() {
                gap.fold_into(folded.get_or_insert_with(|| self.cursor.text[start..end].to_owned()));
            } else if let Some(text) = &mut folded {
                text.push_str(self.cursor.since(end));
            }
        };
        if gap.is_broken() {
            self.simple_key_allowed = true;
        }
        let text = folded.map_or(&self.cursor.text[start..end], |text| self.sources.keep(&text));
        self.push(TokenKind::Scalar(text, Style::Plain), start);
        Ok(())
    }

    /// Steps over what belongs to the scalar until white space.
    fn plain_word(&mut self) {
        while !self.cursor.is_word_end(0) && !self.at_plain_indicator() {
            self.cursor.advance_character();
        }
    }

    fn at_plain_indicator(&self) -> bool {
        match self.cursor.peek(0) {
            Some(b':') => self.cursor.is_word_end(1),
            Some(b',' | b'?' | b'[' | b']' | b'{' | b'}') => self.flow_level > 0,
            _ => false,
        }
    }

    fn ends_plain(&self) -> bool {
        self.cursor.peek(0).is_none()
            || self.cursor.is(b'#')
            || self.at_plain_indicator()
            || self.cursor.at_document_marker()
    }

    fn plain_gap(&mut self, start: usize, inner: usize) -> Result<Gap<'s>, Problem> {
        let mut gap = Gap::default();
        loop {
            if self.cursor.is_blank() {
                if gap.is_broken() && self.cursor.column() < inner && self.cursor.is(b'\t') {
                    let message = "found a tab character that violates indentation";
                    return Err(Problem::new(message, self.cursor.position)
                        .within(start, "while scanning a plain scalar"));
                }
                self.cursor.advance(1);
            } else if self.cursor.is_break() {
                gap.add(self.cursor.read_break());
            } else {
                return Ok(gap);
            }
        }
    }
}
