//! What is wrong with a set of manifests, offline, with the line of the source.
//!
//! A [`Rule`] says what is looked for and why; a [`Check`] looks for it: in a text, in an object, in the whole
//! [`Tree`], or in what became of an earlier tree. Rules live in families, one small file each ([`families`]). What they
//! find is a [`Finding`]: plain data with an origin, sorted by place, whatever order it was found in.

mod baseline;
mod finding;
mod gathering;
mod input;
mod object;
mod rule;
mod run;
mod suppression;
mod tree;
mod workload;

pub mod families;

pub use baseline::Baseline;
pub use finding::{Finding, Findings};
pub use gathering::{Gathering, OfTree};
pub use input::{Input, Text};
pub use object::Object;
pub use rule::{Check, Example, Profile, Rule, Run, Wanted, names};
pub use run::{find_rule, rules, validate_texts, validate_tree};
pub use tree::{Target, Tree};
pub use workload::Workload;
