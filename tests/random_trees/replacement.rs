//! Replacements: from a field of one object, or a text, into fields of others.

use serde_json::{Map, Value, json};

use crate::layer::{Builder, Layer};
use crate::random::Random;
use crate::text;

pub(crate) fn add(builder: &mut Builder, layer: &Layer, fields: &mut Map<String, Value>) {
    if layer.objects.is_empty() {
        return;
    }
    let entries: Vec<Value> = (0..builder.random.between(1, 2)).map(|_| entry(builder, layer)).collect();
    fields.insert("replacements".into(), entries.into());
}

fn entry(builder: &mut Builder, layer: &Layer) -> Value {
    let random = &mut builder.random;
    let mut entry = json!({});
    if builder.limits.recent && random.chance(25) {
        entry["sourceValue"] = text::text(random).into();
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
    if recent && random.chance(15) {
        select = json!({"kind": "Deploy.*|ConfigMap|Pod"});
    }
    let mut target = json!({"select": select});
    let with_delimiter = random.chance(10);
    let paths = field_paths(object, with_delimiter || random.chance(70));
    let embedded = if recent { embedded_paths(object) } else { Vec::new() };
    if !embedded.is_empty() && random.chance(60) {
        target["fieldPaths"] = json!([random.pick(&embedded)]);
    } else if random.chance(70) || paths.is_empty() {
        let created = ["metadata.annotations.replaced", "metadata.labels.new", "spec.fresh.deep", "data.k1"];
        target["fieldPaths"] = json!([random.pick(&created)]);
        target["options"] = json!({"create": true});
    } else {
        target["fieldPaths"] = json!([random.pick(&paths)]);
    }
    if with_delimiter {
        target["options"]["delimiter"] = (*random.pick(&["-", "/", ":"])).into();
        target["options"]["index"] = (*random.pick(&[-1, 0, 1, 9])).into();
    }
    if random.chance(15) {
        target["reject"] = json!([{"name": text::name(random)}]);
    }
    target
}

/// The paths of an object's fields in the grammar of replacements, without those that make up its id.
fn field_paths(object: &Value, only_scalars: bool) -> Vec<String> {
    let mut paths = Vec::new();
    collect(object, "", only_scalars, &mut paths);
    paths.retain(|path| !matches!(path.as_str(), "kind" | "apiVersion" | "metadata" | "metadata.name"));
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
