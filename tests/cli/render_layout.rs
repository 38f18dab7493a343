//! `stackgen render`: what the files are called, what is in them, and that every system and reader agrees.

use std::process::Command;

use super::render::{SERVICE, render, small};
use crate::support::{Workspace, skip};

const WEB: &str = "gitops/clusters/gke/web/";

/// Objects of the app `web`, besides what is there already.
fn with(objects: &str) -> Workspace {
    let workspace = small();
    workspace.write("base/more.yaml", objects);
    let kustomization = workspace.read("base/kustomization.yaml");
    workspace.write(
        "base/kustomization.yaml",
        &kustomization.replace("- objects.yaml", "- objects.yaml\n- more.yaml"),
    );
    workspace
}

fn object(kind: &str, name: &str, namespace: &str) -> String {
    let version = match kind {
        "Role" | "ClusterRole" => "rbac.authorization.k8s.io/v1",
        _ => "v1",
    };
    let name = serde_json::to_string(name).unwrap();
    let namespace = if namespace.is_empty() { String::new() } else { format!(", namespace: {namespace}") };
    format!("---\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}{namespace}}}\n")
}

/// The names of the files of the app `web`.
fn names(workspace: &Workspace) -> Vec<String> {
    workspace.files(WEB).into_keys().collect()
}

#[test]
fn names_stay_apart_where_the_case_of_letters_does_not_count() {
    let objects: String = [
        ("ClusterRole", "Foo", ""),
        ("ClusterRole", "foo", ""),
        ("ClusterRole", "system:aggregated-metrics-reader", ""),
        ("ConfigMap", "a.b", "monitoring"),
        ("ConfigMap", "a-b", "monitoring"),
        ("Role", "r", "monitoring"),
        ("Role", "r", "kube-system"),
        ("Role", "r", "default"),
    ]
    .map(|(kind, name, namespace)| object(kind, name, namespace))
    .concat();
    let workspace = with(&objects);
    render(&workspace, &["gke"]);
    let expected = [
        "clusterrole-%46oo.yaml",
        "clusterrole-foo.yaml",
        "clusterrole-system%3Aaggregated-metrics-reader.yaml",
        "configmap-a-b.yaml",
        "configmap-a.b.yaml",
        "kustomization.yaml",
        "role-r.yaml",
        "role-r@default.yaml",
        "role-r@kube-system.yaml",
        "service-web.yaml",
    ];
    assert_eq!(names(&workspace), expected);
    let built = workspace.run(["build", WEB]).quiet_success();
    assert_eq!(built.matches("\nkind: ").count(), expected.len() - 1, "{built}");
}

