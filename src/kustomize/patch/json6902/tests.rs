//! JSON patches: results and messages.

use std::path::Path;

use super::*;
use crate::kustomize::testing::{nodes, sources};
use crate::resource::Resource;
use crate::yaml::emit;

fn patched(object: &str, patch: &str) -> Result<String, Diagnostics> {
    let sources = sources();
    let source = sources.add(Path::new("patch.yaml"), patch.to_owned()).unwrap();
    let operations = operations(source, sources)?;
    let mut resource = Resource::new(nodes(object, sources).remove(0));
    operations.apply(&mut resource, sources)?;
    let mut text = String::new();
    emit(&resource.node, &mut text).unwrap();
    Ok(text)
}

/// Checks rows of a patch and what becomes of an object with metadata and `spec`.
fn check(spec: &str, rows: &[(&str, &str)]) {
    for (patch, expected) in rows {
        let text = patched(&format!("{{metadata: {{name: x}}, spec: {spec}}}"), patch).unwrap();
        assert_eq!(text, format!("metadata:\n  name: x\nspec:{expected}\n"), "{patch}");
    }
}

/// Checks rows of a patch and how its message begins.
fn check_errors(spec: &str, rows: &[(&str, &str)]) {
    for (patch, expected) in rows {
        let errors =
            patched(&format!("{{kind: K, metadata: {{name: x}}, spec: {spec}}}"), patch).unwrap_err();
        assert!(errors.0[0].message.starts_with(expected), "{patch}: {}", errors.0[0].message);
        assert_eq!(errors.0[0].object.as_deref(), Some("K x"), "{patch}");
    }
}

#[test]
fn operations_on_mappings() {
    check(
        "{a: 1, b: {c: 2}}",
        &[
            ("- {op: add, path: /spec/d, value: 3}", "\n  a: 1\n  b:\n    c: 2\n  d: 3"),
            ("- {op: add, path: /spec/a, value: 3}", "\n  a: 3\n  b:\n    c: 2"),
            ("- {op: add, path: /spec/d}", "\n  a: 1\n  b:\n    c: 2\n  d: null"),
            ("- {op: replace, path: /spec/b, value: []}", "\n  a: 1\n  b: []"),
            ("- {op: replace, path: /spec/new, value: 1}", "\n  a: 1\n  b:\n    c: 2\n  new: 1"),
            ("- {op: remove, path: /spec/b/c}", "\n  a: 1\n  b: {}"),
            ("- {op: move, from: /spec/b/c, path: /spec/c}", "\n  a: 1\n  b: {}\n  c: 2"),
            ("- {op: copy, from: /spec/b, path: /spec/b/d}", "\n  a: 1\n  b:\n    c: 2\n    d:\n      c: 2"),
            ("- {op: copy, from: /spec/none, path: /spec/b}", "\n  a: 1\n  b: null"),
            ("- {op: test, path: /spec/b, value: {c: 2.0}}\n- {op: remove, path: /spec/b}", "\n  a: 1"),
        ],
    );
}

#[test]
fn the_first_part_of_a_path_does_not_count() {
    check("{a: 1, b: 2}", &[("- {op: remove, path: whatever/spec/b}", "\n  a: 1")]);
    check_errors("{a: 1}", &[("- {op: remove, path: spec}", "the path `spec` leads nowhere")]);
}

