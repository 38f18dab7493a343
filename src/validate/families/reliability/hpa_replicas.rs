//! `rel/hpa-replicas`

use crate::diagnostic::Severity;
use crate::resource::Gvk;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "rel/hpa-replicas",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "a workload that an autoscaler scales also says how many replicas it has",
    why: "each sync sets the number back, and the autoscaler scales again: pods come and go",
    fix: "take `replicas` out of the workload, or let Argo CD ignore `/spec/replicas`",
    example: example!("rel/hpa-replicas"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    if tree.of_kind("argoproj.io", "Application").any(ignores_replicas) {
        return;
    }
    let autoscalers = tree.of_kind("autoscaling", "HorizontalPodAutoscaler");
    for autoscaler in autoscalers.chain(tree.of_kind("keda.sh", "ScaledObject")) {
        let text = |field| autoscaler.text(&["spec", "scaleTargetRef", field]);
        let gvk = Gvk::parse(text("apiVersion").unwrap_or("apps/v1"), text("kind").unwrap_or("Deployment"));
        let name = text("name").unwrap_or_default();
        let Some(target) = tree.find((gvk.group, gvk.kind), autoscaler.id.namespace, name) else { continue };
        let Some(node) = target.at(&["spec", "replicas"]) else { continue };
        let message = format!("{} scales this, and each sync sets it back", autoscaler.describe());
        let finding = target.finding(&RULE, "spec.replicas", node, message);
        findings.add(finding.related(autoscaler.name_origin(), "the autoscaler is here"));
    }
}

fn ignores_replicas(application: &Object<'_, '_>) -> bool {
    let ignored = application.items(&["spec", "ignoreDifferences"]).iter();
    let mut pointers = ignored.flat_map(|ignored| {
        ["jsonPointers", "jqPathExpressions"]
            .into_iter()
            .filter_map(|field| ignored.get(field).and_then(Node::as_sequence))
            .flatten()
    });
    pointers.any(|pointer| matches!(pointer.text(), Some("/spec/replicas" | ".spec.replicas")))
}
