//! `ref/hpa-target`

use super::named::Named;
use crate::diagnostic::Severity;
use crate::resource::Gvk;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Tree, Workload, is_foreign};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "ref/hpa-target",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an autoscaler scales something that is not there, or that it cannot measure",
    why: "it reports FailedGetScale or FailedGetResourceMetric and never scales",
    fix: "correct kind, apiVersion and name in `scaleTargetRef`; set the requests of what it measures",
    example: example!("ref/hpa-target"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for autoscaler in tree.of_kind("autoscaling", "HorizontalPodAutoscaler") {
        check_target(autoscaler, tree, findings);
    }
    for autoscaler in tree.of_kind("autoscaling.k8s.io", "VerticalPodAutoscaler") {
        check_target(autoscaler, tree, findings);
    }
    for autoscaler in tree.of_kind("keda.sh", "ScaledObject") {
        check_target(autoscaler, tree, findings);
    }
}

fn check_target(autoscaler: &Object<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let field = if autoscaler.kind() == "VerticalPodAutoscaler" { "targetRef" } else { "scaleTargetRef" };
    let text = |key| autoscaler.text(&["spec", field, key]);
    let Some(name) = autoscaler.at(&["spec", field, "name"]) else { return };
    // Only KEDA has defaults.
    let gvk = Gvk::parse(text("apiVersion").unwrap_or("apps/v1"), text("kind").unwrap_or("Deployment"));
    if is_foreign(gvk.group) {
        return;
    }
    let (kind, namespace) = ((gvk.group, gvk.kind), autoscaler.id.namespace);
    let named = Named { object: autoscaler, kind, namespace, path: format!("spec.{field}.name"), name };
    match tree.find(kind, namespace, named.text()) {
        Some(target) => check_requests(autoscaler, target, findings),
        None if named.is_there(tree) => {}
        None => findings.add(named.missing(&RULE, tree)),
    }
}

/// Utilization is measured against what is requested: every container has to request it.
fn check_requests(autoscaler: &Object<'_, '_>, target: &Object<'_, '_>, findings: &mut Findings<'_>) {
    let Some(workload) = Workload::of(*target) else { return };
    for (index, metric) in autoscaler.items(&["spec", "metrics"]).iter().enumerate() {
        let is_utilization =
            metric.at(&["resource", "target", "type"]).and_then(Node::text) == Some("Utilization");
        let Some(name) = metric.at(&["resource", "name"]).filter(|_| is_utilization) else { continue };
        let Some(resource) = name.text() else { continue };
        let has = |container: &Node<'_>, field| container.at(&["resources", field, resource]).is_some();
        let mut containers = workload.containers().filter(|(path, _)| path.contains(".containers["));
        let lacking = containers.find(|(_, one)| !has(one, "requests") && !has(one, "limits"));
        let Some((_, container)) = lacking else { continue };
        let who = container.get("name").and_then(Node::text).unwrap_or_default();
        let message = format!("container `{who}` requests no `{resource}` to measure by");
        let finding =
            autoscaler.finding(&RULE, format!("spec.metrics[{index}].resource.name"), name, message);
        let place = container.get("name").map_or(container.origin(), Node::origin);
        findings.add(finding.related(place, "the container is here"));
    }
}
