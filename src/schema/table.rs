//! The merge keys of Kubernetes 1.21.2, the version whose schema kustomize carries.
//!
//! Written by tools/schema-table/generate.py; change that, not this.

use super::builtin::{Type, keyed, object, of, values};

/// `kind`, `apiVersion` and type of each kind, sorted.
pub(super) static KINDS: &[(&str, &str, &Type)] = &[
    ("APIService", "apiregistration.k8s.io/v1", &APIREGISTRATION_V1_API_SERVICE),
    ("APIService", "apiregistration.k8s.io/v1beta1", &APIREGISTRATION_V1BETA1_API_SERVICE),
    ("Binding", "v1", &CORE_V1_BINDING),
    ("CSIDriver", "storage.k8s.io/v1", &STORAGE_V1_CSI_DRIVER),
    ("CSIDriver", "storage.k8s.io/v1beta1", &STORAGE_V1BETA1_CSI_DRIVER),
    ("CSINode", "storage.k8s.io/v1", &STORAGE_V1_CSI_NODE),
    ("CSINode", "storage.k8s.io/v1beta1", &STORAGE_V1BETA1_CSI_NODE),
    ("CSIStorageCapacity", "storage.k8s.io/v1beta1", &STORAGE_V1BETA1_CSI_STORAGE_CAPACITY),
    ("CertificateSigningRequest", "certificates.k8s.io/v1", &CERTIFICATES_V1_CERTIFICATE_SIGNING_REQUEST),
    ("CertificateSigningRequest", "certificates.k8s.io/v1beta1", &CERTIFICATES_V1BETA1_CERTIFICATE_SIGNING_REQUEST),
    ("ClusterRole", "rbac.authorization.k8s.io/v1", &RBAC_V1_CLUSTER_ROLE),
    ("ClusterRole", "rbac.authorization.k8s.io/v1beta1", &RBAC_V1BETA1_CLUSTER_ROLE),
    ("ClusterRoleBinding", "rbac.authorization.k8s.io/v1", &RBAC_V1_CLUSTER_ROLE_BINDING),
    ("ClusterRoleBinding", "rbac.authorization.k8s.io/v1beta1", &RBAC_V1BETA1_CLUSTER_ROLE_BINDING),
    ("ComponentStatus", "v1", &CORE_V1_COMPONENT_STATUS),
    ("ConfigMap", "v1", &CORE_V1_CONFIG_MAP),
    ("ControllerRevision", "apps/v1", &APPS_V1_CONTROLLER_REVISION),
    ("CronJob", "batch/v1", &BATCH_V1_CRON_JOB),
    ("CronJob", "batch/v1beta1", &BATCH_V1BETA1_CRON_JOB),
    ("CustomResourceDefinition", "apiextensions.k8s.io/v1", &APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION),
    ("CustomResourceDefinition", "apiextensions.k8s.io/v1beta1", &APIEXTENSIONS_V1BETA1_CUSTOM_RESOURCE_DEFINITION),
    ("DaemonSet", "apps/v1", &APPS_V1_DAEMON_SET),
    ("Deployment", "apps/v1", &APPS_V1_DEPLOYMENT),
    ("EndpointSlice", "discovery.k8s.io/v1", &DISCOVERY_V1_ENDPOINT_SLICE),
    ("EndpointSlice", "discovery.k8s.io/v1beta1", &DISCOVERY_V1BETA1_ENDPOINT_SLICE),
    ("Endpoints", "v1", &CORE_V1_ENDPOINTS),
    ("Event", "events.k8s.io/v1", &EVENTS_V1_EVENT),
    ("Event", "events.k8s.io/v1beta1", &EVENTS_V1BETA1_EVENT),
    ("Event", "v1", &CORE_V1_EVENT),
    ("Eviction", "policy/v1beta1", &POLICY_V1BETA1_EVICTION),
    ("FlowSchema", "flowcontrol.apiserver.k8s.io/v1beta1", &FLOWCONTROL_V1BETA1_FLOW_SCHEMA),
    ("HorizontalPodAutoscaler", "autoscaling/v1", &AUTOSCALING_V1_HORIZONTAL_POD_AUTOSCALER),
    ("HorizontalPodAutoscaler", "autoscaling/v2beta1", &AUTOSCALING_V2BETA1_HORIZONTAL_POD_AUTOSCALER),
    ("HorizontalPodAutoscaler", "autoscaling/v2beta2", &AUTOSCALING_V2BETA2_HORIZONTAL_POD_AUTOSCALER),
    ("Ingress", "extensions/v1beta1", &EXTENSIONS_V1BETA1_INGRESS),
    ("Ingress", "networking.k8s.io/v1", &NETWORKING_V1_INGRESS),
    ("Ingress", "networking.k8s.io/v1beta1", &NETWORKING_V1BETA1_INGRESS),
    ("IngressClass", "networking.k8s.io/v1", &NETWORKING_V1_INGRESS_CLASS),
    ("IngressClass", "networking.k8s.io/v1beta1", &NETWORKING_V1BETA1_INGRESS_CLASS),
    ("Job", "batch/v1", &BATCH_V1_JOB),
    ("Lease", "coordination.k8s.io/v1", &COORDINATION_V1_LEASE),
    ("Lease", "coordination.k8s.io/v1beta1", &COORDINATION_V1BETA1_LEASE),
    ("LimitRange", "v1", &CORE_V1_LIMIT_RANGE),
    ("LocalSubjectAccessReview", "authorization.k8s.io/v1", &AUTHORIZATION_V1_LOCAL_SUBJECT_ACCESS_REVIEW),
    ("LocalSubjectAccessReview", "authorization.k8s.io/v1beta1", &AUTHORIZATION_V1BETA1_LOCAL_SUBJECT_ACCESS_REVIEW),
    ("MutatingWebhookConfiguration", "admissionregistration.k8s.io/v1", &ADMISSIONREGISTRATION_V1_MUTATING_WEBHOOK_CONFIGURATION),
    ("MutatingWebhookConfiguration", "admissionregistration.k8s.io/v1beta1", &ADMISSIONREGISTRATION_V1BETA1_MUTATING_WEBHOOK_CONFIGURATION),
    ("Namespace", "v1", &CORE_V1_NAMESPACE),
    ("NetworkPolicy", "networking.k8s.io/v1", &NETWORKING_V1_NETWORK_POLICY),
    ("Node", "v1", &CORE_V1_NODE),
    ("PersistentVolume", "v1", &CORE_V1_PERSISTENT_VOLUME),
    ("PersistentVolumeClaim", "v1", &CORE_V1_PERSISTENT_VOLUME_CLAIM),
    ("Pod", "v1", &CORE_V1_POD),
    ("PodDisruptionBudget", "policy/v1", &POLICY_V1_POD_DISRUPTION_BUDGET),
    ("PodDisruptionBudget", "policy/v1beta1", &POLICY_V1BETA1_POD_DISRUPTION_BUDGET),
    ("PodSecurityPolicy", "policy/v1beta1", &POLICY_V1BETA1_POD_SECURITY_POLICY),
    ("PodTemplate", "v1", &CORE_V1_POD_TEMPLATE),
    ("PriorityClass", "scheduling.k8s.io/v1", &SCHEDULING_V1_PRIORITY_CLASS),
    ("PriorityClass", "scheduling.k8s.io/v1beta1", &SCHEDULING_V1BETA1_PRIORITY_CLASS),
    ("PriorityLevelConfiguration", "flowcontrol.apiserver.k8s.io/v1beta1", &FLOWCONTROL_V1BETA1_PRIORITY_LEVEL_CONFIGURATION),
    ("ReplicaSet", "apps/v1", &APPS_V1_REPLICA_SET),
    ("ReplicationController", "v1", &CORE_V1_REPLICATION_CONTROLLER),
    ("ResourceQuota", "v1", &CORE_V1_RESOURCE_QUOTA),
    ("Role", "rbac.authorization.k8s.io/v1", &RBAC_V1_ROLE),
    ("Role", "rbac.authorization.k8s.io/v1beta1", &RBAC_V1BETA1_ROLE),
    ("RoleBinding", "rbac.authorization.k8s.io/v1", &RBAC_V1_ROLE_BINDING),
    ("RoleBinding", "rbac.authorization.k8s.io/v1beta1", &RBAC_V1BETA1_ROLE_BINDING),
    ("RuntimeClass", "node.k8s.io/v1", &NODE_V1_RUNTIME_CLASS),
    ("RuntimeClass", "node.k8s.io/v1beta1", &NODE_V1BETA1_RUNTIME_CLASS),
    ("Scale", "autoscaling/v1", &AUTOSCALING_V1_SCALE),
    ("Secret", "v1", &CORE_V1_SECRET),
    ("SelfSubjectAccessReview", "authorization.k8s.io/v1", &AUTHORIZATION_V1_SELF_SUBJECT_ACCESS_REVIEW),
    ("SelfSubjectAccessReview", "authorization.k8s.io/v1beta1", &AUTHORIZATION_V1BETA1_SELF_SUBJECT_ACCESS_REVIEW),
    ("SelfSubjectRulesReview", "authorization.k8s.io/v1", &AUTHORIZATION_V1_SELF_SUBJECT_RULES_REVIEW),
    ("SelfSubjectRulesReview", "authorization.k8s.io/v1beta1", &AUTHORIZATION_V1BETA1_SELF_SUBJECT_RULES_REVIEW),
    ("Service", "v1", &CORE_V1_SERVICE),
    ("ServiceAccount", "v1", &CORE_V1_SERVICE_ACCOUNT),
    ("StatefulSet", "apps/v1", &APPS_V1_STATEFUL_SET),
    ("StorageClass", "storage.k8s.io/v1", &STORAGE_V1_STORAGE_CLASS),
    ("StorageClass", "storage.k8s.io/v1beta1", &STORAGE_V1BETA1_STORAGE_CLASS),
    ("SubjectAccessReview", "authorization.k8s.io/v1", &AUTHORIZATION_V1_SUBJECT_ACCESS_REVIEW),
    ("SubjectAccessReview", "authorization.k8s.io/v1beta1", &AUTHORIZATION_V1BETA1_SUBJECT_ACCESS_REVIEW),
    ("TokenRequest", "authentication.k8s.io/v1", &AUTHENTICATION_V1_TOKEN_REQUEST),
    ("TokenReview", "authentication.k8s.io/v1", &AUTHENTICATION_V1_TOKEN_REVIEW),
    ("TokenReview", "authentication.k8s.io/v1beta1", &AUTHENTICATION_V1BETA1_TOKEN_REVIEW),
    ("ValidatingWebhookConfiguration", "admissionregistration.k8s.io/v1", &ADMISSIONREGISTRATION_V1_VALIDATING_WEBHOOK_CONFIGURATION),
    ("ValidatingWebhookConfiguration", "admissionregistration.k8s.io/v1beta1", &ADMISSIONREGISTRATION_V1BETA1_VALIDATING_WEBHOOK_CONFIGURATION),
    ("VolumeAttachment", "storage.k8s.io/v1", &STORAGE_V1_VOLUME_ATTACHMENT),
    ("VolumeAttachment", "storage.k8s.io/v1beta1", &STORAGE_V1BETA1_VOLUME_ATTACHMENT),
];

