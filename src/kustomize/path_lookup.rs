//! Finds one value by a path of keys, places in lists and `[key=value]` conditions.
//!
//! Upstream's `PathGetter`: for vars and for the value-add transformer. A part that is a number is a place in a
//! list, whatever stands there.

use super::field_path::unexpected;
use crate::diagnostic::Diagnostic;
use crate::yaml::{Key, MAX_DEPTH, Mapping, Node, Origin, Value, ValueMut};

/// One part of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'p> {
    Key(&'p str),
    Index(usize),
    Last,
    /// The item whose key has a value; with an empty key, the scalar with that value.
    Matching(&'p str, &'p str),
}

/// The value at the end of the path, if it is there.
pub(super) fn lookup<'n, 's>(node: &'n Node<'s>, path: &[&str]) -> Result<Option<&'n Node<'s>>, Diagnostic> {
    let mut node = node;
    for part in parts(path, node.origin())? {
        if node.is_null() {
            return Ok(None);
        }
        let Some(next) = part.find(node)? else { return Ok(None) };
        node = next;
    }
    Ok(Some(node))
}

/// The scalar at the end of the path, made with all that leads there. `None` if a null or a missing place in a
/// list is in the way.
pub(super) fn lookup_or_create<'n, 's>(
    node: &'n mut Node<'s>,
    path: &[&'s str],
    origin: Origin,
) -> Result<Option<&'n mut Node<'s>>, Diagnostic> {
    let mut node = node;
    let parts = parts(path, node.origin())?;
    if parts.len() > MAX_DEPTH {
        return Err(Diagnostic::error(format!("a field path has more than {MAX_DEPTH} parts")).at(origin));
    }
    for (index, part) in parts.iter().enumerate() {
        if node.is_null() {
            return Ok(None);
        }
        let made = match parts.get(index + 1) {
            None => Node::plain("", origin),
            Some(Part::Key(_) | Part::Last) => Node::mapping(origin),
            Some(_) => Node::sequence(Vec::new(), origin),
        };
        let Some(next) = part.find_or_create(node, made)? else { return Ok(None) };
        node = next;
    }
    Ok(Some(node))
}

fn parts<'p>(path: &[&'p str], origin: Origin) -> Result<Vec<Part<'p>>, Diagnostic> {
    let cleaned = path.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
    cleaned.map(|part| Part::parse(part).map_err(|problem| Diagnostic::error(problem).at(origin))).collect()
}

impl<'p> Part<'p> {
    fn parse(text: &'p str) -> Result<Self, String> {
        match text.parse::<i64>() {
            Ok(index) => {
                return usize::try_from(index)
                    .map(Self::Index)
                    .map_err(|_| format!("the place `{text}` in a list must not be negative"));
            }
            Err(_) if text == "-" => return Ok(Self::Last),
            Err(_) if text == "*" => return Err("a `*` is not possible here".to_owned()),
            Err(_) => {}
        }
        let Some(condition) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
            return Ok(Self::Key(text));
        };
        condition
            .split_once('=')
            .map(|(key, value)| Self::Matching(key, value))
            .ok_or_else(|| format!("`{text}` must be of the form `[key=value]`"))
    }

    fn find<'n, 's>(self, node: &'n Node<'s>) -> Result<Option<&'n Node<'s>>, Diagnostic> {
        match (self, node.value()) {
            (Self::Key(key), Value::Mapping(mapping)) => Ok(mapping.get(key)),
            (Self::Key(_), _) => Err(unexpected("a mapping", node)),
            (_, Value::Sequence(items)) => Ok(self.position(items).and_then(|index| items.get(index))),
            _ => Err(unexpected("a list", node)),
        }
    }

    fn position(self, items: &[Node<'_>]) -> Option<usize> {
        match self {
            Self::Key(_) => None,
            Self::Index(index) => Some(index),
            Self::Last => items.len().checked_sub(1),
            Self::Matching("", value) => items.iter().position(|item| item.text() == Some(value)),
            Self::Matching(key, value) => {
                items.iter().position(|item| item.get(key).and_then(Node::text) == Some(value))
            }
        }
    }
}

