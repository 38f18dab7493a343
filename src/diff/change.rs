//! What a comparison finds.

use super::path::Path;
use super::side::Object;
use crate::yaml::{Node, Origin};

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verb {
    /// It was not there.
    Added,
    /// It is there no more.
    Removed,
    /// It says something else.
    Changed,
    /// It has another name.
    Renamed,
    /// It is in another namespace.
    Moved,
    /// It is of another kind.
    Replaced,
    /// It was made anew under a name that follows from what is in it.
    Regenerated,
}

impl Verb {
    /// The word for it, which stands in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Renamed => "renamed",
            Self::Moved => "moved",
            Self::Replaced => "replaced",
            Self::Regenerated => "regenerated",
        }
    }
}

/// An object that is not what it was.
#[derive(Clone, Debug)]
pub struct ObjectChange<'a, 's> {
    /// What became of it.
    pub verb: Verb,
    /// As it was; none if it was added.
    pub before: Option<Object<'a, 's>>,
    /// As it is; none if it was removed.
    pub after: Option<Object<'a, 's>>,
    /// What differs in it, in the order of the object; nothing of one that was added or removed.
    pub edits: Vec<Edit<'s>>,
    /// How many edits of other objects only follow this one to its new name.
    pub followed_by: usize,
}

impl<'a, 's> ObjectChange<'a, 's> {
    /// The object as it is, or as it was.
    ///
    /// # Panics
    /// Never: every change has a side.
    pub fn object(&self) -> &Object<'a, 's> {
        self.after.as_ref().or(self.before.as_ref()).expect("a change is one of something")
    }

    /// Whether the object belongs to another app than before.
    pub fn is_relocated(&self) -> bool {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => before.app != after.app,
            _ => false,
        }
    }

    /// Where it comes from: the object as it is, or as it was.
    pub fn origin(&self) -> Origin {
        self.object().node.origin()
    }
}

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EditKind {
    /// It was not there.
    Added,
    /// It is there no more.
    Removed,
    /// It is another one.
    Changed,
    /// It stands at another place of its list, and the order of the list has a meaning.
    Moved,
    /// It is the name of an object that has another one now.
    Follows,
}

impl EditKind {
    /// The word for it, which stands in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Moved => "moved",
            Self::Follows => "follows",
        }
    }
}

/// A value that is not what it was.
#[derive(Clone, Debug)]
pub struct Edit<'s> {
    /// Where it stands.
    pub path: Path<'s>,
    /// What became of it.
    pub kind: EditKind,
    /// What it was.
    pub before: Option<Node<'s>>,
    /// What it is.
    pub after: Option<Node<'s>>,
}

impl Edit<'_> {
    /// The place that says what it was, and the place that says what it is.
    pub fn origins(&self) -> (Origin, Origin) {
        let origin = |node: &Option<Node<'_>>| node.as_ref().map(Node::origin).unwrap_or_default();
        (origin(&self.before), origin(&self.after))
    }
}
