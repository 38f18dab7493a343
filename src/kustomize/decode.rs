//! YAML nodes to typed settings, with all errors at once.
//!
//! Follows Go's `encoding/json` as kustomize uses it: field names match whatever their case, null leaves the
//! default, a number is not a string, an unknown field is an error. Strings keep their origin, so that what a
//! transformer writes can be traced to the line that asked for it.

use std::ops::Deref;

use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::yaml::{Entry, Node, Origin, Scalar, Typing, Value};

/// A string of a settings file, with its place.
#[derive(Clone, Copy, Debug, Default)]
pub struct Text<'s> {
    /// The string.
    pub value: &'s str,
    /// Where it was written.
    pub origin: Origin,
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        self.value
    }
}

/// String keys and values, in the order of the file.
pub type TextMap<'s> = Vec<(Text<'s>, Text<'s>)>;

/// What can be read from a node.
pub trait Decode<'s>: Sized {
    /// Reads `node`, which is not null. Reports what is wrong and gives `None`.
    fn decode(node: &Node<'s>, decoder: &mut Decoder) -> Option<Self>;
}

/// Which rules a settings file is read by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// A kustomization file, or one it names: YAML 1.1 types (`yes` is a boolean), no unknown fields.
    File,
    /// A plugin's configuration object: YAML 1.2 types, unknown fields ignored.
    Plugin,
}

/// The rules in force, and what was found to be wrong.
#[derive(Debug)]
pub struct Decoder {
    dialect: Dialect,
    errors: Diagnostics,
}

impl Decoder {
    /// Reports an error.
    pub fn error(&mut self, error: Diagnostic) {
        self.errors.push(error);
    }

    fn scalar(&self, node: &Node<'_>) -> Option<Scalar> {
        node.scalar(match self.dialect {
            Dialect::File => Typing::Legacy,
            Dialect::Plugin => Typing::Core,
        })
    }
}

/// Reads a whole settings object.
pub fn decode<'s, T: Decode<'s>>(node: &Node<'s>, dialect: Dialect) -> Result<T, Diagnostics> {
    let mut decoder = Decoder { dialect, errors: Diagnostics::default() };
    match T::decode(node, &mut decoder) {
        Some(value) if decoder.errors.0.is_empty() => Ok(value),
        _ => Err(decoder.errors),
    }
}

impl<'s> Decode<'s> for Text<'s> {
    fn decode(node: &Node<'s>, decoder: &mut Decoder) -> Option<Self> {
        match (decoder.scalar(node), node.text()) {
            // go-yaml gives dates to untyped readers as the text they were.
            (Some(Scalar::String | Scalar::Timestamp(_)), Some(value)) => {
                Some(Self { value, origin: node.origin() })
            }
            // sigs.k8s.io/yaml writes numbers and booleans as text where a plugin's setting is a string.
            (Some(Scalar::Bool(value)), _) if decoder.dialect == Dialect::Plugin => {
                Some(Self { value: if value { "true" } else { "false" }, origin: node.origin() })
            }
            (Some(Scalar::Integer(_) | Scalar::Float(_)), Some(value))
                if decoder.dialect == Dialect::Plugin =>
            {
                Some(Self { value, origin: node.origin() })
            }
            (Some(_), Some(value)) => {
                let message = format!("expected a string, found `{value}`, which YAML reads as another type");
                decoder
                    .error(Diagnostic::error(message).at(node.origin()).hint(format!("write \"{value}\"")));
                None
            }
            _ => wrong_type("a string", node, decoder),
        }
    }
}

impl<'s> Decode<'s> for bool {
    fn decode(node: &Node<'s>, decoder: &mut Decoder) -> Option<Self> {
        match decoder.scalar(node) {
            Some(Scalar::Bool(value)) => Some(value),
            _ => wrong_type("true or false", node, decoder),
        }
    }
}

impl<'s> Decode<'s> for i64 {
    fn decode(node: &Node<'s>, decoder: &mut Decoder) -> Option<Self> {
        let integer = match decoder.scalar(node) {
            Some(Scalar::Integer(value)) => Self::try_from(value).ok(),
            // Go writes an integral float without a point on its way through JSON.
            #[expect(clippy::cast_possible_truncation, reason = "checked to be integral and in range")]
            Some(Scalar::Float(value)) if value.fract() == 0.0 && value.abs() < 9e15 => Some(value as Self),
            _ => None,
        };
        integer.or_else(|| wrong_type("a whole number", node, decoder))
    }
}

impl<'s> Decode<'s> for Node<'s> {
    fn decode(node: &Self, _: &mut Decoder) -> Option<Self> {
        Some(node.clone())
    }
}

