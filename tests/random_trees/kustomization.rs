//! The fields of a kustomization, each with its own likelihood.

use serde_json::{Map, Value, json};

use crate::layer::{Builder, Layer};
use crate::tree::File;
use crate::{generator, patch, plugin, replacement, text};

type Fields = Map<String, Value>;

/// What makes objects: generators and the options for them.
pub(crate) fn add_generators(builder: &mut Builder, layer: &mut Layer, fields: &mut Fields) {
    if builder.random.chance(35) {
        let made = generator::entries(builder, layer, "ConfigMap");
        fields.insert("configMapGenerator".into(), made.into());
    }
    if builder.random.chance(20) {
        let made = generator::entries(builder, layer, "Secret");
        fields.insert("secretGenerator".into(), made.into());
    }
    if builder.random.chance(12) {
        fields.insert("generatorOptions".into(), generator::options(&mut builder.random));
    }
    if builder.random.chance(8) {
        let plugin = generator::plugin(builder, layer);
        fields.insert("generators".into(), json!([plugin]));
    }
}

/// What changes objects, and what is kept for the end of the build.
pub(crate) fn add_transformers(builder: &mut Builder, layer: &mut Layer, fields: &mut Fields) {
    add_names(builder, fields);
    add_metadata(builder, fields);
    patch::add_all(builder, layer, fields);
    if builder.random.chance(40) {
        let field = if builder.random.chance(8) { "imageTags" } else { "images" };
        fields.insert(field.into(), images(builder));
    }
    if builder.random.chance(20) {
        add_replicas(builder, layer, fields);
    }
    if builder.random.chance(22) {
        replacement::add(builder, layer, fields);
    }
    if builder.random.chance(15) {
        add_vars(builder, layer, fields);
    }
    if builder.random.chance(12) {
        add_configuration(builder, layer, fields);
    }
    if builder.random.chance(5) {
        add_definitions(builder, layer, fields);
    }
    if builder.random.chance(15) {
        plugin::add(builder, layer, fields);
    }
    if builder.random.chance(5) {
        add_schema(builder, layer, fields);
    }
    if layer.is_root {
        add_output_options(builder, fields);
    }
}

fn add_names(builder: &mut Builder, fields: &mut Fields) {
    let random = &mut builder.random;
    if random.chance(30) {
        fields.insert("namePrefix".into(), (*random.pick(&["p-", "eu-", "a."])).into());
    }
    if random.chance(15) {
        fields.insert("nameSuffix".into(), (*random.pick(&["-s", "-v2"])).into());
    }
    if random.chance(25) {
        fields.insert("namespace".into(), text::namespace(random).into());
    }
}

fn add_metadata(builder: &mut Builder, fields: &mut Fields) {
    let random = &mut builder.random;
    if random.chance(40) {
        let mut entries = Vec::new();
        for _ in 0..random.between(1, 2) {
            let mut entry = json!({"pairs": text::labels(random)});
            if random.chance(35) {
                entry["includeSelectors"] = true.into();
            } else if random.chance(40) {
                entry["includeTemplates"] = true.into();
                if builder.limits.recent && random.chance(50) {
                    entry["includeVolumeClaimTemplates"] = true.into();
                }
            }
            if random.chance(15) {
                let choices = [
                    json!({"path": "spec/labels", "kind": "Fleet", "create": random.chance(50)}),
                    json!({"path": "spec/template/metadata/labels", "group": "apps", "create": true}),
                    json!({"path": "spec/selector", "version": "v1", "kind": "Service"}),
                ];
                entry["fields"] = json!([random.pick(&choices)]);
            }
            entries.push(entry);
        }
        fields.insert("labels".into(), entries.into());
    }
    if random.chance(12) {
        fields.insert("commonLabels".into(), text::labels(random).into());
    }
    if random.chance(25) {
        fields.insert("commonAnnotations".into(), text::texts(random, 1, 3).into());
    }
}

