//! `sec/`: what an attacker, or a mistake, could use.

use crate::validate::rule::Check;

mod capabilities;
mod cluster_admin;
mod exempt;
mod host_network;
mod host_path;
mod image_tag;
mod ingress_tls;
mod plaintext_secret;
mod pod_security;
mod pod_security_label;
mod privileged;
mod public_service;
mod rbac_secrets;
mod rbac_wildcard;
mod run_as_root;
mod service_account_token;

pub(super) const CHECKS: &[&Check] = &[
    &capabilities::CHECK,
    &cluster_admin::CHECK,
    &host_network::CHECK,
    &host_path::CHECK,
    &image_tag::CHECK,
    &ingress_tls::CHECK,
    &plaintext_secret::CHECK,
    &pod_security_label::CHECK,
    &privileged::CHECK,
    &public_service::CHECK,
    &rbac_secrets::CHECK,
    &rbac_wildcard::CHECK,
    &run_as_root::CHECK,
    &service_account_token::CHECK,
];
