//! Regular expressions as Go reads them.
//!
//! Go and the `regex` crate share RE2's ideas but not every letter: in Go `\d`, `\w`, `\s` and `\b` know ASCII only,
//! `\Q...\E` quotes, a brace that is no repetition is a brace, and a class in a class is a bracket. A pattern is
//! rewritten to mean here what it means there.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

use regex::Regex;

/// A pattern that must match a whole text, or some part of it. An empty pattern matches any text.
#[derive(Clone, Debug)]
pub enum Pattern<'s> {
    /// Matches anything.
    Any,
    /// Letters that stand for themselves, and dots that stand for one letter.
    Simple(&'s str),
    /// Letters that stand for themselves, anywhere in the text.
    Contains(&'s str),
    /// Anything else.
    Regex(Box<Regex>),
}

impl<'s> Pattern<'s> {
    /// Reads a pattern; the error is a text for people.
    pub fn anchored(pattern: &'s str) -> Result<Self, String> {
        if pattern.is_empty() {
            return Ok(Self::Any);
        }
        if pattern.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/:. ".contains(&byte)) {
            return Ok(Self::Simple(pattern));
        }
        compile(&format!("^(?:{pattern})$")).map(|regex| Self::Regex(Box::new(regex)))
    }

    /// Reads a pattern that may match anywhere; the error is a text for people.
    pub fn anywhere(pattern: &'s str) -> Result<Self, String> {
        if pattern.is_empty() {
            return Ok(Self::Any);
        }
        if pattern.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/: ".contains(&byte)) {
            return Ok(Self::Contains(pattern));
        }
        compile(pattern).map(|regex| Self::Regex(Box::new(regex)))
    }

    /// Whether the pattern matches.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Simple(pattern) if *pattern == text => true,
            Self::Simple(pattern) => pattern.contains('.') && matches_with_dots(pattern, text),
            Self::Contains(part) => text.contains(part),
            Self::Regex(regex) => regex.is_match(text),
        }
    }

    /// The only text that matches, if there is but one.
    pub fn literal(&self) -> Option<&'s str> {
        match self {
            Self::Simple(pattern) if !pattern.contains('.') => Some(pattern),
            _ => None,
        }
    }

    /// Whether the pattern is empty.
    pub fn is_any(&self) -> bool {
        matches!(self, Self::Any)
    }
}

fn matches_with_dots(pattern: &str, text: &str) -> bool {
    let mut letters = text.chars();
    pattern.chars().all(|wanted| {
        letters.next().is_some_and(|letter| if wanted == '.' { letter != '\n' } else { letter == wanted })
    }) && letters.next().is_none()
}

/// Compiles a pattern in Go's syntax, which matches anywhere in a text; the error is a text for people.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    Regex::new(&translate(pattern)).map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        // The last line says what is wrong, those before show the rewritten pattern.
        error => error.to_string().lines().last().unwrap_or_default().replace("error: ", ""),
    })
}

/// Rewrites Go's syntax to that of the `regex` crate.
fn translate(pattern: &str) -> String {
    let mut translator = Translator { rest: pattern.chars().peekable(), out: String::new() };
    while let Some(letter) = translator.rest.next() {
        match letter {
            '\\' => translator.escape(false),
            '[' => translator.class(),
            '{' if !starts_repetition(translator.rest.clone()) => translator.out.push_str("\\{"),
            _ => translator.out.push(letter),
        }
    }
    translator.out
}

struct Translator<'p> {
    rest: Peekable<Chars<'p>>,
    out: String,
}