fn images(builder: &mut Builder) -> Value {
    let random = &mut builder.random;
    let mut entries = Vec::new();
    for _ in 0..random.between(1, 3) {
        let names = [
            "nginx",
            "registry.local:5000/team/app",
            "quay.io/team/app",
            "busybox",
            "app",
            ".*/app",
            "missing",
            "registry.local:5000/team/app:v1",
            "n*ginx",
            "(nginx|busybox)",
            "team/app",
        ];
        let mut entry = json!({"name": random.pick(&names)});
        if random.chance(40) {
            entry["newName"] = (*random.pick(&["app", "mirror:5000/x/y", "nginx"])).into();
        }
        match random.below(6) {
            0 => entry["newTag"] = (*random.pick(&["v9", "1.0", "latest", "007", "1e3"])).into(),
            1 => entry["digest"] = "sha256:abcd".into(),
            2 => entry["tagSuffix"] = "-debug".into(),
            3 => {
                entry["newTag"] = "v7".into();
                entry["digest"] = "sha256:ef01".into();
            }
            _ => {}
        }
        entries.push(entry);
    }
    entries.into()
}

fn add_replicas(builder: &mut Builder, layer: &Layer, fields: &mut Fields) {
    let scaled = ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"];
    let named: Vec<&Value> =
        layer.objects.iter().filter(|object| scaled.iter().any(|kind| object["kind"] == *kind)).collect();
    if !named.is_empty() {
        let object = *builder.random.pick(&named);
        let entry = json!({"name": object["metadata"]["name"], "count": builder.random.below(9)});
        fields.insert("replicas".into(), json!([entry]));
    }
}

fn add_vars(builder: &mut Builder, layer: &Layer, fields: &mut Fields) {
    if layer.objects.is_empty() || builder.vars >= 2 {
        return;
    }
    let object = builder.random.pick(&layer.objects);
    let name = ["VAR_A", "VAR_B"][builder.vars];
    let mut var = json!({
        "name": name,
        "objref": {"apiVersion": object["apiVersion"], "kind": object["kind"], "name": object["metadata"]["name"]},
    });
    if object["spec"]["replicas"].is_number() && builder.random.chance(50) {
        var["fieldref"] = json!({"fieldpath": "spec.replicas"});
    } else if let Some((key, _)) = object["data"].as_object().and_then(|data| data.iter().next())
        && builder.random.chance(60)
    {
        var["fieldref"] = json!({"fieldPath": format!("data[{key}]")});
    } else if object["metadata"]["namespace"].is_string() && builder.random.chance(50) {
        var["fieldref"] = json!({"fieldPath": "metadata.namespace"});
        var["objref"]["namespace"] = object["metadata"]["namespace"].clone();
    }
    builder.vars += 1;
    fields.insert("vars".into(), json!([var]));
}

fn add_configuration(builder: &mut Builder, layer: &Layer, fields: &mut Fields) {
    let choices = [
        json!({"nameReference": [{"kind": "Secret", "fieldSpecs": [{"kind": "Prometheus", "path": "spec/secrets"}]}]}),
        json!({"images": [{"kind": "Prometheus", "path": "spec/image"}, {"kind": "Fleet", "path": "image"}]}),
        json!({"varReference": [{"kind": "Fleet", "path": "spec"}, {"kind": "ConfigMap", "path": "data"}]}),
        json!({"namespace": [{"kind": "Prometheus", "path": "spec/ruleNamespace", "create": true}]}),
        json!({"commonLabels": [{"kind": "Fleet", "path": "spec/selector", "create": true}]}),
        json!({"namePrefix": [{"kind": "Fleet", "path": "image"}]}),
        json!({"replicas": [{"kind": "DaemonSet", "path": "spec/replicas", "create": true}]}),
        json!({"commonAnnotations": [{"kind": "Fleet", "path": "spec/notes", "create": true}]}),
        json!({"nameSuffix": [{"kind": "Fleet", "path": "spec/key"}]}),
        json!({"labels": [{"kind": "Fleet", "path": "spec/marks", "create": true}]}),
        json!({"templateLabels": [{"kind": "Fleet", "path": "spec/pods/labels", "create": true}]}),
        json!({"nameReference": [
            {"kind": "ConfigMap", "version": "v1", "fieldSpecs": [{"kind": "Fleet", "path": "spec/k1"}]},
            {"kind": "Service", "fieldSpecs": [{"kind": "Fleet", "path": "spec/key/name"}, {"path": "metadata/annotations/key"}]},
        ]}),
        json!({"images": [{"path": "spec/runtime/image", "kind": "Fleet", "create": true}]}),
    ];
    let count = builder.random.between(1, 2);
    let names: Vec<String> = (0..count)
        .map(|_| {
            let document = builder.random.pick(&choices).clone();
            builder.add_new(&layer.folder, "configuration", File::Documents(vec![document]))
        })
        .collect();
    fields.insert("configurations".into(), names.into());
}

