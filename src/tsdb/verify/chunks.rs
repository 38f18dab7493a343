//! Chunks by their references: each has its checksum, none is shared, and nothing lies between them.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use super::super::chunk::{SEGMENT_HEADER, Segments, StoredChunk, file_name};
use super::super::coverage::Coverage;
use super::super::{ChunkMeta, Damage, Encoding, xor};
use super::{BlockReport, Depth};

/// The segments of a block, and what was seen of them.
#[derive(Debug)]
pub(super) struct ChunkCheck {
    segments: Segments,
    coverage: Vec<Coverage>,
    /// Segments with damage: what is unreachable in them needs no line of its own.
    broken: BTreeSet<usize>,
    depth: Depth,
    range: Option<Range<i64>>,
}

impl ChunkCheck {
    pub(super) fn new(
        block: &Path,
        depth: Depth,
        range: Option<Range<i64>>,
        report: &mut BlockReport,
    ) -> Self {
        let (mut segments, damages) = Segments::list(block);
        for damage in damages {
            report.add(damage);
        }
        let (mut coverage, mut broken) = (Vec::new(), BTreeSet::new());
        for segment in 0..segments.count() {
            coverage.push(Coverage::default());
            match report.note(segments.length(segment)) {
                Some(length) => report.bytes += length,
                None => _ = broken.insert(segment),
            }
        }
        Self { segments, coverage, broken, depth, range }
    }

    /// Looks at a chunk; gives the number of its samples.
    pub(super) fn check(&mut self, meta: &ChunkMeta, report: &mut BlockReport) -> Option<u64> {
        let segment = meta.segment();
        // That it cannot be opened was said once.
        if self.broken.contains(&segment) && self.segments.length(segment).is_err() {
            return None;
        }
        match self.read(meta) {
            Ok((encoding, count)) => {
                *report.encodings.entry(encoding).or_default() += 1;
                let kind = if encoding.is_float() {
                    &mut report.found.num_float_samples
                } else {
                    &mut report.found.num_histogram_samples
                };
                *kind += count;
                Some(count)
            }
            Err(damage) => {
                self.broken.insert(segment);
                report.add(damage);
                None
            }
        }
    }

    fn read(&mut self, meta: &ChunkMeta) -> Result<(Encoding, u64), Damage> {
        let (segment, offset) = (meta.segment(), meta.offset());
        let damage = |message: &str| Damage::at(&file_name(segment), offset, message);
        let chunk = self.segments.read(segment, offset)?;
        let Some(coverage) = self.coverage.get_mut(segment) else { return Err(damage("is missing")) };
        if !coverage.take(offset, chunk.end) {
            return Err(damage("a chunk is referred to twice, or shares bytes with another"));
        }
        let count = chunk.sample_count().ok_or_else(|| damage("a chunk has no number of samples"))?;
        let is_outside = |range: &Range<i64>| meta.min_time < range.start || meta.max_time >= range.end;
        if self.range.as_ref().is_some_and(is_outside) {
            return Err(damage("a chunk has samples outside of the time range in meta.json"));
        }
        if self.depth == Depth::Samples && chunk.encoding == Encoding::Xor {
            check_samples(&chunk, meta).map_err(damage)?;
        }
        Ok((chunk.encoding, u64::from(count)))
    }

    /// Once all chunks were looked at: what no series refers to.
    pub(super) fn finish(&mut self, report: &mut BlockReport) {
        for segment in 0..self.segments.count() {
            if self.broken.contains(&segment) {
                continue;
            }
            let Some(length) = report.note(self.segments.length(segment)) else { continue };
            for (start, end) in self.coverage[segment].gaps(SEGMENT_HEADER.len() as u64, length) {
                let message = format!("{} bytes belong to no series", end - start);
                report.add(Damage::at(&file_name(segment), start, message));
            }
        }
    }
}

fn check_samples(chunk: &StoredChunk<'_>, meta: &ChunkMeta) -> Result<(), &'static str> {
    let mut before: Option<i64> = None;
    for sample in xor::Samples::new(chunk.data) {
        let (time, _) = sample.map_err(|_| "a chunk ends before its samples do")?;
        match before {
            None if time != meta.min_time => {
                return Err("the first sample of a chunk has another time than the index says");
            }
            Some(before) if before >= time => return Err("the samples of a chunk are not in order"),
            _ => before = Some(time),
        }
    }
    match before {
        Some(last) if last != meta.max_time => {
            Err("the last sample of a chunk has another time than the index says")
        }
        _ => Ok(()),
    }
}
