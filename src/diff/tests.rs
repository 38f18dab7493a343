//! What a comparison finds and what it leaves alone.

use std::path::Path;

use super::{Comparison, Document, Options, Side, compare};
use crate::yaml::{ParseOptions, Sources, Typing, parse_documents};

/// A comparison in words, one line for each object and each edit.
fn diff(before: &str, after: &str) -> Vec<String> {
    let sources: &'static Sources = Box::leak(Box::default());
    let [before, after] = [("before.yaml", before), ("after.yaml", after)].map(|(path, text)| {
        let source = sources.add(Path::new(path), text.to_owned()).expect("small");
        let nodes = parse_documents(source, sources, &ParseOptions::default()).expect("YAML");
        Side {
            documents: nodes.into_iter().map(Document::from).collect(),
            typing: Typing::Legacy,
            ..Side::default()
        }
    });
    match compare(&before, &after, &Options::default(), sources) {
        Ok(comparison) => words(&comparison),
        Err(errors) => errors.0.into_iter().map(|error| error.message).collect(),
    }
}

fn words(comparison: &Comparison<'_, '_>) -> Vec<String> {
    let mut lines = Vec::new();
    for change in &comparison.changes {
        lines.push(format!("{} {}", change.verb.word(), change.object().describe()));
        for edit in &change.edits {
            let text = |node: &Option<crate::yaml::Node<'_>>| {
                let node = node.as_ref()?;
                Some(node.text().map_or_else(|| format!("<{}>", node.kind_name()), str::to_owned))
            };
            let values: Vec<String> = [text(&edit.before), text(&edit.after)].into_iter().flatten().collect();
            lines.push(format!("  {} {}: {}", edit.kind.word(), edit.path, values.join(" -> ")));
        }
    }
    lines
}

fn workload(spec: &str) -> String {
    let pod =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: b}\nspec: {template: {spec: ";
    format!("{pod}{spec}}}}}\n")
}

const NONE: [&str; 0] = [];

#[test]
fn order_says_nothing_where_the_api_says_so() {
    let one = "{containers: [{name: a, env: [{name: X, value: x}, {name: Y, value: y}], ports: [{containerPort: 1}, \
               {containerPort: 2}]}, {name: b}], volumes: [{name: v}, {name: w}], tolerations: [{key: a}, {key: b}]}";
    let two = "{volumes: [{name: w}, {name: v}], containers: [{name: b}, {name: a, ports: [{containerPort: 2}, \
               {containerPort: 1}], env: [{name: Y, value: y}, {value: x, name: X}]}], \
               tolerations: [{key: b}, {key: a}]}";
    assert_eq!(diff(&workload(one), &workload(two)), NONE);
    let rule = |verbs: &str| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: a}}\nrules: [{{verbs: {verbs}}}]"
        )
    };
    assert_eq!(diff(&rule("[get, list]"), &rule("[list, get]")), NONE);
}

#[test]
fn order_counts_where_it_does_something() {
    let containers = |order: &str| workload(&format!("{{initContainers: [{order}]}}"));
    let found = diff(&containers("{name: a}, {name: b}"), &containers("{name: b}, {name: a}"));
    assert_eq!(found.len(), 2, "{found:?}");
    let env = |order: &str| workload(&format!("{{containers: [{{name: c, env: [{order}]}}]}}"));
    let found = diff(
        &env("{name: A, value: a}, {name: B, value: $(A)}"),
        &env("{name: B, value: $(A)}, {name: A, value: a}"),
    );
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn a_new_port_among_those_of_two_protocols_is_one_addition() {
    let service = |ports: &str| {
        format!("apiVersion: v1\nkind: Service\nmetadata: {{name: dns}}\nspec: {{ports: [{ports}]}}")
    };
    let before = service("{port: 53, protocol: TCP}, {port: 53, protocol: UDP}");
    let after = service("{port: 53, protocol: UDP}, {port: 9153}, {port: 53, protocol: TCP}");
    assert_eq!(diff(&before, &after), ["changed Service dns", "  added spec.ports[9153/TCP]: <mapping>"]);
}

#[test]
fn amounts_are_the_same_where_the_api_reads_amounts() {
    let limits = |cpu: &str, memory: &str| {
        workload(&format!(
            "{{containers: [{{name: a, resources: {{limits: {{cpu: {cpu}, memory: {memory}}}}}}}]}}"
        ))
    };
    assert_eq!(diff(&limits("1000m", "1Gi"), &limits("1", "1024Mi")), NONE);
    assert_eq!(diff(&limits("'1'", "1Gi"), &limits("1", "1Gi")), NONE);
    assert_eq!(diff(&limits("1", "1G"), &limits("1", "1Gi")).len(), 2);
    let port = |port: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{ports: [{{port: 1, targetPort: {port}}}]}}"
        )
    };
    assert_eq!(diff(&port("'80'"), &port("80")), NONE);
    let data =
        |text: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{cpu: {text}}}");
    assert_eq!(diff(&data("1000m"), &data("'1'")), ["changed ConfigMap a", "  changed data.cpu: 1000m -> 1"]);
    let annotation =
        |text: &str| format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a, annotations: {{x: {text}}}}}");
    assert_eq!(diff(&annotation("1000m"), &annotation("'1'")).len(), 2);
    let retention = |text: &str| {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: a}}\nspec: {{retention: {text}}}"
        )
    };
    assert_eq!(diff(&retention("1d"), &retention("24h")), NONE);
    assert_eq!(diff(&retention("1d"), &retention("25h")).len(), 2);
}

