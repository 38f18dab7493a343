//! Many clusters: values, parts of the fleet, and clusters that come and go.

use crate::support::Workspace;

/// A stack of one app on which clusters differ by a value only.
fn fleet(clusters: &[&str]) -> Workspace {
    let workspace = Workspace::with(&[
        (
            "base/kustomization.yaml",
            "resources:\n- objects.yaml\nlabels:\n- pairs: {app.kubernetes.io/name: prometheus}\n",
        ),
        (
            "base/objects.yaml",
            "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: prometheus, namespace: monitoring}\nspec:\n  \
             template:\n    spec:\n      containers:\n      - {name: prometheus, image: quay.io/prometheus/prometheus:v3}\n\
             ---\napiVersion: v1\nkind: Namespace\nmetadata: {name: monitoring}\n",
        ),
        ("overlays/aks/kustomization.yaml", "resources:\n- ../../base\n"),
        ("overlays/gke/kustomization.yaml", "resources:\n- ../../base\n"),
    ]);
    list(&workspace, clusters);
    workspace
}

fn list(workspace: &Workspace, clusters: &[&str]) {
    let entry = |(index, name): (usize, &&str)| {
        let cloud = ["aks", "gke"][index % 2];
        format!("- {{name: {name}, cloud: {cloud}, values: {{region: region-{name}}}}}\n")
    };
    let entries: String = clusters.iter().enumerate().map(entry).collect();
    let settings = format!("gitops:\n  repository: https://git.test/stack.git\nclusters:\n{entries}");
    workspace.write("stackgen.yaml", &settings);
}

#[track_caller]
fn render(workspace: &Workspace, arguments: &[&str]) {
    let run = workspace.run([&["render"], arguments].concat());
    assert_eq!((run.status, run.stdout.as_str()), (Some(0), ""), "{}", run.stderr);
}

const NAMES: [&str; 7] = ["a", "b", "c", "d", "e", "f", "g"];

#[test]
fn parts_rendered_on_different_machines_are_together_the_whole_tree() {
    let whole = fleet(&NAMES);
    render(&whole, &[]);
    let expected = whole.files("gitops");
    for count in [1, 2, 3, 8] {
        let together = fleet(&NAMES);
        for index in 1..=count {
            // Each machine starts from nothing and knows nothing of the others.
            let machine = fleet(&NAMES);
            render(&machine, &["--shard", &format!("{index}/{count}")]);
            for (path, bytes) in machine.files("gitops") {
                together.write(&format!("gitops/{path}"), &String::from_utf8(bytes).unwrap());
            }
        }
        assert_eq!(together.files("gitops"), expected, "{count} parts");
        together.run(["render", "--check"]).is(0, "", "");
    }
}

#[test]
fn parts_rendered_into_one_folder_are_the_whole_tree() {
    let (parts, whole) = (fleet(&NAMES), fleet(&NAMES));
    for part in ["3/3", "1/3", "2/3"] {
        render(&parts, &["--shard", part]);
    }
    render(&whole, &[]);
    assert_eq!(parts.files("gitops"), whole.files("gitops"));
}

#[test]
fn the_first_part_clears_away_what_is_left_of_clusters_that_are_gone() {
    let workspace = fleet(&NAMES);
    render(&workspace, &[]);
    list(&workspace, &["a", "b", "c", "d", "e", "f"]);
    let check = workspace.run(["render", "--check", "--shard", "2/2"]);
    assert_eq!((check.status, check.stdout.as_str()), (Some(0), ""), "{}", check.stderr);
    let check = workspace.run(["render", "--check", "--shard", "1/2"]);
    assert!(check.stdout.contains("extra    gitops/clusters/g/prometheus/"), "{}", check.stdout);
}

#[test]
fn a_part_is_written_like_one() {
    let stderr = fleet(&NAMES).run(["render", "--shard", "3/2"]).fails_with(2);
    assert!(stderr.contains("write it like 2/8"), "{stderr}");
    let stderr = fleet(&NAMES).run(["render", "a", "--shard", "1/2"]).fails_with(2);
    assert!(stderr.contains("cannot be used with"), "{stderr}");
}

