//! What differs in two columns: as it was on the left, as it is on the right.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar as _;

use super::Difference;
use super::lines::Line;
use super::text::paint;

/// What stands in front of both columns, and between them.
const MARGIN: &str = "      ";
const BETWEEN: &str = " │ ";
/// What says in front of a line which side it is of.
const SIGN: usize = 2;
/// Columns that are narrower cannot be read.
const NARROWEST: usize = 20;

/// One line of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Cell {
    /// `-`, `+`, or a space for a place.
    sign: char,
    text: String,
}

/// The values of a line and their places, side by side in as many columns of characters as `width` says.
pub(super) fn write(difference: &Difference<'_, '_>, line: &Line, width: usize, text: &mut String) {
    let tag = if line.tag.is_empty() { String::new() } else { format!("  {}", line.tag) };
    let _ = writeln!(text, "    {} {}{tag}", line.sign, line.path);
    let half = (width.saturating_sub(MARGIN.len() + BETWEEN.chars().count()) / 2).max(NARROWEST);
    let (left, right) = &line.places;
    let places = (place(left.as_ref(), half), place(right.as_ref(), half));
    let rows = pairs(line).into_iter().map(|(left, right)| (wrapped(left, half), wrapped(right, half)));
    for (left, right) in rows.chain([places]) {
        for row in 0..left.len().max(right.len()) {
            let shown =
                |cells: &[Cell]| cells.get(row).map_or_else(String::new, |cell| cell.show(difference));
            let used = left.get(row).map_or(0, Cell::width);
            let line =
                format!("{MARGIN}{}{}{BETWEEN}{}", shown(&left), " ".repeat(half - used), shown(&right));
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
}

/// What stands beside what: the values, or the lines of long texts, those that went beside those that came.
fn pairs(line: &Line) -> Vec<(Option<Cell>, Option<Cell>)> {
    let cell = |sign, text: &String| Cell { sign, text: text.clone() };
    if line.text.is_empty() {
        let before = line.before.as_ref().map(|text| cell('-', text));
        let after = line.after.as_ref().map(|text| cell('+', text));
        return vec![(before, after)];
    }
    let mut pairs: Vec<(Option<Cell>, Option<Cell>)> = Vec::new();
    // The first pair whose right side is free.
    let mut free = 0;
    for one in &line.text {
        let (sign, rest) = one.split_at_checked(SIGN).unwrap_or(("", one));
        if sign == "+ " {
            if free == pairs.len() {
                pairs.push((None, None));
            }
            pairs[free].1 = Some(cell('+', &rest.to_owned()));
            free += 1;
        } else {
            let is_after_addition = pairs.last().is_some_and(|(_, right)| right.is_some());
            free = if is_after_addition { pairs.len() } else { free };
            let left = if sign == "- " { cell('-', &rest.to_owned()) } else { cell(' ', one) };
            pairs.push((Some(left), None));
        }
    }
    pairs
}

fn place(place: Option<&String>, half: usize) -> Vec<Cell> {
    wrapped(place.map(|place| Cell { sign: ' ', text: place.clone() }), half)
}

/// A cell in as many lines as it takes.
fn wrapped(cell: Option<Cell>, half: usize) -> Vec<Cell> {
    let Some(Cell { sign, text }) = cell else { return Vec::new() };
    let mut cells = vec![Cell { sign, text: String::new() }];
    let mut used = SIGN;
    for character in text.chars() {
        let width = character.width().unwrap_or(0);
        if used + width > half {
            cells.push(Cell { sign: ' ', text: String::new() });
            used = SIGN;
        }
        used += width;
        if let Some(last) = cells.last_mut() {
            last.text.push(character);
        }
    }
    cells
}

impl Cell {
    fn width(&self) -> usize {
        SIGN + self.text.chars().filter_map(unicode_width::UnicodeWidthChar::width).sum::<usize>()
    }

    fn show(&self, difference: &Difference<'_, '_>) -> String {
        let colour = match self.sign {
            '-' => "31",
            '+' => "32",
            _ => "2",
        };
        paint(difference, colour, &format!("{} {}", self.sign, self.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &[&str]) -> Line {
        Line {
            sign: '~',
            path: String::new(),
            before: None,
            after: None,
            text: text.iter().map(|one| (*one).to_owned()).collect(),
            tag: String::new(),
            places: (None, None),
        }
    }

    fn shown(text: &[&str]) -> Vec<(String, String)> {
        let text_of = |cell: Option<Cell>| cell.map(|cell| cell.text).unwrap_or_default();
        pairs(&line(text)).into_iter().map(|(left, right)| (text_of(left), text_of(right))).collect()
    }

    #[test]
    fn what_came_stands_beside_what_went() {
        let pair = |left: &str, right: &str| (left.to_owned(), right.to_owned());
        assert_eq!(shown(&["- a", "- b", "+ c"]), [pair("a", "c"), pair("b", "")]);
        assert_eq!(
            shown(&["- a", "+ b", "+ c", "- d", "+ e"]),
            [pair("a", "b"), pair("", "c"), pair("d", "e")]
        );
        assert_eq!(shown(&["+ a", "- b"]), [pair("", "a"), pair("b", "")]);
        assert_eq!(shown(&["- a", "and 3 lines more"]), [pair("a", ""), pair("and 3 lines more", "")]);
    }

    #[test]
    fn wide_characters_take_two_columns() {
        let cell = |text: &str| Some(Cell { sign: '+', text: text.to_owned() });
        let texts = |text| wrapped(cell(text), 6).into_iter().map(|cell| cell.text).collect::<Vec<_>>();
        assert_eq!(texts("abcdef"), ["abcd", "ef"]);
        assert_eq!(texts("日本語"), ["日本", "語"]);
        assert_eq!(texts(""), [""]);
    }
}
