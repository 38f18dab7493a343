//! Writing plain, single-quoted and double-quoted strings, folded where lines grow too long.

use std::fmt::Write as _;

use memchr::memchr_iter;

use super::shape::{is_break, is_printable};
use super::text::Page;

/// Whether a string may fold, and how far the next line is then indented.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fold {
    /// A key: it stays on its line.
    Never,
    /// A value.
    To(usize),
}

impl Page<'_> {
    /// Writes a text without line breaks as it is. It folds at single spaces.
    pub(super) fn plain(&mut self, text: &str, fold: Fold) {
        let Fold::To(indent) = fold else { return self.out.push_str(text) };
        if self.fits(text) {
            return self.out.push_str(text);
        }
        let mut column = self.column();
        let mut rest = text;
        while let Some(space) = self.next_fold(rest, column) {
            self.out.push_str(&rest[..space]);
            self.break_line(indent);
            column = indent;
            rest = &rest[space + 1..];
        }
        self.out.push_str(rest);
    }

    /// Where a text that starts in `column` can fold: at the first single space beyond the page's width.
    fn next_fold(&self, text: &str, column: usize) -> Option<usize> {
        let allowed = self.width.saturating_add(1).saturating_sub(column);
        let beyond = if text.is_ascii() {
            (allowed < text.len()).then_some(allowed)?
        } else {
            text.char_indices().nth(allowed)?.0
        };
        let bytes = text.as_bytes();
        memchr_iter(b' ', &bytes[beyond..])
            .map(|found| beyond + found)
            .find(|&space| is_single_inner_space(bytes, space))
    }

    /// Writes a text in single quotes.
    pub(super) fn single_quoted(&mut self, text: &str, fold: Fold) {
        self.out.push('\'');
        if text.contains(|character| character == '\'' || is_break(character)) {
            self.single_quoted_with_care(text, fold);
        } else {
            self.plain(text, fold);
        }
        self.out.push('\'');
    }

    fn single_quoted_with_care(&mut self, text: &str, fold: Fold) {
        let mut column = self.column();
        let mut after_break = false;
        for (index, character) in text.char_indices() {
            if is_break(character) {
                // A lone newline would read as a space.
                if character == '\n' && !after_break {
                    self.out.push('\n');
                }
                self.out.push(character);
                self.line_start = self.out.len();
                (column, after_break) = (0, true);
                continue;
            }
            if let (true, Fold::To(indent)) = (after_break, fold) {
                self.indent(indent);
                column = indent;
            }
            after_break = false;
            if let (' ', Fold::To(indent)) = (character, fold)
                && column > self.width
                && is_single_inner_space(text.as_bytes(), index)
            {
                self.break_line(indent);
                column = indent;
                continue;
            }
            if character == '\'' {
                self.out.push('\'');
                column += 1;
            }
            self.out.push(character);
            column += 1;
        }
    }

    /// Writes a text in double quotes, with escapes where they are needed.
    pub(super) fn double_quoted(&mut self, text: &str, fold: Fold) {
        self.out.push('"');
        // go-yaml takes every character of a text that starts with a byte order mark for such a mark.
        let escape_all = text.starts_with('\u{feff}');
        let mut column = self.column();
        let mut written = 0;
        for (index, character) in text.char_indices() {
            if escape_all || must_be_escaped(character) {
                self.out.push_str(&text[written..index]);
                column += self.escape(character);
                written = index + character.len_utf8();
            } else if let (' ', Fold::To(indent)) = (character, fold)
                && column > self.width
                && is_first_inner_space(text.as_bytes(), index)
            {
                self.out.push_str(&text[written..index]);
                self.break_line(indent);
                column = indent;
                written = index + 1;
                // The indentation is no part of the text; a space after it is, if it is escaped.
                if text.as_bytes()[index + 1] == b' ' {
                    self.out.push('\\');
                    column += 1;
                }
            } else {
                column += 1;
            }
        }
        self.out.push_str(&text[written..]);
        self.out.push('"');
    }

    /// Writes an escape and says how long it is.
    fn escape(&mut self, character: char) -> usize {
        let before = self.out.len();
        let short = match character {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{a0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => '\u{fffd}',
        };
        let code = u32::from(character);
        // Writing to a string cannot fail.
        let _ = match code {
            _ if short != '\u{fffd}' => write!(self.out, "\\{short}"),
            0..=0xff => write!(self.out, "\\x{code:02X}"),
            0x100..=0xffff => write!(self.out, "\\u{code:04X}"),
            _ => write!(self.out, "\\U{code:08X}"),
        };
        self.out.len() - before
    }
}

fn must_be_escaped(character: char) -> bool {
    match character {
        '"' | '\\' => true,
        ' '..='~' => false,
        _ => !is_printable(character) || is_break(character),
    }
}

/// Whether the space at `index` has other characters on both sides.
fn is_single_inner_space(bytes: &[u8], index: usize) -> bool {
    is_first_inner_space(bytes, index) && bytes[index + 1] != b' '
}

/// Whether the space at `index` follows another character and is not the last one.
fn is_first_inner_space(bytes: &[u8], index: usize) -> bool {
    index > 0 && index + 1 < bytes.len() && bytes[index - 1] != b' '
}
