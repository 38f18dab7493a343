//! `ref/headless-service`

use super::named::Named;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Selector, Tree, Workload};

// Strict: who runs one replica, or never asks for a pod by name, does without.
static RULE: Rule = Rule {
    id: "ref/headless-service",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "a StatefulSet has no Service for the names of its pods",
    why: "pods have no DNS names: replicas do not find each other",
    fix: "name a Service in `serviceName` that has `clusterIP: None` and selects the pods",
    example: example!("ref/headless-service"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for set in tree.of_kind("apps", "StatefulSet") {
        let Some(name) = set.at(&["spec", "serviceName"]) else { continue };
        let (kind, namespace) = (("", "Service"), set.id.namespace);
        let named = Named { object: set, kind, namespace, path: "spec.serviceName".to_owned(), name };
        let Some(service) = tree.find(kind, namespace, named.text()) else {
            if !named.is_there(tree) {
                findings.add(named.missing(&RULE, tree));
            }
            continue;
        };
        let labels = Workload::of(*set).and_then(|pods| pods.labels());
        let selector = service.mapping(&["spec", "selector"]);
        let selects = selector.is_none_or(|selector| Selector::of_labels(selector).matches(labels));
        let is_headless = service.text(&["spec", "clusterIP"]) == Some("None");
        let wrong = match (is_headless, selects) {
            (false, _) => "is not headless",
            (true, false) => "does not select the pods",
            _ => continue,
        };
        let message = format!("{} {wrong}", service.describe());
        let finding = set.finding(&RULE, "spec.serviceName", name, message);
        findings.add(finding.related(service.name_origin(), "the Service is here"));
    }
}
