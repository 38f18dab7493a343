//! Why a live object says more than the tree does.

/// Where the API server and its controllers write.
const SERVER_METADATA: [&str; 9] = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generation",
    "managedFields",
    "ownerReferences",
    "resourceVersion",
    "uid",
];
/// What the API server gives to a Service or an account.
const ASSIGNED: [&str; 7] = [
    "clusterIP",
    "clusterIPs",
    "healthCheckNodePort",
    "ipFamilies",
    "ipFamilyPolicy",
    "nodePort",
    "volumeName",
];
/// Annotations and labels with these prefixes are notes that tools leave.
const NOTES: [&str; 7] = [
    "argocd.argoproj.io/",
    "autoscaling.alpha.kubernetes.io/",
    "deployment.kubernetes.io/",
    "deprecated.daemonset.template.generation",
    "kubectl.kubernetes.io/",
    "kustomize.toolkit.fluxcd.io/",
    "pv.kubernetes.io/",
];
/// What meshes and agents put into pods begins so.
const INJECTED: [&str; 8] =
    ["istio", "linkerd", "envoy", "dapr", "vault-agent", "consul-connect", "kuma", "azure-workload-identity"];

/// Why a field of a live object is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Reason {
    /// The API server or a controller keeps its own state there.
    Server,
    /// The API server fills in what nobody says.
    Defaults,
    /// A webhook put a sidecar and what it needs into the pods.
    Sidecars,
    /// A controller writes the certificate of a webhook.
    CaBundle,
    /// An autoscaler decides.
    Autoscaler,
    /// Argo CD and Flux are told to leave it alone.
    Engines,
    /// Tools leave notes in labels and annotations.
    Notes,
    /// Labels, annotations and data of others.
    Others,
}

impl Reason {
    /// The word for it, which stands in reports.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Server => "state of the API server",
            Self::Defaults => "defaults of the API server",
            Self::Sidecars => "injected sidecars",
            Self::CaBundle => "injected certificates",
            Self::Autoscaler => "autoscalers",
            Self::Engines => "ignored fields of the engines",
            Self::Notes => "notes of tools",
            Self::Others => "additions of others",
        }
    }

    /// Why there is something at a path that the tree does not have. An item of a list is named by its keys.
    pub(super) fn of(path: &[String]) -> Self {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let last = path.last().copied().unwrap_or_default();
        match path.as_slice() {
            ["status" | "secrets", ..] | ["metadata", "selfLink"] => Self::Server,
            ["metadata", field] if SERVER_METADATA.contains(field) => Self::Server,
            [.., "annotations" | "labels", name] if NOTES.iter().any(|known| name.starts_with(known)) => {
                Self::Notes
            }
            [.., "annotations", name] if is_injected(name) => Self::Sidecars,
            [
                ..,
                "containers" | "initContainers" | "volumes" | "volumeMounts" | "env" | "imagePullSecrets",
                item,
            ] if is_injected(item) => Self::Sidecars,
            [.., "caBundle"] => Self::CaBundle,
            ["metadata", "annotations" | "labels", ..]
            | ["data" | "binaryData", ..]
            | [.., "template", "metadata", "annotations" | "labels", _] => Self::Others,
            [.., "containers" | "initContainers" | "volumes" | "volumeMounts" | "env" | "ports", item]
                if item.contains('=') =>
            {
                Self::Others
            }
            _ if ASSIGNED.contains(&last) => Self::Server,
            _ => Self::Defaults,
        }
    }
}

/// Whether a name is one of a mesh: in an item it stands behind its key.
fn is_injected(name: &str) -> bool {
    let names = name.split('=').next_back().unwrap_or_default();
    INJECTED.iter().any(|known| names.starts_with(known) || names.contains(&format!(".{known}")))
        || names.starts_with("workload-socket")
        || names.starts_with("credential-socket")
        || names.starts_with("workload-certs")
        || names.starts_with("/var/run/secrets/kubernetes.io/serviceaccount")
}
