//! `sem/required-value`

use super::fields::has_variable;
use super::places::{self, Of, join};
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::selector::Selector;
use crate::validate::{Finding, Findings, Object, Tree, Workload};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "sem/required-value",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a value is missing that no schema asks for, and the API server does",
    why: "the API server refuses the object, or the pods that are made from it",
    fix: "say what is meant, or leave out what it belongs to",
    example: example!("sem/required-value"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

const APPS: &str = "apps";
const RBAC: &str = "rbac.authorization.k8s.io";
const NETWORKING: &str = "networking.k8s.io";

/// Where something has to be: the mapping, the field, and the fields of which one may stand instead.
type Missing = (Of, &'static str, &'static str, &'static [&'static str]);

/// What has to be there, and to be no empty text, list or mapping.
const MISSING: [Missing; 40] = [
    (Of::Object(APPS, "Deployment"), "", "spec", &[]),
    (Of::Object(APPS, "StatefulSet"), "", "spec", &[]),
    (Of::Object(APPS, "DaemonSet"), "", "spec", &[]),
    (Of::Object("batch", "Job"), "", "spec", &[]),
    (Of::Object("batch", "CronJob"), "", "spec", &[]),
    (Of::Object("batch", "CronJob"), "spec.jobTemplate", "spec", &[]),
    (Of::Object("", "Pod"), "", "spec", &[]),
    (Of::Object("", "Service"), "", "spec", &[]),
    (Of::Object("autoscaling", "HorizontalPodAutoscaler"), "", "spec", &[]),
    (Of::Object("", "PersistentVolumeClaim"), "", "spec", &[]),
    (Of::Object("", "PersistentVolumeClaim"), "spec", "accessModes", &[]),
    (Of::Object("", "PersistentVolumeClaim"), "spec", "resources", &[]),
    (Of::Object("", "PersistentVolumeClaim"), "spec.resources", "requests", &[]),
    (Of::Object("", "PersistentVolumeClaim"), "spec.resources.requests", "storage", &[]),
    (Of::Object(RBAC, "ClusterRole"), "rules[]", "apiGroups", &["nonResourceURLs"]),
    (Of::Object(RBAC, "ClusterRole"), "rules[]", "resources", &["nonResourceURLs"]),
    (Of::Object(RBAC, "Role"), "rules[]", "apiGroups", &[]),
    (Of::Object(RBAC, "Role"), "rules[]", "resources", &[]),
    (Of::Object(NETWORKING, "Ingress"), "", "spec", &[]),
    (Of::Object(NETWORKING, "Ingress"), "spec", "rules", &["defaultBackend"]),
    (Of::Object(NETWORKING, "Ingress"), "spec.rules[].http.paths[].backend.service", "port", &[]),
    (Of::Object(NETWORKING, "Ingress"), "spec.defaultBackend", "service", &["resource"]),
    (Of::Object(NETWORKING, "Ingress"), "spec.defaultBackend.service", "port", &[]),
    (Of::Object(APPS, "Deployment"), "spec.template", "spec", &[]),
    (Of::Object(APPS, "StatefulSet"), "spec.template", "spec", &[]),
    (Of::Object(APPS, "DaemonSet"), "spec.template", "spec", &[]),
    (Of::Object("batch", "Job"), "spec.template", "spec", &[]),
    (Of::Object("batch", "CronJob"), "spec.jobTemplate.spec.template", "spec", &[]),
    (Of::Object(NETWORKING, "Ingress"), "spec.defaultBackend.service.port", "name", &["number"]),
    (Of::Object(RBAC, "ClusterRole"), "aggregationRule", "clusterRoleSelectors", &[]),
    (Of::Container, "", "image", &[]),
    (Of::Container, "env[].valueFrom.configMapKeyRef", "name", &[]),
    (Of::Container, "env[].valueFrom.secretKeyRef", "name", &[]),
    (Of::Container, "envFrom[]", "configMapRef", &["secretRef"]),
    (Of::Container, "envFrom[].configMapRef", "name", &[]),
    (Of::Container, "envFrom[].secretRef", "name", &[]),
    (Of::Pod, "volumes[].configMap", "name", &[]),
    (Of::Pod, "volumes[].secret", "secretName", &[]),
    (Of::Pod, "volumes[].projected.sources[].configMap", "name", &[]),
    (Of::Pod, "volumes[].projected.sources[].secret", "name", &[]),
];

