//! Who made an object and who set its fields.

use serde_json::Value;

use crate::support::{Workspace, stackgen_in};

const BASE: &str = "\
resources: [deployment.yaml]
configMapGenerator:
- name: settings
  literals:
  - level=info
  - colour=red
";

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  replicas: 1
  paused: false
  template:
    spec:
      containers:
      - name: side
        image: example.com/side:v1
        args: [--a, --b]
      - name: app
        image: example.com/app:v1
        envFrom:
        - configMapRef:
            name: settings
";

const MIDDLE: &str = "\
resources: [../base]
components: [../component]
namePrefix: team-
configMapGenerator:
- name: settings
  behavior: merge
  literals:
  - level=debug
";

const COMPONENT: &str = "\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: app
    spec:
      replicas: 2
      paused: null
      minReadySeconds: 5
";

const OVERLAY: &str = "\
resources:
- ../middle
nameSuffix: -blue
namespace: production
images:
- name: example.com/side
  newTag: v9
- name: example.com/app
  newTag: v2
replicas:
- name: app
  count: 3
patches:
- path: memory.yaml
- target: {kind: Deployment}
  patch: |-
    - op: add
      path: /spec/template/spec/containers/1/args/0
      value: --first
replacements:
- source: {kind: Deployment, fieldPath: spec.minReadySeconds}
  targets:
  - select: {kind: Deployment}
    fieldPaths: [spec.progressDeadlineSeconds]
    options: {create: true}
";

const MEMORY: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  minReadySeconds: 7
  template:
    spec:
      containers:
      - name: app
        resources:
          limits:
            memory: 64Mi
";

fn layers() -> Workspace {
    Workspace::with(&[
        ("base/kustomization.yaml", BASE),
        ("base/deployment.yaml", DEPLOYMENT),
        ("middle/kustomization.yaml", MIDDLE),
        ("component/kustomization.yaml", COMPONENT),
        ("overlay/kustomization.yaml", OVERLAY),
        ("overlay/memory.yaml", MEMORY),
    ])
}

/// What is said of an object or a field.
fn explain(workspace: &Workspace, arguments: &[&str]) -> Value {
    let all = ["explain", "-o", "json"].iter().chain(arguments);
    let report: Value = serde_json::from_str(&workspace.run(all).quiet_success()).unwrap();
    let explanations = report["explanations"].as_array().unwrap();
    assert_eq!(explanations.len(), 1, "{report:#}");
    explanations[0].clone()
}

fn place(value: &Value) -> String {
    match value["file"].as_str() {
        Some(file) => format!("{file}:{}", value["line"]),
        None => "-".to_owned(),
    }
}

/// The layers, one line for each change: who asked, the change, where the value stands.
fn history(workspace: &Workspace, arguments: &[&str]) -> Vec<String> {
    let explanation = explain(workspace, arguments);
    let mut lines = Vec::new();
    for layer in explanation["layers"].as_array().unwrap() {
        for change in layer["changes"].as_array().unwrap() {
            let side = |side: &str| change.get(side).map_or("-".to_owned(), ToString::to_string);
            lines.push(format!(
                "{} at {}: {} -> {} from {}",
                layer["by"].as_str().unwrap(),
                place(&layer["place"]),
                side("before"),
                side("after"),
                place(&change["place"])
            ));
        }
    }
    lines
}

fn field(path: &str) -> Vec<String> {
    history(&layers(), &["-k", "overlay", "deployment/team-app-blue", path])
}

#[test]
fn a_field_goes_from_base_to_component_to_transformer() {
    assert_eq!(
        field("spec.replicas"),
        [
            "resources[0] at base/kustomization.yaml:1: - -> 1 from base/deployment.yaml:6",
            "patches[0] at component/kustomization.yaml:4: 1 -> 2 from component/kustomization.yaml:10",
            "replicas[0] at overlay/kustomization.yaml:11: 2 -> 3 from overlay/kustomization.yaml:11",
        ]
    );
}

