//! The index of a block: strings, series, and which series have a label.

pub(super) mod postings;
pub(super) mod series;
pub(super) mod symbols;
pub(super) mod toc;

/// The name of the file.
pub(super) const FILE: &str = "index";
/// Its first bytes and its version.
pub(super) const HEADER: [u8; 5] = [0xba, 0xaa, 0xd7, 0x00, 2];
/// Series begin at multiples of this; references to them are divided by it.
pub(super) const SERIES_ALIGNMENT: u64 = 16;
/// Lists begin at multiples of this.
pub(super) const LIST_ALIGNMENT: u64 = 4;
/// A checksum's bytes.
pub(super) const CHECKSUM: u64 = 4;

use std::path::Path;

use super::Damage;
use super::bytes::be32;
use super::window::Window;

/// Opens the index of a block whose first bytes are right.
pub(super) fn open(block: &Path) -> Result<Window, Damage> {
    let window = Window::open(&block.join(FILE));
    let mut window = window.map_err(|error| Damage::of(FILE, format!("cannot be opened: {error}")))?;
    let header = window.peek(0, HEADER.len());
    let header = header.map_err(|error| Damage::reading(FILE, 0, "the header", &error))?;
    if header[..] == HEADER {
        return Ok(window);
    }
    let message = match header {
        [0xba, 0xaa, 0xd7, 0x00, version] => format!("has version {version}, expected 2"),
        _ => "does not begin as an index does".to_owned(),
    };
    Err(Damage::at(FILE, 0, message))
}

/// A part of the index that has its length in front and its checksum behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Section {
    /// The first byte of the content.
    pub(super) start: u64,
    /// The byte after the content.
    pub(super) end: u64,
}

impl Section {
    /// The section at an offset, its checksum compared.
    pub(super) fn read(window: &mut Window, offset: u64, what: &str) -> Result<Self, Damage> {
        let wrong = |error: std::io::Error| Damage::reading(FILE, offset, what, &error);
        let length = u64::from(be32(window.get(offset, 4).map_err(wrong)?));
        let section = Self { start: offset + 4, end: offset + 4 + length };
        let found = window.checksum(section.start, length).map_err(wrong)?;
        let expected = be32(window.get(section.end, 4).map_err(wrong)?);
        if found == expected {
            return Ok(section);
        }
        Err(Damage::at(FILE, offset, format!("{what} does not have its checksum")))
    }

    /// The byte after the checksum.
    pub(super) fn after(&self) -> u64 {
        self.end + CHECKSUM
    }
}

/// That bytes between sections are zero, and not many.
pub(super) fn check_padding(window: &mut Window, start: u64, end: u64) -> Result<(), Damage> {
    if start > end {
        return Err(Damage::at(FILE, end, "two sections share bytes"));
    }
    let wrong = |error: std::io::Error| Damage::reading(FILE, start, "the padding", &error);
    match window.first_nonzero(start, end).map_err(wrong)? {
        Some(offset) => Err(Damage::at(FILE, offset, "a byte between sections is not zero")),
        None => Ok(()),
    }
}

/// The multiple of `alignment` at or after an offset.
pub(super) fn aligned(offset: u64, alignment: u64) -> u64 {
    offset.next_multiple_of(alignment)
}
