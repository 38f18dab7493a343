//! Nodes as kustomize's nodes print themselves: keys in their order, every value in the style it was read in,
//! flow collections on one line, lists not indented under their key, lines of any length.
//!
//! kustomize needs this where YAML stands inside a string: a replacement changes one value in it and the whole is
//! printed again, with the comments. What style a key had is seen in the text that it came from.

use std::iter::Enumerate;
use std::slice;

use super::folded;
use super::quoted::Fold;
use super::remarks::Remarks;
use super::shape::{Dialect, Shape, is_break};
use super::text::{Form, Page};
use crate::yaml::comments::{Comments, Member};
use crate::yaml::node::{Entry, Key, Node, Style, Value};
use crate::yaml::scalar::{Typing, is_string};
use crate::yaml::source::{Origin, Sources};

const INDENT: usize = 2;

/// The longest key that stands before a `:` on the same line.
const LONGEST_KEY: usize = 128;

/// Writes a node in the styles that it and its members were read in.
pub fn emit_source_style(node: &Node<'_>, sources: &Sources, out: &mut String) {
    emit_with_comments(node, sources, Comments::default(), out);
}

/// As [`emit_source_style`], with the comments that were gathered from the text.
pub fn emit_with_comments(node: &Node<'_>, sources: &Sources, comments: Comments, out: &mut String) {
    let mut writer = Writer {
        page: Page::wide(out),
        sources,
        open: Vec::new(),
        on_line: true,
        remarks: Remarks::new(comments),
    };
    writer.remarks.head(writer.page.out);
    writer.value(node, Around { indent: 0, list_indent: 0, in_flow: false }, Before::Nothing);
    while let Some(collection) = writer.open.last_mut() {
        let in_flow = collection.end.is_some();
        let around = Around { indent: collection.indent + INDENT, list_indent: collection.indent, in_flow };
        let first = std::mem::replace(&mut collection.first, false);
        match &mut collection.members {
            Members::Items(list, items) => match items.next() {
                Some((index, item)) => {
                    let member = Member::Item(*list, index);
                    writer.item(item, member, around, first);
                }
                None => writer.close(),
            },
            Members::Entries(entries) => match entries.next() {
                Some(entry) => writer.entry(entry, around, first),
                None => writer.close(),
            },
        }
    }
    writer.remarks.tail(writer.page.out);
}

struct Writer<'o, 'n, 's> {
    page: Page<'o>,
    sources: &'n Sources,
    open: Vec<Collection<'n, 's>>,
    /// The next member goes on the line that was begun.
    on_line: bool,
    remarks: Remarks,
}

struct Collection<'n, 's> {
    members: Members<'n, 's>,
    indent: usize,
    /// The bracket at the end of a flow collection.
    end: Option<char>,
    first: bool,
}

enum Members<'n, 's> {
    /// With the place of the list.
    Items(Origin, Enumerate<slice::Iter<'n, Node<'s>>>),
    Entries(slice::Iter<'n, Entry<'s>>),
}

/// The surroundings of a value.
#[derive(Clone, Copy)]
struct Around {
    /// The indentation of mappings, and of further lines of a scalar.
    indent: usize,
    /// The indentation of a list under a key.
    list_indent: usize,
    in_flow: bool,
}

/// What stands on the line before a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing: the root, or the first member of a flow list.
    Nothing,
    /// A dash, a comma, or the colon of a key behind a question mark.
    Indicator,
    /// A key and a colon.
    Key,
}

