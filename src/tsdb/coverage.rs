//! Which bytes of a file belong to something: two things must not share one, and none may belong to nothing.

use std::collections::BTreeMap;

/// The ranges that are taken, neighbours joined: one range where things stand in order, as servers write them.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    ranges: BTreeMap<u64, u64>,
}

impl Coverage {
    /// Takes a range; false if a part of it is taken already.
    pub(super) fn take(&mut self, start: u64, end: u64) -> bool {
        let before = self.ranges.range(..=start).next_back().map(|(&start, &end)| (start, end));
        let after = self.ranges.range(start..).next().map(|(&start, &end)| (start, end));
        if before.is_some_and(|(_, taken)| taken > start) || after.is_some_and(|(taken, _)| taken < end) {
            return false;
        }
        let first = before.filter(|&(_, taken)| taken == start).map_or(start, |(first, _)| first);
        let mut last = end;
        if let Some((next, next_end)) = after.filter(|&(next, _)| next == end) {
            self.ranges.remove(&next);
            last = next_end;
        }
        self.ranges.insert(first, last);
        true
    }

    /// The parts of `start..end` that nothing took.
    pub(super) fn gaps(&self, start: u64, end: u64) -> Vec<(u64, u64)> {
        let mut gaps = Vec::new();
        let mut position = start;
        for (&first, &last) in &self.ranges {
            if first > position {
                gaps.push((position, first.min(end)));
            }
            position = position.max(last);
        }
        if position < end {
            gaps.push((position, end));
        }
        gaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_join_and_nothing_is_taken_twice() {
        let mut coverage = Coverage::default();
        for (start, end) in [(8, 10), (14, 20), (10, 14)] {
            assert!(coverage.take(start, end));
        }
        assert_eq!(coverage.ranges, BTreeMap::from([(8, 20)]));
        for (start, end) in [(8, 10), (19, 30), (0, 9), (0, 40), (12, 13)] {
            assert!(!coverage.take(start, end), "{start}..{end}");
        }
        assert!(coverage.take(22, 24));
        assert_eq!(coverage.gaps(4, 30), [(4, 8), (20, 22), (24, 30)]);
    }
}
