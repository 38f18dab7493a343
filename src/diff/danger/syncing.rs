//! `sync/...`: what engines are told, and how much they are asked at once.

use std::collections::BTreeSet;

use super::around::Around;
use super::engine::Act;
use super::place::Place;
use super::{Found, Level, Rule, Subject};
use crate::diff::change::{ObjectChange, Verb};
use crate::diff::routine::is_routine;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "sync/app-removed",
        Level::Blocking,
        (
            "an app of an engine is gone: what it brought is deleted with it, or looked after by nobody",
            "empty the app first and look at what is deleted, or let its objects be orphaned on purpose",
        ),
        removed,
    ),
    Rule::new(
        "sync/prune-changed",
        Level::Caution,
        (
            "an engine begins to delete what is gone from the tree, or ceases to",
            "ask it for a dry run: what has been gone for long is deleted with the first sync",
        ),
        prune,
    ),
    Rule::new(
        "sync/unattended",
        Level::Caution,
        (
            "an engine does not set right any more what somebody changes in the cluster, or does not sync by itself",
            "say until when; `stackgen diff` sees only what is in the tree",
        ),
        unattended,
    ),
    Rule::new(
        "sync/source-changed",
        Level::Caution,
        (
            "an app is read from somewhere else, or goes somewhere else: what is not there is deleted",
            "compare both trees first, as `stackgen diff --from OLD --to NEW`",
        ),
        source,
    ),
    Rule::new(
        "sync/forced",
        Level::Caution,
        (
            "an engine may delete an object and make it anew, if it cannot be changed",
            "force one object by its annotation, and take that out after the sync",
        ),
        forced,
    ),
    Rule::of_all(
        "sync/large",
        Level::Caution,
        (
            "the change is a large one: at least ten apps, or sixty objects, of a cluster",
            "split it, or let one cluster go first and look at it",
        ),
        large,
    ),
];

const APPLICATION: (&str, &str) = ("argoproj.io", "Application");
const KUSTOMIZATION: (&str, &str) = ("kustomize.toolkit.fluxcd.io", "Kustomization");
const APPS: [(&str, &str); 6] = [
    APPLICATION,
    ("argoproj.io", "ApplicationSet"),
    ("argoproj.io", "AppProject"),
    KUSTOMIZATION,
    ("helm.toolkit.fluxcd.io", "HelmRelease"),
    ("source.toolkit.fluxcd.io", "GitRepository"),
];
/// How many apps or objects are many.
const MANY_APPS: usize = 10;
const MANY_OBJECTS: usize = 60;

fn removed<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let Some(before) = subject.before().filter(|_| subject.is_removed() && subject.is_any(&APPS)) else {
        return Vec::new();
    };
    let finalizers = before.texts(&["metadata", "finalizers"]);
    let is_cascading =
        finalizers.iter().any(|text| text.starts_with("resources-finalizer.argocd.argoproj.io"));
    let (message, level) = match before.text(&["kind"]).unwrap_or_default() {
        "Application" if is_cascading => ("everything that it brought is deleted with it", Level::Blocking),
        "Application" => ("what it brought stays, and nobody syncs it any more", Level::Caution),
        "ApplicationSet" => ("its Applications are deleted with it, and what they brought", Level::Blocking),
        "AppProject" => ("its Applications do not sync any more", Level::Blocking),
        "HelmRelease" => ("its release is uninstalled", Level::Blocking),
        "GitRepository" => ("nothing that is read from it is synced any more", Level::Blocking),
        _ => match (before.text(&["spec", "deletionPolicy"]), before.is_true(&["spec", "prune"])) {
            (Some("Orphan"), _) | (None | Some("MirrorPrune"), false) => {
                ("what it brought stays, and nobody syncs it any more", Level::Caution)
            }
            _ => ("everything that it brought is deleted with it", Level::Blocking),
        },
    };
    vec![Found::of(before.origin(), message).act(Act::Delete).level(level)]
}

fn is_app(subject: &Subject<'_, '_, '_>) -> bool {
    subject.is_any(&[APPLICATION, KUSTOMIZATION])
}

fn prune<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let Some((before, after)) = subject.both().filter(|_| is_app(subject)) else { return Vec::new() };
    let is_application = subject.is(APPLICATION.0, APPLICATION.1);
    let path: &[&str] =
        if is_application { &["spec", "syncPolicy", "automated", "prune"] } else { &["spec", "prune"] };
    let place = after.at(path).or_else(|| before.at(path));
    let message = match (before.is_true(path), after.is_true(path)) {
        (false, true) => "what is gone from its folder is deleted from now on, and what went before with it",
        (true, false) => "what is gone from its folder stays in the cluster from now on",
        _ => return Vec::new(),
    };
    place.map(|place| Found::at(&place, message)).into_iter().collect()
}

