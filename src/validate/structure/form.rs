//! The forms of single values, as Go programs read them from YAML.

use std::sync::LazyLock;

use regex::Regex;

use super::calendar::Calendar;
use crate::diagnostic::closest;
use crate::validate::promql::duration;
use crate::yaml::Scalar;

/// What Go's `time.ParseDuration` reads.
static TIME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[+-]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$").ok());

/// The form of a value.
pub(super) enum Form {
    Any,
    /// A text that is nobody's business.
    Secret,
    Text,
    Boolean,
    Integer,
    /// An integer that is not negative.
    Natural,
    Number,
    /// A duration with days, weeks and years, in whole numbers.
    Duration,
    /// A duration as Go has it.
    Time,
    Size,
    /// Part of a calendar, such as `monday:friday`.
    Calendar(Calendar),
    /// The address of something on the web.
    Web,
    /// A host and a port.
    Endpoint,
    /// A mapping of texts.
    Texts,
    /// One of some words.
    OneOf(Vec<&'static str>),
    List(Box<Self>),
    Structure(&'static str),
}

impl Form {
    /// Reads a form as tables write it.
    pub(super) fn read(text: &'static str) -> Self {
        if let Some(item) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            return Self::List(Box::new(Self::read(item)));
        }
        match text {
            "any" => Self::Any,
            "secret" => Self::Secret,
            "text" | "address" => Self::Text,
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "natural" => Self::Natural,
            "number" => Self::Number,
            "duration" => Self::Duration,
            "time" => Self::Time,
            "size" => Self::Size,
            "web" => Self::Web,
            "endpoint" => Self::Endpoint,
            "texts" => Self::Texts,
            "clock" => Self::Calendar(Calendar::Clock),
            "weekdays" => Self::Calendar(Calendar::Weekdays),
            "months" => Self::Calendar(Calendar::Months),
            "days" => Self::Calendar(Calendar::Days),
            "years" => Self::Calendar(Calendar::Years),
            _ if text.starts_with(|first: char| first.is_ascii_uppercase()) && !text.contains('|') => {
                Self::Structure(text)
            }
            _ => Self::OneOf(text.split('|').collect()),
        }
    }

    /// Whether a scalar is of this form. `scalar` is what it means without quotes.
    pub(super) fn accepts(&self, text: &str, scalar: Scalar) -> bool {
        match self {
            Self::Boolean => matches!(scalar, Scalar::Bool(_)),
            Self::Integer => integer(scalar).is_some_and(|number| i64::try_from(number).is_ok()),
            Self::Natural => integer(scalar).is_some_and(|number| number >= 0),
            Self::Number => matches!(scalar, Scalar::Integer(_) | Scalar::Float(_)),
            Self::Duration => duration(text).is_some(),
            Self::Time => {
                matches!(scalar, Scalar::Integer(_)) || TIME.as_ref().is_none_or(|time| time.is_match(text))
            }
            Self::Size => is_size(text),
            Self::Calendar(part) => part.reads(text),
            Self::Web => text.is_empty() || text.starts_with("http://") || text.starts_with("https://"),
            Self::Endpoint => {
                text.is_empty() || text.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty())
            }
            Self::OneOf(words) => text.is_empty() || words.contains(&text),
            Self::List(_) | Self::Structure(_) | Self::Texts => false,
            Self::Any | Self::Secret | Self::Text => true,
        }
    }

    /// What it is called behind "no".
    pub(super) fn noun(&self) -> String {
        match self {
            Self::Boolean => "boolean".to_owned(),
            Self::Integer => "whole number".to_owned(),
            Self::Natural => "whole number from 0 on".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Duration | Self::Time => "duration".to_owned(),
            Self::Size => "size".to_owned(),
            Self::Calendar(part) => part.noun().to_owned(),
            Self::Web => "address of a page".to_owned(),
            Self::Endpoint => "host with a port".to_owned(),
            Self::OneOf(_) => "value that there is".to_owned(),
            _ => "such value".to_owned(),
        }
    }

    /// What a collection stands in the place of.
    pub(super) fn article(&self) -> &'static str {
        match self {
            Self::Boolean => "a boolean",
            Self::Integer | Self::Natural | Self::Number => "a number",
            Self::Duration | Self::Time => "a duration",
            _ => "a text",
        }
    }

    /// What to write instead of a text.
    pub(super) fn help(&self, text: &str) -> Option<String> {
        Some(match self {
            Self::Boolean => "write true or false, without quotes".to_owned(),
            Self::Integer | Self::Natural | Self::Number => "write a number, without quotes".to_owned(),
            Self::Duration => "write a number and one of ms, s, m, h, d, w, y".to_owned(),
            Self::Time => "write a number and one of ms, s, m, h".to_owned(),
            Self::Size => "write a number and one of B, KB, MB, GB, KiB, MiB, GiB".to_owned(),
            Self::Calendar(part) => part.help().to_owned(),
            Self::Web => "write it with http:// or https:// in front".to_owned(),
            Self::Endpoint => "write a host, a colon and a port: `mail.example.com:587`".to_owned(),
            Self::OneOf(words) => match closest(text, words) {
                Some(like) => format!("did you mean `{like}`?"),
                None => format!("write one of `{}`", words.join("`, `")),
            },
            _ => return None,
        })
    }

    /// The structure that it is, or that its items are.
    #[cfg(test)]
    pub(super) fn structure(&self) -> Option<&'static str> {
        match self {
            Self::List(item) => item.structure(),
            Self::Structure(name) => Some(name),
            _ => None,
        }
    }
}

/// A whole number.
fn integer(scalar: Scalar) -> Option<i128> {
    match scalar {
        Scalar::Integer(number) => Some(number),
        _ => None,
    }
}

/// Whether a text is a size, such as `100MB`.
fn is_size(text: &str) -> bool {
    let digits = text.find(|other: char| !other.is_ascii_digit() && other != '.').unwrap_or(text.len());
    let is_number = text[..digits].parse::<f64>().is_ok();
    let unit = text[digits..].trim_end_matches('B').trim_end_matches('i');
    is_number
        && (text == "0" || text.ends_with('B') && matches!(unit, "" | "K" | "M" | "G" | "T" | "P" | "E"))
}
