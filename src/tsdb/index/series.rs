//! The series of a block, sorted by their labels, with the places of their chunks.

use super::super::bytes::{Bytes, be32};
use super::super::window::Window;
use super::super::{ChunkMeta, Damage};
use super::toc::Toc;
use super::{FILE, SERIES_ALIGNMENT, aligned, check_padding};

/// A length has at most ten bytes.
const LONGEST_LENGTH: usize = 10;

/// Walks over the series, from the first to the last; holds one at a time.
#[derive(Debug)]
pub(in crate::tsdb) struct SeriesWalk {
    position: u64,
    end: u64,
    before: Vec<(u32, u32)>,
    is_first: bool,
    /// Name and value of each label, as positions of symbols.
    pub(in crate::tsdb) labels: Vec<(u32, u32)>,
    pub(in crate::tsdb) chunks: Vec<ChunkMeta>,
    /// Where this series stands.
    pub(in crate::tsdb) offset: u64,
}

impl SeriesWalk {
    pub(in crate::tsdb) fn new(toc: &Toc) -> Self {
        Self {
            position: toc.series,
            end: toc.series_end(),
            before: Vec::new(),
            is_first: true,
            labels: Vec::new(),
            chunks: Vec::new(),
            offset: 0,
        }
    }

    /// Reads the next series; false after the last one.
    pub(in crate::tsdb) fn advance(&mut self, window: &mut Window) -> Result<bool, Damage> {
        let offset = aligned(self.position, SERIES_ALIGNMENT);
        if offset >= self.end {
            check_padding(window, self.position, self.end)?;
            self.position = self.end;
            return Ok(false);
        }
        check_padding(window, self.position, offset)?;
        std::mem::swap(&mut self.before, &mut self.labels);
        let wrong = |error: std::io::Error| Damage::reading(FILE, offset, "a series", &error);
        let mut prefix = Bytes::new(window.peek(offset, LONGEST_LENGTH).map_err(wrong)?);
        let before = prefix.len();
        let length = prefix.uvarint32().ok_or_else(|| Damage::at(FILE, offset, "a series has no length"))?;
        let (header, length) = (before - prefix.len(), length as usize);
        let record = window.get(offset, header + length + 4).map_err(wrong)?;
        let (content, sum) = record[header..].split_at(length);
        if crc32c::crc32c(content) != be32(sum) {
            return Err(Damage::at(FILE, offset, "a series does not have its checksum"));
        }
        self.position = offset + (header + length + 4) as u64;
        self.offset = offset;
        if self.position > self.end {
            return Err(Damage::at(FILE, offset, "a series reaches into the next section"));
        }
        let decoded = decode(content, &mut self.labels, &mut self.chunks);
        decoded.ok_or_else(|| Damage::at(FILE, offset, "a series is broken inside"))?;
        self.check().map_err(|message| Damage::at(FILE, offset, message))?;
        self.is_first = false;
        Ok(true)
    }

    /// Symbols are sorted, so positions compare as the strings do.
    fn check(&self) -> Result<(), &'static str> {
        if !self.labels.is_sorted_by(|(a, _), (b, _)| a < b) {
            return Err("the labels of a series are not sorted, or one is there twice");
        }
        if !self.is_first && self.before >= self.labels {
            return Err("the series are not sorted, or one is there twice");
        }
        Ok(())
    }
}

fn decode(content: &[u8], labels: &mut Vec<(u32, u32)>, chunks: &mut Vec<ChunkMeta>) -> Option<()> {
    labels.clear();
    chunks.clear();
    let mut bytes = Bytes::new(content);
    for _ in 0..bytes.uvarint()? {
        labels.push((bytes.uvarint32()?, bytes.uvarint32()?));
    }
    let count = bytes.uvarint()?;
    let (mut time, mut reference) = (0_i64, 0_i64);
    for index in 0..count {
        let min_time =
            if index == 0 { bytes.varint()? } else { time.checked_add_unsigned(bytes.uvarint()?)? };
        let max_time = min_time.checked_add_unsigned(bytes.uvarint()?)?;
        let step = if index == 0 { bytes.uvarint()?.cast_signed() } else { bytes.varint()? };
        reference = reference.checked_add(step)?;
        time = max_time;
        chunks.push(ChunkMeta { min_time, max_time, reference: u64::try_from(reference).ok()? });
    }
    bytes.is_empty().then_some(())
}
