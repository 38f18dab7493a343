//! Writes the new names of objects into the objects that refer to them.
//!
//! Upstream's `nameReferenceTransformer`. Rules say which fields of which kinds hold the name of what
//! ([`NameReference`]); a name that one object had before is replaced by the name that it has now. Rules for
//! one field are applied one after the other, so what the first one wrote the second one may write again.
//!
//! Whoever could be referred to is looked up by earlier name and namespace; nothing is searched. All lookups
//! see the objects as they were before the first reference was fixed, so the order of objects is of no weight.

mod candidates;
mod referrer;
mod select;

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::field_path::{Create, FieldPath};
use super::transformer_config::NameReference;
use super::untyped_scalar::untyped;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::resource::{Body, Gvk, ResMap, Resource, pack};
use crate::yaml::{Node, Origin, Sources};
use candidates::{Candidates, Known};
use referrer::Referrer;
use select::Selection;

/// How many objects are taken up at once.
const OBJECTS_AT_ONCE: usize = 8192;
/// With fewer objects than this, a second thread costs more than it saves.
const OBJECTS_WORTH_A_THREAD: usize = 128;

/// One field that may hold a name, and the kind of object that it names.
struct Rule<'s> {
    target: Gvk<'s>,
    field: FieldPath<'s>,
    is_role_ref: bool,
}

/// Rules by the type of the object that refers.
struct Rules<'s> {
    rules: Vec<Rule<'s>>,
    by_type: FxHashMap<Gvk<'s>, Arc<[usize]>>,
}

/// Fixes every reference to an object that was renamed or moved.
pub fn apply<'s>(
    references: &[NameReference<'s>],
    resources: &mut ResMap<'s>,
    sources: &'s Sources,
) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut rules = Rules::new(references, sources);
    let candidates = Candidates::new(resources);
    let packs = resources.is_large();
    for start in (0..resources.len()).step_by(OBJECTS_AT_ONCE) {
        let end = resources.len().min(start + OBJECTS_AT_ONCE);
        let mut referring: Vec<_> =
            (start..end).filter_map(|position| Referring::take(position, resources, &mut rules)).collect();
        let known = Known::new(&candidates, resources);
        let fixed = referring.par_iter_mut().with_min_len(OBJECTS_WORTH_A_THREAD);
        let found: Vec<_> =
            fixed.filter_map(|one| Some((one.position, one.fix(&rules, known).err()?))).collect();
        for one in referring {
            resources.as_mut_slice()[one.position].node = one.body;
        }
        for (position, found) in found {
            let id = resources.get(position).map(Resource::current_id).unwrap_or_default();
            errors.0.extend(found.0.into_iter().map(|error| error.object(id)));
        }
        if packs {
            let fixed = &mut resources.as_mut_slice()[start..end];
            fixed.par_chunks_mut(OBJECTS_WORTH_A_THREAD).for_each(|some| pack(some, sources));
        }
    }
    errors.into_result()
}

/// An object that may refer to others. Its value is taken out of it, so that the histories of all objects can be read
/// meanwhile.
struct Referring<'s> {
    position: usize,
    referrer: Result<Referrer<'s>, Diagnostic>,
    untyped: Vec<Origin>,
    rules: Arc<[usize]>,
    body: Body<'s>,
}

impl<'s> Referring<'s> {
    /// Takes the object's value out, if there are rules for objects like it.
    fn take(position: usize, resources: &mut ResMap<'s>, rules: &mut Rules<'s>) -> Option<Self> {
        let resource = resources.get_mut(position)?;
        let rules = rules.of(&resource.original_id().gvk);
        if rules.is_empty() {
            return None;
        }
        let referrer = Referrer::new(resource);
        let untyped = untyped(resource);
        let body = std::mem::replace(&mut resource.node, Node::null(Origin::NONE).into());
        Some(Self { position, referrer, untyped, rules, body })
    }

    /// Fixes the references. What has none to fix stays as it is, packed or not.
    fn fix(&mut self, rules: &Rules<'s>, known: Known<'_, 's>) -> Result<(), Diagnostics> {
        let referrer = self.referrer.as_ref().map_err(|error| Diagnostics::from(error.clone()))?;
        let mut unpacked = self.body.unpacked();
        let node = unpacked.as_mut().unwrap_or_else(|| &mut self.body);
        let mut errors = Diagnostics::default();
        let mut has_changed = false;
        let history = known.history(self.position);
        for rule in self.rules.iter().map(|index| &rules.rules[*index]) {
            let role_ref = rule.is_role_ref.then(|| referrer::role_ref(node)).flatten();
            let target = rule.target;
            let mut selection = Selection { referrer, history, target, role_ref, known, has_changed: false };
            let mut set = |node: &mut Node<'s>| selection.set(node);
            let walked = rule.field.walk_node(node, &self.untyped, Create::Never, Origin::NONE, &mut set);
            has_changed |= selection.has_changed || rule.field.names_lists();
            // Rules for several kinds share a field; what is wrong with it is said once.
            if let Err(error) = walked
                && errors
                    .0
                    .last()
                    .is_none_or(|last| (&last.message, &last.place) != (&error.message, &error.place))
            {
                errors.push(about_rule(error, rule));
            }
        }
        if let Some(node) = unpacked.filter(|_| has_changed) {
            self.body = node.into();
        }
        errors.into_result()
    }
}

