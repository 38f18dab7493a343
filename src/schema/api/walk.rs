//! The walk through an object beside its schema.
//!
//! One pass, in the order of the text. A path is a chain of frames on the stack and becomes text only when something is
//! wrong; nothing is allocated for what is right. Depth is limited by the parser.

use super::compiled::Compiled;
use super::describe::{expected, found};
use super::list;
use super::shape::{Flags, Kind, Shape};
use super::table::{NodeId, Table};
use super::unknown_field;
use super::violation::{Violation, ViolationKind};
use crate::yaml::{Entry, Mapping, Node, Origin, Typing};

/// More required fields than this are looked up in a set.
const FEW_FIELDS: usize = 16;

/// What is known while an object is walked through.
pub(super) struct Walk<'w> {
    pub(super) table: &'w Table,
    pub(super) compiled: &'w Compiled,
    pub(super) typing: Typing,
    /// Whether the object is a Secret, whose values no message may hold.
    pub(super) is_secret: bool,
    /// Whether the schema is that of a custom resource.
    pub(super) is_custom: bool,
    /// The schema of `metadata`, of which definitions of custom resources say nothing.
    pub(super) metadata: Option<(&'w Table, NodeId)>,
    /// Whether fields without a schema are wrong; not so in the branches of `anyOf` and the like.
    pub(super) is_strict: bool,
    pub(super) violations: Vec<Violation>,
}

/// A value on the way down.
#[derive(Clone, Copy)]
pub(super) struct Frame<'f> {
    pub(super) parent: Option<&'f Self>,
    pub(super) step: Step<'f>,
    /// The schema of the value.
    pub(super) schema: NodeId,
}

/// How a value is reached from the one around it.
#[derive(Clone, Copy)]
pub(super) enum Step<'f> {
    Root,
    Key(&'f str, Origin),
    Index(usize),
}

/// The key of an entry, where it stands, and its value.
pub(super) fn parts<'e, 's>(entry: &'e Entry<'s>) -> (&'s str, Origin, &'e Node<'s>) {
    (entry.key.text, entry.key.origin, &entry.value)
}

impl<'f> Frame<'f> {
    pub(super) fn root(schema: NodeId) -> Self {
        Self { parent: None, step: Step::Root, schema }
    }

    pub(super) fn below(&'f self, step: Step<'f>, schema: NodeId) -> Self {
        Self { parent: Some(self), step, schema }
    }

    /// Where the value stands in the object; empty for the object itself.
    pub(super) fn path(&self) -> String {
        let mut path = String::new();
        self.write_path(&mut path);
        path
    }

    fn write_path(&self, path: &mut String) {
        if let Some(parent) = self.parent {
            parent.write_path(path);
        }
        match self.step {
            Step::Root => {}
            Step::Index(index) => {
                path.push('[');
                path.push_str(&index.to_string());
                path.push(']');
            }
            Step::Key(key, _) => push_key(path, key),
        }
    }

    /// The path of a field of this value.
    pub(super) fn path_of(&self, field: &str) -> String {
        let mut path = self.path();
        push_key(&mut path, field);
        path
    }

    /// Where the key stands that leads here, or the one around it.
    fn key_origin(&self) -> Origin {
        match (self.step, self.parent) {
            (Step::Key(_, origin), _) if origin.is_some() => origin,
            (_, Some(parent)) => parent.key_origin(),
            _ => Origin::NONE,
        }
    }

    /// The first key on the way down.
    fn first_key(&self) -> Option<&'f str> {
        match (self.parent, self.step) {
            (Some(Frame { step: Step::Root, .. }), Step::Key(key, _)) => Some(key),
            (Some(parent), _) => parent.first_key(),
            (None, _) => None,
        }
    }
}

/// Keys with dots stand in brackets, so that a path can be read only one way.
fn push_key(path: &mut String, key: &str) {
    if key.contains(['.', '/', '[', ' ']) || key.is_empty() {
        path.push_str("[\"");
        path.push_str(key);
        path.push_str("\"]");
    } else {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(key);
    }
}