#[test]
fn a_cloud_is_rendered_without_building_the_others_which_are_not_forgotten() {
    let workspace = fleet(&["a", "b"]);
    render(&workspace, &[]);
    workspace.write("overlays/gke/kustomization.yaml", "resources:\n- nowhere.yaml\n");
    render(&workspace, &["--cloud", "aks"]);
    let stderr = workspace.run(["render", "--check"]).fails_with(2);
    assert!(stderr.contains("overlays/gke/kustomization.yaml:2:3"), "{stderr}");
}

/// What Argo CD is told of a cluster must not change because another cluster does.
#[test]
fn a_clusters_files_depend_on_nothing_but_that_cluster() {
    let (alone, many) = (fleet(&["a"]), fleet(&NAMES));
    render(&alone, &[]);
    render(&many, &[]);
    let many = many.files("gitops");
    for (path, bytes) in alone.files("gitops") {
        assert_eq!(many.get(&path), Some(&bytes), "{path}");
    }
}

#[test]
fn threads_do_not_change_the_tree() {
    let names: Vec<String> = (0..60).map(|index| format!("cluster-{index:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (one, many) = (fleet(&names), fleet(&names));
    for (workspace, threads) in [(&one, "1"), (&many, "7")] {
        let run = workspace.stackgen(["render"]).env("RAYON_NUM_THREADS", threads).run();
        assert_eq!(run.status, Some(0), "{}", run.stderr);
        assert!(
            run.stderr.contains("(cluster-00, cluster-01,") && run.stderr.contains(" and 54 more)"),
            "{}",
            run.stderr
        );
    }
    assert_eq!(one.files("gitops"), many.files("gitops"));
}

#[test]
fn what_is_wrong_in_many_clusters_is_said_for_each_value_with_its_place() {
    let workspace = Workspace::with(&[(
        "stackgen.yaml",
        "clusters:\n- name: prod\n  cloud: gke\n  values:\n    prometheus_storage: 100\n",
    )]);
    let stderr = workspace.run(["render"]).fails_with(2);
    assert!(
        stderr.contains("`100` is no `prometheus_storage`") && stderr.contains("stackgen.yaml:5:25"),
        "{stderr}"
    );
    workspace.write(
        "stackgen.yaml",
        "clusters:\n- name: prod\n  cloud: gke\n  values:\n    prometheus_storage: 100GB\n    grafana_url: grafana\n    \
         external_labels: {cluster: x, a-b: y}\n    prometheus_replicas: 0\n    receivers:\n      dev: {email: nobody}\n    \
         smtp: {server: host}\n",
    );
    let stderr = workspace.run(["render"]).fails_with(2);
    for expected in [
        "`100GB` is no `prometheus_storage`\n --> stackgen.yaml:5:25\n",
        "hint: write it like 100Gi\n",
        "`grafana` is no `grafana_url`\n --> stackgen.yaml:6:18\n",
        "`cluster` cannot be an external label: it is there already",
        "`a-b` cannot be an external label: use letters",
        " --> stackgen.yaml:7:35\n",
        "`prometheus_replicas` must be from 1 to 10\n --> stackgen.yaml:8:26\n",
        "`nobody` is no `email`\n --> stackgen.yaml:10:20\n",
        "`host` is no `server`\n --> stackgen.yaml:11:20\n",
    ] {
        assert!(stderr.contains(expected), "{expected:?} is not in\n{stderr}");
    }
}

#[test]
fn an_unknown_value_has_a_place_and_a_proposal() {
    let workspace = Workspace::with(&[(
        "stackgen.yaml",
        "clusters:\n- name: prod\n  cloud: gke\n  values:\n    regoin: x\n",
    )]);
    let stderr = workspace.run(["render"]).fails_with(2);
    assert!(stderr.contains("unknown field `regoin`") && stderr.contains("stackgen.yaml:5:5"), "{stderr}");
    assert!(stderr.contains("hint: did you mean `region`?"), "{stderr}");
}

/// Every value of the embedded stack shows in what is rendered, and in nothing but the cluster that has it.
#[test]
fn every_value_reaches_the_objects() {
    let workspace = Workspace::with(&[(
        "stackgen.yaml",
        "clusters:\n- {name: plain, cloud: gke}\n- name: prod\n  cloud: gke\n  values:\n    region: europe-west4\n    \
         external_labels: {tenant: acme}\n    prometheus_url: https://prometheus.corp.test\n    alertmanager_url: \
         https://alertmanager.corp.test\n    grafana_url: https://grafana.corp.test/\n    runbooks_url: \
         https://wiki.corp.test/runbooks\n    prometheus_identity: robot@corp.test\n    prometheus_replicas: 3\n    \
         prometheus_storage: 500Gi\n    prometheus_retention: 15d\n    prometheus_cpu: \"2\"\n    prometheus_memory: \
         16Gi\n    alertmanager_storage: 7Gi\n    grafana_storage: 21Gi\n    receivers:\n      dev: {email: \
         dev@corp.test, slack_channel: \"#dev-corp\"}\n    smtp: {server: \"smtp.corp.test:25\", from: a@corp.test, \
         username: robot}\n",
    )]);
    let prod = workspace.run(["render", "prod", "--stdout"]).quiet_success();
    let plain = workspace.run(["render", "plain", "--stdout"]).quiet_success();
    for expected in [
        "value: europe-west4\n",
        "tenant: acme\n",
        "value: https://prometheus.corp.test\n",
        "value: https://alertmanager.corp.test\n",
        "value: https://grafana.corp.test/\n",
        "grafana_url: \"https://grafana.corp.test\"\n",
        "runbooks_url: \"https://wiki.corp.test/runbooks\"\n",
        "iam.gke.io/gcp-service-account: robot@corp.test\n",
        "  replicas: 3\n  revisionHistoryLimit: 5\n",
        "storage: 500Gi\n",
        "- name: RETENTION_SIZE\n          value: 400GB\n",
        "- name: RETENTION_TIME\n          value: 15d\n",
        "cpu: \"2\"\n",
        "limits:\n            memory: 16Gi\n",
        "storage: 7Gi\n",
        "storage: 21Gi\n",
        "- to: 'dev@corp.test'\n",
        "channel: '#dev-corp'\n",
        "smtp_smarthost: smtp.corp.test:25\n",
        "smtp_from: a@corp.test\n",
        "smtp_auth_username: robot\n",
    ] {
        let count = |text: &str| text.matches(expected).count();
        let is_shared = expected.contains("replicas: 3");
        assert!(count(&prod) > count(&plain), "{expected:?} is missing");
        assert!(is_shared || count(&plain) == 0, "{expected:?} is in another cluster");
        assert!(
            is_shared || expected.contains("corp.test") || count(&prod) == 1,
            "{expected:?} is there often"
        );
    }
    assert_eq!(prod.matches("- to: 'dev@corp.test'\n").count(), 1, "devops is another team");
}

/// Shards beyond the one that everything fits into: as many servers, each with its own part of the whole.
#[test]
fn a_cluster_has_as_many_shards_as_it_says() {
    let rendered = |shards: &str| {
        let settings = format!("clusters:\n- {{name: prod, cloud: gke, values: {{region: r{shards}}}}}\n");
        let workspace = Workspace::with(&[("stackgen.yaml", settings.as_str())]);
        workspace.run(["render", "prod", "--stdout"]).quiet_success()
    };
    let plain = rendered("");
    assert_eq!(rendered(", prometheus_shards: 1"), plain);
    for count in [2, 3, 5] {
        let sharded = rendered(&format!(", prometheus_shards: {count}"));
        let has = |text: &str| sharded.matches(text).count();
        assert_eq!(has("\n  name: prometheus-shard-"), 2 * count, "a StatefulSet and a ConfigMap each");
        assert_eq!(has(&format!("modulus: {count}\n")), 2 * count, "two jobs each");
        for shard in 0..count {
            assert_eq!(has(&format!("regex: \"{shard}\"\n")), 2, "shard {shard} of {count}");
        }
        assert_eq!(has(&format!("monitoring-shard: \"{count}\"")), 0, "one too many");
    }
}
