//! The page under the pen, and which form a string takes on it.

use memchr::memchr_iter;

use super::shape::{Dialect, Shape};
use crate::yaml::scalar::{Typing, is_string};

/// Lines longer than this fold at the next single space.
const WIDTH: usize = 80;

const SPACES: &str = "                                                                ";

/// The output, and where its last line starts.
pub(super) struct Page<'o> {
    pub(super) out: &'o mut String,
    pub(super) line_start: usize,
    /// The column after which lines fold.
    pub(super) width: usize,
}

impl<'o> Page<'o> {
    /// A page that folds lines as kustomize's output does.
    pub(super) fn folding(out: &'o mut String) -> Self {
        let line_start = out.len();
        Self { out, line_start, width: WIDTH }
    }

    /// A page whose lines never fold.
    pub(super) fn wide(out: &'o mut String) -> Self {
        let line_start = out.len();
        Self { out, line_start, width: usize::MAX }
    }

    /// Whether a text can do without a fold. A column counts characters, of which there are never more than bytes.
    pub(super) fn fits(&self, text: &str) -> bool {
        !self.folds() || self.out.len() - self.line_start + text.len() <= self.width
    }

    /// Where lines never fold, nobody keeps the start of the last one.
    fn folds(&self) -> bool {
        self.width < usize::MAX
    }

    /// Characters since the start of the line.
    pub(super) fn column(&self) -> usize {
        if !self.folds() {
            return 0;
        }
        let line = &self.out[self.line_start..];
        if line.is_ascii() { line.len() } else { line.chars().count() }
    }

    /// Writes spaces up to an indentation at the start of a line.
    pub(super) fn indent(&mut self, indent: usize) {
        self.line_start = self.out.len();
        let mut left = indent;
        while left > SPACES.len() {
            self.out.push_str(SPACES);
            left -= SPACES.len();
        }
        self.out.push_str(&SPACES[..left]);
    }

    /// Ends the line and indents the next one.
    pub(super) fn break_line(&mut self, indent: usize) {
        self.out.push('\n');
        self.indent(indent);
    }
}

/// How a string is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is.
    Plain,
    /// In single quotes.
    SingleQuoted,
    /// In double quotes, with escapes.
    DoubleQuoted,
    /// As a literal block.
    Literal,
}

/// What a byte asks for. A text is a combination of its bytes' needs.
mod need {
    pub(super) const NOTHING: u8 = 0;
    /// `:` and `#`: indicators next to a blank.
    pub(super) const NEIGHBOURS: u8 = 1;
    pub(super) const NEWLINE: u8 = 2;
    /// Anything but printable ASCII.
    pub(super) const CARE: u8 = 4;
}

const NEEDS: [u8; 256] = {
    let mut needs = [need::CARE; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        needs[byte as usize] = need::NOTHING;
        byte += 1;
    }
    needs[b':' as usize] = need::NEIGHBOURS;
    needs[b'#' as usize] = need::NEIGHBOURS;
    needs[b'\n' as usize] = need::NEWLINE;
    needs
};

/// What the first byte of a text says about it.
mod start {
    /// It may be plain and is a string then.
    pub(super) const STRING: u8 = 0;
    /// It may be a number, a boolean, null or a date.
    pub(super) const TYPED: u8 = 1;
    /// It cannot be plain.
    pub(super) const INDICATOR: u8 = 2;
    /// It depends on what follows.
    pub(super) const LOOK: u8 = 4;
}

const STARTS: [u8; 256] = {
    let mut starts = [start::STRING; 256];
    let lists: [(&[u8], u8); 3] = [
        (b"0123456789+-.~nNtTfFyYoO", start::TYPED),
        (b" #,[]{}&*!|>'\"%@`", start::INDICATOR),
        (b"-?:.", start::LOOK),
    ];
    let mut list = 0;
    while list < lists.len() {
        let (bytes, flag) = lists[list];
        let mut index = 0;
        while index < bytes.len() {
            starts[bytes[index] as usize] |= flag;
            index += 1;
        }
        list += 1;
    }
    starts
};

/// Whether plain text is a string for every reader, judged by its first byte. "No" means "perhaps".
pub(super) fn is_surely_string(text: &str) -> bool {
    text.bytes().next().is_some_and(|first| STARTS[usize::from(first)] & start::TYPED == 0)
}

