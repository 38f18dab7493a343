//! Workflow commands: the dangers as annotations on the lines of the sources that ask for them.
//!
//! GitHub shows ten of each kind for a step and drops the others without a word, so the worst come first, and the last
//! one says how many more there are.
//! Source: <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>.

use std::fmt::Write as _;

use super::Difference;
use crate::diff::Level;
use crate::output::escape::{data, property};
use crate::output::place::Place;

/// What GitHub shows of each kind for one step, less one for what says that there are more.
const SHOWN: usize = 9;

/// All dangers.
pub(super) fn write(difference: &Difference<'_, '_>) -> String {
    let mut text = String::new();
    for (level, kind) in [(Level::Blocking, "error"), (Level::Caution, "warning")] {
        let all = difference.report.dangers();
        let of_kind: Vec<_> = all.into_iter().filter(|(_, one)| one.danger.level == level).collect();
        for (reported, one) in of_kind.iter().take(SHOWN) {
            let danger = &one.danger;
            let place = Place::of(danger.origin, difference.sources, difference.directory);
            let _ = write!(text, "::{kind} ");
            if place.is_some() && !place.file.is_empty() {
                let (file, column) = (property(&place.in_checkout), place.column);
                let _ = write!(
                    text,
                    "file={file},line={},col={column},endColumn={},",
                    place.line, place.end_column
                );
            }
            let object = reported
                .map(|reported| format!("{}: ", difference.report.change(reported).object().describe()));
            let hint = danger.hint.as_ref().map_or_else(String::new, |hint| format!("\n{hint}"));
            let message = format!("{}{}{hint}", object.unwrap_or_default(), danger.message);
            let _ = writeln!(text, "title={}::{}", property(danger.rule), data(&message));
        }
        if let Some(more) = of_kind.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            let _ = writeln!(text, "::{kind} title=stackgen diff::{more} more, see the log and the summary");
        }
    }
    text
}
