//! Inputs of the benchmarks, made anew from nothing: the same bytes on every machine.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// A tree like kube-prometheus: 131 objects, of which ten large definitions and thirty dashboards make up 5.8 MB.
pub(crate) fn monitoring(root: &Path) -> PathBuf {
    let folder = root.join("monitoring");
    write_folder(&folder, monitoring_files());
    folder
}

/// The files of that tree: their names and what is in them.
pub(crate) fn monitoring_files() -> impl Iterator<Item = (String, String)> {
    let definitions = (0..10).map(|index| (format!("crd-{index}.yaml"), definition(index)));
    let dashboards = (0..30).map(|index| (format!("dashboard-{index}.yaml"), dashboard(index)));
    let rules = (0..10).map(|index| (format!("rules-{index}.yaml"), rules(index)));
    let workloads = (0..81).map(|index| (format!("workload-{index}.yaml"), workload(index)));
    definitions.chain(dashboards).chain(rules).chain(workloads)
}

/// `count` small objects, four to a service, under an overlay with namespace, prefix, labels, image and a patch.
pub(crate) fn services(root: &Path, count: usize) -> PathBuf {
    let folder = root.join(format!("services-{count}"));
    let files = (0..count / 4).map(|index| (format!("service-{index}.yaml"), service(index)));
    write_folder(&folder.join("base"), files);
    let overlay = "namespace: production\nnamePrefix: team-\nlabels:\n- pairs:\n    team: platform\n  includeSelectors: true\nimages:\n- name: registry.example.com/app\n  newTag: v2.0.0\npatches:\n- patch: |\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata:\n      name: app-0\n    spec:\n      replicas: 5\n";
    write(&folder.join("overlay/kustomization.yaml"), &format!("resources:\n- ../base\n{overlay}"));
    folder.join("overlay")
}

/// Writes one file after the other: a child counts its parent's memory at its start as its own.
fn write_folder(folder: &Path, files: impl Iterator<Item = (String, String)>) {
    let mut kustomization = String::from("resources:\n");
    for (name, content) in files {
        writeln!(kustomization, "- {name}").unwrap();
        write(&folder.join(name), &content);
    }
    write(&folder.join("kustomization.yaml"), &kustomization);
}

/// Writes a file, unless it is there.
pub(crate) fn write(path: &Path, content: &str) {
    if fs::read_to_string(path).is_ok_and(|old| old == content) {
        return;
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn definition(index: usize) -> String {
    let mut text = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  annotations:\n    controller-gen.kubebuilder.io/version: v0.18.0\n  name: kind{index}s.monitoring.example.com\nspec:\n  group: monitoring.example.com\n  names:\n    kind: Kind{index}\n    plural: kind{index}s\n  scope: Namespaced\n  versions:\n  - name: v1\n    schema:\n      openAPIV3Schema:\n        description: |-\n          Kind{index} describes one part of the monitoring of a cluster.\n          It is read by the operator.\n        properties:\n"
    );
    for group in 0..27 {
        writeln!(text, "          group{group}:\n            description: Group {group} of the settings, see the documentation of each for what it does and when to change it.\n            properties:").unwrap();
        for field in 0..30 {
            writeln!(text, "              field{field}:\n                description: |-\n                  Field {field} of group {group}. It defaults to what suits most clusters: change it only\n                  if the documentation says so.\n\n                  More info: https://example.com/docs/{group}/{field}\n                enum:\n                - \"on\"\n                - 'off: never'\n                - Always\n                format: int32\n                type: string\n                x-kubernetes-list-type: atomic").unwrap();
        }
        writeln!(text, "            type: object").unwrap();
    }
    text + "        type: object\n    served: true\n    storage: true\n"
}

fn dashboard(index: usize) -> String {
    let mut json = String::from("{\n");
    for panel in 0..150 {
        writeln!(json, "          \"panel{panel}\": {{\n              \"datasource\": {{\n                  \"type\": \"prometheus\",\n                  \"uid\": \"${{datasource}}\"\n              }},\n              \"expr\": \"sum(rate(container_cpu_usage_seconds_total{{cluster=\\\"$cluster\\\", panel=\\\"{panel}\\\"}}[5m])) by (namespace)\",\n              \"legendFormat\": \"{{{{namespace}}}}\",\n              \"title\": \"CPU usage {panel}\"\n          }},").unwrap();
    }
    format!(
        "apiVersion: v1\ndata:\n  dashboard-{index}.json: |-\n    {json}          \"uid\": \"d{index}\"\n      }}\nkind: ConfigMap\nmetadata:\n  labels:\n    app.kubernetes.io/part-of: monitoring\n  name: grafana-dashboard-{index}\n  namespace: monitoring\n"
    )
}

fn rules(index: usize) -> String {
    let mut text = format!(
        "apiVersion: monitoring.example.com/v1\nkind: PrometheusRule\nmetadata:\n  name: rules-{index}\n  namespace: monitoring\nspec:\n  groups:\n  - name: group-{index}\n    rules:\n"
    );
    for rule in 0..25 {
        writeln!(text, "    - alert: Alert{rule}\n      annotations:\n        description: 'Pod {{{{ $labels.namespace }}}}/{{{{ $labels.pod }}}} is restarting {{{{ printf \"%.2f\" $value }}}} times / 10 minutes: rule {rule}.'\n        summary: Pod is restarting.\n      expr: |\n        max_over_time(kube_pod_container_status_waiting_reason{{reason=\"CrashLoopBackOff\", job=\"kube-state-metrics\"}}[5m]) >= {rule}\n      for: 15m\n      labels:\n        severity: warning").unwrap();
    }
    text
}

fn workload(index: usize) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  labels:\n    app.kubernetes.io/name: part-{index}\n    app.kubernetes.io/version: 1.{index}.0\n  name: part-{index}\n  namespace: monitoring\nspec:\n  replicas: 1\n  selector:\n    matchLabels:\n      app.kubernetes.io/name: part-{index}\n  template:\n    metadata:\n      labels:\n        app.kubernetes.io/name: part-{index}\n    spec:\n      automountServiceAccountToken: true\n      containers:\n      - args:\n        - --port=8081\n        - --telemetry-host=127.0.0.1\n        image: registry.example.com/part:v1.{index}.0\n        name: part\n        resources:\n          limits:\n            cpu: 100m\n            memory: 250Mi\n        securityContext:\n          allowPrivilegeEscalation: false\n          readOnlyRootFilesystem: true\n      serviceAccountName: part-{index}\n"
    )
}

fn service(index: usize) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-{index}\n  labels:\n    app: app-{index}\nspec:\n  replicas: 2\n  selector:\n    matchLabels:\n      app: app-{index}\n  template:\n    metadata:\n      labels:\n        app: app-{index}\n    spec:\n      containers:\n      - name: app\n        image: registry.example.com/app:v1.0.0\n        envFrom:\n        - configMapRef:\n            name: config-{index}\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: app-{index}\nspec:\n  selector:\n    app: app-{index}\n  ports:\n  - port: 80\n    targetPort: 8080\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config-{index}\ndata:\n  LEVEL: info\n  INDEX: \"{index}\"\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: account-{index}\n"
    )
}
