//! The name that was probably meant.

/// Longer names are not compared: nobody mistypes them by a letter, and hostile input has them.
const LONGEST: usize = 64;
/// Shorter beginnings say nothing.
const LEAST_BEGINNING: usize = 4;

/// The candidate that differs from `name` by the fewest letters, if it is near enough to have been meant. Letters that
/// changed places count once, and so does a name in the wrong case. Of equally near ones the first. Where none is near,
/// the only one that begins with `name`: `GitRepo` means `GitRepository`.
pub(super) fn closest<'c>(
    name: &str,
    candidates: impl IntoIterator<Item = &'c str, IntoIter: Clone>,
) -> Option<&'c str> {
    let candidates = candidates.into_iter();
    by_letters(name, candidates.clone()).or_else(|| by_beginning(name, candidates))
}

fn by_beginning<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let mut longer =
        candidates.filter(|candidate| name.len() >= LEAST_BEGINNING && candidate.starts_with(name));
    longer.next().filter(|_| longer.next().is_none())
}

fn by_letters<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    if name.is_empty() || name.len() > LONGEST {
        return None;
    }
    let allowed = name.chars().count().div_ceil(4);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate.len() > LONGEST || candidate.len().abs_diff(name.len()) > allowed {
            continue;
        }
        let distance = distance(name, candidate);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many letters to add, drop, change or swap with their neighbour.
fn distance(one: &str, other: &str) -> usize {
    if one.eq_ignore_ascii_case(other) {
        return usize::from(one != other);
    }
    let one: Vec<char> = one.chars().collect();
    let other: Vec<char> = other.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut next = Vec::with_capacity(last.len());
        next.push(row + 1);
        for (column, against) in other.iter().enumerate() {
            let change = last[column] + usize::from(letter != against);
            let mut fewest = change.min(last[column + 1] + 1).min(next[column] + 1);
            if row > 0 && column > 0 && one[row - 1] == *against && other[column - 1] == *letter {
                fewest = fewest.min(before[column - 1] + 1);
            }
            next.push(fewest);
        }
        before = std::mem::replace(&mut last, next);
    }
    last[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let fields = ["replicas", "selector", "template", "spec", "status", "ports"];
        assert_eq!(closest("replcias", fields), Some("replicas"));
        assert_eq!(closest("specs", fields), Some("spec"));
        assert_eq!(closest("Template", fields), Some("template"));
        assert_eq!(closest("port", fields), Some("ports"));
        assert_eq!(closest("image", fields), None);
        assert_eq!(closest("", fields), None);
        assert_eq!(closest(&"s".repeat(5000), fields), None);
        assert_eq!(closest("GitRepo", ["Bucket", "GitRepository", "OCIRepository"]), Some("GitRepository"));
        assert_eq!(closest("Helm", ["HelmChart", "HelmRepository"]), None);
    }
}
