//! What is allowed, taken apart: a permission or an opening is one value in each of several dimensions. What is allowed
//! now and was not before is what widened, however it is put together in the object.

/// One thing that is allowed, and where it says so.
#[derive(Clone, Debug)]
pub(super) struct Atom<T> {
    /// A value in each dimension; `*` is every one.
    pub(super) values: Vec<String>,
    /// Where it stands.
    pub(super) from: T,
}

/// More combinations of one rule than this are not taken apart: any change of it is one.
const MOST: usize = 2048;

/// Every combination of what the dimensions list; a dimension without anything allows everything.
pub(super) fn atoms<T: Clone>(dimensions: &[Vec<String>], from: &T) -> Vec<Atom<T>> {
    if dimensions.iter().map(|values| values.len().max(1)).try_fold(1_usize, usize::checked_mul) > Some(MOST)
    {
        let values = dimensions.iter().map(|values| values.join(", ")).collect();
        return vec![Atom { values, from: from.clone() }];
    }
    let mut all = vec![Vec::new()];
    for dimension in dimensions {
        let every = [String::from("*")];
        let values: &[String] = if dimension.is_empty() { &every } else { dimension };
        all = all
            .iter()
            .flat_map(|begin| {
                values.iter().map(|value| [begin.as_slice(), std::slice::from_ref(value)].concat())
            })
            .collect();
    }
    all.into_iter().map(|values| Atom { values, from: from.clone() }).collect()
}

/// What is allowed in `after` and by nothing in `before`. `covers` says whether a value covers another one.
pub(super) fn widened<T: Clone>(
    before: &[Atom<T>],
    after: &[Atom<T>],
    covers: fn(&str, &str) -> bool,
) -> Vec<Atom<T>> {
    let is_covered = |atom: &&Atom<T>| {
        before.iter().any(|old| {
            let mut pairs = old.values.iter().zip(&atom.values);
            pairs.all(|(old, new)| old == "*" || old == new || covers(old, new))
        })
    };
    after.iter().filter(|atom| !is_covered(atom)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(dimensions: &[&[&str]]) -> Vec<Atom<()>> {
        let own = |values: &&[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        atoms(&dimensions.iter().map(own).collect::<Vec<_>>(), &())
    }

    #[test]
    fn only_what_nothing_allowed_before_is_wider() {
        let before = [of(&[&["pods"], &["get", "list"]]), of(&[&["nodes"], &["*"]])].concat();
        let same = of(&[&["nodes", "pods"], &["list"]]);
        assert!(widened(&before, &same, |_, _| false).is_empty());
        let wider = widened(&before, &of(&[&["pods"], &["get", "delete"]]), |_, _| false);
        assert_eq!(wider.len(), 1);
        assert_eq!(wider[0].values, ["pods", "delete"]);
        assert_eq!(widened(&before, &of(&[&["pods"], &[]]), |_, _| false).len(), 1);
    }
}
