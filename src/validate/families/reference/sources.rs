//! Whether the ConfigMaps and Secrets that objects ask for are there, with the keys.

use super::named::Named;
use crate::diagnostic::closest;
use crate::validate::{Findings, Object, Reference, Rule, Tree, custom_references, references};

/// Reports the ConfigMaps or the Secrets that are not there, and the keys that are not in them.
pub(super) fn check(
    kind: &'static str,
    (rule, key_rule): (&'static Rule, &'static Rule),
    built_in: &[&str],
    tree: &Tree<'_, '_>,
    findings: &mut Findings<'_>,
) {
    let of_pods = tree.workloads().iter().map(|workload| (workload.object, references(workload)));
    let of_others = tree.objects().iter().map(|object| (*object, custom_references(object)));
    for (object, references) in of_pods.chain(of_others) {
        for reference in references.into_iter().filter(|reference| reference.kind == kind) {
            let (path, name) = (reference.path.clone(), reference.name);
            let named =
                Named { object: &object, kind: ("", kind), namespace: object.id.namespace, path, name };
            if reference.is_optional || built_in.contains(&named.text()) {
                continue;
            }
            match tree.find(named.kind, named.namespace, named.text()) {
                Some(found) => missing_keys(&object, &reference, found, key_rule, findings),
                None if named.is_there(tree) => {}
                None => findings.add(named.missing(rule, tree)),
            }
        }
    }
}

fn missing_keys(
    object: &Object<'_, '_>,
    reference: &Reference<'_, '_>,
    found: &Object<'_, '_>,
    rule: &'static Rule,
    findings: &mut Findings<'_>,
) {
    let Some(known) = keys(found) else { return };
    for (path, key) in &reference.keys {
        let Some(text) = key.text().filter(|text| !text.is_empty() && !known.contains(text)) else {
            continue;
        };
        let message = format!("{} has no key `{text}`", found.describe());
        let finding = object.finding(rule, path.as_str(), key, message);
        let finding = finding.related(found.name_origin(), format!("the {} is here", reference.kind));
        findings.add(match closest(text, &known) {
            Some(like) => finding.help(format!("did you mean `{like}`?")),
            None => finding.help(format!("its keys are {}", list(&known))),
        });
    }
}

fn list(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().take(8).map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// The keys of a ConfigMap or Secret; none if somebody else fills it.
fn keys<'s>(object: &Object<'_, 's>) -> Option<Vec<&'s str>> {
    let is_injected = |list: &[&str]| {
        let mut keys = object.mapping(list).into_iter().flatten();
        keys.any(|entry| entry.key.text.contains("inject"))
    };
    let is_token = object.text(&["type"]) == Some("kubernetes.io/service-account-token");
    if is_token || is_injected(&["metadata", "annotations"]) || is_injected(&["metadata", "labels"]) {
        return None;
    }
    let fields =
        ["data", "stringData", "binaryData"].into_iter().filter_map(|field| object.mapping(&[field]));
    let keys: Vec<&str> = fields.flatten().map(|entry| entry.key.text).collect();
    (!keys.is_empty()).then_some(keys)
}
