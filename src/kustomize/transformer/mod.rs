//! The transformers that set simple fields.

pub mod affix;
pub mod images;
pub mod labels;
pub mod namespace;
pub mod replicas;
pub mod value_add;
