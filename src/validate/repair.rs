//! From findings whose repair leaves no doubt to changes of the texts: the bytes that are wrong, and no others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::finding::Finding;
use crate::schema::Edit;
use crate::yaml::{Origin, Sources};

/// What is written instead of a part of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Replacement {
    /// Where the part begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What is written there.
    pub text: String,
}

/// The replacements in files that do away with one finding.
pub type Repair = BTreeMap<PathBuf, Vec<Replacement>>;

/// The replacements that a finding asks for; none if what stands in a file is not what the finding is about, as with
/// values that were composed.
pub fn repair(finding: &Finding, sources: &Sources) -> Option<Repair> {
    if finding.edits.is_empty() || finding.is_secret {
        return None;
    }
    let mut repair = Repair::new();
    for (origin, edit) in &finding.edits {
        let (file, replacement) = replacement(*origin, edit, sources)?;
        repair.entry(file.to_owned()).or_default().push(replacement);
    }
    Some(repair)
}

/// A text with its replacements; none if two of them are about the same place.
pub fn replace(text: &str, replacements: &[Replacement]) -> Option<String> {
    let mut replacements = replacements.to_vec();
    replacements.sort();
    replacements.dedup();
    let mut result = String::with_capacity(text.len());
    let mut from = 0;
    for Replacement { start, end, text: new } in &replacements {
        result.push_str(text.get(from..*start)?);
        result.push_str(new);
        from = *end;
    }
    result.push_str(text.get(from..)?);
    Some(result)
}

fn replacement<'s>(origin: Origin, edit: &Edit, sources: &'s Sources) -> Option<(&'s Path, Replacement)> {
    let (file, start) = sources.offset(origin)?;
    let (before, after) = sources.around_in_file(origin)?;
    let (part, text) = match edit {
        Edit::Rename { was, is } => {
            let written = written(after, was)?;
            (0..written.len(), written.replacen(was.as_str(), is, 1))
        }
        Edit::Quote(was) => {
            let written = written(after, was).filter(|written| written == was && is_plain(was))?;
            (0..written.len(), format!("\"{was}\""))
        }
        Edit::Unquote(was) => {
            let written = written(after, was).filter(|written| written != was)?;
            (0..written.len(), was.clone())
        }
        Edit::Remove(key) => return removal(before, after, key, start).map(|removal| (file, removal)),
    };
    Some((file, Replacement { start: start + part.start, end: start + part.end, text }))
}

/// The word as it is written, with its quotes if it has some. What follows must not go on with it.
fn written(after: &str, word: &str) -> Option<String> {
    let quotes = ["", "\"", "'"];
    let written = quotes.iter().map(|quote| format!("{quote}{word}{quote}"));
    let mut written = written.filter(|written| after.starts_with(written.as_str()));
    let found = written.next()?;
    let next = after[found.len()..].chars().next();
    let ends = next.is_none_or(|next| matches!(next, ' ' | '\t' | '\r' | '\n' | ':' | ',' | ']' | '}'));
    (ends && is_plain(word)).then_some(found)
}

/// Whether a word is the same in quotes and without.
fn is_plain(word: &str) -> bool {
    !word.is_empty() && !word.contains(['"', '\'', '\\', '\n', '#', ' ', ':', ',', '{', '}', '[', ']'])
}

/// The lines of a key and of what it holds, if they are lines of their own and others stay beside them.
fn removal(before: &str, after: &str, key: &str, start: usize) -> Option<Replacement> {
    written(after, key)?;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let indent = &before[line_start..];
    if !indent.bytes().all(|byte| byte == b' ') {
        return None;
    }
    let mut lines = after.split_inclusive('\n');
    let mut length = lines.next()?.len();
    let mut blank = 0;
    for line in lines {
        let text = line.trim_end();
        let depth = line.len() - line.trim_start_matches(' ').len();
        // Items of a list may stand under their key.
        let is_item = depth == indent.len() && (text[depth..] == *"-" || text[depth..].starts_with("- "));
        if !text.is_empty() && depth <= indent.len() && !is_item {
            break;
        }
        blank += line.len();
        if !text.is_empty() {
            length += std::mem::take(&mut blank);
        }
    }
    let end = start + length;
    let has_neighbour = neighbours(&before[..line_start], indent.len())
        || neighbours_after(after.get(length..).unwrap_or_default(), indent.len());
    has_neighbour.then(|| Replacement { start: start - indent.len(), end, text: String::new() })
}

