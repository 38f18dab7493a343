//! Block scalars: `|` and `>`.

use super::{Lines, NO_LINE};
use crate::yaml::node::{Node, Style};

/// What becomes of the line breaks at the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

impl<'s> Lines<'s> {
    /// A block scalar in a collection at column `parent`.
    pub(super) fn block_scalar(&mut self, style: Style, parent: usize) -> Option<Node<'s>> {
        let start = self.position;
        self.position += 1;
        let (chomping, increment) = self.header()?;
        let content = self.line_end + 1;
        let mut indent = increment.map(|increment| parent + increment);
        let first = self.blank_lines(content, indent)?;
        let column = match indent {
            Some(indent) => indent,
            None => *indent.insert(first.column.max(parent + 1)),
        };
        // Spaces alone on a line above the text would set its indentation.
        if increment.is_none() && first.widest > column {
            return None;
        }
        let text = self.lines_of(first, column, style, chomping)?;
        self.next_line_after_block()?;
        Some(self.scalar(text, style, start))
    }

    /// `-`, `+` and a digit, in any order, and a comment.
    fn header(&mut self) -> Option<(Chomping, Option<usize>)> {
        let (mut chomping, mut increment) = (Chomping::Clip, None);
        for _ in 0..2 {
            match self.byte(self.position) {
                Some(b'-') if chomping == Chomping::Clip => chomping = Chomping::Strip,
                Some(b'+') if chomping == Chomping::Clip => chomping = Chomping::Keep,
                Some(digit @ b'1'..=b'9') if increment.is_none() => {
                    increment = Some(usize::from(digit - b'0'));
                }
                _ => break,
            }
            self.position += 1;
        }
        let rest = self.slice(self.position, self.line_end)?.trim_start_matches([' ', '\t']);
        (rest.is_empty() || rest.starts_with('#')).then_some((chomping, increment))
    }

    /// Steps over lines without content. With `indent` known, further spaces are content.
    fn blank_lines(&self, from: usize, indent: Option<usize>) -> Option<Blank> {
        let mut blank = Blank { breaks: 0, start: from, column: 0, widest: 0 };
        loop {
            let mut position = blank.start;
            while self.byte(position) == Some(b' ')
                && indent.is_none_or(|indent| position - blank.start < indent)
            {
                position += 1;
            }
            blank.column = position - blank.start;
            match self.byte(position) {
                Some(b'\n') => {
                    blank.widest = blank.widest.max(blank.column);
                    blank.breaks += 1;
                    blank.start = position + 1;
                }
                Some(b'\t') if indent.is_none_or(|indent| blank.column < indent) => return None,
                _ => return Some(blank),
            }
        }
    }

    fn lines_of(&mut self, first: Blank, indent: usize, style: Style, chomping: Chomping) -> Option<&'s str> {
        let mut text = String::new();
        let mut blank = first;
        let mut only: Option<(usize, usize)> = None;
        // The line break of the line before, and whether that line started with white space.
        let (mut broken, mut indented) = (false, false);
        while blank.column == indent && blank.start + indent < self.bytes.len() {
            let start = blank.start + indent;
            let end = self.end_of_line(start);
            let more = matches!(self.bytes[start], b' ' | b'\t');
            if let Some((start, end)) = only.take() {
                text.reserve((end - start) * 4);
                text.push_str(self.slice(start, end)?);
            }
            if broken {
                if style == Style::Literal || indented || more {
                    text.push('\n');
                } else if blank.breaks == 0 {
                    text.push(' ');
                }
            }
            let is_first = !broken && blank.breaks == 0;
            text.extend(std::iter::repeat_n('\n', blank.breaks));
            if is_first {
                only = Some((start, end));
            } else {
                text.push_str(self.slice(start, end)?);
            }
            broken = end < self.bytes.len();
            indented = more;
            self.line_end = end;
            blank = self.blank_lines((end + 1).min(self.bytes.len()), Some(indent))?;
            if !broken {
                break;
            }
        }
        self.line_start = blank.start;
        let keep_last = broken && chomping != Chomping::Strip;
        let trailing = if chomping == Chomping::Keep { blank.breaks } else { 0 };
        if let Some((start, end)) = only {
            // One line: it stands in the source as it is.
            if trailing == 0 {
                return self.slice(start, end + usize::from(keep_last));
            }
            text.push_str(self.slice(start, end)?);
        }
        text.extend(std::iter::repeat_n('\n', trailing + usize::from(keep_last)));
        Some(self.sources.keep(&text))
    }

    fn next_line_after_block(&mut self) -> Option<()> {
        if self.line_start >= self.bytes.len() {
            self.indent = NO_LINE;
            return Some(());
        }
        self.next_line(self.line_start)
    }
}

/// Lines without content, and the line behind them.
#[derive(Clone, Copy)]
struct Blank {
    breaks: usize,
    /// Where the first line with content starts.
    start: usize,
    /// The spaces in front of its content.
    column: usize,
    /// The spaces on the widest line without content.
    widest: usize,
}