fn unattended<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    const AUTOMATED: [&str; 3] = ["spec", "syncPolicy", "automated"];
    let Some((before, after)) = subject.both().filter(|_| subject.is(APPLICATION.0, APPLICATION.1)) else {
        return Vec::new();
    };
    let is_on = |place: &Place<'_, 's>| {
        place.at(&AUTOMATED).is_some_and(|automated| automated.text(&["enabled"]) != Some("false"))
    };
    let heals = |place: &Place<'_, 's>| {
        is_on(place) && place.at(&AUTOMATED).is_some_and(|automated| automated.is_true(&["selfHeal"]))
    };
    let message = match (is_on(&before), is_on(&after)) {
        (true, false) => "it does not sync by itself any more",
        _ if heals(&before) && !heals(&after) => "what somebody changes in the cluster stays changed",
        _ => return Vec::new(),
    };
    let place = after.at(&AUTOMATED).or_else(|| before.at(&AUTOMATED));
    place.map(|place| Found::at(&place, message)).into_iter().collect()
}

/// What says where an app comes from and where it goes.
const WHERE: [&[&str]; 12] = [
    &["spec", "source", "repoURL"],
    &["spec", "source", "path"],
    &["spec", "source", "targetRevision"],
    &["spec", "source", "chart"],
    &["spec", "destination", "server"],
    &["spec", "destination", "name"],
    &["spec", "destination", "namespace"],
    &["spec", "project"],
    &["spec", "path"],
    &["spec", "sourceRef", "name"],
    &["spec", "sourceRef", "namespace"],
    &["spec", "targetNamespace"],
];

fn source<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let Some((before, after)) = subject.both().filter(|_| is_app(subject)) else { return Vec::new() };
    let found = WHERE.iter().filter_map(|path| {
        let (old, new) = (before.at(path), after.at(path));
        let text = |place: &Option<Place<'_, 's>>| place.as_ref().and_then(|place| place.node.text());
        if text(&old) == text(&new) {
            return None;
        }
        let message = format!("`{}` changes", path.join("."));
        new.or(old).map(|place| Found::at(&place, message))
    });
    found.collect()
}

fn forced<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let Some((before, after)) = subject.both() else { return Vec::new() };
    let flux = after.at(&["spec", "force"]).filter(|place| {
        subject.is(KUSTOMIZATION.0, KUSTOMIZATION.1)
            && place.node.text() == Some("true")
            && !before.is_true(&["spec", "force"])
    });
    let options = ["metadata", "annotations", "argocd.argoproj.io/sync-options"];
    let has = |place: &Place<'_, 's>| place.text(&options).is_some_and(|text| text.contains("Force=true"));
    let argo = after.at(&options).filter(|_| has(&after) && !has(&before));
    let annotation = ["metadata", "annotations", "kustomize.toolkit.fluxcd.io/force"];
    let is_on = |place: &Place<'_, 's>| {
        place.text(&annotation).is_some_and(|text| text.eq_ignore_ascii_case("enabled"))
    };
    let own = after.at(&annotation).filter(|_| is_on(&after) && !is_on(&before));
    let found =
        flux.map(|place| (place, "every object of it that cannot be changed is deleted and made anew"));
    let others = [argo, own]
        .into_iter()
        .flatten()
        .map(|place| (place, "it is deleted and made anew if it cannot be changed"));
    found.into_iter().chain(others).map(|(place, message)| Found::at(&place, message)).collect()
}

fn large<'s>(around: &Around<'_, '_, 's>) -> Vec<Found<'s>> {
    // Versions are one decision, however many objects show them; names that follow from what is in an object change
    // with it.
    let is_counted = |change: &&ObjectChange<'_, 's>| {
        let is_routine = change.verb == Verb::Changed && change.edits.iter().all(is_routine);
        change.verb != Verb::Regenerated && !is_routine
    };
    let counted = || around.changes.iter().filter(is_counted);
    let objects = counted().count();
    let apps: BTreeSet<&str> = counted().filter_map(|change| change.object().app).collect();
    let message = match (apps.len(), objects) {
        (apps, _) if apps >= MANY_APPS => format!("{objects} objects of {apps} apps change"),
        (_, objects) if objects >= MANY_OBJECTS => format!("{objects} objects change"),
        _ => return Vec::new(),
    };
    around.changes.first().map(|change| Found::of(change.origin(), message)).into_iter().collect()
}
