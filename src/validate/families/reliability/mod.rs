//! `rel/`: what goes down when it need not.

use crate::validate::rule::Check;

mod hpa_replicas;
mod pdb_blocks_drain;
mod resources;

pub(super) const CHECKS: &[&Check] = &[&hpa_replicas::CHECK, &pdb_blocks_drain::CHECK, &resources::CHECK];
