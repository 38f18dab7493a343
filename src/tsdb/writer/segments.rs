//! The files of `chunks/`, one after the other.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use super::super::Chunk;
use super::super::bytes::put_length;
use super::super::chunk::{SEGMENT_HEADER, segment_name};
use super::WriteError;

/// Writes chunks, and begins a new file where one is full.
#[derive(Debug)]
pub(super) struct SegmentWriter {
    folder: PathBuf,
    limit: u64,
    open: Option<BufWriter<File>>,
    /// Files that were begun.
    count: usize,
    position: u64,
    digest: Sha256,
    record: Vec<u8>,
}

impl SegmentWriter {
    pub(super) fn new(folder: PathBuf, limit: u64) -> Self {
        // References have 32 bits for the place in a segment.
        let limit = limit.min(u64::from(u32::MAX));
        Self { folder, limit, open: None, count: 0, position: 0, digest: Sha256::new(), record: Vec::new() }
    }

    /// Writes a chunk and gives the reference to it.
    pub(super) fn add(&mut self, chunk: &Chunk) -> Result<u64, WriteError> {
        self.record.clear();
        put_length(&mut self.record, chunk.data.len());
        let start = self.record.len();
        self.record.push(chunk.encoding.number());
        self.record.extend_from_slice(&chunk.data);
        let sum = crc32c::crc32c(&self.record[start..]);
        self.record.extend_from_slice(&sum.to_be_bytes());
        let length = self.record.len() as u64;
        if length > u64::from(u32::MAX) {
            return Err(WriteError::TooLarge("a chunk of 4 GiB"));
        }
        let is_full = self.position + length > self.limit && self.position > SEGMENT_HEADER.len() as u64;
        if self.open.is_none() || is_full {
            self.cut()?;
        }
        self.digest.update(&self.record);
        let record = std::mem::take(&mut self.record);
        let written = self.write(&record);
        self.record = record;
        written?;
        let segment = u32::try_from(self.count - 1).map_err(|_| WriteError::TooLarge("too many segments"))?;
        let reference = u64::from(segment) << 32 | self.position;
        self.position += length;
        Ok(reference)
    }

    /// Forces everything to the disk, and gives the digest of all chunks.
    pub(super) fn finish(&mut self) -> Result<Sha256, WriteError> {
        self.close()?;
        Ok(self.digest.clone())
    }

    fn cut(&mut self) -> Result<(), WriteError> {
        self.close()?;
        self.count += 1;
        let path = self.path();
        let file = File::create_new(&path).map_err(|error| WriteError::io(&path, error))?;
        self.open = Some(BufWriter::with_capacity(1024 * 1024, file));
        self.position = SEGMENT_HEADER.len() as u64;
        self.write(&SEGMENT_HEADER)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        let written = self.open.as_mut().map_or(Ok(()), |file| file.write_all(bytes));
        written.map_err(|error| WriteError::io(&self.path(), error))
    }

    fn close(&mut self) -> Result<(), WriteError> {
        let Some(mut file) = self.open.take() else { return Ok(()) };
        let synced = file.flush().and_then(|()| file.get_ref().sync_all());
        synced.map_err(|error| WriteError::io(&self.path(), error))
    }

    fn path(&self) -> PathBuf {
        self.folder.join(segment_name(self.count.saturating_sub(1)))
    }
}
