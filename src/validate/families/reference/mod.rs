//! `ref/`: what an object names must be there.

use crate::validate::rule::Check;

mod config_map;
mod config_url;
mod duplicate_id;
mod headless_service;
mod hpa_target;
mod ingress;
mod mounted_files;
mod named;
mod namespace;
mod network_policy;
mod pdb_selector;
mod priority_class;
mod probe_port;
mod prometheus_selector;
mod pvc;
mod rbac;
mod rule_files;
mod secret;
mod selector_template;
mod service;
mod service_account;
mod service_monitor;
mod sources;
mod storage_class;
mod volumes;

pub(super) const CHECKS: &[&Check] = &[
    &config_map::CHECK,
    &config_url::CHECK,
    &duplicate_id::CHECK,
    &headless_service::CHECK,
    &hpa_target::CHECK,
    &secret::PULL_CHECK,
    &ingress::CHECK,
    &namespace::CHECK,
    &network_policy::CHECK,
    &pdb_selector::CHECK,
    &priority_class::CHECK,
    &probe_port::CHECK,
    &prometheus_selector::CHECK,
    &pvc::CHECK,
    &rbac::CHECK,
    &rule_files::CHECK,
    &secret::CHECK,
    &selector_template::CHECK,
    &service::CHECK,
    &service_account::CHECK,
    &service_monitor::CHECK,
    &storage_class::CHECK,
    &volumes::CHECK,
];