#[test]
fn entries_of_one_transformer_are_told_apart() {
    assert_eq!(
        field("spec.template.spec.containers[name=app].image"),
        [
            "resources[0] at base/kustomization.yaml:1: - -> \"example.com/app:v1\" from base/deployment.yaml:15",
            "images[1] at overlay/kustomization.yaml:6: \"example.com/app:v1\" -> \"example.com/app:v2\" \
             from overlay/kustomization.yaml:9",
        ]
    );
}

#[test]
fn a_name_has_every_form_on_the_way() {
    assert_eq!(
        field("metadata.name"),
        [
            "resources[0] at base/kustomization.yaml:1: - -> \"app\" from base/deployment.yaml:4",
            "namePrefix at middle/kustomization.yaml:3: \"app\" -> \"team-app\" from middle/kustomization.yaml:3",
            "nameSuffix at overlay/kustomization.yaml:3: \"team-app\" -> \"team-app-blue\" \
             from overlay/kustomization.yaml:3",
        ]
    );
    assert_eq!(
        field("metadata.namespace"),
        ["namespace at overlay/kustomization.yaml:4: - -> \"production\" from overlay/kustomization.yaml:4"]
    );
}

#[test]
fn a_reference_follows_the_name_with_its_hash() {
    let found = field("spec.template.spec.containers[name=app].envFrom[0].configMapRef.name");
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].contains("- -> \"settings\" from base/deployment.yaml:18"), "{found:#?}");
    assert!(
        found[1].starts_with("name references at -: \"settings\" -> \"team-settings-blue-"),
        "{found:#?}"
    );
}

#[test]
fn a_replacement_names_the_place_that_the_value_was_copied_from() {
    assert_eq!(
        field("/spec/progressDeadlineSeconds"),
        ["replacements[0] at overlay/kustomization.yaml:21: - -> 7 from overlay/memory.yaml:6"]
    );
}

#[test]
fn a_field_that_was_deleted_has_a_history() {
    let found = field("spec.paused");
    assert_eq!(
        found,
        [
            "resources[0] at base/kustomization.yaml:1: - -> false from base/deployment.yaml:7",
            "patches[0] at component/kustomization.yaml:4: false -> - from component/kustomization.yaml:4",
        ]
    );
    let run = layers().run(["explain", "-k", "overlay", "deploy/team-app-blue", "spec.paused"]);
    assert!(run.quiet_success().contains("spec.paused: not there any more"));
}

/// An item that came before others moved them, and changed none of them.
#[test]
fn items_are_followed_when_their_list_grows() {
    let args = "spec.template.spec.containers[name=side].args";
    let moved = ["resources[0] at base/kustomization.yaml:1: - -> \"--b\" from base/deployment.yaml:13"];
    assert_eq!(field(&format!("{args}[2]")), moved);
    let added = field(&format!("{args}.0"));
    assert_eq!(
        added,
        ["patches[1] at overlay/kustomization.yaml:15: - -> \"--first\" from overlay/kustomization.yaml:19"]
    );
}

#[test]
fn generated_objects_show_what_was_merged_into_them() {
    let workspace = layers();
    let of = |path| history(&workspace, &["-k", "overlay", "cm/settings", path]);
    assert_eq!(
        of("data.level"),
        [
            "configMapGenerator[0] at base/kustomization.yaml:3: - -> \"info\" from base/kustomization.yaml:5",
            "configMapGenerator[0] at middle/kustomization.yaml:5: \"info\" -> \"debug\" \
             from middle/kustomization.yaml:8",
        ]
    );
    let name = of("metadata.name");
    assert_eq!(name.len(), 5, "{name:#?}");
    assert!(
        name[4].starts_with("hash suffixes at -: \"team-settings-blue\" -> \"team-settings-blue-"),
        "{name:#?}"
    );
}

#[test]
fn the_same_value_written_again_is_said() {
    let workspace = Workspace::with(&[
        (
            "kustomization.yaml",
            "resources: [a.yaml]\nnamespace: a\npatches:\n- path: p.yaml\n- path: p.yaml\n",
        ),
        ("a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {b: c}}\n"),
        ("p.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {b: d}\n"),
    ]);
    let run = workspace.run(["explain", "-k", ".", "configmap/a", "data.b"]).quiet_success();
    let expected = "\
v1 ConfigMap a/a
  was v1 ConfigMap a

data.b: d

1.  resources[0]  kustomization.yaml:1
    + c  a.yaml:1
2.  patches[0]  kustomization.yaml:4
    c -> d  p.yaml:4
3.  patches[1]  kustomization.yaml:5
    = d, once more  p.yaml:4
";
    assert_eq!(run, expected);
}

