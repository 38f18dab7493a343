//! `sem/`: what no schema says and the API server, or a program, refuses all the same.

use crate::validate::rule::Check;

mod cron;
mod duration;
mod fields;
mod host;
mod hpa_bounds;
mod int_or_percent;
mod name;
mod one_of;
mod places;
mod port_name;
mod port_range;
mod quantity;
mod requests_over_limits;
mod required_value;
mod resource_name;
mod restart_policy;
mod selector;

pub(super) const CHECKS: &[&Check] = &[
    &cron::CHECK,
    &duration::CHECK,
    &host::CHECK,
    &hpa_bounds::CHECK,
    &int_or_percent::CHECK,
    &name::CHECK,
    &one_of::CHECK,
    &port_name::CHECK,
    &port_range::CHECK,
    &quantity::CHECK,
    &requests_over_limits::CHECK,
    &required_value::CHECK,
    &resource_name::CHECK,
    &restart_policy::CHECK,
    &selector::CHECK,
];
