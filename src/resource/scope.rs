//! Which kinds have no namespace, and of which kinds that is known at all.
//!
//! The kinds that kustomize takes as cluster-scoped: those of its built-in schema (Kubernetes 1.21.2) and the
//! admission policies it adds. A kind that is not listed counts as namespaced, custom resources included.

use super::gvk::Gvk;

/// Kind and `apiVersion`, sorted.
const CLUSTER_SCOPED: &[(&str, &str)] = &[
    ("APIService", "apiregistration.k8s.io/v1"),
    ("APIService", "apiregistration.k8s.io/v1beta1"),
    ("CSIDriver", "storage.k8s.io/v1"),
    ("CSIDriver", "storage.k8s.io/v1beta1"),
    ("CSINode", "storage.k8s.io/v1"),
    ("CSINode", "storage.k8s.io/v1beta1"),
    ("CertificateSigningRequest", "certificates.k8s.io/v1"),
    ("CertificateSigningRequest", "certificates.k8s.io/v1beta1"),
    ("ClusterRole", "rbac.authorization.k8s.io/v1"),
    ("ClusterRole", "rbac.authorization.k8s.io/v1beta1"),
    ("ClusterRoleBinding", "rbac.authorization.k8s.io/v1"),
    ("ClusterRoleBinding", "rbac.authorization.k8s.io/v1beta1"),
    ("ComponentStatus", "v1"),
    ("CustomResourceDefinition", "apiextensions.k8s.io/v1"),
    ("CustomResourceDefinition", "apiextensions.k8s.io/v1beta1"),
    ("FlowSchema", "flowcontrol.apiserver.k8s.io/v1beta1"),
    ("IngressClass", "networking.k8s.io/v1"),
    ("IngressClass", "networking.k8s.io/v1beta1"),
    ("MutatingWebhookConfiguration", "admissionregistration.k8s.io/v1"),
    ("MutatingWebhookConfiguration", "admissionregistration.k8s.io/v1beta1"),
    ("Namespace", "v1"),
    ("Node", "v1"),
    ("NodeProxyOptions", "v1"),
    ("PersistentVolume", "v1"),
    ("PodSecurityPolicy", "policy/v1beta1"),
    ("PriorityClass", "scheduling.k8s.io/v1"),
    ("PriorityClass", "scheduling.k8s.io/v1beta1"),
    ("PriorityLevelConfiguration", "flowcontrol.apiserver.k8s.io/v1beta1"),
    ("RuntimeClass", "node.k8s.io/v1"),
    ("RuntimeClass", "node.k8s.io/v1beta1"),
    ("StorageClass", "storage.k8s.io/v1"),
    ("StorageClass", "storage.k8s.io/v1beta1"),
    ("ValidatingAdmissionPolicy", "admissionregistration.k8s.io/v1"),
    ("ValidatingAdmissionPolicyBinding", "admissionregistration.k8s.io/v1"),
    ("ValidatingWebhookConfiguration", "admissionregistration.k8s.io/v1"),
    ("ValidatingWebhookConfiguration", "admissionregistration.k8s.io/v1beta1"),
    ("VolumeAttachment", "storage.k8s.io/v1"),
    ("VolumeAttachment", "storage.k8s.io/v1beta1"),
];

