//! What happens to objects on their way through a build: kept when somebody asks for it, and only then.
//!
//! Every object has a number from the moment it is there, and after each step of a kustomization the objects that are
//! not what they were are noted with that step. A build without a history pays one look at an `Option` for each step.

use std::path::PathBuf;

use crate::resource::{ResId, Resource};
use crate::yaml::{Node, Origin, Value};

/// What happened to all objects of a build.
#[derive(Debug, Default)]
pub struct History<'s> {
    kustomizations: Vec<Visited>,
    /// The kustomizations that are at work, the innermost last.
    open: Vec<usize>,
    steps: Vec<Step>,
    trails: Vec<Trail<'s>>,
}

/// A kustomization that the build came to, and how.
#[derive(Clone, Debug)]
pub struct Visited {
    /// Its file.
    pub file: PathBuf,
    /// What named it in the kustomization around it: `resources`, `components`.
    pub named_by: Field,
    /// The kustomization around it.
    pub parent: Option<usize>,
}

/// An entry of a kustomization file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The field's name.
    pub name: &'static str,
    /// Which of its entries, where it is known.
    pub index: Option<usize>,
    /// Where it stands.
    pub place: Origin,
}

/// Something that a kustomization asked for.
#[derive(Clone, Debug)]
pub struct Step {
    /// Whose step it is; none for what was done after all kustomizations.
    pub kustomization: Option<usize>,
    /// What asked for it.
    pub field: Field,
    /// Where the entries of the field begin, if the step carried out several.
    pub entries: Vec<Origin>,
}

/// What happened to one object.
#[derive(Clone, Debug, Default)]
pub struct Trail<'s> {
    /// What it was after each step that changed it, the first one made it.
    pub states: Vec<State<'s>>,
    /// Every id that it had, oldest first.
    pub ids: Vec<ResId<'s>>,
}

/// What an object was after a step.
#[derive(Clone, Debug)]
pub struct State<'s> {
    /// The step.
    pub step: usize,
    /// The object; none if the step took it away.
    pub node: Option<Node<'s>>,
}

impl Field {
    /// A field that is one setting.
    pub fn new(name: &'static str, place: Origin) -> Self {
        Self { name, index: None, place }
    }

    /// An entry of a field that is a list.
    pub fn entry(name: &'static str, index: usize, place: Origin) -> Self {
        Self { name, index: Some(index), place }
    }
}

impl<'s> History<'s> {
    /// The step of that number.
    pub fn step(&self, number: usize) -> Option<&Step> {
        self.steps.get(number)
    }

    /// The kustomization of that number.
    pub fn kustomization(&self, number: usize) -> Option<&Visited> {
        self.kustomizations.get(number)
    }

    /// What happened to an object.
    pub fn trail(&self, resource: &Resource<'s>) -> Option<&Trail<'s>> {
        self.trails.get((resource.number as usize).checked_sub(1)?)
    }

    /// What happened to each object, in the order in which they came.
    pub fn trails(&self) -> &[Trail<'s>] {
        &self.trails
    }

    /// Says that a kustomization begins.
    pub(super) fn enter(&mut self, file: PathBuf, named_by: Field) {
        let parent = self.open.last().copied();
        self.open.push(self.kustomizations.len());
        self.kustomizations.push(Visited { file, named_by, parent });
    }

    /// Says that the kustomization that began last is done.
    pub(super) fn leave(&mut self) {
        self.open.pop();
    }

    /// Notes what a step has made of objects. Whatever they were before is known from the steps before it.
    pub fn note<'r>(
        &mut self,
        resources: impl IntoIterator<Item = &'r mut Resource<'s>>,
        field: Field,
        entries: Vec<Origin>,
    ) where
        's: 'r,
    {
        let number = self.steps.len();
        self.steps.push(Step { kustomization: self.open.last().copied(), field, entries });
        for resource in resources {
            self.note_object(resource, number);
        }
    }

    fn note_object(&mut self, resource: &mut Resource<'s>, step: usize) {
        if resource.number == 0 {
            self.trails.push(Trail::default());
            resource.number = u32::try_from(self.trails.len()).unwrap_or(u32::MAX);
        }
        let Some(trail) = self.trails.get_mut(resource.number as usize - 1) else { return };
        if resource.is_empty() {
            trail.states.push(State { step, node: None });
            return;
        }
        let last = trail.states.last().and_then(|state| state.node.as_ref());
        if last.is_none_or(|last| !is_same(last, &resource.node)) {
            trail.states.push(State { step, node: Some(Node::clone(&resource.node)) });
            let id = resource.current_id();
            if trail.ids.last() != Some(&id) {
                trail.ids.push(id);
            }
        }
    }

    /// Notes that objects are dropped.
    pub(super) fn note_dropped<'r>(
        &mut self,
        resources: impl IntoIterator<Item = &'r Resource<'s>>,
        field: Field,
    ) where
        's: 'r,
    {
        let step = self.steps.len();
        self.steps.push(Step { kustomization: None, field, entries: Vec::new() });
        for resource in resources {
            let index = (resource.number as usize).checked_sub(1);
            if let Some(trail) = index.and_then(|index| self.trails.get_mut(index)) {
                trail.states.push(State { step, node: None });
            }
        }
    }
}

/// Whether two values are equal to the last letter and came from the same places.
fn is_same(one: &Node<'_>, other: &Node<'_>) -> bool {
    if one.origin() != other.origin() || one.style() != other.style() {
        return false;
    }
    match (one.value(), other.value()) {
        (Value::Scalar(one), Value::Scalar(other)) => one == other,
        (Value::Sequence(one), Value::Sequence(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Mapping(one), Value::Mapping(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| one.key.text == other.key.text && is_same(&one.value, &other.value))
        }
        _ => false,
    }
}
