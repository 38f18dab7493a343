//! Time ranges of series that were deleted, but whose samples are still in the block.

use std::io;
use std::path::Path;

use super::Damage;
use super::bytes::{Bytes, be32};

/// The name of the file, which need not be there.
pub(super) const FILE: &str = "tombstones";
const MAGIC: [u8; 5] = [0x01, 0x30, 0xba, 0x30, 1];
const CHECKSUM: usize = 4;
/// Twenty bytes for each range; servers hold all of them in memory.
const LARGEST: u64 = 256 * 1024 * 1024;

/// One range of one series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// The series, as the lists of the index refer to it.
    pub(super) series: u64,
    /// The first millisecond that is deleted.
    pub min_time: i64,
    /// The last one.
    pub max_time: i64,
}

/// All of a block; none where there is no file.
pub(super) fn read(block: &Path) -> Result<Vec<Tombstone>, Damage> {
    let path = block.join(FILE);
    let unreadable = |error: io::Error| Damage::of(FILE, format!("cannot be read: {error}"));
    match path.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
        Ok(metadata) if metadata.len() > LARGEST => return Err(Damage::of(FILE, "is larger than 256 MiB")),
        Ok(_) => {}
    }
    decode(&std::fs::read(path).map_err(unreadable)?)
}

fn decode(bytes: &[u8]) -> Result<Vec<Tombstone>, Damage> {
    let Some(content) = bytes.strip_prefix(&MAGIC) else {
        return Err(Damage::at(FILE, 0, "does not begin as tombstones, version 1, do"));
    };
    let Some((content, sum)) = content.split_last_chunk::<CHECKSUM>() else {
        return Err(Damage::at(FILE, MAGIC.len() as u64, "the file ends inside the checksum"));
    };
    if crc32c::crc32c(content) != be32(sum) {
        return Err(Damage::at(FILE, MAGIC.len() as u64, "the ranges do not have their checksum"));
    }
    let mut bytes = Bytes::new(content);
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let offset = (MAGIC.len() + content.len() - bytes.len()) as u64;
        let tombstone =
            decode_one(&mut bytes).ok_or_else(|| Damage::at(FILE, offset, "a range is broken"))?;
        found.push(tombstone);
    }
    Ok(found)
}

fn decode_one(bytes: &mut Bytes<'_>) -> Option<Tombstone> {
    Some(Tombstone { series: bytes.uvarint()?, min_time: bytes.varint()?, max_time: bytes.varint()? })
}

/// The file of a block without deletions: snapshots of a server fail on a block that has none.
pub(super) fn empty() -> Vec<u8> {
    [MAGIC.as_slice(), &crc32c::crc32c(&[]).to_be_bytes()].concat()
}
