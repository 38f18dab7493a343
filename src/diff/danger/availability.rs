//! `availability/...`: fewer pods, or pods that are sooner put away.

use super::documents::OPERATOR;
use super::engine::Act;
use super::place::Place;
use super::pods::{containers, pod};
use super::units::{count, from_to, lowered, quantity, share};
use super::{Found, Level, Rule, Subject};
use crate::diff::side::Object;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "availability/no-replicas",
        Level::Caution,
        (
            "nothing runs any more: there are no replicas",
            "take the object out if it is not needed, so that nobody looks for it",
        ),
        no_replicas,
    ),
    Rule::new(
        "availability/suspended",
        Level::Caution,
        (
            "something is suspended, or begins again",
            "say in the commit until when; what is suspended makes no sound",
        ),
        suspended,
    ),
    Rule::new(
        "availability/disruption-budget",
        Level::Caution,
        (
            "more pods may be taken away at once when machines are drained",
            "keep a budget that leaves a quorum, as one that may be away of three",
        ),
        budget,
    ),
    Rule::new(
        "availability/memory-cut",
        Level::Caution,
        (
            "a container gets half of its memory or less",
            "look at its highest use first: beyond the limit it is killed, and again while it starts",
        ),
        memory,
    ),
    Rule::new(
        "availability/autoscaler",
        Level::Caution,
        (
            "an autoscaler may make fewer replicas than before",
            "look at how many there were at the busiest time",
        ),
        autoscaler,
    ),
    Rule::new(
        "availability/grace-cut",
        Level::Caution,
        (
            "pods get less time to end",
            "Prometheus writes its head block before it ends: leave it the minutes that this takes",
        ),
        grace,
    ),
    Rule::new(
        "availability/priority-dropped",
        Level::Caution,
        (
            "pods have no priority any more: they are the first to go when a machine is full",
            "keep the class, or name another one",
        ),
        priority,
    ),
];

fn no_replicas<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    const REPLICAS: [&str; 2] = ["spec", "replicas"];
    let Some((before, after)) = subject.both() else { return Vec::new() };
    let runs = matches!(subject.change.object().id.gvk.group, "apps" | OPERATOR | "argoproj.io");
    let place = after.at(&REPLICAS).filter(|place| runs && count(place) == Some(0));
    let was_zero = before.at(&REPLICAS).is_some_and(|place| count(&place) == Some(0));
    place
        .filter(|_| !was_zero)
        .map(|place| Found::at(&place, "nothing of it runs any more"))
        .into_iter()
        .collect()
}

/// What has a switch, and what happens while it is on.
const SUSPENDED: [(&str, &str); 11] = [
    ("batch", "CronJob"),
    ("batch", "Job"),
    ("kustomize.toolkit.fluxcd.io", "Kustomization"),
    ("helm.toolkit.fluxcd.io", "HelmRelease"),
    ("source.toolkit.fluxcd.io", "GitRepository"),
    ("source.toolkit.fluxcd.io", "OCIRepository"),
    ("source.toolkit.fluxcd.io", "HelmRepository"),
    ("source.toolkit.fluxcd.io", "HelmChart"),
    ("source.toolkit.fluxcd.io", "Bucket"),
    ("notification.toolkit.fluxcd.io", "Alert"),
    ("notification.toolkit.fluxcd.io", "Provider"),
];

fn suspended<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let Some((before, after)) = subject.both().filter(|_| subject.is_any(&SUSPENDED)) else {
        return Vec::new();
    };
    let of = |place: &Place<'_, 's>| place.is_true(&["spec", "suspend"]);
    let place = after.at(&["spec", "suspend"]).or_else(|| before.at(&["spec", "suspend"]));
    let (Some(place), true) = (place, of(&before) != of(&after)) else { return Vec::new() };
    let message = match (of(&after), after.text(&["kind"])) {
        (true, Some("CronJob" | "Job")) => "it is suspended: nothing is run until somebody takes that back",
        (true, _) => "it is suspended: nothing is synced until somebody takes that back",
        (false, Some("CronJob")) => {
            "it is suspended no more: if `startingDeadlineSeconds` is not set, what was missed is run"
        }
        (false, _) => "it is suspended no more: whatever changed in the meantime is done at once",
    };
    vec![Found::at(&place, message)]
}

