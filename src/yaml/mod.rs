//! YAML text to nodes with origins, and back.
//!
//! Read with go-yaml v3's rules, written with go-yaml v2's: what kustomize does. Knows nothing of Kubernetes.

mod comments;
mod compact_vec;
mod emit;
mod encoding;
mod node;
mod packed;
mod parse;
#[cfg(test)]
pub(crate) mod random;
mod scalar;
mod source;
mod words;

pub use comments::Comments;
pub use compact_vec::CompactVec;
pub use emit::{
    EmitError, HtmlEscapes, JsonLayout, JsonNumbers, emit, emit_for_all_readers, emit_source_style,
    emit_with_comments, through_json, through_json_exactly, to_json,
};
pub use encoding::{NotText, decode_text};
pub use node::{Entry, Key, Mapping, Node, Sequence, Style, Value, ValueMut};
pub use packed::{Packed, Packer};
pub use parse::{
    DuplicateKey, DuplicateKeys, MAX_DEPTH, Mark, ParseError, ParseErrorKind, ParseOptions, SingleDocument,
    marks, parse_documents, parse_one, parse_readable,
};
pub use scalar::{Scalar, Timestamp, Typing, is_string, legacy_bool, resolve};
pub use source::{Location, Origin, Source, Sources, TooLarge};
pub use words::{Word, WordText};
