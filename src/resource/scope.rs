//! Which kinds have no namespace.
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
    let start = CLUSTER_SCOPED.partition_point(|(kind, _)| *kind < gvk.kind);
    CLUSTER_SCOPED[start..]
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
        assert!(is_cluster_scoped(&Gvk::parse("v1", "Namespace")));
        assert!(!is_cluster_scoped(&Gvk::parse("example.com/v1", "Namespace")));
        assert!(!is_cluster_scoped(&Gvk::parse("v1", "ConfigMap")));
    }
}
