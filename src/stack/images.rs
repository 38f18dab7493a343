//! The images of a cluster: which there are and where each is used; from which registry they come, pinned to what.
//!
//! An image is what stands in `image` of a container, in a pod or in whatever makes pods, and in an image volume.

use std::collections::BTreeMap;

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::resource::ResMap;
use crate::yaml::{Node, Sources, Value, ValueMut};

/// The form of a digest.
const DIGEST: &str = "^sha256:[0-9a-f]{64}$";
/// The form of a registry with the folder that images are kept in.
const REGISTRY: &str = "^[a-zA-Z0-9.-]+(:[0-9]{1,5})?(/[a-z0-9._-]+)*$";
/// The registry of an image that names none, and the folder of one that names no folder there.
const DEFAULT_REGISTRY: &str = "docker.io";
const DEFAULT_FOLDER: &str = "library/";
/// The lists of containers of a pod.
const CONTAINER_LISTS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// Where images come from.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Images {
    /// The registry that has a copy of each image, like `registry.example.com/mirror`. It takes the place of the
    /// image's own registry; the rest of the name stays.
    #[schemars(regex(pattern = REGISTRY))]
    pub registry: Option<String>,
    /// The digests of images, by the image as the sources have it. If there is any, every image must have one.
    #[schemars(extend("additionalProperties" = {"type": "string", "pattern": DIGEST}))]
    pub digests: BTreeMap<String, String>,
}

/// Something wrong with the settings, and the keys that lead to it.
pub(super) struct Problem {
    pub(super) path: Vec<String>,
    pub(super) message: String,
}

/// One place where an image is used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ImageUse {
    /// The object.
    pub object: String,
    /// The container or volume.
    pub name: String,
}

impl Images {
    /// What is wrong with them.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let is_match = |pattern, text: &str| Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text));
        let path = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
        let mut problems = Vec::new();
        if self.registry.as_deref().is_some_and(|registry| !is_match(REGISTRY, registry)) {
            let message = "no registry; write it like `registry.example.com/mirror`".to_owned();
            problems.push(Problem { path: path(&["images", "registry"]), message });
        }
        for (image, _) in self.digests.iter().filter(|(_, digest)| !is_match(DIGEST, digest)) {
            let message = "no digest; write it like `sha256:` and 64 digits".to_owned();
            problems.push(Problem { path: path(&["images", "digests", image]), message });
        }
        problems
    }

    /// Moves all images to the registry and pins them.
    pub(super) fn apply<'s>(
        &self,
        resources: &mut ResMap<'s>,
        sources: &'s Sources,
    ) -> Result<(), Diagnostics> {
        if self.registry.is_none() && self.digests.is_empty() {
            return Ok(());
        }
        let mut errors = Diagnostics::default();
        let mut originals: BTreeMap<String, &str> = BTreeMap::new();
        for resource in resources.iter_mut() {
            let id = resource.current_id();
            each_image(&mut resource.node, &mut |image| {
                let Some(text) = image.text() else { return };
                let moved = self.moved(text).and_then(|moved| distinct(&mut originals, moved, text));
                match moved {
                    Ok(moved) => image.set_text(sources.keep(&moved)),
                    Err(error) => errors.push(error.at(image.origin()).object(id)),
                }
            });
        }
        errors.into_result()
    }

    /// Where an image is pulled from.
    fn moved(&self, image: &str) -> Result<String, Diagnostic> {
        let mut moved = match &self.registry {
            Some(registry) => format!("{registry}/{}", without_registry(image)),
            None => image.to_owned(),
        };
        if self.digests.is_empty() || image.contains('@') {
            return Ok(moved);
        }
        let digest = self.digests.get(image).ok_or_else(|| {
            Diagnostic::error(format!("there is no digest for the image `{image}`"))
                .hint("add it to `images.digests`; `stackgen images` lists what is needed")
        })?;
        moved.push('@');
        moved.push_str(digest);
        Ok(moved)
    }
}

/// Refuses that two images of different registries get one name.
fn distinct<'s>(
    originals: &mut BTreeMap<String, &'s str>,
    moved: String,
    original: &'s str,
) -> Result<String, Diagnostic> {
    let first = *originals.entry(moved.clone()).or_insert(original);
    if first == original {
        return Ok(moved);
    }
    let error = Diagnostic::error(format!("`{original}` and `{first}` would both become `{moved}`"));
    Err(error.hint("rename one of them with `images` in a kustomization"))
}

