//! Plain scalars in block collections.

use memchr::{memchr, memchr2, memchr2_iter};

use super::{Found, Lines, NO_LINE, is_blank_or_end};
use crate::yaml::node::{Node, Style};

/// Where the text of a plain scalar ends on a line.
struct PlainLine {
    end: usize,
    comment: bool,
}

impl<'s> Lines<'s> {
    /// The colon behind a plain key on this line.
    pub(super) fn plain_key_end(&self) -> Option<Found<usize>> {
        let line = &self.bytes[self.position..self.line_end];
        let mut from = 0;
        while let Some(found) = memchr(b':', &line[from..]) {
            let colon = from + found;
            match line.get(colon + 1) {
                None | Some(b' ') => {
                    let key = &line[..colon];
                    // A comment would hide the colon. Tabs are allowed in odd places only.
                    let hidden = |at: usize| key[at] == b'\t' || at > 0 && key[at - 1] == b' ';
                    if memchr2_iter(b'#', b'\t', key).any(hidden) {
                        return None;
                    }
                    return Some(Found::Here(self.position + colon));
                }
                Some(b'\t') => return None,
                Some(_) => from = colon + 1,
            }
        }
        Some(Found::Nothing)
    }

    /// A plain scalar, over as many lines as are further in than `parent`.
    pub(super) fn plain(&mut self, parent: usize) -> Option<Node<'s>> {
        let start = self.position;
        let first = self.plain_line(start, self.line_end)?;
        let after = self.line_end + 1;
        self.next_line(after)?;
        let text = if self.indent == NO_LINE || self.indent <= parent {
            self.slice(start, first.end)?
        } else if first.comment {
            return None;
        } else {
            self.continued(start, first.end, after, parent)?
        };
        Some(self.scalar(text, Style::Plain, start))
    }

    fn plain_line(&self, start: usize, end: usize) -> Option<PlainLine> {
        let line = &self.bytes[start..end];
        let mut from = 0;
        let mut length = line.len();
        let mut comment = false;
        while let Some(found) = memchr2(b':', b'#', &line[from..]) {
            let at = from + found;
            if line[at] == b':' {
                if matches!(line.get(at + 1), None | Some(b' ' | b'\t')) {
                    return None;
                }
            } else if at > 0 && matches!(line[at - 1], b' ' | b'\t') {
                (length, comment) = (at, true);
                break;
            }
            from = at + 1;
        }
        while length > 0 && matches!(line[length - 1], b' ' | b'\t') {
            length -= 1;
        }
        Some(PlainLine { end: start + length, comment })
    }

    /// A scalar of several lines: one line break is a space, more are one less.
    fn continued(&mut self, start: usize, end: usize, after: usize, parent: usize) -> Option<&'s str> {
        let mut text = self.slice(start, end)?.to_owned();
        let mut line_start = after;
        let mut breaks = 1;
        loop {
            let mut position = line_start;
            while self.byte(position) == Some(b' ') {
                position += 1;
            }
            match self.byte(position) {
                Some(b'\n') => {
                    breaks += 1;
                    line_start = position + 1;
                    continue;
                }
                Some(b'\t') => return None,
                None | Some(b'#') => break,
                Some(_) if position - line_start <= parent => break,
                Some(_) => {}
            }
            fold(&mut text, breaks);
            let line_end = self.end_of_line(position);
            let line = self.plain_line(position, line_end)?;
            text.push_str(self.slice(position, line.end)?);
            (line_start, breaks) = (line_end + 1, 1);
            if line.comment {
                break;
            }
        }
        self.next_line(line_start)?;
        (self.indent == NO_LINE || self.indent <= parent).then(|| self.sources.keep(&text))
    }
}

/// Adds what `breaks` line breaks between two lines of text mean.
pub(super) fn fold(text: &mut String, breaks: usize) {
    if breaks == 1 {
        text.push(' ');
    }
    text.extend(std::iter::repeat_n('\n', breaks - 1));
}

/// Whether a plain scalar in a flow collection ends before this byte.
pub(super) fn ends_flow_plain(byte: u8, before: u8, after: Option<u8>) -> bool {
    match byte {
        b',' | b'[' | b']' | b'{' | b'}' | b'?' | b'\n' => true,
        b':' => is_blank_or_end(after) || after == Some(b'\t'),
        b'#' => matches!(before, b' ' | b'\t'),
        _ => false,
    }
}
