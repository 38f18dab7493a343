//! Times and numbers as most chunks hold them: what changed between neighbours, in as few bits as possible.
//!
//! The first time stands as it is, the second as a difference, all others as the change of the difference. Of a
//! number only those bits stand that differ from the one before.

use super::bits::{BitReader, BitWriter};
use super::bytes::{put_uvarint, put_varint};
use super::{Chunk, Encoding};

/// Widths of changes, by how many bits `1` are in front.
const WIDTHS: [u32; 5] = [0, 14, 17, 20, 64];
/// Five bits tell how many leading bits are equal.
const MOST_LEADING: u32 = 31;
/// Two bytes count the samples.
const HEADER: usize = 2;

/// The samples of a chunk, in order; an error where the bytes end before the samples do.
#[derive(Clone, Debug)]
pub struct Samples<'a> {
    bits: BitReader<'a>,
    left: u16,
    read: u16,
    time: i64,
    delta: i64,
    value: u64,
    leading: u32,
    trailing: u32,
}

/// The samples of a chunk end before their number says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truncated;

impl<'a> Samples<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        // Without a count, the first sample is the one that is cut.
        let (left, bytes) = match data.split_first_chunk::<HEADER>() {
            Some((count, rest)) => (u16::from_be_bytes(*count), rest),
            None => (1, [].as_slice()),
        };
        let bits = BitReader::new(bytes);
        Self { bits, left, read: 0, time: 0, delta: 0, value: 0, leading: 0, trailing: 0 }
    }

    fn read(&mut self) -> Option<(i64, f64)> {
        match self.read {
            0 => {
                self.time = self.bits.varint()?;
                self.value = self.bits.bits(64)?;
            }
            1 => {
                self.delta = self.bits.uvarint()?.cast_signed();
                self.step()?;
            }
            _ => {
                self.delta = self.delta.wrapping_add(self.change()?);
                self.step()?;
            }
        }
        self.read = self.read.saturating_add(1);
        Some((self.time, f64::from_bits(self.value)))
    }

    fn step(&mut self) -> Option<()> {
        self.time = self.time.wrapping_add(self.delta);
        self.read_value()
    }

    fn change(&mut self) -> Option<i64> {
        let mut ones = 0;
        while ones < WIDTHS.len() - 1 && self.bits.bit()? {
            ones += 1;
        }
        let width = WIDTHS[ones];
        let bits = self.bits.bits(width)?;
        // Half of the range is negative; its largest value is not, other than in two's complement.
        let is_negative = width > 0 && width < 64 && bits > 1 << (width - 1);
        let value = bits.cast_signed();
        Some(if is_negative { value - (1 << width) } else { value })
    }

    fn read_value(&mut self) -> Option<()> {
        if !self.bits.bit()? {
            return Some(());
        }
        if self.bits.bit()? {
            self.leading = u32::try_from(self.bits.bits(5)?).ok()?;
            let significant = u32::try_from(self.bits.bits(6)?).ok()?;
            let significant = if significant == 0 { 64 } else { significant };
            self.trailing = 64_u32.checked_sub(self.leading + significant)?;
        }
        let bits = self.bits.bits(64 - self.leading - self.trailing)?;
        self.value ^= bits << self.trailing;
        Some(())
    }
}

impl Iterator for Samples<'_> {
    type Item = Result<(i64, f64), Truncated>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let sample = self.read();
        if sample.is_none() {
            self.left = 0;
        }
        Some(sample.ok_or(Truncated))
    }
}

/// Writes samples into a chunk.
#[derive(Clone, Debug, Default)]
pub struct Encoder {
    bits: BitWriter,
    count: u16,
    first: i64,
    time: i64,
    delta: i64,
    value: u64,
    /// Those of the number before, if one had bits of its own.
    window: Option<(u32, u32)>,
}

impl Encoder {
    /// Adds a sample, which must be later than the one before; false if the chunk is full or the time is not later.
    pub fn push(&mut self, time: i64, value: f64) -> bool {
        let is_later = self.count == 0 || time > self.time;
        if self.count == u16::MAX || !is_later {
            return false;
        }
        let delta = time.wrapping_sub(self.time);
        match self.count {
            0 => self.put_first(time, value),
            1 => {
                let mut bytes = Vec::new();
                put_uvarint(&mut bytes, delta.cast_unsigned());
                self.bits.whole_bytes(&bytes);
                self.put_value(value.to_bits());
            }
            _ => {
                self.put_change(delta.wrapping_sub(self.delta));
                self.put_value(value.to_bits());
            }
        }
        (self.time, self.value, self.count) = (time, value.to_bits(), self.count + 1);
        self.delta = if self.count == 1 { 0 } else { delta };
        true
    }

