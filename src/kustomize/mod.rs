//! The engine: kustomization files to objects, in upstream's words and order.

pub mod decode;
pub mod field_spec;
pub mod kustomization;
mod loader;

pub use loader::{LoadRestrictor, Loader};
