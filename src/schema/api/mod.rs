//! What the Kubernetes API accepts, release by release: which kinds there are, and what may stand in their fields.
//!
//! The API of every supported release of Kubernetes, and the custom resources of Argo CD, Flux and the Prometheus
//! operator, stand in one table that is part of the program and read in place ([`table`]). Definitions of custom
//! resources that are found at run time go through the same [`encode`] into tables of the same form, so that there is
//! one reader and one validator. tools/kubernetes-schemas makes the table from public packages.

mod asset;
mod cel;
mod compiled;
#[cfg(test)]
mod cross_check;
mod definition;
mod describe;
mod encode;
mod format;
mod list;
mod logic;
mod lookup;
mod minor;
mod scalar;
mod shape;
mod table;
#[cfg(test)]
mod tests;
mod unknown_field;
mod validate;
mod value_schema;
mod violation;
mod walk;

pub use asset::{InvalidCollection, compile};
pub use definition::{CustomKind, InvalidDefinition};
pub use encode::TooLarge;
pub use lookup::{Found, Lookup, Schemas, Scope};
pub use minor::{InvalidMinor, Minor};
pub use value_schema::{ListType, Meaning, ValueSchema};
pub use violation::{Edit, Violation, ViolationKind};
