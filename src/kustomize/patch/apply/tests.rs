//! Patches for whole objects.

use super::*;
use crate::kustomize::testing::{nodes, sources};
use crate::yaml::emit;

const OBJECT: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  namespace: team\n  labels: {a: b, c: d}\n";

/// The object after the patch and the names it had before.
fn patched(object: &str, patch: &str, options: &PatchOptions, copied: bool) -> (String, usize) {
    let sources = sources();
    let mut resource = Resource::new(nodes(object, sources).remove(0));
    let patch = nodes(patch, sources).remove(0);
    let schema = Schema::builtin();
    let terms = MergeTerms { schema: &schema, sources, options, copied };
    apply_strategic_merge(&mut resource, &patch, &terms).unwrap();
    if resource.is_empty() {
        return ("deleted".to_owned(), 0);
    }
    let mut text = String::new();
    emit(&resource.node, &mut text).unwrap();
    (text, resource.previous_ids.len())
}

fn may(allow_name_change: bool, allow_kind_change: bool) -> PatchOptions {
    PatchOptions { allow_name_change, allow_kind_change, ..PatchOptions::default() }
}

#[test]
fn name_kind_and_namespace_stay() {
    let patch = "apiVersion: v2\nkind: Secret\nmetadata: {name: 'y', namespace: m}\n";
    let (text, previous) = patched(OBJECT, patch, &PatchOptions::default(), false);
    let metadata = "  labels:\n    a: b\n    c: d\n  name: x\n  namespace: team\n";
    assert_eq!(text, format!("apiVersion: v2\nkind: ConfigMap\nmetadata:\n{metadata}"));
    assert_eq!(previous, 0);
}

#[test]
fn name_and_kind_change_if_they_may() {
    let patch = "apiVersion: v1\nkind: Secret\nmetadata: {name: y}\n";
    let (text, previous) = patched(OBJECT, patch, &may(true, true), true);
    assert!(text.contains("kind: Secret") && text.contains("name: \"y\"\n  namespace: team"), "{text}");
    assert_eq!(previous, 1);
    let (text, _) = patched(OBJECT, patch, &may(true, false), true);
    assert!(text.contains("kind: ConfigMap") && text.contains("name: \"y\""), "{text}");
}

#[test]
fn the_quotes_of_a_name_stay() {
    let (text, _) = patched(
        "kind: K\nmetadata: {name: '12'}\n",
        "kind: K\nmetadata: {name: 13}\n",
        &PatchOptions::default(),
        true,
    );
    assert_eq!(text, "kind: K\nmetadata:\n  name: \"12\"\n");
}

#[test]
fn a_copied_patch_has_strings_for_labels() {
    let patch = "apiVersion: v9\nkind: ConfigMap\nmetadata: {name: x, namespace: ~, labels: {a: null, e: 5}, annotations: {f: true}}\n";
    let (text, _) = patched(OBJECT, patch, &PatchOptions::default(), true);
    assert!(text.contains("    a: \"null\"\n    c: d\n    e: \"5\"\n"), "{text}");
    assert!(text.contains("f: \"true\"") && text.contains("apiVersion: v1\n"), "{text}");
    let (text, _) = patched(OBJECT, patch, &PatchOptions::default(), false);
    assert!(text.contains("  labels:\n    c: d\n    e: 5\n"), "{text}");
    let nothing = "kind: ConfigMap\nmetadata: {name: x, labels: ~, annotations: {}}\n";
    assert!(patched(OBJECT, nothing, &PatchOptions::default(), true).0.contains("a: b"));
    assert!(!patched(OBJECT, nothing, &PatchOptions::default(), false).0.contains("a: b"));
}

#[test]
fn an_object_can_be_deleted() {
    let patch = "kind: ConfigMap\nmetadata: {name: x}\n$patch: delete\n";
    assert_eq!(patched(OBJECT, patch, &PatchOptions::default(), true).0, "deleted");
}
