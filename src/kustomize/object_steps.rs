//! The transformers that need no other object than the one they change, all in one walk over the objects.
//!
//! A build may hold more objects than the processor's cache, so that a walk for each transformer would wait for memory
//! most of the time. What each transformer finds wrong is kept apart: the first one with errors is the one that fails.

use rayon::prelude::*;

use super::transformer::affix::Affix;
use super::transformer::images::Images;
use super::transformer::labels::Labels;
use super::transformer::namespace::Namespace;
use crate::diagnostic::Diagnostics;
use crate::resource::{CompactId, PositionIndex, ResMap, Resource, pack};
use crate::yaml::{Origin, Sources};

/// How many objects a thread takes at a time.
const OBJECTS_IN_PART: usize = 1024;
/// How many of them are in nodes at once.
const OBJECTS_AT_ONCE: usize = 128;

/// A transformer that looks at one object at a time.
#[derive(Clone)]
pub(super) enum ObjectStep<'s> {
    Namespace(Namespace<'s>),
    Affix(Affix<'s>),
    Labels(Labels<'s>),
    Images(Images<'s>),
}

/// An id and where its object is; nothing for one that was deleted.
type Known<'s> = Option<(CompactId<'s>, Origin)>;

/// What became of some objects, step by step.
#[derive(Clone, Default)]
struct Outcome<'s> {
    /// What the step found wrong.
    errors: Diagnostics,
    /// The ids after a step that sets a namespace.
    ids: Vec<Known<'s>>,
}

impl<'s> ObjectStep<'s> {
    fn apply(&mut self, resource: &mut Resource<'s>) -> Result<(), Diagnostics> {
        match self {
            Self::Namespace(namespace) => namespace.apply(resource),
            Self::Affix(affix) => affix.apply(resource),
            Self::Labels(labels) => labels.apply(resource),
            Self::Images(images) => images.apply(resource),
        }
    }

    /// The step, if ids must be looked at after it.
    fn namespace(&self) -> Option<&Namespace<'s>> {
        match self {
            Self::Namespace(namespace) if namespace.moves_objects() => Some(namespace),
            _ => None,
        }
    }
}

/// Changes all objects, step after step.
pub(super) fn apply<'s>(
    steps: &[ObjectStep<'s>],
    resources: &mut ResMap<'s>,
    sources: &'s Sources,
) -> Result<(), Diagnostics> {
    let packs = resources.is_large();
    let run = |steps: &mut Vec<ObjectStep<'s>>, objects: &mut [Resource<'s>]| {
        let mut outcomes = vec![Outcome::default(); steps.len()];
        for some in objects.chunks_mut(OBJECTS_AT_ONCE) {
            for resource in &mut *some {
                apply_to(resource, steps, &mut outcomes);
            }
            if packs {
                pack(some, sources);
            }
        }
        outcomes
    };
    let parts = resources.as_mut_slice().par_chunks_mut(OBJECTS_IN_PART);
    let outcomes: Vec<Vec<Outcome<'s>>> = parts.map_with(steps.to_vec(), run).collect();
    for (number, step) in steps.iter().enumerate() {
        let parts = outcomes.iter().map(|part| &part[number]);
        let mut errors = Diagnostics(parts.clone().flat_map(|part| part.errors.0.iter().cloned()).collect());
        if let Some(namespace) = step.namespace() {
            let ids: Vec<&[Known<'s>]> = parts.map(|part| part.ids.as_slice()).collect();
            refuse_same_ids(namespace, &ids, &mut errors);
        }
        errors.into_result()?;
    }
    Ok(())
}

/// Changes one object; after a step that fails, the others are left out.
fn apply_to<'s>(resource: &mut Resource<'s>, steps: &mut [ObjectStep<'s>], outcomes: &mut [Outcome<'s>]) {
    for (step, outcome) in steps.iter_mut().zip(outcomes) {
        let done = outcome.errors.absorb(step.apply(resource));
        if step.namespace().is_some() {
            outcome.ids.push((!resource.is_empty()).then(|| (resource.compact_id(), resource.node.origin())));
        }
        if done.is_none() {
            return;
        }
    }
}

