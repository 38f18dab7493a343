//! Every value knows the line that it came from, whatever happened to it on the way.

use std::path::Path;

use stackgen::fs::Memory;
use stackgen::kustomize::{BuildOptions, build};
use stackgen::resource::Resource;
use stackgen::yaml::{Node, Sources};

const BASE: &str = "\
resources: [deployment.yaml]
configMapGenerator:
- name: settings
  literals:
  - level=info
";

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: app
        image: example.com/app:v1
        args: [--verbose]
        envFrom:
        - configMapRef:
            name: settings
";

const OVERLAY: &str = "\
resources:
- ../base
namePrefix: team-
namespace: production
labels:
- pairs:
    team: platform
images:
- name: example.com/app
  newTag: v2
replicas:
- name: app
  count: 3
patches:
- path: memory.yaml
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: app
    spec:
      paused: true
- target: {kind: Deployment}
  patch: |-
    - op: add
      path: /spec/minReadySeconds
      value: 5
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
  template:
    spec:
      containers:
      - name: app
        resources:
          limits:
            memory: 64Mi
";

fn node<'n, 's>(resource: &'n Resource<'s>, path: &str) -> &'n Node<'s> {
    path.split('.').fold(&resource.node, |node, part| match part.parse::<usize>() {
        Ok(index) => &node.as_sequence().expect(path)[index],
        Err(_) => node.get(part).unwrap_or_else(|| panic!("{path}")),
    })
}

#[test]
fn values_are_traced_to_base_overlay_patch_and_transformer() {
    let mut files = Memory::new();
    files.insert("/base/kustomization.yaml", BASE.as_bytes());
    files.insert("/base/deployment.yaml", DEPLOYMENT.as_bytes());
    files.insert("/overlay/kustomization.yaml", OVERLAY.as_bytes());
    files.insert("/overlay/memory.yaml", MEMORY.as_bytes());
    let sources = Sources::new();
    let built = build(&files, Path::new("/overlay"), &BuildOptions::default(), &sources).expect("builds");
    let object =
        |kind: &str| built.resources.iter().find(|object| object.gvk().kind == kind).expect("is there");
    let expected = [
        ("Deployment", "kind", "/base/deployment.yaml:2:7"),
        ("Deployment", "spec.template.spec.containers.0.args.0", "/base/deployment.yaml:12:16"),
        ("Deployment", "metadata.name", "/overlay/kustomization.yaml:3:13"),
        ("Deployment", "metadata.namespace", "/overlay/kustomization.yaml:4:12"),
        ("Deployment", "metadata.labels.team", "/overlay/kustomization.yaml:7:11"),
        ("Deployment", "spec.template.spec.containers.0.image", "/overlay/kustomization.yaml:10:11"),
        ("Deployment", "spec.replicas", "/overlay/kustomization.yaml:12:3"),
        (
            "Deployment",
            "spec.template.spec.containers.0.resources.limits.memory",
            "/overlay/memory.yaml:12:21",
        ),
        ("Deployment", "spec.paused", "/overlay/kustomization.yaml:22:15"),
        ("Deployment", "spec.minReadySeconds", "/overlay/kustomization.yaml:27:14"),
        ("Deployment", "spec.progressDeadlineSeconds", "/overlay/kustomization.yaml:27:14"),
        ("ConfigMap", "data.level", "/base/kustomization.yaml:5:5"),
    ];
    for (kind, path, place) in expected {
        let origin = node(object(kind), path).origin();
        let location = sources.locate(origin).map(|location| location.to_string());
        assert_eq!(location.as_deref(), Some(place), "{kind} {path}");
    }
}
