//! What runs in a cluster against what its tree says: only what the tree says is ours.
//!
//! [`detect`] takes the objects of the tree and those of the cluster. Of each live object it keeps what the tree has
//! (`owned`), and counts the rest by the reason why it is there (`reason`). What is left is compared as two trees are,
//! so that lists, quantities and documents inside values mean the same everywhere. Live objects that carry our marks and
//! are not in the tree are extra (`ownership`). Fields that the engines leave alone are left alone here too (`engines`).
//! `settled` takes over what the API server would make of the tree. `manager` says who wrote a value last, `codify` writes the patch that would make the tree agree.

mod codify;
mod detect;
mod engines;
mod identity;
mod manager;
mod owned;
mod ownership;
mod reason;
mod settled;

pub use codify::patch;
pub use detect::{Desired, Drift, Live, detect};
pub use engines::Engines;
pub use identity::Identity;
