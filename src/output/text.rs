//! Messages as text for a terminal.
//!
//! ```text
//! error: unknown field `resorces`
//!  --> overlays/gke/kustomization.yaml:5:1
//!   |
//! 5 | resorces:
//!   | ^^^^^^^^
//!  ::: stackgen.yaml:3:14 included from here
//! object: apps/v1 StatefulSet monitoring/prometheus
//! hint: did you mean `resources`?
//! ```
//!
//! Written here and not taken from a library: a place is a point in a text that may be megabytes long and hold
//! anything, so what matters is to cut a window out of a long line and to show control characters harmlessly.
//! The drawing of many overlapping spans, which such libraries are for, has no use.

use std::fmt::Write;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::fs::git;
use crate::yaml::{Origin, Sources};

/// How much of a source line is shown, in characters.
const WINDOW: usize = 120;
/// How much of it stands before the place, when the line must be cut.
const BEFORE: usize = 60;

/// Writes messages.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// The texts that places point into.
    pub sources: &'a Sources,
    /// Paths below this folder are shown relative to it.
    pub directory: &'a Path,
    /// Whether to use colours.
    pub colour: bool,
}

/// What a piece of text is, which decides its colour.
#[derive(Clone, Copy)]
enum Part {
    Error,
    Warning,
    Frame,
    Label,
}