#[test]
fn what_kubectl_reads_as_a_boolean_is_no_text() {
    let label =
        |text: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{v: {text}}}");
    assert_eq!(diff(&label("yes"), &label("'yes'")).len(), 2);
    assert_eq!(diff(&label("\"yes\""), &label("'yes'")), NONE);
}

#[test]
fn nothing_is_as_good_as_no_field_where_the_api_says_so() {
    let with = "{containers: [{name: a, resources: {}, env: []}], nodeSelector: {}, hostname: null}";
    assert_eq!(diff(&workload(with), &workload("{containers: [{name: a}]}")), NONE);
    let volume = |of: &str| workload(&format!("{{volumes: [{{name: a{of}}}]}}"));
    assert_eq!(diff(&volume(", emptyDir: {}"), &volume("")).len(), 2);
}

#[test]
fn a_name_that_follows_from_the_content_is_one_change() {
    let tree = |hash: &str, value: &str| {
        let map = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: config-{hash}, namespace: b}}\ndata: {{k: {value}}}\n---\n"
        );
        map + &workload(&format!("{{volumes: [{{name: c, configMap: {{name: config-{hash}}}}}]}}"))
    };
    assert_eq!(
        diff(&tree("7b2mt9g6kc", "x"), &tree("8c4mt9g6kc", "y")),
        [
            "regenerated ConfigMap b/config-8c4mt9g6kc",
            "  changed data.k: x -> y",
            "changed Deployment b/a",
            "  follows spec.template.spec.volumes[c].configMap.name: config-7b2mt9g6kc -> config-8c4mt9g6kc",
        ]
    );
}

#[test]
fn a_version_of_the_api_is_a_change_and_another_kind_takes_the_place() {
    let budget = |version: &str| {
        format!(
            "apiVersion: policy/{version}\nkind: PodDisruptionBudget\nmetadata: {{name: a, namespace: b}}"
        )
    };
    assert_eq!(
        diff(&budget("v1beta1"), &budget("v1")),
        ["changed PodDisruptionBudget b/a", "  changed apiVersion: policy/v1beta1 -> policy/v1"]
    );
    let found = diff(&workload("{}"), &workload("{}").replace("Deployment", "StatefulSet"));
    assert_eq!(found, ["replaced StatefulSet b/a"]);
}

#[test]
fn objects_move_to_another_namespace() {
    let tree = |namespace: &str| {
        let object = |name: &str| {
            format!(
                "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: {namespace}}}\n"
            )
        };
        let binding = format!(
            "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: x}}\n\
             subjects: [{{kind: ServiceAccount, name: a, namespace: {namespace}}}]\n"
        );
        ["a", "b", "c"].map(object).concat() + &binding
    };
    assert_eq!(
        diff(&tree("monitoring"), &tree("observability")),
        [
            "moved ConfigMap observability/a",
            "moved ConfigMap observability/b",
            "moved ConfigMap observability/c",
            "changed ClusterRoleBinding x",
            "  follows subjects[ServiceAccount/a].namespace: monitoring -> observability",
        ]
    );
}

