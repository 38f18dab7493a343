//! Mappings and lists as JSON patches see them: a key or an index leads to a member.

use crate::yaml::{Key, Mapping, Node, Origin, Value, ValueMut};

/// Why a member cannot be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The mapping has no such key; these it has.
    NoKey(Vec<String>),
    /// The list has no such place; it has so many items.
    OutOfRange(usize),
    /// The list needs a number here.
    NotAnIndex,
    /// There is no mapping or list, but this.
    NoContainer(&'static str),
}

/// Where a member is, or would be, in a mapping or list.
pub(super) struct Slot<'d, 's> {
    container: &'d mut Node<'s>,
    key: Key,
}

/// The position of an existing member.
pub(super) fn position(container: &Node<'_>, key: &str) -> Result<usize, Failure> {
    match container.value() {
        Value::Mapping(fields) => {
            fields.iter().position(|entry| entry.key.text == key).ok_or_else(|| no_key(fields))
        }
        Value::Sequence(items) => match index(key, items.len())? {
            at if at < items.len() => Ok(at),
            _ => Err(Failure::OutOfRange(items.len())),
        },
        Value::Scalar(_) => Err(Failure::NoContainer(container.kind_name())),
    }
}

/// The member at a position.
pub(super) fn member<'d, 's>(container: &'d mut Node<'s>, position: usize) -> Option<&'d mut Node<'s>> {
    match container.value_mut() {
        ValueMut::Mapping(fields) => fields.iter_mut().nth(position).map(|entry| &mut entry.value),
        ValueMut::Sequence(items) => items.get_mut(position),
        ValueMut::Scalar(_) => None,
    }
}

impl<'d, 's> Slot<'d, 's> {
    /// The place of `key` in a mapping or list.
    pub(super) fn new(container: &'d mut Node<'s>, text: &'s str, origin: Origin) -> Result<Self, Failure> {
        match container.value() {
            Value::Scalar(_) => Err(Failure::NoContainer(container.kind_name())),
            _ => Ok(Self { container, key: Key::new(text, origin) }),
        }
    }

    /// The value there. A mapping that lacks the key has nothing there, in a list that is an error.
    pub(super) fn get(&self) -> Result<Option<&Node<'s>>, Failure> {
        match self.container.value() {
            Value::Mapping(fields) => Ok(fields.get(self.key.text)),
            Value::Sequence(items) => position(self.container, self.key.text).map(|at| items.get(at)),
            Value::Scalar(_) => Ok(None),
        }
    }

    /// Sets a key, or puts an item before the one that is there; `-` puts it last.
    pub(super) fn add(&mut self, value: Node<'s>) -> Result<(), Failure> {
        match self.container.value_mut() {
            ValueMut::Mapping(fields) => set(fields, self.key, value),
            ValueMut::Sequence(items) if self.key.text == "-" => items.push(value),
            ValueMut::Sequence(items) => {
                // An index from the end counts the list with the new item.
                let at = index(self.key.text, items.len() + 1)?;
                if at > items.len() {
                    return Err(Failure::OutOfRange(items.len()));
                }
                items.insert(at, value);
            }
            ValueMut::Scalar(_) => {}
        }
        Ok(())
    }

    /// Sets a key or an item that is there. In a mapping it need not be there.
    pub(super) fn replace(&mut self, value: Node<'s>) -> Result<(), Failure> {
        if let Some(fields) = self.container.as_mapping_mut() {
            set(fields, self.key, value);
            return Ok(());
        }
        let position = position(self.container, self.key.text)?;
        if let Some(member) = member(self.container, position) {
            *member = value;
        }
        Ok(())
    }

    /// Takes a key or an item out.
    pub(super) fn remove(&mut self) -> Result<Node<'s>, Failure> {
        if let Some(fields) = self.container.as_mapping_mut() {
            return fields.remove(self.key.text).ok_or_else(|| no_key(fields));
        }
        let position = position(self.container, self.key.text)?;
        match self.container.value_mut() {
            ValueMut::Sequence(items) => Ok(items.remove(position)),
            _ => Err(Failure::NoContainer(self.container.kind_name())),
        }
    }
}

fn set<'s>(fields: &mut Mapping<'s>, key: Key, value: Node<'s>) {
    match fields.get_mut(key.text) {
        Some(old) => *old = value,
        None => fields.push(key, value),
    }
}

fn no_key(fields: &Mapping<'_>) -> Failure {
    Failure::NoKey(fields.iter().map(|entry| entry.key.text.to_owned()).collect())
}

/// An index, where a negative one counts from `end`.
fn index(text: &str, end: usize) -> Result<usize, Failure> {
    let index: i64 = text.parse().map_err(|_| Failure::NotAnIndex)?;
    let from_start = if index < 0 { i64::try_from(end).unwrap_or(i64::MAX) + index } else { index };
    usize::try_from(from_start).map_err(|_| Failure::OutOfRange(end))
}
