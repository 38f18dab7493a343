//! The texts of a run, and where in them a value came from.
//!
//! [`Sources`] keeps every file that was read, and every string made on the way, until the run ends. Nodes
//! borrow from it, so they are cheap to make, copy and drop. An [`Origin`] is one number: an offset in the
//! concatenation of all texts; the file, line and column are worked out only when somebody asks.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use bumpalo_herd::Herd;
use elsa::sync::{FrozenMap, FrozenVec};

/// Where a value came from: a byte in one of the texts of a [`Sources`], or nowhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Origin(u32);

impl Origin {
    /// The origin of a value that no text holds.
    pub const NONE: Self = Self(0);

    /// Whether there is a text to show.
    pub fn is_some(self) -> bool {
        self != Self::NONE
    }

    /// The origin as a number.
    pub(super) fn number(self) -> u32 {
        self.0
    }

    /// The origin that [`Origin::number`] gave.
    pub(super) fn numbered(number: u32) -> Self {
        Self(number)
    }

    /// This origin, or `other` where there is none.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self.is_some() { self } else { other }
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "@{}", self.0)
    }
}

/// A place for people: file, line and column, counted from one, the column in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file as it was named when it was added.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}", self.file.display(), self.line, self.column)
    }
}

/// One text of a [`Sources`], with its first origin.
#[derive(Clone, Copy, Debug)]
pub struct Source<'s> {
    /// The whole text.
    pub text: &'s str,
    base: u32,
}

impl Source<'_> {
    /// The origin of the byte at `offset`.
    pub fn origin(&self, offset: usize) -> Origin {
        u32::try_from(offset)
            .ok()
            .and_then(|offset| self.base.checked_add(offset))
            .map_or(Origin::NONE, Origin)
    }

    /// The byte that has this origin, if it is one of this text.
    pub fn offset(&self, origin: Origin) -> Option<usize> {
        let offset = origin.0.checked_sub(self.base)? as usize;
        (origin.is_some() && offset <= self.text.len()).then_some(offset)
    }
}

struct File {
    path: PathBuf,
    text: Box<str>,
    /// Where its lines begin, once somebody has asked for a line.
    lines: OnceLock<Vec<u32>>,
    base: u32,
    /// For text that stands inside another file: where it stands there.
    inside: Origin,
    /// Whether it is an expression, whose words are not YAML's.
    is_expression: bool,
}

impl File {
    fn holds(&self, origin: Origin) -> bool {
        let offset = origin.0.checked_sub(self.base);
        origin.is_some() && offset.is_some_and(|offset| offset as usize <= self.text.len())
    }

    /// Where lines begin: one line is found again and again when many messages are shown.
    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let ends = memchr::memchr_iter(b'\n', self.text.as_bytes());
            let next = |end: usize| u32::try_from(end + 1).ok();
            std::iter::once(0).chain(ends.filter_map(next)).collect()
        })
    }
}

/// More text was added than origins can count.
#[derive(Debug, thiserror::Error)]
#[error("the input is too large: more than 4 GiB of text in one run")]
pub struct TooLarge;

/// Every text of a run. Grows, never shrinks; what was lent out stays valid until it is dropped.
#[derive(Default)]
pub struct Sources {
    files: FrozenVec<Box<File>>,
    strings: Herd,
    next_base: Mutex<u32>,
    json_comments: AtomicBool,
    /// For texts that were made: what each of their lines came from, by their paths.
    leads: FrozenMap<PathBuf, Box<[Origin]>>,
}

