//! Chunks: up to 65,535 samples of one series, and the segments that hold them.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::bytes::{Bytes, be32};
use super::window::Window;
use super::{Damage, xor};

/// The folder below the block.
pub(super) const FOLDER: &str = "chunks";
/// The first bytes of a segment, and its version.
pub(super) const SEGMENT_HEADER: [u8; 8] = [0x85, 0xbd, 0x40, 0xdd, 1, 0, 0, 0];
/// The length of a chunk has at most five bytes, its encoding one.
const LONGEST_PREFIX: usize = 6;
const CHECKSUM: usize = 4;

/// How the samples of a chunk are written. Which ones a server reads depends on its release, and nothing else in a
/// block tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Encoding {
    /// Numbers; every release.
    Xor,
    /// Native histograms of integers; since 2.40.
    Histogram,
    /// Native histograms of floats; since 2.40.
    FloatHistogram,
    /// Numbers with start times; since 3.11, if asked for.
    Xor2,
    /// Native histograms of integers with start times.
    HistogramWithStartTimes,
    /// Native histograms of floats with start times.
    FloatHistogramWithStartTimes,
}

impl Encoding {
    /// The one with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Xor,
            2 => Self::Histogram,
            3 => Self::FloatHistogram,
            4 => Self::Xor2,
            5 => Self::HistogramWithStartTimes,
            6 => Self::FloatHistogramWithStartTimes,
            _ => return None,
        })
    }

    /// Its number.
    pub fn number(self) -> u8 {
        match self {
            Self::Xor => 1,
            Self::Histogram => 2,
            Self::FloatHistogram => 3,
            Self::Xor2 => 4,
            Self::HistogramWithStartTimes => 5,
            Self::FloatHistogramWithStartTimes => 6,
        }
    }

    /// Whether its samples are numbers, not histograms.
    pub fn is_float(self) -> bool {
        matches!(self, Self::Xor | Self::Xor2)
    }
}

/// Where a chunk stands and what it covers, as the index says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkMeta {
    /// The time of its first sample, in milliseconds.
    pub min_time: i64,
    /// The time of its last sample.
    pub max_time: i64,
    /// The number of the segment, counted from 0, and the offset in it.
    pub(super) reference: u64,
}

impl ChunkMeta {
    pub(super) fn segment(&self) -> usize {
        usize::try_from(self.reference >> 32).unwrap_or(usize::MAX)
    }

    pub(super) fn offset(&self) -> u64 {
        self.reference & u64::from(u32::MAX)
    }
}

/// The samples of a chunk as they are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// How they are written.
    pub encoding: Encoding,
    /// The samples, with their number in front.
    pub data: Vec<u8>,
}

impl Chunk {
    /// The times and numbers of a chunk of [`Encoding::Xor`]; `None` for the others.
    pub fn samples(&self) -> Option<xor::Samples<'_>> {
        (self.encoding == Encoding::Xor).then(|| xor::Samples::new(&self.data))
    }

    /// How many samples it says that it has; every encoding begins with that.
    pub fn sample_count(&self) -> Option<u16> {
        self.data.first_chunk::<2>().map(|count| u16::from_be_bytes(*count))
    }
}

/// A chunk in the buffer of its segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct StoredChunk<'a> {
    pub(super) encoding: Encoding,
    pub(super) data: &'a [u8],
    /// Where the next one begins.
    pub(super) end: u64,
}

impl StoredChunk<'_> {
    /// Every encoding begins with the number of samples.
    pub(super) fn sample_count(&self) -> Option<u16> {
        let count = self.data.first_chunk::<2>()?;
        Some(u16::from_be_bytes(*count))
    }
}

/// The files of `chunks/`, of which one is open.
#[derive(Debug)]
pub(super) struct Segments {
    paths: Vec<PathBuf>,
    open: Option<(usize, Window)>,
}

