//! Matchers on the labels of alerts, in all the ways in which they are written.

use regex::Regex;

use crate::yaml::{Mapping, Node, Origin};

/// A condition on a label.
#[derive(Clone, Debug)]
pub(super) struct Matcher {
    pub(super) label: String,
    pub(super) value: String,
    pub(super) is_regex: bool,
    pub(super) is_negative: bool,
    pub(super) origin: Origin,
}

impl Matcher {
    /// Whether a value fulfils it; of a pattern that cannot be compiled, all do.
    pub(super) fn accepts(&self, value: &str) -> bool {
        let is_equal = if self.is_regex {
            Regex::new(&format!("^(?s:{})$", self.value)).map_or(true, |regex| regex.is_match(value))
        } else {
            self.value == value
        };
        is_equal != self.is_negative
    }

    /// Whether every alert fulfils it.
    pub(super) fn is_always_true(&self) -> bool {
        self.is_regex && !self.is_negative && self.value == ".*"
    }

    /// Whether nothing but this value fulfils it.
    pub(super) fn is_exact(&self) -> bool {
        !self.is_regex && !self.is_negative
    }
}

/// The matchers of a route or of one side of an inhibition that can be read. `old` are the fields with mappings.
pub(super) fn matchers_of(node: &Node<'_>, list: &str, old: [&str; 2]) -> Vec<Matcher> {
    let mut found = Vec::new();
    for item in node.get(list).and_then(Node::as_sequence).unwrap_or_default() {
        if let Some(mapping) = item.as_mapping() {
            found.extend(of_mapping(mapping, item.origin()));
        } else if let Some(text) = item.text() {
            found.extend(parse(text, item.origin()).unwrap_or_default());
        }
    }
    for (field, is_regex) in old.into_iter().zip([false, true]) {
        for entry in node.get(field).and_then(Node::as_mapping).into_iter().flatten() {
            let Some(value) = entry.value.text() else { continue };
            let (label, value) = (entry.key.text.to_owned(), value.to_owned());
            found.push(Matcher { label, value, is_regex, is_negative: false, origin: entry.value.origin() });
        }
    }
    found
}

/// `{name: severity, value: critical, matchType: "="}` of an `AlertmanagerConfig`.
fn of_mapping(mapping: &Mapping<'_>, origin: Origin) -> Option<Matcher> {
    let text = |key: &str| mapping.get(key).and_then(Node::text);
    let kind = text("matchType").unwrap_or(if text("regex") == Some("true") { "=~" } else { "=" });
    Some(Matcher {
        label: text("name")?.to_owned(),
        value: text("value").unwrap_or_default().to_owned(),
        is_regex: kind.ends_with('~'),
        is_negative: kind.starts_with('!'),
        origin: mapping.get("value").map_or(origin, Node::origin),
    })
}

/// Reads `a="b"`, or `{a="b", c=~"d"}`. The error says what was expected.
pub(super) fn parse(text: &str, origin: Origin) -> Result<Vec<Matcher>, String> {
    let text = text.trim();
    let list = text.strip_prefix('{').map_or(Ok(text), |inner| {
        inner.strip_suffix('}').ok_or_else(|| "the `{` is never closed".to_owned())
    })?;
    let mut found = Vec::new();
    let mut rest = list.trim();
    while !rest.is_empty() {
        let (matcher, behind) = one(rest, origin)?;
        found.push(matcher);
        let behind = behind.trim_start();
        rest = match behind.strip_prefix(',') {
            Some(next) => next.trim_start(),
            None if behind.is_empty() => behind,
            None => return Err(format!("expected `,` or the end, found `{behind}`")),
        };
    }
    if found.is_empty() && !text.starts_with('{') {
        return Err("it is empty".to_owned());
    }
    Ok(found)
}

fn one(text: &str, origin: Origin) -> Result<(Matcher, &str), String> {
    let (label, rest) = match text.strip_prefix('"').and_then(|inner| inner.split_once('"')) {
        Some(quoted) => quoted,
        None => text.split_at(text.find(['=', '!', '~']).unwrap_or(text.len())),
    };
    let (label, rest) = (label.trim(), rest.trim_start());
    if label.is_empty() || label.contains([' ', '"', '{', '}', ',']) {
        return Err(format!("`{label}` is no name of a label"));
    }
    let kinds = [("=~", true, false), ("!~", true, true), ("!=", false, true), ("=", false, false)];
    let Some((sign, is_regex, is_negative)) = kinds.into_iter().find(|(sign, ..)| rest.starts_with(sign))
    else {
        return Err(format!("expected =, !=, =~ or !~ behind `{label}`"));
    };
    let rest = rest[sign.len()..].trim_start();
    if let Some(wrong) = rest.chars().next().filter(|next| matches!(next, '=' | '~' | '!' | '{' | '}')) {
        return Err(format!("expected a value behind `{sign}`, found `{wrong}`"));
    }
    let (value, behind) = value(rest)?;
    if is_regex && let Err(error) = Regex::new(&value) {
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
        return Err(format!("the regular expression `{value}` cannot be compiled: {reason}"));
    }
    Ok((Matcher { label: label.to_owned(), value, is_regex, is_negative, origin }, behind))
}

/// A value, quoted or not, and what stands behind it.
fn value(text: &str) -> Result<(String, &str), String> {
    let Some(inner) = text.strip_prefix('"') else {
        let (value, behind) = text.split_at(text.find(',').unwrap_or(text.len()));
        let value = value.trim_end();
        if value.contains(['"', '{', '}']) {
            return Err(format!("the value `{value}` needs quotes around it, or has one too many"));
        }
        return Ok((value.to_owned(), behind));
    };
    let mut value = String::new();
    let mut letters = inner.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Ok((value, &inner[at + 1..])),
            '\\' => match letters.next().map(|(_, next)| next) {
                Some('n') => value.push('\n'),
                Some(next @ ('"' | '\\')) => value.push(next),
                Some(next) => value.extend(['\\', next]),
                None => {}
            },
            _ => value.push(letter),
        }
    }
    Err("the string is never closed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let matchers = parse(text, Origin::NONE).unwrap();
        matchers.into_iter().map(|matcher| (matcher.label, matcher.value)).collect()
    }

    #[test]
    fn matchers_are_read_as_alertmanager_reads_them() {
        let pair = |label: &str, value: &str| (label.to_owned(), value.to_owned());
        assert_eq!(read("severity=\"critical\""), [pair("severity", "critical")]);
        assert_eq!(read("severity = critical"), [pair("severity", "critical")]);
        assert_eq!(read("{a=\"b\", c=~\"d|e\"}"), [pair("a", "b"), pair("c", "d|e")]);
        assert_eq!(read("a=~\"x\\\\.y\""), [pair("a", "x\\.y")]);
        assert_eq!(read("a=\"\""), [pair("a", "")]);
        for text in [
            "severity==\"critical\"",
            "severity",
            "severity=\"critical",
            "=a",
            "a=~\"(\"",
            "a=\"b\" c=\"d\"",
            "",
        ] {
            assert!(parse(text, Origin::NONE).is_err(), "{text}");
        }
    }
}
