//! ConfigMap and Secret generators with all their sources.

use serde_json::{Value, json};

use crate::layer::{Builder, Layer};
use crate::random::Random;
use crate::text;
use crate::tree::File;
use crate::write;

/// One or two entries; what they create joins the layer's objects.
pub(crate) fn entries(builder: &mut Builder, layer: &mut Layer, kind: &str) -> Vec<Value> {
    let mut made = Vec::new();
    for _ in 0..builder.random.between(1, 2) {
        let entry = entry(builder, layer, kind);
        if entry["behavior"].is_null() {
            layer.objects.push(json!({
                "apiVersion": "v1",
                "kind": kind,
                "metadata": {"name": entry["name"]},
                "data": {},
            }));
        }
        made.push(entry);
    }
    made
}

fn entry(builder: &mut Builder, layer: &Layer, kind: &str) -> Value {
    let mut entry = json!({"name": text::name(&mut builder.random)});
    let same: Vec<&Value> = layer.objects.iter().filter(|object| object["kind"] == kind).collect();
    let clashes = same.iter().any(|object| object["metadata"]["name"] == entry["name"]);
    if !same.is_empty() && (clashes || builder.random.chance(30)) {
        let object = *builder.random.pick(&same);
        entry["name"] = object["metadata"]["name"].clone();
        if let Some(namespace) = object["metadata"].get("namespace") {
            entry["namespace"] = namespace.clone();
        }
        entry["behavior"] = (*builder.random.pick(&["merge", "replace", "merge"])).into();
    }
    add_sources(builder, layer, &mut entry);
    if kind == "Secret" && builder.random.chance(30) {
        entry["type"] = (*builder.random.pick(&["kubernetes.io/tls", "Opaque"])).into();
    }
    if builder.random.chance(25) {
        entry["options"] = options(&mut builder.random);
    }
    entry
}

/// A builtin generator as a configuration text.
pub(crate) fn plugin(builder: &mut Builder, layer: &mut Layer) -> String {
    let name = text::name(&mut builder.random);
    let config = json!({
        "apiVersion": "builtin",
        "kind": builder.random.pick(&["ConfigMapGenerator", "SecretGenerator"]),
        "metadata": {"name": format!("{name}-plugin")},
        "literals": [format!("key={}", text::text(&mut builder.random))],
        "options": options(&mut builder.random),
    });
    let kind = if config["kind"] == "ConfigMapGenerator" { "ConfigMap" } else { "Secret" };
    layer.objects.push(json!({"apiVersion": "v1", "kind": kind, "metadata": config["metadata"], "data": {}}));
    write::document(&config, builder.random.number())
}

fn add_sources(builder: &mut Builder, layer: &Layer, entry: &mut Value) {
    let random = &mut builder.random;
    if random.chance(80) {
        let values = text::texts(random, 1, 3);
        let literals =
            values.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()));
        entry["literals"] = literals.collect();
    }
    if builder.random.chance(25) {
        let bytes = content(&mut builder.random);
        let name = builder.add_new(&layer.folder, "content", File::Bytes(bytes));
        let prefix = if builder.random.chance(50) { "renamed=" } else { "" };
        entry["files"] = json!([format!("{prefix}{name}")]);
    }
    if builder.random.chance(20) {
        let bytes = variables(&mut builder.random);
        let name = builder.add_new(&layer.folder, "variables", File::Bytes(bytes));
        entry["envs"] = json!([name]);
    }
}

/// A file: text, and sometimes bytes that are none.
fn content(random: &mut Random) -> Vec<u8> {
    if random.chance(20) {
        return (0..random.between(1, 120)).map(|_| random.number().to_le_bytes()[0]).collect();
    }
    let parts: Vec<String> = (0..random.between(0, 3)).map(|_| text::text(random)).collect();
    parts.join("\n").into_bytes()
}

/// An environment file: comments, blank lines, a byte order mark.
fn variables(random: &mut Random) -> Vec<u8> {
    let mut lines = String::from(if random.chance(15) { "\u{feff}" } else { "" });
    for name in ["ONE", "TWO", "three.four"] {
        let value = text::text(random).replace(['\n', '\r'], " ");
        match random.below(6) {
            0 => lines.push_str("# comment\n\n"),
            1 => lines.push_str("   "),
            _ => {}
        }
        lines.push_str(&format!("{name}={value}\n"));
    }
    lines.into_bytes()
}

/// Generator options, for one generator or for all.
pub(crate) fn options(random: &mut Random) -> Value {
    let mut options = json!({});
    if random.chance(50) {
        options["labels"] = text::labels(random).into();
    }
    if random.chance(30) {
        options["annotations"] = text::texts(random, 1, 2).into();
    }
    if random.chance(30) {
        options["disableNameSuffixHash"] = true.into();
    }
    if random.chance(20) {
        options["immutable"] = true.into();
    }
    options
}
