//! One walk through each object finds the violations of all rules about fields and values.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{bounds, cel, enumeration, format, list_map_key, pattern, required, type_of, unknown_field};
use crate::schema::{Found, Lookup, Minor, Violation, ViolationKind};
use crate::validate::families::api::joined;
use crate::validate::rule::{Check, Rule, Run};
use crate::validate::{Finding, Findings, Object, Tree};
use crate::yaml::{Origin, Value};

pub(super) static CHECK: Check = Check {
    rules: &[
        &type_of::RULE,
        &unknown_field::RULE,
        &required::RULE,
        &enumeration::RULE,
        &format::RULE,
        &pattern::RULE,
        &bounds::RULE,
        &list_map_key::RULE,
        &cel::RULE,
    ],
    run: Run::Object(check),
};

fn check(object: &Object<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let (api_version, kind) = (object.text(&["apiVersion"]), object.text(&["kind"]));
    let (Some(api_version), Some(kind)) = (api_version, kind) else {
        return untyped(object, findings);
    };
    let releases = releases(tree);
    // What the releases say, each schema once, with the releases that have it.
    let mut schemas: Vec<(Found<'_>, Vec<Minor>)> = Vec::new();
    for release in &releases {
        let Lookup::Found(found) = tree.schemas.find(api_version, kind, *release) else { continue };
        match schemas.iter_mut().find(|(known, _)| known.has_same_schema(&found)) {
            Some((_, same)) => same.push(*release),
            None => schemas.push((found, vec![*release])),
        }
    }
    let mut told: Vec<(Violation, Vec<Minor>)> = Vec::new();
    let mut places: FxHashMap<(Origin, ViolationKind, String), usize> = FxHashMap::default();
    for (found, same) in schemas {
        for violation in tree.schemas.validate(object.node, &found, tree.typing) {
            let is_custom = found.is_custom();
            // Amounts in the API of Kubernetes itself are `sem/quantity`'s.
            if violation.kind == ViolationKind::Quantity && !is_custom {
                continue;
            }
            let place = (violation.origin, violation.kind, violation.path.clone());
            let before = places.get(&place).copied();
            if let Some(index) = before.filter(|index| told[*index].0 == violation) {
                told[index].1.extend(&same);
            } else {
                places.insert(place, told.len());
                told.push((violation, same.clone()));
            }
        }
    }
    let encrypted = encrypted(object);
    for (violation, concerned) in told {
        if encrypted
            .as_ref()
            .is_some_and(|values| violation.path == "sops" || values.contains(&violation.origin))
        {
            continue;
        }
        findings.add(finding(violation, object, (concerned.len() < releases.len()).then_some(&concerned)));
    }
}

/// Where the values are that SOPS has encrypted, if it has: what they are is known when Flux or somebody else has decrypted
/// them, and then there is no field `sops`.
fn encrypted(object: &Object<'_, '_>) -> Option<FxHashSet<Origin>> {
    object.at(&["sops", "mac"])?;
    let mut values = FxHashSet::default();
    let mut next = vec![object.node];
    while let Some(node) = next.pop() {
        match node.value() {
            Value::Scalar(text) if text.starts_with("ENC[") => _ = values.insert(node.origin()),
            Value::Scalar(_) => {}
            Value::Sequence(items) => next.extend(items),
            Value::Mapping(mapping) => next.extend(mapping.iter().map(|entry| &entry.value)),
        }
    }
    Some(values)
}

/// The releases that were named; the newest one if none was.
fn releases(tree: &Tree<'_, '_>) -> Vec<Minor> {
    match tree.target.releases.as_slice() {
        [] => vec![tree.schemas.minors().1],
        named => named.iter().map(|number| Minor::new(*number)).collect(),
    }
}

/// A finding for a violation, which some releases may not have.
fn finding(violation: Violation, object: &Object<'_, '_>, releases: Option<&Vec<Minor>>) -> Finding {
    let message = match releases {
        Some(releases) => format!("{} (in Kubernetes {})", violation.message, joined(releases)),
        None => violation.message,
    };
    let mut finding = Finding::new(rule_of(violation.kind), violation.origin, message).object(object.id);
    finding = finding.path(violation.path);
    for (what, origin) in violation.related {
        finding = finding.related(origin, what);
    }
    if let Some(edit) = violation.edit.filter(|_| releases.is_none()) {
        finding = finding.edit(violation.origin, edit);
    }
    match violation.help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

fn rule_of(kind: ViolationKind) -> &'static Rule {
    match kind {
        ViolationKind::Type => &type_of::RULE,
        ViolationKind::UnknownField => &unknown_field::RULE,
        ViolationKind::Required => &required::RULE,
        ViolationKind::Enum => &enumeration::RULE,
        ViolationKind::Format | ViolationKind::Quantity => &format::RULE,
        ViolationKind::Pattern => &pattern::RULE,
        ViolationKind::ListMapKey => &list_map_key::RULE,
        ViolationKind::Bounds => &bounds::RULE,
        ViolationKind::Cel => &cel::RULE,
    }
}

/// An object without `apiVersion` or `kind`. What has neither is some other YAML.
fn untyped(object: &Object<'_, '_>, findings: &mut Findings<'_>) {
    let has = |field: &str| object.text(&[field]).is_some();
    let missing = match (has("apiVersion"), has("kind") && object.at(&["metadata"]).is_some()) {
        (true, _) if object.at(&["metadata"]).is_some() => "kind",
        (false, true) => "apiVersion",
        _ => return,
    };
    let finding = Finding::new(
        &required::RULE,
        object.origin(),
        format!("the object lacks the required field `{missing}`"),
    );
    findings.add(finding.path(missing).help(format!("add `{missing}:`")));
}
