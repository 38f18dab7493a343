//! `gitops/`: what Argo CD and Flux would stumble over.

use crate::validate::rule::Check;

mod argo_destination;
mod argo_path;
mod argo_project;
mod flux_depends_on;
mod flux_source;
mod pattern;
mod unsubstituted_var;

pub(super) const CHECKS: &[&Check] = &[
    &argo_destination::CHECK,
    &argo_path::CHECK,
    &argo_project::CHECK,
    &flux_depends_on::CHECK,
    &flux_source::CHECK,
    &unsubstituted_var::CHECK,
];

/// The group of Argo CD.
const ARGO_CD: &str = "argoproj.io";
