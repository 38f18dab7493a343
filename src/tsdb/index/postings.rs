//! Which series have a label: a table of labels, and for each a sorted list of series.

use super::super::Damage;
use super::super::bytes::{Bytes, be32};
use super::super::window::Window;
use super::{FILE, Section};

/// A number has at most ten bytes.
const LONGEST_NUMBER: usize = 10;
/// How much of a list is read at once.
const STEP: u64 = 64 * 1024;

/// Walks over a table of offsets whose checksum is right.
pub(in crate::tsdb) struct Table {
    section: Section,
    position: u64,
    left: u32,
    /// The strings of this entry.
    pub(in crate::tsdb) key: Vec<Vec<u8>>,
    /// Where this entry points to.
    pub(in crate::tsdb) offset: u64,
}

impl Table {
    pub(in crate::tsdb) fn new(window: &mut Window, section: Section) -> Result<Self, Damage> {
        let wrong = |error: std::io::Error| Damage::reading(FILE, section.start, "a table", &error);
        if section.end - section.start < 4 {
            return Err(Damage::at(FILE, section.start, "a table has no number of entries"));
        }
        let left = be32(window.get(section.start, 4).map_err(wrong)?);
        Ok(Self { section, position: section.start + 4, left, key: Vec::new(), offset: 0 })
    }

    /// Reads the next entry; false after the last one.
    pub(in crate::tsdb) fn advance(&mut self, window: &mut Window) -> Result<bool, Damage> {
        if self.left == 0 {
            if self.position == self.section.end {
                return Ok(false);
            }
            return Err(Damage::at(FILE, self.position, "a table has more entries than it says"));
        }
        let start = self.position;
        let broken = || Damage::at(FILE, start, "an entry of a table is broken");
        let count = self.number(window)?.filter(|count| (1..=2).contains(count)).ok_or_else(broken)?;
        self.key.clear();
        for _ in 0..count {
            let length = self.number(window)?.and_then(|length| usize::try_from(length).ok());
            let length = length.filter(|&length| length as u64 <= self.section.end - self.position);
            let length = length.ok_or_else(broken)?;
            let wrong = |error: std::io::Error| Damage::reading(FILE, start, "a table", &error);
            self.key.push(window.get(self.position, length).map_err(wrong)?.to_vec());
            self.position += length as u64;
        }
        self.offset = self.number(window)?.ok_or_else(broken)?;
        self.left -= 1;
        Ok(true)
    }

    fn number(&mut self, window: &mut Window) -> Result<Option<u64>, Damage> {
        let wrong = |error: std::io::Error| Damage::reading(FILE, self.position, "a table", &error);
        let mut bytes = Bytes::new(window.peek(self.position, LONGEST_NUMBER).map_err(wrong)?);
        let before = bytes.len();
        let number = bytes.uvarint();
        let position = self.position + (before - bytes.len()) as u64;
        if position > self.section.end {
            return Ok(None);
        }
        self.position = position;
        Ok(number)
    }
}

/// Calls `each` with every reference of the list at an offset, and gives the byte after the list.
pub(in crate::tsdb) fn read_list(
    window: &mut Window,
    offset: u64,
    each: &mut dyn FnMut(u32) -> Result<(), &'static str>,
) -> Result<u64, Damage> {
    let section = Section::read(window, offset, "a list of series")?;
    let wrong = |error: std::io::Error| Damage::reading(FILE, offset, "a list of series", &error);
    let count = u64::from(be32(window.get(section.start, 4).map_err(wrong)?));
    let damage = |message: &str| Damage::at(FILE, offset, message);
    if section.end != section.start + 4 + 4 * count {
        return Err(damage("a list of series has another length than it says"));
    }
    let (mut position, mut before) = (section.start + 4, None);
    while position < section.end {
        let step = STEP.min(section.end - position);
        let bytes = window.get(position, usize::try_from(step).unwrap_or_default()).map_err(wrong)?;
        for reference in bytes.chunks_exact(4).map(be32) {
            if before.is_some_and(|before| before >= reference) {
                return Err(damage("a list of series is not sorted"));
            }
            before = Some(reference);
            each(reference).map_err(damage)?;
        }
        position += step;
    }
    Ok(section.after())
}
