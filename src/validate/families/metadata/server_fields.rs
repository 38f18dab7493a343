//! `meta/server-fields`

use super::is_local;
use crate::diagnostic::Severity;
use crate::schema::Edit;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "meta/server-fields",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "an object holds what the API server writes",
    why: "it was copied from a cluster: with `resourceVersion` or `uid` each sync ends in a conflict",
    fix: "take the fields out: `kubectl neat` or `yq 'del(.status, .metadata.uid, ...)'`",
    example: example!("meta/server-fields"),
};

/// Fields of `metadata` that the API server writes.
const METADATA: [&str; 8] = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// Annotations that tools of the cluster write.
const ANNOTATIONS: [&str; 3] = [
    "deployment.kubernetes.io/revision",
    "kubectl.kubernetes.io/last-applied-configuration",
    "pv.kubernetes.io/bind-completed",
];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    if is_local(object) {
        return;
    }
    let of_metadata = METADATA.iter().filter_map(|field| written(object, &["metadata", field]));
    let annotations = ANNOTATIONS.iter().filter_map(|key| written(object, &["metadata", "annotations", key]));
    // Generators of definitions leave a status of empty lists.
    let is_definition = object.kind() == "CustomResourceDefinition";
    let status = written(object, &["status"]).filter(|_| !is_definition);
    let mut found: Vec<_> = of_metadata.chain(annotations).chain(status).collect();
    found.sort_by_key(|(_, node)| node.origin());
    let Some((path, node)) = found.first() else { return };
    let names: Vec<String> = found.iter().map(|(path, _)| format!("`{path}`")).collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    let message = format!("{} {verb} the API server's to write", names.join(", "));
    let mut finding = object.finding(&RULE, path.as_str(), node, message);
    for (path, _) in &found {
        let (above, key) = split(path);
        let entry = object.mapping(&above).and_then(|mapping| mapping.entry(key));
        if let Some(entry) = entry {
            finding = finding.edit(entry.key.origin, Edit::Remove(key.to_owned()));
        }
    }
    findings.add(finding);
}

/// The keys above a field, and its own. Keys of annotations have dots.
fn split(path: &str) -> (Vec<&str>, &str) {
    let (above, key) = match path.strip_prefix("metadata.annotations.") {
        Some(key) => (vec!["metadata", "annotations"], key),
        None => path.rsplit_once('.').map_or((Vec::new(), path), |(above, key)| (vec![above], key)),
    };
    (above, key)
}

/// A field that says something, with its path.
fn written<'a, 's>(object: &Object<'a, 's>, path: &[&str]) -> Option<(String, &'a Node<'s>)> {
    let node = object.at(path).filter(|node| !node.is_null_or_empty())?;
    Some((path.join("."), node))
}
