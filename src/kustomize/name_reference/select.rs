//! Which of several objects a name means, and writing the new name.
//!
//! The sieve: earlier name and what the referrer can see (from the index), the type, what a `roleRef` says,
//! then the same prefixes and suffixes. What is left must be one object, or several with the same name.

use super::candidates::{Candidate, Known};
use super::referrer::Referrer;
use crate::diagnostic::Diagnostic;
use crate::kustomize::field_path::unexpected;
use crate::kustomize::set_value::set_scalar;
use crate::resource::{Gvk, Resource};
use crate::yaml::{Key, Node, Value, ValueMut};

/// One field of one referrer.
pub(super) struct Selection<'a, 's> {
    /// Who refers.
    pub(super) referrer: &'a Referrer<'s>,
    /// What is known of it besides its fields.
    pub(super) history: &'a Resource<'s>,
    /// The type that the field refers to.
    pub(super) target: Gvk<'s>,
    /// What the field's `roleRef` says of it.
    pub(super) role_ref: Option<Gvk<'s>>,
    /// Who could be meant.
    pub(super) known: Known<'a, 's>,
    /// Whether something was written.
    pub(super) has_changed: bool,
}

impl<'a, 's> Selection<'a, 's> {
    /// Fixes the name, names or mappings with a name that the field holds.
    pub(super) fn set(&mut self, node: &mut Node<'s>) -> Result<(), Diagnostic> {
        if node.is_null() {
            return Ok(());
        }
        match node.value_mut() {
            ValueMut::Scalar(_) => self.set_name(node),
            ValueMut::Mapping(_) => self.set_mapping(node),
            ValueMut::Sequence(items) => items.iter_mut().try_for_each(|item| match item.value() {
                Value::Scalar(_) if item.is_null() => Ok(()),
                Value::Scalar(_) => self.set_name(item),
                Value::Mapping(_) => self.set_mapping(item),
                Value::Sequence(_) => Err(unexpected("a name or a mapping with a name", item)),
            }),
        }
    }

    fn set_name(&mut self, node: &mut Node<'s>) -> Result<(), Diagnostic> {
        let old = node.text().unwrap_or_default();
        let named = self.known.named(old, self.referrer);
        let Some(referral) = self.choose(named, node, |candidate| (candidate.name, ""))? else {
            return Ok(());
        };
        if referral.name == old {
            return Ok(());
        }
        self.has_changed = true;
        set_scalar(node, referral.name, referral.name_origin)
    }

    /// Fixes `name` and `namespace` of a mapping, such as a role binding's subject.
    fn set_mapping(&mut self, node: &mut Node<'s>) -> Result<(), Diagnostic> {
        let Some(name) = node.get("name") else {
            return Err(Diagnostic::error("expected a mapping with a `name`").at(node.origin()));
        };
        let old = name.text().unwrap_or_default();
        let named = match node.get("namespace") {
            Some(namespace) => self.known.named_in(old, namespace.text().unwrap_or_default(), self.referrer),
            None => self.known.named(old, self.referrer),
        };
        let Some(referral) = self.choose(named, node, |candidate| (candidate.name, candidate.namespace()))?
        else {
            return Ok(());
        };
        self.has_changed = true;
        set_field(node, "name", Node::string(referral.name, referral.name_origin))?;
        if referral.namespace().is_empty() {
            return Ok(());
        }
        set_field(node, "namespace", Node::string(referral.namespace(), referral.namespace_origin))
    }

    /// The one that is meant, if any. Several that `what` shows as the same count as one.
    fn choose(
        &mut self,
        mut candidates: Vec<&'a Candidate<'s>>,
        node: &Node<'s>,
        what: impl Fn(&Candidate<'s>) -> (&'s str, &'s str),
    ) -> Result<Option<&'a Candidate<'s>>, Diagnostic> {
        candidates.retain(|candidate| {
            self.known.was_selected_by(candidate, &self.target)
                && self.role_ref.is_none_or(|role_ref| self.known.was_selected_by(candidate, &role_ref))
        });
        if candidates.len() != 1 {
            candidates.retain(|candidate| self.has_same_affixes(candidate, true));
        }
        if candidates.len() > 1 {
            candidates.retain(|candidate| self.has_same_affixes(candidate, false));
        }
        let Some(first) = candidates.first().copied() else { return Ok(None) };
        if candidates.iter().any(|candidate| what(candidate) != what(first)) {
            return Err(self.ambiguous(&candidates, node));
        }
        Ok(Some(first))
    }

    fn has_same_affixes(&self, candidate: &Candidate<'s>, allow_empty: bool) -> bool {
        let same = |one: &[&str], other: &[&str]| {
            (allow_empty && (one.is_empty() || other.is_empty())) || ends_alike(one, other)
        };
        let other = self.known.resource(candidate);
        same(&other.name_prefixes, &self.history.name_prefixes)
            && same(&other.name_suffixes, &self.history.name_suffixes)
    }

    fn ambiguous(&self, candidates: &[&Candidate<'s>], node: &Node<'s>) -> Diagnostic {
        let name = node.get("name").unwrap_or(node).text().unwrap_or_default();
        let error = Diagnostic::error(format!("`{name}` may mean several objects that were called so"))
            .at(node.origin())
            .hint(
                "give the objects different names, or put them and what refers to them under different prefixes",
            );
        candidates.iter().fold(error, |error, candidate| {
            error.related(candidate.name_origin, format!("{} is one of them", self.known.id(candidate)))
        })
    }
}

/// Whether the shorter list is the end of the longer one. An empty one is only like an empty one.
fn ends_alike(one: &[&str], other: &[&str]) -> bool {
    if one.is_empty() || other.is_empty() {
        return one.len() == other.len();
    }
    one.ends_with(other) || other.ends_with(one)
}

/// Sets a field, in the style that it has.
fn set_field<'s>(node: &mut Node<'s>, key: &'static str, value: Node<'s>) -> Result<(), Diagnostic> {
    let Some(mapping) = node.as_mapping_mut() else { return Ok(()) };
    match mapping.get_mut(key) {
        Some(old) if old.text() == value.text() => Ok(()),
        Some(old) => set_scalar(old, value.text().unwrap_or_default(), value.origin()),
        None => {
            mapping.push(Key::new(key, value.origin()), value);
            Ok(())
        }
    }
}
