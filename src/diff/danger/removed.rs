//! `data/removed`, `data/class-removed`: a sync deletes what holds data, or what data is kept on.

use super::engine::Act;
use super::{Found, Level, Rule, Subject};
use crate::diff::danger::documents::OPERATOR;
use crate::diff::side::Object;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "data/removed",
        Level::Blocking,
        (
            "a Namespace, a volume, a claim, a StatefulSet or a Secret is gone, and with it what it holds",
            "keep it, or take a copy first; `argocd.argoproj.io/sync-options: Prune=false` and \
             `kustomize.toolkit.fluxcd.io/prune: disabled`, once they are synced, leave it in the cluster",
        ),
        removed,
    ),
    Rule::new(
        "data/class-removed",
        Level::Caution,
        (
            "a StorageClass is gone",
            "keep it until no claim names it: a claim that waits for its volume waits for ever, and none grows",
        ),
        class_removed,
    ),
];

fn removed<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let Some(object) = subject.object_before().filter(|_| subject.is_removed()) else { return Vec::new() };
    let found = loss(object).map(|loss| Found::of(object.node.origin(), loss).act(Act::Delete));
    found.into_iter().collect()
}

/// What is lost with an object.
fn loss(object: &Object<'_, '_>) -> Option<String> {
    Some(match (object.id.gvk.group, object.id.gvk.kind) {
        ("", "Namespace") => {
            "everything in the namespace goes with it, claims and Secrets included".to_owned()
        }
        ("", "PersistentVolumeClaim") => {
            "the claim goes, and the volume with its data too unless its class retains it".to_owned()
        }
        ("", "PersistentVolume") => "nothing is bound to the data of the volume any more".to_owned(),
        ("", "Secret") => "what the Secret holds may be nowhere else".to_owned(),
        ("apps", "StatefulSet") => of_set(object),
        (OPERATOR, "Prometheus" | "Alertmanager" | "ThanosRuler") => {
            "its pods stop, and its claims stay behind, unused and paid for".to_owned()
        }
        _ => return None,
    })
}

fn of_set(object: &Object<'_, '_>) -> String {
    let deletes =
        object.text(&["spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"]) == Some("Delete");
    match claims(object).first() {
        Some(claim) if deletes => format!("its pods stop, and its claims `{claim}`... are deleted with it"),
        Some(claim) => format!("its pods stop, and its claims `{claim}`... stay behind, unused and paid for"),
        None => "its pods stop".to_owned(),
    }
}

/// The names of the first claims that a StatefulSet makes of its templates.
pub(super) fn claims(object: &Object<'_, '_>) -> Vec<String> {
    let templates = object.at(&["spec", "volumeClaimTemplates"]).and_then(|node| node.as_sequence());
    let names =
        templates.unwrap_or_default().iter().filter_map(|claim| claim.at(&["metadata", "name"])?.text());
    names.map(|name| format!("{name}-{}-0", object.id.name)).collect()
}

fn class_removed<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let is_class = subject.is_removed() && subject.is("storage.k8s.io", "StorageClass");
    let Some(object) = subject.object_before().filter(|_| is_class) else { return Vec::new() };
    let message = format!("no claim of class `{}` gets a volume any more", object.id.name);
    vec![Found::of(object.node.origin(), message).act(Act::Delete)]
}
