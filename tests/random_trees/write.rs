//! Writes values as YAML in every style that people use: block and flow, plain, quoted, literal and folded.
//!
//! The style of a value depends on the seed and on its path alone, so that a value keeps its style while the shrinker takes
//! its neighbours away.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::random::mix;
use crate::text::as_raw;

/// Words that YAML 1.2 reads as something else than text.
const TYPED_WORDS: [&str; 9] = ["true", "True", "TRUE", "false", "False", "FALSE", "null", "Null", "NULL"];
/// Words that only YAML 1.1 reads as booleans: kustomization files are read that way.
const OLD_BOOLEANS: [&str; 22] = [
    "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF", "oN",
    "oFF", "nO", "yES", "t", "f",
];

/// Writes one document.
pub(crate) fn document(value: &Value, seed: u64) -> String {
    let mut writer = Writer { out: String::new(), anchors: Vec::new() };
    match value {
        Value::Object(map) if !map.is_empty() => writer.mapping(map, 0, seed),
        Value::Array(items) if !items.is_empty() => writer.sequence(items, 0, seed),
        other => {
            let text = flow(other, seed);
            writer.out.push_str(&text);
            writer.out.push('\n');
        }
    }
    writer.out
}

struct Writer {
    out: String,
    /// Texts that have an anchor.
    anchors: Vec<String>,
}

impl Writer {
    fn mapping(&mut self, map: &Map<String, Value>, indent: usize, seed: u64) {
        for (position, (name, value)) in map.iter().enumerate() {
            let seed = child(seed, name);
            if position > 0 || !self.at_item_start() {
                if seed.is_multiple_of(41) {
                    self.out.extend(std::iter::repeat_n(' ', indent));
                    self.out.push_str("# remark\n");
                }
                self.out.extend(std::iter::repeat_n(' ', indent));
            }
            self.out.push_str(&key(name));
            self.out.push(':');
            self.value(value, indent, seed);
        }
    }

    /// Whether a dash has just been written, behind which the first key of a mapping stands.
    fn at_item_start(&self) -> bool {
        self.out.ends_with("- ")
    }

    fn value(&mut self, value: &Value, indent: usize, seed: u64) {
        match value {
            Value::Object(map) if !map.is_empty() && !prefers_flow(value, seed) => {
                self.out.push('\n');
                self.mapping(map, indent + 2, seed);
            }
            Value::Array(items) if !items.is_empty() && !prefers_flow(value, seed) => {
                self.out.push('\n');
                self.sequence(items, indent + 2 * usize::from(seed.is_multiple_of(2)), seed);
            }
            Value::String(text) if block_style(text, seed).is_some() => {
                self.block_text(text, indent + 2, seed);
            }
            Value::String(text) if as_raw(text).is_none() => {
                let text = self.text(text, indent + 2, seed);
                let _ = writeln!(self.out, " {text}{}", remark(seed));
            }
            other => {
                let _ = writeln!(self.out, " {}{}", flow(other, seed), remark(seed));
            }
        }
    }

    /// A string that has its own line or lines: with an anchor, as an alias, or broken at blanks.
    fn text(&mut self, text: &str, indent: usize, seed: u64) -> String {
        let written = scalar(text, seed);
        let position = self.anchors.iter().position(|anchored| anchored == text);
        match position {
            Some(position) if seed.is_multiple_of(2) => return format!("*a{position}"),
            None if seed.is_multiple_of(47) && text.len() > 3 => {
                self.anchors.push(String::from(text));
                return format!("&a{} {written}", self.anchors.len() - 1);
            }
            _ => {}
        }
        if seed.is_multiple_of(5) && text.len() > 40 && is_breakable(&written) {
            return written.replace(' ', &format!("\n{}", " ".repeat(indent)));
        }
        written
    }

    fn sequence(&mut self, items: &[Value], indent: usize, seed: u64) {
        for (position, item) in items.iter().enumerate() {
            let seed = child(seed, &position.to_string());
            self.out.extend(std::iter::repeat_n(' ', indent));
            match item {
                Value::Object(map) if !map.is_empty() && !prefers_flow(item, seed) => {
                    self.out.push_str("- ");
                    self.mapping(map, indent + 2, seed);
                }
                other => {
                    self.out.push('-');
                    self.value(other, indent, seed & !1);
                }
            }
        }
    }

