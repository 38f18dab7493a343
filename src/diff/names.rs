//! Names that follow from other changes: of what was made anew under another name, and of namespaces that moved.

use rustc_hash::{FxHashMap, FxHashSet};

/// How long the suffix is that follows from what is in a ConfigMap or Secret, and the letters that it is made of.
const SUFFIX: usize = 10;
const LETTERS: &str = "bcdfghkmt2456789";

/// The names that other objects use, as they were and as they are.
#[derive(Clone, Debug, Default)]
pub(super) struct NewNames<'s> {
    objects: FxHashMap<(&'s str, &'s str), usize>,
    namespaces: FxHashSet<(&'s str, &'s str)>,
}

impl<'s> NewNames<'s> {
    /// Notes that an object has another name; `index` is that of its change.
    pub(super) fn add_object(&mut self, before: &'s str, after: &'s str, index: usize) {
        self.objects.insert((before, after), index);
    }

    /// Notes that objects moved to another namespace.
    pub(super) fn add_namespace(&mut self, before: &'s str, after: &'s str) {
        self.namespaces.insert((before, after));
    }

    /// The index of the change that a text which changed only follows.
    pub(super) fn object(&self, before: &str, after: &str) -> Option<usize> {
        self.objects.get(&(before, after)).copied()
    }

    /// Whether a text that changed only follows its namespace. `key` is the last one on the way to it.
    pub(super) fn is_namespace(&self, before: &str, after: &str, key: Option<&str>) -> bool {
        matches!(key, Some("namespace" | "matchNames")) && self.namespaces.contains(&(before, after))
    }
}

/// A name without the suffix that follows from the content.
pub(super) fn stem(name: &str) -> Option<&str> {
    let (stem, suffix) = name.rsplit_once('-')?;
    let is_suffix = suffix.len() == SUFFIX && suffix.chars().all(|letter| LETTERS.contains(letter));
    (is_suffix && !stem.is_empty()).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_is_one_that_kustomize_would_make() {
        assert_eq!(stem("grafana-config-7b2mt9g6kc"), Some("grafana-config"));
        for name in ["grafana-config", "grafana-dashboard", "a-7b2mt9g6k", "-7b2mt9g6kc", "a-7b2mt9g6kz"] {
            assert_eq!(stem(name), None, "{name}");
        }
    }
}
