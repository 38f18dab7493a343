//! What differs in an object, one line for each value: what text and Markdown share.

use similar::{ChangeTag, TextDiff};

use super::Difference;
use super::value;
use crate::diff::{EditKind, ReportedEdit, Step};
use crate::yaml::Node;

/// Where pods are described in what makes them: the way there says nothing.
const POD: &str = "spec.template.spec.";
/// How many lines of a text are shown.
const LINES: usize = 24;

/// A value that differs.
#[derive(Debug)]
pub(super) struct Line {
    /// `+`, `-`, `~`, or `>` for what is at another place.
    pub(super) sign: char,
    pub(super) path: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
    /// The lines of a long text that differ, each with its sign.
    pub(super) text: Vec<String>,
    /// The clusters, where not all that have the object have it.
    pub(super) tag: String,
    /// The places in the sources that say what it was, if there is more to see than what says what it is; and what it is.
    pub(super) places: (Option<String>, Option<String>),
}

impl Line {
    /// Which lines of the sources say so: the one of now; the one of before too, if it is another one of the sources.
    pub(super) fn because(&self) -> Option<String> {
        match &self.places {
            (Some(before), Some(after)) => Some(format!("{after}, was {before}")),
            (Some(before), None) => Some(format!("was {before}")),
            (None, after) => after.clone(),
        }
    }
}

/// The lines of some edits, and how many more only follow other changes.
pub(super) fn lines(
    difference: &Difference<'_, '_>,
    edits: &[ReportedEdit],
    clusters: &[usize],
) -> (Vec<Line>, usize) {
    let is_said = |edit: &&ReportedEdit| difference.report.edit(edit).kind != EditKind::Follows;
    let said: Vec<Line> = edits.iter().filter(is_said).map(|edit| line(difference, edit, clusters)).collect();
    let follow = edits.len() - said.len();
    (said, follow)
}

fn line(difference: &Difference<'_, '_>, reported: &ReportedEdit, clusters: &[usize]) -> Line {
    let edit = difference.report.edit(reported);
    let text = text(edit.before.as_ref(), edit.after.as_ref());
    let (before, after) = if text.is_empty() { value::sides(edit) } else { (None, None) };
    let path = edit.path.to_string();
    let tag = if reported.clusters == clusters { String::new() } else { difference.tag(&reported.clusters) };
    Line {
        sign: match edit.kind {
            EditKind::Added => '+',
            EditKind::Removed => '-',
            EditKind::Changed => '~',
            EditKind::Moved | EditKind::Follows => '>',
        },
        path: path.strip_prefix(POD).map(str::to_owned).unwrap_or(path),
        before,
        after,
        text,
        tag,
        places: places(difference, edit.origins()),
    }
}

fn places(
    difference: &Difference<'_, '_>,
    (before, after): (crate::yaml::Origin, crate::yaml::Origin),
) -> (Option<String>, Option<String>) {
    let (before, after) = (difference.place(before), difference.place(after));
    let is_source = |place: &String| !place.starts_with("gitops/");
    let is_news = |before: &String| after.is_none() || is_source(before) && Some(before) != after.as_ref();
    (before.filter(is_news), after)
}

/// The lines of a long text that differ; none if it is no long text.
fn text(before: Option<&Node<'_>>, after: Option<&Node<'_>>) -> Vec<String> {
    let (Some(before), Some(after)) = (before.and_then(Node::text), after.and_then(Node::text)) else {
        return Vec::new();
    };
    if !before.trim_end().contains('\n') && !after.trim_end().contains('\n') {
        return Vec::new();
    }
    let diff = TextDiff::from_lines(before, after);
    let changed = diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal);
    let mut lines: Vec<String> = changed
        .map(|change| {
            let sign = if change.tag() == ChangeTag::Delete { '-' } else { '+' };
            format!("{sign} {}", crate::diff::harmless(change.value().trim_end_matches('\n')))
        })
        .collect();
    if let Some(more) = lines.len().checked_sub(LINES).filter(|more| *more > 0) {
        lines.truncate(LINES);
        lines.push(format!("and {more} lines more"));
    }
    lines
}

/// How a move within a list is said.
pub(super) fn place_in_list(reported: &ReportedEdit, difference: &Difference<'_, '_>) -> Option<String> {
    let edit = difference.report.edit(reported);
    match edit.path.0.last() {
        Some(Step::Item { before: Some(before), after: Some(after), .. }) if edit.kind == EditKind::Moved => {
            Some(format!("from place {} to {}", before + 1, after + 1))
        }
        _ => None,
    }
}
