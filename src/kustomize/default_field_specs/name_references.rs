//! Which fields hold the name of another object.

use super::{field_specs, group, kind, v1, version};
use crate::kustomize::field_spec::FieldSpec;
use crate::resource::Gvk;

/// The kinds that are referred to by name, each with the fields that do, in upstream's order.
pub(super) const NAME_REFERENCES: &[(Gvk<'static>, &[FieldSpec<'static>])] = &[
    (version("storage.k8s.io", "v1", "StorageClass"), STORAGE_CLASS),
    (v1("ServiceAccount"), SERVICE_ACCOUNT),
    (group("rbac.authorization.k8s.io", "Role"), ROLE),
    (group("rbac.authorization.k8s.io", "ClusterRole"), CLUSTER_ROLE),
    (v1("ConfigMap"), CONFIG_MAP),
    (v1("Secret"), SECRET),
    (v1("Service"), SERVICE),
    (version("scheduling.k8s.io", "v1", "PriorityClass"), PRIORITY_CLASS),
    (v1("PersistentVolume"), PERSISTENT_VOLUME),
    (v1("PersistentVolumeClaim"), PERSISTENT_VOLUME_CLAIM),
    (kind("Deployment"), SCALED),
    (kind("StatefulSet"), SCALED),
    (group("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"), VALIDATING_ADMISSION_POLICY),
    (version("networking.k8s.io/v1", "v1", "IngressClass"), INGRESS_CLASS),
    (kind("ReplicaSet"), SCALED),
    (kind("ReplicationController"), SCALED),
];

/// Who names a `StorageClass`
const STORAGE_CLASS: &[FieldSpec<'static>] = field_specs! {
    find kind("PersistentVolume"), "" ["spec/storageClassName"];
    find kind("PersistentVolumeClaim"), "" ["spec/storageClassName"];
    find kind("StatefulSet"), "" ["spec/volumeClaimTemplates/spec/storageClassName"];
};

/// Who names a `ServiceAccount`
const SERVICE_ACCOUNT: &[FieldSpec<'static>] = field_specs! {
    find group("rbac.authorization.k8s.io", "RoleBinding"), "" ["subjects"];
    find group("rbac.authorization.k8s.io", "ClusterRoleBinding"), "" ["subjects"];
    find kind("Pod"), "" ["spec/serviceAccountName"];
    find kind("StatefulSet"), "" ["spec/template/spec/serviceAccountName"];
    find kind("Deployment"), "" ["spec/template/spec/serviceAccountName"];
    find kind("ReplicationController"), "" ["spec/template/spec/serviceAccountName"];
    find kind("CronJob"), "" ["spec/jobTemplate/spec/template/spec/serviceAccountName"];
    find kind("Job"), "" ["spec/template/spec/serviceAccountName"];
    find kind("DaemonSet"), "" ["spec/template/spec/serviceAccountName"];
};

/// Who names a Role
const ROLE: &[FieldSpec<'static>] = field_specs! {
    find group("rbac.authorization.k8s.io", "RoleBinding"), "" ["roleRef/name"];
};

/// Who names a `ClusterRole`
const CLUSTER_ROLE: &[FieldSpec<'static>] = field_specs! {
    find group("rbac.authorization.k8s.io", "RoleBinding"), "" ["roleRef/name"];
    find group("rbac.authorization.k8s.io", "ClusterRoleBinding"), "" ["roleRef/name"];
};

