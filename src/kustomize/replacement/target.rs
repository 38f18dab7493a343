//! A target of a replacement: which objects, which fields, and how the value is written.

use std::cell::RefCell;

use super::DEFAULT_FIELD_PATH;
use super::field_path::{FieldPath, Step};
use super::source::Found;
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

    /// Writes the value to all fields of one object. A value that is a field of this object is `live`: it is read anew
    /// for each path, because it may hold what was written or made.
    pub(super) fn write(
        &self,
        resource: &mut Resource<'s>,
        value: &mut Copied<'s>,
        live: Option<&Found<'_, 's>>,
        sources: &'s Sources,
        budget: &Budget,
    ) -> Result<(), Diagnostics> {
        let mut errors = Diagnostics::default();
        let id = resource.current_id();
        let places = Places::of(resource);
        let shared = SharedScalars::new(sources);
        let writer = Writer {
            options: self.options,
            sources,
            budget,
            untyped: RefCell::new(untyped(resource)),
            shared,
        };
        let known = writer.untyped.borrow().len();
        for (path, steps) in &self.paths {
            let result = writer.write_path(resource, (path, steps), value, live);
            if let Err(failure) = result {
                let creates = self.options.is_some_and(|options| options.create);
                let error = report(failure, path.text, creates).object(id);
                errors.push(error.related(resource.node.origin(), "the target is this object"));
            }
            if let Some(Ok(now)) = live.map(|found| found.value_in(resource)) {
                *value = now;
            }
        }
        let untyped = writer.untyped.into_inner();
        if untyped.len() > known {
            resource.marks_mut().untyped = untyped.into_iter().collect();
        }
        let mut shared = writer.shared;
        shared.settle(resource, &places);
        errors.into_result()
    }
}

/// Writes to one object, and keeps what is to be known of its scalars afterwards.
struct Writer<'w, 's> {
    options: Option<&'w FieldOptions<'s>>,
    sources: &'s Sources,
    budget: &'w Budget,
    shared: SharedScalars<'s>,
    untyped: RefCell<Vec<Origin>>,
}

impl<'s> Writer<'_, 's> {
    fn write_path(
        &self,
        resource: &mut Resource<'s>,
        (path, steps): (&FieldPath<'s>, &[Step<'s>]),
        value: &mut Copied<'s>,
        live: Option<&Found<'_, 's>>,
    ) -> Result<(), Failure> {
        let create = self.options.filter(|options| options.create).map(|_| value.new_node());
        let (origin, sources) = (path.text.origin, self.sources);
        check_depth(value, steps)?;
        let keep_untyped = &|node: &mut Node<'s>| self.keep_untyped(node);
        let mut write = |node: &mut Node<'s>, fresh: bool| self.write_field(node, fresh, value);
        let mut walk = Walk { create, only_makes: false, origin, sources, keep_untyped, write: &mut write };
        match walk.write_in_text(&mut resource.node, path, steps) {
            Err(Failure::Missing(_)) => {}
            result => return result,
        }
        if let Some(found) = live.filter(|_| create.is_some()) {
            // Upstream makes all fields before it copies, perhaps inside of what it copies.
            let mut keep = |node: &mut Node<'s>, fresh: bool| {
                if fresh {
                    self.keep_untyped(node);
                }
                Ok(())
            };
            let mut walk = Walk { create, only_makes: true, origin, sources, keep_untyped, write: &mut keep };
            walk.write_fields(&mut resource.node, steps)?;
            if let Ok(now) = found.value_in(resource) {
                *value = now;
                check_depth(value, steps)?;
            }
        }
        let mut write = |node: &mut Node<'s>, fresh: bool| self.write_field(node, fresh, value);
        let mut walk = Walk { create, only_makes: false, origin, sources, keep_untyped, write: &mut write };
        walk.write_fields(&mut resource.node, steps)
    }

    fn write_field(&self, node: &mut Node<'s>, fresh: bool, value: &Copied<'s>) -> Result<(), Failure> {
        let (origin, was_scalar) = (node.origin(), node.text().is_some());
        let open = fresh || node.style() == Style::Plain && self.untyped.borrow().contains(&origin);
        value
            .write(node, open, self.options, self.sources, self.budget)
            .map_err(|reason| Failure::Refused(reason, origin))?;
        if open || !was_scalar && value.is_open() {
            self.keep_untyped(node);
        }
        Ok(())
    }

    /// Notes that a scalar has no type; other nodes have one.
    fn keep_untyped(&self, node: &mut Node<'s>) {
        if let Some(text) = node.text() {
            node.set_origin(self.shared.origin_for(text, node.origin()));
            self.untyped.borrow_mut().push(node.origin());
        }
    }
}

fn check_depth(value: &Copied<'_>, steps: &[Step<'_>]) -> Result<(), Failure> {
    if value.depth() + steps.len() > MAX_DEPTH {
        let reason = format!("collections would be nested more than {MAX_DEPTH} deep");
        return Err(Failure::Refused(reason, Origin::NONE));
    }
    Ok(())
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
