//! `am/`: Alertmanager must read its configuration, and every alert must reach somebody.

use crate::validate::rule::Check;

mod config;
mod crd_receiver;
mod crd_settings;
mod interval_order;
mod matcher;
mod matchers;
mod receiver_settings;
mod receivers;
mod route;
mod severity_coverage;
mod unreachable_route;
mod url;

pub(super) const CHECKS: &[&Check] = &[
    &config::CHECK,
    &crd_receiver::CHECK,
    &crd_settings::CHECK,
    &interval_order::CHECK,
    &matcher::CHECK,
    &receivers::CHECK,
    &severity_coverage::CHECK,
    &unreachable_route::CHECK,
    &url::CHECK,
];
