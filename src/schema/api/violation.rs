//! What is wrong with a value.

use crate::yaml::Origin;

/// Which kind of rule a value breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ViolationKind {
    /// The value is of another type.
    Type,
    /// There is no field of this name.
    UnknownField,
    /// A field is missing.
    Required,
    /// The value is none of those that are allowed.
    Enum,
    /// The text is not of the form that its format asks for.
    Format,
    /// The text does not match a pattern.
    Pattern,
    /// Two items of a list have the same key, or two members of a set are equal.
    ListMapKey,
    /// A number, a length or a count is out of range.
    Bounds,
    /// A rule in CEL does not hold.
    Cel,
    /// The text is no amount such as `500m`.
    Quantity,
}

/// A value that a schema does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which kind of rule it breaks.
    pub kind: ViolationKind,
    /// Where the value, or the key, was written.
    pub origin: Origin,
    /// Where it stands in the object, like `spec.containers[0].image`.
    pub path: String,
    /// What is wrong: one sentence in lower case.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
    /// Other places that explain it, each with what it is.
    pub related: Vec<(String, Origin)>,
    /// Whether the value is a secret, so that its line must not be shown.
    pub is_secret: bool,
    /// What to write instead, where only the way in which it is written is wrong.
    pub edit: Option<Edit>,
}

/// A change of how a key or a value is written, which leaves no doubt of what is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edit {
    /// Another word, in quotes if the old one was.
    Rename {
        /// The word that stands there.
        was: String,
        /// The word that is to stand there.
        is: String,
    },
    /// The same word in quotes: it is a text, not a number or a boolean.
    Quote(String),
    /// The same word without quotes: it is a number or a boolean, not a text.
    Unquote(String),
    /// The key and all that it holds go.
    Remove(String),
}
