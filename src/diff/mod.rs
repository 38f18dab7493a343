//! What differs between two sets of objects: in what they mean, not in how they are written.
//!
//! [`compare`] takes two [`Side`]s. Values of Secrets become tokens before anything is compared (`masking`); objects are
//! paired by what they are (`pairing`); pairs are walked through side by side (`walk`), with the lists of the API paired
//! by its keys (`list_kind`), scalars read as it reads them (`scalar`) and documents inside values opened (`document`).
//! What comes out is a [`Comparison`]: plain data with the origins of both sides. A [`Report`] puts those of several
//! clusters together.

mod change;
mod comparison;
mod danger;
mod document;
mod filter;
mod fingerprint;
mod harmless;
mod keyed;
mod list_kind;
mod masking;
mod names;
mod nothing;
mod ordered;
mod pairing;
mod path;
mod report;
mod routine;
mod scalar;
mod side;
mod similarity;
mod walk;

pub use change::{Edit, EditKind, ObjectChange, Verb};
pub use comparison::{Comparison, Options, compare};
pub use danger::{Danger, Dangers, Level, RULES, Rule, Syncing, dangers};
pub use filter::{Filter, InvalidFilter};
pub use harmless::harmless;
pub use path::{Path, Step};
pub use report::{
    At, Cluster, Hidden, NamespaceMove, Remark, Report, Reported, ReportedDanger, ReportedEdit,
};
pub use side::{Document, Object, Side};

#[cfg(test)]
pub(crate) mod properties;
#[cfg(test)]
mod tests;
