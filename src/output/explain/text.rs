//! For a terminal.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::Histories;
use crate::explain::{Change, Explanation, Layer, Line, Place, Setting, Through};
use crate::yaml::{Typing, is_string};

/// How much of a value is shown, in characters.
const WIDTH: usize = 90;
/// How many changes of a step are shown of a whole object.
const CHANGES: usize = 12;
/// Where the places of a listing begin at the most.
const MARGIN: usize = 72;

/// What a piece of text is, which decides its colour.
#[derive(Clone, Copy)]
enum Part {
    Title,
    Place,
    Added,
    Removed,
}

/// Everything, one explanation after the other.
pub(super) fn write(histories: &Histories<'_>) -> String {
    let texts = histories.report.explanations.iter().map(|one| {
        let mut text = title(histories, one);
        layers(histories, one, &mut text);
        if !one.listing.is_empty() {
            text.push('\n');
            listing(histories, &one.listing, &mut text);
        }
        text
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// The objects alone.
pub(super) fn listings(histories: &Histories<'_>) -> String {
    let several = histories.report.explanations.len() > 1;
    let texts = histories.report.explanations.iter().map(|one| {
        let mut text = if several { format!("# {}\n", one.clusters.join(", ")) } else { String::new() };
        listing(histories, &one.listing, &mut text);
        text
    });
    texts.collect::<Vec<_>>().join("---\n")
}

fn title(histories: &Histories<'_>, one: &Explanation) -> String {
    const FILES: usize = 3;
    let object = &one.object;
    let namespace =
        if object.namespace.is_empty() { String::new() } else { format!("{}/", object.namespace) };
    let name = format!("{} {} {namespace}{}", object.api_version, object.kind, object.name);
    let mut text = histories.paint(Part::Title, &visible(&name));
    if !one.clusters.is_empty() {
        let _ = write!(text, "  [{}]", one.clusters.join(", "));
    }
    text.push('\n');
    for file in one.files.iter().take(FILES) {
        let _ = writeln!(text, "  {}", visible(file));
    }
    if one.files.len() > FILES {
        let _ = writeln!(text, "  and {} more", one.files.len() - FILES);
    }
    if !one.earlier.is_empty() {
        let _ = writeln!(text, "  was {}", visible(&one.earlier.join(", then ")));
    }
    text.push('\n');
    match &one.path {
        Some(path) if one.is_gone => {
            let _ = writeln!(text, "{}: not there any more\n", visible(path));
        }
        Some(path) => {
            let _ = writeln!(text, "{}: {}\n", visible(path), short(&one.value));
        }
        None if one.is_gone => text.push_str("not there any more\n\n"),
        None => {}
    }
    text
}

fn layers(histories: &Histories<'_>, one: &Explanation, text: &mut String) {
    let mut ways: Vec<&[Through]> = Vec::new();
    for (index, layer) in one.layers.iter().enumerate() {
        let number = format!("{}.", index + 1);
        let _ = writeln!(text, "{number:<3} {}", histories.paint(Part::Title, &asked(layer)));
        // The way from a kustomization to the one that was built is told once.
        if !ways.iter().any(|known| known.ends_with(&layer.through)) {
            ways.push(&layer.through);
            let _ = write!(text, "{}", way(&layer.through));
        }
        let shown = if one.path.is_some() { layer.changes.len() } else { CHANGES };
        for change in layer.changes.iter().take(shown) {
            self::change(histories, one, change, text);
        }
        if layer.changes.len() > shown {
            let _ = writeln!(text, "    and {} more", layer.changes.len() - shown);
        }
    }
}

fn change(histories: &Histories<'_>, one: &Explanation, change: &Change, text: &mut String) {
    let is_asked_for = change.path.is_empty() || one.path.as_deref() == Some(change.path.as_str());
    let name = if is_asked_for { String::new() } else { format!("{}: ", visible(&change.path)) };
    let values = values(histories, change, one.path.is_none());
    let place = change.place.as_ref().map(place).unwrap_or_default();
    let place = histories.paint(Part::Place, &visible(&place));
    let _ = writeln!(text, "    {}", format!("{name}{values}  {place}").trim_end());
}

/// What asked for a step, and where that stands.
fn asked(layer: &Layer) -> String {
    let Some(own) = layer.through.first() else {
        let place = layer.place.as_ref().map(place).unwrap_or_default();
        return visible(format!("{}  {place}", layer.by).trim_end());
    };
    let file = match &layer.place {
        Some(place) => self::place(place),
        None => own.kustomization.clone(),
    };
    visible(&format!("{}  {file}", layer.by))
}

/// The kustomizations on the way to the one that was built.
fn way(through: &[Through]) -> String {
    let steps = through
        .windows(2)
        .filter_map(|pair| Some(format!("{} of {}", pair[0].named_by.as_ref()?, pair[1].kustomization)));
    let steps: Vec<String> = steps.collect();
    if steps.is_empty() { String::new() } else { format!("    in {}\n", visible(&steps.join(", in "))) }
}

/// The value before and after.
fn values(histories: &Histories<'_>, change: &Change, is_whole: bool) -> String {
    let (before, after) = (change.before.as_ref().map(short), change.after.as_ref().map(short));
    match (change.verb, before, after) {
        ("added", _, None) if is_whole => histories.paint(Part::Added, "+ made"),
        ("removed", None, _) if is_whole => histories.paint(Part::Removed, "- removed"),
        ("added", _, after) => histories.paint(Part::Added, &format!("+ {}", after.unwrap_or_default())),
        ("removed", before, _) => {
            histories.paint(Part::Removed, &format!("- {}", before.unwrap_or_default()))
        }
        ("same", _, after) => format!("= {}, once more", after.unwrap_or_default()),
        (_, before, after) => format!(
            "{} -> {}",
            histories.paint(Part::Removed, &before.unwrap_or_default()),
            histories.paint(Part::Added, &after.unwrap_or_default())
        ),
    }
}

/// `base/a.yaml:7`, and for a template where its values were set.
fn place(place: &Place) -> String {
    let mut text = format!("{}:{}", place.file, place.line);
    if !place.values.is_empty() {
        let values: Vec<String> = place.values.iter().map(setting).collect();
        let _ = write!(text, " ({})", values.join(", "));
    }
    text
}

fn setting(setting: &Setting) -> String {
    match (&setting.file, setting.line) {
        (Some(file), Some(line)) => format!("{} {file}:{line}", setting.name),
        _ => format!("{} by default", setting.name),
    }
}

/// The lines of an object with their places in a column of its own.
fn listing(histories: &Histories<'_>, lines: &[Line], text: &mut String) {
    let width = |line: &Line| visible(&line.text).chars().count();
    let margin = lines.iter().map(width).filter(|width| *width <= MARGIN).max().unwrap_or(0);
    let mut last = None;
    for line in lines {
        let shown = visible(&line.text);
        let Some(place) = &line.place else {
            let _ = writeln!(text, "{shown}");
            last = None;
            continue;
        };
        let full = self::place(place);
        // A file is named where it begins.
        let is_same = last == Some(&place.file) && place.values.is_empty();
        let source =
            if is_same { format!("{:>1$}", format!(":{}", place.line), full.chars().count()) } else { full };
        let gap = " ".repeat(margin.saturating_sub(shown.chars().count()));
        let _ = writeln!(
            text,
            "{shown}{gap}  {}",
            histories.paint(Part::Place, &format!("# {}", visible(&source)))
        );
        last = Some(&place.file);
    }
}

/// A value in few words.
fn short(value: &Json) -> String {
    let text = match value {
        Json::String(text) if is_plain(text) => text.clone(),
        Json::String(text) if text.contains('\n') => {
            let first = text.lines().next().unwrap_or_default();
            return format!("{} ... ({} lines)", cut(&visible(first)), text.lines().count());
        }
        Json::Array(items) if items.is_empty() => "[]".to_owned(),
        value => value.to_string(),
    };
    cut(&visible(&text))
}

/// Whether a text can only be read as the text that it is.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.contains('\n') && is_string(text, Typing::Legacy)
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// The text without anything that a terminal would obey.
fn visible(text: &str) -> String {
    let shown = |character: char| match character {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => character.escape_unicode().to_string(),
        _ if character.is_control() => character.escape_default().to_string(),
        _ => character.to_string(),
    };
    text.chars().map(shown).collect()
}

impl Histories<'_> {
    fn paint(&self, part: Part, text: &str) -> String {
        if !self.colour || text.is_empty() {
            return text.to_owned();
        }
        let code = match part {
            Part::Title => "1",
            Part::Place => "34",
            Part::Added => "32",
            Part::Removed => "31",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}
