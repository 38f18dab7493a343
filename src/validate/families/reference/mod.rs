//! `ref/`: what an object names must be there.

use crate::validate::rule::Check;

mod config_map;
mod pod_references;

pub(super) const CHECKS: &[&Check] = &[&config_map::CHECK];