    fn block_text(&mut self, text: &str, indent: usize, seed: u64) {
        let Some(header) = block_style(text, seed) else { return };
        let _ = writeln!(self.out, " {header}");
        let folded = header.starts_with('>');
        for line in text.trim_end_matches('\n').split('\n') {
            if !line.is_empty() {
                self.out.extend(std::iter::repeat_n(' ', indent));
            }
            self.out.push_str(line);
            self.out.push_str(if folded && !line.is_empty() { "\n\n" } else { "\n" });
        }
        if folded {
            self.out.pop();
        }
    }
}

/// What stands behind a value on its line.
fn remark(seed: u64) -> &'static str {
    if seed.is_multiple_of(43) { " # note" } else { "" }
}

/// Whether every blank of a written scalar may be the end of a line.
fn is_breakable(written: &str) -> bool {
    let kept = ["  ", "\\", "\n", "\t"];
    let starts_with_blank = written.starts_with("' ") || written.starts_with("\" ");
    !starts_with_blank && kept.iter().all(|sign| !written.contains(sign))
}

fn child(seed: u64, step: &str) -> u64 {
    step.bytes().fold(mix(seed ^ 0x5bd1_e995), |hash, byte| mix(hash ^ u64::from(byte)))
}

fn prefers_flow(value: &Value, seed: u64) -> bool {
    seed.is_multiple_of(7) && value.to_string().len() < 200
}

/// The header of a literal or folded block, when the text allows one and the seed asks for it.
fn block_style(text: &str, seed: u64) -> Option<&'static str> {
    let printable = text.chars().all(|sign| sign == '\n' || (sign >= ' ' && sign != '\u{7f}'));
    let first = text.chars().next()?;
    if !text.contains('\n')
        || !printable
        || first.is_whitespace()
        || as_raw(text).is_some()
        || text.ends_with("\n\n")
    {
        return None;
    }
    let folds =
        !text.contains("\n ") && !text.contains("\n\n") && !text.contains(" \n") && !text.contains("\n\t");
    match (seed / 7 % 4, text.ends_with('\n')) {
        (0, _) => None,
        (1, true) if folds => Some(">"),
        (1, false) if folds => Some(">-"),
        (_, true) => Some("|"),
        (_, false) => Some("|-"),
    }
}

/// One line: scalars, and collections in flow style.
fn flow(value: &Value, seed: u64) -> String {
    match value {
        Value::String(text) => scalar(text, seed),
        Value::Array(items) => {
            let items = items
                .iter()
                .enumerate()
                .map(|(position, item)| flow(item, child(seed, &position.to_string()) | 1));
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) => {
            let pairs = map
                .iter()
                .map(|(name, value)| format!("{}: {}", key(name), flow(value, child(seed, name) | 1)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn key(name: &str) -> String {
    if is_simple(name) { String::from(name) } else { double_quoted(name) }
}

fn scalar(text: &str, seed: u64) -> String {
    if let Some(raw) = as_raw(text) {
        return String::from(raw);
    }
    let single = !text.chars().any(|sign| sign < ' ' || sign == '\u{7f}');
    match seed / 3 % 3 {
        0 | 1 if is_simple(text) => String::from(text),
        2 | 1 if single => format!("'{}'", text.replace('\'', "''")),
        _ => double_quoted(text),
    }
}

/// Whether a text can stand without quotes anywhere, also in flow style and in a kustomization file.
fn is_simple(text: &str) -> bool {
    let safe = |sign: char| {
        sign.is_ascii_alphanumeric() || matches!(sign, '_' | '.' | '/' | '-' | '$' | '(' | ')' | ' ')
    };
    text.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '$')
        && text.chars().all(safe)
        && !text.ends_with(' ')
        && !TYPED_WORDS.contains(&text)
        && !OLD_BOOLEANS.contains(&text)
}

fn double_quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for sign in text.chars() {
        match sign {
            '"' | '\\' => out.extend(['\\', sign]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