#[test]
fn another_object_renames_no_file() {
    let workspace = with(&object("Role", "r", "monitoring"));
    render(&workspace, &["gke"]);
    let before = names(&workspace);
    let more =
        [object("Role", "r", "monitoring"), object("Role", "r", "other"), object("Role", "R", "monitoring")];
    workspace.write("base/more.yaml", &more.concat());
    let knative = "---\napiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: web, namespace: monitoring}\n";
    workspace.write("base/objects.yaml", &format!("{}{knative}", workspace.read("base/objects.yaml")));
    render(&workspace, &["gke"]);
    let after = names(&workspace);
    assert!(before.iter().all(|name| after.contains(name)), "{after:?}");
    assert_eq!(after.len(), before.len() + 3);
    workspace.write("base/more.yaml", &object("Role", "r", "monitoring").replace("/v1", "/v1beta1"));
    let run = workspace.run(["render", "gke", "--allow-removals"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(
        workspace.read(&format!("{WEB}role-r.yaml")).contains("/v1beta1"),
        "a new version is the same file"
    );
}

#[test]
fn no_name_keeps_a_system_from_checking_the_tree_out() {
    let long = "x".repeat(253);
    let kinds = ["Con", "aux", "NUL", "Com1", "../up", ".hidden", "ConfigMap"];
    let all = ["con", "nul", "a.", "a ", "..", "\u{e9}", "e\u{301}", "a/b", "a\\b", &long];
    let objects: String =
        kinds.iter().flat_map(|kind| all.iter().map(move |name| object(kind, name, "monitoring"))).collect();
    let workspace = with(&objects);
    render(&workspace, &["gke"]);
    let names = names(&workspace);
    assert_eq!(names.len(), kinds.len() * all.len() + 2);
    let folded: std::collections::BTreeSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
    assert_eq!(folded.len(), names.len());
    for name in &names {
        let stem = name.split('.').next().unwrap();
        assert!(!["con", "aux", "nul", "com1"].contains(&stem), "{name}");
        assert!(
            name.len() <= 180 && name.strip_suffix(".yaml").is_some() && !name.starts_with('.'),
            "{name}"
        );
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-@%~".contains(&byte);
        assert!(name.bytes().all(is_plain), "{name}");
    }
    workspace.run(["render", "gke", "--check"]).is(0, "", "");
}

#[test]
fn one_object_from_two_files_names_both() {
    let workspace = with(&object("Service", "web", "monitoring"));
    let stderr = workspace.run(["render", "gke"]).fails_with(2);
    assert!(stderr.contains("base/objects.yaml:") && stderr.contains("base/more.yaml:"), "{stderr}");
    assert!(!workspace.path("gitops").exists());
}

#[test]
fn every_way_to_write_the_sources_gives_the_same_tree() {
    let clean = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: monitoring\ndata:\n  b: |\n    c\n    d\n";
    let reference = with(clean);
    render(&reference, &["gke"]);
    for text in [
        clean.replace('\n', "\r\n"),
        format!("\u{feff}{clean}"),
        clean.trim_end().to_owned() + "\n",
        format!("---\n---\n# \tremark\n{clean}...\n---\n"),
        format!("%YAML 1.1\n---\n{clean}"),
        "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"data\": {\"b\": \"c\\nd\\n\"},\n \
         \"metadata\": {\"namespace\": \"monitoring\", \"name\": \"a\"}}"
            .to_owned(),
    ] {
        let workspace = with(&text);
        render(&workspace, &["gke"]);
        assert!(workspace.files("gitops") == reference.files("gitops"), "{text:?}");
    }
    for (path, bytes) in reference.files("gitops") {
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains('\r') && !text.starts_with('\u{feff}') && text.ends_with('\n'), "{path}");
    }
}

/// Strings that one reader or another takes for something else; and what blocks have to keep.
const STRINGS: &[&str] = &[
    "yes",
    "no",
    "on",
    "off",
    "y",
    "n",
    "Y",
    "N",
    "true",
    "null",
    "Null",
    "~",
    "1.0",
    "1e3",
    "0777",
    "0o17",
    "0x1F",
    "0b1",
    "12:30",
    "190:20:30.15",
    "1_000",
    "1_.",
    "2001-01-01",
    "2001-1-1 1:00:00",
    "=",
    "<<",
    ".inf",
    "-.INF",
    ".nan",
    "+1",
    "1e1000",
    "-1e1000",
    "",
    " ",
    "@x",
    "`x",
    "%x",
    "!x",
    "&x",
    "*x",
    "- x",
    "? x",
    "x: y",
    "x #y",
    "#x",
    "{",
    "[",
    "a\nb",
    "a\nb\n",
    "a\nb\n\n",
    "a \nb",
    " a\nb",
    "a\r\nb",
    "\ttab",
    "a\tb",
    "\u{85}",
    "\u{feff}",
    "e\u{301}",
    "\u{1f600}",
    "|",
    ">",
    "'",
    "\"",
    "\\",
    "0x_",
    "1__0",
];

#[test]
fn other_readers_read_the_strings_that_were_written() {
    let test = "other_readers_read_the_strings_that_were_written";
    let values: Vec<String> =
        STRINGS.iter().enumerate().map(|(index, text)| format!("  k{index}: {}\n", escaped(text))).collect();
    let values = values.concat();
    let keys: String = ["=", "<<", "y", "1e1000", "012"].map(|key| format!("  {key:?}: key\n")).concat();
    let workspace = with(&format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, namespace: monitoring}}\ndata:\n{values}{keys}"
    ));
    render(&workspace, &["gke"]);
    let file = workspace.path(&format!("{WEB}configmap-a.yaml"));
    let script =
        "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1], newline=''))['data']))";
    let output = Command::new("python3").args(["-c", script]).arg(&file).output();
    let Some(output) =
        output.ok().filter(|output| !String::from_utf8_lossy(&output.stderr).contains("No module"))
    else {
        return skip(test, "python3 with PyYAML");
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    check_strings(&serde_json::from_slice(&output.stdout).unwrap(), "PyYAML");

    let rendered = std::fs::read_to_string(&file).unwrap();
    let serde: serde_json::Value = serde_yaml::from_str(&rendered).unwrap();
    check_strings(&serde["data"], "serde");

    let Ok(output) = Command::new("kubectl").args(["kustomize"]).arg(workspace.path(WEB)).output() else {
        return skip(test, "kubectl");
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let built = workspace.run(["build", WEB]).quiet_success();
    let theirs = String::from_utf8(output.stdout).unwrap();
    // Both of these kustomize itself loses, whatever it reads them from: see docs/differences.md.
    let is_kept = |line: &&str| *line != "  <<: key" && !line.starts_with("  k55: ");
    assert!(theirs.lines().filter(is_kept).eq(built.lines().filter(is_kept)), "{theirs}");
}

/// In double quotes, with nothing that YAML folds.
fn escaped(text: &str) -> String {
    let escape = |character: char| match character {
        ' '..='~' if !matches!(character, '"' | '\\') => character.to_string(),
        _ => format!("\\U{:08X}", u32::from(character)),
    };
    format!("\"{}\"", text.chars().map(escape).collect::<String>())
}

#[track_caller]
fn check_strings(data: &serde_json::Value, reader: &str) {
    for (index, text) in STRINGS.iter().enumerate() {
        assert_eq!(data[format!("k{index}")], **text, "{reader}");
    }
    for key in ["=", "<<", "y", "1e1000", "012"] {
        assert_eq!(data[key], "key", "{reader}: {key}");
    }
}

#[test]
fn what_every_app_lists_builds_to_what_was_rendered() {
    let workspace = Workspace::new();
    render_stack(&workspace);
    let printed = workspace.run(["render", "gke", "--stdout"]).quiet_success();
    let mut expected: Vec<&str> = printed.split("---\n").collect();
    let mut built = Vec::new();
    for entry in std::fs::read_dir(workspace.path("gitops/clusters/gke")).unwrap() {
        let app = entry.unwrap().path();
        let listed: Vec<String> = std::fs::read_to_string(app.join("kustomization.yaml"))
            .unwrap()
            .lines()
            .filter_map(|line| line.strip_prefix("- ").map(str::to_owned))
            .collect();
        let mut there: Vec<String> = std::fs::read_dir(&app)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "kustomization.yaml")
            .collect();
        there.sort();
        assert_eq!(listed, there, "{}", app.display());
        // What somebody drops there is not applied.
        std::fs::write(app.join("stray.yaml"), object("Service", "stray", "")).unwrap();
        built.push(workspace.run(["build".as_ref(), app.as_os_str()]).quiet_success());
    }
    let mut built: Vec<&str> = built.iter().flat_map(|text| text.split("---\n")).collect();
    expected.sort_unstable();
    built.sort_unstable();
    assert_eq!(built, expected);
    workspace.run(["render", "--check"]).is(0, "", "");
}

