//! Numbers and strings as blocks hold them: big endian, or seven bits to a byte.

/// Bytes that are taken from the front. `None` means that they end too early, or that a number is too large.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes<'a> {
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub(super) fn len(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    pub(super) fn be32(&mut self) -> Option<u32> {
        self.take(4).map(be32)
    }

    pub(super) fn be64(&mut self) -> Option<u64> {
        let bytes: [u8; 8] = self.take(8)?.try_into().ok()?;
        Some(u64::from_be_bytes(bytes))
    }

    pub(super) fn uvarint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return None;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// A signed number: the lowest bit is the sign.
    pub(super) fn varint(&mut self) -> Option<i64> {
        let value = self.uvarint()?;
        Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    pub(super) fn uvarint32(&mut self) -> Option<u32> {
        self.uvarint()?.try_into().ok()
    }
}

/// The first four bytes, which are there.
pub(super) fn be32(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |value, &byte| value << 8 | u32::from(byte))
}

pub(super) fn put_uvarint(target: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        target.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    target.push(value.to_le_bytes()[0]);
}

pub(super) fn put_varint(target: &mut Vec<u8>, value: i64) {
    put_uvarint(target, (value << 1 ^ value >> 63).cast_unsigned());
}

/// A length or a count; memory is never larger than 64 bits can say.
pub(super) fn put_length(target: &mut Vec<u8>, length: usize) {
    put_uvarint(target, length as u64);
}

pub(super) fn put_string(target: &mut Vec<u8>, text: &str) {
    put_length(target, text.len());
    target.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        for value in [0, 1, -1, 63, 64, -64, -65, 1 << 31, i64::MAX, i64::MIN] {
            let mut bytes = Vec::new();
            put_varint(&mut bytes, value);
            put_uvarint(&mut bytes, value.cast_unsigned());
            let mut read = Bytes::new(&bytes);
            assert_eq!(read.varint(), Some(value));
            assert_eq!(read.uvarint(), Some(value.cast_unsigned()));
            assert!(read.is_empty());
        }
    }

    #[test]
    fn numbers_that_are_cut_or_too_large_are_none() {
        assert_eq!(Bytes::new(&[0x80]).uvarint(), None);
        assert_eq!(Bytes::new(&[0xff; 11]).uvarint(), None);
        let mut largest = [0xff; 10];
        largest[9] = 2;
        assert_eq!(Bytes::new(&largest).uvarint(), None);
        largest[9] = 1;
        assert_eq!(Bytes::new(&largest).uvarint(), Some(u64::MAX));
        assert_eq!(Bytes::new(&[0, 0, 1]).be32(), None);
    }
}
