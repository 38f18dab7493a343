//! The engine: kustomization files to objects, in upstream's words and order.

pub mod crd_fields;
pub mod decode;
mod default_field_specs;
mod field_path;
pub mod field_spec;
pub mod generator;
pub mod hash;
pub mod kustomization;
pub mod label_selector;
mod loader;
pub mod name_reference;
pub mod patch;
mod path_lookup;
pub mod pattern;
pub mod replacement;
pub mod selector;
mod set_value;
pub mod sort;
#[cfg(test)]
mod testing;
pub mod transformer;
pub mod transformer_config;
pub mod vars;

pub use loader::{LoadRestrictor, Loader};
