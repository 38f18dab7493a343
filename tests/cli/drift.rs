//! `stackgen drift`: silent where the API server, webhooks and autoscalers wrote; exact where somebody did.

use serde_json::{Value, json};

use crate::support::git::{Repository, git, has_git};
use crate::support::{Run, Workspace};

/// A workspace with the tree of a cluster.
fn rendered() -> Workspace {
    let workspace = Workspace::new();
    assert_eq!(workspace.run(["render", "gke"]).status, Some(0));
    workspace
}

/// The objects of the tree, as somebody may have applied them.
fn objects(workspace: &Workspace) -> Vec<Value> {
    let files = workspace.files("gitops/clusters/gke").into_iter();
    let files = files.filter(|(path, _)| !path.ends_with("kustomization.yaml"));
    files
        .map(|(path, bytes)| serde_yaml::from_slice(&bytes).unwrap_or_else(|e| panic!("{path}: {e}")))
        .collect()
}

fn find<'o>(objects: &'o mut [Value], kind: &str, name: &str) -> &'o mut Value {
    let is_it = |object: &&mut Value| object["kind"] == kind && object["metadata"]["name"] == name;
    objects.iter_mut().find(is_it).unwrap_or_else(|| panic!("no {kind} {name}"))
}

fn list(objects: &[Value]) -> String {
    json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string()
}

fn drift(workspace: &Workspace, objects: &[Value]) -> Run {
    workspace.write("live.json", &list(objects));
    workspace.run(["drift", "gke", "--live", "live.json"])
}

/// What the API server, its controllers and tools add to each object.
fn as_served(objects: &mut [Value]) {
    for (index, object) in objects.iter_mut().enumerate() {
        let metadata = object["metadata"].as_object_mut().unwrap();
        metadata.insert("uid".into(), json!(format!("0000-{index}")));
        metadata.insert("resourceVersion".into(), json!("17"));
        metadata.insert("creationTimestamp".into(), json!("2026-01-01T00:00:00Z"));
        metadata.insert("managedFields".into(), json!([{"manager": "argocd-controller", "fieldsV1": {}}]));
        let annotations = metadata.entry("annotations").or_insert_with(|| json!({}));
        annotations["kubectl.kubernetes.io/last-applied-configuration"] = json!("{}");
        object["status"] = json!({"observedGeneration": 3});
        if object["kind"] == "Service" && object["spec"]["clusterIP"].is_null() {
            object["spec"]["clusterIP"] = json!("10.0.0.7");
            object["spec"]["clusterIPs"] = json!(["10.0.0.7"]);
            object["spec"]["internalTrafficPolicy"] = json!("Cluster");
        }
        if let Some(pod) = object.pointer_mut("/spec/template/spec") {
            pod["dnsPolicy"] = json!("ClusterFirst");
            pod["schedulerName"] = json!("default-scheduler");
            pod["containers"][0]["terminationMessagePath"] = json!("/dev/termination-log");
        }
    }
}

#[test]
fn what_was_applied_as_it_is_has_not_drifted() {
    let workspace = rendered();
    let mut live = objects(&workspace);
    drift(&workspace, &live).is(0, "", "");
    as_served(&mut live);
    let run = drift(&workspace, &live);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""), "{}", run.stdout);
    for reason in
        ["nothing differs", "`state of the API server`", "`defaults of the API server`", "`notes of tools`"]
    {
        assert!(run.stdout.contains(reason), "{reason}: {}", run.stdout);
    }
    let run = workspace.run(["drift", "gke", "--live", "live.json", "--no-filters"]);
    assert_eq!(run.status, Some(1), "without filters everything counts: {}", run.stdout);
    live.reverse();
    let documents: Vec<String> = live.iter().map(|one| serde_yaml::to_string(one).unwrap()).collect();
    workspace.write("dump/all.yaml", &documents.join("---\n"));
    let run = workspace.run(["drift", "gke", "--live", "dump"]);
    assert_eq!(run.status, Some(0), "several documents in a folder: {}{}", run.stdout, run.stderr);
}

