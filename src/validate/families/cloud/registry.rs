//! `cloud/registry`

use super::title;
use crate::diagnostic::Severity;
use crate::stack::Cloud;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Tree, Workload};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "cloud/registry",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an image is pulled from the private registry of another cloud",
    why: "nodes have no rights there: the pods end in ImagePullBackOff",
    fix: "take it from this cloud's registry or a public one, or give the pods `imagePullSecrets`",
    example: example!("cloud/registry"),
};

/// Projects of Google's old registry that everybody may pull from.
const PUBLIC: [&str; 10] = [
    "cadvisor",
    "cloudsql-docker",
    "distroless",
    "go-containerregistry",
    "google-containers",
    "google-samples",
    "google.com",
    "google_containers",
    "kaniko-project",
    "kubebuilder",
];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let (Some(cloud), Some(workload)) = (tree.target.cloud, Workload::of(*object)) else { return };
    let account = workload.spec.get("serviceAccountName").and_then(Node::text).unwrap_or("default");
    let account = tree.find(("", "ServiceAccount"), workload.namespace(), account);
    let has_secrets = workload.items("imagePullSecrets").next().is_some()
        || account.is_some_and(|account| !account.items(&["imagePullSecrets"]).is_empty());
    if has_secrets {
        return;
    }
    for (path, container) in workload.containers() {
        let Some(node) = container.get("image") else { continue };
        let Some(image) = node.text() else { continue };
        let Some(other) = owner(image).filter(|other| *other != cloud) else { continue };
        let host = image.split('/').next().unwrap_or_default();
        let message =
            format!("`{host}` is a registry of {}'s cloud, and this is for {}", title(other), title(cloud));
        findings.add(object.finding(&RULE, format!("{path}.image"), node, message));
    }
}

/// The cloud whose private registry an image is in.
fn owner(image: &str) -> Option<Cloud> {
    let (host, rest) = image.split_once('/')?;
    let project = rest.split('/').next().unwrap_or_default();
    let is_aws = host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn");
    if is_aws && host.contains(".dkr.ecr.") {
        return Some(Cloud::Eks);
    }
    if [".azurecr.io", ".azurecr.cn", ".azurecr.us"].iter().any(|end| host.ends_with(end)) {
        return Some(Cloud::Aks);
    }
    let is_google = host.ends_with(".pkg.dev") || host == "gcr.io" || host.ends_with(".gcr.io");
    let is_public = PUBLIC.contains(&project) || project.starts_with("k8s-") || host == "k8s.gcr.io";
    (is_google && !is_public).then_some(Cloud::Gke)
}
