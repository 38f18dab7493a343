//! `net/`: who can reach whom.

use crate::validate::rule::Check;

mod blocked_path;
mod flow;
mod policy;
mod unprotected_pod;

pub(super) const CHECKS: &[&Check] = &[&blocked_path::CHECK, &unprotected_pod::CHECK];
