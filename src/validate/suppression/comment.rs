//! `# stackgen: ignore[rule, ...] reason`, on the line that it is about or on a line of its own above it.

use memchr::memmem;

use super::{Scope, Suppression};
use crate::validate::input::Text;
use crate::yaml::Sources;

const MARK: &str = "# stackgen: ignore[";

/// What a text says about itself.
pub(in crate::validate) fn of_text(text: &Text<'_>, sources: &Sources) -> Vec<Suppression> {
    let whole = text.source.text;
    let marks = memmem::find_iter(whole.as_bytes(), MARK);
    marks.filter_map(|at| of_mark(text, at, sources)).collect()
}

fn of_mark(text: &Text<'_>, at: usize, sources: &Sources) -> Option<Suppression> {
    let whole = text.source.text;
    let start = whole[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let (names, reason) = whole[at + MARK.len()..].lines().next()?.split_once(']')?;
    let mut offset = at + MARK.len();
    let mut rules = Vec::new();
    for name in names.split(',') {
        let indent = name.len() - name.trim_start().len();
        rules.push((name.trim().to_owned(), text.source.origin(offset + indent)));
        offset += name.len() + 1;
    }
    let is_alone = whole[start..at].trim().is_empty();
    let target = if is_alone { next_line(whole, at) } else { start };
    let place = sources.locate(text.source.origin(target))?;
    Some(Suppression {
        rules,
        reason: reason.trim().to_owned(),
        origin: text.source.origin(at),
        scope: Scope::Line(place.file, place.line),
        is_used: false,
    })
}

/// Where the next line begins that is more than a comment.
fn next_line(text: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(newline) = text[at..].find('\n') {
        at += newline + 1;
        let line = text[at..].lines().next().unwrap_or_default().trim();
        if !line.is_empty() && !line.starts_with('#') {
            break;
        }
    }
    at
}