#[test]
fn operations_on_lists() {
    let list =
        |items: &str| items.split(' ').fold("\n  l:".to_owned(), |text, item| format!("{text}\n  - {item}"));
    check(
        "{l: [a, b, c]}",
        &[
            ("- {op: add, path: /spec/l/-, value: d}", list("a b c d").as_str()),
            ("- {op: add, path: /spec/l/0, value: d}", list("d a b c").as_str()),
            ("- {op: add, path: /spec/l/3, value: d}", list("a b c d").as_str()),
            ("- {op: add, path: /spec/l/-1, value: d}", list("a b c d").as_str()),
            ("- {op: add, path: /spec/l/-4, value: d}", list("d a b c").as_str()),
            ("- {op: add, path: /spec/l/+1, value: d}", list("a d b c").as_str()),
            ("- {op: replace, path: /spec/l/-1, value: d}", list("a b d").as_str()),
            ("- {op: remove, path: /spec/l/-3}", list("b c").as_str()),
            ("- {op: move, from: /spec/l/0, path: /spec/l/2}", list("b c a").as_str()),
            ("- {op: copy, from: /spec/l/0, path: /spec/l/-}", list("a b c a").as_str()),
            ("- {op: test, path: /spec/l/-1, value: c}", list("a b c").as_str()),
        ],
    );
    check_errors(
        "{l: [a, b, c]}",
        &[
            (
                "- {op: add, path: /spec/l/4, value: d}",
                "cannot add at `/spec/l/4`: the list at `/spec/l` has 3 items",
            ),
            ("- {op: add, path: /spec/l/-5, value: d}", "cannot add at `/spec/l/-5`: the list"),
            (
                "- {op: add, path: /spec/l/x, value: d}",
                "cannot add at `/spec/l/x`: at `/spec/l` is a list, and `x`",
            ),
            (
                "- {op: replace, path: /spec/l/-, value: d}",
                "cannot replace `/spec/l/-`: at `/spec/l` is a list",
            ),
            ("- {op: replace, path: /spec/l/3, value: d}", "cannot replace `/spec/l/3`: the list"),
            ("- {op: remove, path: /spec/l/3}", "cannot remove `/spec/l/3`: the list"),
            ("- {op: copy, from: /spec/l/3, path: /spec/l/0}", "cannot copy `/spec/l/3`: the list"),
            ("- {op: remove, path: /spec/l/3/x}", "the path `/spec/l/3/x` does not exist: the list"),
            (
                "- {op: remove, path: /spec/l/0/x}",
                "the path `/spec/l/0/x` does not exist: at `/spec/l/0` is a scalar",
            ),
        ],
    );
}

#[test]
fn escapes_in_paths() {
    check(
        "{a/b: 1, c~d: 2, ~1: 3}",
        &[
            ("- {op: remove, path: /spec/a~1b}\n- {op: remove, path: /spec/~01}", "\n  c~d: 2"),
            ("- {op: add, path: /spec/c~0d, value: x~1}", "\n  ~1: 3\n  a/b: 1\n  c~d: x~1"),
        ],
    );
}

#[test]
fn tests_compare_json() {
    check(
        "{a: 1, s: '1', n: ~, e: {}, l: [{b: c}]}",
        &[
            ("- {op: test, path: /spec/a, value: 1.0}\n- {op: replace, path: /spec, value: 1}", " 1"),
            ("- {op: test, path: /spec/a, value: 0x1}\n- {op: replace, path: /spec, value: 1}", " 1"),
            ("- {op: test, path: /spec/n}\n- {op: replace, path: /spec, value: 1}", " 1"),
            ("- {op: test, path: /spec/none, value: ~}\n- {op: replace, path: /spec, value: 1}", " 1"),
            ("- {op: test, path: /spec/l, value: [{b: c}]}\n- {op: replace, path: /spec, value: 1}", " 1"),
        ],
    );
    check_errors(
        "{a: 1, s: '1', n: ~, e: {}, l: [{b: c}]}",
        &[
            (
                "- {op: test, path: /spec/a, value: '1'}",
                "the test of `/spec/a` failed: expected `1`, found `1`",
            ),
            ("- {op: test, path: /spec/s, value: 1}", "the test of `/spec/s` failed"),
            (
                "- {op: test, path: /spec/e}",
                "the test of `/spec/e` failed: expected nothing, found a mapping",
            ),
            (
                "- {op: test, path: /spec/e, value: []}",
                "the test of `/spec/e` failed: expected a list, found a mapping",
            ),
            ("- {op: test, path: /spec/l, value: [{b: d}]}", "the test of `/spec/l` failed"),
            (
                "- {op: test, path: /spec/none, value: 1}",
                "the test of `/spec/none` failed: expected `1`, found nothing",
            ),
        ],
    );
}

#[test]
fn whole_objects() {
    assert_eq!(
        patched("{a: 1}", "- {op: replace, path: '', value: {b: 2}}").unwrap(),
        "b: 2\nmetadata: {}\n"
    );
    assert!(patched("{a: 1}", "- {op: replace, path: '', value: [1]}").is_err());
    assert!(patched("{a: 1}", "- {op: replace, path: '', value: 1}").is_err());
    assert!(patched("{a: 1}", "- {op: add, path: '', value: {b: 2}}").is_err());
    assert!(patched("{a: 1}", "- {op: test, path: '', value: {a: 1}}").is_ok());
}

#[test]
fn values_are_read_by_older_rules_unless_the_patch_is_json() {
    let row = |value: &str, expected: &str| {
        (format!("- {{op: replace, path: /spec, value: {value}}}"), format!(" {expected}"))
    };
    for (patch, expected) in [
        row("yes", "true"),
        row("'yes'", "\"yes\""),
        row("0777", "511"),
        row("1e3", "1000"),
        row("2001-12-14", "\"2001-12-14\""),
        row("9007199254740993", "9007199254740992"),
    ] {
        check("1", &[(patch.as_str(), expected.as_str())]);
    }
    check(
        "1",
        &[(
            "[{\"op\": \"replace\", \"path\": \"/spec\", \"value\": \"\\ud83d\\ude00<\"}]",
            " \"\\U0001F600<\"",
        )],
    );
}

