//! The rules, by family: one folder each, one small file for each rule.

use super::rule::Check;

mod alertmanager;
mod api;
mod change;
mod cloud;
mod gitops;
mod grafana;
mod metadata;
mod network;
mod prometheus;
mod reference;
mod reliability;
mod schema;
mod security;
mod semantics;
mod size;
pub(super) mod suppress;
mod yaml;

pub use cloud::unexpected_difference::UNEXPECTED_DIFFERENCE;

/// The checks of all families, in the order in which `--list-rules` shows their rules.
pub(super) const CHECKS: &[&[&Check]] = &[
    alertmanager::CHECKS,
    api::CHECKS,
    change::CHECKS,
    cloud::CHECKS,
    gitops::CHECKS,
    grafana::CHECKS,
    metadata::CHECKS,
    network::CHECKS,
    prometheus::CHECKS,
    reference::CHECKS,
    reliability::CHECKS,
    schema::CHECKS,
    security::CHECKS,
    semantics::CHECKS,
    size::CHECKS,
    suppress::CHECKS,
    yaml::CHECKS,
];
