//! Merges: results, places and time.

//! Strategic merges, one rule at a time.

use std::path::Path;

use super::*;
use crate::kustomize::testing::{nodes, sources};
use crate::yaml::{ParseOptions, emit, parse_documents};

/// Merges the second text into the first and gives what is written then; `None` if the object is deleted.
fn merged(target: &str, patch: &str) -> std::result::Result<Option<String>, Diagnostics> {
    let sources = Sources::new();
    let parse = |file: &str, text: &str| {
        let source = sources.add(Path::new(file), text.to_owned()).unwrap();
        parse_documents(source, &sources, &ParseOptions::default()).unwrap().remove(0)
    };
    let (mut target, patch) = (parse("object.yaml", target), parse("patch.yaml", patch));
    if merge(&mut target, &patch, &Schema::builtin(), &sources)? == Merged::Deleted {
        return Ok(None);
    }
    let mut text = String::new();
    emit(&target, &mut text).unwrap();
    Ok(Some(text))
}

/// Checks rows of object, patch and result.
fn check(rows: &[(&str, &str, &str)]) {
    for (target, patch, expected) in rows {
        let text = merged(target, patch).unwrap().unwrap_or_else(|| "deleted".to_owned());
        assert_eq!(text.trim_end(), *expected, "\n{target}\n+\n{patch}");
    }
}

const POD: &str = "apiVersion: v1\nkind: Pod\n";

/// Checks rows of pods, given what follows their `apiVersion` and `kind`, in flow style.
fn check_pods(rows: &[(&str, &str, &str)]) {
    for (target, patch, expected) in rows {
        let text = merged(&format!("{POD}{target}"), &format!("{POD}{patch}")).unwrap().unwrap();
        let expected = format!("{POD}{expected}");
        assert_eq!(text.trim_end(), expected.trim_end(), "\n{target}\n+\n{patch}");
    }
}

#[test]
fn fields_are_merged_and_nulls_remove() {
    check(&[
        ("{a: 1, b: {c: 2, d: 3}}", "{b: {d: 4, e: 5}}", "a: 1\nb:\n  c: 2\n  d: 4\n  e: 5"),
        ("{a: 1, b: 2}", "{a: null}", "b: 2"),
        ("{a: {b: 1}}", "{a: {b: null}}", "a: {}"),
        ("{a: [1]}", "{a: [2]}", "a:\n- 2"),
        ("{a: [1]}", "{a: ~, c: ~}", "{}"),
    ]);
}

#[test]
fn nulls_of_the_object_stay_if_they_are_written_out() {
    check(&[
        ("a:\nb: ~\nc: {d: null}\n", "x: 1", "b: null\nc:\n  d: null\nx: 1"),
        ("a: ~\nb: [~]\n", "a: {b: {c: ~}, d: ~}", "a:\n  b: {}\nb:\n- null"),
        ("a: ~\n", "a: ~", "{}"),
    ]);
}

#[test]
fn nulls_below_what_is_added_go_but_not_in_lists() {
    check(&[("{}", "{a: {b: ~, c: {d: ~}}, l: [~, {x: ~}]}", "a:\n  c: {}\nl:\n- null\n- x: null")]);
}

#[test]
fn a_scalar_takes_over_the_quotes() {
    check(&[
        ("a: 'x'", "a: 5", "a: \"5\""),
        ("a: x", "a: 5", "a: 5"),
        ("a: 1", "a: '5'", "a: \"5\""),
        ("a: x", "a: 'y'", "a: \"y\""),
        ("a: |\n  x\n", "a: true", "a: \"true\""),
        ("a: 'x'", "a: 2020-01-01", "a: \"2020-01-01\""),
        ("a: ~", "a: ''", "a: \"\""),
    ]);
}

