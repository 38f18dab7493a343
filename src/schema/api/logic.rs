//! `allOf`, `anyOf`, `oneOf` and `not`, which definitions of custom resources use to tie fields to each other.

use super::describe::alternatives;
use super::shape::{Ids, Shape};
use super::table::NodeId;
use super::violation::{Violation, ViolationKind};
use super::walk::{Frame, Walk, named};
use crate::yaml::Node;

impl Walk<'_> {
    /// Holds a value against the alternatives of its schema.
    pub(super) fn logic(&mut self, node: &Node<'_>, shape: &Shape<'_>, frame: &Frame<'_>) {
        let Some(limits) = shape.limits() else { return };
        for branch in limits.all_of.iter() {
            let violations = self.violations_of(node, frame, branch);
            self.violations.extend(violations);
        }
        if !limits.any_of.is_empty() {
            self.any_of(limits.any_of, node, frame);
        }
        if !limits.one_of.is_empty() {
            self.one_of(limits.one_of, node, frame);
        }
        if limits.not.is_some_and(|not| self.fits(node, frame, not)) {
            self.forbidden(limits.not, node, frame);
        }
    }

    fn any_of(&mut self, branches: Ids<'_>, node: &Node<'_>, frame: &Frame<'_>) {
        if !branches.iter().any(|branch| self.fits(node, frame, branch)) {
            self.no_branch(branches, node, frame);
        }
    }

    fn one_of(&mut self, branches: Ids<'_>, node: &Node<'_>, frame: &Frame<'_>) {
        let mut fitting = branches.iter().filter(|branch| self.fits(node, frame, *branch));
        let (first, second) = (fitting.next(), fitting.next());
        drop(fitting);
        match (first, second) {
            (None, _) => self.no_branch(branches, node, frame),
            (Some(_), None) => {}
            (Some(first), Some(second)) => {
                let violation = self.violation(ViolationKind::Required, node, frame);
                let fields: Vec<&str> =
                    [first, second].iter().flat_map(|one| self.required_of(*one)).collect();
                let message = match fields.as_slice() {
                    [] => format!(
                        "{} fits more than one of the forms that exclude each other",
                        named(&violation.path)
                    ),
                    _ => format!(
                        "{} may have only one of {}",
                        named(&violation.path),
                        fields.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
                    ),
                };
                self.violations.push(Violation { message, ..violation });
            }
        }
    }

    /// Reports that no branch fits: which field is missing, if that is all, or what is wrong with the nearest branch.
    fn no_branch(&mut self, branches: Ids<'_>, node: &Node<'_>, frame: &Frame<'_>) {
        let missing: Option<Vec<&str>> = branches.iter().map(|branch| self.only_required(branch)).collect();
        if let Some(fields) = missing {
            let violation = self.violation(ViolationKind::Required, node, frame);
            let message =
                format!("{} needs {}", named(&violation.path), alternatives(fields.iter().copied()));
            self.violations.push(Violation { message, ..violation });
            return;
        }
        let nearest = branches
            .iter()
            .map(|branch| self.violations_of(node, frame, branch))
            .min_by_key(Vec::len)
            .and_then(|violations| violations.into_iter().next());
        if let Some(violation) = nearest {
            let count = branches.len();
            let message = format!("{} (the nearest of {count} allowed forms)", violation.message);
            self.violations.push(Violation { message, ..violation });
        }
    }

    fn forbidden(&mut self, not: Option<NodeId>, node: &Node<'_>, frame: &Frame<'_>) {
        let violation = self.violation(ViolationKind::Required, node, frame);
        let fields: Vec<&str> = not.into_iter().flat_map(|not| self.required_of(not)).collect();
        let message = match fields.as_slice() {
            [] => format!("{} has a form that is not allowed", named(&violation.path)),
            [field] => format!("{} may not have `{field}`", named(&violation.path)),
            _ => format!(
                "{} may not have {} together",
                named(&violation.path),
                fields.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
            ),
        };
        self.violations.push(Violation { message, ..violation });
    }

    /// The one field that a branch asks for, if it says nothing else.
    fn only_required(&self, branch: NodeId) -> Option<&str> {
        let shape = Shape::read(self.table, branch);
        let is_plain = shape.properties.is_empty() && shape.limits().is_none() && shape.required.len() == 1;
        if is_plain { shape.required.iter().next().map(|id| self.table.text(id)) } else { None }
    }

    fn required_of(&self, branch: NodeId) -> impl Iterator<Item = &str> {
        Shape::read(self.table, branch).required.iter().map(|id| self.table.text(id))
    }
}