/// All types, sorted by name.
pub(super) static TYPES: &[&Type] = &[
    &ADMISSIONREGISTRATION_V1_MUTATING_WEBHOOK_CONFIGURATION,
    &ADMISSIONREGISTRATION_V1_VALIDATING_WEBHOOK_CONFIGURATION,
    &ADMISSIONREGISTRATION_V1BETA1_MUTATING_WEBHOOK_CONFIGURATION,
    &ADMISSIONREGISTRATION_V1BETA1_VALIDATING_WEBHOOK_CONFIGURATION, &APPS_V1_CONTROLLER_REVISION,
    &APPS_V1_DAEMON_SET, &APPS_V1_DAEMON_SET_SPEC, &APPS_V1_DAEMON_SET_STATUS, &APPS_V1_DEPLOYMENT,
    &APPS_V1_DEPLOYMENT_SPEC, &APPS_V1_DEPLOYMENT_STATUS, &APPS_V1_REPLICA_SET, &APPS_V1_REPLICA_SET_SPEC,
    &APPS_V1_REPLICA_SET_STATUS, &APPS_V1_STATEFUL_SET, &APPS_V1_STATEFUL_SET_SPEC,
    &APPS_V1_STATEFUL_SET_STATUS, &AUTHENTICATION_V1_TOKEN_REQUEST, &AUTHENTICATION_V1_TOKEN_REVIEW,
    &AUTHENTICATION_V1BETA1_TOKEN_REVIEW, &AUTHORIZATION_V1_LOCAL_SUBJECT_ACCESS_REVIEW,
    &AUTHORIZATION_V1_SELF_SUBJECT_ACCESS_REVIEW, &AUTHORIZATION_V1_SELF_SUBJECT_RULES_REVIEW,
    &AUTHORIZATION_V1_SUBJECT_ACCESS_REVIEW, &AUTHORIZATION_V1BETA1_LOCAL_SUBJECT_ACCESS_REVIEW,
    &AUTHORIZATION_V1BETA1_SELF_SUBJECT_ACCESS_REVIEW, &AUTHORIZATION_V1BETA1_SELF_SUBJECT_RULES_REVIEW,
    &AUTHORIZATION_V1BETA1_SUBJECT_ACCESS_REVIEW, &AUTOSCALING_V1_HORIZONTAL_POD_AUTOSCALER,
    &AUTOSCALING_V1_SCALE, &AUTOSCALING_V2BETA1_HORIZONTAL_POD_AUTOSCALER,
    &AUTOSCALING_V2BETA2_HORIZONTAL_POD_AUTOSCALER, &BATCH_V1_CRON_JOB, &BATCH_V1_CRON_JOB_SPEC,
    &BATCH_V1_JOB, &BATCH_V1_JOB_SPEC, &BATCH_V1_JOB_STATUS, &BATCH_V1_JOB_TEMPLATE_SPEC,
    &BATCH_V1BETA1_CRON_JOB, &BATCH_V1BETA1_CRON_JOB_SPEC, &BATCH_V1BETA1_JOB_TEMPLATE_SPEC,
    &CERTIFICATES_V1_CERTIFICATE_SIGNING_REQUEST, &CERTIFICATES_V1BETA1_CERTIFICATE_SIGNING_REQUEST,
    &COORDINATION_V1_LEASE, &COORDINATION_V1BETA1_LEASE, &CORE_V1_BINDING, &CORE_V1_COMPONENT_STATUS,
    &CORE_V1_CONFIG_MAP, &CORE_V1_CONTAINER, &CORE_V1_ENDPOINTS, &CORE_V1_EPHEMERAL_CONTAINER,
    &CORE_V1_EPHEMERAL_VOLUME_SOURCE, &CORE_V1_EVENT, &CORE_V1_LIMIT_RANGE, &CORE_V1_NAMESPACE,
    &CORE_V1_NAMESPACE_STATUS, &CORE_V1_NODE, &CORE_V1_NODE_SPEC, &CORE_V1_NODE_STATUS,
    &CORE_V1_PERSISTENT_VOLUME, &CORE_V1_PERSISTENT_VOLUME_CLAIM, &CORE_V1_PERSISTENT_VOLUME_CLAIM_STATUS,
    &CORE_V1_PERSISTENT_VOLUME_CLAIM_TEMPLATE, &CORE_V1_POD, &CORE_V1_POD_SPEC, &CORE_V1_POD_STATUS,
    &CORE_V1_POD_TEMPLATE, &CORE_V1_POD_TEMPLATE_SPEC, &CORE_V1_REPLICATION_CONTROLLER,
    &CORE_V1_REPLICATION_CONTROLLER_SPEC, &CORE_V1_REPLICATION_CONTROLLER_STATUS, &CORE_V1_RESOURCE_QUOTA,
    &CORE_V1_SECRET, &CORE_V1_SERVICE, &CORE_V1_SERVICE_ACCOUNT, &CORE_V1_SERVICE_SPEC,
    &CORE_V1_SERVICE_STATUS, &CORE_V1_VOLUME, &DISCOVERY_V1_ENDPOINT_SLICE, &DISCOVERY_V1BETA1_ENDPOINT_SLICE,
    &EVENTS_V1_EVENT, &EVENTS_V1BETA1_EVENT, &EXTENSIONS_V1BETA1_INGRESS, &FLOWCONTROL_V1BETA1_FLOW_SCHEMA,
    &FLOWCONTROL_V1BETA1_PRIORITY_LEVEL_CONFIGURATION, &NETWORKING_V1_INGRESS, &NETWORKING_V1_INGRESS_CLASS,
    &NETWORKING_V1_NETWORK_POLICY, &NETWORKING_V1BETA1_INGRESS, &NETWORKING_V1BETA1_INGRESS_CLASS,
    &NODE_V1_RUNTIME_CLASS, &NODE_V1BETA1_RUNTIME_CLASS, &POLICY_V1_POD_DISRUPTION_BUDGET,
    &POLICY_V1_POD_DISRUPTION_BUDGET_STATUS, &POLICY_V1BETA1_EVICTION, &POLICY_V1BETA1_POD_DISRUPTION_BUDGET,
    &POLICY_V1BETA1_POD_DISRUPTION_BUDGET_STATUS, &POLICY_V1BETA1_POD_SECURITY_POLICY, &RBAC_V1_CLUSTER_ROLE,
    &RBAC_V1_CLUSTER_ROLE_BINDING, &RBAC_V1_ROLE, &RBAC_V1_ROLE_BINDING, &RBAC_V1BETA1_CLUSTER_ROLE,
    &RBAC_V1BETA1_CLUSTER_ROLE_BINDING, &RBAC_V1BETA1_ROLE, &RBAC_V1BETA1_ROLE_BINDING,
    &SCHEDULING_V1_PRIORITY_CLASS, &SCHEDULING_V1BETA1_PRIORITY_CLASS, &STORAGE_V1_CSI_DRIVER,
    &STORAGE_V1_CSI_NODE, &STORAGE_V1_CSI_NODE_SPEC, &STORAGE_V1_STORAGE_CLASS, &STORAGE_V1_VOLUME_ATTACHMENT,
    &STORAGE_V1BETA1_CSI_DRIVER, &STORAGE_V1BETA1_CSI_NODE, &STORAGE_V1BETA1_CSI_NODE_SPEC,
    &STORAGE_V1BETA1_CSI_STORAGE_CAPACITY, &STORAGE_V1BETA1_STORAGE_CLASS, &STORAGE_V1BETA1_VOLUME_ATTACHMENT,
    &APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION, &APIEXTENSIONS_V1BETA1_CUSTOM_RESOURCE_DEFINITION,
    &META_V1_OBJECT_META, &APIREGISTRATION_V1_API_SERVICE, &APIREGISTRATION_V1_API_SERVICE_STATUS,
    &APIREGISTRATION_V1BETA1_API_SERVICE, &APIREGISTRATION_V1BETA1_API_SERVICE_STATUS,
];

