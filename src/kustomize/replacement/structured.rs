//! Values inside YAML or JSON that stands in a string.
//!
//! The string is read, changed and written again: JSON with sorted keys, on one line or indented as it was; YAML in its
//! own order and styles, with its comments.

use super::walk::Failure;
use crate::yaml::{
    Comments, HtmlEscapes, JsonLayout, JsonNumbers, Node, ParseOptions, Source, Sources, Style,
    emit_with_comments, parse_one, to_json,
};

/// Changes the document in the string `scalar`; it stays as it is if nothing is written.
pub(super) fn edit<'s>(
    scalar: &mut Node<'s>,
    sources: &'s Sources,
    change: impl FnOnce(&mut Node<'s>) -> Result<usize, Failure>,
) -> Result<usize, Failure> {
    let text = scalar.text().unwrap_or_default();
    let (mut root, source) = read(scalar, text, sources)?;
    let comments = if is_json(text) { Comments::default() } else { Comments::of(source, &root) };
    let written = change(&mut root)?;
    if written > 0 {
        let text = print(&root, text, comments, sources)?;
        let style = match scalar.style() {
            Style::Plain => Style::DoubleQuoted,
            style => style,
        };
        scalar.set_style(style);
        scalar.set_text(sources.keep(&text));
    }
    Ok(written)
}

fn read<'s>(scalar: &Node<'s>, text: &str, sources: &'s Sources) -> Result<(Node<'s>, Source<'s>), Failure> {
    let not_structured =
        || Failure::Missing("the path leads into text that is neither YAML nor JSON".to_owned());
    let source = sources
        .add_embedded(scalar.origin(), text.to_owned())
        .map_err(|error| Failure::Refused(error.to_string(), scalar.origin()))?;
    let document = parse_one(source, sources, &ParseOptions::default()).map_err(|_| not_structured())?;
    if let Some(second) = document.ignored.first() {
        let message =
            "the path leads into text with several YAML documents; only one can be changed".to_owned();
        return Err(Failure::Refused(message, *second));
    }
    let root = document.node.filter(|node| node.text().is_none()).ok_or_else(not_structured)?;
    Ok((root, source))
}

/// The document as text, in the language and layout that `original` has.
fn print(root: &Node<'_>, original: &str, comments: Comments, sources: &Sources) -> Result<String, Failure> {
    let mut text = String::new();
    if is_json(original) {
        let indented = original.contains('\n') && original.contains("  ");
        let layout = if indented { JsonLayout::Indented } else { JsonLayout::Compact };
        to_json(root, layout, HtmlEscapes::On, JsonNumbers::Exact, &mut text)
            .map_err(|error| Failure::Refused(error.message, error.origin))?;
        return Ok(text);
    }
    emit_with_comments(root, sources, comments, &mut text);
    Ok(text.trim().to_owned())
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}
