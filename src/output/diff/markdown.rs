//! For a comment or a step summary: verdict, dangers, counts, images, then the objects, folded.
//!
//! What does not fit is left out from the end of that list, and how much is said; dangers always stay.

use std::fmt::Write as _;

use super::lines::{Line, lines};
use super::{Difference, about, sign};
use crate::diff::{EditKind, Reported, Verb};
use crate::output::escape::cell;

/// What a comment is found again by.
const MARKER: &str = "<!-- stackgen diff -->\n";
/// Clusters and images that are listed; of more only the count.
const ROWS: usize = 30;
/// Room for the line that says what was left out.
const RESERVE: usize = 200;

/// All that differs, within the budget.
pub(super) fn write(difference: &Difference<'_, '_>) -> String {
    let mut text = format!("{MARKER}{}", verdict(difference));
    for remark in &difference.report.remarks {
        let _ = writeln!(text, "\n{}: {}", remark.class, cell(&about(remark)));
    }
    for hidden in difference.hidden() {
        let _ = writeln!(text, "\n{}", cell(&hidden));
    }
    if difference.report.is_empty() {
        return text;
    }
    dangers(difference, &mut text);
    counts(difference, &mut text);
    images(difference, &mut text);
    let budget = difference.most_characters.saturating_sub(RESERVE);
    let (mut used, mut folded, mut left_out) = (text.chars().count(), 0, 0);
    for (app, changes) in difference.by_app() {
        let full = app_block(difference, app, &changes, true);
        let brief = app_block(difference, app, &changes, false);
        let (full_size, brief_size) = (full.chars().count(), brief.chars().count());
        if used + full_size <= budget {
            used += full_size;
            text.push_str(&full);
        } else if used + brief_size <= budget {
            used += brief_size;
            folded += changes.len();
            text.push_str(&brief);
        } else {
            left_out += changes.len();
        }
    }
    if folded + left_out > 0 {
        let _ = writeln!(
            text,
            "\nToo long for one comment: of {folded} objects only the names are here, and {left_out} are left out. \
             The log of the run and `stackgen diff` have all."
        );
    }
    text
}

fn verdict(difference: &Difference<'_, '_>) -> String {
    let (before, after) = &difference.report.sides;
    let mut words = vec![difference.counts()];
    words.extend(difference.remarks());
    format!("**{}** ({} → {})\n", cell(&words.join("; ")), cell(before), cell(after))
}

fn dangers(difference: &Difference<'_, '_>, text: &mut String) {
    let all = difference.report.dangers();
    if all.is_empty() {
        return;
    }
    text.push_str("\n| | Object | What may go wrong | Because |\n|--|--|--|--|\n");
    for (reported, one) in all {
        let object = reported.map(|reported| difference.report.change(reported).object().describe());
        let tag = difference.tag(&one.clusters);
        let engines = one.danger.engines.join(". ");
        let hint = one.danger.hint.clone().unwrap_or_default();
        let what: Vec<&str> = [one.danger.message.as_str(), &engines, &hint]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        let _ = writeln!(
            text,
            "| {} `{}` | {} {} | {} | {} |",
            one.danger.level.word(),
            one.danger.rule,
            cell(&object.unwrap_or_default()),
            cell(&tag),
            cell(&what.join("; ")),
            cell(&difference.place(one.danger.origin).unwrap_or_default()),
        );
    }
}