    /// The chunk with the times of its first and last sample; none without samples.
    pub fn finish(self) -> Option<(i64, i64, Chunk)> {
        let mut data = self.count.to_be_bytes().to_vec();
        data.extend(self.bits.into_bytes());
        (self.count > 0).then_some((self.first, self.time, Chunk { encoding: Encoding::Xor, data }))
    }

    fn put_first(&mut self, time: i64, value: f64) {
        let mut bytes = Vec::new();
        put_varint(&mut bytes, time);
        self.bits.whole_bytes(&bytes);
        self.bits.bits(value.to_bits(), 64);
        self.first = time;
    }

    fn put_change(&mut self, change: i64) {
        let fits = |width: u32| {
            let half = 1_i64 << (width - 1);
            -(half - 1) <= change && change <= half
        };
        let ones = match change {
            0 => 0,
            _ => (1..4).find(|&ones| fits(WIDTHS[ones])).unwrap_or(4),
        };
        let (prefix, length) = [(0, 1), (0b10, 2), (0b110, 3), (0b1110, 4), (0b1111, 4)][ones];
        self.bits.bits(prefix, length);
        self.bits.bits(change.cast_unsigned(), WIDTHS[ones]);
    }

    fn put_value(&mut self, value: u64) {
        let changed = value ^ self.value;
        if changed == 0 {
            return self.bits.bits(0, 1);
        }
        let leading = changed.leading_zeros().min(MOST_LEADING);
        let trailing = changed.trailing_zeros();
        if let Some((before, after)) = self.window.filter(|&(l, t)| leading >= l && trailing >= t) {
            self.bits.bits(0b10, 2);
            return self.bits.bits(changed >> after, 64 - before - after);
        }
        self.window = Some((leading, trailing));
        let significant = 64 - leading - trailing;
        self.bits.bits(0b11, 2);
        self.bits.bits(u64::from(leading), 5);
        self.bits.bits(u64::from(significant & 63), 6); // 0 stands for 64
        self.bits.bits(changed >> trailing, significant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(samples: &[(i64, f64)]) {
        let mut encoder = Encoder::default();
        assert!(samples.iter().all(|&(time, value)| encoder.push(time, value)));
        let (first, last, chunk) = encoder.finish().unwrap();
        assert_eq!((first, last), (samples[0].0, samples[samples.len() - 1].0));
        let bits = |&(time, value): &(i64, f64)| (time, value.to_bits());
        let read: Vec<_> = chunk.samples().unwrap().map(Result::unwrap).collect();
        assert_eq!(read.iter().map(bits).collect::<Vec<_>>(), samples.iter().map(bits).collect::<Vec<_>>());
        for length in 0..chunk.data.len().min(60) {
            let cut = Chunk { data: chunk.data[..length].to_vec(), ..chunk.clone() };
            assert_eq!(cut.samples().unwrap().last(), Some(Err(Truncated)), "{length}");
        }
    }

    #[test]
    fn samples_come_back_bit_for_bit() {
        round_trip(&[(-5, f64::NAN)]);
        round_trip(&[(i64::MIN, 0.0), (-1, -0.0), (0, 1.0), (i64::MAX - 1, f64::INFINITY)]);
        let stale = f64::from_bits(0x7ff0_0000_0000_0002);
        round_trip(&[(1, 1.5), (2, stale), (3, f64::MAX), (4, f64::MIN_POSITIVE), (5, f64::MIN_POSITIVE)]);
    }

    #[test]
    fn every_width_of_a_change_comes_back() {
        let mut samples = vec![(0, 0.5), (1 << 40, 0.25)];
        let (mut delta, mut time) = (1_i64 << 40, 1_i64 << 40);
        for width in [14, 17, 20, 21] {
            for change in [(1 << (width - 1)) - 1, 1 << (width - 1), (1 << (width - 1)) + 1] {
                for change in [change, -change, 0] {
                    delta += change;
                    time += delta;
                    samples.push((time, f64::from_bits(time.cast_unsigned())));
                }
            }
        }
        round_trip(&samples);
    }

    #[test]
    fn a_chunk_takes_no_more_than_it_can_count_and_no_step_back() {
        let mut encoder = Encoder::default();
        for time in 0..i64::from(u16::MAX) {
            assert!(encoder.push(time, 1.0));
            assert!(!encoder.push(time, 1.0));
        }
        assert!(!encoder.push(1 << 20, 1.0));
        assert_eq!(encoder.finish().unwrap().2.samples().unwrap().count(), usize::from(u16::MAX));
        assert!(Encoder::default().finish().is_none());
    }
}
