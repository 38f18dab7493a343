//! The name of an object's file.
//!
//! It depends on the object alone, so that no file is renamed because another object came. Two objects never share
//! one, also where the file system ignores case, and every system can check it out.

use std::fmt::Write as _;

use super::inventory::sha256;
use crate::resource::ResId;

/// Bytes of a file name.
const LIMIT: usize = 180;
const ENDING: &str = ".yaml";
/// Characters of a hash that keep shortened names apart.
const HASH: usize = 8;
/// Names that Windows keeps for devices, whatever follows the first dot.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Kinds that need no group in the name, each with the group that it is known in. A kind of another group carries
/// its group, so that two kinds of one name never meet.
const KNOWN_KINDS: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "ConfigMap",
            "Endpoints",
            "LimitRange",
            "Namespace",
            "Node",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "Pod",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
        ],
    ),
    (
        "admissionregistration.k8s.io",
        &[
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        ],
    ),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", &["APIService"]),
    ("apps", &["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]),
    ("argoproj.io", &["AppProject", "Application", "ApplicationSet"]),
    ("autoscaling", &["HorizontalPodAutoscaler"]),
    ("autoscaling.k8s.io", &["VerticalPodAutoscaler"]),
    ("batch", &["CronJob", "Job"]),
    ("bitnami.com", &["SealedSecret"]),
    ("cert-manager.io", &["Certificate", "ClusterIssuer", "Issuer"]),
    (
        "external-secrets.io",
        &["ClusterExternalSecret", "ClusterSecretStore", "ExternalSecret", "SecretStore"],
    ),
    ("flowcontrol.apiserver.k8s.io", &["FlowSchema", "PriorityLevelConfiguration"]),
    ("gateway.networking.k8s.io", &["GRPCRoute", "Gateway", "GatewayClass", "HTTPRoute", "ReferenceGrant"]),
    (
        "monitoring.coreos.com",
        &[
            "Alertmanager",
            "AlertmanagerConfig",
            "PodMonitor",
            "Probe",
            "Prometheus",
            "PrometheusAgent",
            "PrometheusRule",
            "ScrapeConfig",
            "ServiceMonitor",
            "ThanosRuler",
        ],
    ),
    ("networking.k8s.io", &["Ingress", "IngressClass", "NetworkPolicy"]),
    ("node.k8s.io", &["RuntimeClass"]),
    ("policy", &["PodDisruptionBudget"]),
    ("rbac.authorization.k8s.io", &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]),
    ("scheduling.k8s.io", &["PriorityClass"]),
    ("snapshot.storage.k8s.io", &["VolumeSnapshotClass"]),
    ("storage.k8s.io", &["CSIDriver", "StorageClass", "VolumeAttributesClass"]),
];

/// The file name of an object of an app whose own namespace is `home`.
pub(super) fn file_name(id: &ResId<'_>, home: &str) -> String {
    let mut name = encode(&id.gvk.kind.to_ascii_lowercase()).replace('.', "%2E").replace('-', "%2D");
    if !is_known(id) {
        name.push('.');
        name.push_str(&encode(id.gvk.group));
    }
    name.push('-');
    name.push_str(&encode(id.name));
    if !id.namespace.is_empty() && id.namespace != home {
        name.push('@');
        name.push_str(&encode(id.namespace));
    }
    if is_device(&name) {
        name = format!("%{:02X}{}", name.as_bytes()[0], &name[1..]);
    }
    shorten(&mut name);
    name.push_str(ENDING);
    name
}

fn is_known(id: &ResId<'_>) -> bool {
    KNOWN_KINDS.iter().any(|(group, kinds)| *group == id.gvk.group && kinds.contains(&id.gvk.kind))
}

/// Every byte that some file system cannot hold or may fold, as `%XX`.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' => encoded.push(char::from(byte)),
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

