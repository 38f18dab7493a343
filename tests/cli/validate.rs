//! `stackgen validate`: what it reads, what it prints, how it ends.

use serde_json::Value;

use crate::support::{Workspace, stackgen_in};

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: web
spec:
  containers:
  - name: web
    image: registry.example.com/web:1.4.2
    envFrom:
    - configMapRef: {name: settings}
";
const CONFIG_MAP: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
";
const RULE: [&str; 2] = ["--rules", "ref/configmap"];

fn workspace() -> Workspace {
    Workspace::with(&[("tree/pod.yaml", POD)])
}

#[test]
fn what_one_file_names_may_be_in_another() {
    let workspace = workspace();
    workspace.write("tree/deeper/settings.yml", CONFIG_MAP);
    workspace.write("tree/.hidden/broken.yaml", "a: [");
    workspace.run(["validate", "tree"].into_iter().chain(RULE)).is(0, "", "");
    let alone = workspace.run(["validate", "tree/pod.yaml"].into_iter().chain(RULE));
    assert_eq!(alone.status, Some(1));
    workspace
        .run(["validate", "tree/pod.yaml", "tree/deeper/settings.yml"].into_iter().chain(RULE))
        .is(0, "", "");
}

#[test]
fn a_kustomization_is_built_and_its_sources_are_named() {
    let workspace = workspace();
    workspace.write("tree/kustomization.yaml", "resources: [pod.yaml]\nnamePrefix: my-\n");
    let run = workspace.run(["validate", "tree"].into_iter().chain(RULE));
    assert_eq!(run.status, Some(1));
    assert!(run.stdout.contains("--> tree/pod.yaml:11:28\n"), "{}", run.stdout);
    assert!(run.stdout.contains("object: v1 Pod web/my-web\n"), "{}", run.stdout);
}

#[test]
fn the_items_of_a_list_are_objects() {
    let indented = |text: &str| text.replace('\n', "\n  ");
    let list =
        format!("apiVersion: v1\nkind: List\nitems:\n- {}\n- {}\n", indented(POD), indented(CONFIG_MAP));
    let workspace = Workspace::with(&[("list.yaml", &list)]);
    workspace.run(["validate", "list.yaml"].into_iter().chain(RULE)).is(0, "", "");
}

#[test]
fn the_level_that_fails_is_a_choice() {
    let workspace = workspace();
    let run = |level| workspace.run(["validate", "tree", "--fail-on", level].into_iter().chain(RULE)).status;
    assert_eq!(["note", "warning", "error"].map(run), [Some(1); 3]);
}

#[test]
fn several_reports_of_one_run() {
    let workspace = workspace();
    let reports =
        ["-o", "json=findings.json", "-o", "sarif=findings.sarif", "-o", "junit=junit.xml", "-o", "github"];
    let run = workspace.run(["validate", "tree"].into_iter().chain(RULE).chain(reports));
    run.is(
        1,
        "::error file=tree/pod.yaml,line=11,col=28,endColumn=36,title=ref/configmap::there is no ConfigMap `settings` \
         in namespace `web`%0Aadd the ConfigMap, correct the name, or set `optional: true` if the pods start without it\n",
        "",
    );
    let json: Value = serde_json::from_str(&workspace.read("findings.json")).unwrap();
    assert_eq!(json["schema"], "stackgen.findings/v1");
    let finding = &json["findings"][0];
    let place = ["file", "line", "column", "end_line", "end_column"].map(|key| finding[key].to_string());
    assert_eq!(place, ["\"tree/pod.yaml\"", "11", "28", "11", "36"]);
    assert_eq!(finding["object"], "v1 Pod web/web");
    assert_eq!(finding["path"], "spec.containers[0].envFrom[0].configMapRef.name");
    assert!(
        workspace
            .read("junit.xml")
            .contains("<testcase name=\"tree/pod.yaml:11:28 v1 Pod web/web\" classname=\"ref/configmap\">")
    );
}

