//! Quoted scalars.

use memchr::{memchr, memchr2, memrchr};

use super::Lines;
use super::plain::fold;

impl<'s> Lines<'s> {
    /// A scalar in double quotes; the position is behind the closing one then.
    pub(super) fn double_quoted(&mut self) -> Option<&'s str> {
        let start = self.position + 1;
        let found = start + memchr2(b'"', b'\\', &self.bytes[start..])?;
        if self.bytes[found] == b'"' && found < self.line_end {
            self.position = found + 1;
            return self.slice(start, found);
        }
        let mut text = String::new();
        self.position = start;
        loop {
            let rest = &self.bytes[self.position..];
            let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | b' ' | b'\t' | b'\n'))?;
            text.push_str(self.slice(self.position, self.position + length)?);
            self.position += length;
            match self.bytes[self.position] {
                b'"' => break,
                b'\\' => self.escape(&mut text)?,
                _ => self.white_space(&mut text)?,
            }
        }
        Some(self.end_quoted(&text))
    }

    /// A scalar in single quotes; the position is behind the closing one then.
    pub(super) fn single_quoted(&mut self) -> Option<&'s str> {
        let start = self.position + 1;
        let found = start + memchr(b'\'', &self.bytes[start..])?;
        if found < self.line_end && self.byte(found + 1) != Some(b'\'') {
            self.position = found + 1;
            return self.slice(start, found);
        }
        let mut text = String::new();
        self.position = start;
        loop {
            let rest = &self.bytes[self.position..];
            let length = rest.iter().position(|byte| matches!(byte, b'\'' | b' ' | b'\t' | b'\n'))?;
            text.push_str(self.slice(self.position, self.position + length)?);
            self.position += length;
            match (self.bytes[self.position], self.byte(self.position + 1)) {
                (b'\'', Some(b'\'')) => {
                    text.push('\'');
                    self.position += 2;
                }
                (b'\'', _) => break,
                _ => self.white_space(&mut text)?,
            }
        }
        Some(self.end_quoted(&text))
    }

    /// Steps over the closing quote, which may be on another line than the opening one.
    fn end_quoted(&mut self, text: &str) -> &'s str {
        if self.position > self.line_end {
            self.line_start = memrchr(b'\n', &self.bytes[..self.position]).map_or(0, |newline| newline + 1);
            self.line_end = self.end_of_line(self.position);
        }
        self.position += 1;
        self.sources.keep(text)
    }

    /// Spaces stay, unless there is a line break among them.
    fn white_space(&mut self, text: &mut String) -> Option<()> {
        let start = self.position;
        let breaks = self.skip_white_space();
        if breaks == 0 {
            text.push_str(self.slice(start, self.position)?);
        } else {
            fold(text, breaks);
        }
        Some(())
    }

    fn skip_white_space(&mut self) -> usize {
        let mut breaks = 0;
        while let Some(byte @ (b' ' | b'\t' | b'\n')) = self.byte(self.position) {
            breaks += usize::from(byte == b'\n');
            self.position += 1;
        }
        breaks
    }

    fn escape(&mut self, text: &mut String) -> Option<()> {
        let escaped = self.byte(self.position + 1)?;
        self.position += 2;
        let character = match escaped {
            b'0' => '\0',
            b'a' => '\x07',
            b'b' => '\x08',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\x0b',
            b'f' => '\x0c',
            b'r' => '\r',
            b'e' => '\x1b',
            b' ' | b'"' | b'\'' | b'/' | b'\\' => char::from(escaped),
            b'N' => '\u{85}',
            b'_' => '\u{a0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            b'x' => char::from_u32(self.hexadecimal(2)?)?,
            b'u' => self.unicode()?,
            b'U' => char::from_u32(self.hexadecimal(8)?)?,
            b'\n' => {
                // The line break does not count; further ones do.
                let breaks = self.skip_white_space();
                text.extend(std::iter::repeat_n('\n', breaks));
                return Some(());
            }
            _ => return None,
        };
        text.push(character);
        Some(())
    }

    /// A character, which JSON may write as two surrogates.
    fn unicode(&mut self) -> Option<char> {
        let unit = self.hexadecimal(4)?;
        if !(0xd800..0xdc00).contains(&unit) {
            return char::from_u32(unit);
        }
        if !self.bytes[self.position..].starts_with(b"\\u") {
            return None;
        }
        self.position += 2;
        let low = self.hexadecimal(4)?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
        char::from_u32(0x10000 + ((unit - 0xd800) << 10) + low)
    }

    fn hexadecimal(&mut self, length: usize) -> Option<u32> {
        let digits = self.bytes.get(self.position..self.position + length)?;
        self.position += length;
        digits.iter().try_fold(0, |value, digit| {
            let digit = char::from(*digit).to_digit(16)?;
            Some((value << 4) + digit)
        })
    }
}
