//! Walks to the fields that a replacement writes, and makes them where it may.

use super::field_path::{FieldPath, Step, look_up_part_mut};
use super::structured;
use super::value::NewNode;
use crate::diagnostic::closest;
use crate::yaml::{Key, Node, Origin, Sequence, Sources, ValueMut, emit_source_style};

/// Why a field was not written.
#[derive(Debug)]
pub(super) enum Failure {
    /// There is no such field: what is there instead.
    Missing(String),
    /// The field is there, but cannot take the value.
    Refused(String, Origin),
}

/// Notes that a scalar which the walk made has no type.
pub(super) type KeepUntyped<'w, 's> = dyn Fn(&mut Node<'s>) + 'w;

/// Writes a field, which is fresh if the walk made it.
pub(super) type Write<'w, 's> = dyn FnMut(&mut Node<'s>, bool) -> Result<(), Failure> + 'w;

/// How fields are walked to and written.
pub(super) struct Walk<'w, 's> {
    /// What to make at the end of a path; nothing is made if `None`.
    pub(super) create: Option<NewNode>,
    /// Whether fields are only made, so that text with YAML or JSON stays as it is.
    pub(super) only_makes: bool,
    /// The place of what is made on the way.
    pub(super) origin: Origin,
    /// Where texts are kept.
    pub(super) sources: &'s Sources,
    /// What is done with a scalar that names a new item.
    pub(super) keep_untyped: &'w KeepUntyped<'w, 's>,
    /// What is done with the fields.
    pub(super) write: &'w mut Write<'w, 's>,
}

impl<'s> Walk<'_, 's> {
    /// Writes all fields at the end of a path. That there is none is an error.
    pub(super) fn write_fields(&mut self, object: &mut Node<'s>, steps: &[Step<'s>]) -> Result<(), Failure> {
        match self.go(object, steps, false)? {
            0 => Err(Failure::Missing(what_is_there(object, steps))),
            _ => Ok(()),
        }
    }

    /// If the path leads into YAML or JSON inside a string, writes there. The string is looked up as a source is:
    /// items by exact text.
    pub(super) fn write_in_text(
        &mut self,
        object: &mut Node<'s>,
        path: &FieldPath<'s>,
        steps: &[Step<'s>],
    ) -> Result<(), Failure> {
        let nothing = || Failure::Missing(String::new());
        let mut here = object;
        for (index, part) in path.parts.iter().enumerate() {
            here = look_up_part_mut(here, part).ok_or_else(nothing)?;
            if here.text().is_some() {
                let rest = steps.get(index + 1..).filter(|rest| !rest.is_empty()).ok_or_else(nothing)?;
                if here.is_null() && here.text() != Some("") && self.create.is_some() {
                    // Upstream reads the word `null` as YAML, makes the field beside it, and writes `null` again.
                    return Ok(());
                }
                let written = structured::edit(here, self.sources, |root| self.go(root, rest, false))?;
                return if written == 0 { Err(nothing()) } else { Ok(()) };
            }
        }
        Err(nothing())
    }

    /// Writes the fields at the end of `steps` and says how many there are.
    fn go(&mut self, node: &mut Node<'s>, steps: &[Step<'s>], fresh: bool) -> Result<usize, Failure> {
        let Some((step, rest)) = steps.split_first() else {
            (self.write)(node, fresh)?;
            return Ok(1);
        };
        match step {
            Step::Key(key) => self.key(node, key, rest),
            Step::Index(index) => self.index(node, *index, rest),
            Step::Every => {
                let mut written = 0;
                for item in items(node)?.into_iter().flatten() {
                    written += self.go(item, rest, false)?;
                }
                Ok(written)
            }
            Step::Items { .. } => self.items(node, step, rest),
        }
    }

    fn key(&mut self, node: &mut Node<'s>, key: &'s str, rest: &[Step<'s>]) -> Result<usize, Failure> {
        if node.is_null() {
            return Ok(0);
        }
        let kind = node.kind_name();
        let Some(mapping) = node.as_mapping_mut() else {
            return Err(Failure::Missing(format!("`{key}` is a key, but it is looked for in a {kind}")));
        };
        if key.is_empty() {
            return Err(Failure::Missing("a part of the path is empty".to_owned()));
        }
        let is_new = !mapping.contains(key);
        if is_new {
            let Some(create) = self.create else { return Ok(0) };
            mapping.push(Key::new(key, self.origin), self.new_node(create, rest.first()));
        }
        let Some(value) = mapping.get_mut(key) else { return Ok(0) };
        if value.text().is_some() && !rest.is_empty() {
            if self.only_makes {
                return Ok(1);
            }
            return structured::edit(value, self.sources, |root| self.go(root, rest, false));
        }
        self.go(value, rest, is_new)
    }

    fn index(&mut self, node: &mut Node<'s>, index: usize, rest: &[Step<'s>]) -> Result<usize, Failure> {
        let missing = |count: usize| {
            Failure::Missing(format!("there is no item {index}: the list has {count}, counted from 0"))
        };
        let Some(items) = items(node)? else { return Err(missing(0)) };
        let is_new = items.len() == index;
        if let Some(create) = self.create.filter(|_| is_new) {
            items.push(self.new_node(create, rest.first()));
        }
        let count = items.len();
        let item = items.get_mut(index).ok_or_else(|| missing(count))?;
        self.go(item, rest, is_new)
    }

    fn items(&mut self, node: &mut Node<'s>, step: &Step<'s>, rest: &[Step<'s>]) -> Result<usize, Failure> {
        let Step::Items { field, pattern, text } = step else { return Ok(0) };
        // An item that is matched itself is the end of the path, whatever follows.
        let rest = if field.is_empty() { &[] } else { rest };
        let mut written = 0;
        let Some(items) = items(node)? else { return Ok(0) };
        for item in &mut *items {
            let matched = if field.is_empty() { Some(&*item) } else { item.get(field) };
            if matched.is_some_and(|node| pattern.matches(as_text(node, self.sources).trim())) {
                written += self.go(item, rest, false)?;
            }
        }
        if written > 0 || self.create.is_none() {
            return Ok(written);
        }
        let mut value = Node::plain(text, self.origin);
        (self.keep_untyped)(&mut value);
        let mut item = value.clone();
        if !field.is_empty() {
            item = Node::mapping(self.origin);
            if let Some(mapping) = item.as_mapping_mut() {
                mapping.insert(field, value);
            }
        }
        let written = self.go(&mut item, rest, true)?;
        items.push(item);
        Ok(written)
    }

    /// An empty node that can hold what the next step needs.
    fn new_node(&self, last: NewNode, next: Option<&Step<'s>>) -> Node<'s> {
        let kind = match next {
            None => last,
            Some(Step::Key(_) | Step::Every) => NewNode::Mapping,
            Some(Step::Index(_) | Step::Items { .. }) => NewNode::Sequence,
        };
        match kind {
            NewNode::Scalar => Node::plain("", self.origin),
            NewNode::Mapping => Node::mapping(self.origin),
            NewNode::Sequence => Node::sequence(Vec::new(), self.origin),
        }
    }
}

/// The items of a list; none of null.
fn items<'n, 's>(node: &'n mut Node<'s>) -> Result<Option<&'n mut Sequence<'s>>, Failure> {
    let kind = node.kind_name();
    match node.value_mut() {
        ValueMut::Sequence(items) => Ok(Some(items)),
        _ if kind == "null" => Ok(None),
        _ => Err(Failure::Missing(format!("the path asks for items of a list, but there is a {kind}"))),
    }
}

/// A node as YAML: what upstream matches patterns against.
fn as_text(node: &Node<'_>, sources: &Sources) -> String {
    let mut text = String::new();
    emit_source_style(node, sources, &mut text);
    text
}

/// Tells how far a path leads, for a message; nothing if it leads to its end.
pub(super) fn what_is_there(object: &Node<'_>, steps: &[Step<'_>]) -> String {
    let mut here = object;
    for step in steps {
        let next = match step {
            Step::Key(key) => match here.as_mapping().map(|mapping| (mapping, mapping.get(key))) {
                Some((_, Some(next))) => Some(next),
                Some((mapping, None)) => {
                    let keys: Vec<&str> = mapping.iter().map(|entry| entry.key.text).collect();
                    return match closest(key, &keys) {
                        Some(meant) => format!("there is no `{key}`; did you mean `{meant}`?"),
                        None => format!("there is no `{key}`"),
                    };
                }
                None => return format!("`{key}` is looked for in a {}", here.kind_name()),
            },
            Step::Index(index) => here.as_sequence().and_then(|items| items.get(*index)),
            Step::Items { field, text, .. } => match here.as_sequence() {
                Some(items) => items.iter().find(|item| {
                    let value = if field.is_empty() { Some(*item) } else { item.get(field) };
                    value.and_then(Node::text).is_some_and(|value| value.contains(text))
                }),
                None => None,
            },
            Step::Every => here.as_sequence().and_then(<[_]>::first),
        };
        match (next, step) {
            (Some(next), _) => here = next,
            (None, Step::Items { field, text, .. }) => return format!("no item matches `[{field}={text}]`"),
            (None, _) => return "the list has no such item".to_owned(),
        }
    }
    String::new()
}