#[test]
fn sarif_is_sarif() {
    let workspace = workspace();
    let text = workspace.run(["validate", "tree", "-o", "sarif"].into_iter().chain(RULE)).stdout;
    let log: serde_sarif::sarif::Sarif = serde_json::from_str(&text).unwrap();
    let result = &log.runs[0].results.as_ref().unwrap()[0];
    assert_eq!(result.rule_id.as_deref(), Some("ref/configmap"));
    let json: Value = serde_json::from_str(&text).unwrap();
    let location = &json["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "tree/pod.yaml");
    assert_eq!(location["region"]["startLine"], 11);
    workspace.write("tree/settings.yaml", CONFIG_MAP);
    let clean = workspace.run(["validate", "tree", "-o", "sarif"].into_iter().chain(RULE)).quiet_success();
    assert_eq!(
        serde_json::from_str::<Value>(&clean).unwrap()["runs"][0]["results"],
        Value::Array(Vec::new())
    );
}

#[test]
fn a_report_without_findings_says_so() {
    let workspace = Workspace::with(&[("settings.yaml", CONFIG_MAP)]);
    let run = |format| workspace.run(["validate", "settings.yaml", "-o", format]).quiet_success();
    assert_eq!(run("text"), "");
    assert_eq!(run("github"), "");
    assert_eq!(run("markdown"), "stackgen validate: no findings\n");
    assert!(run("junit").contains("tests=\"1\" failures=\"0\""));
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let workspace = workspace();
    let stderr = workspace.run(["validate", "tre"]).fails_with(2);
    assert!(stderr.starts_with("error: cannot read it: "), "{stderr}");
    let stderr = workspace.run(["validate", "tree", "--rules", "ref/configmaps"]).fails_with(2);
    assert!(stderr.ends_with("hint: did you mean `ref/configmap`?\n"), "{stderr}");
    let stderr = workspace.run(["validate", "tree", "-o", "xml"]).fails_with(2);
    assert!(
        stderr.contains("the formats are text, json, sarif, junit, github, markdown, baseline"),
        "{stderr}"
    );
}

/// A repository may hold links into others, which are not beside it here. A manifest that is missing is another matter.
#[cfg(unix)]
#[test]
fn links_to_folders_that_are_not_there_are_passed_over_and_those_to_manifests_are_errors() {
    let workspace = workspace();
    workspace.write("tree/settings.yaml", CONFIG_MAP);
    std::os::unix::fs::symlink("../elsewhere", workspace.path("tree/catalog")).unwrap();
    workspace.run(["validate", "tree"].into_iter().chain(RULE)).is(0, "", "");
    std::os::unix::fs::symlink("../elsewhere.yaml", workspace.path("tree/gone.yaml")).unwrap();
    let stderr = workspace.run(["validate", "tree"]).fails_with(2);
    assert!(stderr.contains("cannot read it: ") && stderr.contains("gone.yaml"), "{stderr}");
}

/// What the values are is nobody's to know before they are decrypted, and then there is no `sops`.
#[test]
fn what_sops_has_encrypted_is_held_to_nothing() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: auth\n  namespace: web\ndata:\n  users: ENC[AES256_GCM,data:Ftm,iv:x,tag:y,type:str]\n";
    let limits = "apiVersion: v1\nkind: ResourceQuota\nmetadata:\n  name: web\n  namespace: web\nspec:\n  scopes: ENC[AES256_GCM,data:a,type:str]\n  hord: {}\n";
    let sops = "sops:\n  mac: ENC[AES256_GCM,data:b,type:str]\n  version: 3.13.1\n";
    let workspace = Workspace::with(&[("secret.sops.yaml", &format!("{secret}{sops}"))]);
    workspace.run(["validate", "secret.sops.yaml"]).is(0, "", "");
    workspace.write("quota.yaml", &format!("{limits}{sops}"));
    let run = workspace.run(["validate", "quota.yaml", "--rules", "schema/"]);
    assert_eq!((run.status, run.stdout.matches("[schema/").count()), (Some(1), 1), "{}", run.stdout);
    assert!(run.stdout.contains("`spec` has no field `hord`"), "{}", run.stdout);
    workspace.write("plain.yaml", secret);
    let run = workspace.run(["validate", "plain.yaml", "--rules", "schema/"]);
    assert!(run.stdout.contains("must be base64"), "{}", run.stdout);
}

#[test]
fn explains_a_rule_with_examples() {
    let text = Workspace::new().run(["validate", "--explain", "ref/configmap"]).quiet_success();
    assert!(text.starts_with("ref/configmap: pods ask for a ConfigMap that is not there\n"), "{text}");
    assert!(text.contains("\n# bad\n") && text.contains("\n# good\n"), "{text}");
}

