//! The engine: kustomization files to objects, in upstream's words and order.

pub mod decode;
mod default_field_specs;
pub mod field_spec;
pub mod generator;
pub mod kustomization;
mod loader;
pub mod transformer_config;

pub use loader::{LoadRestrictor, Loader};
