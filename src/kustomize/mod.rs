//! The engine: kustomization files to objects, in upstream's words and order.

mod accumulator;
mod build;
mod build_metadata;
pub mod crd_fields;
pub mod decode;
mod default_field_specs;
mod field_path;
pub mod field_spec;
pub mod generator;
pub mod hash;
pub mod history;
pub mod kustomization;
pub mod label_selector;
mod loader;
pub mod name_reference;
mod object_steps;
mod open_api;
pub mod patch;
mod patches;
mod path_lookup;
pub mod pattern;
mod plugin;
pub mod plugin_settings;
mod read;
pub mod replacement;
mod run;
pub mod selector;
mod set_value;
mod shared_scalar;
pub mod sort;
mod target;
#[cfg(test)]
mod testing;
mod transform;
pub mod transformer;
pub mod transformer_config;
mod untyped_scalar;
pub mod vars;

pub use build::{Build, BuildOptions, Builder, Reorder, build};
pub use kustomization::FILE_NAMES;
pub use loader::{LoadRestrictor, Loader};
