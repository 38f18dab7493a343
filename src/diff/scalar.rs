//! When two scalars say the same: as the API server reads the field that they stand in.

use crate::schema::{Meaning, Quantity, ValueSchema};
use crate::yaml::{Node, Scalar, Typing};

/// What a scalar says. Equal scalars say the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Said<'s> {
    Null,
    Bool(bool),
    Integer(i128),
    /// The bits, so that it can be a key; "not a number" is equal to itself.
    Float(u64),
    Text(&'s str),
    Quantity(Quantity),
    /// Milliseconds.
    Duration(u128),
}

/// What a scalar says where the schema is `schema`; none for collections.
pub(super) fn said<'s>(node: &Node<'s>, typing: Typing, schema: Option<ValueSchema<'_>>) -> Option<Said<'s>> {
    let scalar = node.scalar(typing)?;
    let text = node.text().unwrap_or_default();
    if scalar == Scalar::Null {
        return Some(Said::Null);
    }
    let meant = match schema.map_or(Meaning::Literal, ValueSchema::meaning) {
        Meaning::Quantity => Quantity::parse(text).ok().map(Said::Quantity),
        Meaning::IntOrString => text.parse().ok().map(Said::Integer),
        Meaning::Duration => duration(text).map(Said::Duration),
        Meaning::Number => number(scalar),
        Meaning::Literal => None,
    };
    Some(meant.unwrap_or_else(|| literal(scalar, text)))
}

fn literal(scalar: Scalar, text: &str) -> Said<'_> {
    match scalar {
        Scalar::Null => Said::Null,
        Scalar::Bool(value) => Said::Bool(value),
        Scalar::Integer(value) => Said::Integer(value),
        Scalar::Float(value) => Said::Float(value.to_bits()),
        Scalar::String | Scalar::Timestamp(_) => Said::Text(text),
    }
}

/// A number in a field for numbers: `1.0` is `1` there.
fn number(scalar: Scalar) -> Option<Said<'static>> {
    match scalar {
        // Whole numbers that a float holds exactly.
        #[expect(clippy::cast_possible_truncation, reason = "whole, and below 2^53")]
        Scalar::Float(value) if value.fract() == 0.0 && value.abs() < 9e15 => {
            Some(Said::Integer(value as i128))
        }
        _ => None,
    }
}

/// A span of time in milliseconds, as Prometheus and Go write it: `1h30m`, `15d`. Fractions are nobody's.
pub(super) fn duration(text: &str) -> Option<u128> {
    const UNITS: [(&str, u128); 7] = [
        ("ms", 1),
        ("s", 1000),
        ("m", 60_000),
        ("h", 3_600_000),
        ("d", 86_400_000),
        ("w", 604_800_000),
        ("y", 31_536_000_000),
    ];
    let mut rest = text;
    let mut total: u128 = 0;
    if rest == "0" {
        return Some(0);
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at(digits);
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, after) = after.split_at(letters);
        let (_, milliseconds) = UNITS.iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.parse::<u128>().ok()?.checked_mul(*milliseconds)?)?;
        rest = after;
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_sums_of_their_parts() {
        assert_eq!(duration("90s"), duration("1m30s"));
        assert_eq!(duration("1d"), duration("24h"));
        assert_eq!(duration("2w"), duration("14d"));
        for text in ["", "1", "s", "1x", "1.5h", "-1h", "99999999999999999999999999999999999999999y"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn words_that_yaml_readers_take_for_booleans_are_not_the_same_as_text() {
        let origin = crate::yaml::Origin::NONE;
        let plain = said(&Node::plain("yes", origin), Typing::Legacy, None);
        let quoted = said(&Node::string("yes", origin), Typing::Legacy, None);
        assert_ne!(plain, quoted);
        let plain = said(&Node::plain("yes", origin), Typing::Core, None);
        assert_eq!(plain, quoted);
    }
}
