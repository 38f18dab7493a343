//! Folders as people have them: beside objects they hold tests, patches, settings and charts.

use crate::support::Workspace;

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          image: example.org/shop@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
          resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 16Mi}}
";

#[track_caller]
fn is_silent(workspace: &Workspace) {
    let run = workspace.run(["validate", "."]);
    assert_eq!((run.status, run.stdout.as_str()), (Some(0), ""), "{}", run.stderr);
}

#[test]
fn tests_of_rules_are_no_configuration() {
    let tests = "\
rule_files: [rules.yaml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series: [{series: 'up{job=\"shop\"}', values: '0x10'}]
    alert_rule_test: [{eval_time: 5m, alertname: ShopDown, exp_alerts: []}]
";
    is_silent(&Workspace::with(&[("deployment.yaml", DEPLOYMENT), ("tests.yaml", tests)]));
}

#[test]
fn patches_and_settings_of_kustomizations_are_no_objects() {
    let kustomization = "\
resources: [deployment.yaml]
patches:
  - path: patches/replicas.yaml
  - path: patches/image.json
    target: {kind: Deployment}
  - patch: |-
      - op: remove
        path: /spec/replicas
    target: {kind: Deployment}
patchesStrategicMerge: [patches/older.yaml]
transformers: [labels.yaml, ./prefix.yaml]
replacements: [{path: ../replacements.yaml}]
configMapGenerator:
  - name: settings
    files: [settings.yaml, renamed.yaml=other.yaml]
";
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop, namespace: shop}\nspec: {replicas: 2}\n";
    let prefix = |kind| format!("apiVersion: builtin\nkind: {kind}\nmetadata: {{name: notImportantHere}}\n");
    is_silent(&Workspace::with(&[
        ("app/kustomization.yaml", kustomization),
        ("app/deployment.yaml", DEPLOYMENT),
        ("app/patches/replicas.yaml", patch),
        ("app/patches/older.yaml", patch),
        ("app/patches/image.json", "[{\"op\": \"remove\", \"path\": \"/spec/replicas\"}]"),
        ("app/labels.yaml", &prefix("LabelTransformer")),
        ("app/prefix.yaml", &prefix("PrefixTransformer")),
        // Nobody names these two; they are what they are all the same.
        ("other/labels.yaml", &prefix("LabelTransformer")),
        ("other/prefix.yaml", &prefix("LabelTransformer")),
        ("replacements.yaml", "- source: {kind: Deployment}\n  targets: []\n"),
        ("app/settings.yaml", "color: red\n"),
        ("app/other.yaml", "apiVersion: v1\nkind: Deployment\n"),
    ]));
}

#[test]
fn charts_are_named_and_their_templates_left_alone() {
    let template = "{{- if .Values.enabled }}\napiVersion: v1\nkind: Servise\n{{- end }}\n";
    let workspace = Workspace::with(&[
        ("deployment.yaml", DEPLOYMENT),
        ("charts/shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        ("charts/shop/values.yaml", "enabled: true\n"),
        ("charts/shop/templates/service.yaml", template),
    ]);
    is_silent(&workspace);
    let run = workspace.run(["validate", "."]);
    assert!(run.stderr.contains("charts/shop is a chart: validate what `helm template"), "{}", run.stderr);
    // Somebody who names the file means it.
    let run = workspace.run(["validate", "charts/shop/templates/service.yaml"]);
    assert_eq!(run.status, Some(1), "{}", run.stdout);
}
