//! The tree that Argo CD or Flux syncs: which files it has, who owns them, and how it is written safely.
//!
//! `cluster_files` lays a cluster's objects out as files, `argo_cd` and `flux` add what the engines need, `tree` puts
//! clusters together; `plan` compares that with the disk and the ledger (`inventory`) and refuses what `brakes` finds
//! too much; `write` carries a plan out.

mod argo_cd;
mod brakes;
mod cluster_files;
mod file_name;
mod flux;
mod ignored_fields;
mod inventory;
mod lock;
mod plan;
mod secrets;
mod source_path;
mod tree;
mod write;

pub use brakes::Removal;
pub use cluster_files::{EngineObject, Renderer, describe};
pub use plan::{Allowed, Change, Plan, Scope, Status};
pub use tree::{ClusterFiles, Tree, TreeFile, app_of_path, cluster_of};
pub use write::{Outcome, check, write};