#[test]
fn sidecars_and_autoscalers_are_named_and_silent() {
    let workspace = rendered();
    let mut live = objects(&workspace);
    let pod = &mut find(&mut live, "Deployment", "grafana")["spec"]["template"];
    for name in ["istio-proxy", "linkerd-proxy"] {
        pod["spec"]["containers"]
            .as_array_mut()
            .unwrap()
            .insert(0, json!({"name": name, "image": "proxy:1"}));
    }
    find(&mut live, "StatefulSet", "prometheus")["spec"]["replicas"] = json!(7);
    let target = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "prometheus"});
    let scaler = |version: &str, kind: &str| {
        json!({"apiVersion": version, "kind": kind, "metadata": {"name": "by", "namespace": "monitoring"},
               "spec": {"scaleTargetRef": target}})
    };
    assert_eq!(drift(&workspace, &live).status, Some(1), "without an autoscaler somebody scaled it");
    for (version, kind) in
        [("autoscaling/v2", "HorizontalPodAutoscaler"), ("keda.sh/v1alpha1", "ScaledObject")]
    {
        live.push(scaler(version, kind));
        let run = drift(&workspace, &live);
        assert_eq!(run.status, Some(0), "{kind}: {}", run.stdout);
        assert!(run.stdout.contains("1 value hidden by `autoscalers`"), "{}", run.stdout);
        assert!(run.stdout.contains("2 values hidden by `injected sidecars`"), "{}", run.stdout);
        live.pop();
    }
}

#[test]
fn what_the_engines_ignore_is_ignored_and_nothing_else() {
    let workspace = Workspace::new();
    let rule = "gitops: {flux: {version: \"2.9\"}, ignore_fields: [{group: apps, kind: Deployment, name: grafana, paths: [/spec/replicas]}]}\n";
    workspace.write("stackgen.yaml", &format!("clusters: [{{name: gke, cloud: gke}}]\n{rule}"));
    let run = workspace.run(["render"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    let mut live = objects(&workspace);
    find(&mut live, "Deployment", "grafana")["spec"]["replicas"] = json!(9);
    let run = drift(&workspace, &live);
    assert_eq!(run.status, Some(0), "{}", run.stdout);
    assert!(run.stdout.contains("`ignored fields of the engines`"), "{}", run.stdout);
    find(&mut live, "Deployment", "kube-state-metrics")["spec"]["replicas"] = json!(9);
    let run = drift(&workspace, &live);
    assert_eq!(run.status, Some(1));
    assert!(run.stdout.contains("kube-state-metrics") && run.stdout.contains("1 modified"), "{}", run.stdout);
}

#[test]
fn three_real_drifts_are_found_with_who_made_them() {
    let workspace = rendered();
    let mut live = objects(&workspace);
    as_served(&mut live);
    let prometheus = find(&mut live, "StatefulSet", "prometheus");
    prometheus["spec"]["replicas"] = json!(5);
    prometheus["metadata"]["managedFields"] = json!([
        {"manager": "argocd-controller", "time": "2026-01-01T00:00:00Z", "fieldsV1": {"f:spec": {"f:replicas": {}}}},
        {"manager": "kubectl-edit", "time": "2026-02-03T04:05:06Z", "fieldsV1": {"f:spec": {"f:replicas": {}}}},
    ]);
    let rules = find(&mut live, "ConfigMap", "prometheus-rules-nodes");
    let (file, text) =
        rules["data"].as_object().unwrap().iter().next().map(|(k, v)| (k.clone(), v.clone())).unwrap();
    let mut groups: Value = serde_yaml::from_str(text.as_str().unwrap()).unwrap();
    let gone = groups["groups"][0]["rules"].as_array_mut().unwrap().remove(0);
    rules["data"][&file] = json!(serde_yaml::to_string(&groups).unwrap());
    let arguments =
        &mut find(&mut live, "StatefulSet", "prometheus")["spec"]["template"]["spec"]["containers"];
    let arguments =
        arguments.as_array_mut().unwrap().iter_mut().find(|one| one["name"] == "prometheus").unwrap();
    for argument in arguments["args"].as_array_mut().unwrap() {
        if argument.as_str().unwrap().starts_with("--storage.tsdb.retention.time=") {
            *argument = json!("--storage.tsdb.retention.time=1d");
        }
    }
    let run = drift(&workspace, &live);
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    let alert = gone["alert"].as_str().unwrap();
    for words in [
        "spec.replicas  2 -> 5",
        alert,
        "1d",
        "2 modified",
        "last written by kubectl-edit at 2026-02-03T04:05:06Z",
    ] {
        assert!(run.stdout.contains(words), "{words}: {}", run.stdout);
    }
    let edits = run.stdout.lines().filter(|line| {
        line.starts_with("    ~ ") || line.starts_with("    - ") || line.starts_with("    + ")
    });
    assert_eq!(edits.count(), 3, "{}", run.stdout);
    let json = workspace.run(["drift", "gke", "--live", "live.json", "-o", "json"]);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["changes"].as_array().unwrap().len(), 2);
    assert!(json["changes"].as_array().unwrap().iter().all(|change| change["verb"] == "modified"), "{json}");
    assert_eq!(json["remarks"][0]["class"], "manager", "{json}");
    let zero = workspace.run(["drift", "gke", "--live", "live.json", "--exit-zero"]);
    assert_eq!(zero.status, Some(0));
}

#[test]
fn what_is_missing_and_what_is_extra_is_told_from_what_controllers_make() {
    let workspace = rendered();
    let mut live = objects(&workspace);
    live.retain(|object| !(object["kind"] == "Service" && object["metadata"]["name"] == "grafana"));
    let labels = json!({"app.kubernetes.io/part-of": "monitoring", "app.kubernetes.io/name": "grafana"});
    let object = |kind: &str, name: &str| json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "monitoring", "labels": labels}});
    live.extend([object("ConfigMap", "stray"), object("Endpoints", "grafana"), object("Pod", "grafana-1")]);
    let mut of_others = object("ConfigMap", "copied");
    of_others["metadata"]["annotations"] =
        json!({"argocd.argoproj.io/tracking-id": "somebody:/ConfigMap:monitoring/copied"});
    live.push(of_others);
    live.push(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "foreign", "namespace": "monitoring"}}));
    let run = drift(&workspace, &live);
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert!(run.stdout.contains("- Service monitoring/grafana missing"), "{}", run.stdout);
    assert!(run.stdout.contains("+ ConfigMap monitoring/stray extra"), "{}", run.stdout);
    assert!(run.stdout.contains("1 extra, 1 missing"), "{}", run.stdout);
    let run = drift(&workspace, &[]);
    assert_eq!(run.status, Some(1), "an empty cluster lacks everything");
    assert!(!run.stdout.contains("modified") && run.stdout.contains("missing"), "{}", run.stdout);
}