#[test]
fn what_a_baseline_knows_does_not_count() {
    let workspace = workspace();
    let known = ["-o", "baseline=known.json"];
    assert_eq!(workspace.run(["validate", "tree"].into_iter().chain(RULE).chain(known)).status, Some(1));
    let later = || workspace.run(["validate", "tree", "--baseline", "known.json"].into_iter().chain(RULE));
    later().is(0, "", "");
    // Lines move, and a new one of the same kind is new.
    workspace.write("tree/pod.yaml", &format!("# moved\n{POD}    - configMapRef: {{name: more}}\n"));
    let run = later();
    assert_eq!(run.status, Some(1));
    assert!(
        run.stdout.contains("no ConfigMap `more`") && !run.stdout.contains("`settings`"),
        "{}",
        run.stdout
    );
    workspace.write("tree/pod.yaml", CONFIG_MAP);
    let note = "note: 1 findings of known.json are gone; write it anew with `-o baseline=known.json`\n";
    later().is(0, "", note);
    workspace.write("known.json", "{}");
    assert!(later().fails_with(2).starts_with("error: cannot read it: missing field `schema`"));
}

#[test]
fn settings_ignore_findings_of_the_stack() {
    let ignore = "validate:\n  ignore:\n  - {rule: sec/host-path, kind: Pod, name: agent, reason: it reads the logs}\n";
    let pod = |name: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\nspec:\n  containers:\n  - name: a\n    image: a:1\n  \
             volumes:\n  - name: a\n    hostPath: {{path: /etc}}\n"
        )
    };
    let workspace = Workspace::with(&[
        ("stackgen.yaml", &format!("clusters:\n- {{name: own, cloud: gke, overlay: own}}\n{ignore}")),
        ("own/kustomization.yaml", "resources: [agent.yaml, other.yaml]\n"),
        ("own/agent.yaml", &pod("agent")),
        ("own/other.yaml", &pod("other")),
    ]);
    let run = workspace.run(["validate", "--profile", "strict", "--rules", "sec/host-path,suppress/"]);
    assert_eq!(
        (run.status, run.stdout.matches("[sec/host-path]").count()),
        (Some(1), 1),
        "{}{}",
        run.stdout,
        run.stderr
    );
    assert!(run.stdout.contains(" --> own/other.yaml:"), "{}", run.stdout);
    workspace.write("own/agent.yaml", &pod("renamed"));
    let run = workspace.run(["validate", "--profile", "strict", "--rules", "sec/host-path,suppress/"]);
    assert!(run.stdout.contains(" --> stackgen.yaml:5:12\n"), "{}", run.stdout);
}

/// Everything that is wrong with all bad examples at once: threads take the work in another order each time.
#[test]
fn a_rendered_cluster_is_on_the_cloud_that_the_settings_say() {
    let class = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast}\n\
        provisioner: ebs.csi.aws.com\n";
    let workspace = Workspace::with(&[
        ("gitops/.stackgen/clusters/prod.json", "{}"),
        ("gitops/.stackgen/clusters/eks.json", "{}"),
        ("gitops/.stackgen/clusters/gke.json", "{}"),
        ("gitops/clusters/eks/class.yaml", class),
        ("gitops/clusters/gke/class.yaml", class),
        ("gitops/clusters/prod/class.yaml", class),
    ]);
    let found = |arguments: &[&str]| {
        let run = workspace.run([&["validate", "gitops", "--rules", "cloud/"], arguments].concat());
        let places = run.stdout.lines().filter_map(|line| line.strip_prefix(" --> gitops/clusters/"));
        let mut clusters: Vec<String> = places.map(|place| place.split('/').next().unwrap().into()).collect();
        clusters.dedup();
        clusters
    };
    assert_eq!(found(&[]), ["gke"], "without settings a cluster is named after its cloud");
    workspace.write("stackgen.yaml", "clusters: [{name: prod, cloud: aks}, {name: gke, cloud: gke}]\n");
    assert_eq!(found(&[]), ["gke", "prod"]);
    assert_eq!(found(&["--cloud", "eks"]), [""; 0]);
}

#[test]
fn the_same_bytes_on_any_number_of_threads() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let run = |threads: &str| {
        // Not those that are no YAML: what is missing may be in them, so nothing would be said of it.
        let paths =
            ["ref", "net", "sec", "sem", "prom", "am", "cloud"].map(|family| format!("tests/rules/{family}"));
        let arguments = ["validate", "--profile", "audit", "-o", "json"].map(str::to_owned);
        let arguments = arguments.into_iter().chain(paths);
        stackgen_in(root, arguments).env("RAYON_NUM_THREADS", threads).run().stdout
    };
    let first = run("1");
    assert!(first.matches("\"rule\"").count() > 300, "{first}");
    for threads in ["2", "8"].repeat(5) {
        assert!(run(threads) == first, "on {threads} threads");
    }
}
