//! The value that a replacement copies, and how it is written over what is there.
//!
//! A scalar that is replaced keeps its type: a string stays a string whatever the new text looks like, and a number
//! takes only a number. Upstream lets any text in and then fails, or writes a tag such as `!!int abc`, when the object
//! is printed.

use std::cell::Cell;

use crate::kustomize::kustomization::FieldOptions;
use crate::yaml::{Node, Scalar, Sources, Style, Typing, Value, resolve};

/// How much all replacements together may write: a value that is copied into itself again and again would double
/// each time.
const MOST_BYTES: usize = 256 << 20;
/// What a node costs besides its text.
const NODE_BYTES: usize = 48;

/// What is copied.
#[derive(Debug)]
pub(super) struct Copied<'s> {
    node: Node<'s>,
    /// The type of the scalar that `node` was, before a part was cut out of its text.
    kind: Type,
    /// How deep collections are nested in the node.
    depth: usize,
    /// The size of the node.
    bytes: usize,
}

/// How much may still be written.
#[derive(Debug)]
pub(super) struct Budget(Cell<usize>);

impl Default for Budget {
    fn default() -> Self {
        Self(Cell::new(MOST_BYTES))
    }
}

impl Budget {
    /// Whether nothing more may be written.
    pub(super) fn is_spent(&self) -> bool {
        self.0.get() == 0
    }

    fn spend(&self, bytes: usize) -> Result<(), String> {
        let left = self.0.get().checked_sub(bytes);
        self.0.set(left.unwrap_or(0));
        left.map(drop).ok_or_else(|| format!("replacements write more than {} MiB", MOST_BYTES >> 20))
    }
}

/// The type of a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    /// Not set yet: the text decides.
    Open,
    Null,
    Bool,
    Integer,
    Float,
    Timestamp,
    String,
}

/// What kind of node is made where a path ends and nothing is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NewNode {
    Scalar,
    Mapping,
    Sequence,
}

impl Type {
    fn of(node: &Node<'_>) -> Self {
        node.scalar(Typing::Core).map_or(Self::Open, Self::of_scalar)
    }

    fn of_scalar(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Null => Self::Null,
            Scalar::Bool(_) => Self::Bool,
            Scalar::Integer(_) => Self::Integer,
            Scalar::Float(_) => Self::Float,
            Scalar::Timestamp(_) => Self::Timestamp,
            Scalar::String => Self::String,
        }
    }

    /// The style in which `text` has this type; `None` if it cannot have it.
    fn style_for(self, text: &str, current: Style) -> Option<Style> {
        let natural = Self::of_scalar(resolve(text, Typing::Core));
        match self {
            Self::Open => Some(Style::Plain),
            Self::String if current != Style::Plain => Some(current),
            Self::String if natural == Self::String => Some(Style::Plain),
            Self::String => Some(Style::DoubleQuoted),
            Self::Float if natural == Self::Integer => Some(Style::Plain),
            _ => (natural == self).then_some(Style::Plain),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Open | Self::String => "a string",
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Integer => "an integer",
            Self::Float => "a number",
            Self::Timestamp => "a date",
        }
    }
}

impl<'s> Copied<'s> {
    /// A node as it is.
    pub(super) fn of_node(node: Node<'s>) -> Self {
        let (depth, bytes) = measure(&node);
        Self { kind: Type::of(&node), node, depth, bytes }
    }

    /// A text whose type is that which it looks like.
    pub(super) fn of_text(node: Node<'s>) -> Self {
        Self { kind: Type::Open, node, depth: 0, bytes: NODE_BYTES }
    }

    /// The part of the text that the options ask for; the error is a text for people.
    pub(super) fn part(mut self, options: Option<&FieldOptions<'s>>) -> Result<Self, String> {
        let Some(options) = options.filter(|options| !options.delimiter.is_empty()) else { return Ok(self) };
        let Some(text) = self.node.text() else {
            return Err(format!("`delimiter` splits text, and the source is a {}", self.node.kind_name()));
        };
        let part = usize::try_from(options.index)
            .ok()
            .and_then(|index| text.split(options.delimiter.value).nth(index));
        let Some(part) = part else {
            let count = text.split(options.delimiter.value).count();
            return Err(format!(
                "there is no part {} in `{text}`: it has {count}, counted from 0",
                options.index
            ));
        };
        self.node.set_text(part);
        Ok(self)
    }

    /// What must be made where nothing is.
    pub(super) fn new_node(&self) -> NewNode {
        match self.node.value() {
            Value::Scalar(_) => NewNode::Scalar,
            Value::Mapping(_) => NewNode::Mapping,
            Value::Sequence(_) => NewNode::Sequence,
        }
    }

    /// How deep collections are nested in the value.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// Whether the value has no type of its own.
    pub(super) fn is_open(&self) -> bool {
        self.kind == Type::Open
    }

