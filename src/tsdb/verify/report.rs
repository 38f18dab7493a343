//! What a verification found: what blocks hold, and what is wrong with them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::{Damage, Encoding, Meta, Stats};

/// A block that is broken everywhere needs no more lines than this.
const MOST_DAMAGES: usize = 100;

/// The blocks of a folder.
#[derive(Clone, Debug)]
pub struct Report {
    /// In the order of their names, which is that of their making.
    pub blocks: Vec<BlockReport>,
    /// Folders that a server left half made or half removed.
    pub leftovers: Vec<String>,
}

/// One block.
#[derive(Clone, Debug)]
pub struct BlockReport {
    /// Where it is.
    pub folder: PathBuf,
    /// What it says of itself, if that can be read.
    pub meta: Option<Meta>,
    /// What was counted. Where something is wrong, only what could be reached.
    pub found: Stats,
    /// The bytes of index and chunks.
    pub bytes: u64,
    /// The chunks of each encoding.
    pub encodings: BTreeMap<Encoding, u64>,
    /// What each metric has; a series without a name counts for the empty one.
    pub metrics: BTreeMap<String, MetricStats>,
    /// What is wrong, the first hundred of it.
    pub damages: Vec<Damage>,
    /// How much more is wrong.
    pub more_damages: u64,
}

/// What one metric has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MetricStats {
    /// Series of this name.
    pub series: u64,
    /// Their chunks.
    pub chunks: u64,
    /// Their samples.
    pub samples: u64,
}

impl Report {
    /// Whether nothing is wrong with any block.
    pub fn is_whole(&self) -> bool {
        self.blocks.iter().all(BlockReport::is_whole)
    }

    /// The samples of all blocks.
    pub fn samples(&self) -> u64 {
        self.blocks.iter().map(|block| block.found.num_samples).sum()
    }

    /// The bytes of all blocks.
    pub fn bytes(&self) -> u64 {
        self.blocks.iter().map(|block| block.bytes).sum()
    }
}

impl BlockReport {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            meta: None,
            found: Stats::default(),
            bytes: 0,
            encodings: BTreeMap::new(),
            metrics: BTreeMap::new(),
            damages: Vec::new(),
            more_damages: 0,
        }
    }

    /// Whether nothing is wrong with it.
    pub fn is_whole(&self) -> bool {
        self.damages.is_empty()
    }

    pub(super) fn add(&mut self, damage: Damage) {
        if self.damages.len() < MOST_DAMAGES {
            self.damages.push(damage);
        } else {
            self.more_damages += 1;
        }
    }

    /// The value, or the damage put with the others.
    pub(super) fn note<T>(&mut self, result: Result<T, Damage>) -> Option<T> {
        result.map_err(|damage| self.add(damage)).ok()
    }
}
