//! The formats of `stackgen diff`: each is what its readers take, none shows a secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::support::Workspace;

const FORMATS: [&str; 12] = [
    "text",
    "side-by-side",
    "unified",
    "names",
    "stat",
    "markdown",
    "html",
    "json",
    "json-patch",
    "github",
    "sarif",
    "dangers",
];

const BEFORE: &str = "\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: store, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: store}}
  serviceName: store
  template:
    metadata: {labels: {app: store}}
    spec:
      containers:
      - name: store
        image: registry.example.com/store:v1.0.0
        args: [--retention=30d, --level=info]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: scripts, namespace: shop}
data:
  run.sh: |
    set -e
    echo one
    echo two
---
apiVersion: v1
kind: Service
metadata: {name: store, namespace: shop}
spec: {ports: [{name: web, port: 80}]}
";

fn changed() -> String {
    BEFORE
        .replace("replicas: 3", "replicas: 0")
        .replace("{app: store}}\n  serviceName", "{app: shop}}\n  serviceName")
        .replace("store:v1.0.0", "store:v2.0.0")
        .replace("echo two", "echo ``` <b>@team #12\n    echo three")
        .replace("port: 80", "port: 8080")
}

fn workspace() -> Workspace {
    Workspace::with(&[("old.yaml", BEFORE), ("new.yaml", &changed())])
}

fn written(workspace: &Workspace, format: &str) -> String {
    let run = workspace.run(["diff", "old.yaml", "new.yaml", "-o", format]);
    assert_eq!(run.status, Some(1), "{format}: {}", run.stderr);
    run.stdout
}

#[test]
fn every_format_says_what_changed_and_the_same_every_time() {
    let workspace = workspace();
    let mut other: Vec<&str> = BEFORE.split("---\n").collect();
    other.reverse();
    let mixed = Workspace::with(&[("old.yaml", &other.join("---\n")), ("new.yaml", &changed())]);
    for format in FORMATS {
        let text = written(&workspace, format);
        assert!(text.contains("store") || format == "stat", "{format}: {text}");
        assert_eq!(text, written(&workspace, format), "{format}");
        // Places differ with the order of a file, and only they do.
        if matches!(format, "names" | "stat" | "unified" | "json-patch") {
            assert_eq!(text, written(&mixed, format), "{format}: the order of documents says nothing");
        }
    }
}

