//! `stackgen images`, and the settings that move and pin images.

use crate::support::Workspace;

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn stack(settings: &str) -> Workspace {
    Workspace::with(&[
        (
            "base/kustomization.yaml",
            "resources:\n- objects.yaml\nlabels:\n- pairs: {app.kubernetes.io/name: web}\n",
        ),
        (
            "base/objects.yaml",
            "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: job, namespace: monitoring}\nspec:\n  jobTemplate:\n    \
             spec:\n      template:\n        spec:\n          initContainers:\n          - {name: first, image: busybox:1}\n          \
             containers:\n          - {name: main, image: quay.io/a/b:v2}\n          volumes:\n          - name: data\n            \
             image: {reference: quay.io/a/data:v1}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: text, namespace: \
             monitoring}\ndata: {image: not/an:image}\n",
        ),
        ("overlays/gke/kustomization.yaml", "resources:\n- ../../base\n"),
        (
            "stackgen.yaml",
            &format!("clusters: [{{name: one, cloud: gke}}, {{name: two, cloud: gke}}]\n{settings}"),
        ),
    ])
}

#[test]
fn lists_each_image_once() {
    stack("").run(["images"]).is(0, "busybox:1\nquay.io/a/b:v2\nquay.io/a/data:v1\n", "");
}

#[test]
fn json_says_where_each_is_used() {
    let printed = stack("").run(["images", "one", "-o", "json"]).quiet_success();
    let report: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let expected = serde_json::json!({
        "schema": "stackgen.images/v1",
        "images": [
            {"image": "busybox:1", "uses": {"one": [{"object": "CronJob monitoring/job", "name": "first"}]}},
            {"image": "quay.io/a/b:v2", "uses": {"one": [{"object": "CronJob monitoring/job", "name": "main"}]}},
            {"image": "quay.io/a/data:v1", "uses": {"one": [{"object": "CronJob monitoring/job", "name": "data"}]}},
        ],
    });
    assert_eq!(report, expected);
}

#[test]
fn all_images_move_to_a_registry_in_the_tree_too() {
    let workspace = stack("images: {registry: registry.test/mirror}\n");
    let expected = "registry.test/mirror/a/b:v2\nregistry.test/mirror/a/data:v1\nregistry.test/mirror/library/busybox:1\n";
    workspace.run(["images"]).is(0, expected, "");
    assert_eq!(workspace.run(["render"]).status, Some(0));
    let job = workspace.read("gitops/clusters/one/web/cronjob-job.yaml");
    assert!(job.contains("image: registry.test/mirror/a/b:v2\n"), "{job}");
}

#[test]
fn all_images_are_pinned_or_the_missing_ones_are_named() {
    let pin = |image: &str| format!("    {image}: {DIGEST}\n");
    let some = format!("images:\n  digests:\n{}{}", pin("busybox:1"), pin("quay.io/a/b:v2"));
    let stderr = stack(&some).run(["images", "one"]).fails_with(2);
    assert!(stderr.starts_with("error: there is no digest for the image `quay.io/a/data:v1`\n"), "{stderr}");
    assert!(stderr.contains("--> base/objects.yaml:15:32"), "{stderr}");
    let all = format!("{some}{}", pin("quay.io/a/data:v1"));
    let expected = format!("busybox:1@{DIGEST}\nquay.io/a/b:v2@{DIGEST}\nquay.io/a/data:v1@{DIGEST}\n");
    stack(&all).run(["images"]).is(0, &expected, "");
    let wrong = stack("images:\n  digests:\n    busybox:1: sha256:12\n").run(["images"]).fails_with(2);
    assert!(wrong.contains("no digest; write it like") && wrong.contains("stackgen.yaml:4:16"), "{wrong}");
}

#[test]
fn two_images_that_would_get_one_name_are_refused() {
    let workspace = stack("images: {registry: registry.test}\n");
    let objects = workspace.read("base/objects.yaml").replace("busybox:1", "docker.io/a/b:v2");
    workspace.write("base/objects.yaml", &objects);
    let stderr = workspace.run(["images", "one"]).fails_with(2);
    assert!(stderr.contains("would both become `registry.test/a/b:v2`"), "{stderr}");
}

#[test]
fn the_stack_that_is_shipped_has_its_images() {
    let images = Workspace::new().run(["images"]).quiet_success();
    for name in ["prometheus/prometheus", "prometheus/alertmanager", "grafana/grafana", "kube-state-metrics"]
    {
        assert!(images.contains(name), "{images}");
    }
    assert!(images.lines().all(|image| image.contains(':') && !image.ends_with(":latest")), "{images}");
}
