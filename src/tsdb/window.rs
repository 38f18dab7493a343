//! A file looked at through a small buffer: blocks are larger than the memory that a verifier may take.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// How much is read at once.
const STEP: usize = 256 * 1024;
/// No series, string or chunk of a real server comes near; without a bound, a broken length could take all memory.
const LARGEST_RECORD: usize = 64 * 1024 * 1024;

/// A file and the part of it that is in memory.
#[derive(Debug)]
pub(super) struct Window {
    file: File,
    length: u64,
    start: u64,
    buffer: Vec<u8>,
}

impl Window {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("not a file"));
        }
        Ok(Self { file, length: metadata.len(), start: 0, buffer: Vec::new() })
    }

    pub(super) fn len(&self) -> u64 {
        self.length
    }

    /// Exactly these bytes.
    pub(super) fn get(&mut self, offset: u64, length: usize) -> io::Result<&[u8]> {
        if length > LARGEST_RECORD {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("says it has {length} bytes")));
        }
        if offset.checked_add(length as u64).is_none_or(|end| end > self.length) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let inside = match self.position(offset, length) {
            Some(inside) => inside,
            None => self.fill(offset, length)?,
        };
        Ok(&self.buffer[inside..inside + length])
    }

    /// At most so many bytes, fewer where the file ends.
    pub(super) fn peek(&mut self, offset: u64, most: usize) -> io::Result<&[u8]> {
        let left = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX);
        self.get(offset, most.min(left))
    }

    /// The CRC-32C of a range of any size.
    pub(super) fn checksum(&mut self, offset: u64, length: u64) -> io::Result<u32> {
        let (mut sum, mut done) = (0, 0);
        while done < length {
            let step = usize::try_from(length - done).map_or(STEP, |left| left.min(STEP));
            sum = crc32c::crc32c_append(sum, self.get(offset + done, step)?);
            done += step as u64;
        }
        Ok(sum)
    }

    /// The first byte of a range that is not zero.
    pub(super) fn first_nonzero(&mut self, start: u64, end: u64) -> io::Result<Option<u64>> {
        let mut offset = start;
        while offset < end {
            let step = usize::try_from(end - offset).map_or(STEP, |left| left.min(STEP));
            if let Some(index) = self.get(offset, step)?.iter().position(|&byte| byte != 0) {
                return Ok(Some(offset + index as u64));
            }
            offset += step as u64;
        }
        Ok(None)
    }

    fn position(&self, offset: u64, length: usize) -> Option<usize> {
        let inside = usize::try_from(offset.checked_sub(self.start)?).ok()?;
        (inside.checked_add(length)? <= self.buffer.len()).then_some(inside)
    }

    fn fill(&mut self, offset: u64, length: usize) -> io::Result<usize> {
        let left = usize::try_from(self.length - offset).unwrap_or(usize::MAX);
        let size = length.max(STEP).min(left);
        self.buffer.resize(size, 0);
        self.file.seek(SeekFrom::Start(offset))?;
        self.file.read_exact(&mut self.buffer).inspect_err(|_| self.buffer.clear())?;
        self.start = offset;
        Ok(0)
    }
}