    /// Writes the value over `target`, whose type is `open` if the replacement made it, or an earlier one did; the error
    /// is a text for people.
    pub(super) fn write(
        &self,
        target: &mut Node<'s>,
        open: bool,
        options: Option<&FieldOptions<'s>>,
        sources: &'s Sources,
        budget: &Budget,
    ) -> Result<(), String> {
        budget.spend(self.bytes + target.text().map_or(0, str::len))?;
        let text = match options.filter(|options| !options.delimiter.is_empty()) {
            Some(options) => Some(sources.keep(&self.joined(target, options)?)),
            None => self.node.text(),
        };
        let kind = if open { Type::Open } else { Type::of(target) };
        match (text, target.text()) {
            (Some(text), Some(old)) => {
                self.write_text(target, text, kind).map_err(|()| refusal(text, kind, old))
            }
            (Some(text), None) => {
                *target = self.node.clone();
                self.write_text(target, text, self.kind).map_err(|()| refusal(text, self.kind, text))
            }
            // Upstream copies the text that a mapping or list does not have.
            (None, Some(old)) => self.write_text(target, "", kind).map_err(|()| refusal("", kind, old)),
            (None, None) => {
                *target = self.node.clone();
                Ok(())
            }
        }
    }

    fn write_text(&self, target: &mut Node<'s>, text: &'s str, kind: Type) -> Result<(), ()> {
        let style = kind.style_for(text, target.style()).ok_or(())?;
        *target = Node::plain(text, self.node.origin()).with_style(style);
        Ok(())
    }

    /// The target's text with one part replaced or added.
    fn joined(&self, target: &Node<'s>, options: &FieldOptions<'s>) -> Result<String, String> {
        let Some(text) = target.text() else {
            return Err(format!("`delimiter` splits text, and the field is a {}", target.kind_name()));
        };
        let new = self.node.text().filter(|_| self.kind != Type::Null).unwrap_or_default();
        let mut parts: Vec<&str> = text.split(options.delimiter.value).collect();
        match usize::try_from(options.index) {
            Err(_) => parts.insert(0, new),
            Ok(index) => match parts.get_mut(index) {
                Some(part) => *part = new,
                None => parts.push(new),
            },
        }
        Ok(parts.join(options.delimiter.value))
    }
}

/// The depth of a node and its size in bytes.
fn measure(node: &Node<'_>) -> (usize, usize) {
    let sum = |members: &mut dyn Iterator<Item = &Node<'_>>| {
        members.map(measure).fold((1, NODE_BYTES), |(depth, bytes), (inner_depth, inner_bytes)| {
            (depth.max(inner_depth + 1), bytes + inner_bytes)
        })
    };
    match node.value() {
        Value::Scalar(text) => (0, NODE_BYTES + text.len()),
        Value::Sequence(items) => sum(&mut items.iter()),
        Value::Mapping(mapping) => sum(&mut mapping.iter().map(|entry| &entry.value)),
    }
}

fn refusal(text: &str, kind: Type, old: &str) -> String {
    match kind {
        Type::Null => {
            format!("`{text}` cannot take the place of null: write \"\" there if it is to be a string")
        }
        _ => format!(
            "`{text}` cannot take the place of `{old}`, which is {}: quote `{old}` if it is to be a string",
            kind.name()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::decode::Text;
    use crate::kustomize::testing::sources;
    use crate::yaml::Origin;

    fn plain(text: &'static str) -> Node<'static> {
        Node::plain(text, Origin::NONE)
    }

    fn write(target: Node<'static>, text: &'static str) -> Result<(&'static str, Style), String> {
        let mut target = target;
        Copied::of_text(plain(text)).write(&mut target, false, None, sources(), &Budget::default())?;
        Ok((target.text().unwrap(), target.style()))
    }

    #[test]
    fn types_stay() {
        assert_eq!(write(plain("abc"), "8080"), Ok(("8080", Style::DoubleQuoted)));
        assert_eq!(write(plain("abc"), ""), Ok(("", Style::DoubleQuoted)));
        assert_eq!(write(plain("abc"), "def"), Ok(("def", Style::Plain)));
        assert_eq!(write(Node::string("1", Origin::NONE), "2"), Ok(("2", Style::DoubleQuoted)));
        assert_eq!(write(plain("80"), "8080"), Ok(("8080", Style::Plain)));
        assert_eq!(write(plain("1.5"), "2"), Ok(("2", Style::Plain)));
        assert_eq!(write(Node::mapping(Origin::NONE), "2"), Ok(("2", Style::Plain)));
        for (old, new) in [("80", "abc"), ("80", "1.5"), ("true", "yes"), ("null", "x"), ("1", "")] {
            assert!(write(plain(old), new).is_err(), "{old} {new}");
        }
    }

    #[test]
    fn parts_are_cut_out_and_put_in() {
        let options = |index| {
            Some(FieldOptions {
                delimiter: Text { value: "/", origin: Origin::NONE },
                index,
                ..FieldOptions::default()
            })
        };
        let part = |index| {
            let copied = Copied::of_node(plain("a/b/c")).part(options(index).as_ref())?;
            Ok::<_, String>(copied.node.text().unwrap())
        };
        assert_eq!((part(0), part(2)), (Ok("a"), Ok("c")));
        assert!(part(3).is_err() && part(-1).is_err());
        let join = |index| {
            let mut target = plain("a/b/c");
            let copied = Copied::of_text(plain("x"));
            copied.write(&mut target, false, options(index).as_ref(), sources(), &Budget::default()).unwrap();
            target.text().unwrap()
        };
        assert_eq!((join(-1), join(0), join(2), join(9)), ("x/a/b/c", "x/b/c", "a/b/x", "a/b/c/x"));
    }
}
