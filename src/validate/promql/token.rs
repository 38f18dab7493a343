//! The tokens of PromQL, with their places.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A metric, a label, a function, a keyword.
    Name,
    /// A number or a duration.
    Number,
    /// A string with its quotes.
    Text,
    /// A string that never ends.
    OpenText,
    /// Brackets, commas, operators.
    Sign,
}

/// A piece of an expression.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'t> {
    pub(crate) kind: Kind,
    pub(crate) text: &'t str,
    /// Its first byte.
    pub(crate) start: usize,
}

impl Token<'_> {
    /// The byte behind it.
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

const SIGNS_OF_TWO: [&str; 8] = ["=~", "!~", "==", "!=", "<=", ">=", "|=", "|~"];

/// All tokens; blanks and comments are left out.
pub(crate) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let (mut at, mut is_in_range) = (0, false);
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        if first == '#' {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        let (kind, length) = token(first, rest, is_in_range);
        is_in_range = match first {
            '[' => true,
            ']' => false,
            _ => is_in_range,
        };
        found.push(Token { kind, text: &rest[..length], start: at });
        at += length;
    }
    found
}

fn token(first: char, rest: &str, is_in_range: bool) -> (Kind, usize) {
    let while_is = |is: fn(char) -> bool| rest.find(|other| !is(other)).unwrap_or(rest.len());
    let second = rest[first.len_utf8()..].chars().next();
    match first {
        '"' | '\'' | '`' => string(first, rest),
        '0'..='9' => (Kind::Number, number(rest)),
        '.' if second.is_some_and(|second| second.is_ascii_digit()) => (Kind::Number, number(rest)),
        ':' if is_in_range => (Kind::Sign, 1),
        _ if first.is_ascii_alphabetic() || matches!(first, '_' | ':') => {
            (Kind::Name, while_is(|other| other.is_ascii_alphanumeric() || matches!(other, '_' | ':')))
        }
        _ if SIGNS_OF_TWO.iter().any(|sign| rest.starts_with(sign)) => (Kind::Sign, 2),
        _ => (Kind::Sign, first.len_utf8()),
    }
}

fn string(quote: char, rest: &str) -> (Kind, usize) {
    let mut is_escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        if character == quote && !is_escaped {
            return (Kind::Text, at + 1);
        }
        is_escaped = character == '\\' && !is_escaped && quote != '`';
    }
    (Kind::OpenText, rest.len())
}

/// A number, with its exponent, or a duration.
fn number(rest: &str) -> usize {
    let is_hex = rest.starts_with("0x") || rest.starts_with("0X");
    let mut before = ' ';
    for (at, character) in rest.char_indices() {
        let is_sign = matches!(character, '+' | '-') && matches!(before, 'e' | 'E') && !is_hex;
        if !(character.is_ascii_alphanumeric() || matches!(character, '.' | '_') || is_sign) {
            return at;
        }
        before = character;
    }
    rest.len()
}

/// The milliseconds of a duration as Prometheus writes it: `1h30m`, each unit once, the largest first.
pub(crate) fn duration(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 7] = [
        ("y", 365 * 86_400_000),
        ("w", 7 * 86_400_000),
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1000),
        ("ms", 1),
    ];
    if text == "0" {
        return Some(0);
    }
    let (mut rest, mut total, mut next) = (text, 0_u64, 0);
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit())?;
        let count: u64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].find(|character: char| character.is_ascii_digit());
        let (name, behind) = rest[digits..].split_at(unit.unwrap_or(rest.len() - digits));
        let index = UNITS.iter().position(|(unit, _)| *unit == name).filter(|index| *index >= next)?;
        total = total.checked_add(count.checked_mul(UNITS[index].1)?)?;
        (rest, next) = (behind, index + 1);
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_prometheus_reads_them() {
        let rows = [("5m", 300_000), ("1h30m", 5_400_000), ("100ms", 100), ("0", 0), ("1d", 86_400_000)];
        for (text, milliseconds) in rows {
            assert_eq!(duration(text), Some(milliseconds), "{text}");
        }
        for text in ["", "5", "30 sec", "5min", "30m1h", "1m1m", "-5m", "1.5h", "m"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
