//! `immutable/field`, `immutable/data`: fields that the API server lets nobody change.

use super::engine::Act;
use super::{Found, Level, Rule, Subject};
use crate::diff::change::{Edit, EditKind, Verb};
use crate::diff::path::Step;
use crate::diff::side::Object;
use crate::schema::{ImmutableFields, Quantity, immutable_fields, is_default};
use crate::yaml::Node;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "immutable/field",
        Level::Blocking,
        (
            "a field changes that the API server lets nobody change",
            "leave the field, or give the object a new name; deleting it first takes down what it runs",
        ),
        field,
    ),
    Rule::new(
        "immutable/data",
        Level::Blocking,
        (
            "what is in an immutable ConfigMap or Secret changes",
            "give it a new name, as kustomize's generators do with each change",
        ),
        data,
    ),
];

fn field<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let (Some(old), Some(new)) = (subject.object_before(), subject.object_after()) else { return Vec::new() };
    let Some(fields) = immutable_fields(old.id.gvk.group, old.id.gvk.kind) else { return Vec::new() };
    if subject.change.verb != Verb::Changed {
        return Vec::new();
    }
    let is_fixed =
        |edit: &&Edit<'s>| field_of(fields, edit).is_some_and(|field| !is_exempt(old, new, &field));
    let mut edits = subject
        .change
        .edits
        .iter()
        .filter(|edit| is_fixed(edit) && !is_filled_in(edit) && !is_of_claims(edit));
    // The API server refuses the object as a whole: the first field says enough, and how many there are.
    let Some(first) = edits.next() else { return Vec::new() };
    let message = match edits.count() {
        0 => format!("`{}` cannot change", first.path),
        more => format!("`{}` and {more} more cannot change", first.path),
    };
    let (before, after) = first.origins();
    let found = Found { path: Some(first.path.clone()), ..Found::of(after.or(before), message) };
    let found = found.act(Act::Refused);
    vec![match help(old.id.gvk.kind, first) {
        Some(help) => found.hint(help),
        None => found,
    }]
}

/// The immutable field that an edit is in.
fn field_of<'s>(fields: &ImmutableFields, edit: &Edit<'s>) -> Option<Vec<&'s str>> {
    let keys: Vec<&str> = edit.path.keys().collect();
    match fields {
        ImmutableFields::These(fields) => {
            let is_in = |field: &&&[&str]| keys.starts_with(field);
            fields.iter().find(is_in).map(|field| keys[..field.len()].to_vec())
        }
        ImmutableFields::SpecBut(free) => {
            let is_fixed = keys.first() == Some(&"spec") && keys.len() > 1 && !free.contains(&keys[1]);
            is_fixed.then(|| keys[..2].to_vec())
        }
    }
}

/// Whether an edit only says, or says no longer, what the API server fills in.
fn is_filled_in(edit: &Edit<'_>) -> bool {
    let key = edit.path.last_key().unwrap_or_default();
    let is_default = |node: &Option<Node<'_>>| node.as_ref().is_none_or(|node| is_default(key, node));
    let is_of_key = matches!(edit.path.0.last(), Some(Step::Key(_)));
    is_of_key
        && matches!(edit.kind, EditKind::Added | EditKind::Removed)
        && is_default(&edit.before)
        && is_default(&edit.after)
}

/// Whether an edit is what `data/claim-shrinks` and `data/storage-class` tell more of.
fn is_of_claims(edit: &Edit<'_>) -> bool {
    let amount = |node: &Option<Node<'_>>| Quantity::parse(node.as_ref()?.text()?).ok();
    match edit.path.last_key() {
        Some("storageClassName") => true,
        Some("storage") => amount(&edit.before).zip(amount(&edit.after)).is_some_and(|(old, new)| new < old),
        _ => false,
    }
}

/// What can change after all in the state that the object is in.
fn is_exempt(old: &Object<'_, '_>, new: &Object<'_, '_>, field: &[&str]) -> bool {
    match (old.id.gvk.kind, field) {
        // While a Job is suspended, its pods may be sent elsewhere.
        ("Job", ["spec", "template"]) => old.text(&["spec", "suspend"]) == Some("true"),
        // An address that is written no more stays; with ExternalName there is none.
        ("Service", _) => {
            let is_external =
                |object: &Object<'_, '_>| object.text(&["spec", "type"]) == Some("ExternalName");
            new.at(field).is_none() || is_external(old) || is_external(new)
        }
        // A claim may get a class that it had none of.
        ("PersistentVolumeClaim", ["spec", "storageClassName"]) => old.at(field).is_none(),
        _ => false,
    }
}

/// What to do for kinds that have a way out.
fn help(kind: &str, edit: &Edit<'_>) -> Option<&'static str> {
    Some(match kind {
        "StatefulSet" if edit.path.keys().nth(1) == Some("volumeClaimTemplates") => {
            "make the claims larger one by one, then delete the StatefulSet with `--cascade=orphan` and let the sync \
             make it anew"
        }
        "StatefulSet" => {
            "delete the StatefulSet with `--cascade=orphan`, which leaves its pods, and let the sync make it anew"
        }
        "RoleBinding" | "ClusterRoleBinding" => "make a binding of another name, and take this one out",
        "StorageClass" | "PriorityClass" => "make a class of another name, and move what uses this one",
        "PersistentVolumeClaim" => "make a claim of another name, and move the data",
        "Job" => {
            "give the Job a new name, or let it be made anew: `argocd.argoproj.io/sync-options: Force=true,Replace=true`"
        }
        _ => return None,
    })
}

fn data<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let Some(old) = subject.object_before().filter(|old| old.text(&["immutable"]) == Some("true")) else {
        return Vec::new();
    };
    let is_sealed = subject.change.verb == Verb::Changed && (old.is("", "ConfigMap") || old.is("", "Secret"));
    let holds = ["immutable", "data", "binaryData", "stringData"];
    let mut edits = subject.change.edits.iter();
    let edit = edits.find(|edit| edit.path.keys().next().is_some_and(|key| holds.contains(&key)));
    let Some(edit) = edit.filter(|_| is_sealed) else { return Vec::new() };
    let (before, after) = edit.origins();
    let message = format!("`{}` cannot change: the {} is immutable", edit.path, old.id.gvk.kind);
    let found = Found { path: Some(edit.path.clone()), ..Found::of(after.or(before), message) };
    vec![found.act(Act::Refused)]
}
