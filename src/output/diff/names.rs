//! Which objects differ, in one line each, and how many.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Difference, sign};
use crate::diff::Verb;

/// One line for each object: what became of it, what it is, in which clusters.
pub(super) fn names(difference: &Difference<'_, '_>) -> String {
    let mut text = String::new();
    for reported in &difference.report.changes {
        let change = difference.report.change(reported);
        let tag = difference.tag(&reported.clusters);
        let line = format!("{} {} {tag}", sign(change.verb), change.object().describe());
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// One line for each cluster and app: how many objects are what.
pub(super) fn stat(difference: &Difference<'_, '_>) -> String {
    let mut text = String::new();
    for cluster in &difference.report.clusters {
        let mut apps: BTreeMap<&str, BTreeMap<Verb, usize>> = BTreeMap::new();
        for change in &cluster.comparison.changes {
            let app = change.object().app.unwrap_or("-");
            *apps.entry(app).or_default().entry(change.verb).or_default() += 1;
        }
        for (app, verbs) in apps {
            let counts: Vec<String> = verbs
                .iter()
                .map(|(verb, count)| format!("{count} {}", difference.report.word(*verb)))
                .collect();
            let name = if cluster.name.is_empty() { String::new() } else { format!("{} ", cluster.name) };
            let _ = writeln!(text, "{name}{app}: {}", counts.join(", "));
        }
    }
    text
}
