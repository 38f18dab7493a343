//! The order of kinds: what others depend on comes first.

use std::cmp::Ordering;

use super::gvk::Gvk;

/// The kinds that come first, in this order.
pub const ORDER_FIRST: &[&str] = &[
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// The kinds that come last, in this order.
pub const ORDER_LAST: &[&str] = &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

impl Gvk<'_> {
    /// The order of kinds; within one rank that of group, version and kind as one text, in which `~` stands for
    /// what is empty.
    pub fn legacy_cmp(&self, other: &Gvk<'_>) -> Ordering {
        rank(self.kind).cmp(&rank(other.kind)).then_with(|| sort_text(self).cmp(sort_text(other)))
    }
}

fn rank(kind: &str) -> (u8, usize) {
    if let Some(position) = ORDER_FIRST.iter().position(|first| *first == kind) {
        return (0, position);
    }
    match ORDER_LAST.iter().position(|last| *last == kind) {
        Some(position) => (2, position),
        None => (1, 0),
    }
}

fn sort_text<'g>(gvk: &Gvk<'g>) -> impl Iterator<Item = u8> + use<'g> {
    let or = |text: &'g str, empty: &'g str| if text.is_empty() { empty } else { text };
    let parts = [or(gvk.group, "~G"), "_", or(gvk.version, "~V"), "_", or(gvk.kind, "~K")];
    parts.into_iter().flat_map(str::bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_kinds_frame_the_others() {
        let mut types = [
            Gvk::parse("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"),
            Gvk::parse("v1", "Pod"),
            Gvk::parse("apps/v1", "DaemonSet"),
            Gvk::parse("apps/v1", "Deployment"),
            Gvk::parse("v1", "Namespace"),
        ];
        types.sort_by(Gvk::legacy_cmp);
        let kinds = types.map(|gvk| gvk.kind);
        // The core group sorts as `~G`, behind every named group.
        assert_eq!(kinds, ["Namespace", "Deployment", "DaemonSet", "Pod", "MutatingWebhookConfiguration"]);
    }
}
