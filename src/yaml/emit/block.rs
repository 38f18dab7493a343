//! The layout of kustomize's output: block style throughout, keys sorted, lists not indented under their key.

use std::fmt::Write as _;
use std::{slice, vec};

use super::EmitError;
use super::doubtful::{has_old_break, is_doubtful};
use super::meaning::Meaning;
use super::quoted::Fold;
use super::text::{Form, Page, form_of_simple_key, form_of_value};
use super::{number, order};
use crate::yaml::node::{Entry, Node, Style, Value};

const INDENT: usize = 2;

/// Writes a node as kustomize writes an object: the bytes between two `---`.
pub fn emit(node: &Node<'_>, out: &mut String) -> Result<(), EmitError> {
    write(node, false, out)
}

/// Writes a node as [`emit`] does, but with quotes around strings that some reader of YAML 1.1 or 1.2 would take for
/// something else, or would not read at all.
pub fn emit_for_all_readers(node: &Node<'_>, out: &mut String) -> Result<(), EmitError> {
    write(node, true, out)
}

fn write(node: &Node<'_>, for_all_readers: bool, out: &mut String) -> Result<(), EmitError> {
    let mut writer = Writer { page: Page::folding(out), open: Vec::new(), on_line: true, for_all_readers };
    writer.value(node, Around { indent: 0, list_indent: 0, in_flow: false }, Before::Nothing)?;
    while let Some(collection) = writer.open.last_mut() {
        let around = Around {
            indent: collection.indent + INDENT,
            list_indent: collection.indent,
            in_flow: collection.in_flow,
        };
        match &mut collection.members {
            Members::Items(items) => match items.next() {
                Some(item) => writer.item(item, around)?,
                None => writer.close(),
            },
            Members::Entries(entries) => match entries.next() {
                Some(entry) => writer.entry(entry, around)?,
                None => writer.close(),
            },
            Members::Sorted(entries) => match entries.next() {
                Some(entry) => writer.entry(entry, around)?,
                None => writer.close(),
            },
        }
    }
    Ok(())
}

/// Nesting is kept here and not on the stack, so that its depth does no harm.
struct Writer<'o, 'n, 's> {
    page: Page<'o>,
    open: Vec<Collection<'n, 's>>,
    /// The next member goes on the line that was begun.
    on_line: bool,
    /// Strings that only kustomize and its like take for strings are quoted.
    for_all_readers: bool,
}

struct Collection<'n, 's> {
    members: Members<'n, 's>,
    indent: usize,
    in_flow: bool,
}

enum Members<'n, 's> {
    Items(slice::Iter<'n, Node<'s>>),
    Entries(slice::Iter<'n, Entry<'s>>),
    Sorted(vec::IntoIter<&'n Entry<'s>>),
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
    /// Nothing: this is the root.
    Nothing,
    /// A dash, or the colon of a key behind a question mark: a collection goes on behind it.
    Indicator,
    /// A key and a colon: a collection goes on the next line.
    Key,
}

impl<'n, 's> Writer<'_, 'n, 's> {
    fn close(&mut self) {
        self.open.pop();
    }

    fn start_member(&mut self, around: Around) {
        if self.on_line {
            self.on_line = false;
        } else {
            self.page.indent(around.list_indent);
        }
    }

    fn item(&mut self, item: &'n Node<'s>, around: Around) -> Result<(), EmitError> {
        self.start_member(around);
        self.page.out.push('-');
        self.value(item, around, Before::Indicator)
    }

    fn entry(&mut self, entry: &'n Entry<'s>, around: Around) -> Result<(), EmitError> {
        self.start_member(around);
        let key = entry.key.text;
        if let Some(form) = form_of_simple_key(key).map(|form| self.careful(form, key)) {
            self.text(key, form, Fold::Never, around);
            self.page.out.push(':');
            return self.value(&entry.value, around, Before::Key);
        }
        self.page.out.push_str("? ");
        let form = form_of_value(key);
        self.text(key, form, Fold::To(around.indent), around);
        if form != Form::Literal {
            self.page.out.push('\n');
        }
        self.page.indent(around.list_indent);
        self.page.out.push(':');
        self.value(&entry.value, around, Before::Indicator)
    }

    /// Writes a value and ends its line, or opens it if it has members.
    fn value(&mut self, node: &'n Node<'s>, around: Around, before: Before) -> Result<(), EmitError> {
        let in_flow = around.in_flow || node.style() == Style::Flow;
        let (members, indent) = match node.value() {
            Value::Scalar(text) => return self.scalar(node, text, around, before),
            Value::Mapping(mapping) if mapping.is_empty() => return self.word("{}", before),
            Value::Sequence([]) => return self.word("[]", before),
            Value::Sequence(items) => {
                let indent = if before == Before::Key { around.list_indent } else { around.indent };
                (Members::Items(items.iter()), indent)
            }
            Value::Mapping(mapping) => {
                let members = match order::sorted(mapping) {
                    Some(entries) => Members::Sorted(entries.into_iter()),
                    None => Members::Entries(mapping.iter()),
                };
                (members, around.indent)
            }
        };
        self.open.push(Collection { members, indent, in_flow });
        match before {
            Before::Nothing => {}
            Before::Indicator => {
                self.page.out.push(' ');
                self.on_line = true;
            }
            Before::Key => self.page.out.push('\n'),
        }
        Ok(())
    }

    #[allow(clippy::unnecessary_wraps, reason = "it ends the branches of `value`")]
    fn word(&mut self, word: &str, before: Before) -> Result<(), EmitError> {
        self.space(before);
        self.page.out.push_str(word);
        self.page.out.push('\n');
        Ok(())
    }

    fn space(&mut self, before: Before) {
        if before != Before::Nothing {
            self.page.out.push(' ');
        }
    }

    fn scalar(
        &mut self,
        node: &Node<'_>,
        text: &str,
        around: Around,
        before: Before,
    ) -> Result<(), EmitError> {
        let meaning = Meaning::of(node, text, around.in_flow)?;
        self.space(before);
        let out = &mut *self.page.out;
        match meaning {
            Meaning::Null => out.push_str("null"),
            Meaning::Bool(value) => out.push_str(if value { "true" } else { "false" }),
            Meaning::LongInteger(digits) => out.push_str(&digits),
            Meaning::Float(value) => number::yaml(value, out),
            // Writing to a string cannot fail.
            Meaning::Integer(value) => drop(write!(out, "{value}")),
            Meaning::Text(text) => {
                let form = self.careful(form_of_value(&text), &text);
                let indent = around.indent.max(INDENT);
                self.text(&text, form, Fold::To(indent), Around { indent, ..around });
                if form == Form::Literal {
                    return Ok(());
                }
            }
        }
        self.page.out.push('\n');
        Ok(())
    }

    fn careful(&self, form: Form, text: &str) -> Form {
        let is_misread = form == Form::Plain && is_doubtful(text) || has_old_break(text);
        if self.for_all_readers && is_misread { Form::DoubleQuoted } else { form }
    }

    fn text(&mut self, text: &str, form: Form, fold: Fold, around: Around) {
        match form {
            Form::Plain => self.page.plain(text, fold),
            Form::SingleQuoted => self.page.single_quoted(text, fold),
            Form::DoubleQuoted => self.page.double_quoted(text, fold),
            Form::Literal => self.page.literal(text, around.indent),
        }
    }
}
