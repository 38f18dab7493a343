//! `cloud/ingress-class`

use super::{AKS, EKS, GKE, Words, title};
use crate::diagnostic::Severity;
use crate::stack::Cloud;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Tree};

static RULE: Rule = Rule {
    id: "cloud/ingress-class",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an Ingress, Gateway or Service is of a class that another cloud has",
    why: "no controller looks at it: it never gets an address",
    fix: "name a class of this cloud, in the overlay of the cloud",
    example: example!("cloud/ingress-class"),
};

/// Classes by the clouds that have them.
const CLASSES: &Words = &[
    ("alb", EKS),
    ("amazon-vpc-lattice", EKS),
    ("approuting-istio", AKS),
    ("azure-alb-external", AKS),
    ("azure-application-gateway", AKS),
    ("azure/application-gateway", AKS),
    ("eks.amazonaws.com/alb", EKS),
    ("eks.amazonaws.com/nlb", EKS),
    ("gce", GKE),
    ("gce-internal", GKE),
    ("gke-l7-cross-regional-internal-managed-mc", GKE),
    ("gke-l7-global-external-managed", GKE),
    ("gke-l7-global-external-managed-mc", GKE),
    ("gke-l7-gxlb", GKE),
    ("gke-l7-gxlb-mc", GKE),
    ("gke-l7-regional-external-managed", GKE),
    ("gke-l7-regional-external-managed-mc", GKE),
    ("gke-l7-rilb", GKE),
    ("gke-l7-rilb-mc", GKE),
    ("ingress.k8s.aws/alb", EKS),
    ("networking.gke.io/l4-regional-external", GKE),
    ("networking.gke.io/l4-regional-internal", GKE),
    ("service.k8s.aws/nlb", EKS),
    ("webapprouting.kubernetes.azure.com", AKS),
];

/// Where a class or a controller is named: group, kind, field.
const PLACES: [(&str, &str, &[&str]); 6] = [
    ("networking.k8s.io", "Ingress", &["spec", "ingressClassName"]),
    ("networking.k8s.io", "Ingress", &["metadata", "annotations", "kubernetes.io/ingress.class"]),
    ("networking.k8s.io", "IngressClass", &["spec", "controller"]),
    ("gateway.networking.k8s.io", "Gateway", &["spec", "gatewayClassName"]),
    ("gateway.networking.k8s.io", "GatewayClass", &["spec", "controllerName"]),
    ("", "Service", &["spec", "loadBalancerClass"]),
];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(cloud) = tree.target.cloud else { return };
    for (group, kind, path) in PLACES {
        for object in tree.of_kind(group, kind) {
            check_one(object, path, cloud, tree, findings);
        }
    }
}

fn check_one(
    object: &Object<'_, '_>,
    path: &[&str],
    cloud: Cloud,
    tree: &Tree<'_, '_>,
    findings: &mut Findings<'_>,
) {
    let Some(node) = object.at(path) else { return };
    let Some(class) = node.text() else { return };
    // A class of the tree's own may be called anything; what its controller is was looked at.
    let own = [("networking.k8s.io", "IngressClass"), ("gateway.networking.k8s.io", "GatewayClass")];
    if own.iter().any(|kind| tree.find(*kind, "", class).is_some()) {
        return;
    }
    let known = CLASSES.iter().find(|(name, _)| *name == class).map(|(_, clouds)| *clouds);
    let Some(other) = known.filter(|clouds| !clouds.contains(&cloud)).and_then(<[Cloud]>::first) else {
        return;
    };
    let message = format!("`{class}` is a class of {}, and this is for {}", title(*other), title(cloud));
    let finding = object.finding(&RULE, path.join("."), node, message);
    let help = match (cloud, object.kind()) {
        (Cloud::Aks, "Ingress") => {
            "AKS has `webapprouting.kubernetes.azure.com`, and Gateways of `approuting-istio`"
        }
        (Cloud::Eks, "Ingress") => "EKS has `alb`",
        (Cloud::Gke, "Ingress") => "GKE has `gce` and `gce-internal`",
        (Cloud::Gke, "Gateway") => "GKE has `gke-l7-rilb` and `gke-l7-regional-external-managed`",
        _ => RULE.fix,
    };
    findings.add(finding.help(help));
}
