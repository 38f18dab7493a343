//! The paths of replacements: `spec.containers.[name=web].image`, `metadata.annotations.[a.b/c]`, `data.a\.b`, `list.0`,
//! `list.*`, `list.-`.
//!
//! Upstream reads a path in two ways. To look a value up ([`FieldPath::look_up`]) list items are told by the exact text of
//! a field, `-` is the last item, and there are no wildcards. To find targets ([`FieldPath::steps`]) the text of a
//! field is matched by a regular expression, anywhere in it, and `*` is every item.

use std::borrow::Cow;

use crate::kustomize::decode::Text;
use crate::kustomize::field_path::split_path;
use crate::kustomize::pattern::Pattern;
use crate::yaml::{Node, Sources};

/// A path taken apart.
#[derive(Debug)]
pub(super) struct FieldPath<'s> {
    /// The path as written.
    pub(super) text: Text<'s>,
    /// Its parts, in the order in which they are walked.
    pub(super) parts: Vec<&'s str>,
}

/// One part of a path to targets.
#[derive(Debug)]
pub(super) enum Step<'s> {
    /// A key of a mapping.
    Key(&'s str),
    /// A position in a list.
    Index(usize),
    /// Items of a list with a field whose text matches; an empty field means the item itself.
    Items {
        /// The field.
        field: &'s str,
        /// What its text must match.
        pattern: Pattern<'s>,
        /// The same as it is written: what a new item gets.
        text: &'s str,
    },
    /// Every item of a list.
    Every,
}

impl<'s> FieldPath<'s> {
    /// Takes a path apart.
    pub(super) fn new(text: Text<'s>, sources: &'s Sources) -> Self {
        let parts = join_brackets(split_path(text.value, '.')).into_iter().map(|part| match part {
            Cow::Borrowed(part) => part,
            Cow::Owned(part) => sources.keep(&part),
        });
        Self { text, parts: parts.collect() }
    }

    /// The parts as steps to targets; the error is a text for people.
    pub(super) fn steps(&self) -> Result<Vec<Step<'s>>, String> {
        self.parts.iter().map(|part| Step::new(part)).collect()
    }

    /// The value at the end of the path; the error is a text for people.
    pub(super) fn look_up<'n>(&self, node: &'n Node<'s>) -> Result<Option<&'n Node<'s>>, String> {
        let mut here = node;
        for part in &self.parts {
            match look_up_part(here, part)? {
                Some(next) => here = next,
                None => return Ok(None),
            }
        }
        Ok(Some(here))
    }
}

impl<'s> Step<'s> {
    fn new(part: &'s str) -> Result<Self, String> {
        if let Some(index) = part.parse::<i64>().ok().and_then(|index| usize::try_from(index).ok()) {
            return Ok(Self::Index(index));
        }
        match part {
            "*" => Ok(Self::Every),
            _ if is_bracketed(part) => {
                let (field, text) = field_and_value(part)?;
                let pattern = Pattern::anywhere(text)
                    .map_err(|reason| format!("`{text}` is not a regular expression: {reason}"))?;
                Ok(Self::Items { field, pattern, text })
            }
            key => Ok(Self::Key(key)),
        }
    }
}

/// One step of a look-up. An empty part stays where it is.
pub(super) fn look_up_part<'n, 's>(node: &'n Node<'s>, part: &str) -> Result<Option<&'n Node<'s>>, String> {
    Ok(match position(node, part)? {
        Place::Here => Some(node),
        Place::Nowhere => None,
        Place::Key(key) => node.get(key),
        Place::Item(index) => node.as_sequence().and_then(|items| items.get(index)),
    })
}

/// As [`look_up_part`], to change what is found. What cannot be looked up is not there.
pub(super) fn look_up_part_mut<'n, 's>(node: &'n mut Node<'s>, part: &str) -> Option<&'n mut Node<'s>> {
    match position(node, part).unwrap_or(Place::Nowhere) {
        Place::Here => Some(node),
        Place::Nowhere => None,
        Place::Key(key) => node.get_mut(key),
        Place::Item(index) => node.as_sequence_mut().and_then(|items| items.get_mut(index)),
    }
}

enum Place<'p> {
    Here,
    Nowhere,
    Key(&'p str),
    Item(usize),
}

