//! Which fields the API server lets nobody change, and which it fills in if they are not written.

use crate::yaml::Node;

/// The fields of a kind that cannot change.
#[derive(Debug)]
struct Immutable {
    group: &'static str,
    kind: &'static str,
    fields: ImmutableFields,
}

/// What cannot change in an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImmutableFields {
    /// These.
    These(&'static [&'static [&'static str]]),
    /// All in `spec` but these.
    SpecBut(&'static [&'static str]),
}

const fn these(
    group: &'static str,
    kind: &'static str,
    fields: &'static [&'static [&'static str]],
) -> Immutable {
    Immutable { group, kind, fields: ImmutableFields::These(fields) }
}

const fn spec_but(group: &'static str, kind: &'static str, fields: &'static [&'static str]) -> Immutable {
    Immutable { group, kind, fields: ImmutableFields::SpecBut(fields) }
}

const SELECTOR: &[&[&str]] = &[&["spec", "selector"]];

/// What the validation of each kind holds fast, in Kubernetes 1.25 and later.
static IMMUTABLE: [Immutable; 23] = [
    these("apps", "Deployment", SELECTOR),
    these("apps", "ReplicaSet", SELECTOR),
    these("apps", "DaemonSet", SELECTOR),
    these("argoproj.io", "Rollout", SELECTOR),
    spec_but(
        "apps",
        "StatefulSet",
        &[
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds",
        ],
    ),
    these(
        "batch",
        "Job",
        &[
            &["spec", "selector"],
            &["spec", "template"],
            &["spec", "completionMode"],
            &["spec", "podFailurePolicy"],
            &["spec", "manualSelector"],
        ],
    ),
    these("", "Service", &[&["spec", "clusterIP"], &["spec", "clusterIPs"]]),
    spec_but("", "PersistentVolumeClaim", &["resources", "volumeAttributesClassName", "volumeName"]),
    spec_but(
        "",
        "PersistentVolume",
        &[
            "accessModes",
            "capacity",
            "claimRef",
            "mountOptions",
            "nodeAffinity",
            "persistentVolumeReclaimPolicy",
            "storageClassName",
            "volumeAttributesClassName",
        ],
    ),
    these("", "Secret", &[&["type"]]),
    these("rbac.authorization.k8s.io", "RoleBinding", &[&["roleRef"]]),
    these("rbac.authorization.k8s.io", "ClusterRoleBinding", &[&["roleRef"]]),
    these(
        "storage.k8s.io",
        "StorageClass",
        &[&["provisioner"], &["parameters"], &["reclaimPolicy"], &["volumeBindingMode"]],
    ),
    these("storage.k8s.io", "VolumeAttributesClass", &[&["driverName"], &["parameters"]]),
    these(
        "storage.k8s.io",
        "CSIDriver",
        &[&["spec", "attachRequired"], &["spec", "fsGroupPolicy"], &["spec", "volumeLifecycleModes"]],
    ),
    these("scheduling.k8s.io", "PriorityClass", &[&["value"], &["preemptionPolicy"]]),
    these("networking.k8s.io", "IngressClass", &[&["spec", "controller"]]),
    these("gateway.networking.k8s.io", "GatewayClass", &[&["spec", "controllerName"]]),
    these("node.k8s.io", "RuntimeClass", &[&["handler"]]),
    these(
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
        &[&["spec", "group"], &["spec", "scope"], &["spec", "names", "plural"], &["spec", "names", "kind"]],
    ),
    these("discovery.k8s.io", "EndpointSlice", &[&["addressType"]]),
    these("resource.k8s.io", "ResourceClaim", &[&["spec"]]),
    these("resource.k8s.io", "ResourceClaimTemplate", &[&["spec"]]),
];

/// Fields that the API server fills in if they are not written, by their last key.
const DEFAULTS: [(&str, &str); 13] = [
    ("allowVolumeExpansion", "false"),
    ("apiGroup", "rbac.authorization.k8s.io"),
    ("apiVersion", "v1"),
    ("completionMode", "NonIndexed"),
    ("kind", "PersistentVolumeClaim"),
    ("podManagementPolicy", "OrderedReady"),
    ("preemptionPolicy", "PreemptLowerPriority"),
    ("protocol", "TCP"),
    ("reclaimPolicy", "Delete"),
    ("type", "Opaque"),
    ("volumeBindingMode", "Immediate"),
    ("volumeMode", "Filesystem"),
    ("value", "0"),
];

/// What cannot change in objects of a kind, if there is anything.
pub fn immutable_fields(group: &str, kind: &str) -> Option<&'static ImmutableFields> {
    IMMUTABLE.iter().find(|row| row.group == group && row.kind == kind).map(|row| &row.fields)
}

/// Whether an immutable field says what the API server takes if nothing is said. `key` is what it is called.
pub fn is_default(key: &str, value: &Node<'_>) -> bool {
    value.is_null_or_empty()
        || DEFAULTS.iter().any(|(field, text)| key == *field && value.text() == Some(text))
}
