//! Selectors over labels and annotations, as the Kubernetes API reads them: `app=web,tier in (a, b),!canary`.

use crate::resource::Resource;
use crate::yaml::{Mapping, Node};

/// What all must hold. No requirement: anything matches.
#[derive(Clone, Debug, Default)]
pub struct LabelSelector<'s> {
    requirements: Vec<Requirement<'s>>,
}

#[derive(Clone, Debug)]
struct Requirement<'s> {
    key: &'s str,
    condition: Condition<'s>,
}

#[derive(Clone, Debug)]
enum Condition<'s> {
    Exists,
    Missing,
    In(Vec<&'s str>),
    NotIn(Vec<&'s str>),
    Above(i64),
    Below(i64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'s> {
    End,
    Close,
    Open,
    Comma,
    Not,
    Equals,
    NotEquals,
    Above,
    Below,
    In,
    NotIn,
    Word(&'s str),
    Bad(&'s str),
}

impl<'s> LabelSelector<'s> {
    /// Reads a selector; the error is a text for people.
    pub fn parse(text: &'s str) -> Result<Self, String> {
        let mut parser = Parser { tokens: tokens(text), position: 0 };
        let mut requirements = Vec::new();
        while parser.peek() != Token::End {
            requirements.push(parser.requirement()?);
            match parser.next() {
                Token::End => break,
                Token::Comma if parser.peek() != Token::End => {}
                Token::Comma => return Err("a requirement must follow the last `,`".to_owned()),
                token => return Err(format!("expected `,` or the end, found {token}")),
            }
        }
        Ok(Self { requirements })
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// Whether the object's labels match.
    pub fn matches_labels(&self, resource: &Resource<'_>) -> bool {
        self.is_empty() || resource.node.look(|node| self.matches(node.at(&["metadata", "labels"])))
    }

    /// Whether the object's annotations match.
    pub fn matches_annotations(&self, resource: &Resource<'_>) -> bool {
        self.is_empty() || resource.node.look(|node| self.matches(node.at(&["metadata", "annotations"])))
    }

    fn matches(&self, labels: Option<&Node<'_>>) -> bool {
        let labels = labels.and_then(Node::as_mapping);
        self.requirements.iter().all(|requirement| requirement.matches(labels))
    }
}

impl Requirement<'_> {
    fn matches(&self, labels: Option<&Mapping<'_>>) -> bool {
        let value =
            labels.and_then(|labels| labels.get(self.key)).map(|value| value.text().unwrap_or_default());
        let number = || value.and_then(|value| value.parse::<i64>().ok());
        match &self.condition {
            Condition::Exists => value.is_some(),
            Condition::Missing => value.is_none(),
            Condition::In(values) => value.is_some_and(|value| values.contains(&value)),
            Condition::NotIn(values) => value.is_none_or(|value| !values.contains(&value)),
            Condition::Above(limit) => number().is_some_and(|number| number > *limit),
            Condition::Below(limit) => number().is_some_and(|number| number < *limit),
        }
    }
}

struct Parser<'s> {
    tokens: Vec<Token<'s>>,
    position: usize,
}

impl<'s> Parser<'s> {
    fn peek(&self) -> Token<'s> {
        self.tokens.get(self.position).copied().unwrap_or(Token::End)
    }

    fn next(&mut self) -> Token<'s> {
        let token = self.peek();
        self.position += 1;
        token
    }

    fn requirement(&mut self) -> Result<Requirement<'s>, String> {
        let missing = self.peek() == Token::Not;
        if missing {
            self.next();
        }
        let key = self.word()?;
        check_key(key)?;
        let condition = match (missing, self.peek()) {
            (true, _) => Condition::Missing,
            (false, Token::End | Token::Comma) => Condition::Exists,
            (false, _) => self.condition()?,
        };
        Ok(Requirement { key, condition })
    }

    fn condition(&mut self) -> Result<Condition<'s>, String> {
        Ok(match self.next() {
            Token::Equals => Condition::In(vec![self.value()?]),
            Token::NotEquals => Condition::NotIn(vec![self.value()?]),
            Token::In => Condition::In(self.values()?),
            Token::NotIn => Condition::NotIn(self.values()?),
            Token::Above => Condition::Above(self.number()?),
            Token::Below => Condition::Below(self.number()?),
            token => {
                return Err(format!("expected `=`, `==`, `!=`, `in`, `notin`, `<` or `>`, found {token}"));
            }
        })
    }

    /// `(a, b)`; a place left empty is the empty value.
    fn values(&mut self) -> Result<Vec<&'s str>, String> {
        match self.next() {
            Token::Open => {}
            token => return Err(format!("expected `(`, found {token}")),
        }
        let mut values = Vec::new();
        loop {
            match self.peek() {
                Token::Comma | Token::Close => values.push(""),
                _ => values.push(checked_value(self.word()?)?),
            }
            match self.next() {
                Token::Comma => {}
                Token::Close => return Ok(values),
                token => return Err(format!("expected `,` or `)`, found {token}")),
            }
        }
    }

    /// The value after `=`, which may be missing.
    fn value(&mut self) -> Result<&'s str, String> {
        match self.peek() {
            Token::End | Token::Comma => Ok(""),
            _ => checked_value(self.word()?),
        }
    }

    fn number(&mut self) -> Result<i64, String> {
        let value = self.value()?;
        value.parse().map_err(|_| format!("`<` and `>` compare whole numbers, and `{value}` is none"))
    }

    fn word(&mut self) -> Result<&'s str, String> {
        match self.next() {
            Token::Word(word) => Ok(word),
            // After an operator these are words like any other.
            Token::In => Ok("in"),
            Token::NotIn => Ok("notin"),
            token => Err(format!("expected a word, found {token}")),
        }
    }
}

