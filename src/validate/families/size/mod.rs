//! `size/`: what the API server, or kubectl, takes no more.

use crate::validate::rule::Check;

mod config_map;
mod last_applied;

pub(super) const CHECKS: &[&Check] = &[&config_map::CHECK, &last_applied::CHECK];
