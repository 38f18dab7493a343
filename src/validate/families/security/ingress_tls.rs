//! `sec/ingress-tls`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "sec/ingress-tls",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "an Ingress serves without encryption",
    why: "passwords and session cookies cross the network in plain text",
    fix: "add `tls` with a Secret, or the annotation by which your controller gets its certificate",
    example: example!("sec/ingress-tls"),
};

/// By these annotations a controller brings a certificate of its own.
const CERTIFICATES: [&str; 6] = [
    "alb.ingress.kubernetes.io/certificate-arn",
    "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
    "ingress.gcp.kubernetes.io/pre-shared-cert",
    "kubernetes.azure.com/tls-cert-keyvault-uri",
    "networking.gke.io/managed-certificates",
    "networking.gke.io/v1beta1.FrontendConfig",
];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    if object.kind() != "Ingress" || !matches!(object.group(), "networking.k8s.io" | "extensions") {
        return;
    }
    let has_tls = !object.items(&["spec", "tls"]).is_empty();
    // The load balancer of AWS looks its certificate up by host name when it is told to listen on HTTPS.
    let listens = object.annotation("alb.ingress.kubernetes.io/listen-ports");
    let is_https = listens.is_some_and(|ports| ports.contains("HTTPS"));
    if has_tls || is_https || CERTIFICATES.iter().any(|key| object.annotation(key).is_some()) {
        return;
    }
    let host = object.items(&["spec", "rules"]).iter().find_map(|rule| rule.get("host"));
    let place = host.map_or(object.name_origin(), Node::origin);
    findings.add(Finding::new(&RULE, place, "it serves plain HTTP").object(object.id).path("spec.tls"));
}
