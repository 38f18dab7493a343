//! Paths of operations (RFC 6901).

use crate::yaml::{Origin, Sources};

/// A path, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Pointer<'s> {
    /// The path as written.
    pub(super) text: &'s str,
    /// Where it is written.
    pub(super) origin: Origin,
    parts: Vec<&'s str>,
}

impl<'s> Pointer<'s> {
    /// What stands before the first slash does not count, not even if there is something.
    pub(super) fn new(text: &'s str, origin: Origin, sources: &'s Sources) -> Self {
        Self { text, origin, parts: text.split('/').skip(1).map(|part| decode(part, sources)).collect() }
    }

    /// Whether this is the whole document.
    pub(super) fn is_root(&self) -> bool {
        self.text.is_empty()
    }

    /// The parts that lead to the container, and the key in it. `None` if there is no slash.
    pub(super) fn split(&self) -> Option<(&[&'s str], &'s str)> {
        self.parts.split_last().map(|(last, parents)| (parents, *last))
    }

    /// The path of the first `depth` parts, for messages.
    pub(super) fn prefix(&self, depth: usize) -> String {
        if depth == 0 { "the top".to_owned() } else { format!("`/{}`", self.parts[..depth].join("/")) }
    }
}

/// `~1` is a slash, `~0` a tilde.
fn decode<'s>(part: &'s str, sources: &'s Sources) -> &'s str {
    if !part.contains('~') {
        return part;
    }
    // In this order, `~01` is `~1` and no slash.
    sources.keep(&part.replace("~1", "/").replace("~0", "~"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_decoded() {
        let sources = Sources::new();
        let split = |text: &'static str| {
            let pointer = Pointer::new(text, Origin::NONE, &sources);
            pointer.split().map(|(parents, last)| (parents.join("|"), last.to_owned()))
        };
        assert_eq!(split("/a/b~1c/~0~01"), Some(("a|b/c".to_owned(), "~~1".to_owned())));
        assert_eq!(split("x/a"), Some((String::new(), "a".to_owned())));
        assert_eq!(split("/a/"), Some(("a".to_owned(), String::new())));
        assert_eq!(split("a"), None);
        assert_eq!(split(""), None);
    }
}
