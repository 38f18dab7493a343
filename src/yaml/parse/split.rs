//! Cutting a file into documents.
//!
//! kustomize does this before it parses, by lines that start with `---`, wherever they stand; only spaces and a
//! comment may follow on such a line.

use memchr::memchr;
use memchr::memmem::Finder;

use super::{ParseError, Piece};
use crate::yaml::source::Source;

/// The documents of `source`, and the separators that have something behind them.
pub(super) fn split(source: Source<'_>) -> (Vec<Piece<'_>>, Vec<ParseError>) {
    let mut pieces = Vec::new();
    let mut errors = Vec::new();
    let mut start = 0;
    let mut from = 0;
    let finder = Finder::new("\n---");
    while let Some((separator, next)) = separator(source.text, &finder, from) {
        from = next;
        let behind = source.text[separator + 4..next].trim();
        if !behind.is_empty() && !behind.starts_with('#') {
            errors.push(invalid_separator(source, separator + 1));
        }
        // The line break before the separator belongs to the document: a block scalar may need it.
        let end = separator + 1;
        if !is_only_directives(&source.text[start..end]) {
            pieces.push(Piece { source, start, end });
            start = next;
        }
    }
    pieces.push(Piece { source, start, end: source.text.len() });
    (pieces, errors)
}

/// The line break before the next line that starts with `---` and has an end, and the start of the line after.
fn separator(text: &str, finder: &Finder<'_>, from: usize) -> Option<(usize, usize)> {
    let found = from + finder.find(&text.as_bytes()[from..])?;
    let line_end = found + 1 + memchr(b'\n', &text.as_bytes()[found + 1..])?;
    Some((found, line_end + 1))
}

/// Whether all that stands here belongs to the document below the next separator: `%YAML 1.1` and comments.
fn is_only_directives(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    memchr(b'%', text.as_bytes()).is_some()
        && text
            .lines()
            .all(|line| line.starts_with('%') || line.trim().is_empty() || line.trim().starts_with('#'))
        && text.lines().any(|line| line.starts_with('%'))
}

fn invalid_separator(source: Source<'_>, offset: usize) -> ParseError {
    let line = source.text[offset..].lines().next().unwrap_or_default().trim();
    ParseError::new(format!("invalid document separator: `{line}`"), source.origin(offset))
        .hint("only a comment may follow `---`; put the document on the next line")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::yaml::source::Sources;

    fn texts(text: &str) -> Vec<String> {
        let sources = Sources::new();
        let (pieces, errors) = split(sources.add(Path::new("a.yaml"), text.to_owned()).unwrap());
        assert_eq!(errors, []);
        pieces.iter().map(|piece| piece.text().to_owned()).collect()
    }

    #[test]
    fn cuts_at_lines_that_start_with_three_dashes() {
        assert_eq!(texts("a: 1\n---\nb: 2\n"), ["a: 1\n", "b: 2\n"]);
        assert_eq!(texts("---\na: 1\n--- # c\nb: 2"), ["---\na: 1\n", "b: 2"]);
        assert_eq!(texts("a\r\n---\r\nb"), ["a\r\n", "b"]);
        assert_eq!(texts("a\n---"), ["a\n---"]);
        assert_eq!(texts("a\n---\n---\nb"), ["a\n", "---\nb"]);
        assert_eq!(texts(""), [""]);
    }

    #[test]
    fn keeps_directives_with_their_document() {
        assert_eq!(texts("%YAML 1.1\n---\na: 1\n---\nb: 2\n"), ["%YAML 1.1\n---\na: 1\n", "b: 2\n"]);
    }

    #[test]
    fn nothing_may_follow_a_separator() {
        let sources = Sources::new();
        let source = sources.add(Path::new("a.yaml"), "a: 1\n--- b\nc: 1\n----\n".to_owned()).unwrap();
        let (_, errors) = split(source);
        assert_eq!(errors[0].message, "invalid document separator: `--- b`");
        assert_eq!(sources.locate(errors[0].origin).unwrap().to_string(), "a.yaml:2:1");
        assert_eq!(errors[1].message, "invalid document separator: `----`");
    }
}
