//! Where names, namespaces, annotations, images and replica counts are.

use super::{EVERY, field_specs, group, kind, v1};
use crate::kustomize::field_spec::FieldSpec;

/// `namePrefix` and `nameSuffix`
pub(super) const NAMES: &[FieldSpec<'static>] = field_specs! {
    find EVERY, "" ["metadata/name"];
};

/// `namespace`, beside `metadata/namespace` itself
pub(super) const NAMESPACES: &[FieldSpec<'static>] = field_specs! {
    create kind("Namespace"), "" ["metadata/name"];
    find group("apiextensions.k8s.io", "CustomResourceDefinition"), "" [
        "spec/conversion/webhook/clientConfig/service/namespace",
    ];
    create group("apiregistration.k8s.io", "APIService"), "" ["spec/service/namespace"];
};

/// `commonAnnotations`
pub(super) const COMMON_ANNOTATIONS: &[FieldSpec<'static>] = field_specs! {
    create kind("Deployment"), "" ["spec/template/metadata/annotations"];
    create kind("StatefulSet"), "" ["spec/template/metadata/annotations"];
    create group("batch", "CronJob"), "spec/" ["jobTemplate/metadata/annotations"];
    create group("batch", "CronJob"), "spec/jobTemplate/spec/template/" ["metadata/annotations"];
    create group("batch", "Job"), "" ["spec/template/metadata/annotations"];
    create v1("ReplicationController"), "" ["spec/template/metadata/annotations"];
    create kind("DaemonSet"), "" ["spec/template/metadata/annotations"];
    create kind("ReplicaSet"), "" ["spec/template/metadata/annotations"];
    create EVERY, "" ["metadata/annotations"];
};

/// `images`, beside the containers at any depth
pub(super) const IMAGES: &[FieldSpec<'static>] = field_specs! {
    create EVERY, "spec/" ["containers[]/image", "initContainers[]/image", "volumes[]/image/reference"];
    create EVERY, "spec/template/spec/" [
        "containers[]/image",
        "initContainers[]/image",
        "volumes[]/image/reference",
    ];
};

/// `replicas`
pub(super) const REPLICAS: &[FieldSpec<'static>] = field_specs! {
    create kind("Deployment"), "" ["spec/replicas"];
    create kind("StatefulSet"), "" ["spec/replicas"];
    create kind("ReplicaSet"), "" ["spec/replicas"];
    create kind("ReplicationController"), "" ["spec/replicas"];
};