impl Sources {
    /// No texts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file's text. `path` is what messages will show.
    pub fn add(&self, path: &Path, text: String) -> Result<Source<'_>, TooLarge> {
        self.add_text(path, text, Origin::NONE, false)
    }

    /// Adds the value of a scalar that is to be read as a text of its own. Its lines are found again in the file
    /// that holds the scalar, at `origin`.
    pub fn add_embedded(&self, origin: Origin, text: String) -> Result<Source<'_>, TooLarge> {
        let path = self.file(origin).map_or_else(PathBuf::new, |file| file.path.clone());
        self.add_text(&path, text, origin, false)
    }

    /// Adds the value of a scalar that is an expression, such as a query.
    pub fn add_expression(&self, origin: Origin, text: String) -> Result<Source<'_>, TooLarge> {
        let path = self.file(origin).map_or_else(PathBuf::new, |file| file.path.clone());
        self.add_text(&path, text, origin, true)
    }

    fn add_text(
        &self,
        path: &Path,
        text: String,
        inside: Origin,
        is_expression: bool,
    ) -> Result<Source<'_>, TooLarge> {
        if has_json_comment(&text) {
            self.json_comments.store(true, Ordering::Relaxed);
        }
        let mut next_base = self.next_base.lock().unwrap_or_else(PoisonError::into_inner);
        // Offset 0 means "nowhere", and the end of a text is a place too: hence the gap of one.
        let base = next_base.checked_add(1).ok_or(TooLarge)?;
        let length = u32::try_from(text.len()).map_err(|_| TooLarge)?;
        *next_base = base.checked_add(length).ok_or(TooLarge)?;
        let file = self.files.push_get(Box::new(File {
            path: path.to_owned(),
            text: text.into_boxed_str(),
            lines: OnceLock::new(),
            base,
            inside,
            is_expression,
        }));
        Ok(Source { text: &file.text, base })
    }

    /// Keeps a string made on the way, so that nodes can borrow it.
    pub fn keep(&self, text: &str) -> &str {
        self.strings.get().alloc_str(text)
    }

    /// Says what the lines of a text came from that was made and that nobody can open; nothing for a line that came
    /// from nowhere else. Places in it are then those.
    pub fn lead(&self, path: &Path, lines: Vec<Origin>) {
        self.leads.insert(path.to_owned(), lines.into_boxed_slice());
    }

    /// File, line and column of an origin.
    pub fn locate(&self, origin: Origin) -> Option<Location> {
        self.position(self.outermost(origin))
    }

    /// The place in a file for a place in text that stands inside it. Where what is written is not what is meant, as
    /// with base64, it is where the scalar begins.
    fn outermost(&self, origin: Origin) -> Origin {
        let Some(file) = self.file(origin) else { return origin };
        if !file.inside.is_some() {
            return self.behind(file, origin).unwrap_or(origin);
        }
        let in_file = self.line_of_block(file, origin).or_else(|| self.in_flow(file, origin));
        self.outermost(in_file.unwrap_or(file.inside))
    }

    /// The place that a line of a text which was made came from.
    fn behind(&self, file: &File, origin: Origin) -> Option<Origin> {
        let lines = self.leads.get(&file.path)?;
        let line = file.lines().partition_point(|start| *start <= origin.0 - file.base);
        lines.get(line.checked_sub(1)?).copied().filter(|behind| behind.is_some())
    }

    /// The place in a scalar whose line ends mean blanks: plain, quoted or folded.
    fn in_flow(&self, inner: &File, origin: Origin) -> Option<Origin> {
        let outer = self.file(inner.inside)?;
        let written = outer.text.get((inner.inside.0 - outer.base) as usize..)?;
        let before = inner.text.get(..(origin.0 - inner.base) as usize)?;
        let offset = u32::try_from(offset_in_written(written, before)?).ok()?;
        Some(Origin(inner.inside.0 + offset))
    }

    fn line_of_block(&self, inner: &File, origin: Origin) -> Option<Origin> {
        let outer = self.file(inner.inside)?;
        let header = (inner.inside.0 - outer.base) as usize;
        let content = outer.text.get(header..).filter(|text| text.starts_with('|'))?;
        let before = inner.text.get(..(origin.0 - inner.base) as usize)?;
        let line = before.matches('\n').count();
        let column = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1);
        let mut lines = content.split_inclusive('\n').skip(1);
        let first = lines.clone().find(|line| !line.trim().is_empty())?;
        let indent = first.len() - first.trim_start_matches(' ').len();
        let skipped: usize = lines.by_ref().take(line).map(str::len).sum();
        let start = content.find('\n')? + 1 + skipped;
        let offset = header + (start + indent + column).min(content.len());
        u32::try_from(offset).ok().map(|offset| Origin(outer.base + offset))
    }

    fn position(&self, origin: Origin) -> Option<Location> {
        let file = self.file(origin)?;
        let offset = origin.0 - file.base;
        let lines = file.lines();
        let line = lines.partition_point(|start| *start <= offset);
        let before = file.text.get(*lines.get(line.checked_sub(1)?)? as usize..offset as usize)?;
        Some(Location {
            file: file.path.clone(),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX),
        })
    }

    /// The file of an origin, and how many bytes into it: equal for two readings of one file.
    pub fn offset(&self, origin: Origin) -> Option<(&Path, usize)> {
        let origin = self.outermost(origin);
        let file = self.file(origin)?;
        Some((&file.path, (origin.0 - file.base) as usize))
    }

    /// The line of text that holds an origin, without its line end.
    pub fn line(&self, origin: Origin) -> Option<&str> {
        let origin = self.outermost(origin);
        let file = self.file(origin)?;
        let offset = (origin.0 - file.base) as usize;
        let start =
            memchr::memrchr(b'\n', file.text.get(..offset)?.as_bytes()).map_or(0, |newline| newline + 1);
        let rest = &file.text[start..];
        Some(rest.lines().next().unwrap_or_default())
    }

    /// The word, key or quoted string that begins at an origin, as far as it goes on its line.
    pub fn word(&self, origin: Origin) -> Option<&str> {
        let rest = self.text_at(self.outermost(origin))?;
        let line = rest.lines().next()?;
        let is_expression = self.file(origin).is_some_and(|file| file.is_expression);
        Some(&line[..if is_expression { length_in_expression(line) } else { word_length(line) }])
    }

    /// All files that were added, in that order; text that stands inside a file is no file.
    pub fn files(&self) -> impl Iterator<Item = (&Path, Source<'_>)> {
        let files = (0..self.files.len()).filter_map(|index| self.files.get(index));
        files
            .filter(|file| !file.inside.is_some())
            .map(|file| (file.path.as_path(), Source { text: &file.text, base: file.base }))
    }

    /// The text from an origin to the end of what was added with it.
    pub fn text_at(&self, origin: Origin) -> Option<&str> {
        let file = self.file(origin)?;
        file.text.get((origin.0 - file.base) as usize..)
    }

    /// The text that holds an origin. `near` is the number of one that is looked at first, with the one behind it; then
    /// it is the number of the text that was found.
    pub(super) fn source(&self, origin: Origin, near: &mut usize) -> Option<Source<'_>> {
        let is_in = |number: &usize| self.files.get(*number).is_some_and(|file| file.holds(origin));
        *near = match [*near, *near + 1].into_iter().find(is_in) {
            Some(number) => number,
            None => self.number(origin)?,
        };
        self.files.get(*near).map(|file| Source { text: &file.text, base: file.base })
    }

    /// Whether some text may have a comment that is a JSON object.
    pub fn have_json_comments(&self) -> bool {
        self.json_comments.load(Ordering::Relaxed)
    }

    /// The same of the file that holds the origin in the end, if that stands in text inside a file.
    pub fn around_in_file(&self, origin: Origin) -> Option<(&str, &str)> {
        self.around(self.outermost(origin))
    }

    /// The text before an origin and the text from there on.
    pub fn around(&self, origin: Origin) -> Option<(&str, &str)> {
        let file = self.file(origin)?;
        file.text.split_at_checked((origin.0 - file.base) as usize)
    }

    fn file(&self, origin: Origin) -> Option<&File> {
        self.files.get(self.number(origin)?)
    }

    /// The number of the file that holds an origin.
    fn number(&self, origin: Origin) -> Option<usize> {
        // Files are pushed under the lock that hands out bases, so they lie in order.
        let (mut low, mut high) = (0, self.files.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.files.get(middle)?.base <= origin.0 {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let number = low.checked_sub(1)?;
        self.files.get(number)?.holds(origin).then_some(number)
    }
}

/// Where in a scalar as it is written the text goes on whose value begins with `before`. None if the two part.
fn offset_in_written(written: &str, before: &str) -> Option<usize> {
    let quote = written.chars().next().filter(|first| matches!(first, '"' | '\''));
    let blanks = |at: usize| written[at..].len() - written[at..].trim_start().len();
    let mut at = match written.chars().next()? {
        '>' => written.find('\n')? + 1,
        '"' | '\'' => 1,
        _ => 0,
    };
    at += blanks(at);
    let mut is_blank = true;
    for character in before.chars() {
        let rest = &written[at..];
        let was_blank = std::mem::replace(&mut is_blank, character.is_whitespace());
        match (quote, character) {
            _ if is_blank && was_blank => {}
            (Some('"'), '\n' | '\t') if rest.starts_with('\\') => at += 2,
            _ if is_blank => at += blanks(at),
            (Some('"'), '"' | '\\') if rest.starts_with('\\') => at += 2,
            (Some('\''), '\'') if rest.starts_with("''") => at += 2,
            _ if rest.starts_with(character) => at += character.len_utf8(),
            _ => return None,
        }
    }
    Some(at)
}

/// How many bytes the name, number, string or sign has that the rest of an expression begins with.
fn length_in_expression(line: &str) -> usize {
    let is_word = |other: char| other.is_alphanumeric() || matches!(other, '_' | ':' | '.');
    match line.chars().next() {
        Some('"' | '\'') => word_length(line),
        Some(first) if is_word(first) => line.find(|other| !is_word(other)).unwrap_or(line.len()),
        first => first.map_or(0, char::len_utf8),
    }
}

/// How many bytes the word, key or quoted string has that a line begins with.
fn word_length(line: &str) -> usize {
    if let Some(quote @ ('"' | '\'')) = line.chars().next() {
        let is_end = |at: usize| !(quote == '"' && line.as_bytes()[at - 1] == b'\\');
        let end = line.match_indices(quote).skip(1).map(|(at, _)| at).find(|at| is_end(*at));
        return end.map_or(line.len(), |end| end + 1);
    }
    let ends = [": ", " #", ", "].into_iter().filter_map(|end| line.find(end));
    let line = &line[..ends.min().unwrap_or(line.len())];
    line.trim_end().trim_end_matches([':', ',', ']', '}']).len()
}

/// Whether a `#` and perhaps some blanks stand before a `{`.
fn has_json_comment(text: &str) -> bool {
    let starts = |at: usize| at == 0 || text.as_bytes()[at - 1] != b'#';
    memchr::memchr_iter(b'#', text.as_bytes())
        .filter(|at| starts(*at))
        .any(|at| text[at..].trim_start_matches('#').trim_start_matches([' ', '\t']).starts_with('{'))
}

impl fmt::Debug for Sources {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Sources({} files)", self.files.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locates_bytes_in_the_right_file_and_counts_characters() {
        let sources = Sources::new();
        let first = sources.add(Path::new("a.yaml"), "x: 1\n".to_owned()).unwrap();
        let second = sources.add(Path::new("b.yaml"), "é: 1\nä y\n".to_owned()).unwrap();
        assert_eq!(sources.locate(first.origin(5)).unwrap().to_string(), "a.yaml:2:1");
        assert_eq!(sources.locate(second.origin(9)).unwrap().to_string(), "b.yaml:2:3");
        assert_eq!(sources.line(second.origin(9)), Some("ä y"));
        assert_eq!(sources.locate(Origin::NONE), None);
    }

    #[test]
    fn finds_lines_of_embedded_text_in_the_file_around_it() {
        let sources = Sources::new();
        let file =
            sources.add(Path::new("k.yaml"), "patch: |-\n  a: 1\n  b:\n    c: 2\nx: y\n".to_owned()).unwrap();
        let patch = sources.add_embedded(file.origin(7), "a: 1\nb:\n  c: 2".to_owned()).unwrap();
        assert_eq!(sources.locate(patch.origin(13)).unwrap().to_string(), "k.yaml:4:8");
        assert_eq!(sources.line(patch.origin(13)), Some("    c: 2"));
        let quoted = sources.add_embedded(file.origin(34), "y".to_owned()).unwrap();
        assert_eq!(sources.locate(quoted.origin(0)), sources.locate(file.origin(34)));
    }

    #[test]
    fn what_was_made_is_where_it_came_from() {
        let sources = Sources::new();
        let settings = sources.add(Path::new("settings.yaml"), "replicas: 3\n".to_owned()).unwrap();
        let made =
            sources.add(Path::new("made.yaml"), "a: |\n  spec:\n    replicas: 3\n".to_owned()).unwrap();
        let patch = sources.add_embedded(made.origin(3), "spec:\n  replicas: 3\n".to_owned()).unwrap();
        sources.lead(Path::new("made.yaml"), vec![Origin::NONE, Origin::NONE, settings.origin(10)]);
        assert_eq!(sources.locate(patch.origin(18)).unwrap().to_string(), "settings.yaml:1:11");
        assert_eq!(sources.word(patch.origin(18)), Some("3"));
        assert_eq!(sources.locate(patch.origin(0)).unwrap().to_string(), "made.yaml:2:3");
    }

    #[test]
    fn finds_places_of_an_expression_however_it_is_written() {
        let value = "sum(a{b=\"c\"}) > up";
        let written = [
            "expr: sum(a{b=\"c\"}) > up\n",
            "expr: \"sum(a{b=\\\"c\\\"}) > up\"\n",
            "expr: 'sum(a{b=\"c\"}) > up'\n",
            "expr: >-\n  sum(a{b=\"c\"})\n  > up\n",
            "expr: sum(a{b=\"c\"})\n  > up\n",
            "expr: |\n  sum(a{b=\"c\"}) > up\n",
        ];
        for text in written {
            let sources = Sources::new();
            let file = sources.add(Path::new("r.yaml"), text.to_owned()).unwrap();
            let expression = sources.add_expression(file.origin(6), value.to_owned()).unwrap();
            assert_eq!(sources.word(expression.origin(value.find("up").unwrap())), Some("up"), "{text}");
            assert_eq!(sources.word(expression.origin(4)), Some("a"), "{text}");
        }
    }

    #[test]
    fn what_is_written_as_something_else_is_where_it_begins() {
        let sources = Sources::new();
        let file = sources.add(Path::new("s.yaml"), "data: YTogMQo=\n".to_owned()).unwrap();
        let decoded = sources.add_embedded(file.origin(6), "a: 1\n".to_owned()).unwrap();
        assert_eq!(sources.locate(decoded.origin(3)).unwrap().to_string(), "s.yaml:1:7");
    }
}
