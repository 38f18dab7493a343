//! Numbers as Go's `strconv` and go-yaml's regular expression read them.

use super::{Scalar, Typing};

/// The meaning of a text that starts with a digit or a sign.
pub(super) fn resolve(text: &str, typing: Typing) -> Scalar {
    let without_underscores;
    let text = if text.contains('_') {
        without_underscores = text.replace('_', "");
        &without_underscores
    } else {
        text
    };
    if let Some(value) = integer(text) {
        return Scalar::Integer(value);
    }
    if is_decimal_float(text) {
        // Too large for a float is a string; too small is zero.
        return text
            .parse()
            .ok()
            .filter(|value: &f64| value.is_finite())
            .map_or(Scalar::String, Scalar::Float);
    }
    second_sign(text, typing).map_or(Scalar::String, Scalar::Integer)
}

/// The words for infinity and "not a number".
pub(super) fn special(text: &str) -> Option<f64> {
    match text {
        ".nan" | ".NaN" | ".NAN" => Some(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Some(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// A float that starts with a dot. Underscores are fine between two digits only, unlike elsewhere.
pub(super) fn dotted(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let separates =
        |window: &[u8]| window[1] != b'_' || window[0].is_ascii_digit() && window[2].is_ascii_digit();
    if text.ends_with('_') || !bytes.windows(3).all(separates) {
        return None;
    }
    let text = text.replace('_', "");
    if !is_decimal_float(&text) {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// An integer with Go's prefixes: `0x`, `0b`, `0o`, or `0` for octal. A sign is for the range of `i64` only.
fn integer(text: &str) -> Option<i128> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (0, text),
    };
    let (base, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (16, &digits[2..]),
        [b'0', b'b' | b'B', _, ..] => (2, &digits[2..]),
        [b'0', b'o' | b'O', _, ..] => (8, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    let magnitude = unsigned(digits, base)?;
    let value = if sign < 0 { -magnitude } else { magnitude };
    let most = if sign == 0 { u64::MAX.into() } else { i64::MAX.into() };
    (i128::from(i64::MIN)..=most).contains(&value).then_some(value)
}

/// Digits alone: the standard library would accept a sign.
fn unsigned(digits: &str, base: u32) -> Option<i128> {
    if digits.starts_with(['+', '-']) {
        return None;
    }
    i128::from_str_radix(digits, base).ok()
}

/// go-yaml cuts `0b` (v3 also `0o`) off and parses the rest with its sign, so that `0b-1` is a number.
fn second_sign(text: &str, typing: Typing) -> Option<i128> {
    let (base, digits) = match text.as_bytes() {
        [b'0', b'b', ..] => (2, &text[2..]),
        [b'0', b'o', ..] if typing == Typing::Core => (8, &text[2..]),
        _ => return None,
    };
    i64::from_str_radix(digits, base).ok().map(i128::from)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_decimal_float(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let whole = digits(bytes, &mut at);
    let mut fraction = 0;
    let dot = bytes.get(at) == Some(&b'.');
    if dot {
        at += 1;
        fraction = digits(bytes, &mut at);
    }
    if whole == 0 && fraction == 0 {
        return false;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        if digits(bytes, &mut at) == 0 {
            return false;
        }
    }
    at == bytes.len()
}

fn digits(bytes: &[u8], at: &mut usize) -> usize {
    let count = bytes.get(*at..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
    *at += count;
    count
}
