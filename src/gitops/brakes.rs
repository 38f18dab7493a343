//! What must not disappear by accident: an engine deletes from the cluster what is no longer in the tree.
//!
//! Neither Argo CD nor Flux has such a brake. It looks at the objects of the ledger, not at files: a file that gets
//! another name holds the same object, and a generated object with a new hash in its name replaces the old one.

use std::collections::{BTreeMap, BTreeSet};

use super::inventory::{Entry, Inventory};
use crate::diagnostic::{Diagnostic, Place};
use crate::fs::Folder;

/// How many objects of a cluster may go at once.
const OBJECTS: usize = 10;
/// How many in a hundred of an app's objects may go at once.
const PERCENT: usize = 20;

/// Kinds, with their groups, that take more along than themselves, and what that is.
const PROTECTED: &[(&str, &str)] = &[
    ("CustomResourceDefinition.apiextensions.k8s.io", "every object of its kind is deleted with it"),
    ("Namespace", "everything in it is deleted with it"),
    ("PersistentVolume", "it keeps data"),
    ("PersistentVolumeClaim", "it keeps data"),
    ("Secret", "what it holds may be nowhere else"),
    ("StatefulSet.apps", "it keeps data"),
    ("StorageClass.storage.k8s.io", "no claim of its class can be provided any more"),
];

/// An object that the ledger lists and that a run would take away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Its file in the tree.
    pub path: String,
    /// Kind, namespace and name.
    pub object: String,
    /// Why it must not go without a word; nothing if it may.
    pub reasons: Vec<String>,
}

/// What the objects of a folder `clusters/<cluster>/<app>/` were, and which of them go.
#[derive(Default)]
struct App<'a> {
    before: usize,
    gone: Vec<&'a Entry>,
}

/// What is in `old` and not in `new`, in order of the files.
pub(super) fn removals(old: &Inventory, new: &Inventory) -> Vec<Removal> {
    let there: BTreeSet<(&str, &str)> = new.objects().map(|(entry, object)| (place(entry), object)).collect();
    let before: BTreeSet<(&str, &str)> =
        old.objects().map(|(entry, object)| (place(entry), object)).collect();
    let replaced: BTreeSet<(&str, &str)> =
        there.difference(&before).filter_map(|(place, object)| Some((*place, stem(object)?))).collect();
    let is_replaced =
        |place: &str, object: &str| stem(object).is_some_and(|stem| replaced.contains(&(place, stem)));
    let mut apps: BTreeMap<&str, App<'_>> = BTreeMap::new();
    for (entry, object) in old.objects() {
        let place = place(entry);
        let app = apps.entry(place).or_default();
        app.before += 1;
        if !there.contains(&(place, object)) && !is_replaced(place, object) {
            app.gone.push(entry);
        }
    }
    let mut removals: Vec<Removal> = explain(&apps);
    removals.sort_by(|one, other| one.path.cmp(&other.path));
    removals
}

/// The folder of a file: for objects of a cluster the app; for those of the engines the engine.
fn place(entry: &Entry) -> &str {
    match entry.path.rsplit_once('/') {
        Some((folder, _)) if is_in_cluster(&entry.path) => folder,
        _ => entry.path.split('/').next().unwrap_or_default(),
    }
}

fn is_in_cluster(path: &str) -> bool {
    path.starts_with("clusters/")
}

/// A generated object without the hash at the end of its name.
fn stem(object: &str) -> Option<&str> {
    const HASH: usize = 10;
    let is_generated = object.starts_with("ConfigMap ") || object.starts_with("Secret ");
    let (stem, hash) = object.rsplit_once('-').filter(|_| is_generated)?;
    let is_hash = hash.len() == HASH && hash.bytes().all(|byte| b"bcdfghkmt2456789".contains(&byte));
    is_hash.then_some(stem)
}

/// Why what goes must not go.
fn explain(apps: &BTreeMap<&str, App<'_>>) -> Vec<Removal> {
    let mut of_cluster: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, app) in apps.iter().filter(|(place, _)| is_in_cluster(place)) {
        *of_cluster.entry(cluster(place)).or_default() += app.gone.len();
    }
    let mut removals = Vec::new();
    for (place, app) in apps {
        let mut shared = Vec::new();
        if is_in_cluster(place) && !app.gone.is_empty() {
            let gone = of_cluster.get(cluster(place)).copied().unwrap_or_default();
            shared.extend(reasons_of_app(app));
            if gone > OBJECTS {
                shared.push(format!("{gone} objects of the cluster go, more than {OBJECTS}"));
            }
        }
        for entry in &app.gone {
            let object = entry.object.clone().unwrap_or_default();
            let mut reasons: Vec<String> =
                protected(&entry.path, &object).map(str::to_owned).into_iter().collect();
            reasons.extend(shared.iter().cloned());
            removals.push(Removal { path: entry.path.clone(), object, reasons });
        }
    }
    removals
}

fn reasons_of_app(app: &App<'_>) -> Option<String> {
    let (gone, before) = (app.gone.len(), app.before);
    if gone == before {
        return Some("the app has no objects any more".to_owned());
    }
    (gone * 100 > before * PERCENT)
        .then(|| format!("{gone} of the app's {before} objects go, more than {PERCENT} %"))
}

fn cluster(place: &str) -> &str {
    place.split('/').nth(1).unwrap_or_default()
}

