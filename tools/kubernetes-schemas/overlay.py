"""What no source says in a form that a program reads. Written by us, from the documentation of the API."""

# Kinds whose Go types are in other modules than k8s.io/api.
CLUSTER_WIDE = {
    ("apiextensions.k8s.io", "v1", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "v1", "APIService"),
}

# Values and bounds that the API server holds to, though its types carry no mark of them.
ACCOUNT = {"minimum": 0, "maximum": 2**31 - 1}
REPLICAS = {"replicas": {"minimum": 0}, "minReadySeconds": {"minimum": 0}, "revisionHistoryLimit": {"minimum": 0}}
PROBE = {
    "failureThreshold": {"minimum": 0},
    "initialDelaySeconds": {"minimum": 0},
    "periodSeconds": {"minimum": 0},
    "successThreshold": {"minimum": 0},
    "terminationGracePeriodSeconds": {"minimum": 1},
    "timeoutSeconds": {"minimum": 0},
}
SELECTOR_OPERATORS = ["DoesNotExist", "Exists", "In", "NotIn"]
RULES = {
    "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec": {"minReplicas": {"minimum": 0}},
    "io.k8s.api.autoscaling.v2.MetricSpec": {"type": {"enum": ["ContainerResource", "External", "Object", "Pods", "Resource"]}},
    "io.k8s.api.autoscaling.v2.MetricTarget": {
        "type": {"enum": ["AverageValue", "Utilization", "Value"]},
        "averageUtilization": {"minimum": 1},
    },
    "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement": {"operator": {"enum": SELECTOR_OPERATORS}},
    "io.k8s.api.apps.v1.DaemonSetSpec": REPLICAS,
    "io.k8s.api.apps.v1.DeploymentSpec": REPLICAS | {"progressDeadlineSeconds": {"minimum": 0}},
    "io.k8s.api.apps.v1.ReplicaSetSpec": REPLICAS,
    "io.k8s.api.apps.v1.StatefulSetSpec": REPLICAS,
    "io.k8s.api.batch.v1.CronJobSpec": {
        "startingDeadlineSeconds": {"minimum": 0},
        "successfulJobsHistoryLimit": {"minimum": 0},
        "failedJobsHistoryLimit": {"minimum": 0},
    },
    "io.k8s.api.batch.v1.JobSpec": {
        "activeDeadlineSeconds": {"minimum": 0},
        "backoffLimit": {"minimum": 0},
        "completions": {"minimum": 0},
        "parallelism": {"minimum": 0},
        "ttlSecondsAfterFinished": {"minimum": 0},
    },
    "io.k8s.api.core.v1.ConfigMapVolumeSource": {"defaultMode": {"minimum": 0, "maximum": 0o777}},
    "io.k8s.api.core.v1.DownwardAPIVolumeSource": {"defaultMode": {"minimum": 0, "maximum": 0o777}},
    "io.k8s.api.core.v1.KeyToPath": {"mode": {"minimum": 0, "maximum": 0o777}},
    "io.k8s.api.core.v1.PodSecurityContext": {"fsGroup": ACCOUNT, "runAsGroup": ACCOUNT, "runAsUser": ACCOUNT},
    "io.k8s.api.core.v1.PodSpec": {"terminationGracePeriodSeconds": {"minimum": 0}},
    "io.k8s.api.core.v1.SecurityContext": {"runAsGroup": ACCOUNT, "runAsUser": ACCOUNT},
    "io.k8s.api.core.v1.Probe": PROBE,
    "io.k8s.api.core.v1.ProjectedVolumeSource": {"defaultMode": {"minimum": 0, "maximum": 0o777}},
    "io.k8s.api.core.v1.SecretVolumeSource": {"defaultMode": {"minimum": 0, "maximum": 0o777}},
    "io.k8s.api.core.v1.ServicePort": {"nodePort": {"minimum": 0, "maximum": 65535}},
    "io.k8s.api.core.v1.WeightedPodAffinityTerm": {"weight": {"minimum": 1, "maximum": 100}},
    "io.k8s.api.core.v1.PreferredSchedulingTerm": {"weight": {"minimum": 1, "maximum": 100}},
    "io.k8s.api.core.v1.TopologySpreadConstraint": {"maxSkew": {"minimum": 1}, "minDomains": {"minimum": 1}},
    "io.k8s.api.discovery.v1.EndpointSlice": {"addressType": {"enum": ["FQDN", "IPv4", "IPv6"]}},
    "io.k8s.api.rbac.v1.RoleRef": {
        "kind": {"enum": ["ClusterRole", "Role"]},
        "apiGroup": {"enum": ["rbac.authorization.k8s.io"]},
    },
    "io.k8s.api.rbac.v1.Subject": {"kind": {"enum": ["Group", "ServiceAccount", "User"]}},
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec": {
        "scope": {"enum": ["Cluster", "Namespaced"]},
    },
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceConversion": {
        "strategy": {"enum": ["None", "Webhook"]},
    },
}

# A field that is a key of a list and has a value where none is written: `port: 53` twice is one of UDP and one of TCP
# only if one of them says UDP.
DEFAULTS = {
    "io.k8s.api.core.v1.ContainerPort": {"protocol": "TCP"},
    "io.k8s.api.core.v1.ServicePort": {"protocol": "TCP"},
}

# Versions that went before the oldest Go module that we read, and so are in none: release that removed them, successor.
REMOVED = {
    ("apiextensions.k8s.io", "v1beta1", "CustomResourceDefinition"): (22, "apiextensions.k8s.io/v1 CustomResourceDefinition"),
    ("apiregistration.k8s.io", "v1beta1", "APIService"): (22, "apiregistration.k8s.io/v1 APIService"),
    ("batch", "v2alpha1", "CronJob"): (21, "batch/v1 CronJob"),
    ("node.k8s.io", "v1alpha1", "RuntimeClass"): (24, "node.k8s.io/v1 RuntimeClass"),
    ("scheduling.k8s.io", "v1alpha1", "PriorityClass"): (24, "scheduling.k8s.io/v1 PriorityClass"),
    ("scheduling.k8s.io", "v1beta1", "PriorityClass"): (22, "scheduling.k8s.io/v1 PriorityClass"),
    ("settings.k8s.io", "v1alpha1", "PodPreset"): (20, ""),
    ("auditregistration.k8s.io", "v1alpha1", "AuditSink"): (19, ""),
    ("rbac.authorization.k8s.io", "v1alpha1", "ClusterRole"): (23, "rbac.authorization.k8s.io/v1 ClusterRole"),
    ("rbac.authorization.k8s.io", "v1alpha1", "ClusterRoleBinding"): (23, "rbac.authorization.k8s.io/v1 ClusterRoleBinding"),
    ("rbac.authorization.k8s.io", "v1alpha1", "Role"): (23, "rbac.authorization.k8s.io/v1 Role"),
    ("rbac.authorization.k8s.io", "v1alpha1", "RoleBinding"): (23, "rbac.authorization.k8s.io/v1 RoleBinding"),
}

# Kinds of version v1 that the lifecycle files do not know: release that deprecated them, successor.
DEPRECATED = {
    ("", "v1", "ComponentStatus"): (19, ""),
    ("", "v1", "Endpoints"): (33, "discovery.k8s.io/v1 EndpointSlice"),
}

# Versions of custom resources that current releases of Flux, Argo CD and the Prometheus operator serve no longer, or
# never did, need no table: the group is known and the version is not served.
