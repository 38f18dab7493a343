//! Patches of both kinds, mostly for objects that are there.

use serde_json::{Map, Value, json};

use crate::layer::{Builder, Layer};
use crate::random::Random;
use crate::tree::File;
use crate::{object, text, write};

/// `patches`, and now and then one of the two old fields.
pub(crate) fn add_all(builder: &mut Builder, layer: &Layer, fields: &mut Map<String, Value>) {
    if layer.objects.is_empty() {
        return;
    }
    if builder.random.chance(50) {
        let entries: Vec<Value> = (0..builder.random.between(1, 3)).map(|_| entry(builder, layer)).collect();
        fields.insert("patches".into(), entries.into());
    }
    if builder.random.chance(10) {
        let target = builder.random.pick(&layer.objects).clone();
        let patch = merge_patch(builder, &target);
        let name = builder.add_new(&layer.folder, "merge", File::Documents(vec![patch]));
        fields.insert("patchesStrategicMerge".into(), json!([name]));
    }
    if builder.random.chance(8) {
        let target = builder.random.pick(&layer.objects).clone();
        let operations = operations(&mut builder.random, &target);
        let name = builder.add_new(&layer.folder, "operations", operations);
        fields.insert("patchesJson6902".into(), json!([{"target": exact_target(&target), "path": name}]));
    }
}

fn entry(builder: &mut Builder, layer: &Layer) -> Value {
    let object = builder.random.pick(&layer.objects).clone();
    match builder.random.below(10) {
        0..=3 => {
            let mut patches = vec![merge_patch(builder, &object)];
            if builder.limits.recent && builder.random.chance(12) {
                let other = builder.random.pick(&layer.objects).clone();
                patches.push(merge_patch(builder, &other));
            }
            place(builder, layer, json!({}), File::Documents(patches))
        }
        4..=5 => {
            let mut patch = merge_patch(builder, &object);
            patch["metadata"]["name"] = "any".into();
            let target = loose_target(&mut builder.random, &object);
            let mut entry = json!({"target": target});
            if builder.random.chance(10) {
                entry["options"] = json!({"allowNameChange": true});
            }
            if builder.random.chance(6) {
                patch["kind"] = "Fleet".into();
                entry["options"] = json!({"allowKindChange": builder.random.chance(70)});
            }
            place(builder, layer, entry, File::Documents(vec![patch]))
        }
        _ => {
            let operations = operations(&mut builder.random, &object);
            place(builder, layer, json!({"target": exact_target(&object)}), operations)
        }
    }
}

/// Puts the patch into a file beside the kustomization, or into the entry itself.
fn place(builder: &mut Builder, layer: &Layer, mut entry: Value, patch: File) -> Value {
    match patch {
        File::Documents(documents) if builder.random.chance(40) => {
            let texts = documents.iter().map(|patch| write::document(patch, builder.random.number()));
            entry["patch"] = texts.collect::<Vec<_>>().join("---\n").into();
        }
        file => entry["path"] = builder.add_new(&layer.folder, "patch", file).into(),
    }
    entry
}

fn exact_target(object: &Value) -> Value {
    let (group, version) = group_and_version(object);
    let mut target = json!({"version": version, "kind": object["kind"], "name": object["metadata"]["name"]});
    if !group.is_empty() {
        target["group"] = group.into();
    }
    target
}

fn loose_target(random: &mut Random, object: &Value) -> Value {
    match random.below(8) {
        0 => json!({"kind": object["kind"]}),
        5 => json!({"kind": object["kind"], "namespace": text::namespace(random)}),
        6 => json!({"labelSelector": random.pick(&["app", "!app", "tier notin (back)", "app=web,!team"])}),
        7 => {
            json!({"kind": "ConfigMap|Secret|Fleet", "annotationSelector": random.pick(&["key", "k1=true"])})
        }
        1 => json!({"kind": object["kind"], "name": "w.*|api"}),
        2 => json!({"labelSelector": format!("{}={}", "app", "web"), "kind": object["kind"]}),
        3 => json!({"group": group_and_version(object).0, "name": object["metadata"]["name"]}),
        _ => json!({"kind": object["kind"], "annotationSelector": "!key"}),
    }
}

fn group_and_version(object: &Value) -> (&str, &str) {
    let both = object["apiVersion"].as_str().unwrap_or_default();
    both.split_once('/').unwrap_or(("", both))
}

