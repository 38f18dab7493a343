//! Writing a block: of samples that were captured over the network, or of a block under other labels.
//!
//! Everything is written into a folder of its own; `meta.json` comes last, then the folder gets its name. Whoever looks
//! sees the whole block or none. The name is made of the content, so the same samples make the same block.

mod index;
mod segments;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use self::index::SeriesSpool;
use self::segments::SegmentWriter;
use super::chunk::FOLDER as CHUNKS;
use super::{Chunk, Compaction, Meta, Stats, Ulid, meta, tombstones};

/// What a server cuts its segments at.
const SEGMENT_BYTES: u64 = 512 * 1024 * 1024;

/// Why a block could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A file could not be written.
    #[error("cannot write {}: {error}", path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Series have to come in the order of their labels, each once.
    #[error("series {0} does not come after the one before it")]
    SeriesOrder(String),
    /// Labels have to be sorted by name, each once, with values.
    #[error("the labels of series {0} are not sorted, or one is empty")]
    LabelOrder(String),
    /// Chunks of a series have to come in the order of their times, without sharing any.
    #[error("the chunks of series {0} are not in the order of their times")]
    ChunkOrder(String),
    /// The format's own bounds.
    #[error("the block is too large for its format: {0}")]
    TooLarge(&'static str),
    /// A block needs a time range, and so a sample.
    #[error("there are no samples to write")]
    Empty,
}

/// A block that is being written; the folder is removed if it is dropped before [`BlockWriter::finish`].
#[derive(Debug)]
pub struct BlockWriter {
    staging: PathBuf,
    segments: SegmentWriter,
    spool: SeriesSpool,
    before: Vec<(String, String)>,
    stats: Stats,
    range: Option<(i64, i64)>,
    is_done: bool,
}

impl BlockWriter {
    /// Begins a block in `staging`, a folder that does not exist yet; the block will stand beside it.
    pub fn create(staging: &Path) -> Result<Self, WriteError> {
        Self::with_segments_of(staging, SEGMENT_BYTES)
    }

    /// As [`BlockWriter::create`], with segments of other than the usual size.
    pub fn with_segments_of(staging: &Path, bytes: u64) -> Result<Self, WriteError> {
        fs::create_dir(staging).map_err(|error| WriteError::io(staging, error))?;
        let chunks = staging.join(CHUNKS);
        let begin = || {
            fs::create_dir(&chunks).map_err(|error| WriteError::io(&chunks, error))?;
            SeriesSpool::create(staging)
        };
        let spool = begin().inspect_err(|_| _ = fs::remove_dir_all(staging))?;
        Ok(Self {
            staging: staging.to_owned(),
            segments: SegmentWriter::new(chunks, bytes),
            spool,
            before: Vec::new(),
            stats: Stats::default(),
            range: None,
            is_done: false,
        })
    }

    /// Adds a series with its chunks: for each the times of its first and last sample. One without chunks is left out.
    pub fn add_series(
        &mut self,
        labels: &[(String, String)],
        chunks: &[(i64, i64, Chunk)],
    ) -> Result<(), WriteError> {
        self.check(labels, chunks)?;
        if chunks.is_empty() {
            return Ok(());
        }
        self.spool.begin(labels, chunks.len())?;
        for (min_time, max_time, chunk) in chunks {
            let reference = self.segments.add(chunk)?;
            self.spool.chunk(*min_time, *max_time, reference);
            self.count(chunk);
            let (first, last) = self.range.unwrap_or((*min_time, *max_time));
            self.range = Some((first.min(*min_time), last.max(*max_time)));
        }
        self.spool.end()?;
        self.stats.num_series += 1;
        self.before = labels.to_vec();
        Ok(())
    }

    /// Writes the index and what the block says of itself, and gives the folder its name. Without `sources`, the
    /// block is its own.
    pub fn finish(mut self, compaction: Compaction) -> Result<Meta, WriteError> {
        let (min_time, max_time) = self.range.ok_or(WriteError::Empty)?;
        let mut digest = self.segments.finish()?;
        self.spool.write_index(&self.staging, &mut digest)?;
        let max_time = max_time.checked_add(1).ok_or(WriteError::TooLarge("the last time there is"))?;
        let ulid = name(max_time, digest);
        let mut meta = Meta { ulid, min_time, max_time, stats: self.stats, compaction, version: 1 };
        if meta.compaction.sources.is_empty() {
            meta.compaction.sources.push(ulid);
        }
        meta.compaction.level = meta.compaction.level.max(1);
        self.write(tombstones::FILE, &tombstones::empty())?;
        let text = meta.to_json().map_err(|error| WriteError::io(&self.staging, error.into()))?;
        self.write(meta::FILE, &text)?;
        self.publish(&meta)?;
        Ok(meta)
    }

    fn check(&self, labels: &[(String, String)], chunks: &[(i64, i64, Chunk)]) -> Result<(), WriteError> {
        let is_sorted = labels.is_sorted_by(|a, b| a.0 < b.0);
        if !is_sorted || labels.iter().any(|(name, value)| name.is_empty() || value.is_empty()) {
            return Err(WriteError::LabelOrder(show(labels)));
        }
        if self.stats.num_series > 0 && *self.before.as_slice() >= *labels {
            return Err(WriteError::SeriesOrder(show(labels)));
        }
        let is_sorted = chunks.is_sorted_by(|a, b| a.1 < b.0);
        if !is_sorted || chunks.iter().any(|(first, last, _)| first > last) {
            return Err(WriteError::ChunkOrder(show(labels)));
        }
        Ok(())
    }

    fn count(&mut self, chunk: &Chunk) {
        let header = chunk.data.first_chunk::<2>().copied().unwrap_or_default();
        let samples = u64::from(u16::from_be_bytes(header));
        self.stats.num_chunks += 1;
        self.stats.num_samples += samples;
        if chunk.encoding.is_float() {
            self.stats.num_float_samples += samples;
        } else {
            self.stats.num_histogram_samples += samples;
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), WriteError> {
        let path = self.staging.join(name);
        let write = || {
            let mut file = File::create_new(&path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(|error| WriteError::io(&path, error))
    }

    fn publish(&mut self, meta: &Meta) -> Result<(), WriteError> {
        let parent = self.staging.parent().unwrap_or(Path::new("."));
        let target = parent.join(meta.ulid.to_string());
        let sync = |folder: &Path| {
            let opened = File::open(folder).and_then(|folder| folder.sync_all());
            opened.map_err(|error| WriteError::io(folder, error))
        };
        sync(&self.staging.join(CHUNKS))?;
        sync(&self.staging)?;
        fs::rename(&self.staging, &target).map_err(|error| WriteError::io(&target, error))?;
        self.is_done = true;
        sync(parent)
    }
}

impl Drop for BlockWriter {
    fn drop(&mut self) {
        if !self.is_done {
            // What cannot be removed has no meta.json, and is no block.
            let _ = fs::remove_dir_all(&self.staging);
        }
    }
}

impl WriteError {
    fn io(path: &Path, error: io::Error) -> Self {
        Self::Io { path: path.to_owned(), error }
    }
}

fn name(max_time: i64, digest: Sha256) -> Ulid {
    let digest = digest.finalize();
    let mut chance = [0; 10];
    chance.iter_mut().zip(digest.iter()).for_each(|(target, source)| *target = *source);
    Ulid::for_content(max_time, chance)
}

fn show(labels: &[(String, String)]) -> String {
    let pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    format!("{{{}}}", pairs.join(", "))
}
