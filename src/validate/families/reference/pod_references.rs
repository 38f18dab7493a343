//! The ConfigMaps and Secrets that pods ask for, and the keys in them.

use crate::validate::Workload;
use crate::yaml::Node;

/// What pods ask for.
pub(super) struct Reference<'a, 's> {
    /// `ConfigMap` or `Secret`
    pub(super) kind: &'static str,
    /// The name.
    pub(super) name: &'a Node<'s>,
    /// The keys that are asked for, each with its path in the object.
    pub(super) keys: Vec<(String, &'a Node<'s>)>,
    /// Where the name stands in the object.
    pub(super) path: String,
    /// Whether the pods start without it.
    pub(super) is_optional: bool,
}

/// Everything that the pods of a workload ask for, in the order of their spec.
pub(super) fn references<'a, 's>(workload: &Workload<'a, 's>) -> Vec<Reference<'a, 's>> {
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
    for (index, volume) in items(workload.spec, "volumes").enumerate() {
        let path = format!("{}.volumes[{index}]", workload.spec_path());
        found.extend(of_volume(volume, &path));
        for (index, source) in
            volume.get("projected").into_iter().flat_map(|node| items(node, "sources")).enumerate()
        {
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
    named("Secret", volume.get("secret")?, "secretName", &format!("{path}.secret"))
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

fn items<'a, 's>(node: &'a Node<'s>, field: &str) -> impl Iterator<Item = &'a Node<'s>> + use<'a, 's> {
    node.get(field).and_then(Node::as_sequence).unwrap_or_default().iter()
}