impl<'s, T: Decode<'s> + Default> Decode<'s> for Vec<T> {
    fn decode(node: &Node<'s>, decoder: &mut Decoder) -> Option<Self> {
        let Some(items) = node.as_sequence() else { return wrong_type("a list", node, decoder) };
        Some(
            items
                .iter()
                .filter_map(|item| if item.is_null() { Some(T::default()) } else { T::decode(item, decoder) })
                .collect(),
        )
    }
}

impl<'s, T: Decode<'s>> Decode<'s> for Option<T> {
    fn decode(node: &Node<'s>, decoder: &mut Decoder) -> Option<Self> {
        T::decode(node, decoder).map(Some)
    }
}

impl<'s> Decode<'s> for (Text<'s>, Text<'s>) {
    fn decode(node: &Node<'s>, decoder: &mut Decoder) -> Option<Self> {
        wrong_type("a key and a value", node, decoder)
    }
}

/// Reads string keys and values.
pub fn decode_map<'s>(node: &Node<'s>, decoder: &mut Decoder) -> Option<TextMap<'s>> {
    let Value::Mapping(mapping) = node.value() else { return wrong_type("a mapping", node, decoder) };
    Some(
        mapping
            .iter()
            .filter_map(|Entry { key, value }| {
                let key = Text { value: key.text, origin: key.origin };
                let value = if value.is_null() {
                    Text { value: "", origin: value.origin() }
                } else {
                    Text::decode(value, decoder)?
                };
                Some((key, value))
            })
            .collect(),
    )
}

/// Reports that something else was expected.
pub fn wrong_type<T>(expected: &str, node: &Node<'_>, decoder: &mut Decoder) -> Option<T> {
    let found = match node.text() {
        Some(text) if !node.is_null() => format!("`{text}`"),
        _ => format!("a {}", node.kind_name()),
    };
    decoder.error(Diagnostic::error(format!("expected {expected}, found {found}")).at(node.origin()));
    None
}

/// Reports a field that does not exist, and the one that was perhaps meant.
pub fn unknown_field(entry: &Entry<'_>, known: &[&str], decoder: &mut Decoder) {
    if decoder.dialect == Dialect::Plugin {
        return;
    }
    let name = entry.key.text;
    let mut error = Diagnostic::error(format!("unknown field `{name}`")).at(entry.key.origin);
    error = match closest(name, known) {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")),
        None => error.hint(format!("known fields: {}", known.join(", "))),
    };
    decoder.error(error);
}

/// Declares a settings struct and how its fields are named in a file. `origin` is where the object begins.
macro_rules! settings {
    ($(
        $(#[$meta:meta])*
        $name:ident $(<$lifetime:lifetime>)? { $( $(#[$field_meta:meta])* $field:ident: $type:ty = $key:literal $(with $decode:path)?, )* }
    )*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, Default)]
        pub struct $name $(<$lifetime>)? {
            /// Where the object begins.
            pub origin: $crate::yaml::Origin,
            $( $(#[$field_meta])* pub $field: $type, )*
        }

        impl<'s> $crate::kustomize::decode::Decode<'s> for $name $(<$lifetime>)? {
            fn decode(
                node: &$crate::yaml::Node<'s>,
                decoder: &mut $crate::kustomize::decode::Decoder,
            ) -> Option<Self> {
                const KEYS: &[&str] = &[$($key),*];
                let Some(mapping) = node.as_mapping() else {
                    return $crate::kustomize::decode::wrong_type("a mapping", node, decoder);
                };
                let mut result = Self { origin: node.origin(), ..Self::default() };
                for entry in mapping {
                    let name = entry.key.text;
                    let known = KEYS.iter().find(|key| **key == name)
                        .or_else(|| KEYS.iter().find(|key| key.eq_ignore_ascii_case(name)));
                    match known.copied() {
                        $( Some($key) => {
                            if !entry.value.is_null()
                                && let Some(value) = $crate::kustomize::decode::settings!(
                                    @decode entry.value, decoder, $type $(, $decode)?
                                )
                            {
                                result.$field = value;
                            }
                        } )*
                        _ => $crate::kustomize::decode::unknown_field(entry, KEYS, decoder),
                    }
                }
                Some(result)
            }
        }
    )*};
    (@decode $node:expr, $decoder:expr, $type:ty) => {
        <$type as $crate::kustomize::decode::Decode<'s>>::decode(&$node, $decoder)
    };
    (@decode $node:expr, $decoder:expr, $type:ty, $decode:path) => { $decode(&$node, $decoder) };
}
pub(crate) use settings;