#[test]
fn values_of_secrets_are_compared_and_never_shown() {
    let workspace = Workspace::with(&[(
        "gitops/clusters/own/app/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: key, namespace: shop}\nstringData: {word: swordfish}\n",
    )]);
    let secret = |data: &Value| json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key", "namespace": "shop"}, "data": data});
    let run = |data: Value| {
        workspace.write("live.json", &list(&[secret(&data)]));
        workspace.run(["drift", "own", "--live", "live.json", "--codify"])
    };
    run(json!({"word": "c3dvcmRmaXNo", "other": "aGlkZGVu"})).is(0, "", "nothing to codify\n");
    let changed = run(json!({"word": "bWFja2VyZWw="}));
    assert_eq!(changed.status, Some(1));
    assert!(changed.stdout.is_empty() && changed.stderr.contains("values of Secrets do not belong into Git"));
    for format in ["text", "unified", "markdown", "json", "json-patch", "github", "sarif"] {
        let shown = workspace.run(["drift", "own", "--live", "live.json", "-o", format]);
        assert_eq!(shown.status, Some(1), "{format}: {}", shown.stderr);
        for value in ["swordfish", "mackerel", "bWFja2VyZWw", "c3dvcmRmaXNo"] {
            assert!(
                !format!("{}{}", shown.stdout, shown.stderr).contains(value),
                "{format}: {}",
                shown.stdout
            );
        }
    }
}

#[test]
fn an_app_that_runs_as_an_earlier_revision_waits_for_its_engine() {
    if !has_git("what is yet to be synced") {
        return;
    }
    let repository = Repository::new();
    let workspace = &repository.workspace;
    assert_eq!(workspace.run(["render", "gke"]).status, Some(0));
    let commit = |message: &str| {
        git(workspace.root(), &["add", "-A"]);
        git(workspace.root(), &["commit", "-q", "-m", message]);
    };
    commit("first");
    let mut live = objects(workspace);
    let path = "gitops/clusters/gke/grafana/deployment-grafana.yaml";
    workspace.write(path, &workspace.read(path).replace("replicas: 1", "replicas: 3"));
    commit("second");
    // The tests run without an environment: git is found where the machine has it.
    let path = std::env::var("PATH").unwrap();
    let run = |live: &[Value], more: &[&str]| {
        workspace.write("live.json", &list(live));
        let arguments = ["drift", "gke", "--live", "live.json"].into_iter().chain(more.iter().copied());
        workspace.stackgen(arguments).env("PATH", &path).run()
    };
    let pending = run(&live, &[]);
    assert_eq!(pending.status, Some(0), "{}{}", pending.stdout, pending.stderr);
    assert!(
        pending.stdout.contains("pending: app grafana: runs as of HEAD~1, 1 object yet"),
        "{}",
        pending.stdout
    );
    assert_eq!(run(&live, &["--revisions", "0"]).status, Some(1));
    find(&mut live, "Service", "grafana")["spec"]["selector"]["app.kubernetes.io/name"] = json!("another");
    let both = run(&live, &[]);
    assert_eq!(both.status, Some(1), "half of a revision is drift");
    assert!(both.stdout.contains("-> another"), "{}", both.stdout);
}

