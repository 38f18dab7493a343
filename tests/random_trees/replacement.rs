//! Replacements: from a field of one object, or a text, into fields of others.

use serde_json::{Map, Value, json};

use crate::layer::{Builder, Layer};
use crate::random::Random;
use crate::text;
use crate::tree::File;

/// Paths that few objects have.
const CREATED: [&str; 12] = [
    "metadata.annotations.replaced",
    "metadata.labels.new",
    "metadata.labels.[example.com/part]",
    "spec.fresh.deep",
    "spec.fresh.0.deep",
    "spec.fresh.[name=new].deep",
    "spec.template.spec.containers.[name=added].image",
    "spec.template.spec.containers.*.imagePullPolicy",
    "spec.template.spec.volumes.0.name",
    "data.k1",
    "data.a\\.b",
    "spec.list.[=x]",
];

pub(crate) fn add(builder: &mut Builder, layer: &Layer, fields: &mut Map<String, Value>) {
    if layer.objects.is_empty() {
        return;
    }
    let mut entries: Vec<Value> = (0..builder.random.between(1, 2)).map(|_| entry(builder, layer)).collect();
    if builder.random.chance(15) {
        let moved = if builder.random.chance(50) { entries.remove(0) } else { entries.drain(..).collect() };
        let file = File::Documents(vec![moved]);
        entries.push(json!({"path": builder.add_new(&layer.folder, "replacement", file)}));
    }
    fields.insert("replacements".into(), entries.into());
}

fn entry(builder: &mut Builder, layer: &Layer) -> Value {
    let random = &mut builder.random;
    let mut entry = json!({});
    if builder.limits.recent && random.chance(25) {
        entry["sourceValue"] = source_value(random).into();
    } else {
        let object = random.pick(&layer.objects);
        entry["source"] = source(random, object);
    }
    let mut targets = Vec::new();
    for _ in 0..random.between(1, 2) {
        let object = random.pick(&layer.objects);
        targets.push(target(random, object, builder.limits.recent));
    }
    entry["targets"] = targets.into();
    entry
}

/// A text, or one that looks like a number, a boolean or null.
fn source_value(random: &mut Random) -> String {
    match text::scalar(random) {
        Value::String(value) => text::as_raw(&value).map_or_else(|| value.clone(), String::from),
        other => other.to_string(),
    }
}

fn source(random: &mut Random, object: &Value) -> Value {
    let mut source = json!({"kind": object["kind"], "name": object["metadata"]["name"]});
    let with_delimiter = random.chance(8);
    let paths = field_paths(object, with_delimiter || random.chance(70));
    if random.chance(50) && !paths.is_empty() {
        source["fieldPath"] = random.pick(&paths).clone().into();
    }
    if with_delimiter {
        source["options"] = json!({"delimiter": random.pick(&["-", ".", ":"]), "index": 0});
    }
    source
}

fn target(random: &mut Random, object: &Value, recent: bool) -> Value {
    let mut select = json!({"kind": object["kind"]});
    if random.chance(70) {
        select["name"] = object["metadata"]["name"].clone();
    }
    match random.below(12) {
        0 if recent => select = json!({"kind": "Deploy.*|ConfigMap|Pod"}),
        1 => {
            select["labelSelector"] =
                (*random.pick(&["app=web", "app", "!tier", "app in (web,back)"])).into();
        }
        2 => select["annotationSelector"] = (*random.pick(&["!key", "key", "k1!=x"])).into(),
        3 => select["version"] = "v1".into(),
        4 => select["namespace"] = text::namespace(random).into(),
        _ => {}
    }
    let mut target = json!({"select": select});
    let with_delimiter = random.chance(10);
    let paths = field_paths(object, with_delimiter || random.chance(70));
    let embedded = if recent { embedded_paths(object) } else { Vec::new() };
    if !embedded.is_empty() && random.chance(60) {
        target["fieldPaths"] = json!([random.pick(&embedded)]);
    } else if random.chance(70) || paths.is_empty() {
        let fitting: Vec<&str> = CREATED.into_iter().filter(|path| may_be_made(path, object)).collect();
        let paths: Vec<&str> = (0..random.between(1, 2)).map(|_| *random.pick(&fitting)).collect();
        target["fieldPaths"] = json!(paths);
        target["options"] = json!({"create": true});
    } else {
        let path = random.pick(&paths).clone();
        target["fieldPaths"] = json!([loosened(random, path)]);
        if random.chance(15) {
            target["options"] = json!({"create": true});
        }
    }
    if with_delimiter {
        target["options"]["delimiter"] = (*random.pick(&["-", "/", ":"])).into();
        target["options"]["index"] = (*random.pick(&[-1, 0, 1, 9])).into();
    }
    if random.chance(15) {
        let rejects = [
            json!({"name": text::name(random)}),
            json!({"kind": "ConfigMap|Pod"}),
            json!({"labelSelector": "app=web"}),
            json!({"namespace": text::namespace(random)}),
        ];
        target["reject"] = json!([random.pick(&rejects)]);
    }
    target
}