#[test]
fn words_of_older_yaml_are_quoted_in_passing() {
    let sources = sources();
    let mut object = nodes("{a: on, b: on, c: {d: on}, e: [on]}", sources).remove(0);
    for patch in ["{b: off, f: off}", "{a: 1, b: 1, c: {d: 1}, f: 1}"] {
        let patch = nodes(patch, sources).remove(0);
        merge(&mut object, &patch, &Schema::builtin(), sources).unwrap();
    }
    let mut text = String::new();
    emit(&object, &mut text).unwrap();
    assert_eq!(text, "a: \"1\"\nb: 1\nc:\n  d: \"1\"\ne:\n- \"on\"\nf: \"1\"\n");
}

#[test]
fn directives_in_mappings() {
    check(&[
        ("{a: {b: 1}, c: 2}", "{a: {$patch: delete}}", "c: 2"),
        ("{a: {b: 1}}", "{a: {$patch: replace, c: {d: ~, e: 1}}}", "a:\n  c:\n    e: 1"),
        ("{a: {b: 1}}", "{a: {$patch: merge, c: 1}}", "a:\n  b: 1\n  c: 1"),
        ("{}", "{a: {$patch: delete}, b: {$patch: replace, c: 1}}", "b:\n  c: 1"),
        ("{a: 1}", "{$patch: delete}", "deleted"),
        ("{a: 1}", "{$patch: replace, b: 2}", "a: 1"),
        ("{}", "{a: {$patch: whatever}}", "a:\n  $patch: whatever"),
        ("{a: {$patch: delete}}", "{a: {$patch: merge, b: 1}}", "a:\n  $patch: delete\n  b: 1"),
    ]);
    assert!(merged("{a: {b: 1}}", "{a: {$patch: whatever}}").is_err());
    assert!(merged("{}", "{a: {b: {$patch: whatever}}}").is_err());
}

#[test]
fn other_directives_are_fields_like_any() {
    check(&[
        ("{a: {b: 1}}", "{a: {$retainKeys: [c], c: 1}}", "a:\n  $retainKeys:\n  - c\n  b: 1\n  c: 1"),
        (
            "{}",
            "{$setElementOrder/a: [b], $deleteFromPrimitiveList/a: [c]}",
            "$deleteFromPrimitiveList/a:\n- c\n$setElementOrder/a:\n- b",
        ),
    ]);
}

#[test]
fn other_kinds_of_values_do_not_fit() {
    for (target, patch) in
        [("{a: 1}", "{a: {b: 1}}"), ("{a: {b: 1}}", "{a: []}"), ("{a: []}", "{a: x}"), ("{a: {}}", "{a: x}")]
    {
        let error = merged(target, patch).unwrap_err();
        assert_eq!(error.0.len(), 1);
        assert!(error.0[0].message.starts_with("the patch has a "), "{error}");
    }
}

#[test]
fn keyed_items_of_the_patch_come_first() {
    check_pods(&[
        (
            "spec: {containers: [{name: a, image: x}, {name: b}]}",
            "spec: {containers: [{name: c}, {name: b, image: y}]}",
            "spec:\n  containers:\n  - name: c\n  - image: \"y\"\n    name: b\n  - image: x\n    name: a",
        ),
        ("spec: {}", "spec: {containers: [{name: a, x: ~}]}", "spec:\n  containers:\n  - name: a"),
        ("spec: {containers: [{name: a}]}", "spec: {containers: ~}", "spec: {}"),
        ("spec: {containers: [{name: a}]}", "spec: {containers: []}", "spec:\n  containers:\n  - name: a"),
        (
            "spec: {tolerations: [{key: a}]}",
            "spec: {tolerations: [{key: b}]}",
            "spec:\n  tolerations:\n  - key: b",
        ),
    ]);
}

#[test]
fn of_items_with_one_key_the_last_stays() {
    check_pods(&[(
        "spec: {containers: [{name: a, env: [{name: X, value: '1'}, {name: Y}, {name: X, value: '2'}]}]}",
        "spec: {containers: [{name: a, env: [{name: X, value: '3'}, {name: X, value: '4'}]}]}",
        "spec:\n  containers:\n  - env:\n    - name: X\n      value: \"2\"\n    - name: \"Y\"\n    name: a",
    )]);
}

