//! Nodes back to text.
//!
//! [`emit`] writes what kustomize writes for an object. There an object goes from nodes to text to typed values
//! to JSON to values again before the text is made; here the same bytes come from the nodes at once: types by
//! go-yaml v3's rules, values as JSON carries them, text by go-yaml v2's rules.
//! [`emit_for_all_readers`] adds quotes where kustomize's readers need none and others do.
//! [`emit_source_style`] keeps order and styles, as kustomize's nodes print themselves. [`to_json`] writes JSON as
//! Go does. [`through_json`] turns a value into JSON and back in place.
//!
//! Where kustomize loses data the value is kept: integers beyond 64 bits stay exact, a key `<<` that was quoted
//! stays a key, control characters are escaped instead of refused, NEL stays NEL instead of a space.

mod block;
mod doubtful;
mod folded;
mod json;
mod literal;
mod meaning;
mod number;
mod order;
#[cfg(test)]
mod properties;
mod quoted;
mod remarks;
mod shape;
mod source_style;
#[cfg(test)]
mod tests;
mod text;
mod through_json;

pub use block::{emit, emit_for_all_readers};
pub use json::{HtmlEscapes, JsonLayout, JsonNumbers, to_json};
pub use source_style::{emit_source_style, emit_with_comments};
pub use through_json::{through_json, through_json_exactly};

use super::source::Origin;

/// A value that cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EmitError {
    /// What is wrong with the value.
    pub message: String,
    /// Where the value comes from.
    pub origin: Origin,
}
