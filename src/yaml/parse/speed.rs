//! How fast the reader is. Run by hand: `cargo test --release --lib yaml::parse::speed -- --ignored --nocapture`.

use std::path::Path;
use std::time::{Duration, Instant};

use super::{ParseOptions, parse_documents};
use crate::yaml::source::Sources;

const SCHEMA: &str = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things.example.org
spec:
  versions:
  - name: v1
    schema:
      openAPIV3Schema:
        properties:
";

const FIELD: &str = "          fieldNUMBER:
            description: |-
              What field NUMBER is for, and when to set it,
              in two lines.
            items:
              properties:
                key:
                  description: The key of the secret to select from. Must be a valid
                    secret key.
                  type: string
                optional:
                  default: \"\"
                  type: boolean
              required:
              - key
              type: object
            type: array
            x-kubernetes-list-type: atomic
";

const DASHBOARD: &str = "apiVersion: v1
kind: ConfigMap
metadata:
  name: dashboard-NUMBER
data:
  dashboard.json: |
    {
";

const PANEL: &str = "            \"targets\": [
                {
                    \"expr\": \"sum(rate(container_cpu_usage_seconds_total{job=\\\"cadvisor\\\"}[5m])) by (pod)\",
                    \"legendFormat\": \"{{pod}}\",
                }
            ],
";

/// About 5 MB in the proportions of a monitoring stack: half schemas, half dashboards.
fn stack() -> String {
    let mut text = String::new();
    for object in 0..12 {
        text.push_str(SCHEMA);
        for field in 0..400 {
            text.push_str(&FIELD.replace("NUMBER", &field.to_string()));
        }
        text.push_str("---\n");
        text.push_str(&DASHBOARD.replace("NUMBER", &object.to_string()));
        text.push_str(&PANEL.repeat(800));
        text.push_str("---\n");
    }
    text
}

#[test]
#[ignore = "a measurement"]
fn megabytes_in_a_second() {
    let text = stack();
    let mut best = Duration::MAX;
    for _ in 0..30 {
        let sources = Sources::new();
        let source = sources.add(Path::new("stack.yaml"), text.clone()).unwrap();
        let start = Instant::now();
        let nodes = parse_documents(source, &sources, &ParseOptions::default()).unwrap();
        best = best.min(start.elapsed());
        assert_eq!(nodes.len(), 24);
    }
    #[expect(clippy::cast_precision_loss, reason = "a text of some megabytes")]
    let megabytes = text.len() as f64 / 1e6;
    println!("{megabytes:.1} MB in {best:.1?}: {:.0} MB/s", megabytes / best.as_secs_f64());
}
