//! `cloud/annotation`

use super::{AKS, EKS, GKE, Words, foreign, title};
use crate::diagnostic::Severity;
use crate::stack::Cloud;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};
use crate::yaml::Entry;

static RULE: Rule = Rule {
    id: "cloud/annotation",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an annotation is for another cloud",
    why: "nobody reads it here: an address that is to be internal may be public",
    fix: "say the same in this cloud's words, in the overlay of the cloud",
    example: example!("cloud/annotation"),
};

/// What annotations begin with that only some clouds read.
const PREFIXES: &Words = &[
    ("alb.ingress.kubernetes.io/", EKS),
    ("alb.networking.azure.io/", AKS),
    ("appgw.ingress.azure.io/", AKS),
    ("appgw.ingress.kubernetes.io/", AKS),
    ("autopilot.gke.io/", GKE),
    ("beta.cloud.google.com/", GKE),
    ("cloud.google.com/", GKE),
    ("elbv2.k8s.aws/", EKS),
    ("gke-gcsfuse/", GKE),
    ("ingress.gcp.kubernetes.io/", GKE),
    ("k8s.amazonaws.com/", EKS),
    ("kubernetes.azure.com/", AKS),
    ("kubernetes.io/ingress.global-static-ip-name", GKE),
    ("kubernetes.io/ingress.regional-static-ip-name", GKE),
    ("networking.gke.io/", GKE),
    ("service.beta.kubernetes.io/aws-", EKS),
    ("service.beta.kubernetes.io/azure-", AKS),
    ("service.beta.kubernetes.io/gce-", GKE),
    ("service.kubernetes.io/azure-", AKS),
    ("vpc.amazonaws.com/", EKS),
];

/// Annotations that make the load balancer of a Service internal.
const INTERNAL: [(&str, &str); 5] = [
    ("cloud.google.com/load-balancer-type", "Internal"),
    ("networking.gke.io/load-balancer-type", "Internal"),
    ("service.beta.kubernetes.io/aws-load-balancer-internal", "true"),
    ("service.beta.kubernetes.io/aws-load-balancer-scheme", "internal"),
    ("service.beta.kubernetes.io/azure-load-balancer-internal", "true"),
];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(cloud) = tree.target.cloud else { return };
    let own = object.mapping(&["metadata", "annotations"]);
    let of_pods = Workload::of(*object).filter(|workload| !workload.path.is_empty());
    let of_pods = of_pods.and_then(|workload| Some((workload.path, workload.template.at(&["metadata"])?)));
    for annotation in own.into_iter().flatten() {
        findings.extend_from(check_one(object, "metadata", annotation, cloud));
    }
    let Some((path, metadata)) = of_pods else { return };
    for annotation in metadata.get("annotations").and_then(|node| node.as_mapping()).into_iter().flatten() {
        findings.extend_from(check_one(object, &format!("{path}.metadata"), annotation, cloud));
    }
}

fn check_one(object: &Object<'_, '_>, path: &str, annotation: &Entry<'_>, cloud: Cloud) -> Option<Finding> {
    let key = annotation.key.text;
    let other = foreign(PREFIXES, key, cloud)?;
    let message = format!("`{key}` is for {}, and this is for {}", title(other), title(cloud));
    let finding = Finding::new(&RULE, annotation.key.origin, message);
    let finding = finding.object(object.id).path(format!("{path}.annotations[{key}]"));
    let is_internal =
        INTERNAL.iter().any(|(name, value)| *name == key && annotation.value.text() == Some(value));
    Some(if is_internal { finding.help(internal(cloud)) } else { finding })
}

/// How a load balancer is made internal.
fn internal(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::Aks => "on AKS this is `service.beta.kubernetes.io/azure-load-balancer-internal: \"true\"`",
        Cloud::Eks => "on EKS this is `service.beta.kubernetes.io/aws-load-balancer-scheme: internal`",
        Cloud::Gke => "on GKE this is `networking.gke.io/load-balancer-type: Internal`",
    }
}
