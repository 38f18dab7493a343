//! Scalars in single and double quotes.

use super::Problem;
use super::plain::Gap;
use super::scanner::{Scanner, TokenKind};
use crate::yaml::node::Style;

const CONTEXT: &str = "while scanning a quoted scalar";

impl<'s> Scanner<'s> {
    pub(super) fn quoted(&mut self, quote: u8) -> Result<(), Problem> {
        let start = self.cursor.position;
        self.cursor.advance(1);
        let mut text = String::new();
        loop {
            if self.cursor.at_document_marker() {
                return Err(self.quoted_problem("found unexpected document indicator", start));
            }
            if self.cursor.peek(0).is_none() {
                return Err(self.quoted_problem("found unexpected end of stream", start));
            }
            let gap = self.quoted_word(quote, start, &mut text)?;
            if gap.is_none() && self.cursor.is(quote) {
                break;
            }
            self.quoted_gap(gap.unwrap_or_default(), &mut text);
        }
        self.cursor.advance(1);
        let written = &self.cursor.text[start + 1..self.cursor.position - 1];
        let text = if written == text { written } else { self.sources.keep(&text) };
        let style = if quote == b'"' { Style::DoubleQuoted } else { Style::SingleQuoted };
        self.push(TokenKind::Scalar(text, style), start);
        Ok(())
    }

    fn quoted_problem(&self, message: &'static str, start: usize) -> Problem {
        Problem::new(message, self.cursor.position).within(start, CONTEXT)
    }

    /// Takes text until white space or the closing quote; gives a gap where an escaped line break starts one.
    fn quoted_word(
        &mut self,
        quote: u8,
        start: usize,
        text: &mut String,
    ) -> Result<Option<Gap<'s>>, Problem> {
        while !self.cursor.is_word_end(0) {
            match self.cursor.peek(0) {
                Some(b'\'') if quote == b'\'' && self.cursor.peek(1) == Some(b'\'') => {
                    text.push('\'');
                    self.cursor.advance(2);
                }
                Some(byte) if byte == quote => break,
                Some(b'\\') if quote == b'"' => {
                    self.cursor.advance(1);
                    if self.cursor.is_break() {
                        self.cursor.read_break();
                        return Ok(Some(Gap::escaped()));
                    }
                    text.push(self.escape(start)?);
                }
                _ => {
                    let from = self.cursor.position;
                    self.cursor.advance_character();
                    text.push_str(self.cursor.since(from));
                }
            }
        }
        Ok(None)
    }

    fn quoted_gap(&mut self, mut gap: Gap<'s>, text: &mut String) {
        let from = self.cursor.position;
        let mut blanks = from;
        loop {
            if self.cursor.is_break() {
                gap.add(self.cursor.read_break());
            } else if self.cursor.is_blank() {
                self.cursor.advance(1);
                blanks = self.cursor.position;
            } else {
                break;
            }
        }
        if gap.is_broken() {
            gap.fold_into(text);
        } else {
            text.push_str(&self.cursor.text[from..blanks]);
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self, start: usize) -> Result<char, Problem> {
        let code = self.cursor.peek(0);
        let character = match code {
            Some(b'0') => '\0',
            Some(b'a') => '\x07',
            Some(b'b') => '\x08',
            Some(b't' | b'\t') => '\t',
            Some(b'n') => '\n',
            Some(b'v') => '\x0b',
            Some(b'f') => '\x0c',
            Some(b'r') => '\r',
            Some(b'e') => '\x1b',
            Some(byte @ (b' ' | b'"' | b'\'' | b'/' | b'\\')) => char::from(byte),
            Some(b'N') => '\u{85}',
            Some(b'_') => '\u{a0}',
            Some(b'L') => '\u{2028}',
            Some(b'P') => '\u{2029}',
            Some(b'x') => return self.numeric_escape(2, start),
            Some(b'u') => return self.numeric_escape(4, start),
            Some(b'U') => return self.numeric_escape(8, start),
            _ => return Err(self.quoted_problem("found unknown escape character", start)),
        };
        self.cursor.advance(1);
        Ok(character)
    }

    fn numeric_escape(&mut self, digits: usize, start: usize) -> Result<char, Problem> {
        let escape = self.cursor.position;
        let mut value = self.hexadecimal(digits, start)?;
        // JSON writes characters beyond U+FFFF as two surrogates.
        if (0xd800..0xdc00).contains(&value) && digits == 4 && self.cursor.starts_with("\\u") {
            self.cursor.advance(1);
            let low = self.hexadecimal(4, start)?;
            if (0xdc00..0xe000).contains(&low) {
                value = 0x10000 + ((value - 0xd800) << 10) + (low - 0xdc00);
            }
        }
        char::from_u32(value).ok_or_else(|| {
            Problem::new("found invalid Unicode character escape code", escape).within(start, CONTEXT)
        })
    }

    /// The letter of the escape, and that many digits.
    fn hexadecimal(&mut self, digits: usize, start: usize) -> Result<u32, Problem> {
        let mut value: u32 = 0;
        for ahead in 1..=digits {
            let digit = self.cursor.peek(ahead).and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.quoted_problem("did not find expected hexadecimal number", start));
            };
            value = value.wrapping_shl(4) | digit;
        }
        self.cursor.advance(digits + 1);
        Ok(value)
    }
}