impl Text<'_> {
    /// All messages, an empty line between them.
    pub fn diagnostics(&self, diagnostics: &[Diagnostic]) -> String {
        let messages: Vec<String> =
            diagnostics.iter().map(|diagnostic| self.diagnostic(diagnostic)).collect();
        messages.join("\n")
    }

    /// One message, ending with a line end.
    pub fn diagnostic(&self, diagnostic: &Diagnostic) -> String {
        let mut text = String::new();
        let (part, name) = match diagnostic.severity {
            Severity::Error => (Part::Error, "error"),
            Severity::Warning => (Part::Warning, "warning"),
            Severity::Note => (Part::Label, "note"),
        };
        let rule = diagnostic.rule.map_or_else(String::new, |rule| format!("[{rule}]"));
        self.field(&mut text, part, &format!("{name}{rule}:"), &diagnostic.message);
        if let Some(place) = &diagnostic.place {
            self.place(&mut text, place, diagnostic.is_secret);
        }
        for (place, what) in &diagnostic.related {
            let arrow = self.paint(Part::Frame, " :::");
            line(&mut text, format_args!("{arrow} {} {}", self.position(place), visible(what)));
        }
        if let Some(object) = &diagnostic.object {
            self.field(&mut text, Part::Label, "object:", object);
        }
        for hint in &diagnostic.hints {
            self.field(&mut text, Part::Label, "hint:", hint);
        }
        text
    }

    fn field(&self, text: &mut String, part: Part, label: &str, value: &str) {
        let indent = " ".repeat(label.len() + 1);
        for (index, row) in value.lines().enumerate() {
            if index == 0 {
                line(text, format_args!("{} {}", self.paint(part, label), visible(row)));
            } else {
                line(text, format_args!("{indent}{}", visible(row)));
            }
        }
    }

    fn place(&self, text: &mut String, place: &Place, is_secret: bool) {
        line(text, format_args!("{} {}", self.paint(Part::Frame, " -->"), self.position(place)));
        if let Place::Origin(origin) = place
            && !is_secret
        {
            self.excerpt(text, *origin);
        }
    }

    fn position(&self, place: &Place) -> String {
        match place {
            Place::Path(path) => self.path(path),
            Place::Origin(origin) => self.sources.locate(*origin).map_or_else(String::new, |location| {
                format!("{}:{}:{}", self.path(&location.file), location.line, location.column)
            }),
        }
    }

    fn path(&self, path: &Path) -> String {
        visible(&git::shown(path, self.directory))
    }

    /// The line of the source, and a mark under the word that begins at the place.
    fn excerpt(&self, text: &mut String, origin: Origin) {
        let Some(location) = self.sources.locate(origin) else { return };
        let Some(source) = self.sources.line(origin) else { return };
        if self.sources.around_in_file(origin).is_some_and(|(before, after)| is_in_secret(before, after)) {
            return;
        }
        let width = self.sources.word(origin).map_or(1, |word| word.chars().count());
        let excerpt = Excerpt::new(source, location.column as usize - 1, width);
        let number = location.line.to_string();
        let gutter = " ".repeat(number.len());
        let bar = self.paint(Part::Frame, "|");
        let marks = format!("{}{}", " ".repeat(excerpt.indent), "^".repeat(excerpt.width));
        line(text, format_args!("{gutter} {bar}"));
        line(text, format_args!("{} {bar} {}", self.paint(Part::Frame, &number), excerpt.text));
        line(text, format_args!("{gutter} {bar} {}", self.paint(Part::Error, &marks)));
    }

    fn paint(&self, part: Part, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let code = match part {
            Part::Error => "1;31",
            Part::Warning => "1;33",
            Part::Frame => "1;34",
            Part::Label => "1;36",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// A part of a source line, made harmless, with where the mark goes.
struct Excerpt {
    text: String,
    indent: usize,
    width: usize,
}

impl Excerpt {
    fn new(source: &str, column: usize, length: usize) -> Self {
        let characters: Vec<char> = source.trim_end().chars().collect();
        let (start, end) = window(characters.len(), column);
        let mut text = if start > 0 { "...".to_owned() } else { String::new() };
        let (mut indent, mut width) = (None, 0);
        for (index, character) in characters[start..end].iter().enumerate() {
            if start + index == column {
                indent = Some(text.chars().count());
                width = length.min(end - column);
            }
            text.push_str(&shown(*character));
        }
        let indent = indent.unwrap_or_else(|| text.chars().count());
        if end < characters.len() {
            text.push_str("...");
        }
        Self { text, indent, width: width.max(1) }
    }
}

/// Which characters of a line of `length` to show around `column`.
fn window(length: usize, column: usize) -> (usize, usize) {
    if length <= WINDOW {
        return (0, length);
    }
    let start = column.saturating_sub(BEFORE).min(length - WINDOW);
    (start, start + WINDOW)
}

/// How a Secret says what it is.
static KIND: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\bkind["']?\s*:\s*["']?Secret(List)?\b"#).ok());

/// Whether a text may hold secret values somewhere.
pub fn may_hold_secrets(text: &str) -> bool {
    text.contains("secretGenerator") || KIND.as_ref().is_none_or(|kind| kind.is_match(text))
}

/// Whether a place is where secret values stand: in a document that has to do with a Secret, or in a generator of
/// Secrets. Rather no line too often than a password in a log.
fn is_in_secret(before: &str, after: &str) -> bool {
    let starts = before.rfind("\n---").unwrap_or(0);
    let ends = after.find("\n---").unwrap_or(after.len());
    let document = [&before[starts..], &after[..ends]].concat();
    let is_key = |line: &&str| !line.starts_with([' ', '-', '#', '\r', '\n']) && !line.is_empty();
    let rest_of_line = after.lines().next().unwrap_or_default();
    let own = [before.rsplit('\n').next().unwrap_or_default(), rest_of_line].concat();
    let key = [own.as_str()].into_iter().chain(before.lines().rev().skip(1)).find(is_key);
    key.is_some_and(|key| key.trim_start_matches(['"', '\'', '{']).starts_with("secretGenerator"))
        || KIND.as_ref().is_none_or(|kind| kind.is_match(&document))
}

/// The text without anything that a terminal would obey.
fn visible(text: &str) -> String {
    text.chars().map(shown).collect()
}

fn shown(character: char) -> String {
    match character {
        '\t' => " ".to_owned(),
        // Marks that change the direction of writing can make a line look like another one.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => character.escape_unicode().to_string(),
        _ if character.is_control() => character.escape_default().to_string(),
        _ => character.to_string(),
    }
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{arguments}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_for(file: &str, offset: usize, make: impl FnOnce(Origin) -> Diagnostic) -> String {
        let sources = Sources::new();
        let source = sources.add(Path::new("/work/base/a.yaml"), file.to_owned()).unwrap();
        let writer = Text { sources: &sources, directory: Path::new("/work"), colour: false };
        writer.diagnostic(&make(source.origin(offset)))
    }

    #[test]
    fn shows_place_line_object_and_hints() {
        let shown = shown_for("kind: A\nresorces:\n- b\n", 8, |origin| {
            Diagnostic::error("unknown field `resorces`")
                .at(origin)
                .object("v1 ConfigMap a")
                .related(origin, "included from here")
                .hint("did you mean `resources`?")
                .hint("or\ntwo lines")
        });
        let expected = "\
error: unknown field `resorces`
 --> base/a.yaml:2:1
  |
2 | resorces:
  | ^^^^^^^^
 ::: base/a.yaml:2:1 included from here
object: v1 ConfigMap a
hint: did you mean `resources`?
hint: or
      two lines
";
        assert_eq!(shown, expected);
    }

    #[test]
    fn lines_beside_secret_values_are_not_shown() {
        let is_shown = |file: &str| {
            let offset = file.find("hunter2").unwrap();
            let shown = shown_for(file, offset, |origin| Diagnostic::error("x").at(origin));
            assert!(shown.starts_with("error: x\n --> base/a.yaml:"), "{shown}");
            shown.contains("hunter2")
        };
        for secret in [
            "kind: Secret\nstringData:\n  a: hunter2\n",
            "stringData: {a: hunter2}\nkind: \"Secret\"\n",
            "{\"stringData\":{\"a\":\"hunter2\"},\"kind\":\"Secret\"}",
            "kind: A\n---\nkind:   SecretList\nitems:\n- a: hunter2\n---\nkind: B\n",
            "resources: []\nsecretGenerator:\n- name: a\n  literals:\n  - hunter2\n",
            "secretGenerator: [{literals: [hunter2]}]\n",
        ] {
            assert!(!is_shown(secret), "{secret}");
        }
        for open in [
            "kind: SecretStore\na: hunter2\n",
            "kind: Secret\n---\nkind: ConfigMap\na: hunter2\n",
            "secretGenerator:\n- name: a\nresources:\n- hunter2\n",
        ] {
            assert!(is_shown(open), "{open}");
        }
    }

    #[test]
    fn a_path_alone_has_no_excerpt() {
        let sources = Sources::new();
        let writer = Text { sources: &sources, directory: Path::new("/work"), colour: false };
        let shown = writer.diagnostic(&Diagnostic::warning("it is empty").in_path("/work/base"));
        assert_eq!(shown, "warning: it is empty\n --> base\n");
        let here = writer.diagnostic(&Diagnostic::error("no kustomization file").in_path("/work"));
        assert_eq!(here, "error: no kustomization file\n --> .\n");
    }

    #[test]
    fn marks_quoted_words_and_the_end_of_a_line() {
        let quoted = shown_for("a: \"b c\" # d\n", 3, |origin| Diagnostic::error("x").at(origin));
        assert!(quoted.ends_with("1 | a: \"b c\" # d\n  |    ^^^^^\n"), "{quoted}");
        let end = shown_for("a:\n", 2, |origin| Diagnostic::error("x").at(origin));
        assert!(end.ends_with("1 | a:\n  |   ^\n"), "{end}");
    }

    #[test]
    fn cuts_a_window_out_of_a_long_line() {
        let file = format!("{}HERE {}", "x ".repeat(5_000), "y".repeat(1_000_000));
        let shown = shown_for(&file, 10_000, |origin| Diagnostic::error("long").at(origin));
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines[3].starts_with("1 | ...x ") && lines[3].ends_with("y..."), "{}", lines[3]);
        assert!(lines[3].len() < 140);
        assert_eq!(lines[3].find("HERE"), lines[4].find("^^^^"));
    }

    #[test]
    fn shows_control_characters_without_sending_them() {
        let shown =
            shown_for("a: \u{1b}[2J\u{202e}b\n", 0, |origin| Diagnostic::error("bad \u{7} name").at(origin));
        assert!(shown.contains("bad \\u{7} name") && shown.contains("\\u{1b}[2J\\u{202e}b"), "{shown}");
    }

    #[test]
    fn colours_are_off_unless_asked_for() {
        let sources = Sources::new();
        let writer = Text { sources: &sources, directory: Path::new(""), colour: true };
        assert_eq!(writer.diagnostic(&Diagnostic::error("x")), "\u{1b}[1;31merror:\u{1b}[0m x\n");
    }
}