fn protected(path: &str, object: &str) -> Option<&'static str> {
    if !is_in_cluster(path) {
        return Some("the engine may delete everything that it brought");
    }
    let kind = object.split(' ').next().unwrap_or_default();
    PROTECTED.iter().find(|(known, _)| *known == kind).map(|(_, reason)| *reason)
}

/// The refusal, with everything that would go; nothing if all of it may.
pub(super) fn refusal(removals: &[Removal], folder: &Folder) -> Option<Diagnostic> {
    if removals.iter().all(|removal| removal.reasons.is_empty()) {
        return None;
    }
    let count = match removals.len() {
        1 => "1 object".to_owned(),
        count => format!("{count} objects"),
    };
    let mut error =
        Diagnostic::error(format!("{count} would disappear, and the engine deletes what is gone"));
    for Removal { path, object, reasons } in removals {
        let reasons = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) };
        error.related.push((Place::Path(folder.path(path)), format!("{object}{reasons}")));
    }
    Some(
        error
            .hint("look in the sources for what took them away")
            .hint("if they are to go, run again with --allow-removals"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ledger with these objects, each in its own file.
    fn ledger(objects: &[(&str, &str)]) -> Inventory {
        let hash = "0".repeat(64);
        let lines: Vec<String> = objects
            .iter()
            .enumerate()
            .map(|(index, (folder, object))| {
                format!(
                    "{{\"path\":\"{folder}/o{index}.yaml\",\"sha256\":\"{hash}\",\"object\":\"{object}\"}}"
                )
            })
            .collect();
        let text = format!("{{\"schema\":\"stackgen.inventory/v1\",\"files\":[{}]}}", lines.join(","));
        Inventory::parse(text.as_bytes()).unwrap()
    }

    fn many(folder: &'static str, names: &[String]) -> Inventory {
        let objects: Vec<(&str, &str)> = names.iter().map(|name| (folder, name.as_str())).collect();
        ledger(&objects)
    }

    fn services(count: usize) -> Vec<String> {
        (0..count).map(|index| format!("Service a/{index}")).collect()
    }

    /// What goes, with why it must not.
    fn said(old: &Inventory, new: &Inventory) -> Vec<(String, String)> {
        let said = |removal: Removal| (removal.object, removal.reasons.join("; "));
        removals(old, new).into_iter().map(said).collect()
    }

    #[test]
    fn one_in_five_may_go_and_one_in_four_not() {
        let folder = "clusters/gke/web";
        let (five, four) = (services(5), services(4));
        let free = said(&many(folder, &five), &many(folder, &five[..4]));
        assert_eq!(free, [("Service a/4".to_owned(), String::new())]);
        let refused = said(&many(folder, &four), &many(folder, &four[..3]));
        assert_eq!(refused[0].1, "1 of the app's 4 objects go, more than 20 %");
        let emptied = said(&many(folder, &four), &Inventory::default());
        assert_eq!(emptied.len(), 4);
        assert_eq!(emptied[0].1, "the app has no objects any more");
    }

    #[test]
    fn ten_of_a_cluster_may_go_and_eleven_not() {
        let folder = "clusters/gke/web";
        let all = services(100);
        let free = said(&many(folder, &all), &many(folder, &all[..90]));
        assert!(free.len() == 10 && free.iter().all(|(_, reason)| reason.is_empty()));
        let refused = said(&many(folder, &all), &many(folder, &all[..89]));
        assert_eq!(refused[0].1, "11 objects of the cluster go, more than 10");
    }

    #[test]
    fn every_protected_kind_is_refused_alone() {
        for (kind, reason) in PROTECTED {
            let mut objects = services(20);
            objects.push(format!("{kind} a/b"));
            let folder = "clusters/gke/web";
            let said = said(&many(folder, &objects), &many(folder, &objects[..20]));
            assert_eq!(said, [(format!("{kind} a/b"), (*reason).to_owned())]);
        }
        let engine = ("flux/gke", "Kustomization.kustomize.toolkit.fluxcd.io flux-system/web");
        let said = said(&ledger(&[engine]), &Inventory::default());
        assert_eq!(said[0].1, "the engine may delete everything that it brought");
    }

    #[test]
    fn a_new_hash_in_a_name_and_a_new_file_name_take_nothing_away() {
        let old =
            ledger(&[("clusters/gke/web", "ConfigMap a/b-52fc29th7g"), ("clusters/gke/web", "Service a/s")]);
        let new =
            ledger(&[("clusters/gke/web", "Service a/s"), ("clusters/gke/web", "ConfigMap a/b-2mgd6kb5b4")]);
        assert_eq!(said(&old, &new), []);
        let other =
            ledger(&[("clusters/gke/web", "Service a/s"), ("clusters/gke/web", "ConfigMap a/b-settings00")]);
        assert_eq!(said(&old, &other).len(), 1);
    }

    #[test]
    fn a_move_to_another_app_or_cluster_is_a_removal() {
        let old = ledger(&[("clusters/gke/web", "PersistentVolumeClaim a/b")]);
        assert_eq!(said(&old, &ledger(&[("clusters/gke/db", "PersistentVolumeClaim a/b")])).len(), 1);
        assert_eq!(said(&old, &ledger(&[("clusters/aks/web", "PersistentVolumeClaim a/b")])).len(), 1);
    }
}