fn about_rule(error: Diagnostic, rule: &Rule<'_>) -> Diagnostic {
    error.related(rule.field.spec.origin, "the field spec is here")
}

impl<'s> Rules<'s> {
    fn new(references: &[NameReference<'s>], sources: &'s Sources) -> Self {
        let rules = references
            .iter()
            .flat_map(|reference| reference.referrers.iter().map(|spec| (reference.target, *spec)))
            .map(|(target, spec)| Rule {
                target,
                field: FieldPath::new(spec, sources),
                is_role_ref: spec.path.ends_with("roleRef/name"),
            })
            .collect();
        Self { rules, by_type: FxHashMap::default() }
    }

    /// The numbers of the rules for objects of one type, in order.
    fn of(&mut self, gvk: &Gvk<'s>) -> Arc<[usize]> {
        let rules = &self.rules;
        let found = self.by_type.entry(*gvk).or_insert_with(|| {
            (0..rules.len()).filter(|index| gvk.is_selected_by(&rules[*index].field.spec.gvk)).collect()
        });
        Arc::clone(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::testing::{objects, sources, written};
    use crate::kustomize::transformer_config::TransformerConfig;

    const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n";
    const POD: &str =
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  imagePullSecrets:\n  - name: a\n";

    fn rename(resource: &mut Resource<'static>, name: &'static str) {
        resource.store_previous_id();
        resource.set_name(name, Origin::NONE);
    }

    fn fixed(resources: &mut ResMap<'static>, sources: &'static Sources) -> Result<String, Diagnostics> {
        apply(&TransformerConfig::built_in().name_reference, resources, sources)?;
        Ok(written(resources))
    }

    #[test]
    fn a_reference_follows() {
        let sources = sources();
        let mut resources = objects(&format!("{SECRET}---\n{POD}"), sources);
        rename(&mut resources.as_mut_slice()[0], "b");
        let text = fixed(&mut resources, sources).unwrap();
        assert!(text.ends_with("imagePullSecrets:\n  - name: b\n"), "{text}");
    }

    #[test]
    fn other_namespaces_are_not_meant() {
        let sources = sources();
        let mut resources = objects(&format!("{SECRET}  namespace: other\n---\n{POD}"), sources);
        rename(&mut resources.as_mut_slice()[0], "b");
        assert!(fixed(&mut resources, sources).unwrap().ends_with("- name: a\n"));
    }

    #[test]
    fn prefixes_decide_between_two_and_without_them_it_is_an_error() {
        let sources = sources();
        let mut resources = objects(&format!("{SECRET}---\n{SECRET}---\n{POD}"), sources);
        rename(&mut resources.as_mut_slice()[0], "b");
        rename(&mut resources.as_mut_slice()[1], "c");
        let errors = fixed(&mut resources, sources).unwrap_err();
        assert_eq!(errors.0.len(), 1);
        assert_eq!(errors.0[0].related.len(), 2);
        for (position, prefix) in [(0, "x"), (1, "y"), (2, "y")] {
            resources.as_mut_slice()[position].name_prefixes = vec![prefix].into();
        }
        assert!(fixed(&mut resources, sources).unwrap().ends_with("- name: c\n"));
    }

    #[test]
    fn subjects_get_name_and_namespace() {
        let sources = sources();
        let text = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: a\n  namespace: home\n---\n\
                    apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata:\n  name: r\n  \
                    namespace: other\nsubjects:\n- kind: ServiceAccount\n  name: a\n  namespace: home\n";
        let mut resources = objects(text, sources);
        rename(&mut resources.as_mut_slice()[0], "b");
        let text = fixed(&mut resources, sources).unwrap();
        assert!(text.ends_with("  name: b\n  namespace: home\n"), "{text}");
    }

    #[test]
    fn a_blank_namespace_of_a_subject_is_an_error() {
        let sources = sources();
        let text = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata:\n  name: r\n\
                    subjects:\n- kind: ServiceAccount\n  name: a\n  namespace:\n";
        let errors = fixed(&mut objects(text, sources), sources).unwrap_err();
        assert!(errors.0[0].message.contains("namespace"), "{errors}");
    }
}
