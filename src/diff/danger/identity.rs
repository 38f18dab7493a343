//! `data/replaced`, `data/moved`, `data/renamed`, `data/relocated`: the object that comes is not the one that goes.

use std::collections::BTreeMap;

use super::around::Around;
use super::engine::Act;
use super::removed::claims;
use super::{Found, Level, Rule, Subject};
use crate::diff::change::{ObjectChange, Verb};
use crate::diff::side::Object;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "data/replaced",
        Level::Blocking,
        (
            "an object of another kind takes the place of one of the same name",
            "give the new one another name, move what the old one holds, and take the old one out afterwards",
        ),
        replaced,
    ),
    Rule::new(
        "data/moved",
        Level::Blocking,
        (
            "what holds data goes to another namespace: it is made anew there, and empty",
            "copy the data into the claims of the new namespace before the old ones go, or leave it where it is",
        ),
        moved,
    ),
    Rule::of_all(
        "data/namespace-moved",
        Level::Caution,
        (
            "objects go to another namespace: all of them are made anew, and the old ones deleted",
            "sync the new ones first, with the old ones still in the tree; names as \
             `service.namespace.svc` that others use change too",
        ),
        namespaces,
    ),
    Rule::new(
        "data/renamed",
        Level::Blocking,
        (
            "what holds data, or is known by its name, gets another one: it is made anew",
            "keep the name, or move the data into claims of the new names first",
        ),
        renamed,
    ),
    Rule::of_all(
        "data/relocated",
        Level::Caution,
        (
            "objects go to another app: the one that they leave may delete what the other one is to take over",
            "in two steps: keep them from being pruned (`argocd.argoproj.io/sync-options: Prune=false`, \
             `kustomize.toolkit.fluxcd.io/prune: disabled`) and sync; then move them, and take that out again",
        ),
        relocated,
    ),
];

fn replaced<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let (Some(old), Some(new)) = (subject.object_before(), subject.object_after()) else { return Vec::new() };
    if subject.change.verb != Verb::Replaced {
        return Vec::new();
    }
    let kinds = format!("{} takes the place of {}", with_article(new), with_article(old));
    let (loss, level) = match (holds(old), claims(new).first()) {
        (Some(loss), _) => (format!(": {loss}"), Level::Blocking),
        (None, Some(_)) => (": it begins with empty volumes".to_owned(), Level::Caution),
        (None, None) => (": both run side by side for a while, or neither does".to_owned(), Level::Caution),
    };
    vec![Found::of(new.node.origin(), kinds + &loss).act(Act::Replace).level(level)]
}

fn with_article(object: &Object<'_, '_>) -> String {
    let kind = object.id.gvk.kind;
    let article = if kind.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
    format!("{article} {kind}")
}

/// What is lost when an object is made anew somewhere else.
fn holds(object: &Object<'_, '_>) -> Option<String> {
    let claims = claims(object);
    match (object.id.gvk.group, object.id.gvk.kind, claims.first()) {
        ("", "PersistentVolumeClaim", _) => {
            Some("the claim that comes is empty, and the old one goes".to_owned())
        }
        (_, _, Some(claim)) => {
            Some(format!("its claims `{claim}`... stay behind, and new pods begin with none of it"))
        }
        _ if object.at(&["spec", "storage", "volumeClaimTemplate"]).is_some() => {
            Some("its claims stay behind, and new pods begin with none of what is in them".to_owned())
        }
        _ => None,
    }
}

fn moved<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let (Some(old), Some(new)) = (subject.object_before(), subject.object_after()) else { return Vec::new() };
    let Some(loss) = holds(old).filter(|_| subject.change.verb == Verb::Moved) else { return Vec::new() };
    let (from, to) = (old.id.effective_namespace(), new.id.effective_namespace());
    let message = format!("it is made anew in `{to}`, and not moved from `{from}`: {loss}");
    vec![Found::of(new.node.origin(), message).act(Act::Replace)]
}

/// One danger for each pair of namespaces, however many objects move.
fn namespaces<'s>(around: &Around<'_, '_, 's>) -> Vec<Found<'s>> {
    let pairs = grouped(around, |change| {
        let (Verb::Moved, Some(old), Some(new)) = (change.verb, &change.before, &change.after) else {
            return None;
        };
        Some((old.id.effective_namespace().to_owned(), new.id.effective_namespace().to_owned()))
    });
    let said = pairs.into_iter().map(|((from, to), changes)| {
        let message = format!("{} made anew in namespace `{to}`, and deleted in `{from}`", are(&changes));
        Found::of(changes[0].origin(), message).act(Act::Replace)
    });
    said.collect()
}

/// What is known to others by its name.
fn known_by_name(object: &Object<'_, '_>) -> Option<&'static str> {
    match (object.id.gvk.group, object.id.gvk.kind) {
        ("", "Service") => Some("whoever asks for it by its old name finds nothing"),
        ("", "Namespace") => Some("everything in the old one goes with it"),
        ("", "ServiceAccount") => Some("pods and cloud identities that name the old one lose their rights"),
        ("apps", "Deployment" | "DaemonSet" | "StatefulSet") => {
            Some("the pods of both run until the old one is deleted")
        }
        _ => None,
    }
}

fn renamed<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let (Some(old), Some(new)) = (subject.object_before(), subject.object_after()) else { return Vec::new() };
    if subject.change.verb != Verb::Renamed {
        return Vec::new();
    }
    let is_blocking = holds(old).is_some() || old.is("", "Namespace");
    let Some(why) = holds(old).or_else(|| known_by_name(old).map(str::to_owned)) else { return Vec::new() };
    let message = format!("`{}` is made anew as `{}`: {why}", old.id.name, new.id.name);
    let level = if is_blocking { Level::Blocking } else { Level::Caution };
    vec![Found::of(new.node.origin(), message).act(Act::Replace).level(level)]
}

/// One danger for each pair of apps, however many objects go from one to the other.
fn relocated<'s>(around: &Around<'_, '_, 's>) -> Vec<Found<'s>> {
    let pairs = grouped(around, |change| {
        let (Some(old), Some(new)) = (&change.before, &change.after) else { return None };
        let is_same_object = matches!(change.verb, Verb::Changed);
        (is_same_object && change.is_relocated()).then_some(())?;
        Some((old.app?.to_owned(), new.app?.to_owned()))
    });
    let said = pairs.into_iter().map(|((from, to), changes)| {
        let holds_data = |change: &&ObjectChange<'_, '_>| {
            change
                .before
                .as_ref()
                .is_some_and(|old| holds(old).is_some() || old.is("", "Namespace") || old.is("", "Secret"))
        };
        let level = if changes.iter().any(holds_data) { Level::Blocking } else { Level::Caution };
        let message = format!("{} taken from app `{from}` to `{to}`", are(&changes));
        Found::of(changes[0].origin(), message).act(Act::Relocate).level(level)
    });
    said.collect()
}

type Pairs<'c, 'a, 's> = BTreeMap<(String, String), Vec<&'c ObjectChange<'a, 's>>>;

fn grouped<'c, 'a, 's>(
    around: &Around<'c, 'a, 's>,
    key: impl Fn(&ObjectChange<'a, 's>) -> Option<(String, String)>,
) -> Pairs<'c, 'a, 's> {
    let mut pairs = Pairs::new();
    for change in around.changes {
        if let Some(key) = key(change) {
            pairs.entry(key).or_default().push(change);
        }
    }
    pairs
}

fn are(changes: &[&ObjectChange<'_, '_>]) -> String {
    match changes {
        [change] => format!("{} is", change.object().describe()),
        _ => format!("{} objects are", changes.len()),
    }
}
