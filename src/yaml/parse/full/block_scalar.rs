//! Block scalars: `|` and `>`.

use super::Problem;
use super::scanner::{Scanner, TokenKind};
use crate::yaml::node::Style;

const CONTEXT: &str = "while scanning a block scalar";

/// What becomes of the line breaks at the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

impl Scanner<'_> {
    pub(super) fn block_scalar(&mut self, style: Style) -> Result<(), Problem> {
        let start = self.cursor.position;
        self.cursor.advance(1);
        let (chomping, increment) = self.block_header(start)?;
        let mut breaks = String::new();
        let mut indent = increment.map(|increment| self.indent.unwrap_or(0) + increment);
        let widest = self.block_breaks(indent, &mut breaks, start)?;
        let indent = *indent.get_or_insert(widest.max(self.indent.map_or(0, |indent| indent + 1)).max(1));
        let mut text = String::new();
        let mut last_break = "";
        let mut was_indented = false;
        while self.cursor.column() == indent && self.cursor.peek(0).is_some() {
            let is_indented = self.cursor.is_blank();
            if style == Style::Folded && !was_indented && !is_indented && last_break == "\n" {
                text.push_str(if breaks.is_empty() { " " } else { "" });
            } else {
                text.push_str(last_break);
            }
            text.push_str(&std::mem::take(&mut breaks));
            was_indented = is_indented;
            let from = self.cursor.position;
            self.cursor.skip_to_break();
            text.push_str(self.cursor.since(from));
            last_break = self.cursor.read_break();
            self.block_breaks(Some(indent), &mut breaks, start)?;
        }
        if chomping != Chomping::Strip {
            text.push_str(last_break);
        }
        if chomping == Chomping::Keep {
            text.push_str(&breaks);
        }
        self.push(TokenKind::Scalar(self.sources.keep(&text), style), start);
        Ok(())
    }

    /// `+`, `-` and a digit, in any order, and a comment.
    fn block_header(&mut self, start: usize) -> Result<(Chomping, Option<usize>), Problem> {
        let (mut chomping, mut increment) = (None, None);
        for _ in 0..2 {
            match self.cursor.peek(0) {
                Some(b'+') if chomping.is_none() => chomping = Some(Chomping::Keep),
                Some(b'-') if chomping.is_none() => chomping = Some(Chomping::Strip),
                Some(b'0') if increment.is_none() => {
                    return Err(self.block_problem("found an indentation indicator equal to 0", start));
                }
                Some(digit @ b'1'..=b'9') if increment.is_none() => {
                    increment = Some(usize::from(digit - b'0'));
                }
                _ => break,
            }
            self.cursor.advance(1);
        }
        self.cursor.skip_blanks();
        if self.cursor.is(b'#') {
            self.cursor.skip_to_break();
        }
        if !self.cursor.is_break_or_end() {
            return Err(self.block_problem("did not find expected comment or line break", start));
        }
        self.cursor.read_break();
        Ok((chomping.unwrap_or(Chomping::Clip), increment))
    }

    fn block_problem(&self, message: &'static str, start: usize) -> Problem {
        Problem::new(message, self.cursor.position).within(start, CONTEXT)
    }

    /// Steps over indentation and lines without content; gives the widest indentation.
    fn block_breaks(
        &mut self,
        indent: Option<usize>,
        breaks: &mut String,
        start: usize,
    ) -> Result<usize, Problem> {
        let mut widest = 0;
        loop {
            let inside = |column: usize| indent.is_none_or(|indent| column < indent);
            while inside(self.cursor.column()) && self.cursor.is(b' ') {
                self.cursor.advance(1);
            }
            widest = widest.max(self.cursor.column());
            if inside(self.cursor.column()) && self.cursor.is(b'\t') {
                let message = "found a tab character where an indentation space is expected";
                return Err(self.block_problem(message, start));
            }
            if !self.cursor.is_break() {
                return Ok(widest);
            }
            breaks.push_str(self.cursor.read_break());
        }
    }
}
