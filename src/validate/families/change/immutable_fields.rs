//! Which fields the API server lets nobody change.

/// The fields of a kind that cannot change.
pub(super) struct Immutable {
    /// The group.
    pub(super) group: &'static str,
    /// The kind.
    pub(super) kind: &'static str,
    /// What cannot change.
    pub(super) fields: Fields,
}

/// What cannot change in an object.
pub(super) enum Fields {
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
    Immutable { group, kind, fields: Fields::These(fields) }
}

const fn spec_but(group: &'static str, kind: &'static str, fields: &'static [&'static str]) -> Immutable {
    Immutable { group, kind, fields: Fields::SpecBut(fields) }
}

const SELECTOR: &[&[&str]] = &[&["spec", "selector"]];

/// What the validation of each kind holds fast, in Kubernetes 1.25 and later.
pub(super) static IMMUTABLE: [Immutable; 23] = [
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