#[test]
fn messages_about_keys_say_what_was_perhaps_meant() {
    let errors = patched(
        "{metadata: {name: x}, spec: {replicas: 1, image: x}}",
        "- {op: remove, path: /spec/replica}",
    )
    .unwrap_err();
    assert_eq!(errors.0[0].hints, ["did you mean `replicas`?"]);
    let errors =
        patched("{metadata: {name: x}, spec: {replicas: 1, image: x}}", "- {op: add, path: /status/x/y}")
            .unwrap_err();
    assert_eq!(errors.0[0].hints, ["there are: metadata, spec"]);
    assert!(errors.0[0].message.contains("the mapping at the top has no `status`"));
    check_errors(
        "{a: 1}",
        &[
            ("- {op: ad, path: /spec}", "unknown operation `ad`"),
            ("- {path: /spec}", "the operation has no `op`"),
            ("- {op: add}", "the operation has no `path`"),
            ("- {op: move, path: /spec}", "the operation has no `from`"),
            ("- {op: add, path: 5}", "the operation's `path` is not a string"),
            ("- ~", "the operation has no `op`"),
        ],
    );
}

#[test]
fn text_that_is_no_patch() {
    let read = |text: &str| {
        let sources = sources();
        let source = sources.add(Path::new("patch.yaml"), text.to_owned()).unwrap();
        operations(source, sources).map(|operations| operations.len())
    };
    assert!(read("").is_err());
    assert!(read("a: b").is_err());
    assert!(read("- a").is_err());
    assert!(read("[{op: add}]").is_err());
    assert!(read("[{\"op\": \"add\"},]").is_err());
    assert_eq!(read("# nothing\n").unwrap(), 0);
    assert_eq!(read("[]").unwrap(), 0);
    assert_eq!(read("- {op: add}\n---\nmore\n").unwrap(), 1);
    assert!(looks_like_operations("# x\n- op: add\n") && looks_like_operations("[{"));
    assert!(!looks_like_operations("---\na: b") && !looks_like_operations("a: b"));
}

#[test]
fn annotations_are_there_if_the_build_remembers_something() {
    let sources = sources();
    let patch = "- {op: add, path: /metadata/annotations/a, value: 5}\n- {op: add, path: /metadata/annotations/b, value: ~}\n";
    let source = sources.add(Path::new("patch.yaml"), patch.to_owned()).unwrap();
    let operations = operations(source, sources).unwrap();
    let mut resource = Resource::new(nodes("{kind: K, metadata: {name: x}}", sources).remove(0));
    assert!(operations.apply(&mut resource.clone(), sources).is_err());
    resource.store_previous_id();
    operations.apply(&mut resource, sources).unwrap();
    assert_eq!(resource.annotation("a"), Some("5"));
    let mut text = String::new();
    emit(&resource.node, &mut text).unwrap();
    assert_eq!(text, "kind: K\nmetadata:\n  annotations:\n    a: \"5\"\n    b: \"null\"\n  name: x\n");
}

#[test]
fn values_keep_the_place_they_came_from() {
    let sources = sources();
    let patch = "[\n{\"op\": \"add\",\n \"path\": \"/spec/b\", \"value\": {\"c\": 1}},\n{\"op\": \"copy\", \"from\": \"/spec/a\", \"path\": \"/spec/d\"}]\n";
    let source = sources.add(Path::new("patch.json"), patch.to_owned()).unwrap();
    let mut resource = Resource::new(nodes("metadata: {name: x}\nspec:\n  a: 5\n", sources).remove(0));
    operations(source, sources).unwrap().apply(&mut resource, sources).unwrap();
    let place = |path: &[&str]| sources.locate(resource.node.at(path).unwrap().origin()).unwrap().to_string();
    assert_eq!(place(&["spec", "b", "c"]), "patch.json:3:36");
    assert_eq!(place(&["spec", "d"]), "test.yaml:3:6");
    assert_eq!(place(&["spec", "a"]), "test.yaml:3:6");
    let key = resource.node.at(&["spec"]).unwrap().as_mapping().unwrap().entry("b").unwrap().key;
    assert_eq!(sources.locate(key.origin).unwrap().to_string(), "patch.json:3:10");
}