/// Whether a key of the same mapping stands above.
fn neighbours(before: &str, indent: usize) -> bool {
    let depth = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let lines = before.lines().rev().filter(|line| !line.trim().is_empty() && !line.trim().starts_with('#'));
    let above = lines.map(depth).find(|depth| *depth <= indent);
    above == Some(indent)
}

/// Whether a key of the same mapping stands below.
fn neighbours_after(after: &str, indent: usize) -> bool {
    let mut lines = after.lines().filter(|line| !line.trim().is_empty() && !line.trim().starts_with('#'));
    lines.next().is_some_and(|line| {
        let text = line.trim_start_matches(' ');
        line.len() - text.len() == indent && !text.starts_with("---") && !text.starts_with("- ")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str, at: &str, edit: &Edit) -> Option<String> {
        let sources = Sources::new();
        let source = sources.add(Path::new("a.yaml"), text.to_owned()).unwrap();
        let (_, replacement) = replacement(source.origin(text.find(at).unwrap()), edit, &sources)?;
        replace(text, &[replacement])
    }

    fn rename(text: &str, was: &str, is: &str) -> Option<String> {
        let start = text.find(was)?;
        let at = if text[..start].ends_with(['"', '\'']) { &text[start - 1..] } else { &text[start..] };
        edited(text, at, &Edit::Rename { was: was.to_owned(), is: is.to_owned() })
    }

    #[test]
    fn other_words_stay_as_they_are_written() {
        let expected = "a: 1 # x\n'spec':   {b:  2}\n";
        assert_eq!(rename("a: 1 # x\n'specs':   {b:  2}\n", "specs", "spec").as_deref(), Some(expected));
        assert_eq!(rename("{specs: 1}", "specs", "spec").as_deref(), Some("{spec: 1}"));
        assert_eq!(rename("\"specs\": 1", "specs", "spec").as_deref(), Some("\"spec\": 1"));
        assert_eq!(rename("specsx: 1", "specs", "spec"), None);
    }

    #[test]
    fn quotes_come_and_go() {
        let quoted = edited("a: 8080 # p\n", "8080", &Edit::Quote("8080".to_owned()));
        assert_eq!(quoted.as_deref(), Some("a: \"8080\" # p\n"));
        let unquoted = edited("a: '80', b", "'80'", &Edit::Unquote("80".to_owned()));
        assert_eq!(unquoted.as_deref(), Some("a: 80, b"));
        assert_eq!(edited("a: !!str 80", "80", &Edit::Unquote("80".to_owned())), None);
    }

    #[test]
    fn a_key_goes_with_what_it_holds_and_nothing_else() {
        let remove = |text: &str| edited(text, "uid", &Edit::Remove("uid".to_owned()));
        let expected = Some("m:\n  a: 1\n  # kept\n  b: 2\n");
        assert_eq!(remove("m:\n  a: 1\n  uid: x\n  # kept\n  b: 2\n").as_deref(), expected);
        assert_eq!(remove("m:\n  a: 1\n  uid:\n    x:\n\n    - y\n  # kept\n  b: 2\n").as_deref(), expected);
        assert_eq!(remove("m:\n  a: 1\n  uid:\n  - y\n  - z\n  # kept\n  b: 2\n").as_deref(), expected);
        assert_eq!(remove("a: 1\nuid: 2").as_deref(), Some("a: 1\n"));
        assert_eq!(remove("uid: 2\n\nb: 1\n").as_deref(), Some("\nb: 1\n"));
        for alone in
            ["m:\n  uid: x\nb: 1\n", "m: {uid: x, a: 1}\n", "- uid: x\n  a: 1\n", "uid: x\n---\na: 1\n"]
        {
            assert_eq!(remove(alone), None, "{alone}");
        }
    }

    #[test]
    fn two_changes_of_one_place_are_none() {
        let at = |start, end, text: &str| Replacement { start, end, text: text.to_owned() };
        assert_eq!(replace("abc", &[at(1, 2, "x"), at(1, 2, "x")]).as_deref(), Some("axc"));
        assert_eq!(replace("abc", &[at(2, 3, "y"), at(0, 1, "x")]).as_deref(), Some("xby"));
        assert_eq!(replace("abc", &[at(0, 2, "x"), at(1, 3, "y")]), None);
    }
}