#[test]
fn directives_in_keyed_lists() {
    check_pods(&[
        (
            "spec: {containers: [{name: a}, {name: b}]}",
            "spec: {containers: [{name: a, $patch: delete}, {name: c, $patch: delete}]}",
            "spec:\n  containers:\n  - name: b",
        ),
        (
            "spec: {containers: [{name: a}]}",
            "spec: {containers: [{name: a, $patch: delete}]}",
            "spec:\n  containers: []",
        ),
        (
            "spec: {containers: [{name: a}, {name: b}]}",
            "spec: {containers: [{$patch: replace}, {name: c}]}",
            "spec:\n  containers:\n  - name: c",
        ),
        ("spec: {containers: [{name: a}]}", "spec: {containers: [{$patch: delete}]}", "spec: {}"),
        (
            "spec: {containers: [{name: a}]}",
            "spec: {containers: [{$patch: merge}, {name: b}]}",
            "spec:\n  containers:\n  - name: b\n  - name: a",
        ),
        (
            "spec: {containers: [{name: a, image: x}]}",
            "spec: {containers: [{name: a, $patch: replace, command: [y]}]}",
            "spec:\n  containers:\n  - image: x\n    name: a",
        ),
    ]);
}

#[test]
fn lists_of_plain_values_are_sets() {
    check_pods(&[(
        "metadata: {finalizers: [a, b, a]}",
        "metadata: {finalizers: [c, b]}",
        "metadata:\n  finalizers:\n  - c\n  - b\n  - a",
    )]);
    check_pods(&[(
        "metadata:\n  finalizers:\n  -\n  - a\n",
        "metadata: {finalizers: [c]}",
        "metadata:\n  finalizers:\n  - c\n  - a",
    )]);
}

#[test]
fn items_told_apart_by_two_keys_go_behind_new_ones() {
    let port = |port: &str| format!("{{containerPort: {port}}}");
    let list = |ports: &str| format!("spec: {{containers: [{{name: a, ports: [{ports}]}}]}}");
    let ports = |lines: &str| format!("spec:\n  containers:\n  - name: a\n    ports:\n{lines}");
    check_pods(&[
        (
            &list("{containerPort: 1, protocol: TCP}, {containerPort: 1, protocol: UDP}"),
            &list("{containerPort: 1, protocol: UDP, name: u}, {containerPort: 2, protocol: TCP}"),
            &ports(
                "    - containerPort: 2\n      protocol: TCP\n    - containerPort: 1\n      protocol: TCP\n    - containerPort: 1\n      name: u\n      protocol: UDP",
            ),
        ),
        // Without protocols the port is the only key.
        (
            &list(&port("1")),
            &list("{containerPort: 2}, {containerPort: 1, name: one}"),
            &ports("    - containerPort: 2\n    - containerPort: 1\n      name: one"),
        ),
    ]);
}

#[test]
fn lists_whose_items_lack_keys_become_what_upstream_makes_of_them() {
    let list = |ports: &str| format!("spec: {{containers: [{{name: a, ports: [{ports}]}}]}}");
    let ports = |lines: &str| format!("spec:\n  containers:\n  - name: a\n    ports:\n{lines}");
    check_pods(&[
        (
            &list("{containerPort: 80}, {containerPort: 81, protocol: UDP}"),
            &list("{containerPort: 80, protocol: TCP, name: lost}"),
            &ports("    - containerPort: 80\n    - containerPort: 81\n      protocol: UDP"),
        ),
        (
            "spec: {containers: [{name: a}]}",
            &list("{containerPort: 80, protocol: TCP}, {containerPort: 81, $patch: delete}"),
            &ports("    - containerPort: 80\n      protocol: TCP\n    - containerPort: 81"),
        ),
        (
            &list(""),
            &list("{containerPort: 81, protocol: UDP, $patch: delete}, {containerPort: 81, name: x}"),
            &ports("    - containerPort: 81\n      protocol: UDP"),
        ),
        (
            "spec: {containers: [{name: a}, {name: b}]}",
            "spec: {containers: [{image: nameless}]}",
            "spec:\n  containers: []",
        ),
    ]);
}

