//! `rel/pdb-blocks-drain`

use rustc_hash::FxHashMap;

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Selector, Tree, Workload};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "rel/pdb-blocks-drain",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "a PodDisruptionBudget lets no pod go",
    why: "no node that runs the pods can be drained: upgrades of the cluster hang, or kill the pods in the end",
    fix: "set `maxUnavailable: 1`, or run more replicas than have to be available",
    example: example!("rel/pdb-blocks-drain"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

/// The fewest replicas that autoscalers leave, by kind, namespace and name of what they scale.
type Scaled<'s> = FxHashMap<(&'s str, &'s str, &'s str), u64>;

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let scaled = scaled(tree);
    for budget in tree.of_kind("policy", "PodDisruptionBudget") {
        let Some(selector) = budget.at(&["spec", "selector"]).map(Selector::of) else { continue };
        let pods: Vec<_> = tree.selected(budget.id.namespace, selector).collect();
        findings.extend_from(blocked(budget, &pods, &scaled));
    }
}

fn blocked(budget: &Object<'_, '_>, pods: &[&Workload<'_, '_>], scaled: &Scaled<'_>) -> Option<Finding> {
    let replicas = replicas(pods, scaled);
    // Where nothing runs, nothing has to go.
    if replicas == Some(0) {
        return None;
    }
    if let Some(node) = budget.at(&["spec", "maxUnavailable"]) {
        let is_none = matches!(node.text(), Some("0" | "0%"));
        let message = "no pod may be unavailable, so none can be moved";
        return is_none.then(|| budget.finding(&RULE, "spec.maxUnavailable", node, message));
    }
    let node = budget.at(&["spec", "minAvailable"])?;
    let text = node.text()?;
    let message = match text.strip_suffix('%').map(str::parse::<u64>) {
        Some(Ok(percent)) if percent >= 100 => {
            "all pods have to be available, so none can be moved".to_owned()
        }
        Some(Ok(percent)) => {
            let replicas = replicas?;
            let needed = (replicas * percent).div_ceil(100);
            (needed >= replicas && percent > 0)
                .then(|| format!("{text} of {replicas} are {needed}: none of them can be moved"))?
        }
        Some(Err(_)) => return None,
        None => {
            let (needed, replicas) = (text.parse::<u64>().ok()?, replicas?);
            (needed >= replicas)
                .then(|| format!("{needed} of {replicas} have to be available: none of them can be moved"))?
        }
    };
    let finding = budget.finding(&RULE, "spec.minAvailable", node, message);
    let place = pods
        .first()
        .map(|pods| pods.object.at(&["spec", "replicas"]).map_or(pods.object.name_origin(), Node::origin));
    Some(finding.related(place.unwrap_or_default(), "its pods are made here"))
}

/// How many pods there are; nothing if that is not known.
fn replicas(pods: &[&Workload<'_, '_>], scaled: &Scaled<'_>) -> Option<u64> {
    let of_one = |workload: &&Workload<'_, '_>| {
        let object = &workload.object;
        if !matches!(object.kind(), "Deployment" | "StatefulSet" | "ReplicaSet" | "Rollout") {
            return None;
        }
        let id = (object.kind(), object.id.effective_namespace(), object.id.name);
        let fewest = scaled.get(&id).copied();
        fewest.or_else(|| object.text(&["spec", "replicas"]).map_or(Some(1), |text| text.parse().ok()))
    };
    if pods.is_empty() {
        return None;
    }
    pods.iter().map(of_one).sum()
}

fn scaled<'s>(tree: &Tree<'_, 's>) -> Scaled<'s> {
    let autoscalers = tree.of_kind("autoscaling", "HorizontalPodAutoscaler");
    let scaled = autoscalers.filter_map(|autoscaler| {
        let text = |field| autoscaler.text(&["spec", "scaleTargetRef", field]);
        let fewest = autoscaler.text(&["spec", "minReplicas"]).map_or(Some(1), |text| text.parse().ok())?;
        Some(((text("kind")?, autoscaler.id.effective_namespace(), text("name")?), fewest))
    });
    scaled.collect()
}