#[test]
fn an_object_is_found_by_any_name_it_had() {
    let workspace = layers();
    for name in [
        "deployment/team-app-blue",
        "deploy/app",
        "deployments.apps/team-app",
        "production/deployment/team-app-blue",
        "app",
    ] {
        let found = explain(&workspace, &["-k", "overlay", name]);
        assert_eq!(found["object"]["name"], "team-app-blue", "{name}");
    }
    let found = explain(
        &workspace,
        &["-k", "overlay", "-n", "production", "sts", "team-app-blue"]
            .map(|word| if word == "sts" { "deployment" } else { word }),
    );
    assert_eq!(found["earlier"].as_array().unwrap().len(), 3, "{found:#}");
}

#[test]
fn an_object_that_was_deleted_says_who_did() {
    let patch = "patches:\n- patch: |-\n    $patch: delete\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata:\n      name: app\n";
    let workspace = layers();
    workspace.write("gone/kustomization.yaml", &format!("resources: [../base]\n{patch}"));
    let run = workspace.run(["explain", "-k", "gone", "deployment/app"]).quiet_success();
    let expected = "\
apps/v1 Deployment app

not there any more

1.  resources[0]  base/kustomization.yaml:1
    in resources[0] of gone/kustomization.yaml
    + made  base/deployment.yaml:1
2.  patches[0]  gone/kustomization.yaml:3
    - removed  gone/kustomization.yaml:3
";
    assert_eq!(run, expected);
}

#[test]
fn what_is_not_there_is_an_error_with_a_proposal() {
    let workspace = layers();
    let fails = |arguments: &[&str]| {
        workspace.run(["explain", "-k", "overlay"].iter().chain(arguments)).fails_with(2)
    };
    let cases: [(&[&str], &str); 8] = [
        (&["deployment/team-app-bleu"], "did you mean `deployment/team-app-blue`?"),
        (&["sts/nothing-like-it"], "there are: configmap/team-settings-blue-"),
        (&["deploy/app", "spec.replcas"], "did you mean `replicas`?"),
        (&["deploy/app", "spec.template.spec.containers[name=sid].image"], "did you mean `name=side`?"),
        (&["deploy/app", "spec.replicas.x"], "`spec.replicas` is a value, and there is no `x` in it"),
        (&["deploy/app", "spec[replicas"], "a bracket is not closed"),
        (&["deploy/app", "spec", "x"], "one argument too many"),
        (&["deploy/app", "-o", "xml"], "the formats are text, listing, json"),
    ];
    for (arguments, expected) in cases {
        let stderr = fails(arguments);
        assert!(stderr.contains(expected), "{arguments:?}: {stderr}");
    }
}

#[test]
fn a_name_that_several_objects_have_is_an_error_with_a_list() {
    let workspace = Workspace::with(&[
        ("kustomization.yaml", "resources: [a.yaml]\n"),
        (
            "a.yaml",
            "{apiVersion: v1, kind: Service, metadata: {name: a, namespace: b}}\n---\n{apiVersion: v1, kind: Service, metadata: {name: a, namespace: c}}\n",
        ),
    ]);
    let stderr = workspace.run(["explain", "-k", ".", "svc/a"]).fails_with(2);
    assert!(stderr.contains("b/service/a") && stderr.contains("c/service/a"), "{stderr}");
    let one = explain(&workspace, &["-k", ".", "c/service/a"]);
    assert_eq!(one["object"]["namespace"], "c");
}

