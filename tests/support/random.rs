//! Numbers that look random and are the same in every run.

/// The state of the generator (splitmix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number from 0 to `end`, without `end`; 0 if there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let number = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((number ^ (number >> 31)) % u64::try_from(end.max(1)).unwrap()).unwrap()
    }
}