/// Who names a `ConfigMap`
const CONFIG_MAP: &[FieldSpec<'static>] = field_specs! {
    find v1("Pod"), "spec/" [
        "volumes/configMap/name",
        "containers/env/valueFrom/configMapKeyRef/name",
        "initContainers/env/valueFrom/configMapKeyRef/name",
        "containers/envFrom/configMapRef/name",
        "initContainers/envFrom/configMapRef/name",
        "volumes/projected/sources/configMap/name",
    ];
    find kind("PodTemplate"), "template/spec/" [
        "volumes/configMap/name",
        "containers/env/valueFrom/configMapKeyRef/name",
        "initContainers/env/valueFrom/configMapKeyRef/name",
        "containers/envFrom/configMapRef/name",
        "initContainers/envFrom/configMapRef/name",
        "volumes/projected/sources/configMap/name",
    ];
    find kind("Deployment"), "spec/template/spec/" [
        "volumes/configMap/name",
        "containers/env/valueFrom/configMapKeyRef/name",
        "initContainers/env/valueFrom/configMapKeyRef/name",
        "containers/envFrom/configMapRef/name",
        "initContainers/envFrom/configMapRef/name",
        "volumes/projected/sources/configMap/name",
    ];
    find kind("ReplicaSet"), "spec/template/spec/" [
        "volumes/configMap/name",
        "containers/env/valueFrom/configMapKeyRef/name",
        "initContainers/env/valueFrom/configMapKeyRef/name",
        "containers/envFrom/configMapRef/name",
        "initContainers/envFrom/configMapRef/name",
        "volumes/projected/sources/configMap/name",
    ];
    find kind("DaemonSet"), "spec/template/spec/" [
        "volumes/configMap/name",
        "containers/env/valueFrom/configMapKeyRef/name",
        "initContainers/env/valueFrom/configMapKeyRef/name",
        "containers/envFrom/configMapRef/name",
        "initContainers/envFrom/configMapRef/name",
        "volumes/projected/sources/configMap/name",
    ];
    find kind("StatefulSet"), "spec/template/spec/" [
        "volumes/configMap/name",
        "containers/env/valueFrom/configMapKeyRef/name",
        "initContainers/env/valueFrom/configMapKeyRef/name",
        "containers/envFrom/configMapRef/name",
        "initContainers/envFrom/configMapRef/name",
        "volumes/projected/sources/configMap/name",
    ];
    find kind("Job"), "spec/template/spec/" [
        "volumes/configMap/name",
        "containers/env/valueFrom/configMapKeyRef/name",
        "initContainers/env/valueFrom/configMapKeyRef/name",
        "containers/envFrom/configMapRef/name",
        "initContainers/envFrom/configMapRef/name",
        "volumes/projected/sources/configMap/name",
    ];
    find kind("CronJob"), "spec/jobTemplate/spec/template/spec/" [
        "volumes/configMap/name",
        "volumes/projected/sources/configMap/name",
        "containers/env/valueFrom/configMapKeyRef/name",
        "initContainers/env/valueFrom/configMapKeyRef/name",
        "containers/envFrom/configMapRef/name",
        "initContainers/envFrom/configMapRef/name",
    ];
    find kind("Node"), "" ["spec/configSource/configMap"];
    find kind("Role"), "" ["rules/resourceNames"];
    find kind("ClusterRole"), "" ["rules/resourceNames"];
    find kind("Ingress"), "" ["metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap"];
};

/// Who names a Secret
const SECRET: &[FieldSpec<'static>] = field_specs! {
    find v1("Pod"), "spec/" [
        "volumes/secret/secretName",
        "containers/env/valueFrom/secretKeyRef/name",
        "initContainers/env/valueFrom/secretKeyRef/name",
        "containers/envFrom/secretRef/name",
        "initContainers/envFrom/secretRef/name",
        "imagePullSecrets/name",
        "volumes/projected/sources/secret/name",
    ];
    find kind("PodTemplate"), "template/spec/" [
        "volumes/secret/secretName",
        "containers/env/valueFrom/secretKeyRef/name",
        "initContainers/env/valueFrom/secretKeyRef/name",
        "containers/envFrom/secretRef/name",
        "initContainers/envFrom/secretRef/name",
        "imagePullSecrets/name",
        "volumes/projected/sources/secret/name",
    ];
    find kind("Deployment"), "spec/template/spec/" [
        "volumes/secret/secretName",
        "containers/env/valueFrom/secretKeyRef/name",
        "initContainers/env/valueFrom/secretKeyRef/name",
        "containers/envFrom/secretRef/name",
        "initContainers/envFrom/secretRef/name",
        "imagePullSecrets/name",
        "volumes/projected/sources/secret/name",
    ];
    find kind("ReplicaSet"), "spec/template/spec/" [
        "volumes/secret/secretName",
        "containers/env/valueFrom/secretKeyRef/name",
        "initContainers/env/valueFrom/secretKeyRef/name",
        "containers/envFrom/secretRef/name",
        "initContainers/envFrom/secretRef/name",
        "imagePullSecrets/name",
        "volumes/projected/sources/secret/name",
    ];
    find kind("DaemonSet"), "spec/template/spec/" [
        "volumes/secret/secretName",
        "containers/env/valueFrom/secretKeyRef/name",
        "initContainers/env/valueFrom/secretKeyRef/name",
        "containers/envFrom/secretRef/name",
        "initContainers/envFrom/secretRef/name",
        "imagePullSecrets/name",
        "volumes/projected/sources/secret/name",
    ];
    find kind("StatefulSet"), "spec/template/spec/" [
        "volumes/secret/secretName",
        "containers/env/valueFrom/secretKeyRef/name",
        "initContainers/env/valueFrom/secretKeyRef/name",
        "containers/envFrom/secretRef/name",
        "initContainers/envFrom/secretRef/name",
        "imagePullSecrets/name",
        "volumes/projected/sources/secret/name",
    ];
    find kind("Job"), "spec/template/spec/" [
        "volumes/secret/secretName",
        "containers/env/valueFrom/secretKeyRef/name",
        "initContainers/env/valueFrom/secretKeyRef/name",
        "containers/envFrom/secretRef/name",
        "initContainers/envFrom/secretRef/name",
        "imagePullSecrets/name",
        "volumes/projected/sources/secret/name",
    ];
    find kind("CronJob"), "spec/jobTemplate/spec/template/spec/" [
        "volumes/secret/secretName",
        "volumes/projected/sources/secret/name",
        "containers/env/valueFrom/secretKeyRef/name",
        "initContainers/env/valueFrom/secretKeyRef/name",
        "containers/envFrom/secretRef/name",
        "initContainers/envFrom/secretRef/name",
        "imagePullSecrets/name",
    ];
    find kind("Ingress"), "spec/" ["tls/secretName"];
    find kind("Ingress"), "" [
        "metadata/annotations/ingress.kubernetes.io\\/auth-secret",
        "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret",
        "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret",
    ];
    find kind("Ingress"), "spec/" ["tls/secretName"];
    find kind("ServiceAccount"), "" ["imagePullSecrets/name"];
    find kind("StorageClass"), "" [
        "parameters/secretName",
        "parameters/adminSecretName",
        "parameters/userSecretName",
        "parameters/secretRef",
    ];
    find kind("Role"), "" ["rules/resourceNames"];
    find kind("ClusterRole"), "" ["rules/resourceNames"];
    find version("serving.knative.dev", "v1", "Service"), "" [
        "spec/template/spec/containers/env/valueFrom/secretKeyRef/name",
    ];
    find kind("PersistentVolume"), "" ["spec/azureFile/secretName"];
};

