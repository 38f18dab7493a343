//! `data/claim-shrinks`, `data/storage-class`, `data/not-retained`, `data/volume-emptied`: what volumes cannot do, and
//! what they lose.

use super::documents::OPERATOR;
use super::engine::Act;
use super::place::Place;
use super::pods::pod;
use super::units::{from_to, quantity};
use super::{Found, Level, Rule, Subject};
use crate::diff::change::Verb;
use crate::diff::side::Object;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "data/claim-shrinks",
        Level::Blocking,
        (
            "a claim is to get a smaller volume",
            "volumes only grow: leave the size, or make a claim of another name and move the data",
        ),
        shrinks,
    ),
    Rule::new(
        "data/storage-class",
        Level::Blocking,
        (
            "claims are to get a volume of another class",
            "a volume keeps its class: make claims of another name and move the data",
        ),
        class,
    ),
    Rule::new(
        "data/not-retained",
        Level::Caution,
        (
            "volumes or claims were retained, and are deleted from now on",
            "leave it at `Retain`, and delete by hand what is not needed any more",
        ),
        not_retained,
    ),
    Rule::new(
        "data/volume-emptied",
        Level::Blocking,
        (
            "a volume was a claim, and begins empty with each pod from now on",
            "move the data first, or keep the claim",
        ),
        emptied,
    ),
];

/// The claims of an object, each with what it is called.
fn claims<'o, 's>(object: &'o Object<'_, 's>) -> Vec<(String, Place<'o, 's>)> {
    let root = Place::of(object);
    let named = |place: Option<Place<'o, 's>>, name: &str| place.map(|place| (name.to_owned(), place));
    match (object.id.gvk.group, object.id.gvk.kind) {
        ("", "PersistentVolumeClaim") => named(root.at(&["spec"]), object.id.name).into_iter().collect(),
        ("apps", "StatefulSet") => {
            let templates = root.items(&["spec", "volumeClaimTemplates"], &[]);
            let name = |claim: &Place<'o, 's>| claim.text(&["metadata", "name"]).unwrap_or_default();
            templates.iter().filter_map(|claim| named(claim.at(&["spec"]), name(claim))).collect()
        }
        (OPERATOR, _) => {
            let claim = root.at(&["spec", "storage", "volumeClaimTemplate", "spec"]);
            named(claim, object.id.name).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The claims that were there and are, by their names; those that are made anew are of other rules.
fn both<'c, 's>(subject: &Subject<'c, '_, 's>) -> Vec<(Place<'c, 's>, Place<'c, 's>)> {
    let (Some(old), Some(new)) = (subject.object_before(), subject.object_after()) else { return Vec::new() };
    if subject.change.verb != Verb::Changed {
        return Vec::new();
    }
    let earlier = claims(old);
    let pairs = claims(new).into_iter().filter_map(|(name, new)| {
        let (_, old) = earlier.iter().find(|(earlier, _)| *earlier == name)?;
        Some((old.clone(), new))
    });
    pairs.collect()
}

/// What an engine meets: the operator's objects take it, and the operator fails; others are refused.
fn act(subject: &Subject<'_, '_, '_>) -> Act {
    if subject.change.object().id.gvk.group == OPERATOR { Act::Apply } else { Act::Refused }
}

fn shrinks<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    const SIZE: [&str; 3] = ["resources", "requests", "storage"];
    let found = both(subject).into_iter().filter_map(|(old, new)| {
        let (before, after) = (old.at(&SIZE)?, new.at(&SIZE)?);
        let message = from_to("the size of a claim", &before, &after);
        (quantity(&after)? < quantity(&before)?).then(|| Found::at(&after, message).act(act(subject)))
    });
    found.collect()
}

fn class<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    const CLASS: [&str; 1] = ["storageClassName"];
    let found = both(subject).into_iter().filter_map(|(old, new)| {
        let of = |place: &Place<'_, 's>| place.text(&CLASS).map(str::to_owned);
        let (before, after) = (of(&old), of(&new));
        if before == after {
            return None;
        }
        let word = |class: Option<String>| {
            class.map_or_else(|| "the cluster's default".to_owned(), |class| format!("`{class}`"))
        };
        let place = new.at(&CLASS).or(old.at(&CLASS))?;
        let message = format!("the class of a claim goes from {} to {}", word(before), word(after));
        Some(Found::at(&place, message).act(act(subject)))
    });
    found.collect()
}

/// Where objects say what becomes of volumes and claims, and whether that is one of those that are.
const RETAINED: [(&str, &str, &[&str]); 4] = [
    ("", "PersistentVolume", &["spec", "persistentVolumeReclaimPolicy"]),
    ("storage.k8s.io", "StorageClass", &["reclaimPolicy"]),
    ("apps", "StatefulSet", &["spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"]),
    ("apps", "StatefulSet", &["spec", "persistentVolumeClaimRetentionPolicy", "whenScaled"]),
];

fn not_retained<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let Some((before, after)) = subject.both() else { return Vec::new() };
    let rows = RETAINED.iter().filter(|(group, kind, _)| subject.is(group, kind));
    let found = rows.filter_map(|(_, kind, path)| {
        // A class that says nothing deletes; the others retain.
        let was = before.text(path).unwrap_or(if *kind == "StorageClass" { "Delete" } else { "Retain" });
        let place = after.at(path).filter(|place| place.node.text() == Some("Delete") && was != "Delete")?;
        let message = match path.last() {
            Some(&"whenDeleted") => "claims are deleted with the StatefulSet from now on",
            Some(&"whenScaled") => "claims are deleted when there are fewer replicas from now on",
            _ => "a volume is deleted with its claim from now on",
        };
        Some(Found::at(&place, message))
    });
    found.collect()
}

fn emptied<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let (Some(before), Some(after)) =
        (subject.object_before().and_then(pod), subject.object_after().and_then(pod))
    else {
        return Vec::new();
    };
    let was_claim = |name: &str| {
        let volumes = before.items(&["volumes"], &["name"]);
        let templates = subject.object_before().map(claims).unwrap_or_default();
        volumes.iter().any(|volume| volume.name() == name && volume.at(&["persistentVolumeClaim"]).is_some())
            || templates.iter().any(|(template, _)| template == name)
    };
    let volumes = after.items(&["volumes"], &["name"]);
    let empty = volumes.iter().filter(|volume| was_claim(volume.name()));
    let empty = empty.filter_map(|volume| volume.at(&["emptyDir"]).map(|place| (volume.name(), place)));
    empty
        .map(|(name, place)| {
            Found::at(&place, format!("the volume `{name}` begins empty with each pod from now on"))
        })
        .collect()
}