/// The name that an image has within its registry: the default one's folder is written out.
fn without_registry(image: &str) -> String {
    match image.split_once('/') {
        // A host has a dot or a port, or is this machine; everything else is a folder.
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => {
            let is_short = first == DEFAULT_REGISTRY && !rest.contains('/');
            if is_short { format!("{DEFAULT_FOLDER}{rest}") } else { rest.to_owned() }
        }
        Some(_) => image.to_owned(),
        None => format!("{DEFAULT_FOLDER}{image}"),
    }
}

/// All images of a cluster, each with its uses, in order.
pub fn images_of(resources: &ResMap<'_>) -> Vec<(String, ImageUse)> {
    let mut found = Vec::new();
    for resource in resources {
        let id = resource.current_id();
        let namespace = if id.namespace.is_empty() { String::new() } else { format!("{}/", id.namespace) };
        let object = format!("{} {namespace}{}", id.gvk.kind, id.name);
        collect(&resource.node, &object, &mut found);
    }
    found.sort();
    found.dedup();
    found
}

fn collect(node: &Node<'_>, object: &str, found: &mut Vec<(String, ImageUse)>) {
    match node.value() {
        Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter().for_each(|item| collect(item, object, found)),
        Value::Mapping(mapping) => {
            for entry in mapping {
                for item in entry.value.as_sequence().unwrap_or_default() {
                    if let Some(image) = image_field(entry.key.text).and_then(|path| item.at(path)?.text()) {
                        let name = item.get("name").and_then(Node::text).unwrap_or_default().to_owned();
                        found.push((image.to_owned(), ImageUse { object: object.to_owned(), name }));
                    }
                }
                collect(&entry.value, object, found);
            }
        }
    }
}

/// Where the items of the list `key` name an image.
fn image_field(key: &str) -> Option<&'static [&'static str]> {
    match key {
        "volumes" => Some(&["image", "reference"]),
        _ => CONTAINER_LISTS.contains(&key).then_some(&["image"]),
    }
}

fn each_image<'s>(node: &mut Node<'s>, change: &mut dyn FnMut(&mut Node<'s>)) {
    match node.value_mut() {
        ValueMut::Scalar(_) => {}
        ValueMut::Sequence(items) => items.iter_mut().for_each(|item| each_image(item, change)),
        ValueMut::Mapping(mapping) => {
            for entry in mapping.iter_mut() {
                if let (Some(path), Some(items)) =
                    (image_field(entry.key.text), entry.value.as_sequence_mut())
                {
                    for item in items {
                        let image =
                            path.iter().try_fold(item, |node, key| node.as_mapping_mut()?.get_mut(key));
                        image.into_iter().filter(|image| image.text().is_some()).for_each(&mut *change);
                    }
                }
                each_image(&mut entry.value, change);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_everything_but_the_registry() {
        let moved = [
            ("quay.io/prometheus/prometheus:v3", "prometheus/prometheus:v3"),
            ("localhost/a:1", "a:1"),
            ("host:5000/a/b@sha256:1", "a/b@sha256:1"),
            ("grafana/grafana:1", "grafana/grafana:1"),
            ("busybox:1", "library/busybox:1"),
            ("docker.io/busybox", "library/busybox"),
        ];
        for (image, expected) in moved {
            assert_eq!(without_registry(image), expected);
        }
    }

    #[test]
    fn pins_all_or_says_which_is_missing() {
        let digests = BTreeMap::from([("a/b:1".to_owned(), format!("sha256:{}", "0".repeat(64)))]);
        let images = Images { registry: Some("r.test/m".to_owned()), digests };
        assert_eq!(images.moved("a/b:1").unwrap(), format!("r.test/m/a/b:1@sha256:{}", "0".repeat(64)));
        assert!(images.moved("a/b:2").unwrap_err().message.contains("`a/b:2`"));
        assert_eq!(images.moved("q.io/c@sha256:1").unwrap(), "r.test/m/c@sha256:1");
    }
}
