//! The JSON Schema of `stackgen.yaml`: what the program reads is valid, what it refuses is not.

use std::path::Path;

use serde_json::Value;

use crate::support::Workspace;

fn schema() -> Value {
    serde_json::from_str(&Workspace::new().run(["schema", "config"]).quiet_success()).unwrap()
}

fn problems(validator: &jsonschema::Validator, text: &str) -> Vec<String> {
    let value: Value = serde_yaml::from_str(text).unwrap();
    validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The blocks of `stackgen.yaml` in the documentation.
fn documented() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for path in ["README.md", "docs/render.md", "docs/gitops.md"] {
        let text = std::fs::read_to_string(root.join(path)).unwrap();
        for block in text.split("```yaml\n").skip(1) {
            let block = block.split("```").next().unwrap();
            if ["clusters:", "gitops:", "images:"].iter().any(|key| block.starts_with(key)) {
                found.push((path.to_owned(), block.to_owned()));
            }
        }
    }
    found
}

#[test]
fn the_examples_of_the_documentation_are_valid_and_are_read() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let examples = documented();
    assert!(examples.len() >= 4, "{} examples", examples.len());
    for (path, text) in examples {
        assert_eq!(problems(&validator, &text), Vec::<String>::new(), "{path}:\n{text}");
        let run = Workspace::with(&[("stackgen.yaml", &text)]).run(["render"]);
        let is_about_settings = run.stderr.contains("stackgen.yaml:");
        assert!(run.status == Some(0) || !is_about_settings, "{path}: {}", run.stderr);
    }
}

#[test]
fn an_empty_file_is_valid() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    assert_eq!(problems(&validator, "{}"), Vec::<String>::new());
}

/// The schema and the program refuse the same.
#[test]
fn what_is_wrong_is_refused_by_both() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let cluster = |rest: &str| format!("clusters:\n- {{name: a, cloud: gke, {rest}}}\n");
    let value = |value: &str| cluster(&format!("values: {{{value}}}"));
    for text in [
        "clustres: []\n".to_owned(),
        "clusters:\n- {name: a}\n".to_owned(),
        "clusters:\n- {name: Prod, cloud: gke}\n".to_owned(),
        "clusters:\n- {name: a, cloud: gek}\n".to_owned(),
        cluster("overlay: [x]"),
        value("regoin: x"),
        value("external_labels: {a-b: x}"),
        value("prometheus_url: prometheus"),
        value("prometheus_replicas: 0"),
        value("prometheus_shards: 101"),
        value("prometheus_storage: 100GB"),
        value("prometheus_retention: 30"),
        value("prometheus_cpu: lots"),
        value("receivers: {sales: {email: a@b}}"),
        value("receivers: {dev: {email: nobody}}"),
        value("smtp: {server: host}"),
        "gitops: {engines: [jenkins]}\n".to_owned(),
        "gitops: {argocd: {version: three}}\n".to_owned(),
        "gitops: {ignore_fields: [{kind: Deployment, paths: [spec]}]}\n".to_owned(),
        "images: {registry: 'https://x'}\n".to_owned(),
        "images: {digests: {a: sha256:1}}\n".to_owned(),
    ] {
        assert!(!problems(&validator, &text).is_empty(), "the schema takes {text}");
        let stderr = Workspace::with(&[("stackgen.yaml", &text)]).run(["render"]).fails_with(2);
        assert!(stderr.contains("stackgen.yaml:"), "{text}: {stderr}");
    }
}
