//! A whole object as it is written, each line with the place that it came from.

use schemars::JsonSchema;
use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::hop::Hop;
use super::places::Place;
use super::report::Explainer;
use super::trace::paths;
use super::walk::get;
use crate::diagnostic::Diagnostic;
use crate::kustomize::history::State;
use crate::yaml::{
    EmitError, Node, Origin, ParseOptions, Source, Style, Value, emit, emit_for_all_readers, parse_one,
};

/// A line of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Line {
    /// The line as it is written.
    pub text: String,
    /// Where what stands in it came from.
    pub place: Option<Place>,
}

/// Lists an object.
pub struct Listing<'l, 'a, 's> {
    pub(super) explainer: &'l Explainer<'a, 's>,
    pub(super) states: &'l [State<'s>],
}

/// The text of an object, and the places of its lines.
struct Annotated<'s> {
    source: Source<'s>,
    /// Where lines begin.
    starts: Vec<usize>,
    places: Vec<Option<Place>>,
}

impl<'s> Listing<'_, '_, 's> {
    /// All lines of an object, whose last state is `node`.
    pub(super) fn lines(&self, node: &Node<'s>) -> Result<Vec<Line>, Diagnostic> {
        let mut text = String::new();
        let write = if self.explainer.for_tree { emit_for_all_readers } else { emit };
        write(node, &mut text).map_err(|error: EmitError| Diagnostic::error(error.to_string()))?;
        let sources = self.explainer.places.sources;
        let too_large = |error: crate::yaml::TooLarge| Diagnostic::error(error.to_string());
        let source = sources.add("the object".as_ref(), text).map_err(too_large)?;
        let starts: Vec<usize> =
            std::iter::once(0).chain(source.text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let places = vec![None; source.text.lines().count()];
        let mut annotated = Annotated { source, starts, places };
        if let Some(written) =
            parse_one(source, sources, &ParseOptions::default()).ok().and_then(|one| one.node)
        {
            self.annotate(&written, node, &mut Vec::new(), &mut annotated);
        }
        let lines = source.text.lines().zip(annotated.places);
        Ok(lines.map(|(text, place)| Line { text: text.to_owned(), place }).collect())
    }

    /// Goes through what was written beside the nodes that it was written from.
    fn annotate(
        &self,
        written: &Node<'_>,
        node: &Node<'s>,
        path: &mut Vec<Hop>,
        annotated: &mut Annotated<'_>,
    ) {
        match (written.value(), node.value()) {
            (Value::Mapping(written), Value::Mapping(mapping)) => {
                for entry in written {
                    let Some(own) = mapping.entry(entry.key.text) else { continue };
                    let origin = own.key.origin.or(own.value.origin());
                    annotated.set(entry.key.origin, 0, self.explainer.places.of(origin));
                    path.push(Hop::Key(entry.key.text.to_owned()));
                    self.annotate(&entry.value, &own.value, path, annotated);
                    path.pop();
                }
            }
            (Value::Sequence(written), Value::Sequence(items)) => {
                for ((written, item), hop) in written.iter().zip(items).zip(Hop::items(items)) {
                    path.push(hop);
                    self.annotate(written, item, path, annotated);
                    path.pop();
                }
            }
            (_, Value::Scalar(text)) if written.style() == Style::Literal => {
                annotated.set(written.origin(), 0, self.explainer.places.of(node.origin()));
                for (index, place) in self.blame(path).into_iter().enumerate().take(text.lines().count()) {
                    annotated.set(written.origin(), index + 1, place);
                }
            }
            _ => annotated.set(written.origin(), 0, self.explainer.places.of(node.origin())),
        }
    }

    /// Where each line of the text at `path` came from: a line that a step left as it was is from where it was before.
    fn blame(&self, path: &[Hop]) -> Vec<Option<Place>> {
        let last = self.states.len().saturating_sub(1);
        let paths = paths(self.states, (last, path), &self.explainer.documents);
        let mut places = Vec::new();
        let mut before: Option<Node<'s>> = None;
        for (state, path) in self.states.iter().zip(paths) {
            let value = state.node.as_ref().and_then(|node| get(node, &path, &self.explainer.documents));
            let Some(value) = value.filter(|value| value.text().is_some()) else { continue };
            let new = value.text().unwrap_or_default();
            match before.as_ref().filter(|before| before.origin() == value.origin()).and_then(Node::text) {
                Some(old) if old == new => {}
                Some(old) => places = self.edited(&places, (old, new), state.step),
                None => places = self.as_written(&value),
            }
            before = Some(value);
        }
        places
    }

    /// The places of lines that nobody has touched.
    fn as_written(&self, value: &Node<'s>) -> Vec<Option<Place>> {
        let places = &self.explainer.places;
        let text = value.text().unwrap_or_default();
        let there = places.sources.text_at(value.origin()).unwrap_or_default();
        let (first, step) = match there.chars().next() {
            _ if there.starts_with(text) => (0, 1),
            Some('|') => (1, 1),
            _ => (0, 0),
        };
        text.lines()
            .enumerate()
            .map(|(index, _)| places.below(value.origin(), first + index * step))
            .collect()
    }

    /// The places after a step has edited the text.
    fn edited(&self, places: &[Option<Place>], (old, new): (&str, &str), step: usize) -> Vec<Option<Place>> {
        let (olds, news): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
        let place = self.explainer.history.step(step).map_or(Origin::NONE, |step| step.field.place);
        let mut edited = vec![self.explainer.places.of(place); news.len()];
        for operation in capture_diff_slices(Algorithm::Patience, &olds, &news) {
            if let DiffOp::Equal { old_index, new_index, len } = operation {
                for offset in 0..len {
                    edited[new_index + offset] = places.get(old_index + offset).cloned().flatten();
                }
            }
        }
        edited
    }
}

impl Annotated<'_> {
    /// Says where the line came from that is `below` lines below the one that holds `origin`.
    fn set(&mut self, origin: Origin, below: usize, place: Option<Place>) {
        let Some(offset) = self.source.offset(origin) else { return };
        let line = self.starts.partition_point(|start| *start <= offset) - 1 + below;
        if let Some(slot) = self.places.get_mut(line)
            && place.is_some()
        {
            *slot = place;
        }
    }
}
