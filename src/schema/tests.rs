//! The built-in table and files of users.

//! Tests of the module.

use super::*;
use crate::yaml::{Entry, Key, Mapping, Node};

fn scalar(text: &str) -> Node<'_> {
    Node::string(text, Origin::NONE)
}

fn mapping<'s>(entries: Vec<(&'s str, Node<'s>)>) -> Node<'s> {
    let entry = |(text, value)| Entry { key: Key::new(text, Origin::NONE), value };
    Node::from_mapping(Mapping::from_entries(entries.into_iter().map(entry).collect()), Origin::NONE)
}

fn list(items: Vec<Node<'_>>) -> Node<'_> {
    Node::sequence(items, Origin::NONE)
}

/// `Widget`, whose `parts` merge by `id`, `pairs` by two keys, `more` lead through a reference, `plain` do not merge.
fn widgets() -> Node<'static> {
    let parts = vec![
        ("type", scalar("array")),
        ("items", mapping(vec![("$ref", scalar("#/definitions/Part"))])),
        ("x-kubernetes-patch-strategy", scalar("merge,retainKeys")),
        ("x-kubernetes-patch-merge-key", scalar("id")),
    ];
    let mut pairs = parts.clone();
    pairs.push(("x-kubernetes-list-map-keys", list(vec![scalar("id"), scalar("side")])));
    let plain = vec![("type", scalar("array")), ("x-kubernetes-list-map-keys", list(vec![scalar("id")]))];
    let kind =
        mapping(vec![("group", scalar("toys")), ("version", scalar("v1")), ("kind", scalar("Widget"))]);
    let widget = mapping(vec![
        ("x-kubernetes-group-version-kind", list(vec![kind])),
        (
            "properties",
            mapping(vec![("parts", mapping(parts)), ("pairs", mapping(pairs)), ("plain", mapping(plain))]),
        ),
        ("additionalProperties", mapping(vec![("$ref", scalar("#/definitions/Loop"))])),
    ]);
    let part = mapping(vec![(
        "properties",
        mapping(vec![("self", mapping(vec![("$ref", scalar("#/definitions/Part"))]))]),
    )]);
    let endless = mapping(vec![("$ref", scalar("#/definitions/Loop"))]);
    mapping(vec![("definitions", mapping(vec![("Widget", widget), ("Part", part), ("Loop", endless)]))])
}

fn walk<'a>(schema: &'a Schema<'_>, api_version: &str, kind: &str, path: &[&str]) -> Option<TypeRef<'a>> {
    path.iter().try_fold(schema.for_type(api_version, kind)?, |found, step| match *step {
        "[]" => found.items(),
        field => found.field(field),
    })
}

#[test]
fn follows_a_deployment_down_to_its_ports() {
    let schema = Schema::builtin();
    let spec = ["spec", "template", "spec"];
    let path = |more: &[&'static str]| [&spec, more].concat();
    let keys =
        |more: &[&'static str]| walk(&schema, "apps/v1", "Deployment", &path(more)).unwrap().merge_keys();
    assert_eq!(keys(&["containers"]), ["name"]);
    assert_eq!(keys(&["containers", "[]", "ports"]), ["containerPort", "protocol"]);
    assert_eq!(keys(&["volumes"]), ["name"]);
    assert!(walk(&schema, "apps/v1", "Deployment", &path(&["tolerations"])).is_none());
    let finalizers = walk(&schema, "v1", "ConfigMap", &["metadata", "finalizers"]).unwrap();
    assert_eq!((finalizers.strategy(), finalizers.merge_keys().len()), (ListStrategy::Merge, 0));
    assert!(schema.for_type("apps/v2", "Deployment").is_none());
    assert!(schema.definition("#/definitions/io.k8s.api.core.v1.Container").is_some());
}

#[test]
fn a_file_replaces_the_builtin_types() {
    let schema = Schema::custom(widgets()).unwrap();
    assert!(schema.for_type("apps/v1", "Deployment").is_none());
    let field = |name| walk(&schema, "toys/v1", "Widget", &[name]);
    assert_eq!(field("parts").unwrap().strategy(), ListStrategy::Merge);
    assert_eq!(field("parts").unwrap().merge_keys(), ["id"]);
    assert_eq!(field("pairs").unwrap().merge_keys(), ["id", "side"]);
    assert_eq!(field("plain").unwrap().strategy(), ListStrategy::Replace);
    assert!(walk(&schema, "toys/v1", "Widget", &["parts", "[]", "self", "self"]).is_some());
    assert!(walk(&schema, "toys/v1", "Widget", &["plain", "[]"]).is_none());
}

#[test]
fn references_in_a_circle_end() {
    let schema = Schema::custom(widgets()).unwrap();
    assert!(walk(&schema, "toys/v1", "Widget", &["anything"]).is_none());
}

#[test]
fn a_later_file_may_stand_beside_the_builtin_types() {
    let mut schema = Schema::builtin();
    schema.add(widgets()).unwrap();
    assert!(schema.for_type("toys/v1", "Widget").is_some());
    assert!(schema.for_type("apps/v1", "Deployment").is_some());
}

#[test]
fn other_files_are_refused() {
    assert!(Schema::custom(list(Vec::new())).is_err());
    assert!(Schema::custom(mapping(vec![("definitions", scalar("x"))])).is_err());
    assert!(Schema::custom(mapping(Vec::new())).is_ok());
}