/// The form of a string as a value in block context.
pub(super) fn form_of_value(text: &str) -> Form {
    let needs = text.bytes().fold(0, |needs, byte| needs | NEEDS[usize::from(byte)]);
    if let (need::NOTHING, [first, ..]) = (needs, text.as_bytes())
        && STARTS[usize::from(*first)] == start::STRING
        && !text.ends_with(' ')
    {
        return Form::Plain;
    }
    if needs & need::CARE != 0 {
        return form_with_care(text);
    }
    if needs & need::NEWLINE != 0 {
        return if has_blank_line_ends(text) { Form::DoubleQuoted } else { Form::Literal };
    }
    if !is_plain_type(text) {
        return Form::DoubleQuoted;
    }
    let plain = !has_indicator(text) && (needs & need::NEIGHBOURS == 0 || !has_inner_indicator(text));
    if plain { Form::Plain } else { Form::SingleQuoted }
}

/// The form of a string as a key before a `:` on the same line, which cannot be a block. `None` if it is too long
/// or has line breaks, and so must stand behind a `?`.
pub(super) fn form_of_simple_key(text: &str) -> Option<Form> {
    const LONGEST: usize = 128;
    if text.len() > LONGEST {
        return None;
    }
    match form_of_value(text) {
        Form::Literal => None,
        Form::Plain => Some(Form::Plain),
        _ if Shape::of(text, Dialect::Legacy).multiline => None,
        form => Some(form),
    }
}

/// Whether plain text would be read as this string by go-yaml v2, and by readers that know numbers in base 60.
fn is_plain_type(text: &str) -> bool {
    is_surely_string(text) || is_string(text, Typing::Legacy) && !is_base_60(text)
}

fn form_with_care(text: &str) -> Form {
    let shape = Shape::of(text, Dialect::Legacy);
    if text.contains('\n') {
        return if shape.block { Form::Literal } else { Form::DoubleQuoted };
    }
    match is_plain_type(text) {
        true if shape.plain => Form::Plain,
        true if shape.single_quoted => Form::SingleQuoted,
        _ => Form::DoubleQuoted,
    }
}

/// Whether a line of printable ASCII ends in a space.
fn has_blank_line_ends(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.last() == Some(&b' ')
        || memchr_iter(b'\n', bytes).any(|newline| newline > 0 && bytes[newline - 1] == b' ')
}

/// Whether the edges of printable ASCII forbid plain style.
fn has_indicator(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    let start = STARTS[usize::from(*first)];
    let first_forbids = match first {
        _ if start & start::LOOK == 0 => start & start::INDICATOR != 0,
        b'.' => text.starts_with("..."),
        _ => matches!(bytes.get(1), None | Some(b' ')) || text.starts_with("---"),
    };
    first_forbids || *last == b' '
}

/// Whether printable ASCII has `: `, ` #` or a final `:`.
fn has_inner_indicator(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr_iter(b':', bytes).any(|colon| matches!(bytes.get(colon + 1), None | Some(b' ')))
        || memchr_iter(b'#', bytes).any(|hash| hash > 0 && bytes[hash - 1] == b' ')
}

/// Whether YAML 1.1 calls this a number in base 60, such as `1:30`.
fn is_base_60(text: &str) -> bool {
    if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-')) {
        return false;
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let mut places = whole.split(':');
    let first = places.next().unwrap_or_default();
    let sixtieth = |place: &str| match place.as_bytes() {
        [digit] => digit.is_ascii_digit(),
        [tens, digit] => (b'0'..=b'5').contains(tens) && digit.is_ascii_digit(),
        _ => false,
    };
    first.starts_with(|digit: char| digit.is_ascii_digit())
        && digits(first)
        && whole.contains(':')
        && places.all(sixtieth)
        && digits(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_60_is_recognised() {
        for text in ["1:30", "+1:30", "190:20:30.15", "1_0:5", "1:30.", "1:3"] {
            assert!(is_base_60(text), "{text}");
        }
        for text in ["1:60", "1:", "1", ":30", "1:300", "1:30.a", "_1:30", "1.5:30", "+:3", "a:30"] {
            assert!(!is_base_60(text), "{text}");
        }
    }

    #[test]
    fn quick_and_careful_choices_agree() {
        let pieces = ["a", ":", " ", "#", "-", "\n", "1", "'", "?", ".", "true", "---"];
        for first in pieces {
            for second in pieces {
                for third in pieces {
                    for fourth in pieces {
                        let text = [first, second, third, fourth].concat();
                        assert_eq!(form_of_value(&text), form_with_care(&text), "{text:?}");
                    }
                }
            }
        }
    }
}