fn position<'p>(node: &Node<'_>, part: &'p str) -> Result<Place<'p>, String> {
    let part = part.trim();
    if part.is_empty() {
        return Ok(Place::Here);
    }
    if node.is_null() {
        return Ok(Place::Nowhere);
    }
    let index = part.parse::<i64>().ok();
    if part == "*" {
        return Err("`*` is only for targets; a source is one value".to_owned());
    }
    if index.is_none() && part != "-" && !is_bracketed(part) {
        return match node.as_mapping() {
            Some(_) => Ok(Place::Key(part)),
            None => Err(format!("`{part}` is a key, but it is looked for in a {}", node.kind_name())),
        };
    }
    let items = node.as_sequence().ok_or_else(|| {
        format!("`{part}` is an item of a list, but it is looked for in a {}", node.kind_name())
    })?;
    let found = match index {
        Some(index) => Some(usize::try_from(index).map_err(|_| format!("the index {index} is negative"))?),
        None if part == "-" => items.len().checked_sub(1),
        None => {
            let (field, value) = field_and_value(part)?;
            items.iter().position(|item| has_value(item, field, value))
        }
    };
    Ok(found.map_or(Place::Nowhere, Place::Item))
}

fn has_value(item: &Node<'_>, field: &str, value: &str) -> bool {
    let item = if field.is_empty() { Some(item) } else { item.get(field) };
    item.is_some_and(|item| item.text().unwrap_or_default() == value)
}

fn is_bracketed(part: &str) -> bool {
    part.starts_with('[') && part.ends_with(']')
}

/// `name` and `web` of `[name=web]`
fn field_and_value(part: &str) -> Result<(&str, &str), String> {
    let inner = part.strip_suffix(']').unwrap_or(part);
    let inner = inner.strip_prefix('[').unwrap_or(inner);
    inner.split_once('=').ok_or_else(|| format!("`{part}` must be of the form `[field=value]`"))
}

/// Joins what a dot in brackets tore apart. `[a.b]` is a key and loses its brackets, `[a=b.c]` keeps them.
fn join_brackets(parts: Vec<Cow<'_, str>>) -> Vec<Cow<'_, str>> {
    let mut joined = Vec::with_capacity(parts.len());
    let mut parts = parts.into_iter();
    while let Some(part) = parts.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            joined.push(part);
            continue;
        }
        let mut whole = part.into_owned();
        for next in parts.by_ref() {
            whole.push('.');
            whole.push_str(&next);
            if next.ends_with(']') {
                break;
            }
        }
        let is_key = !whole.contains('=');
        joined.push(if is_key { whole.trim_matches(['[', ']']).to_owned().into() } else { whole.into() });
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::testing::{nodes, sources};
    use crate::yaml::Origin;

    fn parts(path: &'static str) -> Vec<&'static str> {
        FieldPath::new(Text { value: path, origin: Origin::NONE }, sources()).parts
    }

    #[test]
    fn brackets_and_escapes() {
        assert_eq!(parts("a.b"), ["a", "b"]);
        assert_eq!(parts(".a.b"), ["a", "b"]);
        assert_eq!(parts(r"data.a\.b.c"), ["data", "a.b", "c"]);
        assert_eq!(parts("annotations.[a.b/c].d"), ["annotations", "a.b/c", "d"]);
        assert_eq!(parts("env.[name=a.b].value"), ["env", "[name=a.b]", "value"]);
        assert_eq!(parts("env.[name=a].value"), ["env", "[name=a]", "value"]);
        assert_eq!(parts("a.[b]"), ["a", "[b]"]);
        assert_eq!(parts("a.[b.c"), ["a", "b.c"]);
    }

    #[test]
    fn values_are_looked_up() {
        let node = &nodes("a:\n- name: x\n  v: 1\n- name: y\n  v: 2\nb: [p, q]\nc:\n", sources())[0];
        let look_up = |path| {
            let path = FieldPath::new(Text { value: path, origin: Origin::NONE }, sources());
            path.look_up(node).map(|found| found.map(|node| node.text().unwrap_or("?").to_owned()))
        };
        let found = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!(look_up("a.[name=y].v"), found("2"));
        assert_eq!(look_up("a.1.v"), found("2"));
        assert_eq!(look_up("a.-.v"), found("2"));
        assert_eq!(look_up("b.[=p]"), found("p"));
        assert_eq!(look_up("a.[name=z].v"), Ok(None));
        assert_eq!(look_up("a.7"), Ok(None));
        assert_eq!(look_up("c.d"), Ok(None));
        assert_eq!(look_up("."), found("?"));
        for bad in ["a.*.v", "a.-1", "a.name", "b.0.x", "a.[name]"] {
            assert!(look_up(bad).is_err(), "{bad}");
        }
    }
}