/// What must not be an empty text, list or mapping. That it is there is for the schema to ask.
const EMPTY: [(Of, &str, &str); 50] = [
    (Of::Object(APPS, "Deployment"), "spec", "template"),
    (Of::Object(APPS, "StatefulSet"), "spec", "template"),
    (Of::Object(APPS, "DaemonSet"), "spec", "template"),
    (Of::Object("batch", "Job"), "spec", "template"),
    (Of::Object("batch", "CronJob"), "spec", "jobTemplate"),
    (Of::Object("batch", "CronJob"), "spec.jobTemplate.spec", "template"),
    (Of::Object(RBAC, "ClusterRole"), "rules[]", "verbs"),
    (Of::Object(RBAC, "Role"), "rules[]", "verbs"),
    (Of::Object(RBAC, "ClusterRoleBinding"), "roleRef", "kind"),
    (Of::Object(RBAC, "ClusterRoleBinding"), "roleRef", "name"),
    (Of::Object(RBAC, "ClusterRoleBinding"), "subjects[]", "kind"),
    (Of::Object(RBAC, "ClusterRoleBinding"), "subjects[]", "name"),
    (Of::Object(RBAC, "RoleBinding"), "roleRef", "kind"),
    (Of::Object(RBAC, "RoleBinding"), "roleRef", "name"),
    (Of::Object(RBAC, "RoleBinding"), "subjects[]", "kind"),
    (Of::Object(RBAC, "RoleBinding"), "subjects[]", "name"),
    (Of::Object(NETWORKING, "Ingress"), "spec.rules[].http", "paths"),
    (Of::Object(NETWORKING, "Ingress"), "spec.rules[].http.paths[]", "pathType"),
    (Of::Object(NETWORKING, "Ingress"), "spec.rules[].http.paths[].backend.service", "name"),
    (Of::Object(NETWORKING, "Ingress"), "spec.defaultBackend.service", "name"),
    (Of::Object("discovery.k8s.io", "EndpointSlice"), "", "addressType"),
    (Of::Object("discovery.k8s.io", "EndpointSlice"), "endpoints[]", "addresses"),
    (Of::Object("autoscaling", "HorizontalPodAutoscaler"), "spec.scaleTargetRef", "kind"),
    (Of::Object("autoscaling", "HorizontalPodAutoscaler"), "spec.scaleTargetRef", "name"),
    (Of::Object("storage.k8s.io", "StorageClass"), "", "provisioner"),
    (Of::Pod, "", "containers"),
    (Of::Pod, "volumes[]", "name"),
    (Of::Pod, "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"),
    (Of::Pod, "volumes[].persistentVolumeClaim", "claimName"),
    (Of::Pod, "volumes[].hostPath", "path"),
    (Of::Pod, "volumes[].configMap.items[]", "key"),
    (Of::Pod, "volumes[].configMap.items[]", "path"),
    (Of::Pod, "volumes[].secret.items[]", "key"),
    (Of::Pod, "volumes[].secret.items[]", "path"),
    (Of::Pod, "volumes[].projected.sources[].configMap.items[]", "key"),
    (Of::Pod, "volumes[].projected.sources[].configMap.items[]", "path"),
    (Of::Pod, "volumes[].projected.sources[].secret.items[]", "key"),
    (Of::Pod, "volumes[].projected.sources[].secret.items[]", "path"),
    (Of::Pod, "securityContext.seccompProfile", "type"),
    (Of::Pod, "topologySpreadConstraints[]", "topologyKey"),
    (Of::Pod, "topologySpreadConstraints[]", "whenUnsatisfiable"),
    (Of::Pod, "affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[]", "topologyKey"),
    (Of::Pod, "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[]", "topologyKey"),
    (Of::Container, "", "name"),
    (Of::Container, "securityContext.seccompProfile", "type"),
    (Of::Container, "env[].valueFrom.fieldRef", "fieldPath"),
    (Of::Container, "env[].valueFrom.configMapKeyRef", "key"),
    (Of::Container, "env[].valueFrom.secretKeyRef", "key"),
    (Of::Container, "env[]", "name"),
    (Of::Container, "volumeMounts[]", "mountPath"),
];

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let workload = Workload::of(*object);
    let mut report = |node: &Node<'_>, path: &str, field: &str| {
        let path = join(path, field);
        let message = format!("`{path}` is missing or empty, and the API server wants it");
        findings.add(
            Finding::new(&RULE, node.origin().or(object.origin()), message).object(object.id).path(path),
        );
    };
    for (of, path, field, instead) in MISSING {
        places::visit(object, workload.as_ref(), (of, path), &mut |node, at| {
            let has = |field: &str| node.get(field).is_some_and(is_there);
            if node.as_mapping().is_some() && !has(field) && !instead.iter().any(|other| has(other)) {
                report(node.get(field).unwrap_or(node), at, field);
            }
        });
    }
    for (of, path, field) in EMPTY {
        places::visit(object, workload.as_ref(), (of, path), &mut |node, at| {
            if let Some(value) = node.get(field).filter(|value| !value.is_null() && is_empty(value)) {
                report(value, at, field);
            }
        });
    }
    selector(object, findings);
    service(object, findings);
    subjects(object, findings);
    paths(object, findings);
}

