//! Sets names, tags and digests of images.
//!
//! Two passes for each entry, as upstream: `image` of every item of a list called `containers` or
//! `initContainers`, at any depth, then the fields of the field specs. CRDs are left alone.

use std::cell::Cell;
use std::sync::Arc;

use regex::Regex;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::kustomize::field_path::{Create, FieldPaths, Set, unexpected};
use crate::kustomize::field_spec::FieldSpec;
use crate::kustomize::kustomization::Image;
use crate::kustomize::pattern::compile;
use crate::kustomize::set_value::set_scalar;
use crate::resource::Resource;
use crate::yaml::{Node, Origin, Sources, Value, ValueMut};

/// Applies every entry of `images` in order.
#[derive(Clone)]
pub(in crate::kustomize) struct Images<'s> {
    updaters: Vec<Updater<'s>>,
    paths: FieldPaths<'s>,
}

impl<'s> Images<'s> {
    /// For images of containers and those in the fields of `specs`.
    pub(in crate::kustomize) fn new(
        images: &[Image<'s>],
        specs: &[FieldSpec<'s>],
        sources: &'s Sources,
    ) -> Self {
        let updaters = images.iter().map(|image| Updater::new(image, sources)).collect();
        Self { updaters, paths: FieldPaths::new(specs, sources) }
    }

    /// Changes one object. The walk over it is done only for entries that match some image.
    pub(in crate::kustomize) fn apply(&mut self, resource: &mut Resource<'s>) -> Result<(), Diagnostics> {
        let Some(first) = self.updaters.first() else { return Ok(()) };
        if resource.gvk().kind == "CustomResourceDefinition" {
            return Ok(());
        }
        let has_containers = has_containers(&resource.node);
        let paths = &mut self.paths;
        let mut found = images_of(resource, has_containers, first.entry.origin, paths)?;
        for updater in &self.updaters {
            if found.iter().any(|image| updater.entry.matches(image)) {
                let mut update = |node: &mut Node<'s>| updater.update(node);
                let origin = updater.entry.origin;
                for_each_image(resource, has_containers, origin, paths, &mut update)?;
                found = images_of(resource, has_containers, origin, paths)?;
            }
        }
        Ok(())
    }
}

/// Every image of an object. Fields that hold none although they should are reported here.
fn images_of<'s>(
    resource: &mut Resource<'s>,
    has_containers: bool,
    origin: Origin,
    paths: &mut FieldPaths<'s>,
) -> Result<Vec<&'s str>, Diagnostics> {
    let mut found = Vec::new();
    for_each_image(resource, has_containers, origin, paths, &mut |node| match node.text() {
        Some(text) => {
            found.push(text);
            Ok(())
        }
        None => Err(unexpected("an image", node)),
    })?;
    Ok(found)
}

/// Visits the images of containers, then those that the field specs name; some are visited twice.
fn for_each_image<'s>(
    resource: &mut Resource<'s>,
    has_containers: bool,
    origin: Origin,
    paths: &mut FieldPaths<'s>,
    visit: &mut Set<'_, 's>,
) -> Result<(), Diagnostics> {
    if has_containers && let Err(error) = walk(&mut resource.node, visit) {
        return Err(error.object(resource.current_id()).related(origin, "an image is set here").into());
    }
    paths.set(resource, Create::Never, origin, visit)
}

/// Visits the images of containers below `node`, the deepest first.
fn walk<'s>(node: &mut Node<'s>, visit: &mut Set<'_, 's>) -> Result<(), Diagnostic> {
    match node.value_mut() {
        ValueMut::Scalar(_) => Ok(()),
        ValueMut::Sequence(items) => items.iter_mut().try_for_each(|item| walk(item, visit)),
        ValueMut::Mapping(mapping) => mapping.iter_mut().try_for_each(|entry| {
            walk(&mut entry.value, visit)?;
            if is_container_list(entry.key.text) { containers(&mut entry.value, visit) } else { Ok(()) }
        }),
    }
}

fn containers<'s>(node: &mut Node<'s>, visit: &mut Set<'_, 's>) -> Result<(), Diagnostic> {
    let Some(items) = node.as_sequence_mut() else { return Ok(()) };
    items.iter_mut().filter(|item| !item.is_null()).try_for_each(|item| {
        let Some(mapping) = item.as_mapping_mut() else { return Err(unexpected("a container", item)) };
        mapping.get_mut("image").map_or(Ok(()), &mut *visit)
    })
}

/// One entry of `images`, ready for work.
#[derive(Clone)]
struct Updater<'s> {
    entry: Arc<Entry<'s>>,
    sources: &'s Sources,
    /// The image that was changed last, and what it became: many objects have the same.
    last: Cell<Option<(&'s str, &'s str)>>,
}

struct Entry<'s> {
    image: Image<'s>,
    /// Nothing for a name that is no regular expression: it matches no image, as upstream.
    pattern: Option<Regex>,
    origin: Origin,
}

impl<'s> Updater<'s> {
    fn new(image: &Image<'s>, sources: &'s Sources) -> Self {
        Self { entry: Arc::new(Entry::new(image)), sources, last: Cell::default() }
    }

    fn update(&self, node: &mut Node<'s>) -> Result<(), Diagnostic> {
        match node.text() {
            Some(text) if self.entry.matches(text) => set_scalar(node, self.kept(text), self.entry.origin),
            _ => Ok(()),
        }
    }

    fn kept(&self, old: &'s str) -> &'s str {
        if let Some((same, new)) = self.last.get()
            && same == old
        {
            return new;
        }
        let new = self.sources.keep(&self.entry.changed(old));
        self.last.set(Some((old, new)));
        new
    }
}

impl<'s> Entry<'s> {
    fn new(image: &Image<'s>) -> Self {
        const TAG: &str = "(:[a-zA-Z0-9_.{}-]*)?";
        const DIGEST: &str = "(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?";
        let pattern = compile(&format!("^{}{TAG}{DIGEST}$", image.name.value)).ok();
        let origin = [image.new_tag, image.digest, image.tag_suffix, image.new_name]
            .into_iter()
            .find(|text| !text.is_empty())
            .map_or(image.origin, |text| text.origin);
        Self { image: image.clone(), pattern, origin }
    }

    fn matches(&self, image: &str) -> bool {
        self.pattern.as_ref().is_some_and(|pattern| pattern.is_match(image))
    }

    fn changed(&self, old: &str) -> String {
        let (old_name, old_tag, old_digest) = split_image(old);
        let Image { new_name, new_tag, digest, tag_suffix, .. } = &self.image;
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
    match node.value() {
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
        let mut entry = Image { name: text("nginx"), ..Image::default() };
        change(&mut entry);
        Entry::new(&entry).changed(image)
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
        let mut images = Images::new(&[image], &[], sources);
        resources.iter_mut().for_each(|resource| images.apply(resource).unwrap());
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