impl std::fmt::Display for Token<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = match self {
            Self::End => return formatter.write_str("the end"),
            Self::Close => ")",
            Self::Open => "(",
            Self::Comma => ",",
            Self::Not => "!",
            Self::Equals => "=",
            Self::NotEquals => "!=",
            Self::Above => ">",
            Self::Below => "<",
            Self::In => "in",
            Self::NotIn => "notin",
            Self::Word(text) | Self::Bad(text) => text,
        };
        write!(formatter, "`{text}`")
    }
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start_matches(is_blank);
    while !rest.is_empty() {
        let (token, length) = token(rest);
        tokens.push(token);
        rest = rest[length..].trim_start_matches(is_blank);
    }
    tokens
}

fn token(text: &str) -> (Token<'_>, usize) {
    const SYMBOLS: [(&str, Token<'_>); 9] = [
        ("==", Token::Equals),
        ("!=", Token::NotEquals),
        ("=", Token::Equals),
        ("!", Token::Not),
        ("(", Token::Open),
        (")", Token::Close),
        (",", Token::Comma),
        ("<", Token::Below),
        (">", Token::Above),
    ];
    if let Some((symbol, token)) = SYMBOLS.into_iter().find(|(symbol, _)| text.starts_with(symbol)) {
        return (token, symbol.len());
    }
    let end = text.find(|letter| is_blank(letter) || "=!(),<>".contains(letter)).unwrap_or(text.len());
    let token = match &text[..end] {
        "in" => Token::In,
        "notin" => Token::NotIn,
        word if word.contains('\0') => Token::Bad(word),
        word => Token::Word(word),
    };
    (token, end)
}

fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\r' | '\n')
}

/// A key is a name of at most 63 letters, perhaps after a DNS name and a slash.
fn check_key(key: &str) -> Result<(), String> {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    if prefix.is_none_or(is_dns_name) && !name.is_empty() && is_label_text(name) {
        return Ok(());
    }
    Err(format!(
        "`{key}` is no key: at most 63 letters, digits, `-`, `_` and `.`, perhaps after a DNS name and `/`"
    ))
}

fn checked_value(value: &str) -> Result<&str, String> {
    if value.is_empty() || is_label_text(value) {
        return Ok(value);
    }
    Err(format!("`{value}` is no value: at most 63 letters, digits, `-`, `_` and `.`"))
}

/// Letters and digits, with `-`, `_` and `.` between them.
fn is_label_text(text: &str) -> bool {
    let bytes = text.as_bytes();
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    bytes.len() <= 63
        && edge(bytes.first())
        && edge(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

fn is_dns_name(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Origin;

    fn matches(selector: &str, labels: &[(&'static str, &'static str)]) -> bool {
        let mut node = Node::mapping(Origin::NONE);
        for (key, value) in labels {
            node.as_mapping_mut().unwrap().insert(key, Node::string(value, Origin::NONE));
        }
        LabelSelector::parse(selector).unwrap().matches(Some(&node))
    }

    #[test]
    fn requirements() {
        let labels = [("app", "web"), ("rank", "5"), ("example.com/empty", "")];
        for selector in [
            "",
            " ",
            "app",
            "app=web",
            "app == web , rank",
            "app!=db",
            "other != x",
            "app in (web,db)",
            "app notin (db)",
            "!other",
            "example.com/empty=",
            "example.com/empty in ()",
            "example.com/empty in (a,)",
            "example.com/empty in (,a)",
            "rank > 4,rank < 6",
            "app notin (in, notin)",
        ] {
            assert!(matches(selector, &labels), "{selector}");
        }
        for selector in
            ["app=db", "other", "!app", "app in (db)", "app notin (web)", "rank > 5", "app > 1", "other=x"]
        {
            assert!(!matches(selector, &labels), "{selector}");
        }
    }

    #[test]
    fn a_word_may_be_in() {
        assert!(matches("in in (notin)", &[("in", "notin")]));
    }

    #[test]
    fn errors() {
        for selector in [
            "app in",
            "app in (",
            "app in (a",
            "app in a",
            "=a",
            "app,",
            ",app",
            "app ~ b",
            "app=a b",
            "!app=b",
            "app=-",
            "a b",
            "/app",
            "a/b/c",
            "A.B/c",
            "x>a",
            "x>",
            "app=(",
            "é",
        ] {
            assert!(LabelSelector::parse(selector).is_err(), "{selector}");
        }
    }
}