static ADMISSIONREGISTRATION_V1_MUTATING_WEBHOOK_CONFIGURATION: Type = of("io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration", &[
    object("metadata", &META_V1_OBJECT_META), keyed("webhooks", &["name"], None),
]);
static ADMISSIONREGISTRATION_V1_VALIDATING_WEBHOOK_CONFIGURATION: Type = of("io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration", &[
    object("metadata", &META_V1_OBJECT_META), keyed("webhooks", &["name"], None),
]);
static ADMISSIONREGISTRATION_V1BETA1_MUTATING_WEBHOOK_CONFIGURATION: Type = of("io.k8s.api.admissionregistration.v1beta1.MutatingWebhookConfiguration", &[
    object("metadata", &META_V1_OBJECT_META), keyed("webhooks", &["name"], None),
]);
static ADMISSIONREGISTRATION_V1BETA1_VALIDATING_WEBHOOK_CONFIGURATION: Type = of("io.k8s.api.admissionregistration.v1beta1.ValidatingWebhookConfiguration", &[
    object("metadata", &META_V1_OBJECT_META), keyed("webhooks", &["name"], None),
]);
static APPS_V1_CONTROLLER_REVISION: Type = of("io.k8s.api.apps.v1.ControllerRevision", &[object("metadata", &META_V1_OBJECT_META)]);
static APPS_V1_DAEMON_SET: Type = of("io.k8s.api.apps.v1.DaemonSet", &[
    object("metadata", &META_V1_OBJECT_META), object("spec", &APPS_V1_DAEMON_SET_SPEC),
    object("status", &APPS_V1_DAEMON_SET_STATUS),
]);
static APPS_V1_DAEMON_SET_SPEC: Type = of("io.k8s.api.apps.v1.DaemonSetSpec", &[object("template", &CORE_V1_POD_TEMPLATE_SPEC)]);
static APPS_V1_DAEMON_SET_STATUS: Type = of("io.k8s.api.apps.v1.DaemonSetStatus", &[keyed("conditions", &["type"], None)]);
static APPS_V1_DEPLOYMENT: Type = of("io.k8s.api.apps.v1.Deployment", &[
    object("metadata", &META_V1_OBJECT_META), object("spec", &APPS_V1_DEPLOYMENT_SPEC),
    object("status", &APPS_V1_DEPLOYMENT_STATUS),
]);
static APPS_V1_DEPLOYMENT_SPEC: Type = of("io.k8s.api.apps.v1.DeploymentSpec", &[object("template", &CORE_V1_POD_TEMPLATE_SPEC)]);
static APPS_V1_DEPLOYMENT_STATUS: Type = of("io.k8s.api.apps.v1.DeploymentStatus", &[keyed("conditions", &["type"], None)]);
static APPS_V1_REPLICA_SET: Type = of("io.k8s.api.apps.v1.ReplicaSet", &[
    object("metadata", &META_V1_OBJECT_META), object("spec", &APPS_V1_REPLICA_SET_SPEC),
    object("status", &APPS_V1_REPLICA_SET_STATUS),
]);
static APPS_V1_REPLICA_SET_SPEC: Type = of("io.k8s.api.apps.v1.ReplicaSetSpec", &[object("template", &CORE_V1_POD_TEMPLATE_SPEC)]);
static APPS_V1_REPLICA_SET_STATUS: Type = of("io.k8s.api.apps.v1.ReplicaSetStatus", &[keyed("conditions", &["type"], None)]);
static APPS_V1_STATEFUL_SET: Type = of("io.k8s.api.apps.v1.StatefulSet", &[
    object("metadata", &META_V1_OBJECT_META), object("spec", &APPS_V1_STATEFUL_SET_SPEC),
    object("status", &APPS_V1_STATEFUL_SET_STATUS),
]);
static APPS_V1_STATEFUL_SET_SPEC: Type = of("io.k8s.api.apps.v1.StatefulSetSpec", &[object("template", &CORE_V1_POD_TEMPLATE_SPEC)]);
static APPS_V1_STATEFUL_SET_STATUS: Type = of("io.k8s.api.apps.v1.StatefulSetStatus", &[keyed("conditions", &["type"], None)]);
static AUTHENTICATION_V1_TOKEN_REQUEST: Type = of("io.k8s.api.authentication.v1.TokenRequest", &[object("metadata", &META_V1_OBJECT_META)]);
static AUTHENTICATION_V1_TOKEN_REVIEW: Type = of("io.k8s.api.authentication.v1.TokenReview", &[object("metadata", &META_V1_OBJECT_META)]);
static AUTHENTICATION_V1BETA1_TOKEN_REVIEW: Type = of("io.k8s.api.authentication.v1beta1.TokenReview", &[object("metadata", &META_V1_OBJECT_META)]);
static AUTHORIZATION_V1_LOCAL_SUBJECT_ACCESS_REVIEW: Type = of("io.k8s.api.authorization.v1.LocalSubjectAccessReview", &[object("metadata", &META_V1_OBJECT_META)]);
static AUTHORIZATION_V1_SELF_SUBJECT_ACCESS_REVIEW: Type = of("io.k8s.api.authorization.v1.SelfSubjectAccessReview", &[object("metadata", &META_V1_OBJECT_META)]);
static AUTHORIZATION_V1_SELF_SUBJECT_RULES_REVIEW: Type = of("io.k8s.api.authorization.v1.SelfSubjectRulesReview", &[object("metadata", &META_V1_OBJECT_META)]);
static AUTHORIZATION_V1_SUBJECT_ACCESS_REVIEW: Type = of("io.k8s.api.authorization.v1.SubjectAccessReview", &[object("metadata", &META_V1_OBJECT_META)]);
static AUTHORIZATION_V1BETA1_LOCAL_SUBJECT_ACCESS_REVIEW: Type = of("io.k8s.api.authorization.v1beta1.LocalSubjectAccessReview", &[object("metadata", &META_V1_OBJECT_META)]);
static AUTHORIZATION_V1BETA1_SELF_SUBJECT_ACCESS_REVIEW: Type = of("io.k8s.api.authorization.v1beta1.SelfSubjectAccessReview", &[object("metadata", &META_V1_OBJECT_META)]);
static AUTHORIZATION_V1BETA1_SELF_SUBJECT_RULES_REVIEW: Type = of("io.k8s.api.authorization.v1beta1.SelfSubjectRulesReview", &[object("metadata", &META_V1_OBJECT_META)]);
static AUTHORIZATION_V1BETA1_SUBJECT_ACCESS_REVIEW: Type = of("io.k8s.api.authorization.v1beta1.SubjectAccessReview", &[object("metadata", &META_V1_OBJECT_META)]);
static AUTOSCALING_V1_HORIZONTAL_POD_AUTOSCALER: Type = of("io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler", &[object("metadata", &META_V1_OBJECT_META)]);
static AUTOSCALING_V1_SCALE: Type = of("io.k8s.api.autoscaling.v1.Scale", &[object("metadata", &META_V1_OBJECT_META)]);
static AUTOSCALING_V2BETA1_HORIZONTAL_POD_AUTOSCALER: Type = of("io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscaler", &[object("metadata", &META_V1_OBJECT_META)]);
static AUTOSCALING_V2BETA2_HORIZONTAL_POD_AUTOSCALER: Type = of("io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscaler", &[object("metadata", &META_V1_OBJECT_META)]);
static BATCH_V1_CRON_JOB: Type = of("io.k8s.api.batch.v1.CronJob", &[
    object("metadata", &META_V1_OBJECT_META), object("spec", &BATCH_V1_CRON_JOB_SPEC),
]);
static BATCH_V1_CRON_JOB_SPEC: Type = of("io.k8s.api.batch.v1.CronJobSpec", &[object("jobTemplate", &BATCH_V1_JOB_TEMPLATE_SPEC)]);
static BATCH_V1_JOB: Type = of("io.k8s.api.batch.v1.Job", &[
    object("metadata", &META_V1_OBJECT_META), object("spec", &BATCH_V1_JOB_SPEC),
    object("status", &BATCH_V1_JOB_STATUS),
]);
static BATCH_V1_JOB_SPEC: Type = of("io.k8s.api.batch.v1.JobSpec", &[object("template", &CORE_V1_POD_TEMPLATE_SPEC)]);
static BATCH_V1_JOB_STATUS: Type = of("io.k8s.api.batch.v1.JobStatus", &[keyed("conditions", &["type"], None)]);
static BATCH_V1_JOB_TEMPLATE_SPEC: Type = of("io.k8s.api.batch.v1.JobTemplateSpec", &[
    object("metadata", &META_V1_OBJECT_META), object("spec", &BATCH_V1_JOB_SPEC),
]);
static BATCH_V1BETA1_CRON_JOB: Type = of("io.k8s.api.batch.v1beta1.CronJob", &[
    object("metadata", &META_V1_OBJECT_META), object("spec", &BATCH_V1BETA1_CRON_JOB_SPEC),
]);
static BATCH_V1BETA1_CRON_JOB_SPEC: Type = of("io.k8s.api.batch.v1beta1.CronJobSpec", &[object("jobTemplate", &BATCH_V1BETA1_JOB_TEMPLATE_SPEC)]);
static BATCH_V1BETA1_JOB_TEMPLATE_SPEC: Type = of("io.k8s.api.batch.v1beta1.JobTemplateSpec", &[
    object("metadata", &META_V1_OBJECT_META), object("spec", &BATCH_V1_JOB_SPEC),
]);
static CERTIFICATES_V1_CERTIFICATE_SIGNING_REQUEST: Type = of("io.k8s.api.certificates.v1.CertificateSigningRequest", &[object("metadata", &META_V1_OBJECT_META)]);
static CERTIFICATES_V1BETA1_CERTIFICATE_SIGNING_REQUEST: Type = of("io.k8s.api.certificates.v1beta1.CertificateSigningRequest", &[object("metadata", &META_V1_OBJECT_META)]);
static COORDINATION_V1_LEASE: Type = of("io.k8s.api.coordination.v1.Lease", &[object("metadata", &META_V1_OBJECT_META)]);
static COORDINATION_V1BETA1_LEASE: Type = of("io.k8s.api.coordination.v1beta1.Lease", &[object("metadata", &META_V1_OBJECT_META)]);
static CORE_V1_BINDING: Type = of("io.k8s.api.core.v1.Binding", &[object("metadata", &META_V1_OBJECT_META)]);
static CORE_V1_COMPONENT_STATUS: Type = of("io.k8s.api.core.v1.ComponentStatus", &[
    keyed("conditions", &["type"], None), object("metadata", &META_V1_OBJECT_META),
]);
static CORE_V1_CONFIG_MAP: Type = of("io.k8s.api.core.v1.ConfigMap", &[object("metadata", &META_V1_OBJECT_META)]);
static CORE_V1_CONTAINER: Type = of("io.k8s.api.core.v1.Container", &[
    keyed("env", &["name"], None), keyed("ports", &["containerPort", "protocol"], None),
    keyed("volumeDevices", &["devicePath"], None), keyed("volumeMounts", &["mountPath"], None),
]);
static CORE_V1_ENDPOINTS: Type = of("io.k8s.api.core.v1.Endpoints", &[object("metadata", &META_V1_OBJECT_META)]);
static CORE_V1_EPHEMERAL_CONTAINER: Type = of("io.k8s.api.core.v1.EphemeralContainer", &[
    keyed("env", &["name"], None), keyed("volumeDevices", &["devicePath"], None),
    keyed("volumeMounts", &["mountPath"], None),
]);
static CORE_V1_EPHEMERAL_VOLUME_SOURCE: Type = of("io.k8s.api.core.v1.EphemeralVolumeSource", &[object("volumeClaimTemplate", &CORE_V1_PERSISTENT_VOLUME_CLAIM_TEMPLATE)]);
static CORE_V1_EVENT: Type = of("io.k8s.api.core.v1.Event", &[object("metadata", &META_V1_OBJECT_META)]);
static CORE_V1_LIMIT_RANGE: Type = of("io.k8s.api.core.v1.LimitRange", &[object("metadata", &META_V1_OBJECT_META)]);
static CORE_V1_NAMESPACE: Type = of("io.k8s.api.core.v1.Namespace", &[
    object("metadata", &META_V1_OBJECT_META), object("status", &CORE_V1_NAMESPACE_STATUS),
]);
static CORE_V1_NAMESPACE_STATUS: Type = of("io.k8s.api.core.v1.NamespaceStatus", &[keyed("conditions", &["type"], None)]);
static CORE_V1_NODE: Type = of("io.k8s.api.core.v1.Node", &[
    object("metadata", &META_V1_OBJECT_META), object("spec", &CORE_V1_NODE_SPEC),
    object("status", &CORE_V1_NODE_STATUS),
]);
static CORE_V1_NODE_SPEC: Type = of("io.k8s.api.core.v1.NodeSpec", &[values("podCIDRs")]);
static CORE_V1_NODE_STATUS: Type = of("io.k8s.api.core.v1.NodeStatus", &[
    keyed("addresses", &["type"], None), keyed("conditions", &["type"], None),
]);
static CORE_V1_PERSISTENT_VOLUME: Type = of("io.k8s.api.core.v1.PersistentVolume", &[object("metadata", &META_V1_OBJECT_META)]);
static CORE_V1_PERSISTENT_VOLUME_CLAIM: Type = of("io.k8s.api.core.v1.PersistentVolumeClaim", &[
    object("metadata", &META_V1_OBJECT_META), object("status", &CORE_V1_PERSISTENT_VOLUME_CLAIM_STATUS),
]);
static CORE_V1_PERSISTENT_VOLUME_CLAIM_STATUS: Type = of("io.k8s.api.core.v1.PersistentVolumeClaimStatus", &[keyed("conditions", &["type"], None)]);
static CORE_V1_PERSISTENT_VOLUME_CLAIM_TEMPLATE: Type = of("io.k8s.api.core.v1.PersistentVolumeClaimTemplate", &[object("metadata", &META_V1_OBJECT_META)]);
static CORE_V1_POD: Type = of("io.k8s.api.core.v1.Pod", &[
    object("metadata", &META_V1_OBJECT_META), object("spec", &CORE_V1_POD_SPEC),
    object("status", &CORE_V1_POD_STATUS),
]);
static CORE_V1_POD_SPEC: Type = of("io.k8s.api.core.v1.PodSpec", &[
    keyed("containers", &["name"], Some(&CORE_V1_CONTAINER)),
    keyed("ephemeralContainers", &["name"], Some(&CORE_V1_EPHEMERAL_CONTAINER)),
    keyed("hostAliases", &["ip"], None), keyed("imagePullSecrets", &["name"], None),
    keyed("initContainers", &["name"], Some(&CORE_V1_CONTAINER)),
    keyed("topologySpreadConstraints", &["topologyKey", "whenUnsatisfiable"], None),
    keyed("volumes", &["name"], Some(&CORE_V1_VOLUME)),
]);
static CORE_V1_POD_STATUS: Type = of("io.k8s.api.core.v1.PodStatus", &[
    keyed("conditions", &["type"], None), keyed("podIPs", &["ip"], None),
]);
static CORE_V1_POD_TEMPLATE: Type = of("io.k8s.api.core.v1.PodTemplate", &[
    object("metadata", &META_V1_OBJECT_META), object("template", &CORE_V1_POD_TEMPLATE_SPEC),
]);
static CORE_V1_POD_TEMPLATE_SPEC: Type = of("io.k8s.api.core.v1.PodTemplateSpec", &[
    object("metadata", &META_V1_OBJECT_META), object("spec", &CORE_V1_POD_SPEC),
]);
static CORE_V1_REPLICATION_CONTROLLER: Type = of("io.k8s.api.core.v1.ReplicationController", &[
    object("metadata", &META_V1_OBJECT_META), object("spec", &CORE_V1_REPLICATION_CONTROLLER_SPEC),
    object("status", &CORE_V1_REPLICATION_CONTROLLER_STATUS),
]);
static CORE_V1_REPLICATION_CONTROLLER_SPEC: Type = of("io.k8s.api.core.v1.ReplicationControllerSpec", &[object("template", &CORE_V1_POD_TEMPLATE_SPEC)]);
static CORE_V1_REPLICATION_CONTROLLER_STATUS: Type = of("io.k8s.api.core.v1.ReplicationControllerStatus", &[keyed("conditions", &["type"], None)]);
static CORE_V1_RESOURCE_QUOTA: Type = of("io.k8s.api.core.v1.ResourceQuota", &[object("metadata", &META_V1_OBJECT_META)]);
static CORE_V1_SECRET: Type = of("io.k8s.api.core.v1.Secret", &[object("metadata", &META_V1_OBJECT_META)]);
static CORE_V1_SERVICE: Type = of("io.k8s.api.core.v1.Service", &[
    object("metadata", &META_V1_OBJECT_META), object("spec", &CORE_V1_SERVICE_SPEC),
    object("status", &CORE_V1_SERVICE_STATUS),
]);
static CORE_V1_SERVICE_ACCOUNT: Type = of("io.k8s.api.core.v1.ServiceAccount", &[
    object("metadata", &META_V1_OBJECT_META), keyed("secrets", &["name"], None),
]);
static CORE_V1_SERVICE_SPEC: Type = of("io.k8s.api.core.v1.ServiceSpec", &[keyed("ports", &["port", "protocol"], None)]);
static CORE_V1_SERVICE_STATUS: Type = of("io.k8s.api.core.v1.ServiceStatus", &[keyed("conditions", &["type"], None)]);
static CORE_V1_VOLUME: Type = of("io.k8s.api.core.v1.Volume", &[object("ephemeral", &CORE_V1_EPHEMERAL_VOLUME_SOURCE)]);
static DISCOVERY_V1_ENDPOINT_SLICE: Type = of("io.k8s.api.discovery.v1.EndpointSlice", &[object("metadata", &META_V1_OBJECT_META)]);
static DISCOVERY_V1BETA1_ENDPOINT_SLICE: Type = of("io.k8s.api.discovery.v1beta1.EndpointSlice", &[object("metadata", &META_V1_OBJECT_META)]);
static EVENTS_V1_EVENT: Type = of("io.k8s.api.events.v1.Event", &[object("metadata", &META_V1_OBJECT_META)]);
static EVENTS_V1BETA1_EVENT: Type = of("io.k8s.api.events.v1beta1.Event", &[object("metadata", &META_V1_OBJECT_META)]);
static EXTENSIONS_V1BETA1_INGRESS: Type = of("io.k8s.api.extensions.v1beta1.Ingress", &[object("metadata", &META_V1_OBJECT_META)]);
static FLOWCONTROL_V1BETA1_FLOW_SCHEMA: Type = of("io.k8s.api.flowcontrol.v1beta1.FlowSchema", &[object("metadata", &META_V1_OBJECT_META)]);
static FLOWCONTROL_V1BETA1_PRIORITY_LEVEL_CONFIGURATION: Type = of("io.k8s.api.flowcontrol.v1beta1.PriorityLevelConfiguration", &[object("metadata", &META_V1_OBJECT_META)]);
static NETWORKING_V1_INGRESS: Type = of("io.k8s.api.networking.v1.Ingress", &[object("metadata", &META_V1_OBJECT_META)]);
static NETWORKING_V1_INGRESS_CLASS: Type = of("io.k8s.api.networking.v1.IngressClass", &[object("metadata", &META_V1_OBJECT_META)]);
static NETWORKING_V1_NETWORK_POLICY: Type = of("io.k8s.api.networking.v1.NetworkPolicy", &[object("metadata", &META_V1_OBJECT_META)]);
static NETWORKING_V1BETA1_INGRESS: Type = of("io.k8s.api.networking.v1beta1.Ingress", &[object("metadata", &META_V1_OBJECT_META)]);
static NETWORKING_V1BETA1_INGRESS_CLASS: Type = of("io.k8s.api.networking.v1beta1.IngressClass", &[object("metadata", &META_V1_OBJECT_META)]);
static NODE_V1_RUNTIME_CLASS: Type = of("io.k8s.api.node.v1.RuntimeClass", &[object("metadata", &META_V1_OBJECT_META)]);
static NODE_V1BETA1_RUNTIME_CLASS: Type = of("io.k8s.api.node.v1beta1.RuntimeClass", &[object("metadata", &META_V1_OBJECT_META)]);
static POLICY_V1_POD_DISRUPTION_BUDGET: Type = of("io.k8s.api.policy.v1.PodDisruptionBudget", &[
    object("metadata", &META_V1_OBJECT_META), object("status", &POLICY_V1_POD_DISRUPTION_BUDGET_STATUS),
]);
static POLICY_V1_POD_DISRUPTION_BUDGET_STATUS: Type = of("io.k8s.api.policy.v1.PodDisruptionBudgetStatus", &[keyed("conditions", &["type"], None)]);
static POLICY_V1BETA1_EVICTION: Type = of("io.k8s.api.policy.v1beta1.Eviction", &[object("metadata", &META_V1_OBJECT_META)]);
static POLICY_V1BETA1_POD_DISRUPTION_BUDGET: Type = of("io.k8s.api.policy.v1beta1.PodDisruptionBudget", &[
    object("metadata", &META_V1_OBJECT_META), object("status", &POLICY_V1BETA1_POD_DISRUPTION_BUDGET_STATUS),
]);
static POLICY_V1BETA1_POD_DISRUPTION_BUDGET_STATUS: Type = of("io.k8s.api.policy.v1beta1.PodDisruptionBudgetStatus", &[keyed("conditions", &["type"], None)]);
static POLICY_V1BETA1_POD_SECURITY_POLICY: Type = of("io.k8s.api.policy.v1beta1.PodSecurityPolicy", &[object("metadata", &META_V1_OBJECT_META)]);
static RBAC_V1_CLUSTER_ROLE: Type = of("io.k8s.api.rbac.v1.ClusterRole", &[object("metadata", &META_V1_OBJECT_META)]);
static RBAC_V1_CLUSTER_ROLE_BINDING: Type = of("io.k8s.api.rbac.v1.ClusterRoleBinding", &[object("metadata", &META_V1_OBJECT_META)]);
static RBAC_V1_ROLE: Type = of("io.k8s.api.rbac.v1.Role", &[object("metadata", &META_V1_OBJECT_META)]);
static RBAC_V1_ROLE_BINDING: Type = of("io.k8s.api.rbac.v1.RoleBinding", &[object("metadata", &META_V1_OBJECT_META)]);
static RBAC_V1BETA1_CLUSTER_ROLE: Type = of("io.k8s.api.rbac.v1beta1.ClusterRole", &[object("metadata", &META_V1_OBJECT_META)]);
static RBAC_V1BETA1_CLUSTER_ROLE_BINDING: Type = of("io.k8s.api.rbac.v1beta1.ClusterRoleBinding", &[object("metadata", &META_V1_OBJECT_META)]);
static RBAC_V1BETA1_ROLE: Type = of("io.k8s.api.rbac.v1beta1.Role", &[object("metadata", &META_V1_OBJECT_META)]);
static RBAC_V1BETA1_ROLE_BINDING: Type = of("io.k8s.api.rbac.v1beta1.RoleBinding", &[object("metadata", &META_V1_OBJECT_META)]);
static SCHEDULING_V1_PRIORITY_CLASS: Type = of("io.k8s.api.scheduling.v1.PriorityClass", &[object("metadata", &META_V1_OBJECT_META)]);
static SCHEDULING_V1BETA1_PRIORITY_CLASS: Type = of("io.k8s.api.scheduling.v1beta1.PriorityClass", &[object("metadata", &META_V1_OBJECT_META)]);
static STORAGE_V1_CSI_DRIVER: Type = of("io.k8s.api.storage.v1.CSIDriver", &[object("metadata", &META_V1_OBJECT_META)]);
static STORAGE_V1_CSI_NODE: Type = of("io.k8s.api.storage.v1.CSINode", &[
    object("metadata", &META_V1_OBJECT_META), object("spec", &STORAGE_V1_CSI_NODE_SPEC),
]);
static STORAGE_V1_CSI_NODE_SPEC: Type = of("io.k8s.api.storage.v1.CSINodeSpec", &[keyed("drivers", &["name"], None)]);
static STORAGE_V1_STORAGE_CLASS: Type = of("io.k8s.api.storage.v1.StorageClass", &[object("metadata", &META_V1_OBJECT_META)]);
static STORAGE_V1_VOLUME_ATTACHMENT: Type = of("io.k8s.api.storage.v1.VolumeAttachment", &[object("metadata", &META_V1_OBJECT_META)]);
static STORAGE_V1BETA1_CSI_DRIVER: Type = of("io.k8s.api.storage.v1beta1.CSIDriver", &[object("metadata", &META_V1_OBJECT_META)]);
static STORAGE_V1BETA1_CSI_NODE: Type = of("io.k8s.api.storage.v1beta1.CSINode", &[
    object("metadata", &META_V1_OBJECT_META), object("spec", &STORAGE_V1BETA1_CSI_NODE_SPEC),
]);
static STORAGE_V1BETA1_CSI_NODE_SPEC: Type = of("io.k8s.api.storage.v1beta1.CSINodeSpec", &[keyed("drivers", &["name"], None)]);
static STORAGE_V1BETA1_CSI_STORAGE_CAPACITY: Type = of("io.k8s.api.storage.v1beta1.CSIStorageCapacity", &[object("metadata", &META_V1_OBJECT_META)]);
static STORAGE_V1BETA1_STORAGE_CLASS: Type = of("io.k8s.api.storage.v1beta1.StorageClass", &[object("metadata", &META_V1_OBJECT_META)]);
static STORAGE_V1BETA1_VOLUME_ATTACHMENT: Type = of("io.k8s.api.storage.v1beta1.VolumeAttachment", &[object("metadata", &META_V1_OBJECT_META)]);
static APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION: Type = of("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition", &[object("metadata", &META_V1_OBJECT_META)]);
static APIEXTENSIONS_V1BETA1_CUSTOM_RESOURCE_DEFINITION: Type = of("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinition", &[object("metadata", &META_V1_OBJECT_META)]);
static META_V1_OBJECT_META: Type = of("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", &[
    values("finalizers"), keyed("ownerReferences", &["uid"], None),
]);
static APIREGISTRATION_V1_API_SERVICE: Type = of("io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService", &[
    object("metadata", &META_V1_OBJECT_META), object("status", &APIREGISTRATION_V1_API_SERVICE_STATUS),
]);
static APIREGISTRATION_V1_API_SERVICE_STATUS: Type = of("io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus", &[keyed("conditions", &["type"], None)]);
static APIREGISTRATION_V1BETA1_API_SERVICE: Type = of("io.k8s.kube-aggregator.pkg.apis.apiregistration.v1beta1.APIService", &[
    object("metadata", &META_V1_OBJECT_META), object("status", &APIREGISTRATION_V1BETA1_API_SERVICE_STATUS),
]);
static APIREGISTRATION_V1BETA1_API_SERVICE_STATUS: Type = of("io.k8s.kube-aggregator.pkg.apis.apiregistration.v1beta1.APIServiceStatus", &[keyed("conditions", &["type"], None)]);
