//! What a scalar of a node is when it is written: the type by go-yaml v3's rules, with what happens to it on
//! kustomize's way through text and JSON.

use std::borrow::Cow;

use super::text::is_surely_string;
use super::{EmitError, folded, number};
use crate::yaml::node::{Node, Style};
use crate::yaml::scalar::{Scalar, Typing, resolve};

/// A scalar ready to be written.
#[derive(Debug)]
pub(super) enum Meaning<'n> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer of at most 64 bits.
    Integer(i128),
    /// The decimal digits of a longer one.
    LongInteger(String),
    /// A finite number.
    Float(f64),
    /// A string.
    Text(Cow<'n, str>),
}

impl<'n> Meaning<'n> {
    /// The meaning of the scalar `text` of `node`; `in_flow` if a collection around it is in flow style.
    pub(super) fn of(node: &Node<'_>, text: &'n str, in_flow: bool) -> Result<Self, EmitError> {
        match node.style() {
            // In flow style go-yaml writes an empty value as '', and reads it back as a string.
            Style::Plain | Style::Flow if text.is_empty() && in_flow => Ok(Self::Text(Cow::Borrowed(""))),
            Style::Plain => Self::of_plain(node, text, in_flow),
            Style::Flow => Ok(Self::Null),
            Style::Folded if !in_flow => Ok(Self::Text(folded::reread(text))),
            _ => Ok(Self::Text(Cow::Borrowed(text))),
        }
    }

    fn of_plain(node: &Node<'_>, text: &'n str, in_flow: bool) -> Result<Self, EmitError> {
        if is_surely_string(text) {
            return Ok(Self::Text(Cow::Borrowed(text)));
        }
        Ok(match resolve(text, Typing::Core) {
            Scalar::String => Self::Text(Cow::Borrowed(text)),
            Scalar::Null => Self::Null,
            Scalar::Bool(value) => Self::Bool(value),
            Scalar::Integer(value) => Self::Integer(value),
            // With a colon it needs quotes in flow style, and is read back as a string.
            Scalar::Timestamp(_) if in_flow && text.contains(':') => Self::Text(Cow::Borrowed(text)),
            Scalar::Timestamp(timestamp) => Self::Text(Cow::Owned(timestamp.to_string())),
            Scalar::Float(value) => match number::long_integer(text) {
                Some(digits) => Self::LongInteger(digits),
                None if value.is_finite() => Self::Float(value),
                None => return Err(not_finite(node, text)),
            },
        })
    }
}

fn not_finite(node: &Node<'_>, text: &str) -> EmitError {
    let message = format!(
        "`{text}` is a number that Kubernetes cannot store; write it in quotes if it is meant as text"
    );
    EmitError { message, origin: node.origin() }
}
