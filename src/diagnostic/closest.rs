//! Did you mean: the known name that is most like one that is not known.

/// The candidate that is most like `name`, if one is like it at all. Of two that are, the one that begins alike.
pub fn closest<'c>(name: &str, candidates: &[&'c str]) -> Option<&'c str> {
    let likeness = |candidate: &str| {
        similar::TextDiff::from_chars(name.to_lowercase(), candidate.to_lowercase()).ratio()
    };
    let alike =
        |candidate: &str| name.chars().zip(candidate.chars()).take_while(|(one, other)| one == other).count();
    candidates
        .iter()
        .map(|candidate| (likeness(candidate), alike(candidate), *candidate))
        .filter(|(likeness, ..)| *likeness >= 0.65)
        .max_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)))
        .map(|(.., candidate)| candidate)
}
