//! Objects of many kinds, with the fields that references, images, labels and namespaces reach.

use serde_json::{Map, Value, json};

use crate::pod;
use crate::random::Random;
use crate::text;
use crate::tree::Limits;

/// Kinds and their versions; the kinds that carry most rules come up most.
const KINDS: [(&str, &str); 43] = [
    ("apps/v1", "Deployment"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "ReplicaSet"),
    ("v1", "ReplicationController"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    ("batch/v1beta1", "CronJob"),
    ("v1", "Pod"),
    ("v1", "Service"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "ConfigMap"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "Secret"),
    ("v1", "ServiceAccount"),
    ("v1", "ServiceAccount"),
    ("v1", "Namespace"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "PersistentVolume"),
    ("storage.k8s.io/v1", "StorageClass"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    ("networking.k8s.io/v1", "Ingress"),
    ("networking.k8s.io/v1beta1", "Ingress"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("policy/v1", "PodDisruptionBudget"),
    ("scheduling.k8s.io/v1", "PriorityClass"),
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ("apiregistration.k8s.io/v1", "APIService"),
    ("monitoring.coreos.com/v1", "ServiceMonitor"),
    ("monitoring.coreos.com/v1", "PrometheusRule"),
    ("monitoring.coreos.com/v1", "Prometheus"),
    ("example.com/v1", "Fleet"),
    ("example.com/v1", "Fleet"),
];

/// An object of any kind.
pub(crate) fn any(random: &mut Random, limits: Limits) -> Value {
    let (version, kind) = *random.pick(&KINDS);
    of_kind(random, version, kind, limits)
}

/// Another object of the same kind and version, for a patch.
pub(crate) fn of_kind(random: &mut Random, version: &str, kind: &str, limits: Limits) -> Value {
    let mut object = Map::new();
    object.insert("apiVersion".into(), version.into());
    object.insert("kind".into(), kind.into());
    object.insert("metadata".into(), metadata(random));
    if let Value::Object(body) = body(random, kind, limits) {
        object.extend(body);
    }
    Value::Object(object)
}

fn metadata(random: &mut Random) -> Value {
    let mut metadata = Map::new();
    metadata.insert("name".into(), text::name(random).into());
    if random.chance(25) {
        metadata.insert("namespace".into(), text::namespace(random).into());
    }
    if random.chance(40) {
        metadata.insert("labels".into(), text::labels(random).into());
    }
    if random.chance(25) {
        metadata.insert("annotations".into(), text::texts(random, 0, 2).into());
    }
    if random.chance(3) {
        let value = *random.pick(&["true", "true", "false", "no", ""]);
        metadata.insert("annotations".into(), json!({"config.kubernetes.io/local-config": value}));
    }
    if random.chance(5) {
        metadata.insert("finalizers".into(), json!([text::name(random), "example.com/keep"]));
    }
    Value::Object(metadata)
}

fn body(random: &mut Random, kind: &str, limits: Limits) -> Value {
    match kind {
        "Deployment" | "DaemonSet" | "ReplicaSet" | "StatefulSet" | "ReplicationController" | "Job" => {
            workload(random, kind, limits)
        }
        "CronJob" => json!({"spec": {
            "schedule": "*/5 * * * *",
            "jobTemplate": {"spec": {"template": pod::template(random, limits)}},
        }}),
        "Pod" => json!({"spec": pod::spec(random, limits)}),
        "ConfigMap" => json!({"data": text::texts(random, 0, 4)}),
        "Secret" => {
            json!({"type": "Opaque", "stringData": text::texts(random, 0, 2), "data": {"token": "dG9rZW4="}})
        }
        "ServiceAccount" => service_account(random),
        "Role" | "ClusterRole" => role(random),
        "RoleBinding" | "ClusterRoleBinding" => binding(random, kind),
        "Service" | "Ingress" | "NetworkPolicy" | "ValidatingWebhookConfiguration" | "APIService" => {
            network(random, kind)
        }
        "PersistentVolumeClaim" | "PersistentVolume" | "StorageClass" => storage(random, kind),
        "HorizontalPodAutoscaler" | "PodDisruptionBudget" | "PriorityClass" => policy(random, kind),
        "ServiceMonitor" | "PrometheusRule" | "Prometheus" => monitoring(random, kind),
        "Fleet" => json!({"spec": free(random, 3), "image": text::image(random)}),
        _ => json!({}),
    }
}

fn workload(random: &mut Random, kind: &str, limits: Limits) -> Value {
    let mut spec = Map::new();
    if !matches!(kind, "DaemonSet" | "Job") && random.chance(70) {
        spec.insert("replicas".into(), random.below(5).into());
    }
    if random.chance(60) && kind != "ReplicationController" {
        spec.insert("selector".into(), json!({"matchLabels": {"app": text::name(random)}}));
    }
    if kind == "StatefulSet" {
        spec.insert("serviceName".into(), text::name(random).into());
        if limits.claim_templates && random.chance(50) {
            let claim =
                json!({"metadata": {"name": "data"}, "spec": {"storageClassName": text::name(random)}});
            spec.insert("volumeClaimTemplates".into(), json!([claim]));
        }
    }
    if kind == "Deployment" && random.chance(30) {
        spec.insert(
            "strategy".into(),
            json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%"}}),
        );
    }
    spec.insert("template".into(), pod::template(random, limits));
    json!({"spec": spec})
}

fn service_account(random: &mut Random) -> Value {
    json!({
        "secrets": [{"name": text::name(random)}],
        "imagePullSecrets": [{"name": text::name(random)}],
        "automountServiceAccountToken": random.chance(50),
    })
}

fn role(random: &mut Random) -> Value {
    json!({"rules": [{
        "apiGroups": [""],
        "resources": [random.pick(&["secrets", "configmaps", "pods"])],
        "resourceNames": [text::name(random), text::name(random)],
        "verbs": ["get", random.pick(&["list", "watch", "*"])],
    }]})
}

fn binding(random: &mut Random, kind: &str) -> Value {
    let role = if kind == "RoleBinding" && random.chance(50) { "Role" } else { "ClusterRole" };
    let subjects: Vec<Value> = (0..random.between(1, 3)).map(|_| subject(random)).collect();
    json!({
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role, "name": text::name(random)},
        "subjects": subjects,
    })
}

fn subject(random: &mut Random) -> Value {
    let name = if random.chance(30) { "default".into() } else { text::name(random) };
    match random.below(5) {
        0 => json!({"kind": "User", "name": name, "apiGroup": "rbac.authorization.k8s.io"}),
        1 | 2 => json!({"kind": "ServiceAccount", "name": name}),
        _ => json!({"kind": "ServiceAccount", "name": name, "namespace": text::namespace(random)}),
    }
}

fn network(random: &mut Random, kind: &str) -> Value {
    let name = text::name(random);
    match kind {
        "Service" => json!({"spec": {
            "selector": {"app": name},
            "ports": [
                {"port": 80, "targetPort": "http", "protocol": "TCP", "name": "http"},
                {"port": random.pick(&[80, 443]), "protocol": random.pick(&["UDP", "TCP"])},
            ],
        }}),
        "Ingress" => json!({"spec": {
            "ingressClassName": name,
            "rules": [{"host": "example.com", "http": {"paths": [
                {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": name, "port": {"number": 80}}}},
                {"path": "/old", "backend": {"serviceName": name, "servicePort": 80}},
            ]}}],
            "tls": [{"hosts": ["example.com"], "secretName": text::name(random)}],
        }}),
        "NetworkPolicy" => json!({"spec": {
            "podSelector": {"matchLabels": {"app": name}},
            "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": text::name(random)}}}, {"namespaceSelector": {}}]}],
            "egress": [{"to": [{"podSelector": {}}]}],
        }}),
        "APIService" => json!({"spec": {"service": {"name": name, "namespace": text::namespace(random)}}}),
        _ => json!({"webhooks": [
            {"name": "a.example.com", "clientConfig": {"service": {"name": name, "namespace": text::namespace(random)}}},
            {"name": "b.example.com", "clientConfig": {"url": "https://example.com"}},
        ]}),
    }
}

