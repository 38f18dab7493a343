//! `diff/immutable`

use super::difference::{Difference, first_difference};
use super::successor;
use crate::diagnostic::Severity;
use crate::schema::{ImmutableFields, immutable_fields, is_default};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "diff/immutable",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a field changes that the API server lets nobody change",
    why: "the sync is refused, and with it whatever comes behind it",
    fix: "leave the field, or give the object a new name; deleting it first takes down what it runs",
    example: example!("diff/immutable"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Change(check) };

fn check(earlier: &Tree<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for old in earlier.objects() {
        let Some(new) = successor(old, tree).filter(|new| !is_replaced(new)) else { continue };
        match first_change(old, new) {
            Some(change) => findings.add(report(old, new, &change)),
            None => findings.extend_from(data_of_immutable(old, new)),
        }
    }
}

/// Whether a change makes the object anew, for Argo CD or Flux are told to, or it is one that is run once.
fn is_replaced(object: &Object<'_, '_>) -> bool {
    let options = object.annotation("argocd.argoproj.io/sync-options").unwrap_or_default();
    let forced = object.annotation("kustomize.toolkit.fluxcd.io/force").unwrap_or_default();
    let hooks = ["argocd.argoproj.io/hook", "helm.sh/hook"];
    options.split(',').any(|option| matches!(option.trim(), "Replace=true" | "Force=true"))
        || forced.eq_ignore_ascii_case("enabled")
        || hooks.iter().any(|hook| object.annotation(hook).is_some())
}

/// The first change of a field that cannot change.
fn first_change<'o, 'n, 's>(old: &Object<'o, 's>, new: &Object<'n, 's>) -> Option<Difference<'o, 'n, 's>> {
    match immutable_fields(old.group(), old.kind())? {
        ImmutableFields::These(fields) => {
            let is_fixed = |field: &&&[&str]| !is_exempt(old, new, field);
            fields.iter().filter(is_fixed).find_map(|field| change_of(old, new, field))
        }
        ImmutableFields::SpecBut(free) => {
            let keys = [new, old].into_iter().filter_map(|object| object.mapping(&["spec"])).flatten();
            let mut keys = keys.map(|entry| entry.key.text).filter(|key| !free.contains(key));
            keys.find_map(|key| change_of(old, new, &["spec", key]))
        }
    }
}

/// The change of one field.
fn change_of<'o, 'n, 's>(
    old: &Object<'o, 's>,
    new: &Object<'n, 's>,
    field: &[&str],
) -> Option<Difference<'o, 'n, 's>> {
    let (path, key) = (field.join("."), field.last().copied().unwrap_or_default());
    match (old.at(field), new.at(field)) {
        (Some(old), Some(new)) => first_difference(old, new, &path),
        (None, Some(new)) if !is_default(key, new) => {
            Some(Difference { path, old: None, new, is_removed: false })
        }
        (Some(old), None) if !is_default(key, old) => {
            let around = new.at(field.split_last()?.1).unwrap_or(new.node);
            Some(Difference { path, old: Some(old), new: around, is_removed: true })
        }
        _ => None,
    }
}

/// What can change after all in the state that the object is in.
fn is_exempt(old: &Object<'_, '_>, new: &Object<'_, '_>, field: &[&str]) -> bool {
    match (old.kind(), field) {
        // While a Job is suspended, its pods may be sent elsewhere.
        ("Job", ["spec", "template"]) => old.text(&["spec", "suspend"]) == Some("true"),
        // An address that is written no more stays; with ExternalName there is none.
        ("Service", _) => {
            let is_external =
                |object: &Object<'_, '_>| object.text(&["spec", "type"]) == Some("ExternalName");
            new.at(field).is_none() || is_external(old) || is_external(new)
        }
        _ => false,
    }
}

fn report(old: &Object<'_, '_>, new: &Object<'_, '_>, change: &Difference<'_, '_, '_>) -> Finding {
    let Difference { path, new: node, is_removed, .. } = change;
    let text = |node: &Node<'_>| node.text().filter(|text| text.len() <= 60).map(|text| format!("`{text}`"));
    let (before, after) = (change.old.and_then(text), text(node).filter(|_| !is_removed));
    // A Secret is only said to have changed.
    let message = match (before, after) {
        _ if old.kind() == "Secret" => format!("`{path}` cannot change"),
        (Some(before), Some(after)) => format!("`{path}` cannot change from {before} to {after}"),
        (_, None) if *is_removed => format!("`{path}` cannot be taken out"),
        _ if change.old.is_none() => format!("`{path}` cannot be added"),
        _ => format!("`{path}` cannot change"),
    };
    let finding = new.finding(&RULE, path.as_str(), node, message);
    let before = change.old.map_or(old.name_origin(), Node::origin);
    let finding = finding.related(before, "this is what it was");
    match help(old.kind(), path) {
        Some(help) => finding.help(help),
        None => finding,
    }
}

/// What to do for kinds that have a way out.
fn help(kind: &str, path: &str) -> Option<&'static str> {
    Some(match kind {
        "StatefulSet" if path.starts_with("spec.volumeClaimTemplates") => {
            "make the claims larger one by one, then delete the StatefulSet with `--cascade=orphan` and let the \
             sync make it anew"
        }
        "StatefulSet" => {
            "delete the StatefulSet with `--cascade=orphan`, which leaves its pods, and let the sync make it anew"
        }
        "RoleBinding" | "ClusterRoleBinding" => "make a binding of another name, and delete this one",
        "StorageClass" | "PriorityClass" => "make a class of another name, and move what uses this one",
        "PersistentVolumeClaim" => "make a claim of another name, and move the data",
        "Job" => {
            "give the Job a new name, or the annotation `argocd.argoproj.io/sync-options: Replace=true,Force=true`"
        }
        _ => return None,
    })
}

/// ConfigMaps and Secrets can be sealed.
fn data_of_immutable(old: &Object<'_, '_>, new: &Object<'_, '_>) -> Option<Finding> {
    let is_sealed = old.is("", "ConfigMap") || old.is("", "Secret");
    if !is_sealed || old.text(&["immutable"]) != Some("true") {
        return None;
    }
    let fields = ["immutable", "data", "binaryData", "stringData"];
    let change = fields.iter().find_map(|field| change_of(old, new, &[field]))?;
    let message = format!("`{}` cannot change: the {} is immutable", change.path, old.kind());
    // The excerpt must not show what is in a Secret.
    let finding = match old.kind() {
        "Secret" => new.finding_at_name(&RULE, message).path(change.path),
        _ => new.finding(&RULE, change.path.as_str(), change.new, message),
    };
    let sealed = old.at(&["immutable"]).map_or(old.name_origin(), Node::origin);
    let finding = finding.related(sealed, "it was made immutable here");
    Some(finding.help("give it a new name, as kustomize's generators do with each change"))
}
