//! What each step did to one value of an object.

use super::documents::Documents;
use super::hop::Hop;
use super::walk::{Delta, Differences, follow, get};
use crate::kustomize::history::State;
use crate::yaml::Origin;

/// What a step did to the value.
#[derive(Clone, Debug)]
pub struct Touch<'s> {
    /// The step.
    pub step: usize,
    /// What differs since the step before.
    pub deltas: Vec<Delta<'s>>,
}

/// The steps that made a value what it is, in order; an empty path is the whole object. `path` is that of the state
/// `anchor`, from where the value is followed back, through lists that grow and shrink.
pub fn trace<'s>(
    states: &[State<'s>],
    (anchor, path): (usize, &[Hop]),
    documents: &Documents<'s>,
) -> Vec<Touch<'s>> {
    let mut touches = Vec::new();
    let (mut before, mut text_before) = (None, None);
    for (state, path) in states.iter().zip(paths(states, (anchor, path), documents)) {
        let after = state.node.as_ref().and_then(|node| get(node, &path, documents));
        let text = text_around(state, &path, documents);
        let is_edited = text.is_some() && text == text_before;
        let deltas = Differences::of((before.as_ref(), after.as_ref()), (path, is_edited), documents);
        if !deltas.is_empty() {
            touches.push(Touch { step: state.step, deltas });
        }
        (before, text_before) = (after, text);
    }
    touches
}

/// Where the text was written that the value stands in, if it stands in one.
fn text_around<'s>(state: &State<'s>, path: &[Hop], documents: &Documents<'s>) -> Option<Origin> {
    let document = path.iter().position(|hop| *hop == Hop::Document)?;
    Some(get(state.node.as_ref()?, &path[..document], documents)?.origin())
}

/// Where the value stands in each of the states.
pub(super) fn paths<'s>(
    states: &[State<'s>],
    (anchor, path): (usize, &[Hop]),
    documents: &Documents<'s>,
) -> Vec<Vec<Hop>> {
    let mut paths = vec![path.to_vec(); states.len()];
    for later in (1..=anchor.min(states.len().saturating_sub(1))).rev() {
        let (old, new) = (states[later - 1].node.as_ref(), states[later].node.as_ref());
        paths[later - 1] = follow(old, new, &paths[later], documents);
    }
    for later in anchor + 1..states.len() {
        let (old, new) = (states[later].node.as_ref(), states[later - 1].node.as_ref());
        paths[later] = follow(old, new, &paths[later - 1], documents);
    }
    paths
}
