//! What is written for Argo CD and Flux is what their CustomResourceDefinitions allow, in every version that is
//! declared, and says what keeps clusters safe.
//!
//! `tests/engines/*.tsv` has the fields of each version (tools/engine-schemas). Where the whole definitions are at
//! hand, in `../shared/reference/crds`, the newest are checked with all that they say.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;

use regex::Regex;
use serde_json::Value;

use crate::support::Workspace;

/// A field in some versions.
struct Field {
    kind: String,
    is_required: bool,
    values: Vec<Value>,
    pattern: Option<Regex>,
    versions: BTreeSet<String>,
}

/// The fields of a kind by their paths; several where versions differ.
struct Fields(BTreeMap<String, Vec<Field>>);

impl Fields {
    fn read(kind: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/engines/{kind}.tsv"));
        let mut fields: BTreeMap<String, Vec<Field>> = BTreeMap::new();
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let [path, kind, required, values, pattern, versions] =
                <[&str; 6]>::try_from(line.split('\t').collect::<Vec<_>>()).unwrap();
            fields.entry(path.to_owned()).or_default().push(Field {
                kind: kind.to_owned(),
                is_required: required == "required",
                values: if values.is_empty() { Vec::new() } else { serde_json::from_str(values).unwrap() },
                pattern: (!pattern.is_empty()).then(|| Regex::new(pattern).unwrap()),
                versions: versions.split(' ').map(str::to_owned).collect(),
            });
        }
        Self(fields)
    }

    fn versions(&self) -> BTreeSet<String> {
        self.0[""].iter().flat_map(|field| field.versions.clone()).collect()
    }

    fn find(&self, path: &str, version: &str) -> Option<&Field> {
        self.0.get(path)?.iter().find(|field| field.versions.contains(version))
    }

    /// What is wrong with a value, below and at `path`.
    fn problems(&self, path: &str, value: &Value, version: &str, found: &mut Vec<String>) {
        let Some(field) = self.find(path, version) else {
            return found.push(format!("{path} is unknown in {version}"));
        };
        let is_of_kind = match field.kind.as_str() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64(),
            other => panic!("{path}: {other}"),
        };
        let is_in_form =
            field.pattern.as_ref().is_none_or(|form| form.is_match(value.as_str().unwrap_or("")));
        if !is_of_kind || !is_in_form || !field.values.is_empty() && !field.values.contains(value) {
            found.push(format!("{path} cannot be {value} in {version}"));
        }
        for item in value.as_array().into_iter().flatten() {
            self.problems(&format!("{path}[]"), item, version, found);
        }
        let Some(object) = value.as_object().filter(|_| path != "metadata") else { return };
        let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let is_map = self.find(&format!("{path}{{}}"), version).is_some();
        for (name, value) in object {
            let path = if is_map { format!("{path}{{}}") } else { below(name) };
            self.problems(&path, value, version, found);
        }
        for (other, fields) in &self.0 {
            let is_missing = |name: &str| {
                below(name) == *other && !name.contains(['.', '[', '{']) && !object.contains_key(name)
            };
            let name = other.rsplit('.').next().unwrap_or_default();
            let is_required =
                fields.iter().any(|field| field.is_required && field.versions.contains(version));
            if is_required && !other.is_empty() && is_missing(name) {
                found.push(format!("{other} is missing in {version}"));
            }
        }
    }
}