/// Whether the object has what the path does not make.
fn may_be_made(path: &str, object: &Value) -> bool {
    let template = path.starts_with("spec.template");
    if template {
        object["spec"]["template"].is_object()
    } else {
        !path.starts_with("data") || !object["data"].is_null()
    }
}

/// The same path, at times with all items of a list in the place of one, or a pattern in the place of a name.
fn loosened(random: &mut Random, path: String) -> String {
    let mut steps: Vec<String> = path.split('.').map(String::from).collect();
    let lists: Vec<usize> = (0..steps.len())
        .filter(|at| steps[*at].parse::<usize>().is_ok() || steps[*at].starts_with("[name="))
        .collect();
    if lists.is_empty() || path.contains('\\') || random.chance(60) {
        return path;
    }
    let at = *random.pick(&lists);
    steps[at] = String::from(*random.pick(&["*", "[name=.*]", "[name=main]", "[name=w]", "0", "1", "-"]));
    steps.join(".")
}

/// The paths of an object's fields in the grammar of replacements, without those that make up its id.
fn field_paths(object: &Value, only_scalars: bool) -> Vec<String> {
    let mut paths = Vec::new();
    collect(object, "", only_scalars, &mut paths);
    let skipped = ["kind", "apiVersion", "metadata", "metadata.name", "metadata.annotations"];
    paths.retain(|path| !skipped.contains(&path.as_str()));
    paths
}

fn collect(value: &Value, path: &str, only_scalars: bool, paths: &mut Vec<String>) {
    let is_collection = value.is_object() || value.is_array();
    if !(path.is_empty() || is_collection && only_scalars) {
        paths.push(String::from(path));
    }
    let join = |step: &str| if path.is_empty() { String::from(step) } else { format!("{path}.{step}") };
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                collect(inner, &join(&escape(name)), only_scalars, paths);
            }
        }
        Value::Array(items) => {
            for (position, inner) in items.iter().enumerate() {
                let step = match inner.get("name").and_then(Value::as_str) {
                    Some(name) if position % 2 == 0 => format!("[name={name}]"),
                    _ => position.to_string(),
                };
                collect(inner, &join(&step), only_scalars, paths);
            }
        }
        _ => {}
    }
}

/// Paths that go on into the YAML or JSON text of a field.
fn embedded_paths(object: &Value) -> Vec<String> {
    let mut paths = Vec::new();
    for (key, text) in object["data"].as_object().into_iter().flatten() {
        let steps: &[&str] = match text.as_str() {
            Some(text) if text.starts_with("global:") => &[
                "global.scrape_interval",
                "scrape_configs.[job_name=node].job_name",
                "scrape_configs.0.static_configs",
            ],
            Some(text) if text.starts_with("{\n") => &["title", "panels.0.id", "tags", "missing"],
            Some(text) if text.starts_with("{\"") => &["a.1", "a", "b"],
            _ => &[],
        };
        paths.extend(steps.iter().map(|step| format!("data.{}.{step}", escape(key))));
    }
    paths
}

fn escape(key: &str) -> String {
    if key.contains('/') { format!("[{key}]") } else { key.replace('.', "\\.") }
}