#[test]
fn a_path_goes_on_in_documents_and_names_the_line_in_their_file() {
    let workspace = Workspace::with(&[
        (
            "kustomization.yaml",
            "configMapGenerator:\n- name: a\n  files: [app.yaml]\nreplacements:\n- sourceValue: 15s\n  targets:\n  - select: {kind: ConfigMap}\n    fieldPaths: ['data.app\\.yaml.global.every']\n",
        ),
        ("app.yaml", "# first\nglobal:\n  every: 30s\n  other: 1\njobs:\n- job_name: one\n  path: /x\n"),
    ]);
    let of = |path| history(&workspace, &["-k", ".", "cm/a", path]);
    assert_eq!(
        of("data[\"app.yaml\"].global.every"),
        [
            "configMapGenerator[0] at kustomization.yaml:2: - -> \"30s\" from app.yaml:3",
            "replacements[0] at kustomization.yaml:5: \"30s\" -> \"15s\" from kustomization.yaml:5",
        ]
    );
    assert_eq!(
        of("data.app.yaml.jobs[job_name=one].path"),
        ["configMapGenerator[0] at kustomization.yaml:2: - -> \"/x\" from app.yaml:7"]
    );
    let listing = workspace.run(["explain", "-k", ".", "cm/a", "-o", "listing"]).quiet_success();
    let line = |text: &str| {
        let line = listing.lines().find(|line| line.trim_start().starts_with(text)).unwrap();
        line.rsplit('#').next().unwrap().trim().to_owned()
    };
    assert_eq!([line("every:"), line("other:"), line("path:")], ["kustomization.yaml:5", "app.yaml:4", ":7"]);
}

#[test]
fn values_of_secrets_are_never_shown() {
    let workspace = Workspace::with(&[
        (
            "app/kustomization.yaml",
            "resources: [b.yaml]\nsecretGenerator:\n- name: a\n  literals: [password=swordfish-1]\nreplacements:\n- source: {kind: Secret, name: a, fieldPath: data.password}\n  targets:\n  - select: {kind: ConfigMap}\n    fieldPaths: [data.x]\n  - select: {kind: ConfigMap}\n    fieldPaths: [data.y]\n    options: {delimiter: '-', index: 1}\n",
        ),
        (
            "app/b.yaml",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: b}, data: {x: old, y: a-b}}\n---\n{apiVersion: v1, kind: Secret, metadata: {name: c}, stringData: {word: correct-horse}}\n",
        ),
        (
            "over/kustomization.yaml",
            "resources: [../app]\nsecretGenerator:\n- name: a\n  behavior: merge\n  literals: [password=swordfish-2]\n",
        ),
    ]);
    let secrets = ["swordfish", "c3dvcmRmaXNo", "correct-horse"];
    for object in ["secret/a", "secret/c", "cm/b"] {
        for path in [
            None,
            Some("data"),
            Some("data.password"),
            Some("data.x"),
            Some("data.y"),
            Some("stringData.word"),
        ] {
            for format in ["text", "listing", "json"] {
                let mut arguments = vec!["explain", "-k", "over", object, "-o", format];
                arguments.extend(path);
                let run = workspace.run(arguments);
                assert!(run.status == Some(0) || path.is_some(), "{}", run.stderr);
                for secret in secrets {
                    let shown = run.stdout.contains(secret) || run.stderr.contains(secret);
                    assert!(!shown, "{object} {path:?} {format}: {}{}", run.stdout, run.stderr);
                }
            }
        }
    }
    let found = history(&workspace, &["-k", "over", "secret/a", "data.password"]);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[1].contains("\"*** (value 2)\" -> \"*** (value 3)\""), "{found:#?}");
}

#[test]
fn the_shipped_stack_says_the_same_of_three_clouds_once() {
    let workspace = Workspace::new();
    let found = explain(&workspace, &["statefulset/prometheus", "spec.replicas"]);
    assert_eq!(found["clusters"], serde_json::json!(["aks", "gke", "eks"]));
    let found = history(&workspace, &["statefulset/prometheus", "spec.replicas", "--cloud", "gke"]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains("- -> 2 from base/prometheus/stateful-set.yaml:"), "{found:#?}");
}

const SETTINGS: &str = "\
clusters:
- name: prod
  cloud: gke
  values:
    prometheus_replicas: 3
    prometheus_storage: 200Gi
    external_labels:
      tenant: blue
- name: test
  cloud: eks
images:
  registry: registry.example.com/mirror
";

