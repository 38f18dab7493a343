//! Sets names, tags and digests of images.
//!
//! Two passes for each entry, as upstream: `image` of every item of a list called `containers` or
//! `initContainers`, at any depth, then the fields of the field specs. CRDs are left alone.

use regex::Regex;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::kustomize::field_path::{Create, FieldPaths, unexpected};
use crate::kustomize::field_spec::FieldSpec;
use crate::kustomize::kustomization::Image;
use crate::kustomize::pattern::compile;
use crate::kustomize::set_value::set_scalar;
use crate::resource::{ResMap, Resource};
use crate::yaml::{Node, Origin, Sources, Value};

/// Applies every entry in order.
pub fn apply<'s>(
    images: &[Image<'s>],
    field_specs: &[FieldSpec<'s>],
    resources: &mut ResMap<'s>,
    sources: &'s Sources,
) -> Result<(), Diagnostics> {
    // A name that is no regular expression matches nothing, as upstream.
    let updaters: Vec<Updater<'_, 's>> =
        images.iter().filter_map(|image| Updater::new(image, sources)).collect();
    let mut errors = Diagnostics::default();
    if updaters.is_empty() {
        return Ok(());
    }
    let mut paths = FieldPaths::new(field_specs, sources);
    for resource in resources.iter_mut().filter(|one| one.gvk().kind != "CustomResourceDefinition") {
        let has_containers = has_containers(&resource.node);
        for updater in &updaters {
            errors.absorb(updater.apply(resource, has_containers, &mut paths));
        }
    }
    errors.into_result()
}

/// One entry of `images`, ready for work.
struct Updater<'i, 's> {
    image: &'i Image<'s>,
    pattern: Regex,
    origin: Origin,
    sources: &'s Sources,
}

impl<'i, 's> Updater<'i, 's> {
    fn new(image: &'i Image<'s>, sources: &'s Sources) -> Option<Self> {
        const TAG: &str = "(:[a-zA-Z0-9_.{}-]*)?";
        const DIGEST: &str = "(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?";
        let pattern = compile(&format!("^{}{TAG}{DIGEST}$", image.name.value)).ok()?;
        let origin = [image.new_tag, image.digest, image.tag_suffix, image.new_name]
            .into_iter()
            .find(|text| !text.is_empty())
            .map_or(image.origin, |text| text.origin);
        Some(Self { image, pattern, origin, sources })
    }

    fn apply(
        &self,
        resource: &mut Resource<'s>,
        has_containers: bool,
        paths: &mut FieldPaths<'s>,
    ) -> Result<(), Diagnostics> {
        if has_containers && let Err(error) = self.walk(&mut resource.node) {
            let id = resource.current_id();
            return Err(error.object(id).related(self.origin, "the image is set here").into());
        }
        paths.set(resource, Create::Never, self.origin, &mut |node| self.update(node))
    }

    /// Updates the containers below `node`, the deepest first.
    fn walk(&self, node: &mut Node<'s>) -> Result<(), Diagnostic> {
        match &mut node.value {
            Value::Scalar(_) => Ok(()),
            Value::Sequence(items) => items.iter_mut().try_for_each(|item| self.walk(item)),
            Value::Mapping(mapping) => mapping.iter_mut().try_for_each(|entry| {
                self.walk(&mut entry.value)?;
                if is_container_list(entry.key.text) { self.containers(&mut entry.value) } else { Ok(()) }
            }),
        }
    }

    fn containers(&self, node: &mut Node<'s>) -> Result<(), Diagnostic> {
        let Some(items) = node.as_sequence_mut() else { return Ok(()) };
        items.iter_mut().filter(|item| !item.is_null()).try_for_each(|item| {
            let Some(mapping) = item.as_mapping_mut() else { return Err(unexpected("a container", item)) };
            mapping.get_mut("image").map_or(Ok(()), |image| self.update(image))
        })
    }

    fn update(&self, node: &mut Node<'s>) -> Result<(), Diagnostic> {
        let Some(text) = node.text() else { return Err(unexpected("an image", node)) };
        if !self.pattern.is_match(text) {
            return Ok(());
        }
        set_scalar(node, self.sources.keep(self.changed(text)), self.origin)
    }

    fn changed(&self, old: &str) -> String {
        let (old_name, old_tag, old_digest) = split_image(old);
        let Image { new_name, new_tag, digest, tag_suffix, .. } = self.image;
        let name = if new_name.is_empty() { old_name } else { new_name.value };
        let with_suffix = format!("{old_tag}{}", tag_suffix.value);
        let (tag, digest) = match (new_tag.is_empty(), digest.is_empty()) {
            (false, _) => (new_tag.value, digest.value),
            (true, false) => ("", digest.value),
            (true, true) if !tag_suffix.is_empty() => (with_suffix.as_str(), ""),
            (true, true) => (old_tag, old_digest),
        };
        let part =
            |mark: char, text: &str| if text.is_empty() { String::new() } else { format!("{mark}{text}") };
        format!("{name}{}{}", part(':', tag), part('@', digest))
    }
}

fn is_container_list(key: &str) -> bool {
    matches!(key, "containers" | "initContainers")
}

/// Whether there is anything to do for the pass over containers.
fn has_containers(node: &Node<'_>) -> bool {
    match &node.value {
        Value::Scalar(_) => false,
        Value::Sequence(items) => items.iter().any(has_containers),
        Value::Mapping(mapping) => {
            mapping.iter().any(|entry| is_container_list(entry.key.text) || has_containers(&entry.value))
        }
    }
}

/// Name, tag and digest of `[[host[:port]/]path/]name[:tag][@digest]`.
fn split_image(image: &str) -> (&str, &str, &str) {
    // A colon before the first slash belongs to the port of a host.
    let start = image.find('/').unwrap_or(0);
    let at = image[start..].find('@').map(|at| at + start);
    let colon = image[start..].find(':').map(|colon| colon + start);
    match (colon, at) {
        (None, None) => (image, "", ""),
        (Some(colon), None) => (&image[..colon], &image[colon + 1..], ""),
        (Some(colon), Some(at)) if colon < at => (&image[..colon], &image[colon + 1..at], &image[at + 1..]),
        (_, Some(at)) => (&image[..at], "", &image[at + 1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::decode::Text;
    use crate::kustomize::testing::{objects, sources, written};

    fn changed(image: &str, change: impl Fn(&mut Image<'static>)) -> String {
        let sources = Sources::new();
        let mut entry = Image { name: text("nginx"), ..Image::default() };
        change(&mut entry);
        Updater::new(&entry, &sources).unwrap().changed(image)
    }

    fn text(value: &'static str) -> Text<'static> {
        Text { value, origin: Origin::NONE }
    }

    #[test]
    fn finds_containers_at_any_depth_but_not_in_crds() {
        let sources = sources();
        let manifest =
            "apiVersion: v1\nkind: A\nmetadata:\n  name: a\nx:\n- z:\n    containers:\n    - image: nginx\n";
        let crd = manifest.replace("kind: A", "kind: CustomResourceDefinition");
        let mut resources = objects(&format!("{manifest}---\n{crd}"), sources);
        let image = Image { name: text("nginx"), new_tag: text("2"), ..Image::default() };
        apply(&[image], &[], &mut resources, sources).unwrap();
        assert_eq!(written(&resources), format!("{}---\n{crd}", manifest.replace("nginx", "nginx:2")));
    }

    #[test]
    fn splits_as_upstream() {
        assert_eq!(split_image("nginx"), ("nginx", "", ""));
        assert_eq!(split_image("host:80/a/nginx:1@sha256:abc"), ("host:80/a/nginx", "1", "sha256:abc"));
        assert_eq!(split_image("a/nginx@sha256:abc"), ("a/nginx", "", "sha256:abc"));
    }

    #[test]
    fn a_tag_drops_the_digest_and_a_digest_the_tag() {
        assert_eq!(changed("nginx:1@sha256:a", |image| image.new_tag = text("2")), "nginx:2");
        assert_eq!(changed("nginx:1", |image| image.digest = text("sha256:b")), "nginx@sha256:b");
        assert_eq!(changed("nginx:1@sha256:a", |image| image.new_name = text("caddy")), "caddy:1@sha256:a");
        assert_eq!(changed("nginx:1@sha256:a", |image| image.tag_suffix = text("-x")), "nginx:1-x");
    }
}
