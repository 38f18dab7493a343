//! Blocks of a Prometheus time series database: read, verified, written.
//!
//! A block is a folder with `meta.json`, `index`, `chunks/` and `tombstones`; the formats are those that the server's
//! own sources describe. Servers start with most damage in place and answer with fewer samples, and their tools end
//! well on it, so nothing is taken on trust here: [`verify()`] compares every checksum and follows every reference.
//! Files are looked at through small buffers, and no content can make it panic.

mod bits;
mod block;
mod bytes;
mod chunk;
mod coverage;
mod damage;
mod index;
mod meta;
mod rewrite;
mod tombstones;
mod ulid;
mod verify;
mod window;
mod writer;
pub mod xor;

#[cfg(test)]
mod tests;

pub use block::{Block, Series};
pub use chunk::{Chunk, ChunkMeta, Encoding};
pub use damage::Damage;
pub use meta::{Compaction, Meta, Parent, Stats};
pub use rewrite::{RewriteError, rewrite};
pub use tombstones::Tombstone;
pub use ulid::Ulid;
pub use verify::{BlockReport, Depth, MetricStats, Report, verify, verify_block};
pub use writer::{BlockWriter, WriteError};
