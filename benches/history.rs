//! A data folder of Prometheus with 30 days of 2,000 series, in blocks as a server leaves them.

use std::path::Path;

use stackgen::tsdb::xor::Encoder;
use stackgen::tsdb::{BlockWriter, Chunk, Compaction};

const INTERVAL: i64 = 300_000;
const SERIES: u32 = 2_000;
/// How long it is, in milliseconds.
pub(crate) const LENGTH: i64 = 30 * 86_400_000;
/// How many samples there are.
pub(crate) const SAMPLES: u64 = SERIES as u64 * (LENGTH / INTERVAL) as u64;
/// What a server puts into a block before it compacts, in milliseconds.
pub(crate) const BLOCK: i64 = 7_200_000;
/// Blocks as a server compacts them.
pub(crate) const COMPACTED: i64 = 27 * BLOCK;
/// Samples of a chunk.
const CHUNK: i64 = 120;

/// What is written.
pub(crate) struct History<'h> {
    /// The first millisecond.
    pub(crate) start: i64,
    /// How long a block is, in milliseconds.
    pub(crate) block: i64,
    /// The labels of a series, in order.
    pub(crate) labels: &'h dyn Fn(u32) -> Vec<(String, String)>,
}

impl History<'_> {
    /// Writes all blocks into a folder.
    pub(crate) fn write(&self, data: &Path) {
        std::fs::create_dir_all(data.join("wal")).unwrap(); // promtool wants to see one
        let end = self.start + LENGTH;
        let mut first = self.start;
        while first < end {
            let last = (first + self.block).min(end);
            let mut writer = BlockWriter::create(&data.join("staging")).unwrap();
            let mut all: Vec<_> = (0..SERIES).map(|series| ((self.labels)(series), series)).collect();
            all.sort();
            for (labels, series) in all {
                writer.add_series(&labels, &self.chunks(series, first, last)).unwrap();
            }
            writer.finish(Compaction::default()).unwrap();
            first = last;
        }
    }

    /// A counter that grows unevenly: what numbers of real servers cost.
    fn chunks(&self, series: u32, first: i64, last: i64) -> Vec<(i64, i64, Chunk)> {
        let mut found = Vec::new();
        let mut time = first;
        while time < last {
            let mut encoder = Encoder::default();
            let end = last.min(time + CHUNK * INTERVAL);
            while time < end {
                let step = u64::try_from((time - self.start) / INTERVAL).unwrap();
                let noise =
                    (step.wrapping_mul(u64::from(series) * 2 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)) >> 58;
                assert!(encoder.push(time, (step * 40 + noise) as f64 / 8.0));
                time += INTERVAL;
            }
            found.extend(encoder.finish());
        }
        found
    }
}