#[test]
fn patches_make_the_tree_say_what_runs_and_never_go_into_it() {
    let workspace = rendered();
    let mut live = objects(&workspace);
    find(&mut live, "StatefulSet", "prometheus")["spec"]["replicas"] = json!(5);
    let containers = &mut find(&mut live, "Deployment", "grafana")["spec"]["template"]["spec"]["containers"];
    containers[0]["image"] = json!("example.com/grafana:1");
    drift(&workspace, &live);
    let run = workspace.run(["drift", "gke", "--live", "live.json", "--codify", "own/patches"]);
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert!(
        run.stderr.contains("- path: own/patches/statefulset-monitoring-prometheus.yaml"),
        "{}",
        run.stderr
    );
    let patches = ["deployment-monitoring-grafana", "statefulset-monitoring-prometheus"];
    assert_eq!(workspace.files("own/patches").len(), 2);
    let lines = patches.map(|patch| format!("- path: patches/{patch}.yaml\n")).concat();
    workspace.write("own/kustomization.yaml", &format!("resources: [../overlays/gke]\npatches:\n{lines}"));
    workspace.write("stackgen.yaml", "clusters: [{name: gke, cloud: gke, overlay: own}]\n");
    let rendered = workspace.run(["render"]);
    assert_eq!(rendered.status, Some(0), "{}", rendered.stderr);
    workspace.run(["drift", "gke", "--live", "live.json"]).is(0, "", "");
    let stderr = workspace.run(["drift", "gke", "--live", "dump", "--codify", "gitops/patches"]);
    assert_eq!(stderr.status, Some(2));
    drift(&workspace, &[]);
    let refused = workspace.run(["drift", "gke", "--live", "live.json", "--codify", "gitops/patches"]);
    assert!(refused.stderr.contains("gitops/ is generated"), "{}", refused.stderr);
}

#[test]
fn wrong_names_and_wrong_dumps_say_what_to_do() {
    let workspace = rendered();
    let stderr = workspace.run(["drift", "gkee", "--live", "live.json"]).fails_with(2);
    assert!(
        stderr.contains("gitops/ has no cluster `gkee`") && stderr.contains("did you mean `gke`"),
        "{stderr}"
    );
    let stderr = workspace.run(["drift", "../x", "--live", "live.json"]).fails_with(2);
    assert!(stderr.contains("has no cluster"), "{stderr}");
    workspace.write("live.json", "{\"kind\": ");
    let stderr = workspace.run(["drift", "gke", "--live", "live.json"]).fails_with(2);
    assert!(stderr.contains("live.json:1"), "{stderr}");
    let stderr = workspace.run(["drift", "gke", "--kubectl", "./no-kubectl"]).fails_with(2);
    assert!(stderr.contains("cannot start") && stderr.contains("--live FILE"), "{stderr}");
    assert_eq!(stderr.matches("cannot start").count(), 1, "{stderr}");
}

