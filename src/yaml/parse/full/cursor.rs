//! A position in a text that knows its line and column.

/// Where the scanner is. Columns count bytes: they are compared where only ASCII can stand before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'s> {
    pub(super) text: &'s str,
    pub(super) position: usize,
    pub(super) line: usize,
    line_start: usize,
}

impl<'s> Cursor<'s> {
    pub(super) fn new(text: &'s str) -> Self {
        Self { text, position: 0, line: 0, line_start: 0 }
    }

    pub(super) fn column(&self) -> usize {
        self.position - self.line_start
    }

    /// The byte `ahead` of here; `None` at the end.
    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.position + ahead).copied()
    }

    pub(super) fn is(&self, byte: u8) -> bool {
        self.peek(0) == Some(byte)
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        self.text.as_bytes()[self.position..].starts_with(text.as_bytes())
    }

    pub(super) fn is_blank(&self) -> bool {
        matches!(self.peek(0), Some(b' ' | b'\t'))
    }

    /// How many bytes the line break `ahead` of here has; none if there is no line break.
    fn break_length(&self, ahead: usize) -> usize {
        match self.text.as_bytes().get(self.position + ahead..).unwrap_or_default() {
            [b'\r', b'\n', ..] | [0xc2, 0x85, ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            [0xe2, 0x80, 0xa8 | 0xa9, ..] => 3,
            _ => 0,
        }
    }

    pub(super) fn is_break(&self) -> bool {
        self.break_length(0) > 0
    }

    pub(super) fn is_break_or_end(&self) -> bool {
        self.peek(0).is_none() || self.is_break()
    }

    /// Whether a word ends `ahead` of here: blank, line break or end.
    pub(super) fn is_word_end(&self, ahead: usize) -> bool {
        matches!(self.peek(ahead), None | Some(b' ' | b'\t' | b'\n')) || self.break_length(ahead) > 0
    }

    /// Steps over bytes that are no line breaks.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.position += bytes;
    }

    /// Steps over one character that is no line break.
    pub(super) fn advance_character(&mut self) {
        self.position += 1;
        while !self.text.is_char_boundary(self.position) {
            self.position += 1;
        }
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.is_blank() {
            self.position += 1;
        }
    }

    pub(super) fn skip_to_break(&mut self) {
        while !self.is_break_or_end() {
            self.advance_character();
        }
    }

    /// Steps over a line break; gives what it means in a scalar.
    pub(super) fn read_break(&mut self) -> &'s str {
        let length = self.break_length(0);
        let start = self.position;
        if length == 0 {
            return "";
        }
        self.position += length;
        self.line += 1;
        self.line_start = self.position;
        if length == 3 { &self.text[start..self.position] } else { "\n" }
    }

    /// Whether `---` or `...` stands alone at the start of the line.
    pub(super) fn at_document_marker(&self) -> bool {
        self.column() == 0 && (self.starts_with("---") || self.starts_with("...")) && self.is_word_end(3)
    }

    /// The text from `start` to here.
    pub(super) fn since(&self, start: usize) -> &'s str {
        &self.text[start..self.position]
    }
}
