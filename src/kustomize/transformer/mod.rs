//! The transformers that set simple fields: one function each, called in upstream's order by the build.

pub mod affix;
pub mod annotations;
pub mod images;
pub mod labels;
pub mod namespace;
pub mod replicas;
pub mod value_add;
