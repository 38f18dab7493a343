//! Builtin transformers as configuration files or inline texts.

use serde_json::{Map, Value, json};

use crate::layer::{Builder, Layer};
use crate::tree::File;
use crate::{text, write};

pub(crate) fn add(builder: &mut Builder, layer: &Layer, fields: &mut Map<String, Value>) {
    let mut config = config(builder);
    config["apiVersion"] = "builtin".into();
    if config.get("metadata").is_none() {
        config["metadata"] = json!({"name": "plugin"});
    }
    let entry = if builder.random.chance(50) {
        write::document(&config, builder.random.number())
    } else {
        builder.add_new(&layer.folder, "plugin", File::Documents(vec![config]))
    };
    let field = if layer.is_component || builder.random.chance(95) { "transformers" } else { "validators" };
    fields.insert(field.into(), json!([entry]));
}

fn config(builder: &mut Builder) -> Value {
    let random = &mut builder.random;
    match random.below(14) {
        0 => json!({
            "kind": "NamespaceTransformer",
            "metadata": {"name": "plugin", "namespace": text::namespace(random)},
            "unsetOnly": random.chance(50),
            "setRoleBindingSubjects": random.pick(&["defaultOnly", "allServiceAccounts", "none"]),
        }),
        1 => json!({
            "kind": "LabelTransformer",
            "labels": text::labels(random),
            "fieldSpecs": [{"path": "metadata/labels", "create": true}, {"path": "spec/selector", "kind": "Service"}],
        }),
        2 => json!({
            "kind": "AnnotationsTransformer",
            "annotations": text::texts(random, 1, 2),
            "fieldSpecs": [{"path": "metadata/annotations", "create": random.chance(70)}],
        }),
        3 => json!({"kind": "PrefixTransformer", "prefix": "x-", "fieldSpecs": [{"path": "metadata/name"}]}),
        4 => {
            json!({"kind": "SuffixTransformer", "suffix": "-x", "fieldSpecs": [{"path": "metadata/name", "kind": "ConfigMap"}]})
        }
        5 => json!({
            "kind": "ValueAddTransformer",
            "value": "eu",
            "targets": [{"fieldPath": random.pick(&["metadata/annotations/region", "metadata/labels/region"])}],
        }),
        6 => json!({"kind": "ImageTagTransformer", "imageTag": {"name": "app", "newTag": "v3"}}),
        8 => json!({
            "kind": "ImageTagTransformer",
            "imageTag": {"name": "app", "newName": "other"},
            "fieldSpecs": [{"path": "image", "kind": "Fleet"}],
        }),
        9 => json!({
            "kind": "ReplicaCountTransformer",
            "replica": {"name": text::name(random), "count": 4},
            "fieldSpecs": [{"path": "spec/replicas", "create": true, "kind": "Deployment"}],
        }),
        10 => json!({
            "kind": "ReplacementTransformer",
            "replacements": [{
                "source": {"kind": "ConfigMap", "name": text::name(random)},
                "targets": [{"select": {"kind": "Fleet"}, "fieldPaths": ["spec.made"], "options": {"create": true}}],
            }],
        }),
        11 => json!({
            "kind": "PrefixSuffixTransformer",
            "prefix": "y-",
            "suffix": "-z",
            "fieldSpecs": [{"path": "metadata/name", "kind": random.pick(&["Secret", "Service", "Fleet"])}],
        }),
        12 => json!({
            "kind": "NamespaceTransformer",
            "metadata": {"name": "plugin", "namespace": text::namespace(random)},
            "fieldSpecs": [{"path": "metadata/namespace", "create": true}, {"path": "spec/key", "kind": "Fleet"}],
        }),
        13 => json!({
            "kind": "PatchTransformer",
            "target": {"kind": "Fleet|ConfigMap", "labelSelector": "!team"},
            "patch": "kind: Any\nmetadata:\n  name: any\n  annotations:\n    patched: \"true\"\n",
        }),
        _ => json!({
            "kind": "PatchTransformer",
            "target": {"kind": "ConfigMap"},
            "patch": "[{\"op\": \"add\", \"path\": \"/metadata/labels\", \"value\": {\"a\": \"1\"}}]",
        }),
    }
}