/// A stack with all that engines can be told.
fn stack(argo_cd: &str, flux: &str) -> Workspace {
    let ignored = "  ignore_fields:\n  - {group: apps, kind: Deployment, name: web, paths: [/spec/template/metadata/annotations]}\n";
    let ignored = if flux.is_empty() { "" } else { ignored };
    let version = |engine: &str, version: &str| {
        if version.is_empty() { String::new() } else { format!("  {engine}: {{version: \"{version}\"}}\n") }
    };
    let settings = format!(
        "clusters:\n- {{name: one, cloud: gke, server: https://10.0.0.1}}\ngitops:\n  repository: https://git.test/stack.git\n{}{}{ignored}",
        version("argocd", argo_cd),
        version("flux", flux)
    );
    let objects = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: monitoring}\n---\n\
        apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web, namespace: monitoring}\nspec:\n  \
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n---\n\
        apiVersion: v1\nkind: ConfigMap\nmetadata: {name: text, namespace: monitoring}\ndata: {a: \"${DS_PROMETHEUS}\"}\n---\n\
        apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: web}\n---\n\
        apiVersion: v1\nkind: Namespace\nmetadata: {name: monitoring}\n---\n\
        apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.com}\n";
    let workspace = Workspace::with(&[
        (
            "base/kustomization.yaml",
            "resources:\n- objects.yaml\nlabels:\n- pairs: {app.kubernetes.io/name: web}\n",
        ),
        ("base/objects.yaml", objects),
        ("overlays/gke/kustomization.yaml", "resources:\n- ../../base\n"),
        ("stackgen.yaml", &settings),
    ]);
    let run = workspace.run(["render"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    workspace
}

/// The objects of the engines by their paths.
fn objects(workspace: &Workspace) -> BTreeMap<String, Value> {
    let mut objects = BTreeMap::new();
    for folder in ["argocd", "flux"] {
        for (path, bytes) in workspace.files(&format!("gitops/{folder}")) {
            objects.insert(format!("{folder}/{path}"), serde_yaml::from_slice(&bytes).unwrap());
        }
    }
    objects
}

fn is_flux(object: &Value) -> bool {
    object["apiVersion"].as_str().unwrap().contains("fluxcd.io")
}

#[test]
fn every_object_is_valid_in_the_version_that_is_declared_and_in_all_if_none_is() {
    let kinds = ["Application", "AppProject", "Kustomization", "GitRepository"];
    let fields: BTreeMap<&str, Fields> = kinds.map(|kind| (kind, Fields::read(kind))).into();
    let all = |kind: &str| fields[kind].versions();
    let mut targets = vec![(String::new(), String::new())];
    targets.extend(all("Application").into_iter().map(|version| (version, String::new())));
    targets.push(("3.5".to_owned(), "2.9".to_owned()));
    for (argo_cd, flux) in targets {
        let mut seen = BTreeSet::new();
        for (path, object) in objects(&stack(&argo_cd, &flux)) {
            let kind = object["kind"].as_str().unwrap();
            seen.insert(kind.to_owned());
            let declared = if is_flux(&object) { &flux } else { &argo_cd };
            let versions = if declared.is_empty() { all(kind) } else { [declared.clone()].into() };
            let mut found = Vec::new();
            for version in versions {
                fields[kind].problems("", &object, &version, &mut found);
            }
            assert_eq!(
                found,
                Vec::<String>::new(),
                "{path} for Argo CD {argo_cd:?}, Flux {flux:?}:\n{object:#}"
            );
        }
        assert_eq!(seen, kinds.map(str::to_owned).into());
    }
}

/// The check itself sees what is wrong.
#[test]
fn the_check_refuses_what_a_cluster_would() {
    let fields = Fields::read("Application");
    let object = &objects(&stack("", ""))["argocd/one/web.yaml"];
    let problems = |change: &dyn Fn(&mut Value), version: &str| {
        let mut object = object.clone();
        change(&mut object);
        let mut found = Vec::new();
        fields.problems("", &object, version, &mut found);
        found
    };
    assert_eq!(problems(&|_| {}, "2.13"), Vec::<String>::new());
    let refresh = |object: &mut Value| object["spec"]["syncPolicy"]["retry"]["refresh"] = true.into();
    assert_eq!(problems(&refresh, "3.0"), ["spec.syncPolicy.retry.refresh is unknown in 3.0"]);
    assert!(problems(&refresh, "3.2").is_empty());
    let limit = |object: &mut Value| object["spec"]["syncPolicy"]["retry"]["limit"] = "5".into();
    assert_eq!(problems(&limit, "3.5"), ["spec.syncPolicy.retry.limit cannot be \"5\" in 3.5"]);
    let project = |object: &mut Value| drop(object["spec"].as_object_mut().unwrap().remove("project"));
    assert_eq!(problems(&project, "3.5"), ["spec.project is missing in 3.5"]);
}

#[test]
fn foundations_are_never_pruned_and_everything_waits_for_them() {
    let objects = objects(&stack("3.5", "2.9"));
    for app in ["crds", "prereqs"] {
        let argo_cd = &objects[&format!("argocd/one/{app}.yaml")]["spec"]["syncPolicy"];
        assert_eq!(argo_cd["automated"]["prune"], false);
        let options = argo_cd["syncOptions"].as_array().unwrap();
        assert!(options.contains(&"Prune=false".into()) && options.contains(&"Delete=false".into()));
        let flux = &objects[&format!("flux/one/{app}.yaml")]["spec"];
        assert_eq!((&flux["prune"], &flux["deletionPolicy"]), (&false.into(), &"Orphan".into()));
    }
    let wave = |app: &str| {
        let object = &objects[&format!("argocd/one/{app}.yaml")];
        let wave = &object["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"];
        wave.as_str().unwrap().parse::<i32>().unwrap()
    };
    assert!(wave("crds") < wave("prereqs") && wave("prereqs") < wave("web"));
    let web = &objects["flux/one/web.yaml"]["spec"];
    let waits: Vec<&str> =
        web["dependsOn"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(waits, ["monitoring-crds", "monitoring-prereqs"]);
    for (path, object) in &objects {
        assert!(object["spec"].get("postBuild").is_none(), "{path}");
        assert!(!path.ends_with("/kustomization.yaml"), "{path}");
        if object["kind"] == "Application" {
            assert_eq!(object["spec"]["syncPolicy"]["automated"]["selfHeal"], true, "{path}");
            assert_eq!(object["spec"]["syncPolicy"]["automated"]["allowEmpty"], false, "{path}");
        }
    }
    assert_eq!(objects["argocd/root-one.yaml"]["spec"]["syncPolicy"]["automated"]["prune"], false);
}

#[test]
fn a_project_allows_one_cluster_and_no_more_than_it_holds() {
    let project = |version: &str| objects(&stack(version, ""))["argocd/project-one.yaml"]["spec"].clone();
    let old = project("");
    let destination =
        |namespace: &str| serde_json::json!({"server": "https://10.0.0.1", "namespace": namespace});
    assert_eq!(old["destinations"], serde_json::json!([destination("monitoring")]));
    let kinds = serde_json::json!([
        {"group": "", "kind": "Namespace"},
        {"group": "apiextensions.k8s.io", "kind": "CustomResourceDefinition"},
        {"group": "rbac.authorization.k8s.io", "kind": "ClusterRole"},
    ]);
    assert_eq!(old["clusterResourceWhitelist"], kinds);
    let new = project("3.3");
    assert_eq!(new["clusterResourceWhitelist"][2]["name"], "web");
}

/// One list for both engines, and the replicas of what is scaled.
#[test]
fn fields_of_others_are_left_alone_by_both_engines() {
    let objects = objects(&stack("3.5", "2.9"));
    let paths = serde_json::json!(["/spec/replicas", "/spec/template/metadata/annotations"]);
    let argo_cd = serde_json::json!([
        {"group": "apps", "kind": "Deployment", "namespace": "monitoring", "name": "web", "jsonPointers": paths},
    ]);
    assert_eq!(objects["argocd/one/web.yaml"]["spec"]["ignoreDifferences"], argo_cd);
    let target =
        serde_json::json!({"group": "apps", "kind": "Deployment", "namespace": "monitoring", "name": "web"});
    let flux = serde_json::json!([{"paths": paths, "target": target}]);
    assert_eq!(objects["flux/one/web.yaml"]["spec"]["ignore"], flux);
    assert!(objects["argocd/one/prereqs.yaml"]["spec"].get("ignoreDifferences").is_none());
    let settings = "gitops: {ignore_fields: [{kind: Service, paths: [/spec]}]}\n";
    let stderr = Workspace::with(&[("stackgen.yaml", settings)]).run(["render"]).fails_with(2);
    assert!(stderr.contains("Flux can leave fields alone since 2.9"), "{stderr}");
}

#[test]
fn text_with_variables_is_kept_from_flux_and_nothing_else_is_annotated() {
    let workspace = stack("", "");
    let text = workspace.read("gitops/clusters/one/web/configmap-text.yaml");
    assert!(text.contains("kustomize.toolkit.fluxcd.io/substitute: disabled\n"), "{text}");
    for file in ["deployment-web", "clusterrole-web"] {
        let other = workspace.read(&format!("gitops/clusters/one/web/{file}.yaml"));
        assert!(!other.contains("substitute"), "{other}");
    }
}

#[test]
fn what_argo_cd_would_leave_out_is_refused() {
    let workspace = stack("", "");
    let objects =
        workspace.read("base/objects.yaml").replace("${DS_PROMETHEUS}", "+argocd:skip-file-rendering");
    workspace.write("base/objects.yaml", &objects);
    let stderr = workspace.run(["render"]).fails_with(2);
    assert!(stderr.starts_with("error: Argo CD would leave it out"), "{stderr}");
}

/// Makes a schema refuse fields that it does not name.
fn close(schema: &mut Value) {
    let is_open = schema.get("x-kubernetes-preserve-unknown-fields").is_some_and(|open| *open == true);
    if let Some(object) = schema.as_object_mut() {
        if object.contains_key("properties") && !object.contains_key("additionalProperties") && !is_open {
            object.insert("additionalProperties".to_owned(), false.into());
        }
        object.values_mut().for_each(close);
    } else if let Some(list) = schema.as_array_mut() {
        list.iter_mut().for_each(close);
    }
}

#[test]
fn every_object_is_valid_under_the_whole_definitions() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/crds");
    if !folder.is_dir() {
        let _ =
            writeln!(std::io::stderr(), "SKIPPED: the whole definitions of Argo CD and Flux are not at hand");
        return;
    }
    for (path, object) in objects(&stack("3.5", "2.9")) {
        let (version, kind) = (object["apiVersion"].as_str().unwrap(), object["kind"].as_str().unwrap());
        let file = folder.join(format!("{}_{kind}.json", version.replace('/', "_")));
        let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        close(&mut schema);
        let validator = jsonschema::validator_for(&schema).unwrap();
        let found: Vec<String> = validator
            .iter_errors(&object)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(found, Vec::<String>::new(), "{path}:\n{object:#}");
    }
}
