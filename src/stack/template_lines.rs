//! Which lines of a template stand behind the lines that it rendered, and which values they ask for.
//!
//! The template is rendered once more with a mark in each line that makes text. A mark is never put where it could
//! change what is rendered; and if the text without marks is not the one without them, nothing is said.

use std::fmt::Write as _;
use std::sync::LazyLock;

use regex::Regex;

/// Marks are the number of a line between these two, which no text has.
const BEGIN: char = '\u{f8fe}';
const END: char = '\u{f8ff}';

/// What stands behind each line of a text that a template rendered.
#[derive(Clone, Debug, Default)]
pub struct TemplateLines {
    /// For each line, the lines of the template, from 0; that of a call before that of the macro.
    lines: Vec<Vec<usize>>,
    /// For each line of the template, the values that it asks for.
    values: Vec<Vec<String>>,
}

impl TemplateLines {
    /// The line of the template behind a line, both from 1, and the values that it asks for.
    pub fn behind(&self, line: usize) -> Option<(usize, Vec<&str>)> {
        let lines = self.lines.get(line.checked_sub(1)?)?;
        let mut values: Vec<&str> = Vec::new();
        for value in lines.iter().filter_map(|line| self.values.get(*line)).flatten() {
            if !values.contains(&value.as_str()) {
                values.push(value);
            }
        }
        Some((lines.last()? + 1, values))
    }

    /// Reads marks out of what a marked template rendered; none if that is not `rendered` beside them.
    pub(super) fn read(template: &str, marked: &str, rendered: &str) -> Option<Self> {
        let mut plain = String::with_capacity(rendered.len());
        let mut lines = vec![Vec::new()];
        let mut rest = marked;
        while let Some(at) = rest.find([BEGIN, '\n']) {
            plain.push_str(&rest[..at]);
            if rest[at..].starts_with(BEGIN) {
                let (number, after) = rest[at + BEGIN.len_utf8()..].split_once(END)?;
                lines.last_mut()?.push(number.parse().ok()?);
                rest = after;
            } else {
                plain.push('\n');
                lines.push(Vec::new());
                rest = &rest[at + 1..];
            }
        }
        plain.push_str(rest);
        // A value of several lines: all are from where the first is from.
        for index in 1..lines.len() {
            if lines[index].is_empty() {
                let (before, rest) = lines.split_at_mut(index);
                rest[0].clone_from(&before[index - 1]);
            }
        }
        add_calls(&mut lines, &macros(template));
        (plain == rendered).then(|| Self { lines, values: values(template) })
    }
}

/// What the next characters of a template are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Text,
    Until(&'static str),
}

/// The template with a mark before the text of each line.
pub(super) fn with_marks(template: &str) -> Option<String> {
    if template.contains([BEGIN, END]) {
        return None;
    }
    let mut marked = String::with_capacity(template.len() * 2);
    let (mut inside, mut line, mut is_marked) = (Inside::Text, 0, false);
    let mut rest = template;
    while let Some(next) = rest.chars().next() {
        let length = match inside {
            Inside::Until(end) if rest.starts_with(end) => {
                inside = Inside::Text;
                end.len()
            }
            Inside::Until(_) => next.len_utf8(),
            Inside::Text => {
                let tag = [("{%", "%}"), ("{#", "#}"), ("{{", "}}")]
                    .into_iter()
                    .find(|(begin, _)| rest.starts_with(begin));
                let is_text = !next.is_whitespace() && tag.is_none_or(|(begin, _)| begin == "{{");
                if is_text && !is_marked {
                    let _ = write!(marked, "{BEGIN}{line}{END}");
                    is_marked = true;
                }
                inside = tag.map_or(Inside::Text, |(_, end)| Inside::Until(end));
                tag.map_or(next.len_utf8(), |(begin, _)| begin.len())
            }
        };
        marked.push_str(&rest[..length]);
        if next == '\n' {
            (line, is_marked) = (line + 1, false);
        }
        rest = &rest[length..];
    }
    Some(marked)
}

/// What a block of a template asks for: names that a loop binds, and values.
#[derive(Default)]
struct Block {
    bound: Vec<String>,
    values: Vec<String>,
}

/// The values that each line of a template asks for: in its own expressions, in the loop that binds a name in them, or
/// in the condition around it.
fn values(template: &str) -> Vec<Vec<String>> {
    let mut blocks: Vec<Block> = Vec::new();
    template
        .lines()
        .map(|line| {
            let expressions = between(line, "{{", "}}");
            for tag in between(line, "{%", "%}") {
                change_blocks(&mut blocks, tag.trim_matches(['-', '+', ' ']));
            }
            let mut found = Vec::new();
            for expression in &expressions {
                found.extend(names(expression));
                let words: Vec<&str> =
                    expression.split(|other: char| !other.is_alphanumeric() && other != '_').collect();
                let binds = |block: &&Block| block.bound.iter().any(|name| words.contains(&name.as_str()));
                found.extend(blocks.iter().filter(binds).flat_map(|block| block.values.clone()));
            }
            if expressions.is_empty() {
                found.extend(blocks.last().into_iter().flat_map(|block| block.values.clone()));
            }
            found
        })
        .collect()
}