#[test]
fn a_comment_may_name_the_type_of_a_field() {
    let schema = r##"{"type":"array","items":{"$ref":"#/definitions/io.k8s.api.core.v1.Container"},"x-kubernetes-patch-merge-key":"name","x-kubernetes-patch-strategy":"merge"}"##;
    let patch = "things:\n- name: a\n  env:\n  - name: Y\n";
    let behind = format!("things: # {schema}\n- name: a\n  image: x\n  env: [{{name: X}}]\n");
    let above = format!("b: 1\n# {schema}\nthings:\n- name: a\n  image: x\n  env: [{{name: X}}]\n");
    let things = "things:\n- env:\n  - name: \"Y\"\n  - name: X\n  image: x\n  name: a";
    check(&[(&behind, patch, things), (&above, patch, &format!("b: 1\n{things}"))]);
    check_pods(&[(
        "spec:\n  containers: # {\"$openapi\": \"x\"}\n  - name: a\n",
        "spec: {containers: [{name: b}]}",
        "spec:\n  containers:\n  - name: b",
    )]);
}

#[test]
fn objects_inside_objects_have_types_of_their_own() {
    let object = |containers: &str| {
        format!("{{x: {{apiVersion: v1, kind: Pod, spec: {{containers: [{containers}]}}}}}}")
    };
    let text = merged(&object("{name: a}"), &object("{name: b}")).unwrap().unwrap();
    assert!(text.contains("- name: b\n    - name: a"), "{text}");
}

#[test]
fn values_keep_the_place_they_came_from() {
    let sources = Sources::new();
    let parse = |file: &str, text: &str| {
        let source = sources.add(Path::new(file), text.to_owned()).unwrap();
        parse_documents(source, &sources, &ParseOptions::default()).unwrap().remove(0)
    };
    let mut pod = parse(
        "object.yaml",
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    image: x\n  hostname: h\n",
    );
    let patch = parse(
        "patch.yaml",
        "kind: Pod\nspec:\n  containers:\n  - name: b\n  - name: a\n    image: y\n  subdomain: s\n",
    );
    merge(&mut pod, &patch, &Schema::builtin(), &sources).unwrap();
    let place = |node: Option<&Node<'_>>| sources.locate(node.unwrap().origin()).unwrap().to_string();
    let containers = pod.at(&["spec", "containers"]).unwrap().as_sequence().unwrap();
    assert_eq!(place(containers[0].get("name")), "patch.yaml:4:11");
    assert_eq!(place(containers[1].get("name")), "patch.yaml:5:11");
    assert_eq!(place(containers[1].get("image")), "patch.yaml:6:12");
    assert_eq!(place(pod.at(&["spec", "hostname"])), "object.yaml:7:13");
    assert_eq!(place(pod.at(&["spec", "subdomain"])), "patch.yaml:7:14");
    assert_eq!(place(pod.at(&["spec"])), "object.yaml:4:3");
    assert_eq!(place(pod.get("apiVersion")), "object.yaml:1:13");
}

#[test]
fn long_lists_and_mappings_take_linear_time() {
    let items = |count: usize, from: usize| {
        (from..from + count).fold(String::new(), |text, at| text + &format!("{{name: n{at}}}, "))
    };
    let pod = |count: usize, from: usize| format!("{POD}spec: {{containers: [{}]}}", items(count, from));
    let text = merged(&pod(6_000, 0), &pod(6_000, 3_000)).unwrap().unwrap();
    assert_eq!(text.matches("name: n").count(), 9_000);
    let fields = |count: usize, from: usize| {
        (from..from + count).fold(String::new(), |text, at| text + &format!("k{at}: {at}\n"))
    };
    let text = merged(&fields(10_000, 0), &fields(10_000, 5_000)).unwrap().unwrap();
    assert_eq!(text.lines().count(), 15_000);
    let nameless = format!("{POD}spec: {{containers: [{{image: x}}, {}]}}", items(5_000, 0));
    assert!(merged(&nameless, &pod(1, 0)).is_err());
}
