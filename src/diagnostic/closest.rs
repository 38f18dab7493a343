//! Did you mean: the known name that is most like one that is not known.

/// How much of two names must be the same, in the same order.
const LEAST: f32 = 0.65;

/// The candidate that is most like `name`, if one is like it at all. Of two that are, the one that begins alike.
pub fn closest<'c>(name: &str, candidates: &[&'c str]) -> Option<&'c str> {
    let lower = name.to_lowercase();
    let alike =
        |candidate: &str| name.chars().zip(candidate.chars()).take_while(|(one, other)| one == other).count();
    candidates
        .iter()
        .filter_map(|candidate| {
            Some((likeness(&lower, &candidate.to_lowercase())?, alike(candidate), *candidate))
        })
        .max_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)))
        .map(|(.., candidate)| candidate)
}

/// How much of two names is the same; none if it is too little.
fn likeness(one: &str, other: &str) -> Option<f32> {
    if most_alike(one.as_bytes(), other.as_bytes()) < LEAST {
        return None;
    }
    Some(similar::TextDiff::from_chars(one, other).ratio()).filter(|likeness| *likeness >= LEAST)
}

/// What two names have in common in whatever order: their likeness is no more. Cheap, and true of nearly every pair in
/// a tree with thousands of names. Of names that are not ASCII nothing is said.
fn most_alike(one: &[u8], other: &[u8]) -> f32 {
    if !one.is_ascii() || !other.is_ascii() || one.len() + other.len() == 0 {
        return 1.0;
    }
    let mut counts = [0_i32; 128];
    for byte in one {
        counts[usize::from(*byte)] += 1;
    }
    let mut common: u16 = 0;
    for byte in other {
        counts[usize::from(*byte)] -= 1;
        common = common.saturating_add(u16::from(counts[usize::from(*byte)] >= 0));
    }
    let all = u16::try_from(one.len() + other.len()).unwrap_or(u16::MAX);
    2.0 * f32::from(common) / f32::from(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::random::Random;

    #[test]
    fn what_is_said_of_two_names_beforehand_is_never_too_little() {
        let mut random = Random(5);
        let letters = ["a", "b", "c", "-", "grafana", "config", "1"];
        let mut name = || -> String { (0..random.below(6)).map(|_| random.pick(&letters)).collect() };
        for _ in 0..2000 {
            let (one, other) = (name(), name());
            let likeness = similar::TextDiff::from_chars(one.as_str(), other.as_str()).ratio();
            assert!(most_alike(one.as_bytes(), other.as_bytes()) >= likeness, "{one} {other}");
        }
        assert_eq!(closest("grafana-confg", &["prometheus", "grafana-config"]), Some("grafana-config"));
        assert_eq!(closest("grafana", &["loki", ""]), None);
    }
}