#[test]
fn one_of_two_alerts_of_a_name_is_told_from_the_other() {
    let rules = |rules: &str| {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {{name: a}}\nspec: {{groups: [{{name: g, \
             rules: [{rules}]}}]}}"
        )
    };
    let warning = "{alert: Full, expr: a > 1, labels: {severity: warning}}";
    let critical = "{alert: Full, expr: a > 2, labels: {severity: critical}}";
    assert_eq!(
        diff(&rules(&format!("{warning}, {critical}")), &rules(critical)),
        ["changed PrometheusRule a", "  removed spec.groups[g].rules[Full warning]: <mapping>"]
    );
    let found = diff(
        &rules(&format!("{warning}, {critical}")),
        &rules(&format!("{}, {critical}", warning.replace("> 1", "> 3"))),
    );
    assert_eq!(
        found,
        ["changed PrometheusRule a", "  changed spec.groups[g].rules[Full warning].expr: a > 1 -> a > 3"]
    );
}

#[test]
fn documents_inside_values_are_opened() {
    let map = |key: &str, text: &str| {
        let lines: Vec<String> = text.lines().map(|line| format!("    {line}\n")).collect();
        let lines = lines.concat();
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  {key}: |\n{lines}")
    };
    let dashboard = "{\"panels\": [{\"id\": 1, \"title\": \"One\"}, {\"id\": 2, \"title\": \"Two\"}]}";
    let spread = "{\n  \"panels\": [\n    {\"title\": \"Two\", \"id\": 2},\n    {\"id\": 1, \"title\": \"One\"}\n  ]\n}";
    assert_eq!(diff(&map("a.json", dashboard), &map("a.json", spread)), NONE);
    assert_eq!(
        diff(&map("a.json", dashboard), &map("a.json", &spread.replace("Two", "Drei"))),
        ["changed ConfigMap a", "  changed data[\"a.json\"].panels[2].title: Two -> Drei"]
    );
    let config = "scrape_configs:\n- job_name: a\n";
    assert_eq!(
        diff(&map("prometheus.yml", config), &map("prometheus.yml", &format!("{config}- job_name: b\n"))),
        ["changed ConfigMap a", "  added data[\"prometheus.yml\"].scrape_configs[b]: <mapping>"]
    );
    let found = diff(&map("prometheus.yml", config), &map("prometheus.yml", "scrape_configs: [\n"));
    assert_eq!(found.len(), 2, "the text as a whole: {found:?}");
}

#[test]
fn flags_are_known_by_their_name() {
    let args = |args: &str| workload(&format!("{{containers: [{{name: p, args: [{args}]}}]}}"));
    assert_eq!(
        diff(&args("--a=1, --retention=30d, --b=2"), &args("--a=1, --new=x, --retention=15d, --b=2")),
        [
            "changed Deployment b/a",
            "  added spec.template.spec.containers[p].args[1]: --new=x",
            "  changed spec.template.spec.containers[p].args[--retention]: --retention=30d -> --retention=15d",
        ]
    );
}

#[test]
fn secrets_are_compared_and_never_shown() {
    let secret = |data: &str| format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\n{data}");
    let found = diff(&secret("stringData: {p: swordfish}"), &secret("stringData: {p: marlin}"));
    assert_eq!(found, ["changed Secret a", "  changed data.p: *** (value 1) -> *** (value 2)"]);
    assert_eq!(diff(&secret("stringData: {p: swordfish}"), &secret("data: {p: c3dvcmRmaXNo}")), NONE);
}

#[test]
fn two_objects_of_one_side_that_are_the_same_are_an_error() {
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n";
    assert_eq!(
        diff(&object.repeat(2), object),
        ["two objects of one side have the same kind, namespace and name"]
    );
}

#[test]
fn objects_get_another_name() {
    let tree = |prefix: &str| {
        let object = |name: &str| {
            format!(
                "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {prefix}-{name}, labels: {{part-of: x}}}}\n"
            )
        };
        ["web", "store", "jobs"].map(object).concat()
    };
    assert_eq!(
        diff(&tree("blue"), &tree("green")),
        [
            "renamed ServiceAccount green-jobs",
            "renamed ServiceAccount green-store",
            "renamed ServiceAccount green-web"
        ]
    );
    // What has nothing in common is no rename.
    let map = |name: &str, data: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {data}")
    };
    let found = diff(&map("a", "{x: 1, y: 2}"), &map("b", "{z: 3}"));
    assert_eq!(found, ["removed ConfigMap a", "added ConfigMap b"]);
}

#[test]
fn a_port_that_gets_another_number_is_the_same_port() {
    let service = |port: u16| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{ports: [{{name: web, port: {port}}}, {{name: other, port: 1}}]}}"
        )
    };
    assert_eq!(
        diff(&service(80), &service(8080)),
        ["changed Service a", "  changed spec.ports[web].port: 80 -> 8080"]
    );
}