fn budget<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    if !subject.is("policy", "PodDisruptionBudget") {
        return Vec::new();
    }
    if let Some(before) = subject.before().filter(|_| subject.is_removed()) {
        let message = "all pods that it kept may be taken away at once";
        return vec![Found::of(before.origin(), message).act(Act::Delete)];
    }
    let Some((before, after)) = subject.both() else { return Vec::new() };
    let (least, most) = (&["spec", "minAvailable"], &["spec", "maxUnavailable"]);
    let pair = |path: &[&'s str; 2]| Some((before.at(path)?, after.at(path)?));
    let compare = |pair: &(Place<'_, 's>, Place<'_, 's>)| {
        let ((old_unit, old), (new_unit, new)) = (share(&pair.0)?, share(&pair.1)?);
        (old_unit == new_unit).then(|| new.cmp(&old))
    };
    let lower = pair(least).filter(|pair| compare(pair).is_some_and(std::cmp::Ordering::is_lt));
    let higher = pair(most).filter(|pair| compare(pair).is_some_and(std::cmp::Ordering::is_gt));
    let named = lower.map(|pair| ("minAvailable", pair)).or(higher.map(|pair| ("maxUnavailable", pair)));
    named
        .map(|(name, (old, new))| Found::at(&new, from_to(&format!("`{name}`"), &old, &new)))
        .into_iter()
        .collect()
}

const MEMORY: [&str; 3] = ["resources", "limits", "memory"];

fn memory<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let (Some(old), Some(new)) = (subject.object_before(), subject.object_after()) else { return Vec::new() };
    let earlier = limits(old);
    let found = limits(new).into_iter().filter_map(|(name, place)| {
        let (_, before) = earlier.iter().find(|(known, _)| *known == name)?;
        let is_cut = quantity(&place)?.whole().checked_mul(2)? <= quantity(before)?.whole();
        is_cut.then(|| Found::at(&place, from_to(&format!("the memory of {name}"), before, &place)))
    });
    found.collect()
}

/// What has a limit of memory: containers, and the pods that the operator makes.
fn limits<'o, 's>(object: &'o Object<'_, 's>) -> Vec<(String, Place<'o, 's>)> {
    let containers = containers(object).into_iter();
    let named = containers.filter_map(|container| {
        Some((format!("the container `{}`", container.name()), container.at(&MEMORY)?))
    });
    let is_operated = object.id.gvk.group == OPERATOR;
    let spec = Place::of(object).at(&["spec"]).filter(|_| is_operated);
    let own = spec.and_then(|spec| spec.at(&MEMORY));
    named.chain(own.map(|place| ("its pods".to_owned(), place))).collect()
}

fn autoscaler<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let Some((before, after)) = subject.both() else { return Vec::new() };
    let field =
        match (subject.is("autoscaling", "HorizontalPodAutoscaler"), subject.is("keda.sh", "ScaledObject")) {
            (true, _) => "maxReplicas",
            (_, true) => "maxReplicaCount",
            _ => return Vec::new(),
        };
    let path = ["spec", field];
    lowered(&format!("`{field}`"), before.at(&path), after.at(&path)).into_iter().collect()
}

fn grace<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    const GRACE: [&str; 1] = ["terminationGracePeriodSeconds"];
    /// What the API takes if nothing is said.
    const DEFAULT: i64 = 30;
    let (Some(old), Some(new)) =
        (subject.object_before().and_then(pod), subject.object_after().and_then(pod))
    else {
        return Vec::new();
    };
    let (before, after) = (old.at(&GRACE), new.at(&GRACE));
    let seconds = |place: &Option<Place<'_, 's>>| place.as_ref().map_or(Some(DEFAULT), count);
    let (Some(was), Some(is)) = (seconds(&before), seconds(&after)) else { return Vec::new() };
    let place = after.or(before).filter(|_| is < was);
    let message = format!("pods get {is} seconds to end, and got {was}");
    place.map(|place| Found::at(&place, message)).into_iter().collect()
}

fn priority<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    const CLASS: [&str; 1] = ["priorityClassName"];
    let (Some(old), Some(new)) =
        (subject.object_before().and_then(pod), subject.object_after().and_then(pod))
    else {
        return Vec::new();
    };
    let dropped = old.at(&CLASS).filter(|_| new.at(&CLASS).is_none());
    let message =
        |place: &Place<'_, 's>| format!("pods lose the priority `{}`", place.node.text().unwrap_or_default());
    dropped.map(|place| Found::at(&place, message(&place))).into_iter().collect()
}
