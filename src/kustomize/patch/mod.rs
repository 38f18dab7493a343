//! Patches: strategic merge and JSON 6902, and what they do to an object.
//!
//! Knows nothing of where patches are written and which objects they are for.

mod apply;
mod json;
pub mod json6902;
mod metadata;
pub mod strategic_merge;

pub use apply::{MergeTerms, apply_strategic_merge};
pub use json6902::{Operations, looks_like_operations, operations};