fn render_stack(workspace: &Workspace) {
    let run = workspace.run(["render"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
}

#[test]
fn nothing_that_changes_with_time_or_version_is_in_the_tree() {
    let workspace = Workspace::new();
    render_stack(&workspace);
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let host = host.trim();
    for (path, bytes) in workspace.files("gitops") {
        let text = String::from_utf8(bytes).unwrap();
        let first: Vec<&str> = text.lines().take(2).collect();
        if path.strip_suffix(".yaml").is_some() {
            assert_eq!(first[0], "# Code generated by stackgen. DO NOT EDIT.", "{path}");
            let is_list = path.ends_with("/kustomization.yaml");
            assert!(is_list || first[1].starts_with("# Source: "), "{path}: {}", first[1]);
            assert!(!first[1].contains("..") && !first[1].contains(": /"), "{path}: {}", first[1]);
        }
        let version = format!("stackgen {}", env!("CARGO_PKG_VERSION"));
        let root = workspace.root().to_str().unwrap();
        for machine in [root, env!("CARGO_MANIFEST_DIR"), &version] {
            assert!(!text.contains(machine), "{path} has {machine}");
        }
        assert!(host.len() < 6 || !text.contains(host), "{path} has the name of the machine");
    }
    let attributes = workspace.read("gitops/.gitattributes");
    assert_eq!(attributes, "** text eol=lf linguist-generated=true\n");
    assert!(workspace.read("gitops/README.md").contains("stackgen render --check"));
}

#[test]
fn a_base_beside_the_working_directory_is_named_by_the_way_to_it() {
    let workspace = Workspace::new();
    small().files("").into_iter().for_each(|(path, bytes)| {
        workspace.write(&format!("stack/{path}"), &String::from_utf8(bytes).unwrap());
    });
    workspace.write("shared/a\nkind: b.yaml", &object("Service", "shared", "monitoring"));
    workspace.write(
        "shared/kustomization.yaml",
        "resources: [\"a\\nkind: b.yaml\"]\nlabels: [{pairs: {app.kubernetes.io/name: web}}]\n",
    );
    workspace.write("stack/overlays/gke/kustomization.yaml", "resources: [../../base, ../../../shared]\n");
    let run = workspace.run(["-C", "stack", "render", "gke"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    let text = workspace.read("stack/gitops/clusters/gke/web/service-shared.yaml");
    assert_eq!(text.lines().nth(1), Some("# Source: ../shared/a\\u{a}kind: b.yaml"), "{text}");
}

#[test]
fn a_clone_that_changes_line_ends_is_up_to_date() {
    let workspace = small();
    workspace.write(".gitattributes", "*.png binary\n");
    render(&workspace, &[]);
    let git = |folder: &str, arguments: &[&str]| {
        let output = Command::new("git")
            .args(["-c", "core.autocrlf=true", "-c", "user.name=a", "-c", "user.email=a@b"])
            .args(arguments)
            .current_dir(workspace.path(folder))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output();
        output
            .ok()
            .map(|output| assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)))
    };
    if git("", &["init", "-q"]).is_none() {
        return skip("a_clone_that_changes_line_ends_is_up_to_date", "git");
    }
    git("", &["add", "-A"]);
    git("", &["commit", "-q", "-m", "all"]);
    git("", &["clone", "-q", ".", "clone"]);
    assert!(
        workspace.read("clone/stackgen.yaml").contains("\r\n"),
        "the rest of the clone has other line ends"
    );
    assert!(!workspace.read(&format!("clone/{SERVICE}")).contains('\r'));
    workspace.run(["-C", "clone", "render", "--check"]).is(0, "", "");
    assert_eq!(workspace.read(".gitattributes"), "*.png binary\n");
}

#[test]
fn an_app_that_moves_takes_its_files_along_and_back() {
    let workspace = small();
    render(&workspace, &["gke"]);
    let before = workspace.files("gitops");
    let kustomization = workspace.read("base/kustomization.yaml");
    workspace.write("base/kustomization.yaml", &kustomization.replace(": web", ": web-two"));
    render(&workspace, &["gke", "--allow-removals"]);
    assert!(workspace.path("gitops/clusters/gke/web-two/service-web.yaml").exists());
    assert!(!workspace.path("gitops/clusters/gke/web").exists());
    workspace.write("base/kustomization.yaml", &kustomization);
    render(&workspace, &["gke", "--allow-removals"]);
    assert!(workspace.files("gitops") == before);
}
