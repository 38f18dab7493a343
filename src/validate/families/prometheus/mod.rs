//! `prom/`: Prometheus must read its configuration and rules, and rules must be able to fire.

use crate::validate::rule::Check;

mod config;
mod counter;
mod demands;
mod duplicate_rule;
mod expression;
mod impossible;
mod label_dropped;
mod name;
mod no_comparison;
mod range;
mod relabel;
mod template;
mod unknown_metric;
mod vector_match;

pub(super) const CHECKS: &[&Check] = &[
    &config::CHECK,
    &counter::CHECK,
    &duplicate_rule::CHECK,
    &expression::CHECK,
    &impossible::CHECK,
    &label_dropped::CHECK,
    &name::CHECK,
    &no_comparison::CHECK,
    &range::CHECK,
    &template::CHECK,
    &unknown_metric::CHECK,
    &vector_match::CHECK,
];
