//! `diff/data-loss`

use super::{gone, place_of_gone, successor};
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "diff/data-loss",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a sync deletes what holds data",
    why: "Argo CD and Flux prune what the tree has no more: a namespace goes with all that is in it",
    fix: "keep the object, or keep it from being pruned first (`argocd.argoproj.io/sync-options: Prune=false`, \
          `kustomize.toolkit.fluxcd.io/prune: disabled`)",
    example: example!("diff/data-loss"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Change(check) };

fn check(earlier: &Tree<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    if is_pruned(tree) {
        for (index, object) in gone(earlier, tree) {
            let Some(what) = loss(object).filter(|_| !is_kept(object)) else { continue };
            let user = (object.kind() == "Namespace").then(|| first_user(object.id.name, tree)).flatten();
            let place = user.unwrap_or_else(|| place_of_gone(index, earlier, tree));
            let message = format!("{} is gone: {what}", object.describe());
            let finding = Finding::new(&RULE, place, message).object(object.id);
            findings.add(finding.related(object.name_origin(), "it was here"));
        }
    }
    for old in earlier.workloads() {
        let Some(new) = successor(&old.object, tree).and_then(|new| Workload::of(*new)) else { continue };
        emptied(old, &new, findings);
        findings.extend_from(deleted_with_set(&old.object, &new.object));
    }
}

/// Whether what is gone is deleted: unless all engines in the tree are told not to.
fn is_pruned(tree: &Tree<'_, '_>) -> bool {
    let applications = tree.of_kind("argoproj.io", "Application");
    let applications =
        applications.map(|application| application.text(&["spec", "syncPolicy", "automated", "prune"]));
    let kustomizations = tree.of_kind("kustomize.toolkit.fluxcd.io", "Kustomization");
    let kustomizations = kustomizations.map(|kustomization| kustomization.text(&["spec", "prune"]));
    let prunes: Vec<_> = applications.chain(kustomizations).collect();
    prunes.is_empty() || prunes.contains(&Some("true"))
}

/// What is lost with an object, if it is data.
fn loss(object: &Object<'_, '_>) -> Option<&'static str> {
    let deletes =
        |field| object.text(&["spec", "persistentVolumeClaimRetentionPolicy", field]) == Some("Delete");
    Some(match (object.group(), object.kind()) {
        ("", "Namespace") => "a sync deletes all that is in it, claims and Secrets included",
        ("", "PersistentVolumeClaim") => {
            "a sync deletes it, and the volume with it unless its class retains it"
        }
        ("", "PersistentVolume") => "a sync deletes it, and nothing is bound to its data any more",
        ("apps", "StatefulSet") if deletes("whenDeleted") => "a sync deletes it, and it deletes its claims",
        _ => return None,
    })
}

/// Whether a sync leaves an object that is gone from the tree.
fn is_kept(object: &Object<'_, '_>) -> bool {
    let options = object.annotation("argocd.argoproj.io/sync-options").unwrap_or_default();
    options.split(',').any(|option| option.trim() == "Prune=false" || option.trim() == "Delete=false")
        || object.annotation("kustomize.toolkit.fluxcd.io/prune") == Some("disabled")
        || object.annotation("helm.sh/resource-policy") == Some("keep")
}

/// Where the first object says that it is in a namespace.
fn first_user(namespace: &str, tree: &Tree<'_, '_>) -> Option<crate::yaml::Origin> {
    let user = tree.objects().iter().find(|object| object.id.namespace == namespace)?;
    user.at(&["metadata", "namespace"]).map(Node::origin)
}

/// Volumes that were claims and now begin empty with each pod.
fn emptied(old: &Workload<'_, '_>, new: &Workload<'_, '_>, findings: &mut Findings<'_>) {
    let claims = old.items("volumes").filter(|(_, volume)| volume.get("persistentVolumeClaim").is_some());
    let names: Vec<_> = claims.filter_map(|(_, volume)| volume.get("name")).collect();
    for (path, volume) in new.items("volumes") {
        let name = volume.get("name").and_then(Node::text);
        let Some(before) = names.iter().find(|before| before.text() == name) else { continue };
        let Some(node) = volume.get("emptyDir") else { continue };
        let message = format!("the volume `{}` begins empty with each pod now", name.unwrap_or_default());
        let place = volume.get("name").unwrap_or(node);
        let finding = new.object.finding(&RULE, format!("{path}.emptyDir"), place, message);
        let finding = finding.related(before.origin(), "it was a PersistentVolumeClaim");
        findings.add(finding.help("move the data first, or keep the claim"));
    }
}

/// A StatefulSet that is told to delete its claims from now on.
fn deleted_with_set(old: &Object<'_, '_>, new: &Object<'_, '_>) -> Option<Finding> {
    ["whenDeleted", "whenScaled"].into_iter().find_map(|field| {
        let path = ["spec", "persistentVolumeClaimRetentionPolicy", field];
        let node = new.at(&path).filter(|node| node.text() == Some("Delete"))?;
        if old.text(&path) == Some("Delete") {
            return None;
        }
        let message = "claims are deleted with the StatefulSet or its replicas from now on";
        let finding = new.finding(&RULE, path.join("."), node, message);
        Some(finding.related(old.name_origin(), "they were retained").help("leave it at `Retain`"))
    })
}
