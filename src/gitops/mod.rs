//! The tree that Argo CD or Flux syncs: which files it has, who owns them, and how it is written safely.
//!
//! `tree` lays objects out as files, `argo_cd` and `flux` add what the engines need; `plan` compares that with the
//! disk and the ledger (`inventory`) and refuses what `brakes` finds too much; `write` carries a plan out.

mod argo_cd;
mod brakes;
mod file_name;
mod flux;
mod inventory;
mod lock;
mod plan;
mod secrets;
mod source_path;
mod tree;
mod write;

pub use brakes::Removal;
pub use inventory::INVENTORY;
pub use plan::{Allowed, Change, Plan, Scope, Status};
pub use tree::{Tree, TreeFile, cluster_of, render_tree};
pub use write::{Outcome, check, write};