impl Translator<'_> {
    /// What follows a backslash.
    fn escape(&mut self, in_class: bool) {
        let Some(letter) = self.rest.next() else {
            self.out.push('\\');
            return;
        };
        match letter {
            'd' => self.out.push_str("[0-9]"),
            'D' => self.out.push_str("[^0-9]"),
            'w' => self.out.push_str("[0-9A-Za-z_]"),
            'W' => self.out.push_str("[^0-9A-Za-z_]"),
            's' => self.out.push_str("[\\t\\n\\f\\r ]"),
            'S' => self.out.push_str("[^\\t\\n\\f\\r ]"),
            'b' if !in_class => self.out.push_str("(?-u:\\b)"),
            'Q' if !in_class => self.quoted(),
            '0'..='7' => self.octal(letter),
            _ if letter.is_ascii_punctuation() => self.literal(letter),
            _ => self.out.extend(['\\', letter]),
        }
    }

    fn literal(&mut self, letter: char) {
        if letter == '_' || letter == '<' || letter == '>' {
            self.out.push(letter);
        } else {
            self.out.extend(['\\', letter]);
        }
    }

    /// `\Q` up to `\E` or the end.
    fn quoted(&mut self) {
        while let Some(letter) = self.rest.next() {
            if letter == '\\' && self.rest.peek() == Some(&'E') {
                self.rest.next();
                return;
            }
            self.out.push_str(&regex::escape(letter.encode_utf8(&mut [0; 4])));
        }
    }

    /// `\012`; a single digit other than zero would be a back reference and stays an error.
    fn octal(&mut self, first: char) {
        let mut digits = String::from(first);
        while digits.len() < 3 {
            let Some(digit) = self.rest.next_if(|next| next.is_digit(8)) else { break };
            digits.push(digit);
        }
        match u32::from_str_radix(&digits, 8) {
            Ok(code) if first == '0' || digits.len() > 1 => {
                // Writing to a string cannot fail.
                let _ = write!(self.out, "\\x{{{code:x}}}");
            }
            _ => {
                self.out.push('\\');
                self.out.push_str(&digits);
            }
        }
    }

    /// A class, whose opening bracket was read.
    fn class(&mut self) {
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        if self.rest.next_if_eq(&']').is_some() {
            self.out.push_str("\\]");
        }
        while let Some(letter) = self.rest.next() {
            match letter {
                ']' => {
                    self.out.push(']');
                    return;
                }
                '\\' => self.escape(true),
                '[' if self.rest.peek() == Some(&':') => self.named_class(),
                '[' | '&' | '~' => self.out.extend(['\\', letter]),
                _ => self.out.push(letter),
            }
        }
    }

    /// `[:alpha:]` in a class.
    fn named_class(&mut self) {
        self.out.push('[');
        for letter in self.rest.by_ref() {
            self.out.push(letter);
            if letter == ']' {
                return;
            }
        }
    }
}

/// Whether what follows `{` makes it a repetition: `3}`, `3,}` or `3,5}`.
fn starts_repetition(mut rest: Peekable<Chars<'_>>) -> bool {
    let mut digits = 0;
    while rest.next_if(char::is_ascii_digit).is_some() {
        digits += 1;
    }
    if rest.next_if_eq(&',').is_some() {
        while rest.next_if(char::is_ascii_digit).is_some() {}
    }
    digits > 0 && rest.next() == Some('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::anchored(pattern).unwrap().matches(text)
    }

    #[test]
    fn whole_texts_are_matched() {
        assert!(matches("", "anything"));
        assert!(matches("app", "app"));
        assert!(!matches("app", "apple"));
        assert!(matches("networking.k8s.io", "networking.k8s.io"));
        assert!(matches("a.c", "aéc"));
        assert!(!matches("a.c", "a\nc"));
        assert!(!matches("a.c", "ac"));
        assert!(matches("app|web.*", "web-1"));
        assert!(!matches("app|web", "app-web"));
        assert!(matches("a)|(b", "b"));
    }

    #[test]
    fn parts_of_texts_are_matched() {
        let matches = |pattern, text| Pattern::anywhere(pattern).unwrap().matches(text);
        assert!(matches("app", "my-apps"));
        assert!(!matches("^app", "my-app"));
        assert!(matches("a.p", "my-app"));
        assert!(matches("", ""));
    }

    #[test]
    fn gos_letters_keep_their_meaning() {
        assert!(matches(r"\d+", "12"));
        assert!(!matches(r"\d+", "١٢"));
        assert!(!matches(r"\w+", "é"));
        assert!(matches(r"[\w.]+", "a.b"));
        assert!(matches(r"\Qa.b\E+", "a.bb"));
        assert!(!matches(r"\Qa.b\E", "axb"));
        assert!(matches(r"a{,5}", "a{,5}"));
        assert!(matches(r"a{2}", "aa"));
        assert!(matches(r"{{x}}", "{{x}}"));
        assert!(matches(r"[[a]+", "[a"));
        assert!(matches(r"[[:alpha:]]+", "abc"));
        assert!(matches(r"[a&&b]+", "&a"));
        assert!(matches(r"[]a]+", "a]"));
        assert!(matches(r"\<\_\/", "<_/"));
        assert!(matches(r"\x41\101", "AA"));
        assert!(matches(r"\ba\b", "a"));
    }

    #[test]
    fn errors_are_one_line() {
        for bad in ["a(", "[a", r"\1", r"\C"] {
            let error = Pattern::anchored(bad).unwrap_err();
            assert!(!error.is_empty() && !error.contains('\n'), "{bad}: {error}");
        }
    }
}
