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

/// kubebuilder makes patches of definitions that nobody names before there is a webhook.
#[test]
fn patches_that_are_in_no_use_are_no_objects_and_what_is_named_as_one_is() {
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop, namespace: shop}\nspec: {replicas: 2}\n";
    let workspace = Workspace::with(&[
        ("app/kustomization.yaml", "resources: [deployment.yaml]\n"),
        ("app/deployment.yaml", DEPLOYMENT),
        ("app/patches/unused.yaml", patch),
    ]);
    is_silent(&workspace);
    workspace.write("app/kustomization.yaml", "resources: [deployment.yaml, ./patches/unused.yaml]\n");
    let run = workspace.run(["validate", "."]);
    assert!(run.stdout.contains("`spec` lacks the required field `selector`"), "{}", run.stdout);
    workspace.write("app/kustomization.yaml", "resources: [deployment.yaml]\n");
    workspace.write("app/patches/kustomization.yaml", "resources: [unused.yaml]\n");
    assert_eq!(workspace.run(["validate", "."]).status, Some(1));
}

#[test]
fn a_job_with_the_labels_of_a_workload_needs_none_of_its_ports() {
    let pods = "  template:\n    metadata: {labels: {app: shop}}\n    spec:\n      restartPolicy: Never\n      containers:\n      - name: main\n        image: example.org/shop:1.0.0\n";
    let job = format!(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: migrate, namespace: shop}}\nspec:\n{pods}"
    );
    let ports = "        ports: [{name: http, containerPort: 8080}]\n";
    let deployment = format!("apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: shop, namespace: shop}}\nspec:\n  selector: {{matchLabels: {{app: shop}}}}\n{pods}{ports}")
        .replace("      restartPolicy: Never\n", "");
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: shop, namespace: shop}\nspec:\n  selector: {app: shop}\n  ports: [{port: 80, targetPort: http}]\n";
    let all = format!("{job}---\n{deployment}---\n{service}");
    let workspace = Workspace::with(&[("all.yaml", &all)]);
    let validate = || workspace.run(["validate", "all.yaml", "--rules", "ref/target-port"]);
    validate().is(0, "", "");
    workspace.write("all.yaml", &format!("{job}---\n{service}"));
    assert!(validate().stdout.contains("the pods of Job `shop/migrate` have no port `http`"));
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

const CLAIM: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: reader, namespace: shop}\nspec:\n  containers:\n  - \
    name: reader\n    image: example.org/reader@sha256:\
    0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n    envFrom: [{configMapRef: {name: settings}}]\n";

#[test]
fn other_encodings_are_named_once_and_nothing_is_said_of_what_is_in_them() {
    let letters = |name: &str| -> Vec<u8> {
        let text = format!("\u{feff}{DEPLOYMENT}");
        match name {
            "UTF-16 (little endian)" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "UTF-16 (big endian)" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            "UTF-32 (little endian)" => {
                text.chars().flat_map(|letter| u32::from(letter).to_le_bytes()).collect()
            }
            _ => text.chars().flat_map(|letter| u32::from(letter).to_be_bytes()).collect(),
        }
    };
    // What it asks for may be in what could not be read.
    let workspace = Workspace::with(&[("reader.yaml", CLAIM)]);
    for name in
        ["UTF-16 (little endian)", "UTF-16 (big endian)", "UTF-32 (little endian)", "UTF-32 (big endian)"]
    {
        std::fs::write(workspace.path("shop.yaml"), letters(name)).unwrap();
        let run = workspace.run(["validate", "."]);
        assert_eq!(run.status, Some(1), "{name}: {}{}", run.stdout, run.stderr);
        let expected =
            format!("error[yaml/encoding]: the file is {name}, and must be UTF-8\n --> ./shop.yaml:1:1\n");
        assert!(run.stdout.starts_with(&expected), "{name}: {}", run.stdout);
        assert!(run.stdout.trim_end().ends_with("\n1 error"), "{name}: {}", run.stdout);
    }
    // A byte order mark of UTF-8 is none of them.
    workspace.write("shop.yaml", &format!("\u{feff}{DEPLOYMENT}"));
    workspace.run(["validate", "shop.yaml"]).is(0, "", "");
}

/// Both versions write time intervals at the top under another name, and inhibitions otherwise than a file does.
#[test]
fn configs_of_the_operator_are_read_in_both_versions() {
    let config = |version: &str, intervals: &str, pattern: &str| {
        format!(
            "apiVersion: monitoring.coreos.com/{version}\nkind: AlertmanagerConfig\nmetadata: {{name: shop, namespace: \
             shop}}\nspec:\n  route:\n    receiver: shop\n    routes:\n    - {{receiver: shop, muteTimeIntervals: \
             [night]}}\n  receivers: [{{name: shop}}]\n  {intervals}: [{{name: night, timeIntervals: [{{times: \
             [{{startTime: '00:00', endTime: '06:00'}}]}}]}}]\n  inhibitRules:\n  - sourceMatch: [{{name: severity, \
             matchType: '=~', value: '{pattern}'}}]\n    targetMatch: [{{name: severity, matchType: '=', value: \
             warning}}]\n"
        )
    };
    let workspace = Workspace::new();
    for (version, intervals) in [("v1alpha1", "muteTimeIntervals"), ("v1beta1", "timeIntervals")] {
        workspace.write("config.yaml", &config(version, intervals, "critical|page"));
        workspace.run(["validate", "config.yaml"]).is(0, "", "");
        workspace.write("config.yaml", &config(version, intervals, "critical|("));
        let run = workspace.run(["validate", "config.yaml"]);
        assert_eq!(run.status, Some(1), "{version}: {}", run.stderr);
        assert!(run.stdout.starts_with("error[am/matcher]: the regular expression"), "{}", run.stdout);
        assert!(run.stdout.trim_end().ends_with("\n1 error"), "{version}: {}", run.stdout);
    }
}

/// Karpenter makes nodes of the types that it is told, and finds none that another cloud has.
#[test]
fn machine_types_of_another_cloud_are_found_in_node_pools() {
    let pool = |values: &str| {
        format!(
            "apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: {{name: shop}}\nspec:\n  template:\n    spec:\n      \
             requirements:\n      - {{key: node.kubernetes.io/instance-type, operator: In, values: [{values}]}}\n"
        )
    };
    let workspace = Workspace::with(&[("pool.yaml", &pool("Standard_D4s_v5, Standard_D8s_v5"))]);
    let validate = |cloud: &str| {
        workspace.run(["validate", "pool.yaml", "--cloud", cloud, "--rules", "cloud/node-selector"])
    };
    let run = validate("eks");
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert!(run.stdout.contains("this is a type of machines on AKS, and this is for EKS"), "{}", run.stdout);
    validate("aks").is(0, "", "");
    workspace.write("pool.yaml", &pool("Standard_D4s_v5, m5.large"));
    validate("eks").is(0, "", "");
}
