//! Writing block scalars.

use memchr::memchr;

use super::shape::is_break;
use super::text::Page;

impl Page<'_> {
    /// Writes a literal block and ends its last line.
    pub(super) fn literal(&mut self, text: &str, indent: usize) {
        self.out.push('|');
        self.hints(text);
        self.block_body(text, indent);
    }

    /// The hints after `|` or `>`: indentation where the first line could be mistaken, and what becomes of
    /// line breaks at the end.
    pub(super) fn hints(&mut self, text: &str) {
        if text.starts_with(|first| first == ' ' || is_break(first)) {
            self.out.push('2');
        }
        let mut backwards = text.chars().rev();
        match (backwards.next().is_some_and(is_break), backwards.next()) {
            (false, _) => self.out.push('-'),
            (true, None) => self.out.push('+'),
            (true, Some(before)) if is_break(before) => self.out.push('+'),
            (true, Some(_)) => {}
        }
    }

    /// The lines of a block scalar, from the line break after the hints to the one after the last line.
    pub(super) fn block_body(&mut self, text: &str, indent: usize) {
        self.out.push('\n');
        let mut rest = text;
        while let Some(end) = memchr(b'\n', rest.as_bytes()) {
            let (line, after) = rest.split_at(end + 1);
            self.block_line(line, indent);
            rest = after;
        }
        if !rest.is_empty() {
            self.block_line(rest, indent);
            // Unicode's own line ends count as such.
            if !rest.ends_with(is_break) {
                self.out.push('\n');
            }
        }
    }

    fn block_line(&mut self, line: &str, indent: usize) {
        if line == "\n" {
            return self.out.push('\n');
        }
        if line.is_ascii() {
            self.indent(indent);
            return self.out.push_str(line);
        }
        for piece in line.split_inclusive(is_break) {
            if !piece.starts_with(is_break) {
                self.indent(indent);
            }
            self.out.push_str(piece);
        }
    }
}