/// Reports each object that has the id of one before it.
fn refuse_same_ids<'s>(namespace: &Namespace<'s>, parts: &[&[Known<'s>]], errors: &mut Diagnostics) {
    let known =
        |position: usize| parts.get(position / OBJECTS_IN_PART)?.get(position % OBJECTS_IN_PART)?.as_ref();
    let count = parts.iter().map(|part| part.len()).sum();
    let mut index = PositionIndex::with_capacity(count);
    for (position, (id, origin)) in (0..count).filter_map(|position| Some((position, known(position)?))) {
        let id = id.id();
        let is_same = |other: usize| known(other).is_some_and(|(other, _)| other.id().equals(&id));
        let before = index.find_last(id.key(), is_same);
        index.add(id.key(), position, is_same);
        if let Some((_, first)) = before.and_then(known) {
            errors.push(namespace.same_id(id, *first, *origin));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::decode::Text;
    use crate::kustomize::testing::{objects, sources};
    use crate::kustomize::transformer::labels::label_field_specs;
    use crate::kustomize::transformer::namespace::{NamespaceSettings, RoleBindingSubjects};
    use crate::kustomize::transformer_config::TransformerConfig;

    fn text(value: &'static str) -> Text<'static> {
        Text { value, origin: Origin::NONE }
    }

    fn namespace(sources: &'static Sources) -> ObjectStep<'static> {
        let subjects = RoleBindingSubjects::DefaultOnly;
        let settings = NamespaceSettings { namespace: text("new"), unset_only: false, subjects };
        ObjectStep::Namespace(Namespace::new(settings, &TransformerConfig::built_in().namespace, sources))
    }

    fn labels(sources: &'static Sources) -> ObjectStep<'static> {
        let config = TransformerConfig::built_in();
        let specs = label_field_specs(&crate::kustomize::kustomization::Label::default(), &config).unwrap();
        ObjectStep::Labels(Labels::new(&vec![(text("a"), text("b"))], &specs, sources))
    }

    fn config_maps(count: usize, fields: impl Fn(usize) -> String) -> String {
        let one = |number| format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n{}", fields(number));
        (0..count).map(one).collect()
    }

    #[test]
    fn only_the_first_step_that_fails_is_reported_with_all_of_its_errors() {
        let sources = sources();
        let wrong =
            ["  name: a\n  labels: x\n", "  name: b\n  namespace: []\n", "  name: c\n  namespace: {}\n"];
        let mut resources = objects(&config_maps(3, |number| wrong[number].to_owned()), sources);
        let errors = apply(&[namespace(sources), labels(sources)], &mut resources, sources).unwrap_err();
        let messages: Vec<&str> = errors.0.iter().map(|error| error.message.as_str()).collect();
        assert_eq!(messages.len(), 2, "{messages:?}");
        assert!(messages.iter().all(|message| message.contains("metadata/namespace")), "{messages:?}");
    }

    #[test]
    fn objects_of_several_parts_are_changed_in_order_and_told_apart() {
        let sources = sources();
        let count = 2 * OBJECTS_IN_PART + 3;
        let name = |number: usize| format!("  name: a{number}\n");
        let mut resources = objects(&config_maps(count, name), sources);
        apply(&[namespace(sources), labels(sources)], &mut resources, sources).unwrap();
        assert!(resources.iter().enumerate().all(|(number, one)| one.name() == format!("a{number}")));
        assert!(resources.iter().all(|one| one.namespace() == "new" && one.label("a") == Some("b")));

        let last = |number| {
            if number == count - 1 { "  name: a1\n  namespace: x\n".to_owned() } else { name(number) }
        };
        let mut resources = objects(&config_maps(count, last), sources);
        let errors = apply(&[namespace(sources)], &mut resources, sources).unwrap_err();
        let messages: Vec<&str> = errors.0.iter().map(|error| error.message.as_str()).collect();
        assert_eq!(messages, ["the namespace transformation makes two objects v1 ConfigMap new/a1"]);
    }
}
