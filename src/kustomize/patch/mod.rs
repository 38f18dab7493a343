//! Patches: strategic merge and JSON 6902.

mod json;
pub mod strategic_merge;
