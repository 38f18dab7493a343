//! The dangers alone: what may go wrong, why, and what each engine will do.

use std::fmt::Write as _;

use super::Difference;
use crate::diff::{RULES, Reported, ReportedDanger, harmless};

/// All dangers, the worst first; nothing if there are none.
pub(super) fn write(difference: &Difference<'_, '_>) -> String {
    let mut text = String::new();
    for (reported, danger) in difference.report.dangers() {
        one(difference, reported, danger, &mut text);
    }
    text
}

fn one<'s>(
    difference: &Difference<'_, 's>,
    reported: Option<&Reported<'s>>,
    ReportedDanger { clusters, danger }: &ReportedDanger<'s>,
    text: &mut String,
) {
    let object =
        reported.map(|reported| format!(" {}", difference.report.change(reported).object().describe()));
    let names: Vec<&str> = difference.report.cluster_names(clusters).collect();
    let names = if names.is_empty() { String::new() } else { format!("  [{}]", names.join(", ")) };
    let _ = writeln!(text, "{} {}{}{names}", danger.level.word(), danger.rule, object.unwrap_or_default());
    let _ = writeln!(text, "    {}", harmless(&danger.message));
    let path = danger.path.as_ref().map(ToString::to_string).filter(|path| !path.is_empty());
    let place = difference.place(danger.origin);
    let place: Vec<String> = path.into_iter().chain(place).collect();
    if !place.is_empty() {
        let _ = writeln!(text, "    at {}", place.join(", "));
    }
    for sentence in &danger.engines {
        let _ = writeln!(text, "    {sentence}");
    }
    if let Some(hint) = &danger.hint {
        let _ = writeln!(text, "    hint: {}", harmless(hint));
    }
}

/// The rules as a table of Markdown, which stands in docs/diff.md.
pub fn danger_rules() -> String {
    let mut text = "| rule | level | found if | what to do |\n|---|---|---|---|\n".to_owned();
    for rule in RULES.iter().flat_map(|family| family.iter()) {
        let _ =
            writeln!(text, "| `{}` | {} | {} | {} |", rule.id, rule.level.word(), rule.summary, rule.hint);
    }
    text
}
