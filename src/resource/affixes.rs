//! What was put before or behind the name of an object.

use std::ops::Deref;
use std::sync::Arc;

/// Prefixes or suffixes, oldest first. Objects that were given the same ones one after the other share a list.
#[derive(Clone, Debug, Default)]
pub struct Affixes<'s>(Option<Arc<Vec<&'s str>>>);

impl<'s> Affixes<'s> {
    /// These with one more.
    #[must_use]
    pub fn with(&self, affix: &'s str) -> Self {
        self.iter().copied().chain([affix]).collect::<Vec<_>>().into()
    }
}

impl<'s> From<Vec<&'s str>> for Affixes<'s> {
    fn from(affixes: Vec<&'s str>) -> Self {
        Self((!affixes.is_empty()).then(|| Arc::new(affixes)))
    }
}

impl<'s> Deref for Affixes<'s> {
    type Target = [&'s str];

    fn deref(&self) -> &[&'s str] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_list_leaves_the_one_before_as_it_is() {
        let none = Affixes::default();
        let one = none.with("a-");
        assert_eq!(one.with("b-").to_vec(), ["a-", "b-"]);
        assert_eq!((none.len(), one.to_vec()), (0, vec!["a-"]));
    }
}
