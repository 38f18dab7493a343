//! `meta/`: names, labels, namespaces, and what the API server writes.

use crate::validate::rule::Check;

mod label;
mod name;
mod scope;
mod server_fields;

pub(super) const CHECKS: &[&Check] = &[&label::CHECK, &name::CHECK, &scope::CHECK, &server_fields::CHECK];

/// Whether an object is none of the API server's, such as a kustomization file.
fn is_local(object: &crate::validate::Object<'_, '_>) -> bool {
    object.group() == "kustomize.config.k8s.io"
        || object.kind().is_empty()
        || object.annotation("config.kubernetes.io/local-config").is_some_and(|value| value != "false")
}
