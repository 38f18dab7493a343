//! The table at the end of the index that says where its sections are.

use super::super::Damage;
use super::super::bytes::{Bytes, be32};
use super::super::window::Window;
use super::{FILE, HEADER};

/// Six offsets and a checksum.
pub(in crate::tsdb) const LENGTH: u64 = 6 * 8 + 4;

/// Where each section begins; one that is not there is empty or 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tsdb) struct Toc {
    pub(in crate::tsdb) symbols: u64,
    pub(in crate::tsdb) series: u64,
    pub(in crate::tsdb) label_indices: u64,
    pub(in crate::tsdb) label_indices_table: u64,
    pub(in crate::tsdb) postings: u64,
    pub(in crate::tsdb) postings_table: u64,
    /// Where the table itself begins.
    pub(in crate::tsdb) start: u64,
}

impl Toc {
    pub(in crate::tsdb) fn read(window: &mut Window) -> Result<Self, Damage> {
        let what = "the table of contents";
        let Some(start) = window.len().checked_sub(LENGTH) else {
            return Err(Damage::of(FILE, format!("the file ends inside {what}")));
        };
        let bytes = window.peek(start, 6 * 8 + 4);
        let bytes = bytes.map_err(|error| Damage::reading(FILE, start, what, &error))?;
        let (content, sum) = bytes.split_at(6 * 8);
        if crc32c::crc32c(content) != be32(sum) {
            return Err(Damage::at(FILE, start, format!("{what} does not have its checksum")));
        }
        let toc = Self::decode(content, start).ok_or_else(|| Damage::at(FILE, start, "no offsets"))?;
        toc.check()?;
        Ok(toc)
    }

    fn decode(content: &[u8], start: u64) -> Option<Self> {
        let mut bytes = Bytes::new(content);
        let (symbols, series, label_indices) = (bytes.be64()?, bytes.be64()?, bytes.be64()?);
        let (label_indices_table, postings, postings_table) = (bytes.be64()?, bytes.be64()?, bytes.be64()?);
        Some(Self { symbols, series, label_indices, label_indices_table, postings, postings_table, start })
    }

    /// Sections stand in one order, without which what lies between them could not be told.
    fn check(&self) -> Result<(), Damage> {
        let mut offsets = vec![HEADER.len() as u64, self.symbols, self.series];
        offsets.extend([self.label_indices].iter().filter(|&&offset| offset > 0));
        offsets.push(self.postings);
        offsets.extend([self.label_indices_table].iter().filter(|&&offset| offset > 0));
        offsets.extend([self.postings_table, self.start]);
        if offsets.is_sorted() {
            return Ok(());
        }
        Err(Damage::at(FILE, self.start, "the sections are not in order, or beyond the end"))
    }

    /// Where the series end: at the next section that is there.
    pub(in crate::tsdb) fn series_end(&self) -> u64 {
        if self.label_indices > 0 { self.label_indices } else { self.postings }
    }

    /// Where the postings end.
    pub(in crate::tsdb) fn postings_end(&self) -> u64 {
        if self.label_indices_table > 0 { self.label_indices_table } else { self.postings_table }
    }
}