/// A kubectl that answers as a script says.
#[cfg(unix)]
fn stub(workspace: &Workspace, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    workspace.write("kubectl", &format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(workspace.path("kubectl"), std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(unix)]
#[test]
fn kubectl_is_asked_kind_by_kind_and_its_refusals_are_passed_on() {
    let workspace = Workspace::with(&[(
        "gitops/clusters/own/app/own.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {replicas: 2}\n",
    )]);
    let arguments = ["drift", "own", "--kubectl", "./kubectl", "--context", "a; b", "--timeout", "1"];
    let run = || workspace.run(arguments);
    let live = r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"},"spec":{"replicas":3}}"#;
    let asks = "case \"$2\" in Deployment.v1.apps) ;; *) exit 0;; esac\nprintf '%s\\n' \"$@\" > asked";
    stub(&workspace, &format!("{asks}\necho '{live}'"));
    let drifted = run();
    assert_eq!(drifted.status, Some(1), "{}", drifted.stderr);
    assert!(drifted.stdout.contains("spec.replicas  2 -> 3"), "{}", drifted.stdout);
    let asked = workspace.read("asked");
    assert!(asked.contains("--context=a; b\n") && asked.contains("--namespace=shop\n"), "{asked}");
    stub(
        &workspace,
        "echo 'error: the server doesn'\"'\"'t have a resource type \"Deployment\"' >&2; exit 1",
    );
    let missing = run();
    assert_eq!(missing.status, Some(1), "{}", missing.stderr);
    assert!(missing.stdout.contains("1 missing") && missing.stderr.contains("knows no Deployment.v1.apps"));
    stub(&workspace, "echo 'Error from server (Forbidden): deployments is forbidden' >&2; exit 1");
    let stderr = run().fails_with(2);
    assert!(stderr.contains("Forbidden") && stderr.contains("kubectl auth can-i list"), "{stderr}");
    stub(&workspace, "exec sleep 30");
    let stderr = run().fails_with(2);
    assert_eq!(stderr.matches("did not answer in 1 s").count(), 1, "one is enough: {stderr}");
    stub(&workspace, "echo '{\"kind\": \"List\", \"items\": ['");
    assert_eq!(run().status, Some(2), "half an answer is an error");
}

/// What the server would make of the tree counts as the tree: another spelling, a field that it drops, an image that a
/// webhook takes from elsewhere.
#[cfg(unix)]
#[test]
fn what_the_server_would_store_is_no_drift() {
    let deployment = |image: &str, replicas: u8| {
        format!(
            "{{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{{\"name\":\"web\",\"namespace\":\"shop\"}},\"spec\":\
             {{\"replicas\":{replicas},\"template\":{{\"spec\":{{\"containers\":[{{\"name\":\"web\",\"image\":\"{image}\"}}]}}}}}}}}"
        )
    };
    let workspace = Workspace::with(&[(
        "gitops/clusters/own/app/own.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  paused: false\n  replicas: 2\n  \
         template: {spec: {containers: [{name: web, image: web:1}]}}\n---\napiVersion: v1\nkind: Secret\nmetadata: \
         {name: web, namespace: shop}\nstringData: {token: canary}\n",
    )]);
    let secret = r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"web","namespace":"shop"},"data":{"token":"Y2FuYXJ5"}}"#;
    let answers = |live: &str, served: &str| {
        let script = format!(
            "echo \"$@\" >> asked\ncase \"$1 $2\" in\n'get Deployment.v1.apps') echo '{live}';;\n'get Secret') echo '{secret}';;\n\
             apply*) cat >> input; {served};;\nesac"
        );
        stub(&workspace, &script);
    };
    let run = |words: &str| {
        let arguments = format!("drift own --kubectl ./kubectl --revisions 0 {words}");
        workspace.run(arguments.split_whitespace())
    };
    let mirrored = deployment("mirror/web:1", 2);
    answers(&mirrored, &format!("echo '{mirrored}'"));
    let plain = run("");
    assert_eq!(plain.status, Some(1));
    assert!(plain.stdout.contains("web:1 -> mirror/web:1"), "{}", plain.stdout);
    assert_eq!(run("--server-side").status, Some(0));
    let asked = workspace.read("asked");
    assert!(asked.contains("--dry-run=server") && asked.contains("--server-side"), "{asked}");
    let input = workspace.read("input");
    assert!(input.contains("image: web:1") && !input.contains("canary"), "{input}");

    // What somebody changed is one all the same, at the place that it has in the tree.
    answers(&deployment("mirror/web:1", 5), &format!("echo '{mirrored}'"));
    let drifted = run("--server-side");
    assert_eq!(drifted.status, Some(1));
    assert!(drifted.stdout.contains("spec.replicas  2 -> 5"), "{}", drifted.stdout);
    assert!(!drifted.stdout.contains("image"), "{}", drifted.stdout);

    // Whoever may not do that is told, and compares with the tree.
    answers(&mirrored, "echo 'Error from server (Forbidden): may not patch' >&2; exit 1");
    let refused = run("--server-side");
    assert_eq!(refused.status, Some(1));
    assert!(refused.stderr.contains("Deployment web is compared as the tree has it"), "{}", refused.stderr);
    assert!(refused.stdout.contains("mirror/web:1"), "{}", refused.stdout);
    let stderr = workspace.run(["drift", "own", "--server-side", "--live", "x"]).fails_with(2);
    assert!(stderr.contains("cannot be used with"), "{stderr}");
}
