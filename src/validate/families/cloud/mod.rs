//! `cloud/`: what another cloud has and this one has not.

use crate::stack::Cloud;
use crate::validate::rule::Check;

mod annotation;
mod class;
mod identity;
mod node;
mod provisioner;
mod registry;
mod restricted_platform;
pub(super) mod storage;
pub(in crate::validate) mod unexpected_difference;

pub(super) const CHECKS: &[&Check] = &[
    &storage::ACCESS_CHECK,
    &annotation::CHECK,
    &identity::CHECK,
    &class::CHECK,
    &node::CHECK,
    &provisioner::CHECK,
    &registry::CHECK,
    &restricted_platform::CHECK,
    &storage::CHECK,
    &unexpected_difference::CHECK,
];

/// Words of which each is understood by some clouds.
type Words = [(&'static str, &'static [Cloud])];

const AKS: &[Cloud] = &[Cloud::Aks];
const EKS: &[Cloud] = &[Cloud::Eks];
const GKE: &[Cloud] = &[Cloud::Gke];

/// The clouds whose word it is that a key begins with, if it is another cloud's and not this one's.
fn foreign(words: &Words, key: &str, cloud: Cloud) -> Option<Cloud> {
    let known = words.iter().filter(|(prefix, _)| key.starts_with(prefix)).map(|(_, clouds)| *clouds);
    let known = known.max_by_key(|clouds| clouds.len())?;
    if known.contains(&cloud) { None } else { known.first().copied() }
}

/// The cloud as people call it, with its article.
fn title(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::Aks => "AKS",
        Cloud::Eks => "EKS",
        Cloud::Gke => "GKE",
    }
}
