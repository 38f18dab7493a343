//! Where labels go.

use super::{EVERY, field_specs, group, kind, v1};
use crate::kustomize::field_spec::FieldSpec;

/// `commonLabels`, and `labels` with `includeSelectors`: selectors, templates and metadata.
pub(super) const COMMON_LABELS: &[FieldSpec<'static>] = field_specs! {
    create v1("Service"), "" ["spec/selector"];
    find group("apps", "Deployment"), "spec/template/spec/affinity/podAffinity/" [
        "preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
        "requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
    ];
    find group("apps", "Deployment"), "spec/template/spec/affinity/podAntiAffinity/" [
        "preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
        "requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
    ];
    find group("apps", "Deployment"), "spec/template/spec/" [
        "topologySpreadConstraints/labelSelector/matchLabels",
    ];
    create kind("Deployment"), "spec/" ["selector/matchLabels"];
    create kind("Deployment"), "spec/template/" ["metadata/labels"];
    create group("apps", "StatefulSet"), "" ["spec/selector/matchLabels"];
    find group("apps", "StatefulSet"), "spec/template/spec/affinity/podAffinity/" [
        "preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
        "requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
    ];
    find group("apps", "StatefulSet"), "spec/template/spec/affinity/podAntiAffinity/" [
        "preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
        "requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
    ];
    find group("apps", "StatefulSet"), "spec/template/spec/" [
        "topologySpreadConstraints/labelSelector/matchLabels",
    ];
    create group("apps", "StatefulSet"), "spec/template/" ["metadata/labels"];
    create group("apps", "StatefulSet"), "spec/" ["volumeClaimTemplates[]/metadata/labels"];
    find group("batch", "CronJob"), "" ["spec/jobTemplate/spec/selector/matchLabels"];
    create group("batch", "CronJob"), "spec/" ["jobTemplate/metadata/labels"];
    create group("batch", "CronJob"), "spec/jobTemplate/spec/template/" ["metadata/labels"];
    find group("policy", "PodDisruptionBudget"), "" ["spec/selector/matchLabels"];
    find group("batch", "Job"), "" ["spec/selector/matchLabels"];
    create group("batch", "Job"), "" ["spec/template/metadata/labels"];
    find group("networking.k8s.io", "NetworkPolicy"), "spec/" [
        "podSelector/matchLabels",
        "ingress/from/podSelector/matchLabels",
        "egress/to/podSelector/matchLabels",
    ];
    create v1("ReplicationController"), "spec/" ["selector"];
    create v1("ReplicationController"), "spec/template/" ["metadata/labels"];
    create kind("DaemonSet"), "spec/" ["selector/matchLabels"];
    create kind("DaemonSet"), "spec/template/" ["metadata/labels"];
    create kind("ReplicaSet"), "spec/" ["selector/matchLabels"];
    create kind("ReplicaSet"), "spec/template/" ["metadata/labels"];
    create EVERY, "" ["metadata/labels"];
};

/// `labels` with `includeTemplates`
pub(super) const TEMPLATE_LABELS: &[FieldSpec<'static>] = field_specs! {
    create kind("Deployment"), "" ["spec/template/metadata/labels"];
    create group("apps", "StatefulSet"), "" ["spec/template/metadata/labels"];
    create group("batch", "CronJob"), "spec/" ["jobTemplate/metadata/labels"];
    create group("batch", "CronJob"), "spec/jobTemplate/spec/template/" ["metadata/labels"];
    create group("batch", "Job"), "" ["spec/template/metadata/labels"];
    create v1("ReplicationController"), "" ["spec/template/metadata/labels"];
    create kind("DaemonSet"), "" ["spec/template/metadata/labels"];
    create kind("ReplicaSet"), "" ["spec/template/metadata/labels"];
    create EVERY, "" ["metadata/labels"];
};

/// `labels` with `includeVolumeClaimTemplates`
pub(super) const VOLUME_CLAIM_TEMPLATE_LABELS: &[FieldSpec<'static>] = field_specs! {
    create group("apps", "StatefulSet"), "" ["spec/volumeClaimTemplates[]/metadata/labels"];
};
