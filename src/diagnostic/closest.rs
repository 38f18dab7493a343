//! Did you mean: the known name that is most like one that is not known.

/// How much of two names must be the same, in the same order.
const LEAST: f32 = 0.65;

/// The candidate that is most like `name`, if one is like it at all. Of two that are, the one that begins alike.
pub fn closest<'c>(name: &str, candidates: &[&'c str]) -> Option<&'c str> {
    let lower = name.to_lowercase();
    let letters = Letters::of(&lower);
    let mut best: Option<(f32, usize, &'c str)> = None;
    for candidate in candidates.iter().copied() {
        let least = best.map_or(LEAST, |(likeness, ..)| likeness);
        if letters.most_alike(candidate) < least {
            continue;
        }
        let likeness =
            similar::TextDiff::from_chars(lower.as_str(), candidate.to_lowercase().as_str()).ratio();
        let alike = begins_alike(name, candidate);
        if likeness > least || (likeness >= least && best.is_none_or(|(_, most, _)| alike >= most)) {
            best = Some((likeness, alike, candidate));
        }
    }
    best.map(|(.., candidate)| candidate)
}

fn begins_alike(name: &str, candidate: &str) -> usize {
    name.chars().zip(candidate.chars()).take_while(|(one, other)| one == other).count()
}

/// How often each letter stands in a name; none if it is not ASCII.
struct Letters {
    counts: Option<[u16; 128]>,
    length: usize,
}

impl Letters {
    fn of(lower: &str) -> Self {
        let mut counts = [0_u16; 128];
        for byte in lower.bytes().filter(u8::is_ascii) {
            counts[usize::from(byte)] = counts[usize::from(byte)].saturating_add(1);
        }
        Self { counts: lower.is_ascii().then_some(counts), length: lower.len() }
    }

    /// What a name has in common with this one in whatever order: their likeness is no more. Cheap, and true of nearly
    /// every pair in a tree with thousands of names. Of names that are not ASCII nothing is said.
    fn most_alike(&self, other: &str) -> f32 {
        let all = self.length + other.len();
        let Some(mut counts) = self.counts.filter(|_| other.is_ascii() && all > 0) else { return 1.0 };
        let share = |common: usize| {
            2.0 * f32::from(u16::try_from(common).unwrap_or(u16::MAX))
                / f32::from(u16::try_from(all).unwrap_or(u16::MAX))
        };
        let by_length = share(self.length.min(other.len()));
        if by_length < LEAST {
            return by_length;
        }
        let mut common = 0;
        for byte in other.bytes() {
            let count = &mut counts[usize::from(byte.to_ascii_lowercase())];
            common += usize::from(*count > 0);
            *count = count.saturating_sub(1);
        }
        share(common)
    }
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
            let most = Letters::of(&one).most_alike(&other);
            assert!(most >= likeness || (most < LEAST && likeness < LEAST), "{one} {other}");
        }
        assert_eq!(closest("grafana-confg", &["prometheus", "grafana-config"]), Some("grafana-config"));
        assert_eq!(closest("grafana", &["loki", ""]), None);
    }
}
