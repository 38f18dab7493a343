//! `graf/`: dashboards must load, and their panels must show something.

use crate::validate::rule::Check;

mod dashboard_json;
mod dashboard_query;
mod provisioning;
mod variables;

pub(super) const CHECKS: &[&Check] = &[&dashboard_json::CHECK, &dashboard_query::CHECK, &provisioning::CHECK];