fn storage(random: &mut Random, kind: &str) -> Value {
    match kind {
        "PersistentVolumeClaim" => json!({"spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": text::name(random),
            "volumeName": text::name(random),
            "resources": {"requests": {"storage": "1Gi"}},
        }}),
        "PersistentVolume" => {
            json!({"spec": {"storageClassName": text::name(random), "capacity": {"storage": "5Gi"}}})
        }
        _ => json!({"provisioner": "ebs.csi.aws.com", "parameters": text::texts(random, 0, 2)}),
    }
}

fn policy(random: &mut Random, kind: &str) -> Value {
    let target = *random.pick(&["Deployment", "StatefulSet", "ReplicaSet"]);
    match kind {
        "HorizontalPodAutoscaler" => json!({"spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": target, "name": text::name(random)},
            "minReplicas": 1,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu"}}],
        }}),
        "PodDisruptionBudget" => {
            json!({"spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": text::name(random)}}}})
        }
        _ => json!({"value": 1000, "globalDefault": false}),
    }
}

fn monitoring(random: &mut Random, kind: &str) -> Value {
    match kind {
        "ServiceMonitor" => json!({"spec": {
            "selector": {"matchLabels": {"app": text::name(random)}},
            "endpoints": [{"port": "http", "interval": "30s"}],
        }}),
        "PrometheusRule" => json!({"spec": {"groups": [{"name": text::name(random), "rules": [
            {"alert": "Down", "expr": text::text(random), "for": "5m", "annotations": {"summary": text::text(random)}},
        ]}]}}),
        _ => json!({"spec": {
            "image": text::image(random),
            "secrets": [text::name(random)],
            "serviceAccountName": text::name(random),
            "containers": [{"name": "config-reloader", "image": text::image(random)}],
        }}),
    }
}

/// Content of a custom resource: maps, lists and scalars of all kinds.
pub(crate) fn free(random: &mut Random, depth: usize) -> Value {
    let mut map = Map::new();
    for _ in 0..random.between(1, 4) {
        let value = match random.below(8) {
            0 | 1 if depth > 0 => free(random, depth - 1),
            2 if depth > 0 => free_list(random, depth - 1),
            3 => json!([]),
            4 => json!({}),
            _ => text::scalar(random),
        };
        map.insert(text::free_key(random), value);
    }
    Value::Object(map)
}

fn free_list(random: &mut Random, depth: usize) -> Value {
    let count = random.between(1, 3);
    if random.chance(50) {
        return (0..count).map(|_| text::scalar(random)).collect();
    }
    let named = |random: &mut Random| {
        let mut item = free(random, depth);
        item["name"] = text::name(random).into();
        item
    };
    (0..count).map(|_| named(random)).collect()
}
