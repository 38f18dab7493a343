//! For a terminal.

use std::fmt::Write as _;

use super::Difference;
use super::value;
use crate::diff::{Reported, ReportedEdit, Verb};

/// All that differs.
pub(super) fn write(difference: &Difference<'_, '_>) -> String {
    let mut text = String::new();
    for reported in &difference.report.changes {
        object(difference, reported, &mut text);
    }
    text.push_str(&summary(difference));
    text
}

fn object<'s>(difference: &Difference<'_, 's>, reported: &Reported<'s>, text: &mut String) {
    let change = difference.report.change(reported);
    let sign = match change.verb {
        Verb::Added => '+',
        Verb::Removed => '-',
        Verb::Changed => '~',
        _ => '>',
    };
    let clusters: Vec<&str> = difference.report.cluster_names(&reported.clusters).collect();
    let _ = write!(text, "{sign} {} {}", change.object().describe(), change.verb.word());
    if !clusters.is_empty() {
        let _ = write!(text, "  [{}]", clusters.join(", "));
    }
    text.push('\n');
    if let (Some(before), Some(after)) = (&change.before, &change.after)
        && change.verb != Verb::Changed
    {
        let _ = writeln!(text, "    was {}, is {}", before.describe(), after.describe());
    }
    if let Some(place) = difference.place(change.origin()).filter(|_| change.edits.is_empty()) {
        let _ = writeln!(text, "    {place}");
    }
    for edit in &reported.edits {
        self::edit(difference, edit, edit.clusters != reported.clusters, text);
    }
}

fn edit(difference: &Difference<'_, '_>, reported: &ReportedEdit, with_clusters: bool, text: &mut String) {
    let edit = difference.report.edit(reported);
    let (before, after) = value::sides(edit);
    let _ = match (before, after) {
        (Some(before), Some(after)) => writeln!(text, "    {}: {before} -> {after}", edit.path),
        (Some(before), None) => writeln!(text, "    - {}: {before}", edit.path),
        (None, after) => writeln!(text, "    + {}: {}", edit.path, after.unwrap_or_default()),
    };
    let (before, after) = edit.origins();
    let places = [("was", before), ("is", after)]
        .map(|(word, origin)| difference.place(origin).map(|place| format!("{word} {place}")));
    let mut places: Vec<String> = places.into_iter().flatten().collect();
    if with_clusters {
        places.insert(0, difference.report.cluster_names(&reported.clusters).collect::<Vec<_>>().join(", "));
    }
    if !places.is_empty() {
        let _ = writeln!(text, "        {}", places.join(", "));
    }
}

fn summary(difference: &Difference<'_, '_>) -> String {
    let counts = difference.report.counts();
    let words: Vec<String> = counts.iter().map(|(verb, count)| format!("{count} {}", verb.word())).collect();
    if words.is_empty() { String::new() } else { format!("{}\n", words.join(", ")) }
}