impl Segments {
    /// The segments in order, and what is wrong with their names.
    pub(super) fn list(block: &Path) -> (Self, Vec<Damage>) {
        let mut damages = Vec::new();
        let mut names = match names(&block.join(FOLDER)) {
            Ok(names) => names,
            Err(error) => {
                damages.push(Damage::of(FOLDER, format!("cannot be listed: {error}")));
                Vec::new()
            }
        };
        names.retain(|name| {
            let is_segment = name.len() >= 6 && name.bytes().all(|byte| byte.is_ascii_digit());
            if !is_segment {
                damages.push(Damage::of(&format!("{FOLDER}/{name}"), "is not a segment of chunks"));
            }
            is_segment
        });
        names.sort();
        for (index, name) in names.iter().enumerate() {
            if *name != segment_name(index) {
                let message = format!("expected {} here: a segment is missing", segment_name(index));
                damages.push(Damage::of(&format!("{FOLDER}/{name}"), message));
                break;
            }
        }
        let paths = names.iter().map(|name| block.join(FOLDER).join(name)).collect();
        (Self { paths, open: None }, damages)
    }

    pub(super) fn count(&self) -> usize {
        self.paths.len()
    }

    /// The length of a segment whose first bytes are right.
    pub(super) fn length(&mut self, segment: usize) -> Result<u64, Damage> {
        self.open(segment).map(|window| window.len())
    }

    /// The chunk at a place, its checksum compared.
    pub(super) fn read(&mut self, segment: usize, offset: u64) -> Result<StoredChunk<'_>, Damage> {
        let file = file_name(segment);
        let window = self.open(segment)?;
        let cut = |error: std::io::Error| Damage::reading(&file, offset, "a chunk", &error);
        let mut prefix = Bytes::new(window.peek(offset, LONGEST_PREFIX).map_err(cut)?);
        let before = prefix.len();
        let length = prefix.uvarint32().ok_or_else(|| Damage::at(&file, offset, "a chunk has no length"))?;
        let header = before - prefix.len();
        let total = header + 1 + length as usize + CHECKSUM;
        let record = window.get(offset, total).map_err(cut)?;
        let (content, sum) = record[header..].split_at(total - header - CHECKSUM);
        if crc32c::crc32c(content) != be32(sum) {
            return Err(Damage::at(&file, offset, "a chunk does not have its checksum"));
        }
        let Some(encoding) = Encoding::from_number(content[0]) else {
            let message = format!("a chunk has encoding {}, which is unknown", content[0]);
            return Err(Damage::at(&file, offset, message));
        };
        Ok(StoredChunk { encoding, data: &content[1..], end: offset + total as u64 })
    }

    fn open(&mut self, segment: usize) -> Result<&mut Window, Damage> {
        let open = match self.open.take() {
            Some((number, window)) if number == segment => window,
            _ => self.open_new(segment)?,
        };
        Ok(&mut self.open.insert((segment, open)).1)
    }

    fn open_new(&self, segment: usize) -> Result<Window, Damage> {
        let file = file_name(segment);
        let path = self.paths.get(segment).ok_or_else(|| Damage::of(&file, "is missing"))?;
        let mut window =
            Window::open(path).map_err(|error| Damage::of(&file, format!("cannot be opened: {error}")))?;
        let header = window.peek(0, SEGMENT_HEADER.len());
        let header = header.map_err(|error| Damage::reading(&file, 0, "the header", &error))?;
        if header != SEGMENT_HEADER {
            return Err(Damage::at(&file, 0, "does not begin as a segment of chunks, version 1, does"));
        }
        Ok(window)
    }
}

fn names(folder: &Path) -> std::io::Result<Vec<String>> {
    let name =
        |entry: std::io::Result<std::fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
    std::fs::read_dir(folder)?.map(name).collect()
}

/// Segments are counted from 1 on disk and from 0 in references.
pub(super) fn segment_name(segment: usize) -> String {
    format!("{:06}", segment.saturating_add(1))
}

pub(super) fn file_name(segment: usize) -> String {
    format!("{FOLDER}/{}", segment_name(segment))
}