#[test]
fn the_json_is_what_its_schema_says() {
    let workspace = workspace();
    let report: Value = serde_json::from_str(&written(&workspace, "json")).unwrap();
    let schema: Value = serde_json::from_str(&workspace.run(["schema", "diff"]).quiet_success()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(report["schema"], "stackgen.diff/v1");
    let edits =
        report["changes"].as_array().unwrap().iter().flat_map(|change| change["edits"].as_array().unwrap());
    let port = edits.clone().find(|edit| edit["path"] == "spec.ports[web].port").unwrap();
    assert_eq!(port["before"]["pointer"], "/spec/ports/0/port");
    assert_eq!((&port["before"]["value"], &port["after"]["value"]), (&"80".into(), &"8080".into()));
    assert_eq!(port["after"]["place"]["file"], "new.yaml");
    assert!(!validator.is_valid(&serde_json::json!({"schema": "stackgen.diff/v1"})));
}

#[test]
fn code_scanning_and_annotations_get_the_dangers() {
    let workspace = workspace();
    let log: serde_sarif::sarif::Sarif = serde_json::from_str(&written(&workspace, "sarif")).unwrap();
    let results = log.runs[0].results.as_ref().unwrap();
    assert!(results.iter().any(|result| result.rule_id.as_deref() == Some("availability/no-replicas")));
    let annotations = written(&workspace, "github");
    assert!(annotations.lines().all(|line| line.starts_with("::error ") || line.starts_with("::warning ")));
    assert!(annotations.contains("file=new.yaml,line=5,"), "{annotations}");
}

#[test]
fn markdown_keeps_to_its_budget_and_never_drops_a_danger() {
    let workspace = workspace();
    let full = written(&workspace, "markdown");
    assert!(full.starts_with("<!-- stackgen diff -->\n"), "what a comment is found again by");
    assert!(full.contains("````diff\n"), "the fence is longer than what it holds: {full}");
    assert!(full.matches("````").count().is_multiple_of(2), "{full}");
    let outside: String = full.split("````").step_by(2).collect();
    assert!(!outside.contains("@team") && !outside.contains("<b>"), "{outside}");
    let run = workspace.run(["diff", "old.yaml", "new.yaml", "-o", "markdown", "--max-chars", "10"]);
    assert!(
        run.stdout.contains("availability/no-replicas") && run.stdout.contains("left out"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.len() < full.len());
}

/// Carries out operations of RFC 6902 that write whole values.
fn apply(document: &mut Value, operations: &[Value]) {
    for operation in operations {
        let path = operation["path"].as_str().unwrap();
        if path.is_empty() {
            *document = operation["value"].clone();
            continue;
        }
        let (parent, key) = path.rsplit_once('/').unwrap();
        let key = key.replace("~1", "/").replace("~0", "~");
        match (document.pointer_mut(parent).unwrap(), operation["op"].as_str().unwrap()) {
            (Value::Object(fields), "remove") => drop(fields.shift_remove(&key).unwrap()),
            (Value::Object(fields), _) => drop(fields.insert(key, operation["value"].clone())),
            (Value::Array(items), "replace") => {
                items[key.parse::<usize>().unwrap()] = operation["value"].clone();
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_patch_makes_the_one_of_the_other() {
    let workspace = workspace();
    let patches: Value = serde_json::from_str(&written(&workspace, "json-patch")).unwrap();
    let read = |text: &str| -> Vec<Value> {
        text.split("---\n").map(|document| serde_yaml::from_str(document).unwrap()).collect()
    };
    let (mut before, after) = (read(BEFORE), read(&changed()));
    for patch in patches["clusters"][0]["objects"].as_array().unwrap() {
        let name = patch["object"].as_str().unwrap();
        let document = before.iter_mut().find(|document| {
            let text = |path: &str| document.pointer(path).and_then(Value::as_str).unwrap_or_default();
            name == format!("{} {}/{}", text("/kind"), text("/metadata/namespace"), text("/metadata/name"))
        });
        apply(document.unwrap(), patch["operations"].as_array().unwrap());
    }
    assert_eq!(before, after);
}

#[test]
fn no_format_shows_a_secret() {
    let secret = |value: &str, name: &str| {
        let encoded = STANDARD.encode(value);
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, annotations: {{\
             kubectl.kubernetes.io/last-applied-configuration: '{{\"data\": \"{value}\"}}'}}}}\n\
             stringData: {{password: {value}, config.yaml: 'receivers: [{{name: {value}}}]'}}\ndata: {{key: {encoded}}}\n---\n"
        )
    };
    let (old, new) = ("swordfish-old-value", "marlin-new-value");
    let before = secret(old, "changed") + &secret(old, "gone");
    let after = secret(new, "changed") + &secret(new, "added");
    // The items of a typed list need not say what they are.
    let list = |value: &str| {
        format!(
            "apiVersion: v1\nkind: SecretList\nitems: [{{metadata: {{name: s}}, stringData: {{p: {value}}}}}, \
                 {{metadata: {{name: t}}, stringData: {value}}}]\n"
        )
    };
    let workspace =
        Workspace::with(&[("old.yaml", &(before + &list(old))), ("new.yaml", &(after + &list(new)))]);
    let names = workspace.run(["diff", "old.yaml", "new.yaml", "-o", "names"]).stdout;
    assert!(names.contains("Secret s") && names.contains("Secret t"), "what changed is told: {names}");
    for format in FORMATS {
        let file = format!("{format}={format}.out");
        let run = workspace.run(["diff", "old.yaml", "new.yaml", "-o", format, "-o", &file]);
        assert_eq!(run.status, Some(1), "{format}: {}", run.stderr);
        let all = format!("{}{}{}", run.stdout, run.stderr, workspace.read(&format!("{format}.out")));
        for value in [old, new] {
            assert!(!all.contains(value), "{format} shows a value: {all}");
            assert!(!all.contains(&STANDARD.encode(value)), "{format} shows a value: {all}");
        }
    }
}

#[test]
fn hidden_values_are_counted_in_every_format_for_people() {
    let workspace = workspace();
    for format in ["text", "markdown", "html", "json"] {
        let run = workspace.run(["diff", "old.yaml", "new.yaml", "-o", format, "--ignore", "spec.ports"]);
        assert!(run.stdout.contains("spec.ports"), "{format} names the filter: {}", run.stdout);
        assert!(!run.stdout.contains("8080"), "{format}: {}", run.stdout);
    }
}

#[test]
fn names_speak_neither_to_a_terminal_nor_to_a_runner() {
    let object = |value: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: \"n\\e[31m\\n::warning::x\"}}\n\
             data: {{\"k\\n::error::injected\\u202e\": {value}}}\n"
        )
    };
    let workspace = Workspace::with(&[("old.yaml", &object("a")), ("new.yaml", &object("b"))]);
    for format in FORMATS {
        let text = workspace.run(["diff", "old.yaml", "new.yaml", "-o", format]).stdout;
        // Programs that read JSON get names as they are.
        let turns = text.contains('\u{202e}') && !format.starts_with("json");
        assert!(!text.contains('\u{1b}') && !turns, "{format}: {text:?}");
        // YAML is shown as it is: what makes a log of it keeps commands out, as the action does.
        let commands = text.lines().filter(|line| line.trim_start().starts_with("::")).count();
        assert!(commands == 0 || format == "unified", "{format}: {text}");
    }
}

#[test]
fn markdown_of_many_changes_keeps_to_its_budget() {
    let tree = |tag: &str| -> String {
        let one = |index: usize| {
            format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d{index}}}\nspec: {{template: {{spec: \
                 {{containers: [{{name: a, image: 'registry.example.com/a-long-name-{index}:{tag}'}}]}}}}}}\n---\n"
            )
        };
        (0..900).map(one).collect()
    };
    let workspace = Workspace::with(&[("old.yaml", &tree("v1")), ("new.yaml", &tree("v2"))]);
    let run = workspace.run(["diff", "old.yaml", "new.yaml", "-o", "markdown"]);
    assert!(run.stdout.chars().count() <= 60_000, "{}", run.stdout.chars().count());
    assert!(run.stdout.contains("and 870 more"), "the images that are not listed are counted");
}