impl<'n, 's> Writer<'_, 'n, 's> {
    fn close(&mut self) {
        let Some(collection) = self.open.pop() else { return };
        if let Some(end) = collection.end {
            self.page.out.push(end);
            self.end_value();
        }
    }

    /// Ends the line unless a flow collection goes on.
    fn end_value(&mut self) {
        if self.open.last().is_none_or(|collection| collection.end.is_none()) {
            self.remarks.end_line(self.page.out);
        }
    }

    fn start_member(&mut self, member: Member, around: Around, first: bool) {
        if around.in_flow {
            self.page.out.push_str(if first { "" } else { "," });
        } else {
            let on_line = std::mem::replace(&mut self.on_line, false);
            self.remarks.start_member(member, around.list_indent, on_line, self.page.out);
        }
    }

    fn item(&mut self, item: &'n Node<'s>, member: Member, around: Around, first: bool) {
        self.start_member(member, around, first);
        if !around.in_flow {
            self.page.out.push('-');
        }
        let before = if around.in_flow && first { Before::Nothing } else { Before::Indicator };
        self.value(item, around, before);
    }

    fn entry(&mut self, entry: &'n Entry<'s>, around: Around, first: bool) {
        self.start_member(Member::Entry(entry.key.origin), around, first);
        if around.in_flow && !first {
            self.page.out.push(' ');
        }
        let text = entry.key.text;
        let style = self.key_style(entry.key);
        if text.len() <= LONGEST_KEY && !text.contains(is_break) {
            self.text(
                text,
                form(text, style, Place { in_flow: around.in_flow, key: true }),
                Fold::Never,
                around,
            );
            self.page.out.push(':');
            return self.value(&entry.value, around, Before::Key);
        }
        self.page.out.push_str("? ");
        let form = form(text, style, Place { in_flow: around.in_flow, key: false });
        self.text(text, form, Fold::To(around.indent), around);
        if around.in_flow {
            self.page.out.push(' ');
        } else {
            self.end_line_after(form);
            self.page.indent(around.list_indent);
        }
        self.page.out.push(':');
        self.value(&entry.value, around, Before::Indicator);
    }

    /// The style a key was read in; double quotes for a new key that would not be a string without them.
    fn key_style(&self, key: Key) -> Style {
        let written = self.sources.text_at(key.origin).unwrap_or_default();
        if is_quoted(written, '\'', key.text) {
            Style::SingleQuoted
        } else if is_quoted(written, '"', key.text) || !is_string(key.text, Typing::Core) || key.text == "<<"
        {
            Style::DoubleQuoted
        } else {
            Style::Plain
        }
    }

    fn value(&mut self, node: &'n Node<'s>, around: Around, before: Before) {
        match node.value() {
            Value::Scalar(text) => return self.scalar(text, node.style(), around, before),
            Value::Mapping(mapping) if mapping.is_empty() => return self.word("{}", before),
            Value::Sequence([]) => return self.word("[]", before),
            _ => {}
        }
        let flow = around.in_flow || node.style() == Style::Flow;
        let (members, brackets, indent) = match node.value() {
            Value::Sequence(items) if before == Before::Key && !flow => {
                (Members::Items(node.origin(), items.iter().enumerate()), ('[', ']'), around.list_indent)
            }
            Value::Sequence(items) => {
                (Members::Items(node.origin(), items.iter().enumerate()), ('[', ']'), around.indent)
            }
            Value::Mapping(mapping) => (Members::Entries(mapping.iter()), ('{', '}'), around.indent),
            Value::Scalar(_) => return,
        };
        self.open.push(Collection { members, indent, end: flow.then_some(brackets.1), first: true });
        if flow {
            self.space(before);
            self.page.out.push(brackets.0);
            return;
        }
        match before {
            Before::Nothing => {}
            Before::Indicator => {
                self.page.out.push(' ');
                self.on_line = true;
            }
            Before::Key => self.remarks.end_line(self.page.out),
        }
    }

    fn space(&mut self, before: Before) {
        if before != Before::Nothing {
            self.page.out.push(' ');
        }
    }

    fn word(&mut self, word: &str, before: Before) {
        self.space(before);
        self.page.out.push_str(word);
        self.end_value();
    }

    fn scalar(&mut self, text: &str, style: Style, around: Around, before: Before) {
        let form = form(text, style, Place { in_flow: around.in_flow, key: false });
        let indent = around.indent.max(INDENT);
        if !(text.is_empty() && form == SourceForm::Text(Form::Plain)) {
            self.space(before);
        }
        if text == "<<" && style == Style::Plain {
            // go-yaml knows this as the key of a merge, and as a value asks for it by its tag.
            self.page.out.push_str("!!merge ");
        }
        let start = self.page.out.len();
        self.text(text, form, Fold::To(indent), Around { indent, ..around });
        if around.in_flow {
            return;
        }
        if ends_its_line(form) {
            self.remarks.end_header(start, self.page.out);
        } else {
            self.remarks.end_line(self.page.out);
        }
    }

    fn end_line_after(&mut self, form: SourceForm) {
        if !ends_its_line(form) {
            self.page.out.push('\n');
        }
    }

    fn text(&mut self, text: &str, form: SourceForm, fold: Fold, around: Around) {
        match form {
            SourceForm::Text(Form::Plain) => self.page.plain(text, fold),
            SourceForm::Text(Form::SingleQuoted) => self.page.single_quoted(text, fold),
            SourceForm::Text(Form::DoubleQuoted) => self.page.double_quoted(text, fold),
            SourceForm::Text(Form::Literal) => self.page.literal(text, around.indent),
            SourceForm::Folded => {
                self.page.out.push('>');
                self.page.hints(text);
                self.page.block_body(&folded::spread(text), around.indent);
            }
        }
    }
}

/// Whether `written` starts with `text` in these quotes. A key that a transformer made may have the place of
/// something else.
fn is_quoted(written: &str, quote: char, text: &str) -> bool {
    let Some(inside) = written.strip_prefix(quote) else { return false };
    if quote == '\'' {
        let doubled = text.replace('\'', "''");
        return inside.strip_prefix(doubled.as_str()).is_some_and(|rest| rest.starts_with(quote));
    }
    // Escapes are not undone here: text that has one is taken for the key.
    inside.strip_prefix(text).is_some_and(|rest| rest.starts_with(quote))
        || inside.find(['"', '\\']).is_some_and(|at| inside[at..].starts_with('\\'))
}

/// The form of a scalar that keeps its style.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SourceForm {
    Text(Form),
    Folded,
}

/// Whether a scalar in this form ends with a line end.
fn ends_its_line(form: SourceForm) -> bool {
    matches!(form, SourceForm::Text(Form::Literal) | SourceForm::Folded)
}

#[derive(Clone, Copy)]
struct Place {
    in_flow: bool,
    key: bool,
}

/// The form for a style, or the next one that can hold the text.
fn form(text: &str, style: Style, place: Place) -> SourceForm {
    let shape = Shape::of(text, Dialect::Core);
    let plain_allowed = match place {
        Place { in_flow: true, .. } => shape.plain_in_flow,
        Place { key: true, .. } => shape.plain && !text.is_empty(),
        _ => shape.plain,
    };
    // go-yaml writes a block that starts with a tab, but cannot read it.
    let block_allowed = shape.block && !place.in_flow && !place.key && !text.starts_with('\t');
    let quoted = if shape.single_quoted { Form::SingleQuoted } else { Form::DoubleQuoted };
    SourceForm::Text(match style {
        Style::Folded if block_allowed => return SourceForm::Folded,
        Style::Literal if block_allowed => Form::Literal,
        Style::Plain if text.contains('\n') && block_allowed => Form::Literal,
        Style::Plain if text.contains('\n') => Form::DoubleQuoted,
        Style::Plain | Style::Flow if plain_allowed => Form::Plain,
        Style::Plain | Style::Flow | Style::SingleQuoted => quoted,
        Style::DoubleQuoted | Style::Folded | Style::Literal => Form::DoubleQuoted,
    })
}
