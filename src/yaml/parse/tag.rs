//! Tags become styles: `!!str 1` is a quoted string from then on, `!!int "3"` a plain number.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::yaml::node::Style;
use crate::yaml::scalar::{Scalar, Typing, resolve};

/// The prefix that `!!` stands for.
const STANDARD: &str = "tag:yaml.org,2002:";

/// What a tag makes of a scalar.
pub(super) enum Tagged {
    /// The text stays.
    Style(Style),
    /// The text is replaced.
    Decoded(String),
    /// The text is not what the tag says; what was expected.
    Mismatch(&'static str),
}

/// Go reads base64 with a decoder that asks for padding and does not look at the bits left over.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

/// Applies `tag` to a scalar of `style`.
pub(super) fn apply(tag: &str, text: &str, style: Style, typing: Typing) -> Tagged {
    let expected = match tag.strip_prefix(STANDARD) {
        Some("int") => "a whole number",
        Some("float") => "a number",
        Some("bool") => "true or false",
        Some("null") => "null",
        Some("timestamp") => "a date",
        Some("binary") => return binary(text),
        _ => return Tagged::Style(if style == Style::Plain { Style::DoubleQuoted } else { style }),
    };
    let fits = matches!(
        (expected, resolve(text, typing)),
        ("a whole number" | "a number", Scalar::Integer(_))
            | ("a number", Scalar::Float(_))
            | ("true or false", Scalar::Bool(_))
            | ("null", Scalar::Null)
            | ("a date", Scalar::Timestamp(_))
    );
    if fits { Tagged::Style(Style::Plain) } else { Tagged::Mismatch(expected) }
}

/// Base64 that holds text is that text; any other stays as it is written, so that nothing is lost.
fn binary(text: &str) -> Tagged {
    let compact: String = text.chars().filter(|character| !matches!(character, '\n' | '\r')).collect();
    match BASE64.decode(compact) {
        Ok(bytes) => String::from_utf8(bytes).map_or(Tagged::Style(Style::DoubleQuoted), Tagged::Decoded),
        Err(_) => Tagged::Mismatch("base64"),
    }
}
