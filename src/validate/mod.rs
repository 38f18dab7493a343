//! What is wrong with a set of manifests, offline, with the line of the source.
//!
//! A [`Rule`] says what is looked for and why; a [`Check`] looks for it: in a text, in an object, in the whole
//! [`Tree`], or in what became of an earlier tree. Rules live in families, one small file each ([`families`]). What they
//! find is a [`Finding`]: plain data with an origin, sorted by place, whatever order it was found in.

mod baseline;
mod claims;
mod embedded;
mod finding;
mod gathering;
mod input;
mod made;
mod object;
mod other_files;
mod promql;
mod quantity;
mod queries;
mod references;
mod repair;
mod rule;
mod run;
mod scope;
mod selector;
mod structure;
mod suppression;
mod tree;
mod workload;

pub mod families;

pub use baseline::Baseline;
pub use claims::{Claim, claims};
pub use finding::{Finding, Findings};
pub use gathering::{Gathering, OfTree};
pub use input::{Input, Text};
pub use made::{MadePods, has_issuer, is_foreign};
pub use object::Object;
pub use quantity::quantity;
pub use queries::queries;
pub use references::{Reference, custom_references, references};
pub use repair::{Repair, Replacement, repair, replace};
pub use rule::{Check, Example, Profile, Rule, Run, Wanted, names};
pub use run::{find_rule, rules, validate_texts, validate_tree};
pub use scope::is_namespaced;
pub use selector::Selector;
pub use tree::{Kind, Target, Tree, is_same};
pub use workload::Workload;
