//! The ConfigMaps and Secrets that objects ask for, and the keys in them.

use super::object::Object;
use super::workload::Workload;
use crate::yaml::{Mapping, Node};

/// What somebody asks for.
#[derive(Debug)]
pub struct Reference<'a, 's> {
    /// `ConfigMap` or `Secret`
    pub kind: &'static str,
    /// The name.
    pub name: &'a Node<'s>,
    /// The keys that are asked for, each with its path in the object.
    pub keys: Vec<(String, &'a Node<'s>)>,
    /// Where the name stands in the object.
    pub path: String,
    /// Whether it is done without.
    pub is_optional: bool,
}

/// Everything that the pods of a workload ask for, in the order of their spec.
pub fn references<'a, 's>(workload: &Workload<'a, 's>) -> Vec<Reference<'a, 's>> {
    let mut found = Vec::new();
    for (path, container) in workload.containers() {
        for (index, variable) in items(container, "env").enumerate() {
            let from = variable.get("valueFrom");
            let path = format!("{path}.env[{index}].valueFrom");
            let refs = [("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")];
            for (kind, field) in refs {
                let target = from.and_then(|from| from.get(field));
                found.extend(
                    target.and_then(|target| key_reference(kind, target, &format!("{path}.{field}"))),
                );
            }
        }
        for (index, from) in items(container, "envFrom").enumerate() {
            for (kind, field) in [("ConfigMap", "configMapRef"), ("Secret", "secretRef")] {
                let path = format!("{path}.envFrom[{index}].{field}");
                found.extend(from.get(field).and_then(|target| named(kind, target, "name", &path)));
            }
        }
    }
    for (path, volume) in workload.items("volumes") {
        if let Some(mut reference) = of_volume(volume, &path) {
            reference.keys.extend(sub_paths(workload, volume));
            found.push(reference);
        }
        let sources = volume.get("projected").into_iter().flat_map(|node| items(node, "sources"));
        for (index, source) in sources.enumerate() {
            let path = format!("{path}.projected.sources[{index}]");
            for (kind, field) in [("ConfigMap", "configMap"), ("Secret", "secret")] {
                let path = format!("{path}.{field}");
                found.extend(source.get(field).and_then(|target| named(kind, target, "name", &path)));
            }
        }
    }
    found
}

fn of_volume<'a, 's>(volume: &'a Node<'s>, path: &str) -> Option<Reference<'a, 's>> {
    if let Some(target) = volume.get("configMap") {
        return named("ConfigMap", target, "name", &format!("{path}.configMap"));
    }
    if let Some(target) = volume.at(&["csi", "nodePublishSecretRef"]) {
        return named("Secret", target, "name", &format!("{path}.csi.nodePublishSecretRef"));
    }
    named("Secret", volume.get("secret")?, "secretName", &format!("{path}.secret"))
}

/// The files of a volume that are mounted on their own. With `items` they are no keys but paths, which others check.
fn sub_paths<'a, 's>(workload: &Workload<'a, 's>, volume: &'a Node<'s>) -> Vec<(String, &'a Node<'s>)> {
    let has_items = |field| volume.at(&[field, "items"]).is_some();
    let Some(name) = volume.get("name").and_then(Node::text) else { return Vec::new() };
    if has_items("configMap") || has_items("secret") {
        return Vec::new();
    }
    let mounts = workload.containers().flat_map(|(path, container)| {
        items(container, "volumeMounts")
            .enumerate()
            .map(move |(index, mount)| (format!("{path}.volumeMounts[{index}].subPath"), mount))
    });
    let of_volume = mounts.filter(|(_, mount)| mount.get("name").and_then(Node::text) == Some(name));
    of_volume
        .filter_map(|(path, mount)| Some((path, mount.get("subPath")?)))
        .filter(|(_, sub_path)| sub_path.text().is_some_and(|text| !text.contains('/')))
        .collect()
}

fn key_reference<'a, 's>(kind: &'static str, target: &'a Node<'s>, path: &str) -> Option<Reference<'a, 's>> {
    let mut reference = named(kind, target, "name", path)?;
    reference.keys.extend(target.get("key").map(|key| (format!("{path}.key"), key)));
    Some(reference)
}

fn named<'a, 's>(
    kind: &'static str,
    target: &'a Node<'s>,
    field: &str,
    path: &str,
) -> Option<Reference<'a, 's>> {
    let name = target.get(field).filter(|name| name.text().is_some_and(|text| !text.is_empty()))?;
    let keys = items(target, "items").enumerate();
    let keys =
        keys.filter_map(|(index, item)| Some((format!("{path}.items[{index}].key"), item.get("key")?)));
    Some(Reference {
        kind,
        name,
        keys: keys.collect(),
        path: format!("{path}.{field}"),
        is_optional: target.get("optional").and_then(Node::text) == Some("true"),
    })
}

/// What custom resources of the Prometheus operator and of Flux ask for.
pub fn custom_references<'a, 's>(object: &Object<'a, 's>) -> Vec<Reference<'a, 's>> {
    let mut found = Vec::new();
    let Some(spec) = object.at(&["spec"]) else { return found };
    if object.group() == "monitoring.coreos.com" {
        for (kind, field) in [("Secret", "secrets"), ("ConfigMap", "configMaps")] {
            found.extend(items(spec, field).enumerate().map(|(index, name)| Reference {
                kind,
                name,
                keys: Vec::new(),
                path: format!("spec.{field}[{index}]"),
                is_optional: false,
            }));
        }
        found.extend(named("Secret", spec, "configSecret", "spec"));
        key_selectors(spec, "spec", "", &mut found);
    } else if object.group().ends_with(".fluxcd.io") {
        let secret = |field: &str| named("Secret", spec.get(field)?, "name", &format!("spec.{field}"));
        found.extend(["secretRef", "certSecretRef", "proxySecretRef"].into_iter().filter_map(secret));
    }
    found
}

/// Every mapping of `name` and `key` below a node: the operator's way to name a key of a Secret or ConfigMap.
fn key_selectors<'a, 's>(node: &'a Node<'s>, path: &str, field: &str, found: &mut Vec<Reference<'a, 's>>) {
    if let Some(items) = node.as_sequence() {
        for (index, item) in items.iter().enumerate() {
            key_selectors(item, &format!("{path}[{index}]"), field, found);
        }
    }
    let Some(mapping) = node.as_mapping() else { return };
    if is_key_selector(mapping) {
        let kind = if field == "configMap" { "ConfigMap" } else { "Secret" };
        found.extend(key_reference(kind, node, path));
        return;
    }
    // Pods' own parts are in the operator's hands; an alert's labels may be called anything.
    let skipped =
        ["containers", "initContainers", "volumes", "labels", "annotations", "groups", "relabelings"];
    for entry in mapping.iter().filter(|entry| !skipped.contains(&entry.key.text)) {
        key_selectors(&entry.value, &format!("{path}.{}", entry.key.text), entry.key.text, found);
    }
}

fn is_key_selector(mapping: &Mapping<'_>) -> bool {
    let is_text = |key| mapping.get(key).is_some_and(|value| value.text().is_some());
    let known = ["name", "key", "optional"];
    is_text("name") && is_text("key") && mapping.iter().all(|entry| known.contains(&entry.key.text))
}

fn items<'a, 's>(node: &'a Node<'s>, field: &str) -> impl Iterator<Item = &'a Node<'s>> + use<'a, 's> {
    node.get(field).and_then(Node::as_sequence).unwrap_or_default().iter()
}