fn counts(difference: &Difference<'_, '_>, text: &mut String) {
    const VERBS: [Verb; 7] = [
        Verb::Added,
        Verb::Removed,
        Verb::Changed,
        Verb::Renamed,
        Verb::Moved,
        Verb::Replaced,
        Verb::Regenerated,
    ];
    if difference.report.clusters.len() < 2 {
        return;
    }
    let shown: Vec<Verb> = VERBS
        .into_iter()
        .filter(|verb| difference.report.counts().iter().any(|(known, _)| known == verb))
        .collect();
    let heads: Vec<&str> = shown.iter().map(|verb| difference.report.word(*verb)).collect();
    let _ = writeln!(
        text,
        "\n| Cluster | {} | unchanged |\n|--|{}--|",
        heads.join(" | "),
        "--|".repeat(heads.len())
    );
    for cluster in difference.report.clusters.iter().take(ROWS) {
        let count =
            |verb: &Verb| cluster.comparison.changes.iter().filter(|change| change.verb == *verb).count();
        let counts: Vec<String> = shown.iter().map(|verb| count(verb).to_string()).collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} |",
            cell(&cluster.name),
            counts.join(" | "),
            cluster.comparison.unchanged
        );
    }
}

/// Images that changed: what most reviews look for first.
fn images(difference: &Difference<'_, '_>, text: &mut String) {
    let mut seen = Vec::new();
    for reported in difference.report.changes.iter().flat_map(|reported| &reported.edits) {
        let edit = difference.report.edit(reported);
        let (Some(before), Some(after)) = (&edit.before, &edit.after) else { continue };
        let (before, after) = (before.text().unwrap_or_default(), after.text().unwrap_or_default());
        let is_image = edit.kind == EditKind::Changed && edit.path.last_key() == Some("image");
        let line = format!("- {} → {}\n", cell(before), cell(after));
        if is_image && !seen.contains(&line) {
            seen.push(line);
        }
    }
    if !seen.is_empty() {
        let more = seen.len().saturating_sub(ROWS);
        seen.truncate(ROWS);
        let _ = write!(text, "\nImages:\n\n{}", seen.concat());
        if more > 0 {
            let _ = writeln!(text, "- and {more} more");
        }
    }
}

fn app_block<'s>(
    difference: &Difference<'_, 's>,
    app: Option<&str>,
    changes: &[&Reported<'s>],
    with_values: bool,
) -> String {
    let name = cell(app.unwrap_or("other objects"));
    let mut text = format!("\n<details><summary>{name}: {}</summary>\n\n", changes.len());
    let body: String = changes.iter().map(|reported| object(difference, reported, with_values)).collect();
    let fence = "`".repeat(longest_run(&body).max(2) + 1);
    let _ = write!(text, "{fence}diff\n{body}{fence}\n\n</details>\n");
    text
}

/// An object in a block of code: nothing in it is markup. The sign comes first, so that it is coloured.
fn object<'s>(difference: &Difference<'_, 's>, reported: &Reported<'s>, with_values: bool) -> String {
    let change = difference.report.change(reported);
    let sign = match sign(change.verb) {
        '~' | '>' => '!',
        sign => sign,
    };
    let tag = difference.tag(&reported.clusters);
    let head = format!("{sign} {} {} {tag}", change.object().describe(), difference.report.word(change.verb));
    let mut text = format!("{}\n", crate::diff::harmless(head.trim_end()));
    if !with_values {
        return text;
    }
    let (lines, follow) = lines(difference, &reported.edits, &reported.clusters);
    for line in &lines {
        edit(line, &mut text);
    }
    if follow > 0 {
        let _ = writeln!(text, "    {follow} references follow new names");
    }
    text
}

fn edit(line: &Line, text: &mut String) {
    let Line { path, before, after, tag, .. } = line;
    let path = crate::diff::harmless(path);
    let _ = writeln!(text, "  {path} {tag}  # {}", line.because().as_deref().unwrap_or("?"));
    let values = [('-', before), ('+', after)];
    for (sign, value) in values {
        if let Some(value) = value {
            let _ = writeln!(text, "{sign}     {value}");
        }
    }
    for one in &line.text {
        let _ = writeln!(text, "{one}");
    }
}

/// The most backticks in a row.
fn longest_run(text: &str) -> usize {
    let mut runs = text.split(|c| c != '`').map(str::len).collect::<Vec<_>>();
    runs.sort_unstable();
    runs.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(longest_run("a ``` b ````` c"), 5);
        assert_eq!(longest_run(""), 0);
    }
}