impl Walk<'_> {
    /// Holds a value against the schema of its frame.
    pub(super) fn value(&mut self, node: &Node<'_>, frame: &Frame<'_>) {
        let shape = Shape::read(self.table, frame.schema);
        if let Some(mapping) = node.as_mapping() {
            if self.is_kind(&shape, &[Kind::Object, Kind::Any], node, frame) {
                self.fields(mapping, node, &shape, frame);
                self.more(node, &shape, frame);
            }
        } else if let Some(items) = node.as_sequence() {
            if self.is_kind(&shape, &[Kind::Array, Kind::Any], node, frame) {
                self.items(items, node, &shape, frame);
                self.more(node, &shape, frame);
            }
        } else if self.scalar(node, &shape, frame) {
            self.more(node, &shape, frame);
        }
    }

    /// What is rare: alternatives and rules.
    fn more(&mut self, node: &Node<'_>, shape: &Shape<'_>, frame: &Frame<'_>) {
        const RARE: u32 = Flags::ALL_OF | Flags::ANY_OF | Flags::ONE_OF | Flags::NOT | Flags::RULES;
        if shape.flags.has(RARE) {
            self.logic(node, shape, frame);
            self.rules(node, shape, frame);
        }
    }

    fn is_kind(&mut self, shape: &Shape<'_>, kinds: &[Kind], node: &Node<'_>, frame: &Frame<'_>) -> bool {
        let fits = kinds.contains(&shape.kind);
        if !fits {
            self.wrong_type(shape.kind, node, frame);
        }
        fits
    }

    fn fields(&mut self, mapping: &Mapping<'_>, node: &Node<'_>, shape: &Shape<'_>, frame: &Frame<'_>) {
        self.required(mapping, node, shape, frame);
        let is_whole_object =
            self.is_custom && (matches!(frame.step, Step::Root) || shape.flags.has(Flags::EMBEDDED));
        for entry in mapping {
            let (name, origin, value) = parts(entry);
            if is_whole_object && self.common_field(name, origin, value, frame) {
                continue;
            }
            let schema = shape.properties.get(self.table, name).or(shape.values);
            match schema {
                // The API server drops a field without a value.
                Some(_) if value.is_null() => {}
                Some(schema) => self.value(value, &frame.below(Step::Key(name, origin), schema)),
                None if shape.is_open() || !self.is_strict => {}
                None => unknown_field::report(self, name, origin, mapping, frame),
            }
        }
        self.count(mapping.len(), "fields", node, shape, frame);
    }

    /// Whether the field is one that every object has. Their form is the API server's matter, not the definition's.
    fn common_field(&mut self, name: &str, origin: Origin, value: &Node<'_>, frame: &Frame<'_>) -> bool {
        if name == "metadata"
            && !value.is_null()
            && let Some((table, schema)) = self.metadata
        {
            let violations = std::mem::take(&mut self.violations);
            let mut inner =
                Walk { table, violations, is_custom: false, is_secret: false, metadata: None, ..*self };
            // The frames above are of another table, in which no field of theirs may be looked up.
            let around = Frame { schema: super::table::NONE, ..*frame };
            inner.value(value, &around.below(Step::Key(name, origin), schema));
            self.violations = inner.violations;
        }
        matches!(name, "apiVersion" | "kind" | "metadata")
    }

    fn required(&mut self, mapping: &Mapping<'_>, node: &Node<'_>, shape: &Shape<'_>, frame: &Frame<'_>) {
        if shape.required.is_empty() {
            return;
        }
        let many = shape.required.len() > FEW_FIELDS && mapping.len() > FEW_FIELDS;
        let names: Option<rustc_hash::FxHashSet<&str>> = many.then(|| {
            mapping
                .iter()
                .map(parts)
                .filter(|(_, _, value)| !value.is_null())
                .map(|(name, ..)| name)
                .collect()
        });
        for id in shape.required.iter() {
            let name = self.table.text(id);
            let is_there = match &names {
                Some(names) => names.contains(name),
                None => mapping.get(name).is_some_and(|value| !value.is_null()),
            };
            if !is_there && !self.has_default(shape, name) {
                self.missing(name, node, shape, frame);
            }
        }
    }

    /// Whether the API server fills in the field.
    pub(super) fn has_default(&self, shape: &Shape<'_>, name: &str) -> bool {
        let field = shape.properties.get(self.table, name).map(|id| Shape::read(self.table, id));
        field.is_some_and(|field| field.flags.has(Flags::DEFAULT | Flags::OPAQUE_DEFAULT))
    }

    fn missing(&mut self, name: &str, node: &Node<'_>, shape: &Shape<'_>, frame: &Frame<'_>) {
        let place = match frame.path() {
            path if path.is_empty() => "the object".to_owned(),
            path => format!("`{path}`"),
        };
        let field = shape.properties.get(self.table, name).map(|id| Shape::read(self.table, id));
        let help = field.filter(|field| !field.allowed.is_empty()).map(|field| {
            let values = field.allowed.iter().map(|id| self.table.text(id));
            format!("add `{name}:` with {}", super::describe::alternatives(values))
        });
        let violation = self.violation(ViolationKind::Required, node, frame);
        self.violations.push(Violation {
            path: frame.path_of(name),
            message: format!("{place} lacks the required field `{name}`"),
            help: help.or_else(|| Some(format!("add `{name}:`"))),
            ..violation
        });
    }

    fn items(&mut self, items: &[Node<'_>], node: &Node<'_>, shape: &Shape<'_>, frame: &Frame<'_>) {
        if let Some(schema) = shape.items {
            let is_nullable = || Shape::read(self.table, schema).flags.has(Flags::NULLABLE);
            for (index, item) in items.iter().enumerate() {
                if item.is_null() && is_nullable() {
                    continue;
                }
                self.value(item, &frame.below(Step::Index(index), schema));
            }
        }
        if !shape.list_keys.is_empty() {
            list::unique_keys(self, items, shape, frame);
        } else if shape.flags.has(Flags::SET) {
            list::unique_values(self, items, frame);
        }
        self.count(items.len(), "items", node, shape, frame);
    }

    fn count(&mut self, count: usize, of: &str, node: &Node<'_>, shape: &Shape<'_>, frame: &Frame<'_>) {
        let Some(limits) = shape.limits() else { return };
        if let Some(least) = limits.least.filter(|least| count < *least as usize) {
            self.out_of_range(&format!("at least {least} {of}"), &count.to_string(), node, frame);
        } else if let Some(most) = limits.most.filter(|most| count > *most as usize) {
            self.out_of_range(&format!("at most {most} {of}"), &count.to_string(), node, frame);
        }
    }

    /// Reports a number, length or count that is too small or too large.
    pub(super) fn out_of_range(&mut self, wanted: &str, count: &str, node: &Node<'_>, frame: &Frame<'_>) {
        let violation = self.violation(ViolationKind::Bounds, node, frame);
        let message = format!("{} must have {wanted}, found {count}", named(&violation.path));
        self.violations.push(Violation { message, ..violation });
    }

    /// Reports a value of another type.
    pub(super) fn wrong_type(&mut self, kind: Kind, node: &Node<'_>, frame: &Frame<'_>) {
        let violation = self.violation(ViolationKind::Type, node, frame);
        let found = found(node, self.typing, violation.is_secret);
        let message = format!("{} must be {}, found {found}", named(&violation.path), expected(kind));
        let help = super::scalar::retyped(kind, node, self.typing, violation.is_secret);
        let edit = super::scalar::requoted(kind, node, self.typing);
        self.violations.push(Violation { message, help, edit, ..violation });
    }

    /// A violation of the value of `frame`, without words yet.
    pub(super) fn violation(&self, kind: ViolationKind, node: &Node<'_>, frame: &Frame<'_>) -> Violation {
        Violation {
            kind,
            origin: node.origin().or(frame.key_origin()),
            path: frame.path(),
            message: String::new(),
            help: None,
            related: Vec::new(),
            is_secret: self.is_sensitive(frame),
            edit: None,
        }
    }

    /// Whether the value of `frame` is, or may be, a secret.
    pub(super) fn is_sensitive(&self, frame: &Frame<'_>) -> bool {
        self.is_secret && matches!(frame.first_key(), Some("data" | "stringData"))
    }

    /// Whether a value fits a schema, unknown fields aside.
    pub(super) fn fits(&self, node: &Node<'_>, frame: &Frame<'_>, schema: NodeId) -> bool {
        self.violations_of(node, frame, schema).is_empty()
    }

    /// What of a value does not fit a schema, unknown fields aside.
    pub(super) fn violations_of(&self, node: &Node<'_>, frame: &Frame<'_>, schema: NodeId) -> Vec<Violation> {
        let mut inner = Walk { violations: Vec::new(), is_strict: false, ..*self };
        inner.value(node, &Frame { schema, ..*frame });
        inner.violations
    }
}

/// `` `path` ``, or words for the object itself.
pub(super) fn named(path: &str) -> String {
    if path.is_empty() { "the object".to_owned() } else { format!("`{path}`") }
}