#[test]
fn two_columns_have_what_was_beside_what_is() {
    let workspace =
        Workspace::with(&[("old.yaml", BEFORE), ("new.yaml", &BEFORE.replace("v1.0.0", "v1.1.0"))]);
    let image = |version: &str| format!("registry.example.com/store:v1.{version}.0");
    let wide = |left: String, right: String| format!("      {left:<75} │ {right}\n");
    let expected = format!(
        "other objects\n  ~ StatefulSet shop/store\n    ~ containers[store].image\n{}{}1 changed; routine: only versions\n",
        wide(format!("- {}", image("0")), format!("+ {}", image("1"))),
        wide("  old.yaml:13".to_owned(), "  new.yaml:13".to_owned()),
    );
    let run = workspace.run(["diff", "old.yaml", "new.yaml", "-o", "side-by-side"]);
    assert_eq!((run.status, run.stdout), (Some(1), expected));
}

#[cfg(unix)]
#[test]
fn wide_terminals_get_two_columns() {
    let workspace =
        Workspace::with(&[("old.yaml", BEFORE), ("new.yaml", &BEFORE.replace("v1.0.0", "v1.1.0"))]);
    let on_terminal =
        |width| workspace.stackgen(["diff", "old.yaml", "new.yaml"]).env("TERM", "xterm").on_terminal(width);
    let (Some(wide), Some(narrow)) = (on_terminal(130), on_terminal(100)) else {
        return eprintln!("SKIPPED: wide_terminals_get_two_columns needs a system with terminals");
    };
    assert!(wide.contains('│') && wide.contains("\u{1b}[32m+ registry"), "{wide}");
    assert!(!narrow.contains('│') && narrow.contains("v1.1.0"), "{narrow}");
}
