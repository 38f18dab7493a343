//! Where `$(NAME)` is replaced by the value of a var.

use super::{EVERY, field_specs, kind};
use crate::kustomize::field_spec::FieldSpec;

/// Every field with vars
pub(super) const VAR_REFERENCES: &[FieldSpec<'static>] = field_specs! {
    find kind("Service"), "spec/" ["ports/port", "ports/targetPort"];
    find kind("PersistentVolume"), "" ["spec/nfs/server"];
    find kind("Deployment"), "spec/template/spec/" [
        "containers/args",
        "containers/command",
        "containers/env/value",
        "containers/volumeMounts/mountPath",
        "initContainers/args",
        "initContainers/command",
        "initContainers/env/value",
        "initContainers/volumeMounts/mountPath",
        "volumes/nfs/server",
    ];
    find kind("Deployment"), "spec/template/" ["metadata/annotations"];
    find kind("StatefulSet"), "spec/template/spec/" [
        "containers/args",
        "containers/command",
        "containers/env/value",
        "containers/volumeMounts/mountPath",
        "initContainers/args",
        "initContainers/command",
        "initContainers/env/value",
        "initContainers/volumeMounts/mountPath",
    ];
    find kind("StatefulSet"), "spec/" ["volumeClaimTemplates/spec/nfs/server"];
    find kind("CronJob"), "spec/jobTemplate/spec/template/spec/" [
        "containers/args",
        "containers/command",
        "containers/env/value",
        "containers/volumeMounts/mountPath",
        "initContainers/args",
        "initContainers/command",
        "initContainers/env/value",
        "initContainers/volumeMounts/mountPath",
    ];
    find kind("CronJob"), "spec/jobTemplate/spec/template/" ["volumes/nfs/server"];
    find kind("DaemonSet"), "spec/template/spec/" [
        "containers/args",
        "containers/command",
        "containers/env/value",
        "containers/volumeMounts/mountPath",
        "initContainers/args",
        "initContainers/command",
        "initContainers/env/value",
        "initContainers/volumeMounts/mountPath",
        "volumes/nfs/server",
    ];
    find kind("Ingress"), "spec/" ["rules/host", "tls/hosts", "tls/secretName"];
    find kind("Job"), "spec/template/spec/" [
        "containers/args",
        "containers/command",
        "containers/env/value",
        "containers/volumeMounts/mountPath",
        "initContainers/args",
        "initContainers/command",
        "initContainers/env/value",
        "initContainers/volumeMounts/mountPath",
        "volumes/nfs/server",
    ];
    find kind("Pod"), "spec/" [
        "containers/args",
        "containers/command",
        "containers/env/value",
        "containers/volumeMounts/mountPath",
        "initContainers/args",
        "initContainers/command",
        "initContainers/env/value",
        "initContainers/volumeMounts/mountPath",
        "volumes/nfs/server",
    ];
    find kind("ReplicaSet"), "spec/template/spec/" [
        "containers/args",
        "containers/command",
        "containers/env/value",
        "containers/volumeMounts/mountPath",
        "initContainers/args",
        "initContainers/command",
        "initContainers/env/value",
        "initContainers/volumeMounts/mountPath",
        "volumes/nfs/server",
    ];
    find EVERY, "" ["metadata/labels", "metadata/annotations"];
};
