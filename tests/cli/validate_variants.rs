//! Other ways in which a rule is broken than its example shows, and what looks alike and is right.

use crate::support::Workspace;

/// What `stackgen validate` says of a manifest, by one rule alone.
fn found(rule: &str, manifest: &str) -> Vec<String> {
    let workspace = Workspace::with(&[("all.yaml", manifest)]);
    let run = workspace.run(["validate", "all.yaml", "--profile", "strict", "--rules", rule]);
    assert!(run.stderr.is_empty(), "{}", run.stderr);
    let prefix = format!("warning[{rule}]: ");
    let other = format!("error[{rule}]: ");
    let lines = run.stdout.lines();
    lines
        .filter_map(|line| line.strip_prefix(&prefix).or(line.strip_prefix(&other)))
        .map(str::to_owned)
        .collect()
}

fn rules(expr: &str) -> String {
    format!(
        "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {{name: a, namespace: m}}\n\
         spec: {{groups: [{{name: a, rules: [{{alert: A, expr: '{expr}'}}]}}]}}\n"
    )
}

#[test]
fn labels_without_parentheses_are_no_function() {
    assert_eq!(found("prom/unknown-function", &rules("sum by instance (up) == 0")), [""; 0]);
    assert_eq!(found("prom/syntax", &rules("sum by instance (up) == 0")).len(), 1);
    assert_eq!(found("prom/unknown-function", &rules("sum by (instance) (rates(up[5m])) == 0")).len(), 1);
}

#[test]
fn counters_are_not_taken_for_gauges() {
    for function in ["delta", "idelta", "deriv"] {
        let wrong = rules(&format!("{function}(node_cpu_seconds_total[5m]) > 1"));
        assert_eq!(found("prom/counter", &wrong).len(), 1, "{function}");
        let right = rules(&format!("{function}(node_memory_MemAvailable_bytes[5m]) > 1"));
        assert_eq!(found("prom/counter", &right), [""; 0], "{function}");
    }
}

#[test]
fn rates_are_never_below_zero() {
    assert_eq!(found("prom/impossible", &rules("rate(node_cpu_seconds_total[5m]) < 0")).len(), 1);
    assert_eq!(found("prom/impossible", &rules("rate(node_cpu_seconds_total[5m]) <= 0")), [""; 0]);
    assert_eq!(found("prom/impossible", &rules("delta(node_memory_MemFree_bytes[5m]) < 0")), [""; 0]);
}

fn pod(spec: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a, namespace: m}}\nspec: {{{spec}}}\n")
}

#[test]
fn tags_that_move_are_no_versions() {
    let image = |image: &str| pod(&format!("containers: [{{name: a, image: '{image}'}}]"));
    for (name, count) in [("a:main", 1), ("a:nightly", 1), ("a:1-stable", 0), ("r.io:5000/main:v1", 0)] {
        assert_eq!(found("sec/image-tag", &image(name)).len(), count, "{name}");
    }
}

#[test]
fn machines_have_the_types_of_their_cloud() {
    let machine = |machine: &str| {
        pod(&format!(
            "containers: [{{name: a}}], nodeSelector: {{node.kubernetes.io/instance-type: {machine}}}"
        ))
    };
    for (name, clouds) in [
        ("m5.large", "eks"),
        ("c7g.12xlarge", "eks"),
        ("Standard_D4s_v5", "aks"),
        ("n2-standard-4", "gke"),
        ("own.type", "aks eks gke"),
    ] {
        for cloud in ["aks", "eks", "gke"] {
            let workspace = Workspace::with(&[("all.yaml", &machine(name))]);
            let run =
                workspace.run(["validate", "all.yaml", "--cloud", cloud, "--rules", "cloud/node-selector"]);
            assert_eq!(
                run.status,
                Some(i32::from(!clouds.contains(cloud))),
                "{name} on {cloud}: {}",
                run.stdout
            );
        }
    }
}

#[test]
fn memory_without_a_limit_is_told() {
    let pod = |resources: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a, namespace: m}}\n\
             spec: {{containers: [{{name: a, image: 'a:1', resources: {resources}}}]}}\n"
        )
    };
    let requests = "requests: {cpu: 1m, memory: 1Mi}";
    assert_eq!(
        found("rel/resources", &pod(&format!("{{{requests}}}"))),
        ["container `a` has no limit of memory"]
    );
    assert_eq!(found("rel/resources", &pod(&format!("{{{requests}, limits: {{memory: 1Mi}}}}"))), [""; 0]);
    assert_eq!(found("rel/resources", &pod("{limits: {cpu: 1m, memory: 1Mi}}")), [""; 0]);
}

#[test]
fn ports_of_nodes_are_open_unless_an_ingress_needs_them() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: m}\n\
        spec: {type: NodePort, ports: [{port: 80}]}\n";
    assert_eq!(found("sec/public-service", service).len(), 1);
    let ingress = "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a, namespace: m}\n\
        spec: {defaultBackend: {service: {name: a, port: {number: 80}}}}\n";
    assert_eq!(found("sec/public-service", &format!("{service}{ingress}")), [""; 0]);
}

#[test]
fn a_service_monitor_may_name_a_port_of_the_pods() {
    let monitor = |endpoint: &str| {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {{name: a, namespace: m}}\n\
             spec: {{selector: {{matchLabels: {{app: a}}}}, endpoints: [{{{endpoint}}}]}}\n---\n\
             apiVersion: v1\nkind: Service\nmetadata: {{name: a, namespace: m, labels: {{app: a}}}}\n\
             spec: {{selector: {{app: a}}, ports: [{{name: web, port: 80, targetPort: http}}]}}\n---\n\
             apiVersion: v1\nkind: Pod\nmetadata: {{name: a, namespace: m, labels: {{app: a}}}}\n\
             spec: {{containers: [{{name: a, image: 'a:1', ports: [{{name: http, containerPort: 8080}}]}}]}}\n"
        )
    };
    for (endpoint, count) in [
        ("targetPort: http", 0),
        ("targetPort: 9999", 0),
        ("targetPort: web", 1),
        ("port: web", 0),
        ("port: http", 1),
    ] {
        assert_eq!(found("ref/servicemonitor-port", &monitor(endpoint)).len(), count, "{endpoint}");
    }
}
