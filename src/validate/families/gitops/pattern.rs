//! The patterns of Argo CD's projects: `*` stands for anything.

/// Whether a text is one that a pattern means.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = pattern.rsplit_once('*').map(|(_, last)| last) else { return rest.is_empty() };
    let middle: Vec<&str> = parts.collect();
    let between = middle.split_last().map_or(&[][..], |(_, between)| between);
    let rest = between.iter().try_fold(rest, |rest, part| rest.find(part).map(|at| &rest[at + part.len()..]));
    rest.is_some_and(|rest| rest.ends_with(last))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_anything() {
        assert!(matches("*", "x"));
        assert!(matches("*", ""));
        assert!(matches("monitoring*", "monitoring-node"));
        assert!(matches("https://*/stack.git", "https://git.example.com/stack.git"));
        assert!(matches("a*b*c", "axxbyyc"));
        assert!(!matches("monitoring", "monitoring-node"));
        assert!(!matches("a*b", "ab-c"));
        assert!(!matches("a*bc*d", "abd"));
    }
}