#[test]
fn values_of_templates_lead_to_the_settings() {
    let workspace = Workspace::with(&[("stackgen.yaml", SETTINGS)]);
    let last = |object: &str, path: &str| {
        let found = explain(&workspace, &["--cluster", "prod", object, path]);
        let change = found["layers"].as_array().unwrap().last().unwrap()["changes"][0].clone();
        let value = &change["place"]["values"][0];
        let file = change["place"]["file"].as_str().unwrap().to_owned();
        (file, format!("{} {}", value["name"].as_str().unwrap_or_default(), place(value)))
    };
    let template = "templates/cluster/kustomization.yaml.j2";
    for (object, path, value) in [
        ("sts/prometheus", "spec.replicas", "values.prometheus_replicas stackgen.yaml:5"),
        (
            "sts/prometheus",
            "spec.volumeClaimTemplates[0].spec.resources.requests.storage",
            "values.prometheus_storage stackgen.yaml:6",
        ),
        (
            "cm/prometheus-config",
            "data[\"prometheus.yaml\"].global.external_labels.tenant",
            "values.external_labels stackgen.yaml:8",
        ),
        (
            "sts/prometheus",
            "spec.template.spec.containers[name=prometheus].env[name=CLUSTER].value",
            "cluster.name stackgen.yaml:2",
        ),
    ] {
        assert_eq!(last(object, path), (template.to_owned(), value.to_owned()), "{path}");
    }
    let image = "spec.template.spec.containers[name=prometheus].image";
    assert_eq!(last("sts/prometheus", image).0, "stackgen.yaml");
}

#[test]
fn a_file_of_the_tree_and_what_the_engines_are_told_are_explained() {
    let workspace = Workspace::new();
    let found = explain(&workspace, &["gitops/clusters/gke/grafana/deployment-grafana.yaml"]);
    assert_eq!(found["clusters"], serde_json::json!(["gke"]));
    assert_eq!(found["object"]["kind"], "Deployment");
    let files = workspace.run(["render", "--cloud", "gke"]);
    assert_eq!(files.status, Some(0), "{}", files.stderr);
    let applications: Vec<String> = workspace
        .files("gitops")
        .into_keys()
        .filter(|path| path.starts_with("argocd/") || path.starts_with("flux/"))
        .collect();
    assert!(applications.len() > 5, "{applications:?}");
    for path in applications {
        let found = explain(&workspace, &[&format!("gitops/{path}")]);
        let layer = &found["layers"][0];
        assert_eq!(layer["by"], "template", "{path}: {found:#}");
        let template = layer["place"]["file"].as_str().unwrap();
        assert!(template.starts_with("templates/") && template.contains(".yaml.j2"), "{path}: {template}");
        let listed: Vec<&str> =
            found["listing"].as_array().unwrap().iter().map(|line| line["text"].as_str().unwrap()).collect();
        let written = workspace.read(&format!("gitops/{path}"));
        let written: Vec<&str> = written.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(listed, written, "{path}");
    }
}

#[test]
fn the_json_is_as_its_schema_says() {
    let workspace = layers();
    let schema: Value = serde_json::from_str(&workspace.run(["schema", "explain"]).quiet_success()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for arguments in [
        vec!["-k", "overlay", "deploy/app"],
        vec!["-k", "overlay", "deploy/app", "spec.paused"],
        vec!["sts/prometheus", "spec.replicas"],
        vec!["application/monitoring-gke"],
    ] {
        let empty = Workspace::new();
        let folder = if arguments.contains(&"-k") { &workspace } else { &empty };
        let all = ["explain", "-o", "json"].into_iter().chain(arguments);
        let report: Value = serde_json::from_str(&folder.run(all).quiet_success()).unwrap();
        let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        assert_eq!(report["schema"], "stackgen.explain/v1");
    }
    assert!(!validator.is_valid(&serde_json::json!({"schema": "stackgen.explain/v1"})));
}

#[test]
fn nothing_is_written_where_it_runs() {
    let workspace = Workspace::new();
    let run = stackgen_in(workspace.root(), ["explain", "sts/prometheus", "spec.replicas"]).run();
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(workspace.files(".").is_empty());
}
