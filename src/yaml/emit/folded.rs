//! Folded scalars, which kustomize changes: it writes them and reads them back before the final text is made,
//! and go-yaml v3's writer and reader do not agree about lines that are indented further than others. A blank
//! line more appears before such lines. That is what users of kustomize get, so it is reproduced.

use std::borrow::Cow;

use super::shape::{Dialect, Shape, is_break};

/// The value of a folded scalar after it was written and read once.
pub(super) fn reread(text: &str) -> Cow<'_, str> {
    if !text.contains(is_break) || !Shape::of(text, Dialect::Core).block {
        // Without line breaks nothing folds; what cannot be a block gets double quotes, which are exact.
        return Cow::Borrowed(text);
    }
    Cow::Owned(read(&spread(text), Chomping::of(text)))
}

/// The lines that stand for a folded scalar: with a line break more wherever one must not read as a space.
pub(super) fn spread(text: &str) -> String {
    // go-yaml looks at the start of the text here, whatever line it is in.
    let starts_blank = text.trim_start_matches(is_break).starts_with([' ', '\t', '\0']);
    let mut lines = String::with_capacity(text.len() + text.len() / 16);
    let (mut after_break, mut line_is_blank) = (true, true);
    for character in text.chars() {
        if is_break(character) {
            if character == '\n' && !after_break && !line_is_blank && !starts_blank {
                lines.push('\n');
            }
            after_break = true;
        } else {
            if after_break {
                line_is_blank = is_blank(character);
            }
            after_break = false;
        }
        lines.push(character);
    }
    lines
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

impl Chomping {
    /// How a text asks for its last line breaks.
    fn of(text: &str) -> Self {
        let mut backwards = text.chars().rev();
        match (backwards.next().is_some_and(is_break), backwards.next()) {
            (false, _) => Self::Strip,
            (true, Some(before)) if !is_break(before) => Self::Clip,
            (true, _) => Self::Keep,
        }
    }
}

/// Reads the lines of a folded scalar.
fn read(lines: &str, chomping: Chomping) -> String {
    let mut value = String::with_capacity(lines.len());
    let mut line_break = "";
    let (mut more_breaks, mut rest) = leading_breaks(lines);
    let mut previous_is_blank = false;
    while let Some(first) = rest.chars().next() {
        let blank = is_blank(first);
        if previous_is_blank || blank || !line_break.starts_with('\n') {
            value.push_str(line_break);
        } else if more_breaks.is_empty() {
            value.push(' ');
        }
        value.push_str(more_breaks);
        previous_is_blank = blank;
        let end = rest.find(is_break).unwrap_or(rest.len());
        value.push_str(&rest[..end]);
        let after = &rest[end..];
        let break_length = after.chars().next().map_or(0, char::len_utf8);
        (line_break, rest) = after.split_at(break_length);
        (more_breaks, rest) = leading_breaks(rest);
    }
    if chomping != Chomping::Strip {
        value.push_str(line_break);
    }
    if chomping == Chomping::Keep {
        value.push_str(more_breaks);
    }
    value
}

fn leading_breaks(text: &str) -> (&str, &str) {
    text.split_at(text.len() - text.trim_start_matches(is_break).len())
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_appear_before_lines_that_are_indented_further() {
        assert_eq!(reread("a\n b\nc"), "a\n\n b\nc");
        assert_eq!(reread("x\n  y\nz\n"), "x\n\n  y\nz\n");
        assert_eq!(reread("a b\nc\n"), "a b\nc\n");
    }

    #[test]
    fn line_breaks_at_the_end_multiply() {
        assert_eq!(reread("a\n\n"), "a\n\n\n");
        assert_eq!(reread("\n\n"), "\n\n");
        assert_eq!(reread("a\n"), "a\n");
    }

    #[test]
    fn after_a_blank_start_lines_are_joined() {
        assert_eq!(reread(" a\nb\nc\n"), " a\nb c\n");
    }
}
