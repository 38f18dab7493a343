//! What Argo CD and Flux will do with a change.

use crate::diff::change::ObjectChange;
use crate::diff::side::Object;
use crate::stack::{App, Engine};

/// Who syncs, as far as is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Syncing {
    /// Nobody knows: two files say nothing of it.
    #[default]
    Unknown,
    /// The engines of the stack, which prune all apps but its foundations.
    Stack(Vec<Engine>),
    /// What is compared is not synced from one to the other.
    Nobody,
}

/// What is asked of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// To write the object as it is now.
    Apply,
    /// To delete an object that is gone from the tree.
    Delete,
    /// To write what the API server refuses.
    Refused,
    /// To make one object and delete another, which took its place in the tree.
    Replace,
}

/// Whether an engine deletes what is gone from the tree.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prune {
    Yes,
    No,
    Unknown,
}

const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";
const FLUX_PRUNE: &str = "kustomize.toolkit.fluxcd.io/prune";
const FLUX_FORCE: &str = "kustomize.toolkit.fluxcd.io/force";
const FLUX_RECONCILE: &str = "kustomize.toolkit.fluxcd.io/reconcile";
const FLUX_SSA: &str = "kustomize.toolkit.fluxcd.io/ssa";

/// What each engine will do, and whether all of them leave in the cluster what is gone from the tree.
pub(super) fn sentences(act: Act, change: &ObjectChange<'_, '_>, syncing: &Syncing) -> (Vec<String>, bool) {
    let engines: &[Engine] = match syncing {
        Syncing::Unknown => &[Engine::ArgoCd, Engine::Flux],
        Syncing::Stack(engines) => engines,
        Syncing::Nobody => &[],
    };
    let mut is_kept = !engines.is_empty() && matches!(act, Act::Delete | Act::Replace);
    let mut said = Vec::new();
    for engine in engines {
        let (sentence, is_left) = sentence(*engine, act, change, syncing);
        is_kept &= is_left;
        said.push(sentence);
    }
    (said, is_kept)
}

fn sentence(engine: Engine, act: Act, change: &ObjectChange<'_, '_>, syncing: &Syncing) -> (String, bool) {
    let object = change.object();
    // What is pruned has the annotations that it had.
    let gone = change.before.as_ref().unwrap_or(object);
    match (engine, act) {
        (Engine::ArgoCd, Act::Apply) => ("Argo CD applies it with the next sync".to_owned(), false),
        (Engine::ArgoCd, Act::Refused) => (refused_by_argo_cd(object), false),
        (Engine::ArgoCd, _) => pruned_by_argo_cd(gone, prune(gone, syncing)),
        (Engine::Flux, Act::Apply) => (applied_by_flux(object, gone), false),
        (Engine::Flux, Act::Refused) => (refused_by_flux(object, gone), false),
        (Engine::Flux, _) => pruned_by_flux(gone, prune(gone, syncing)),
    }
}

/// Whether the app of an object is pruned.
fn prune(object: &Object<'_, '_>, syncing: &Syncing) -> Prune {
    match (syncing, object.app) {
        (Syncing::Stack(_), Some(app)) if App::find(app).is_foundation => Prune::No,
        (Syncing::Stack(_), Some(_)) => Prune::Yes,
        // What an engine itself reads is brought by something that never prunes in our tree (templates/argocd/).
        _ => Prune::Unknown,
    }
}

fn pruned_by_argo_cd(object: &Object<'_, '_>, prune: Prune) -> (String, bool) {
    let has = |option: &str| sync_options(object).any(|found| found == option);
    if has("Prune=false") {
        return ("Argo CD leaves it in the cluster, out of sync: it has `Prune=false`".to_owned(), true);
    }
    if has("Prune=confirm") {
        return ("Argo CD deletes it once somebody confirms: it has `Prune=confirm`".to_owned(), false);
    }
    match prune {
        Prune::Yes => ("Argo CD deletes it: its Application prunes".to_owned(), false),
        Prune::No => ("Argo CD leaves it in the cluster: its Application does not prune".to_owned(), true),
        Prune::Unknown => ("Argo CD deletes it if its Application prunes".to_owned(), false),
    }
}

fn pruned_by_flux(object: &Object<'_, '_>, prune: Prune) -> (String, bool) {
    if is_disabled(object, FLUX_PRUNE) {
        return ("Flux leaves it in the cluster: it has `prune: disabled`".to_owned(), true);
    }
    if is_disabled(object, FLUX_RECONCILE) {
        return ("Flux leaves it in the cluster: it has `reconcile: disabled`".to_owned(), true);
    }
    match prune {
        Prune::Yes => ("Flux deletes it: its Kustomization prunes".to_owned(), false),
        Prune::No => ("Flux leaves it in the cluster: its Kustomization does not prune".to_owned(), true),
        Prune::Unknown => ("Flux deletes it if its Kustomization prunes".to_owned(), false),
    }
}

fn refused_by_argo_cd(object: &Object<'_, '_>) -> String {
    if sync_options(object).any(|option| option == "Force=true") {
        return "Argo CD deletes the object and makes it anew: it has `Force=true`".to_owned();
    }
    "Argo CD: the API server refuses it, the sync fails and is tried again, and later waves wait".to_owned()
}

fn refused_by_flux(object: &Object<'_, '_>, earlier: &Object<'_, '_>) -> String {
    if is_left_by_flux(object) || is_left_by_flux(earlier) {
        return applied_by_flux(object, earlier);
    }
    if annotation(object, FLUX_FORCE).is_some_and(|value| value.eq_ignore_ascii_case("enabled")) {
        return "Flux deletes the object and makes it anew: it has `force: enabled`".to_owned();
    }
    "Flux: the dry run fails, so nothing of its Kustomization is applied, and what depends on it waits"
        .to_owned()
}

/// The annotations of the object in the cluster, which are as they were, count as much as those that it is to get.
fn applied_by_flux(object: &Object<'_, '_>, earlier: &Object<'_, '_>) -> String {
    if is_disabled(earlier, FLUX_RECONCILE) || is_disabled(object, FLUX_RECONCILE) {
        return "Flux does not apply it: the object has `reconcile: disabled`".to_owned();
    }
    match annotation(object, FLUX_SSA).or(annotation(earlier, FLUX_SSA)) {
        Some(mode) if mode.eq_ignore_ascii_case("Ignore") => {
            "Flux does not apply it: the object has `ssa: Ignore`".to_owned()
        }
        Some(mode) if mode.eq_ignore_ascii_case("IfNotPresent") => {
            "Flux does not apply it if the object is there: it has `ssa: IfNotPresent`".to_owned()
        }
        _ => "Flux applies it with the next reconciliation".to_owned(),
    }
}

fn is_left_by_flux(object: &Object<'_, '_>) -> bool {
    let is_left = |mode: &str| ["Ignore", "IfNotPresent"].iter().any(|left| mode.eq_ignore_ascii_case(left));
    is_disabled(object, FLUX_RECONCILE) || annotation(object, FLUX_SSA).is_some_and(is_left)
}

fn is_disabled(object: &Object<'_, '_>, name: &str) -> bool {
    annotation(object, name).is_some_and(|value| value.eq_ignore_ascii_case("disabled"))
}

fn sync_options<'s>(object: &Object<'_, 's>) -> impl Iterator<Item = &'s str> {
    annotation(object, SYNC_OPTIONS).unwrap_or_default().split(',').map(str::trim)
}

fn annotation<'s>(object: &Object<'_, 's>, name: &str) -> Option<&'s str> {
    object.text(&["metadata", "annotations", name])
}
