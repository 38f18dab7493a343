//! The three patch fields: which objects a patch is for, and its application to them.
//!
//! Follows `api/internal/builtins/Patch*Transformer.go`.

use rustc_hash::FxHashSet;

use super::accumulator::refuse_duplicates;
use super::decode::Text;
use super::kustomization::{Patch, PatchOptions};
use super::loader::Loader;
use super::patch::{MergeTerms, Operations, apply_strategic_merge, looks_like_operations, operations};
use super::read::read_objects;
use super::selector::Selector;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::resource::{IdIndex, ResId, ResMap, Resource};
use crate::schema::Schema;
use crate::yaml::{Source, Sources};

/// A patch that was read, and its targets.
pub(super) struct PatchStep<'s> {
    content: Content<'s>,
    target: Option<Selector<'s>>,
    options: PatchOptions,
    /// `patchesJson6902` does not remember the ids of what it changes; `patches` does.
    remembers_ids: bool,
    /// `patchesStrategicMerge` works on copies of its patches.
    copied: bool,
}

enum Content<'s> {
    /// A file of comments alone
    Nothing,
    StrategicMerge(Vec<Resource<'s>>),
    Json6902(Operations<'s>),
}

impl<'s> PatchStep<'s> {
    /// An entry of `patches`.
    pub(super) fn new(patch: &Patch<'s>, loader: &Loader<'_, 's>) -> Result<Self, Diagnostics> {
        // Upstream trims the text, and with it the line end of a block scalar that stands last.
        let text = Text { value: patch.patch.value.trim(), ..patch.patch };
        let source = patch_source(&Patch { patch: text, ..patch.clone() }, loader)?;
        let content = Content::read(source, loader.sources())?;
        let step = Self { content, options: patch.options.clone(), ..Self::for_target(patch)? };
        match (&step.content, &step.target) {
            (Content::StrategicMerge(objects), Some(_)) if objects.len() > 1 => {
                Err(Diagnostic::error("several strategic merge patches in one entry cannot share a `target`")
                    .at(patch.origin)
                    .hint("make one entry of each, or drop `target` and let each name its object")
                    .into())
            }
            (Content::Json6902(_), None) => Err(Diagnostic::error("a JSON patch needs a `target`")
                .at(patch.origin)
                .hint("say which objects it is for: kind, name, namespace, labelSelector ...")
                .into()),
            _ => Ok(step),
        }
    }

    /// An entry of `patchesJson6902`.
    pub(super) fn json6902(patch: &Patch<'s>, loader: &Loader<'_, 's>) -> Result<Self, Diagnostics> {
        if patch.target.as_ref().is_none_or(|target| target.name.is_empty()) {
            return Err(Diagnostic::error("the patch's `target` has no name").at(patch.origin).into());
        }
        let operations = operations(patch_source(patch, loader)?, loader.sources())?;
        if operations.is_empty() {
            return Err(Diagnostic::error("the patch has no operations").at(patch.origin).into());
        }
        let step = Self::for_target(patch)?;
        Ok(Self { content: Content::Json6902(operations), remembers_ids: false, ..step })
    }

    /// `patchesStrategicMerge`: each entry is a patch, or a file that holds some.
    pub(super) fn strategic_merge(
        paths: &[Text<'s>],
        text: Option<Text<'s>>,
        loader: &Loader<'_, 's>,
    ) -> Result<Self, Diagnostics> {
        let mut errors = Diagnostics::default();
        let mut objects = Vec::new();
        for path in paths {
            let inline = loader.inline(*path).and_then(|source| read_objects(source, loader.sources()));
            let read = inline
                .or_else(|_| loader.text(*path).and_then(|source| read_objects(source, loader.sources())));
            objects.extend(errors.absorb(read).into_iter().flatten());
        }
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            let read = loader.inline(text).and_then(|source| read_objects(source, loader.sources()));
            objects.extend(errors.absorb(read).into_iter().flatten());
        }
        errors.into_result()?;
        if objects.is_empty() {
            let origin = paths.first().copied().or(text).unwrap_or_default().origin;
            return Err(Diagnostic::error("there is no patch in here").at(origin).into());
        }
        Ok(Self {
            content: Content::StrategicMerge(objects),
            target: None,
            options: PatchOptions::default(),
            remembers_ids: false,
            copied: true,
        })
    }

    fn for_target(patch: &Patch<'s>) -> Result<Self, Diagnostics> {
        let target = patch.target.as_ref().map(Selector::compile).transpose()?;
        let content = Content::Nothing;
        Ok(Self { content, target, options: PatchOptions::default(), remembers_ids: true, copied: false })
    }

    /// Changes the objects that the patch is for.
    pub(super) fn apply(
        &self,
        resources: &mut ResMap<'s>,
        schema: &Schema<'s>,
        sources: &'s Sources,
    ) -> Result<(), Diagnostics> {
        self.apply_with_index(resources, schema, sources, &mut None)
    }

    /// As [`Self::apply`], with an index of all objects by any id, which it makes where there is none, and takes away
    /// where ids may have changed.
    pub(super) fn apply_with_index(
        &self,
        resources: &mut ResMap<'s>,
        schema: &Schema<'s>,
        sources: &'s Sources,
        ids: &mut Option<IdIndex>,
    ) -> Result<(), Diagnostics> {
        let copied = self.copied || self.target.is_some();
        let terms = MergeTerms { schema, sources, options: &self.options, copied };
        match (&self.content, &self.target) {
            (Content::Nothing, _) | (Content::Json6902(_), None) => Ok(()),
            (Content::StrategicMerge(patches), None) => self.apply_by_id(patches, resources, &terms, ids),
            (Content::StrategicMerge(patches), Some(target)) => {
                *ids = None;
                let Some(patch) = patches.first() else { return Ok(()) };
                let mut errors = Diagnostics::default();
                for position in with_same_ids(resources, &target.select(resources)) {
                    let Some(resource) = resources.get_mut(position) else { continue };
                    errors.absorb(apply_strategic_merge(resource, &patch.node, &terms));
                }
                errors.into_result()?;
                refuse_duplicates(resources)
            }
            (Content::Json6902(operations), Some(target)) => {
                *ids = None;
                let mut errors = Diagnostics::default();
                for position in target.select(resources) {
                    let Some(resource) = resources.get_mut(position) else { continue };
                    if self.remembers_ids {
                        resource.store_previous_id();
                    }
                    errors.absorb(operations.apply(resource, sources));
                }
                errors.into_result()
            }
        }
    }

    /// Applies each patch to the object whose id it has.
    fn apply_by_id(
        &self,
        patches: &[Resource<'s>],
        resources: &mut ResMap<'s>,
        terms: &MergeTerms<'_, 's>,
        ids: &mut Option<IdIndex>,
    ) -> Result<(), Diagnostics> {
        let mut errors = Diagnostics::default();
        let renames = self.options.allow_name_change || self.options.allow_kind_change;
        for patch in patches {
            let index = ids.get_or_insert_with(|| resources.index_by_any_id());
            let mut alive = index.find(resources, &patch.original_id());
            alive.retain(|position| resources.get(*position).is_some_and(|one| !one.is_empty()));
            match alive.as_slice() {
                [only] => {
                    let Some(resource) = resources.get_mut(*only) else { continue };
                    errors.absorb(apply_strategic_merge(resource, &patch.node, terms));
                    if renames {
                        *ids = None;
                    }
                }
                [] => errors.push(no_target(patch, resources)),
                several => errors.push(ambiguous_target(patch, resources, several)),
            }
        }
        errors.into_result()
    }
}

impl<'s> Content<'s> {
    /// Finds out by the content which kind of patch it is.
    fn read(source: Source<'s>, sources: &'s Sources) -> Result<Self, Diagnostics> {
        let merges = read_objects(source, sources);
        let operations = operations(source, sources);
        match (merges, operations) {
            (Ok(merges), Ok(operations)) if !merges.is_empty() && !operations.is_empty() => {
                Err(Diagnostic::error("this is a strategic merge patch and a JSON patch at once")
                    .at(source.origin(0))
                    .into())
            }
            (Ok(merges), _) if merges.is_empty() => Ok(Self::Nothing),
            (Ok(merges), _) => Ok(Self::StrategicMerge(merges)),
            (Err(_), Ok(operations)) => Ok(Self::Json6902(operations)),
            (Err(merges), Err(operations)) => {
                Err(if looks_like_operations(source.text) { operations } else { merges })
            }
        }
    }
}

/// The text of a patch: inline, or in a file.
fn patch_source<'s>(patch: &Patch<'s>, loader: &Loader<'_, 's>) -> Result<Source<'s>, Diagnostics> {
    let inline = !patch.patch.trim().is_empty();
    match (inline, patch.path.is_empty()) {
        (true, true) => loader.inline(patch.patch),
        (false, false) => loader.text(patch.path),
        (true, false) => Err(Diagnostic::error("the patch has both a `path` and a `patch`")
            .at(patch.path.origin)
            .hint("keep one of them")
            .into()),
        (false, true) => Err(Diagnostic::error("the patch has neither a `path` nor a `patch`")
            .at(patch.origin)
            .hint("name a file with `path`, or write the patch under `patch: |-`")
            .into()),
    }
}

