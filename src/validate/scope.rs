//! Which kinds have a namespace. Wider than what the kustomization engine knows, which has to agree with its model.

use super::tree::Tree;
use crate::resource::{Gvk, is_cluster_scoped, is_known_scope};

/// Kinds without a namespace beside those that the engine knows, with their groups, sorted.
const CLUSTER_SCOPED: [(&str, &str); 34] = [
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
    ("certificates.k8s.io", "ClusterTrustBundle"),
    ("cert-manager.io", "ClusterIssuer"),
    ("cilium.io", "CiliumClusterwideNetworkPolicy"),
    ("cloud.google.com", "ComputeClass"),
    ("eks.amazonaws.com", "IngressClassParams"),
    ("eks.amazonaws.com", "NodeClass"),
    ("elbv2.k8s.aws", "IngressClassParams"),
    ("external-secrets.io", "ClusterExternalSecret"),
    ("external-secrets.io", "ClusterSecretStore"),
    ("flowcontrol.apiserver.k8s.io", "FlowSchema"),
    ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"),
    ("gateway.networking.k8s.io", "GatewayClass"),
    ("internal.apiserver.k8s.io", "StorageVersion"),
    ("karpenter.azure.com", "AKSNodeClass"),
    ("karpenter.k8s.aws", "EC2NodeClass"),
    ("karpenter.sh", "NodeClaim"),
    ("karpenter.sh", "NodePool"),
    ("kyverno.io", "ClusterPolicy"),
    ("networking.k8s.io", "IPAddress"),
    ("networking.k8s.io", "ServiceCIDR"),
    ("policy", "PodSecurityPolicy"),
    ("policy.networking.k8s.io", "AdminNetworkPolicy"),
    ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),
    ("resource.k8s.io", "DeviceClass"),
    ("resource.k8s.io", "DeviceTaintRule"),
    ("resource.k8s.io", "ResourceSlice"),
    ("snapshot.storage.k8s.io", "VolumeSnapshotClass"),
    ("snapshot.storage.k8s.io", "VolumeSnapshotContent"),
    ("storage.k8s.io", "VolumeAttributesClass"),
    ("storagemigration.k8s.io", "StorageVersionMigration"),
];

/// Groups whose other kinds all have a namespace.
const NAMESPACED_GROUPS: [&str; 9] = [
    "argoproj.io",
    "bitnami.com",
    "cert-manager.io",
    "external-secrets.io",
    "gateway.networking.k8s.io",
    "kustomize.toolkit.fluxcd.io",
    "helm.toolkit.fluxcd.io",
    "monitoring.coreos.com",
    "source.toolkit.fluxcd.io",
];

/// Whether a kind has a namespace; nothing if nobody knows.
pub fn is_namespaced(tree: &Tree<'_, '_>, gvk: &Gvk<'_>) -> Option<bool> {
    if let Some(scope) = tree.custom_scope(gvk.group, gvk.kind) {
        return Some(scope == "Namespaced");
    }
    let stable = Gvk { version: "v1", ..*gvk };
    if is_cluster_scoped(&stable) || CLUSTER_SCOPED.contains(&(gvk.group, gvk.kind)) {
        return Some(false);
    }
    let is_known = is_known_scope(&stable) || is_known_scope(gvk) || NAMESPACED_GROUPS.contains(&gvk.group);
    is_known.then_some(true)
}
