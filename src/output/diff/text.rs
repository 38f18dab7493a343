//! For a terminal.

use std::fmt::Write as _;

use super::lines::{Line, lines, place_in_list};
use super::{Difference, about, columns, danger_line, sign};
use crate::diff::{Level, NamespaceMove, Report, Reported, Verb, harmless};

/// How many names stand in a line.
const NAMES_IN_LINE: usize = 4;

/// All that differs, in two columns if it is said how wide they are together; nothing if nothing does and nothing was
/// left out.
pub(super) fn write(difference: &Difference<'_, '_>, columns: Option<usize>) -> String {
    let Report { hidden, remarks, .. } = difference.report;
    if difference.report.is_empty() && hidden.is_empty() && remarks.is_empty() {
        return String::new();
    }
    let moves = difference.report.namespace_moves();
    let mut text = String::new();
    for one in &moves {
        namespace_move(difference, one, &mut text);
    }
    let is_moved = |reported: &Reported<'_>| {
        let index = difference.report.changes.iter().position(|one| std::ptr::eq(one, reported));
        index.is_some_and(|index| moves.iter().any(|one| one.changes.contains(&index)))
    };
    for (app, changes) in difference.by_app() {
        let changes: Vec<_> = changes.into_iter().filter(|reported| !is_moved(reported)).collect();
        if !changes.is_empty() {
            let _ = writeln!(text, "{}", paint(difference, "1", &harmless(app.unwrap_or("other objects"))));
        }
        for reported in changes {
            object(difference, reported, columns, &mut text);
        }
    }
    for (reported, danger) in difference.report.dangers() {
        if reported.is_none() {
            let _ = writeln!(
                text,
                "{}",
                paint(difference, "1;31", &format!("! {}", danger_line(&danger.danger)))
            );
        }
    }
    for remark in remarks {
        let _ = writeln!(text, "{}: {}", remark.class, about(remark));
    }
    let mut summary = vec![difference.counts()];
    summary.extend(difference.remarks());
    text.push_str(&summary.join("; "));
    text.push('\n');
    for hidden in difference.hidden() {
        let _ = writeln!(text, "{}", harmless(&hidden));
    }
    text
}

fn namespace_move(difference: &Difference<'_, '_>, one: &NamespaceMove<'_>, text: &mut String) {
    let NamespaceMove { before, after, changes } = one;
    let _ = writeln!(text, "> namespace {before} is {after} now: {} objects", changes.len());
    let names = changes.iter().map(|index| {
        let object = difference.report.change(&difference.report.changes[*index]).object();
        harmless(&format!("{} {}", object.id.gvk.kind, object.id.name))
    });
    for some in names.collect::<Vec<_>>().chunks(NAMES_IN_LINE) {
        let _ = writeln!(text, "      {}", some.join(", "));
    }
}

fn object<'s>(
    difference: &Difference<'_, 's>,
    reported: &Reported<'s>,
    columns: Option<usize>,
    text: &mut String,
) {
    let change = difference.report.change(reported);
    let name = format!("{} {}", sign(change.verb), change.object().describe());
    let colour = match change.verb {
        Verb::Added => "32",
        Verb::Removed => "31",
        _ => "33",
    };
    let _ = write!(text, "  {}", paint(difference, colour, &name));
    if change.verb != Verb::Changed {
        let _ = write!(text, " {}", difference.report.word(change.verb));
    }
    if let (Some(before), Verb::Renamed | Verb::Moved | Verb::Replaced | Verb::Regenerated) =
        (&change.before, change.verb)
    {
        let _ = write!(text, ", was {}", before.describe());
    }
    if change.is_relocated() {
        let app = change.before.as_ref().and_then(|before| before.app).unwrap_or("no app");
        let _ = write!(text, ", from app {app}");
    }
    if change.followed_by > 0 {
        let _ = write!(text, ", {} follow", plural(change.followed_by, "reference"));
    }
    let tag = difference.tag(&reported.clusters);
    let _ = writeln!(text, "{}{tag}", if tag.is_empty() { "" } else { "  " });
    if let Some(place) = difference.place(change.origin()).filter(|_| reported.edits.is_empty()) {
        let _ = writeln!(text, "        {}", paint(difference, "2", &place));
    }
    let (lines, follow) = lines(difference, &reported.edits, &reported.clusters);
    for line in &lines {
        match columns {
            Some(width) => columns::write(difference, line, width, text),
            None => edit(difference, line, text),
        }
    }
    for moved in reported.edits.iter().filter_map(|edit| place_in_list(edit, difference)) {
        let _ = writeln!(text, "        moved {moved}");
    }
    if follow > 0 {
        let _ = writeln!(text, "      {} to a new name", plural(follow, "reference"));
    }
    for danger in &reported.dangers {
        let colour = if danger.danger.level == Level::Blocking { "1;31" } else { "1;33" };
        let tag = if danger.clusters == reported.clusters {
            String::new()
        } else {
            difference.tag(&danger.clusters)
        };
        let line = format!("! {} {tag}", danger_line(&danger.danger));
        let _ = writeln!(text, "      {}", paint(difference, colour, line.trim_end()));
        for sentence in &danger.danger.engines {
            let _ = writeln!(text, "        {sentence}");
        }
        if let Some(hint) = &danger.danger.hint {
            let _ = writeln!(text, "        hint: {}", harmless(hint));
        }
    }
}

fn edit(difference: &Difference<'_, '_>, line: &Line, text: &mut String) {
    let Line { sign, path, before, after, .. } = line;
    let values = match (before, after) {
        (Some(before), Some(after)) if *sign != '>' => format!("  {before} -> {after}"),
        (Some(value), _) | (None, Some(value)) => format!("  {value}"),
        (None, None) => String::new(),
    };
    let tag = if line.tag.is_empty() { String::new() } else { format!("  {}", line.tag) };
    let _ = writeln!(text, "    {sign} {path}{values}{tag}");
    for one in &line.text {
        let colour = if one.starts_with('-') { "31" } else { "32" };
        let _ = writeln!(text, "        {}", paint(difference, colour, one));
    }
    if let Some(because) = line.because() {
        let _ = writeln!(text, "        {}", paint(difference, "2", &because));
    }
}

fn plural(count: usize, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

pub(super) fn paint(difference: &Difference<'_, '_>, code: &str, text: &str) -> String {
    if difference.screen.has_colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}