/// Positions of all objects with the ids of the selected ones: upstream selects by id.
fn with_same_ids(resources: &ResMap<'_>, selected: &[usize]) -> Vec<usize> {
    let ids: FxHashSet<ResId<'_>> =
        selected.iter().filter_map(|&position| resources.get(position)).map(Resource::current_id).collect();
    let all = resources.iter().enumerate();
    all.filter(|(_, resource)| ids.contains(&resource.current_id())).map(|(position, _)| position).collect()
}

fn no_target(patch: &Resource<'_>, resources: &ResMap<'_>) -> Diagnostic {
    let id = patch.original_id();
    let error =
        Diagnostic::error(format!("no object matches the patch for {id}")).at(patch.node.origin()).object(id);
    let alike = resources.iter().find(|resource| {
        let known = resource.current_id();
        known.name == id.name && known.gvk.kind == id.gvk.kind || resource.original_id().name == id.name
    });
    match alike {
        Some(alike) => error
            .related(alike.node.origin(), format!("there is {}", alike.current_id()))
            .hint("`apiVersion`, `kind`, name and namespace of a patch must be those of the object"),
        None => error.hint("name an object that this kustomization or one of its bases holds"),
    }
}

fn ambiguous_target(patch: &Resource<'_>, resources: &ResMap<'_>, positions: &[usize]) -> Diagnostic {
    let id = patch.original_id();
    let error = Diagnostic::error(format!("several objects are or were called {id}"))
        .at(patch.node.origin())
        .object(id)
        .hint("use `target` with a name or label that only one of them has");
    positions.iter().filter_map(|&position| resources.get(position)).fold(error, |error, resource| {
        error.related(resource.node.origin(), resource.current_id().to_string())
    })
}
