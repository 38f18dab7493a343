//! What controllers make of the objects in a tree: pods, Secrets and ConfigMaps that no manifest holds.

use super::object::Object;
use super::selector::Selector;
use crate::yaml::{Mapping, Node};

/// Pods that an operator makes of a custom resource.
#[derive(Clone, Copy, Debug)]
pub struct MadePods<'a, 's> {
    /// The custom resource.
    pub object: Object<'a, 's>,
    /// The labels that somebody chose for the pods.
    chosen: Option<&'a Mapping<'s>>,
    /// Whether the labels are known.
    is_known: bool,
}

/// Groups whose custom resources make no pods beside those of their own controllers. The kinds of these groups that do
/// are in [`OPERATED`] and [`INSTALLED`].
const WITHOUT_PODS: [&str; 16] = [
    "argoproj.io",
    "bitnami.com",
    "cert-manager.io",
    "cilium.io",
    "external-secrets.io",
    "eks.amazonaws.com",
    "elbv2.k8s.aws",
    "keda.sh",
    "kustomize.config.k8s.io",
    "kyverno.io",
    "monitoring.coreos.com",
    "operator.victoriametrics.com",
    "projectcalico.org",
    "secrets.hashicorp.com",
    "traefik.io",
    "cloud.google.com",
];

/// The kinds of the Prometheus operator that it makes pods of, with the label that holds the name.
const OPERATED: [(&str, &str, &str); 4] = [
    ("Alertmanager", "alertmanager", "alertmanager"),
    ("Prometheus", "prometheus", "prometheus"),
    ("PrometheusAgent", "prometheus-agent", "prometheus"),
    ("ThanosRuler", "thanos-ruler", "thanos-ruler"),
];

/// Kinds that install something which is not in the tree.
const INSTALLED: [(&str, &str); 3] = [
    ("helm.toolkit.fluxcd.io", "HelmRelease"),
    ("helm.cattle.io", "HelmChart"),
    ("argoproj.io", "Application"),
];

impl<'a, 's> MadePods<'a, 's> {
    /// The pods that somebody makes of an object, if any.
    pub fn of(object: Object<'a, 's>) -> Option<Self> {
        if object.group() == "monitoring.coreos.com" {
            let operated = OPERATED.iter().any(|(kind, ..)| *kind == object.kind());
            let chosen = object.mapping(&["spec", "podMetadata", "labels"]);
            return operated.then_some(Self { object, chosen, is_known: true });
        }
        let made = Self { object, chosen: None, is_known: false };
        if INSTALLED.contains(&(object.group(), object.kind())) {
            return (object.kind() != "Application" || installs_chart(&object)).then_some(made);
        }
        is_foreign(object.group()).then_some(made)
    }

    /// The namespace of the pods as written; empty if they may be anywhere.
    pub fn namespace(&self) -> &'s str {
        let target = ["targetNamespace"].map(|field| self.object.text(&["spec", field]));
        let target = target.into_iter().flatten().next();
        let destination = self.object.text(&["spec", "destination", "namespace"]);
        target.or(destination).unwrap_or(self.object.id.namespace)
    }

    /// Whether a selector may mean these pods.
    pub fn may_match(&self, selector: &Selector<'_, '_>) -> bool {
        !self.is_known || selector.matches_values(|key| self.label(key, selector))
    }

    fn label<'l>(&self, key: &str, selector: &Selector<'_, 'l>) -> Option<&'l str>
    where
        's: 'l,
    {
        if let Some(chosen) = self.chosen.and_then(|labels| labels.get(key)).and_then(Node::text) {
            return Some(chosen);
        }
        let (_, short, name_key) = OPERATED.iter().find(|(kind, ..)| *kind == self.object.kind())?;
        match key {
            "app.kubernetes.io/name" => Some(short),
            "app.kubernetes.io/managed-by" => Some("prometheus-operator"),
            "app.kubernetes.io/instance" | "operator.prometheus.io/name" => Some(self.object.id.name),
            key if key == *name_key => Some(self.object.id.name),
            // Whatever the operator's version and sharding make of it.
            "app.kubernetes.io/version" | "operator.prometheus.io/shard" => {
                selector.pairs().find(|(wanted, _)| *wanted == key).map(|(_, value)| value)
            }
            _ => None,
        }
    }
}