impl<'s> Part<'s> {
    fn find_or_create<'n>(
        self,
        node: &'n mut Node<'s>,
        made: Node<'s>,
    ) -> Result<Option<&'n mut Node<'s>>, Diagnostic> {
        let origin = made.origin();
        match (self, node.value()) {
            (Self::Key(_), Value::Mapping(_)) => {}
            (Self::Key(_), _) => return Err(unexpected("a mapping", node)),
            (_, Value::Sequence(_)) => {}
            _ => return Err(unexpected("a list", node)),
        }
        match (self, node.value_mut()) {
            (Self::Key(key), ValueMut::Mapping(mapping)) => {
                if !mapping.contains(key) {
                    mapping.push(Key::new(key, origin), made);
                }
                Ok(mapping.get_mut(key))
            }
            (Self::Matching(key, value), ValueMut::Sequence(items)) => {
                let position = self.position(items).unwrap_or_else(|| {
                    items.push(matching_item(key, value, origin));
                    items.len() - 1
                });
                Ok(items.get_mut(position))
            }
            (Self::Index(_) | Self::Last, ValueMut::Sequence(items)) => {
                let position = self.position(items);
                Ok(position.and_then(|position| items.get_mut(position)))
            }
            _ => Ok(None),
        }
    }
}

fn matching_item<'s>(key: &'s str, value: &'s str, origin: Origin) -> Node<'s> {
    let value = Node::plain(value, origin);
    if key.is_empty() {
        return value;
    }
    let mut mapping = Mapping::default();
    mapping.push(Key::new(key, origin), value);
    Node::from_mapping(mapping, origin)
}

/// Splits a path with dots: `\.` is a dot in a key, `[a.b]` is one key, `[name=a.b]` one condition, and `x[0]` the
/// first item of `x`.
pub(super) fn split_dotted(path: &str) -> Vec<String> {
    let pieces = super::field_path::split_path(path, '.');
    let mut pieces = pieces.into_iter();
    let mut parts = Vec::new();
    while let Some(piece) = pieces.next() {
        let mut part = piece.into_owned();
        let is_open = part.starts_with('[') && !part.ends_with(']');
        while is_open && !part.ends_with(']') {
            let Some(next) = pieces.next() else { break };
            part = format!("{part}.{next}");
        }
        let is_key = is_open && !part.contains('=');
        push_with_index(if is_key { part.trim_matches(['[', ']']) } else { &part }, &mut parts);
    }
    parts
}

fn push_with_index(part: &str, parts: &mut Vec<String>) {
    let indexed = part
        .strip_suffix(']')
        .and_then(|rest| rest.rsplit_once('['))
        .filter(|(_, index)| !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()));
    let Some((name, index)) = indexed else { return parts.push(part.to_owned()) };
    if !name.is_empty() {
        parts.push(name.to_owned());
    }
    parts.push(index.to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::testing::{nodes, sources};

    #[test]
    fn splits_brackets_and_indexes() {
        assert_eq!(split_dotted("spec.ports[0].port"), ["spec", "ports", "0", "port"]);
        assert_eq!(split_dotted("metadata.annotations.[a.b/c]"), ["metadata", "annotations", "a.b/c"]);
        assert_eq!(split_dotted("a.[name=x.y].b"), ["a", "[name=x.y]", "b"]);
        assert_eq!(split_dotted(r"a\.b"), ["a.b"]);
    }

    #[test]
    fn finds_places_and_conditions() {
        let node = &nodes("a:\n- name: x\n  v: 1\n- name: y\n  v: 2\n", sources())[0];
        let text = |path: &[&str]| lookup(node, path).unwrap().and_then(Node::text);
        assert_eq!(text(&["a", "1", "v"]), Some("2"));
        assert_eq!(text(&["a", "-", "v"]), Some("2"));
        assert_eq!(text(&["a", "[name=x]", "v"]), Some("1"));
        assert_eq!(text(&["a", "7", "v"]), None);
        assert!(lookup(node, &["a", "v"]).is_err());
        assert!(lookup(node, &["a", "*"]).is_err());
    }

    #[test]
    fn makes_what_is_missing() {
        let mut node = nodes("a: 1\n", sources()).remove(0);
        let made = lookup_or_create(&mut node, &["b", "[name=x]", "v"], Origin::NONE).unwrap().unwrap();
        *made = Node::plain("2", Origin::NONE);
        let found = lookup(&node, &["b", "0", "name"]).unwrap().and_then(Node::text);
        assert_eq!(found, Some("x"));
    }
}