/// Whether it says something. What an empty mapping lacks is said of the mapping.
fn is_there(node: &Node<'_>) -> bool {
    !is_empty(node) || node.as_mapping().is_some()
}

fn is_empty(node: &Node<'_>) -> bool {
    node.is_null_or_empty() || node.text().is_some_and(str::is_empty)
}

/// What makes pods must know its own from all others.
fn selector(object: &Object<'_, '_>, findings: &mut Findings<'_>) {
    let is_meant = object.group() == APPS
        && ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].contains(&object.kind());
    let Some(selector) = object.at(&["spec", "selector"]).filter(|_| is_meant) else { return };
    if selector.as_mapping().is_some() && Selector::of(selector).is_empty() {
        let message = "the selector is empty: it has to name the labels of the pods";
        findings.add(object.finding(&RULE, "spec.selector", selector, message));
    }
}

/// A Service has ports, unless it has no address to have them at.
fn service(object: &Object<'_, '_>, findings: &mut Findings<'_>) {
    let Some(spec) = object.at(&["spec"]).filter(|_| object.is("", "Service")) else { return };
    let has = |field: &str| spec.get(field).is_some_and(|value| !is_empty(value));
    let is_external = object.text(&["spec", "type"]) == Some("ExternalName");
    let is_headless = object.text(&["spec", "clusterIP"]) == Some("None");
    let (field, message) = match (is_external, is_headless) {
        (true, _) => ("externalName", "a Service of the type `ExternalName` needs `externalName`"),
        (false, true) => return,
        (false, false) => ("ports", "a Service needs `ports`, unless it is headless"),
    };
    if spec.as_mapping().is_some() && !has(field) {
        findings.add(object.finding(
            &RULE,
            format!("spec.{field}"),
            spec.get(field).unwrap_or(spec),
            message,
        ));
    }
}

/// Accounts are in namespaces, also where the binding is in none.
fn subjects(object: &Object<'_, '_>, findings: &mut Findings<'_>) {
    if !object.is(RBAC, "ClusterRoleBinding") {
        return;
    }
    for (index, subject) in object.items(&["subjects"]).iter().enumerate() {
        let is_account = subject.get("kind").and_then(Node::text) == Some("ServiceAccount");
        if is_account && subject.get("namespace").is_none_or(is_empty) {
            let message = "a ServiceAccount is in a namespace: say in which one";
            findings.add(object.finding(&RULE, format!("subjects[{index}].namespace"), subject, message));
        }
    }
}

/// A path of an Ingress begins with a slash, and only `ImplementationSpecific` can do without one.
fn paths(object: &Object<'_, '_>, findings: &mut Findings<'_>) {
    let of = (Of::Object(NETWORKING, "Ingress"), "spec.rules[].http.paths[]");
    places::visit(object, None, of, &mut |path, at| {
        let text = path.get("path").and_then(Node::text).unwrap_or_default();
        let is_free = path.get("pathType").and_then(Node::text) == Some("ImplementationSpecific");
        let is_right = text.starts_with('/') || has_variable(text) || text.is_empty() && is_free;
        if path.as_mapping().is_some() && !is_right {
            let place = path.get("path").filter(|value| !value.is_null()).unwrap_or(path);
            let message = "a path has to begin with `/`";
            findings.add(object.finding(&RULE, join(at, "path"), place, message));
        }
    });
}
