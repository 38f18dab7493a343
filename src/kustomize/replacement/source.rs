//! Where a replacement's value comes from: the one object that the source names, and a field in it.

use super::field_path::FieldPath;
use super::path_or_default;
use super::value::Copied;
use super::walk::what_is_there;
use crate::diagnostic::{Diagnostic, closest};
use crate::kustomize::kustomization::ReplacementSource;
use crate::kustomize::selector::SelectorIndex;
use crate::kustomize::shared_scalar::SharedScalars;
use crate::resource::{ResId, ResMap, Resource, or_default};
use crate::yaml::Sources;

/// How many names are looked through for one that was perhaps meant.
const MOST_NAMES: usize = 1000;

/// The object and the field of a source.
pub(super) struct Found<'a, 's> {
    source: &'a ReplacementSource<'s>,
    path: FieldPath<'s>,
    sources: &'s Sources,
    /// Position of the object.
    pub(super) position: usize,
}

impl<'a, 's> Found<'a, 's> {
    /// Finds the one object that is, or was, what the source names.
    pub(super) fn new(
        source: &'a ReplacementSource<'s>,
        resources: &ResMap<'s>,
        index: &SelectorIndex<'s>,
        sources: &'s Sources,
    ) -> Result<Self, Diagnostic> {
        let literal = |text: &'s str| (!text.is_empty()).then_some(text);
        let candidates = index.candidates(literal(source.name.value), literal(source.kind.value));
        let mut matches = candidates.into_iter().filter(|position| {
            resources.get(*position).is_some_and(|resource| {
                std::iter::once(resource.current_id())
                    .chain(resource.earlier_ids())
                    .any(|id| is_named(source, &id))
            })
        });
        let Some(position) = matches.next() else {
            return Err(nothing_found(source, resources));
        };
        if let Some(second) = matches.next() {
            let error = Diagnostic::error(format!(
                "several objects are {}, the source of a replacement",
                describe(source)
            ));
            let error = [position, second]
                .into_iter()
                .filter_map(|position| resources.get(position))
                .fold(error.at(source.origin), |error, resource| {
                    error.related(resource.node.origin(), resource.current_id().to_string())
                });
            return Err(error.hint("add `kind`, `name` or `namespace` until one is left"));
        }
        let path = FieldPath::new(path_or_default(source.field_path, source.origin), sources);
        Ok(Self { source, path, sources, position })
    }

    /// The value now.
    pub(super) fn value(&self, resources: &ResMap<'s>) -> Result<Copied<'s>, Diagnostic> {
        let Some(resource) = resources.get(self.position) else {
            return Err(Diagnostic::error("the source of a replacement is gone").at(self.source.origin));
        };
        self.value_in(resource)
    }

    /// The value that the source's object has now.
    pub(super) fn value_in(&self, resource: &Resource<'s>) -> Result<Copied<'s>, Diagnostic> {
        let error = |message: String| {
            Diagnostic::error(message)
                .at(self.path.text.origin)
                .object(resource.current_id())
                .related(resource.node.origin(), "the source is this object")
        };
        let path = self.path.text.value;
        let node = self
            .path
            .look_up(&resource.node)
            .map_err(|reason| error(format!("the field `{path}` cannot be looked up: {reason}")))?
            .filter(|node| !node.is_null_or_empty())
            .ok_or_else(|| {
                let there =
                    self.path.steps().map(|steps| what_is_there(&resource.node, &steps)).unwrap_or_default();
                let there = if there.is_empty() { "it is empty".to_owned() } else { there };
                error(format!("the source has no field `{path}`: {there}"))
            })?;
        let node = SharedScalars::new(self.sources).copy(node, resource);
        Copied::of_node(node).part(self.source.options.as_ref()).map_err(error)
    }

    /// Whether the value is the field itself, and changes when the field does.
    pub(super) fn follows_field(&self) -> bool {
        self.source.options.as_ref().is_none_or(|options| options.delimiter.is_empty())
    }
}

fn nothing_found(source: &ReplacementSource<'_>, resources: &ResMap<'_>) -> Diagnostic {
    let error = Diagnostic::error(format!("no object is {}, the source of a replacement", describe(source)))
        .at(source.name.origin.or(source.origin))
        .hint("a source must be there when the replacement runs: objects of this kustomization and below it");
    let same_kind = |kind: &str| source.kind.is_empty() || source.kind.value == kind;
    let all = resources.iter().filter(|resource| same_kind(resource.gvk().kind)).map(Resource::name);
    let names: Vec<&str> = all.filter(|name| !name.is_empty()).take(MOST_NAMES).collect();
    match closest(source.name.value, &names) {
        Some(meant) if meant != source.name.value => error.hint(format!("did you mean `{meant}`?")),
        _ => error,
    }
}

/// Whether the source's fields, as far as they are given, are those of an id. Namespaces are compared as they are
/// written, cluster-scoped types or not.
fn is_named(source: &ReplacementSource<'_>, id: &ResId<'_>) -> bool {
    let same = |wanted: &str, actual: &str| wanted.is_empty() || wanted == actual;
    same(source.group.value, id.gvk.group)
        && same(source.version.value, id.gvk.version)
        && same(source.kind.value, id.gvk.kind)
        && same(source.name.value, id.name)
        && same(source.namespace.value, or_default(id.namespace))
}

fn describe(source: &ReplacementSource<'_>) -> String {
    let fields = [
        ("group", source.group),
        ("version", source.version),
        ("kind", source.kind),
        ("name", source.name),
        ("namespace", source.namespace),
    ];
    let given: Vec<String> = fields
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(field, text)| format!("{field} `{}`", text.value))
        .collect();
    if given.is_empty() { "of any kind and name".to_owned() } else { given.join(", ") }
}
