//! Single bits in bytes, highest first.

/// Bits that are taken from the front. `None` means that they end too early.
#[derive(Clone, Debug)]
pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    /// Bits that were loaded, at the low end of the word.
    word: u64,
    loaded: u32,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, word: 0, loaded: 0 }
    }

    pub(super) fn bit(&mut self) -> Option<bool> {
        self.bits(1).map(|bit| bit == 1)
    }

    /// At most 64.
    pub(super) fn bits(&mut self, count: u32) -> Option<u64> {
        let (mut value, mut missing) = (0_u64, count);
        while missing > 0 {
            if self.loaded == 0 {
                self.load()?;
            }
            let taken = missing.min(self.loaded);
            self.loaded -= taken;
            let bits = (self.word >> self.loaded) & mask(taken);
            value = if taken == 64 { bits } else { value << taken | bits };
            missing -= taken;
        }
        Some(value)
    }

    /// Seven bits to a byte, the highest bit saying that more follow.
    pub(super) fn uvarint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.bits(8)?;
            if shift == 63 && byte > 1 {
                return None;
            }
            value |= (byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    pub(super) fn varint(&mut self) -> Option<i64> {
        let value = self.uvarint()?;
        Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn load(&mut self) -> Option<()> {
        if let Some((word, rest)) = self.bytes.split_first_chunk::<8>() {
            (self.word, self.loaded, self.bytes) = (u64::from_be_bytes(*word), 64, rest);
        } else {
            let (&byte, rest) = self.bytes.split_first()?;
            (self.word, self.loaded, self.bytes) = (u64::from(byte), 8, rest);
        }
        Some(())
    }
}

/// Bits that are put one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// Bits of the last byte that are not used yet.
    free: u32,
}

impl BitWriter {
    pub(super) fn bits(&mut self, value: u64, count: u32) {
        let mut missing = count;
        while missing > 0 {
            if self.free == 0 {
                self.bytes.push(0);
                self.free = 8;
            }
            let put = missing.min(self.free);
            missing -= put;
            self.free -= put;
            let bits = ((value >> missing) & mask(put)) << self.free;
            if let Some(last) = self.bytes.last_mut() {
                *last |= bits.to_le_bytes()[0];
            }
        }
    }

    pub(super) fn whole_bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.bits(u64::from(byte), 8);
        }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

fn mask(count: u32) -> u64 {
    1_u64.checked_shl(count).map_or(u64::MAX, |bit| bit - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_back_at_every_width() {
        let mut writer = BitWriter::default();
        for count in 1..=64 {
            writer.bits(0x9e37_79b9_7f4a_7c15, count);
        }
        let bytes = writer.into_bytes();
        let mut reader = BitReader::new(&bytes);
        for count in 1..=64 {
            assert_eq!(reader.bits(count), Some(0x9e37_79b9_7f4a_7c15 & mask(count)), "{count}");
        }
        assert!(reader.bits(8).is_none());
    }
}