/// Definitions of a custom resource: which of its fields are names, labels and annotations.
fn add_definitions(builder: &mut Builder, layer: &Layer, fields: &mut Fields) {
    let kind = *builder.random.pick(&["ConfigMap", "Secret", "Service"]);
    let document = json!({
        "com.example.v1.Fleet": {"Schema": {"properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"$ref": "k8s.io/apimachinery/pkg/apis/meta/v1.ObjectMeta"},
            "spec": {"$ref": "com.example.v1.FleetSpec"},
        }}},
        "com.example.v1.FleetSpec": {"Schema": {"properties": {
            "key": {
                "x-kubernetes-object-ref-api-version": "v1",
                "x-kubernetes-object-ref-kind": kind,
                "$ref": "com.example.v1.Ref",
            },
            "k1": {"type": "object", "x-kubernetes-annotation": ""},
            "k2": {"type": "object", "x-kubernetes-label-selector": ""},
        }}},
        "com.example.v1.Ref": {"Schema": {"properties": {"name": {"type": "string"}}}},
    });
    let name = builder.add_new(&layer.folder, "definitions", File::Documents(vec![document]));
    fields.insert("crds".into(), json!([name]));
}

/// A schema that gives one kind merge keys, and takes those of all others away.
fn add_schema(builder: &mut Builder, layer: &Layer, fields: &mut Fields) {
    let merged = json!({
        "type": "array",
        "x-kubernetes-patch-strategy": "merge",
        "x-kubernetes-patch-merge-key": "name",
        "items": {"type": "object"},
    });
    let spec =
        json!({"type": "object", "properties": {"key": merged.clone(), "a.b": merged.clone(), "k1": merged}});
    let document = json!({"definitions": {"v1.Fleet": {
        "type": "object",
        "properties": {"spec": spec},
        "x-kubernetes-group-version-kind": [{"group": "example.com", "version": "v1", "kind": "Fleet"}],
    }}});
    let name = builder.add_new(&layer.folder, "schema", File::Documents(vec![document]));
    fields.insert("openapi".into(), json!({"path": name}));
}

fn add_output_options(builder: &mut Builder, fields: &mut Fields) {
    let random = &mut builder.random;
    if random.chance(25) {
        let choices = [
            json!({"order": "fifo"}),
            json!({"order": "legacy"}),
            json!({"order": "legacy", "legacySortOptions": {"orderFirst": ["Secret", "Fleet"], "orderLast": ["Pod"]}}),
            json!({"order": "legacy", "legacySortOptions": {"orderFirst": ["Fleet", "Fleet", "Nothing"], "orderLast": ["Fleet"]}}),
            json!({"order": "legacy", "legacySortOptions": {"orderLast": ["Namespace", "ConfigMap"]}}),
        ];
        fields.insert("sortOptions".into(), random.pick(&choices).clone());
    }
    if random.chance(10) {
        let choices = [
            json!(["originAnnotations"]),
            json!(["originAnnotations", "transformerAnnotations"]),
            json!(["transformerAnnotations"]),
            json!(["managedByLabel"]),
        ];
        fields.insert("buildMetadata".into(), random.pick(&choices).clone());
    }
}
