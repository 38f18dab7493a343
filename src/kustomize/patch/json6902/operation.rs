//! One operation.

use super::container::{Slot, member, position};
use super::error;
use super::pointer::Pointer;
use crate::diagnostic::Diagnostic;
use crate::yaml::{Entry, Mapping, Node, Origin, Scalar, Sources, Typing, Value};

/// An operation as it was written. What is wrong with it shows when it is applied: a patch without targets does
/// not fail upstream.
#[derive(Clone, Debug)]
pub(super) struct Operation<'s> {
    kind: Option<Node<'s>>,
    path: Option<Node<'s>>,
    from: Option<Node<'s>>,
    value: Option<Node<'s>>,
    /// Where the operation begins.
    pub(super) origin: Origin,
}

impl<'s> Operation<'s> {
    pub(super) fn new(node: Node<'s>) -> Result<Self, Diagnostic> {
        let origin = node.origin();
        if node.as_mapping().is_none() && !node.is_null() {
            return Err(error::not_an_operation(&node));
        }
        let Some(mut fields) = node.into_mapping() else {
            return Ok(Self { kind: None, path: None, from: None, value: None, origin });
        };
        let mut take = |key| fields.remove(key);
        Ok(Self { kind: take("op"), path: take("path"), from: take("from"), value: take("value"), origin })
    }

    pub(super) fn apply(&self, document: &mut Node<'s>, sources: &'s Sources) -> Result<(), Diagnostic> {
        match self.kind.as_ref().and_then(string).unwrap_or_default() {
            "add" => self.put(document, self.value(), sources),
            "remove" => self.remove(document, sources),
            "replace" => self.replace(document, sources),
            "move" => self.relocate(document, sources),
            "copy" => self.copy(document, sources),
            "test" => self.test(document, sources),
            _ => Err(error::unknown_operation(self.kind.as_ref(), self.origin)),
        }
    }

    fn remove(&self, document: &mut Node<'s>, sources: &'s Sources) -> Result<(), Diagnostic> {
        let path = self.path(sources)?;
        slot(document, &path)?.remove().map(drop).map_err(|failure| error::failed("remove", &path, &failure))
    }

    fn replace(&self, document: &mut Node<'s>, sources: &'s Sources) -> Result<(), Diagnostic> {
        let path = self.path(sources)?;
        let value = self.value();
        if !path.is_root() {
            let mut slot = slot(document, &path)?;
            return slot.replace(value).map_err(|failure| error::failed("replace", &path, &failure));
        }
        if value.text().is_some() {
            return Err(error::not_an_object(&value, self.origin));
        }
        *document = value;
        Ok(())
    }

    fn relocate(&self, document: &mut Node<'s>, sources: &'s Sources) -> Result<(), Diagnostic> {
        let from = self.from(sources)?;
        let value = slot(document, &from)?.remove();
        let value = value.map_err(|failure| error::failed("move", &from, &failure))?;
        self.put(document, value, sources)
    }

    fn copy(&self, document: &mut Node<'s>, sources: &'s Sources) -> Result<(), Diagnostic> {
        let from = self.from(sources)?;
        let slot = slot(document, &from)?;
        let value = slot.get().map_err(|failure| error::failed("copy", &from, &failure))?;
        // A key that is not there is copied as null.
        let value = value.cloned().unwrap_or_else(|| Node::null(self.origin));
        self.put(document, value, sources)
    }

    fn test(&self, document: &mut Node<'s>, sources: &'s Sources) -> Result<(), Diagnostic> {
        let path = self.path(sources)?;
        if path.is_root() {
            return self.compare(&path, Some(document));
        }
        let slot = slot(document, &path)?;
        let actual = slot.get().map_err(|failure| error::failed("test", &path, &failure))?;
        self.compare(&path, actual.filter(|value| !value.is_null()))
    }

    fn compare(&self, path: &Pointer<'_>, actual: Option<&Node<'_>>) -> Result<(), Diagnostic> {
        let expected = self.value.as_ref().filter(|value| !value.is_null());
        let same = match (actual, expected) {
            (None, None) => true,
            (Some(actual), Some(expected)) => is_same(actual, expected),
            _ => false,
        };
        if same { Ok(()) } else { Err(error::test_failed(path, actual, expected, self.origin)) }
    }

    fn put(&self, document: &mut Node<'s>, value: Node<'s>, sources: &'s Sources) -> Result<(), Diagnostic> {
        let path = self.path(sources)?;
        slot(document, &path)?.add(value).map_err(|failure| error::failed("add", &path, &failure))
    }

    fn path(&self, sources: &'s Sources) -> Result<Pointer<'s>, Diagnostic> {
        let node = self.path.as_ref();
        pointer(node, sources).ok_or_else(|| error::no_pointer("path", node, self.origin))
    }

    fn from(&self, sources: &'s Sources) -> Result<Pointer<'s>, Diagnostic> {
        let node = self.from.as_ref();
        pointer(node, sources).ok_or_else(|| error::no_pointer("from", node, self.origin))
    }

    /// The value; null where there is none.
    fn value(&self) -> Node<'s> {
        self.value.clone().unwrap_or_else(|| Node::null(self.origin))
    }
}

fn pointer<'s>(node: Option<&Node<'s>>, sources: &'s Sources) -> Option<Pointer<'s>> {
    let node = node?;
    Some(Pointer::new(string(node)?, node.origin(), sources))
}

fn string<'s>(node: &Node<'s>) -> Option<&'s str> {
    node.text().filter(|_| node.scalar(Typing::Core) == Some(Scalar::String))
}

/// The place that a path leads to. All but its last part must be there.
fn slot<'d, 's>(document: &'d mut Node<'s>, path: &Pointer<'s>) -> Result<Slot<'d, 's>, Diagnostic> {
    let Some((parents, last)) = path.split() else { return Err(error::no_slash(path)) };
    let mut node = document;
    for (depth, part) in parents.iter().enumerate() {
        let at =
            position(node, part).map_err(|failure| error::missing_parent(path, depth, part, &failure))?;
        node = member(node, at).ok_or_else(|| error::no_slash(path))?;
    }
    Slot::new(node, last, path.origin)
        .map_err(|failure| error::missing_parent(path, parents.len(), last, &failure))
}

/// Whether two values are the same JSON. Both went through JSON, so scalars have one way of being written.
fn is_same(one: &Node<'_>, other: &Node<'_>) -> bool {
    match (one.value(), other.value()) {
        (Value::Scalar(_), Value::Scalar(_)) if one.is_null() || other.is_null() => {
            one.is_null() && other.is_null()
        }
        (Value::Scalar(text), Value::Scalar(expected)) => {
            text == expected && string(one).is_some() == string(other).is_some()
        }
        (Value::Sequence(items), Value::Sequence(expected)) => {
            items.len() == expected.len()
                && items.iter().zip(expected).all(|(one, other)| is_same(one, other))
        }
        (Value::Mapping(fields), Value::Mapping(expected)) => {
            let (fields, expected) = (sorted(fields), sorted(expected));
            let same = |(one, other): (&&Entry<'_>, &&Entry<'_>)| {
                one.key.text == other.key.text && is_same(&one.value, &other.value)
            };
            fields.len() == expected.len() && fields.iter().zip(&expected).all(same)
        }
        _ => false,
    }
}

fn sorted<'a, 's>(fields: &'a Mapping<'s>) -> Vec<&'a Entry<'s>> {
    let mut entries: Vec<_> = fields.iter().collect();
    entries.sort_by_key(|entry| entry.key.text);
    entries
}