/// A part of another object of the same kind, under the name of this one.
fn merge_patch(builder: &mut Builder, target: &Value) -> Value {
    let text = |field: &str| target[field].as_str().unwrap_or_default();
    let mut patch = object::of_kind(&mut builder.random, text("apiVersion"), text("kind"), builder.limits);
    thin_out(&mut builder.random, &mut patch);
    let labels = patch["metadata"].get("labels").cloned();
    let mut metadata = json!({"name": target["metadata"]["name"]});
    if let Some(namespace) = target["metadata"].get("namespace") {
        metadata["namespace"] = namespace.clone();
    }
    if let Some(labels) = labels {
        metadata["labels"] = labels;
    }
    patch["apiVersion"] = target["apiVersion"].clone();
    patch["kind"] = target["kind"].clone();
    patch["metadata"] = metadata;
    if builder.random.chance(4) {
        patch["$patch"] = "delete".into();
    }
    patch
}

/// Drops entries at random, sets some to null, and adds a directive here and there.
fn thin_out(random: &mut Random, value: &mut Value) {
    match value {
        Value::Object(map) => {
            let names: Vec<String> = map.keys().cloned().collect();
            for name in names {
                if name != "name" && random.chance(30) {
                    map.shift_remove(&name);
                } else if name != "name" && random.chance(5) {
                    map.insert(name, Value::Null);
                } else if let Some(inner) = map.get_mut(&name) {
                    thin_out(random, inner);
                }
            }
            if random.chance(3) {
                map.insert("$patch".into(), (*random.pick(&["delete", "replace", "merge"])).into());
            }
            if random.chance(1) {
                map.insert("$retainKeys".into(), json!(["name"]));
                map.insert("$setElementOrder/containers".into(), json!([{"name": "web"}]));
            }
        }
        Value::Array(items) => {
            for item in items.iter_mut() {
                thin_out(random, item);
            }
            if random.chance(3) {
                items.push(json!({"$patch": "replace"}));
            }
            if random.chance(4) {
                let key = *random.pick(&["name", "mountPath", "containerPort", "port"]);
                items.push(json!({key: random.pick(&["main", "web", "data", "A"]), "$patch": "delete"}));
            }
        }
        _ => {}
    }
}

/// One or two operations of a JSON patch on places that the object has.
fn operations(random: &mut Random, object: &Value) -> File {
    let mut places = Vec::new();
    collect_places(object, "", &mut places);
    places.retain(|(path, _)| {
        !matches!(
            path.as_str(),
            "/kind" | "/apiVersion" | "/metadata" | "/metadata/name" | "/metadata/annotations"
        )
    });
    let mut operations = Vec::new();
    for _ in 0..random.between(1, 2) {
        let scalars_only = random.chance(80);
        let fitting: Vec<_> = places.iter().filter(|(_, value)| value.is_string() || !scalars_only).collect();
        operations.push(operation(random, &fitting));
    }
    File::Documents(vec![Value::Array(operations)])
}

fn operation(random: &mut Random, places: &[&(String, Value)]) -> Value {
    let Some((path, value)) = (!places.is_empty()).then(|| *random.pick(places)) else {
        return json!({"op": "add", "path": "/metadata/labels", "value": {"new": text::text(random)}});
    };
    match random.below(20) {
        0..=2 => json!({"op": "remove", "path": path}),
        3..=8 => json!({"op": "replace", "path": path, "value": text::scalar(random)}),
        9 => json!({"op": "test", "path": path, "value": value}),
        10 | 11 => json!({"op": "copy", "from": path, "path": "/metadata/copied"}),
        12 => json!({"op": "move", "from": path, "path": "/moved"}),
        13.. if value.is_array() => {
            json!({"op": "add", "path": format!("{path}/-"), "value": object::free(random, 1)})
        }
        13.. if value.is_object() => {
            let step = *random.pick(&["new~1key", "missing", "til~0de"]);
            let name = *random.pick(&["add", "replace"]);
            json!({"op": name, "path": format!("{path}/{step}"), "value": text::scalar(random)})
        }
        _ => json!({"op": "add", "path": path, "value": text::scalar(random)}),
    }
}

/// Every place in a value, as a JSON pointer.
fn collect_places(value: &Value, path: &str, places: &mut Vec<(String, Value)>) {
    if !path.is_empty() {
        places.push((String::from(path), value.clone()));
    }
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                let step = name.replace('~', "~0").replace('/', "~1");
                collect_places(inner, &format!("{path}/{step}"), places);
            }
        }
        Value::Array(items) => {
            for (position, inner) in items.iter().enumerate() {
                collect_places(inner, &format!("{path}/{position}"), places);
            }
        }
        _ => {}
    }
}
