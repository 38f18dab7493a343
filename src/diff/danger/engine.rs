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
    /// To take objects over from another app.
    Relocate,
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
pub(super) fn sentences(
    act: Act,
    change: Option<&ObjectChange<'_, '_>>,
    syncing: &Syncing,
) -> (Vec<String>, bool) {
    let engines: &[Engine] = match syncing {
        Syncing::Unknown => &[Engine::ArgoCd, Engine::Flux],
        Syncing::Stack(engines) => engines,
        Syncing::Nobody => &[],
    };
    let said = engines.iter().map(|engine| match change {
        Some(change) => sentence(*engine, act, change, syncing),
        None => (of_many(*engine, act), false),
    });
    let (mut said, is_left): (Vec<String>, Vec<bool>) = said.filter(|(said, _)| !said.is_empty()).unzip();
    if said == [APPLIED_BY_ARGO_CD, APPLIED_BY_FLUX] {
        said = vec!["Argo CD and Flux apply it with the next sync".to_owned()];
    }
    let is_kept = !is_left.is_empty() && is_left.into_iter().all(|is_left| is_left);
    (said, is_kept && matches!(act, Act::Delete | Act::Replace))
}

const APPLIED_BY_ARGO_CD: &str = "Argo CD applies it with the next sync";
const APPLIED_BY_FLUX: &str = "Flux applies it with the next reconciliation";

/// What happens to many objects at once.
fn of_many(engine: Engine, act: Act) -> String {
    let said = match (engine, act) {
        (Engine::ArgoCd, Act::Relocate) => {
            "Argo CD: with `FailOnSharedResource` the new app fails while the old one has them; once that prunes, they \
             are deleted and made anew"
        }
        (Engine::Flux, Act::Relocate) => {
            "Flux deletes them if the old Kustomization is reconciled before the new one has applied them"
        }
        (Engine::ArgoCd, Act::Replace) => {
            "Argo CD makes the new ones, and deletes the old ones where their Application prunes"
        }
        (Engine::Flux, Act::Replace) => {
            "Flux makes the new ones, and deletes the old ones where their Kustomization prunes"
        }
        _ => "",
    };
    said.to_owned()
}

fn sentence(engine: Engine, act: Act, change: &ObjectChange<'_, '_>, syncing: &Syncing) -> (String, bool) {
    let object = change.object();
    // What is pruned has the annotations that it had.
    let gone = change.before.as_ref().unwrap_or(object);
    let what = if act == Act::Replace { "the old one" } else { "it" };
    match (engine, act) {
        (Engine::ArgoCd, Act::Apply) => (APPLIED_BY_ARGO_CD.to_owned(), false),
        (Engine::ArgoCd, Act::Refused) => (refused_by_argo_cd(object), false),
        (Engine::ArgoCd, _) => pruned_by_argo_cd(gone, what, prune(gone, syncing)),
        (Engine::Flux, Act::Apply) => (applied_by_flux(object, gone), false),
        (Engine::Flux, Act::Refused) => (refused_by_flux(object, gone), false),
        (Engine::Flux, _) => pruned_by_flux(gone, what, prune(gone, syncing)),
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

fn pruned_by_argo_cd(object: &Object<'_, '_>, what: &str, prune: Prune) -> (String, bool) {
    let has = |option: &str| sync_options(object).any(|found| found == option);
    if has("Prune=false") {
        return (format!("Argo CD leaves {what} in the cluster, out of sync: it has `Prune=false`"), true);
    }
    if has("Prune=confirm") {
        return (format!("Argo CD deletes {what} once somebody confirms: it has `Prune=confirm`"), false);
    }
    match prune {
        Prune::Yes => (format!("Argo CD deletes {what}: its Application prunes"), false),
        Prune::No => (format!("Argo CD leaves {what} in the cluster: its Application does not prune"), true),
        Prune::Unknown => (format!("Argo CD deletes {what} if its Application prunes"), false),
    }
}

fn pruned_by_flux(object: &Object<'_, '_>, what: &str, prune: Prune) -> (String, bool) {
    if is_disabled(object, FLUX_PRUNE) {
        return (format!("Flux leaves {what} in the cluster: it has `prune: disabled`"), true);
    }
    if is_disabled(object, FLUX_RECONCILE) {
        return (format!("Flux leaves {what} in the cluster: it has `reconcile: disabled`"), true);
    }
    match prune {
        Prune::Yes => (format!("Flux deletes {what}: its Kustomization prunes"), false),
        Prune::No => (format!("Flux leaves {what} in the cluster: its Kustomization does not prune"), true),
        Prune::Unknown => (format!("Flux deletes {what} if its Kustomization prunes"), false),
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
        _ => APPLIED_BY_FLUX.to_owned(),
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