/// Who names a Service
const SERVICE: &[FieldSpec<'static>] = field_specs! {
    find group("apps", "StatefulSet"), "" ["spec/serviceName"];
    find kind("Ingress"), "spec/" [
        "rules/http/paths/backend/serviceName",
        "backend/serviceName",
        "rules/http/paths/backend/service/name",
        "defaultBackend/service/name",
    ];
    find group("apiregistration.k8s.io", "APIService"), "" ["spec/service/name"];
    find group("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"), "" [
        "webhooks/clientConfig/service",
    ];
    find group("admissionregistration.k8s.io", "MutatingWebhookConfiguration"), "" [
        "webhooks/clientConfig/service",
    ];
};

/// Who names a `PriorityClass`
const PRIORITY_CLASS: &[FieldSpec<'static>] = field_specs! {
    find kind("Pod"), "" ["spec/priorityClassName"];
    find kind("StatefulSet"), "" ["spec/template/spec/priorityClassName"];
    find kind("Deployment"), "" ["spec/template/spec/priorityClassName"];
    find kind("ReplicationController"), "" ["spec/template/spec/priorityClassName"];
    find kind("CronJob"), "" ["spec/jobTemplate/spec/template/spec/priorityClassName"];
    find kind("Job"), "" ["spec/template/spec/priorityClassName"];
    find kind("DaemonSet"), "" ["spec/template/spec/priorityClassName"];
};

/// Who names a `PersistentVolume`
const PERSISTENT_VOLUME: &[FieldSpec<'static>] = field_specs! {
    find kind("PersistentVolumeClaim"), "" ["spec/volumeName"];
    find kind("ClusterRole"), "" ["rules/resourceNames"];
};

/// Who names a `PersistentVolumeClaim`
const PERSISTENT_VOLUME_CLAIM: &[FieldSpec<'static>] = field_specs! {
    find kind("Pod"), "" ["spec/volumes/persistentVolumeClaim/claimName"];
    find kind("StatefulSet"), "" ["spec/template/spec/volumes/persistentVolumeClaim/claimName"];
    find kind("Deployment"), "" ["spec/template/spec/volumes/persistentVolumeClaim/claimName"];
    find kind("ReplicationController"), "" ["spec/template/spec/volumes/persistentVolumeClaim/claimName"];
    find kind("CronJob"), "" ["spec/jobTemplate/spec/template/spec/volumes/persistentVolumeClaim/claimName"];
    find kind("Job"), "" ["spec/template/spec/volumes/persistentVolumeClaim/claimName"];
    find kind("DaemonSet"), "" ["spec/template/spec/volumes/persistentVolumeClaim/claimName"];
};

/// Who names a scaled workload
const SCALED: &[FieldSpec<'static>] = field_specs! {
    find kind("HorizontalPodAutoscaler"), "" ["spec/scaleTargetRef/name"];
};

/// Who names a `ValidatingAdmissionPolicy`
const VALIDATING_ADMISSION_POLICY: &[FieldSpec<'static>] = field_specs! {
    find group("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"), "" ["spec/policyName"];
};

/// Who names a `IngressClass`
const INGRESS_CLASS: &[FieldSpec<'static>] = field_specs! {
    find kind("Ingress"), "" ["spec/ingressClassName"];
};