fn change_blocks(blocks: &mut Vec<Block>, tag: &str) {
    let (word, rest) = tag.split_once(' ').unwrap_or((tag, ""));
    match word {
        "if" => blocks.push(Block { bound: Vec::new(), values: names(rest) }),
        "for" => {
            let (bound, over) = rest.split_once(" in ").unwrap_or(("", rest));
            let bound = bound.split(',').map(|name| name.trim().to_owned()).collect();
            blocks.push(Block { bound, values: names(over) });
        }
        "macro" => blocks.push(Block::default()),
        "elif" => {
            if let Some(block) = blocks.last_mut() {
                block.values = names(rest);
            }
        }
        "endif" | "endfor" | "endmacro" => {
            blocks.pop();
        }
        _ => {}
    }
}

/// The first and the last line of each macro, from 0.
fn macros(template: &str) -> Vec<(usize, usize)> {
    let mut macros = Vec::new();
    let mut begin = None;
    for (line, text) in template.lines().enumerate() {
        for tag in between(text, "{%", "%}") {
            match tag.trim_matches(['-', '+', ' ']).split(' ').next() {
                Some("macro") => begin = Some(line),
                Some("endmacro") => macros.extend(begin.take().map(|begin| (begin, line))),
                _ => {}
            }
        }
    }
    macros
}

/// A call is marked in the first line that the macro makes alone; it stands behind the others, too.
fn add_calls(lines: &mut [Vec<usize>], macros: &[(usize, usize)]) {
    let mut calls = vec![None; macros.len()];
    for marks in lines {
        let Some(last) = marks.last().copied() else { continue };
        let inside = macros.iter().position(|(begin, end)| (*begin..=*end).contains(&last));
        let Some(inside) = inside else { continue };
        let (begin, end) = macros[inside];
        match marks.iter().find(|mark| !(begin..=end).contains(mark)) {
            Some(call) => calls[inside] = Some(*call),
            None => marks.splice(0..0, calls[inside]).for_each(drop),
        }
    }
}

/// The values that an expression names: `values.region`, `cluster.name`.
fn names(expression: &str) -> Vec<String> {
    static NAME: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\b(?:values|cluster|gitops)(?:\.\w+)+").ok());
    let found = NAME.iter().flat_map(|name| name.find_iter(expression));
    found.map(|name| name.as_str().to_owned()).collect()
}

/// The parts of a line between two words.
fn between<'t>(line: &'t str, begin: &str, end: &str) -> Vec<&'t str> {
    let parts = line.split(begin).skip(1);
    parts.filter_map(|part| part.split(end).next()).map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_marked_and_tags_are_not() {
        let marked =
            with_marks("{# a\nb #}\n{% if x %}\n  c: {{ d }}\n{% endif %}{% if y %} e\n\nf\n").unwrap();
        let shown = marked.replace(BEGIN, "<").replace(END, ">");
        assert_eq!(shown, "{# a\nb #}\n{% if x %}\n  <3>c: {{ d }}\n{% endif %}{% if y %} <4>e\n\n<6>f\n");
    }

    #[test]
    fn marks_are_read_and_a_text_that_they_change_is_given_up() {
        let marked = format!("{BEGIN}3{END}a: {BEGIN}1{END}b\nmore\n");
        let lines = TemplateLines::read("", &marked, "a: b\nmore\n").unwrap();
        assert_eq!(lines.behind(1).unwrap().0, 2);
        assert_eq!(lines.behind(2).unwrap().0, 2);
        assert!(TemplateLines::read("", &marked, "a: c\nmore\n").is_none());
    }

    #[test]
    fn a_call_stands_behind_all_lines_of_its_macro() {
        let template =
            "{% macro m(x) %}\na\nb: {{ x }}\n{% endmacro %}\n{{ m(values.c) }}\nd\n{{ m(values.e) }}\n";
        let mark = |line: usize| format!("{BEGIN}{line}{END}");
        let call = |line| format!("{}{}a\n{}b: 1\n\n", mark(line), mark(1), mark(2));
        let marked = format!("{}{}d\n{}", call(4), mark(5), call(6));
        let rendered = marked.replace([BEGIN, END], "");
        let rendered: Vec<&str> =
            rendered.lines().map(|line| line.trim_start_matches(char::is_numeric)).collect();
        let rendered = rendered.join("\n") + "\n";
        let lines = TemplateLines::read(template, &marked, &rendered).unwrap();
        let behind = |line| lines.behind(line).unwrap();
        assert_eq!([behind(1), behind(2)], [(2, vec!["values.c"]), (3, vec!["values.c"])]);
        assert_eq!([behind(4), behind(6)], [(6, vec![]), (3, vec!["values.e"])]);
    }

    #[test]
    fn values_are_those_of_the_line_its_loop_or_its_condition() {
        let template = "{% if values.a is defined %}\nx\ny: {{ values.b | quote }}\n{% endif %}\n\
            {% for name, value in values.c | items %}\n{{ value }}\n{% endfor %}\nz\n{{ cluster.name }}\n";
        let found: Vec<String> = values(template).iter().map(|values| values.join(",")).collect();
        assert_eq!(found[1..3], ["values.a", "values.b"]);
        assert_eq!(found[5], "values.c");
        assert_eq!(found[7..], ["", "cluster.name"]);
    }
}