/// The kinds of the same schema that have a namespace, sorted.
const NAMESPACED: &[(&str, &str)] = &[
    ("CSIStorageCapacity", "storage.k8s.io/v1beta1"),
    ("ConfigMap", "v1"),
    ("ControllerRevision", "apps/v1"),
    ("CronJob", "batch/v1"),
    ("CronJob", "batch/v1beta1"),
    ("DaemonSet", "apps/v1"),
    ("Deployment", "apps/v1"),
    ("EndpointSlice", "discovery.k8s.io/v1"),
    ("EndpointSlice", "discovery.k8s.io/v1beta1"),
    ("Endpoints", "v1"),
    ("Event", "events.k8s.io/v1"),
    ("Event", "events.k8s.io/v1beta1"),
    ("Event", "v1"),
    ("HorizontalPodAutoscaler", "autoscaling/v1"),
    ("HorizontalPodAutoscaler", "autoscaling/v2beta1"),
    ("HorizontalPodAutoscaler", "autoscaling/v2beta2"),
    ("Ingress", "extensions/v1beta1"),
    ("Ingress", "networking.k8s.io/v1"),
    ("Ingress", "networking.k8s.io/v1beta1"),
    ("Job", "batch/v1"),
    ("Lease", "coordination.k8s.io/v1"),
    ("Lease", "coordination.k8s.io/v1beta1"),
    ("LimitRange", "v1"),
    ("NetworkPolicy", "networking.k8s.io/v1"),
    ("PersistentVolumeClaim", "v1"),
    ("Pod", "v1"),
    ("PodAttachOptions", "v1"),
    ("PodDisruptionBudget", "policy/v1"),
    ("PodDisruptionBudget", "policy/v1beta1"),
    ("PodExecOptions", "v1"),
    ("PodPortForwardOptions", "v1"),
    ("PodProxyOptions", "v1"),
    ("PodTemplate", "v1"),
    ("ReplicaSet", "apps/v1"),
    ("ReplicationController", "v1"),
    ("ResourceQuota", "v1"),
    ("Role", "rbac.authorization.k8s.io/v1"),
    ("Role", "rbac.authorization.k8s.io/v1beta1"),
    ("RoleBinding", "rbac.authorization.k8s.io/v1"),
    ("RoleBinding", "rbac.authorization.k8s.io/v1beta1"),
    ("Scale", "autoscaling/v1"),
    ("Secret", "v1"),
    ("Service", "v1"),
    ("ServiceAccount", "v1"),
    ("ServiceProxyOptions", "v1"),
    ("StatefulSet", "apps/v1"),
];

/// For each first letter, the lengths of the kinds in the table, as bits. This is asked for every object in every
/// step, and hardly any namespaced kind has the first letter and the length of a cluster-scoped one.
const LENGTHS: [u32; 128] = lengths();

const fn lengths() -> [u32; 128] {
    let mut lengths = [0; 128];
    let mut index = 0;
    while index < CLUSTER_SCOPED.len() {
        let kind = CLUSTER_SCOPED[index].0.as_bytes();
        lengths[kind[0] as usize] |= length_bit(kind.len());
        index += 1;
    }
    lengths
}

/// One of 32 bits.
const fn length_bit(length: usize) -> u32 {
    1 << (length % 32)
}

/// Whether objects of this kind certainly have no namespace.
pub fn is_cluster_scoped(gvk: &Gvk<'_>) -> bool {
    let first = gvk.kind.bytes().next().unwrap_or_default();
    if LENGTHS.get(usize::from(first)).is_none_or(|lengths| lengths & length_bit(gvk.kind.len()) == 0) {
        return false;
    }
    contains(CLUSTER_SCOPED, gvk)
}

/// Whether it is known if objects of this kind have a namespace.
pub fn is_known_scope(gvk: &Gvk<'_>) -> bool {
    contains(NAMESPACED, gvk) || is_cluster_scoped(gvk)
}

fn contains(table: &[(&str, &str)], gvk: &Gvk<'_>) -> bool {
    let start = table.partition_point(|(kind, _)| *kind < gvk.kind);
    table[start..]
        .iter()
        .take_while(|(kind, _)| *kind == gvk.kind)
        .any(|(_, api_version)| Gvk::parse(api_version, gvk.kind) == *gvk)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_knows_versions() {
        assert!(CLUSTER_SCOPED.is_sorted());
        assert!(NAMESPACED.is_sorted());
        assert!(is_known_scope(&Gvk::parse("v1", "ConfigMap")));
        assert!(!is_known_scope(&Gvk::parse("", "ConfigMap")));
        assert!(is_cluster_scoped(&Gvk::parse("v1", "Namespace")));
        assert!(!is_cluster_scoped(&Gvk::parse("example.com/v1", "Namespace")));
        assert!(!is_cluster_scoped(&Gvk::parse("v1", "ConfigMap")));
    }
}
