//! A target of a replacement: which objects, which fields, and how the value is written.

use super::DEFAULT_FIELD_PATH;
use super::field_path::{FieldPath, Step};
use super::value::{Budget, Copied};
use super::walk::{Failure, Walk};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::kustomize::decode::Text;
use crate::kustomize::kustomization::{FieldOptions, ReplacementTarget};
use crate::kustomize::selector::{Selector, SelectorIndex};
use crate::kustomize::shared_scalar::{Places, SharedScalars};
use crate::kustomize::untyped_scalar::untyped;
use crate::resource::Resource;
use crate::yaml::{MAX_DEPTH, Node, Origin, Sources, Style};

/// A target with everything that can be worked out before an object is looked at.
pub(super) struct Target<'a, 's> {
    select: Selector<'s>,
    reject: Vec<Selector<'s>>,
    paths: Vec<(FieldPath<'s>, Vec<Step<'s>>)>,
    options: Option<&'a FieldOptions<'s>>,
}

impl<'a, 's> Target<'a, 's> {
    /// Reads a target; reports everything that is wrong with it.
    pub(super) fn new(
        target: &'a ReplacementTarget<'s>,
        replacement: Origin,
        sources: &'s Sources,
    ) -> Result<Self, Diagnostics> {
        let origin = target.origin.or(replacement);
        let mut errors = Diagnostics::default();
        if target.select.is_none() {
            errors.push(Diagnostic::error("a target of a replacement has no `select`").at(origin));
        }
        let select = target.select.as_ref().and_then(|select| errors.absorb(Selector::compile(select)));
        let reject =
            target.reject.iter().filter_map(|reject| errors.absorb(Selector::compile(reject))).collect();
        let default = [Text { value: DEFAULT_FIELD_PATH, origin }];
        let texts = if target.field_paths.is_empty() { &default } else { target.field_paths.as_slice() };
        let mut paths = Vec::with_capacity(texts.len());
        for text in texts {
            let path = FieldPath::new(*text, sources);
            match path.steps() {
                Ok(steps) => paths.push((path, steps)),
                Err(reason) => {
                    let message = format!("`{}` is no path of a field: {reason}", text.value);
                    errors.push(Diagnostic::error(message).at(text.origin));
                }
            }
        }
        errors.into_result()?;
        let Some(select) = select else { return Err(Diagnostics::default()) };
        Ok(Self { select, reject, paths, options: target.options.as_ref() })
    }

    /// Positions of the objects that it can be for, in order.
    pub(super) fn candidates(&self, index: &SelectorIndex<'s>) -> Vec<usize> {
        self.select.candidates(index)
    }

    /// Whether the object is selected by one of its ids, and rejected by none.
    pub(super) fn is_for(&self, resource: &Resource<'s>) -> bool {
        let any_id = |selector: &Selector<'s>| {
            selector.matches_id(&resource.current_id())
                || resource.earlier_ids().any(|id| selector.matches_id(&id))
        };
        let rejects = |reject: &Selector<'s>| {
            reject.asks_for_metadata() && reject.matches_metadata(resource)
                || reject.asks_for_id() && any_id(reject)
        };
        any_id(&self.select) && self.select.matches_metadata(resource) && !self.reject.iter().any(rejects)
    }

    /// Writes the value to all fields of one object.
    pub(super) fn write(
        &self,
        resource: &mut Resource<'s>,
        value: &Copied<'s>,
        sources: &'s Sources,
        budget: &Budget,
    ) -> Result<(), Diagnostics> {
        let mut errors = Diagnostics::default();
        let id = resource.current_id();
        let create = self.options.filter(|options| options.create).map(|_| value.new_node());
        let mut shared = SharedScalars::new(sources);
        let places = Places::of(resource);
        let mut untyped = untyped(resource);
        let known = untyped.len();
        for (path, steps) in &self.paths {
            if value.depth() + steps.len() > MAX_DEPTH {
                let reason = format!("collections would be nested more than {MAX_DEPTH} deep");
                errors.push(report(Failure::Refused(reason, Origin::NONE), path.text, false).object(id));
                continue;
            }
            let mut write = |node: &mut Node<'s>, fresh: bool| {
                let (origin, was_scalar) = (node.origin, node.text().is_some());
                let open = fresh || node.style == Style::Plain && untyped.contains(&origin);
                value
                    .write(node, open, self.options, sources, budget)
                    .map_err(|reason| Failure::Refused(reason, origin))?;
                if let Some(text) = node.text().filter(|_| open || !was_scalar && value.is_open()) {
                    node.origin = shared.origin_for(text, node.origin);
                    untyped.push(node.origin);
                }
                Ok(())
            };
            let mut walk = Walk { create, origin: path.text.origin, sources, write: &mut write };
            if let Err(failure) = walk.write_all(&mut resource.node, path, steps) {
                let error = report(failure, path.text, create.is_some());
                errors.push(error.object(id).related(resource.node.origin, "the target is this object"));
            }
        }
        if untyped.len() > known {
            resource.marks_mut().untyped = untyped;
        }
        shared.settle(resource, &places);
        errors.into_result()
    }
}

fn report(failure: Failure, path: Text<'_>, create: bool) -> Diagnostic {
    let field = path.value;
    match failure {
        Failure::Refused(reason, origin) => {
            Diagnostic::error(format!("cannot replace the field `{field}`: {reason}"))
                .at(path.origin)
                .related(origin, "the field is here")
        }
        Failure::Missing(reason) if create => {
            Diagnostic::error(format!("cannot find or make the field `{field}` of a target: {reason}"))
                .at(path.origin)
        }
        Failure::Missing(reason) => Diagnostic::error(format!("a target has no field `{field}`: {reason}"))
            .at(path.origin)
            .hint("correct the path, or set `options.create: true` to make the field"),
    }
}
