//! Reading a block: its series in order, and the chunks of each.

use std::path::Path;

use super::chunk::Segments;
use super::index::series::SeriesWalk;
use super::index::symbols::Symbols;
use super::index::toc::Toc;
use super::index::{self, FILE, SERIES_ALIGNMENT, Section};
use super::window::Window;
use super::{Chunk, ChunkMeta, Damage, Meta, Tombstone, tombstones};

/// A block that is open. Its strings are in memory, everything else is read when it is asked for.
#[derive(Debug)]
pub struct Block {
    meta: Meta,
    index: Window,
    strings: Strings,
    walk: SeriesWalk,
    segments: Segments,
    tombstones: Vec<Tombstone>,
}

/// A series with the places of its chunks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// Names and values, sorted by name.
    pub labels: Vec<(String, String)>,
    /// In the order of their times.
    pub chunks: Vec<ChunkMeta>,
    /// Time ranges that were deleted, first and last millisecond; their samples are still in the chunks.
    pub deleted: Vec<(i64, i64)>,
}

/// All strings in one, with where each ends.
#[derive(Debug, Default)]
struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    fn get(&self, symbol: u32) -> Option<&str> {
        let symbol = symbol as usize;
        let start = symbol.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(start..*self.ends.get(symbol)?)
    }
}

impl Block {
    /// Opens the block in a folder.
    pub fn open(folder: &Path) -> Result<Self, Damage> {
        let meta = Meta::read(folder)?;
        let mut index = index::open(folder)?;
        let toc = Toc::read(&mut index)?;
        let strings = read_strings(&mut index, &toc)?;
        let (segments, damages) = Segments::list(folder);
        if let Some(damage) = damages.into_iter().next() {
            return Err(damage);
        }
        let tombstones = tombstones::read(folder)?;
        Ok(Self { meta, index, strings, walk: SeriesWalk::new(&toc), segments, tombstones })
    }

    /// What it says of itself.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The next series; none after the last one.
    pub fn next_series(&mut self) -> Result<Option<Series>, Damage> {
        if !self.walk.advance(&mut self.index)? {
            return Ok(None);
        }
        let string = |symbol| {
            let message = "a label refers to a symbol that is not there";
            let text = self.strings.get(symbol).map(str::to_owned);
            text.ok_or_else(|| Damage::at(FILE, self.walk.offset, message))
        };
        let labels = self.walk.labels.iter().map(|&(name, value)| Ok((string(name)?, string(value)?)));
        let labels = labels.collect::<Result<_, Damage>>()?;
        let reference = self.walk.offset / SERIES_ALIGNMENT;
        let of_series = self.tombstones.iter().filter(|tombstone| tombstone.series == reference);
        let deleted = of_series.map(|tombstone| (tombstone.min_time, tombstone.max_time)).collect();
        Ok(Some(Series { labels, chunks: self.walk.chunks.clone(), deleted }))
    }

    /// A chunk as it is stored, its checksum compared.
    pub fn chunk(&mut self, meta: &ChunkMeta) -> Result<Chunk, Damage> {
        let stored = self.segments.read(meta.segment(), meta.offset())?;
        Ok(Chunk { encoding: stored.encoding, data: stored.data.to_vec() })
    }
}

fn read_strings(index: &mut Window, toc: &Toc) -> Result<Strings, Damage> {
    let section = Section::read(index, toc.symbols, "the symbol table")?;
    let mut symbols = Symbols::new(index, section)?;
    let mut strings = Strings::default();
    while let Some(text) = symbols.next(index)? {
        strings.text.push_str(text);
        strings.ends.push(strings.text.len());
    }
    Ok(strings)
}