/// Cuts a name that is too long, and adds what keeps it apart from others that begin alike.
fn shorten(name: &mut String) {
    let limit = LIMIT - ENDING.len();
    if name.len() > limit {
        let hash = sha256(name.as_bytes());
        name.truncate(limit - "~".len() - HASH);
        name.push('~');
        name.push_str(&hash[..HASH]);
    }
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let port = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    DEVICES.contains(&stem) || port.is_some_and(|port| port.len() == 1 && port.as_bytes()[0].is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Gvk;

    fn named(api_version: &'static str, kind: &'static str, namespace: &'static str, name: &str) -> String {
        file_name(&ResId { gvk: Gvk::parse(api_version, kind), name, namespace }, "monitoring")
    }

    #[test]
    fn says_kind_name_and_a_foreign_namespace() {
        assert_eq!(
            named("apps/v1", "StatefulSet", "monitoring", "prometheus"),
            "statefulset-prometheus.yaml"
        );
        assert_eq!(named("v1", "Namespace", "", "monitoring"), "namespace-monitoring.yaml");
        let role = "rbac.authorization.k8s.io/v1";
        assert_eq!(named(role, "Role", "kube-system", "a"), "role-a@kube-system.yaml");
    }

    #[test]
    fn a_new_version_renames_nothing_and_another_group_does() {
        let old = named("policy/v1beta1", "PodDisruptionBudget", "", "a");
        assert_eq!(old, named("policy/v1", "PodDisruptionBudget", "", "a"));
        let knative = named("serving.knative.dev/v1", "Service", "", "a");
        assert_eq!(knative, "service.serving.knative.dev-a.yaml");
        assert_eq!(named("example.com/v1", "Cluster", "", "a"), "cluster.example.com-a.yaml");
    }

    #[test]
    fn names_survive_every_file_system() {
        let role = |name| named("rbac.authorization.k8s.io/v1", "ClusterRole", "", name);
        assert_eq!(role("system:metrics"), "clusterrole-system%3Ametrics.yaml");
        assert_eq!(
            (role("Foo"), role("foo")),
            ("clusterrole-%46oo.yaml".into(), "clusterrole-foo.yaml".into())
        );
        assert_ne!(role("a.b"), role("a-b"));
        assert_ne!(role("\u{e9}"), role("e\u{301}"));
        assert_eq!(named("con.example.com/v1", "Con", "", "a"), "%63on.con.example.com-a.yaml");
    }

    /// Kustomize takes any text for a kind; it must not lead out of the folder, nor hide the file.
    #[test]
    fn a_kind_is_not_trusted() {
        assert_eq!(named("v1", "../../x", "", "a"), "%2E%2E%2F%2E%2E%2Fx.-a.yaml");
        assert_eq!(named("a/b/../../c", ".Git", "", "a"), "%2Egit.a-a.yaml");
        assert_ne!(named("v1", "A-B", "", "c"), named("v1", "A", "", "B-c"));
        assert_eq!(named("v1", "C\\D:", "", "x\n/.."), "c%5Cd%3A.-x%0A%2F...yaml");
    }

    #[test]
    fn no_name_is_one_that_a_system_keeps_or_cannot_hold() {
        let kinds = ["Con", "Aux", "NUL", "Com1", "Lpt9", "ConfigMap", "Conin$", " ", ".", "\u{e9}"];
        let names = [
            "con",
            "nul.",
            "a ",
            " a",
            "a.",
            "..",
            "A",
            "\u{130}",
            "\u{df}",
            &"z".repeat(253),
            &"\u{1f600}".repeat(60),
        ];
        let mut seen = std::collections::BTreeSet::new();
        for (kind, name) in kinds.iter().flat_map(|kind| names.iter().map(move |name| (kind, name))) {
            for namespace in ["", "monitoring", "con", "kube-system"] {
                let file = file_name(&ResId { gvk: Gvk::parse("con/v1", kind), name, namespace }, "x");
                assert!(
                    file.len() <= LIMIT && super::super::inventory::is_ours(&format!("clusters/a/b/{file}")),
                    "{file}"
                );
                assert!(!is_device(&file) && !file.ends_with(['.', ' ']), "{file}");
                assert!(seen.insert(file.to_lowercase()), "{file} is there twice");
            }
        }
        assert_eq!(seen.len(), 10 * 11 * 4);
    }

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let long = "x".repeat(252);
        let (one, other) = (format!("{long}1"), format!("{long}2"));
        let (one, other) = (named("v1", "ConfigMap", "", &one), named("v1", "ConfigMap", "", &other));
        assert_eq!(one.len(), LIMIT);
        assert_ne!(one, other);
    }
}