/// Whether an Application installs a chart, whose objects are not in the tree.
fn installs_chart(object: &Object<'_, '_>) -> bool {
    object.at(&["spec", "source", "chart"]).is_some()
        || object.items(&["spec", "sources"]).iter().any(|source| source.get("chart").is_some())
}

/// Whether a group is of a project that is not known here: who knows what its controllers make.
pub fn is_foreign(group: &str) -> bool {
    let is_builtin = !group.contains('.') || group.ends_with(".k8s.io");
    let is_known = WITHOUT_PODS.iter().any(|known| group == *known || group.ends_with(&format!(".{known}")));
    !is_builtin && !is_known && !group.ends_with(".fluxcd.io")
}

/// An object that a controller makes: kind, namespace as written, name.
pub(super) type Made<'s> = (&'static str, &'s str, &'s str);

/// The Secrets and ConfigMaps that controllers make of an object, which count as being there.
pub(super) fn made_of<'s>(object: &Object<'_, 's>) -> Vec<Made<'s>> {
    let namespace = object.id.namespace;
    let secret = |path: &[&str]| object.text(path).map(|name| ("Secret", namespace, name));
    let own = ("Secret", namespace, object.id.name);
    match object.kind() {
        "SealedSecret" => vec![secret(&["spec", "template", "metadata", "name"]).unwrap_or(own)],
        "ExternalSecret" => vec![secret(&["spec", "target", "name"]).unwrap_or(own)],
        "ClusterExternalSecret" => {
            let name = object.text(&["spec", "externalSecretName"]).unwrap_or(object.id.name);
            let name = object.text(&["spec", "externalSecretSpec", "target", "name"]).unwrap_or(name);
            vec![("Secret", "", name)]
        }
        "Certificate" => secret(&["spec", "secretName"]).into_iter().collect(),
        "OnePasswordItem" | "SopsSecret" => vec![own],
        "ObjectBucketClaim" => vec![own, ("ConfigMap", namespace, object.id.name)],
        "VaultStaticSecret" | "VaultDynamicSecret" | "VaultPKISecret" | "HCPVaultSecretsApp" => {
            secret(&["spec", "destination", "name"]).into_iter().collect()
        }
        "InfisicalSecret" => secret(&["spec", "managedSecretReference", "secretName"]).into_iter().collect(),
        "AzureKeyVaultSecret" => secret(&["spec", "output", "secret", "name"]).into_iter().collect(),
        "SecretProviderClass" => names("Secret", object, &["spec", "secretObjects"], "secretName"),
        "Kustomization" if object.group() != "kustomize.toolkit.fluxcd.io" => {
            let mut made = names("Secret", object, &["secretGenerator"], "name");
            made.extend(names("ConfigMap", object, &["configMapGenerator"], "name"));
            made
        }
        "Bundle" if object.group() == "trust.cert-manager.io" => vec![("ConfigMap", "", object.id.name)],
        "Ingress" | "Gateway" if has_issuer(object) => certificates(object),
        _ => Vec::new(),
    }
}

fn names<'s>(kind: &'static str, object: &Object<'_, 's>, list: &[&str], field: &str) -> Vec<Made<'s>> {
    let names = object.items(list).iter().filter_map(|item| item.get(field)?.text());
    names.map(|name| (kind, object.id.namespace, name)).collect()
}

/// Whether cert-manager makes the certificates of an Ingress or Gateway.
pub fn has_issuer(object: &Object<'_, '_>) -> bool {
    let annotations = ["cert-manager.io/issuer", "cert-manager.io/cluster-issuer", "kubernetes.io/tls-acme"];
    annotations.iter().any(|key| object.annotation(key).is_some())
}

fn certificates<'s>(object: &Object<'_, 's>) -> Vec<Made<'s>> {
    let of_ingress = object.items(&["spec", "tls"]).iter().filter_map(|tls| tls.get("secretName"));
    let of_gateway = object.items(&["spec", "listeners"]).iter().flat_map(|listener| {
        let certificates = listener.at(&["tls", "certificateRefs"]).and_then(Node::as_sequence);
        certificates.unwrap_or_default().iter().filter_map(|certificate| certificate.get("name"))
    });
    let names = of_ingress.chain(of_gateway).filter_map(Node::text);
    names.map(|name| ("Secret", object.id.namespace, name)).collect()
}
