//! Whether blocks are whole: every checksum, every reference, no byte that belongs to nothing, and the numbers that
//! `meta.json` gives. Neither the server nor promtool looks at all of this: most damage shows when somebody asks.

mod chunks;
mod index;
mod report;

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use rayon::prelude::*;

pub use report::{BlockReport, MetricStats, Report};

use self::chunks::ChunkCheck;
use super::meta::{Meta, Stats};
use super::{Damage, Ulid, meta, tombstones};

/// How much is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// Every byte of every file, with its checksum.
    #[default]
    Bytes,
    /// The samples of float chunks too: decoded, their times in order and within what the index says.
    Samples,
}

/// Verifies a block, or all blocks of a data folder or a snapshot.
pub fn verify(folder: &Path, depth: Depth) -> io::Result<Report> {
    if folder.join(meta::FILE).exists() || folder.join(super::index::FILE).exists() {
        return Ok(Report { blocks: vec![verify_block(folder, depth)], leftovers: Vec::new() });
    }
    let (mut blocks, mut leftovers) = (BTreeSet::new(), Vec::new());
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let (ulid, rest) =
            name.split_once('.').map_or((name.as_str(), None), |(ulid, rest)| (ulid, Some(rest)));
        match (ulid.parse::<Ulid>(), rest) {
            (Ok(ulid), None) if entry.path().is_dir() => _ = blocks.insert(ulid),
            (Ok(_), Some(rest)) if rest.starts_with("tmp") => leftovers.push(name),
            _ => {}
        }
    }
    leftovers.sort();
    let blocks: Vec<Ulid> = blocks.into_iter().collect();
    let check = |ulid: &Ulid| verify_block(&folder.join(ulid.to_string()), depth);
    Ok(Report { blocks: blocks.par_iter().map(check).collect(), leftovers })
}

/// Verifies the block in a folder.
pub fn verify_block(folder: &Path, depth: Depth) -> BlockReport {
    let mut report = BlockReport::new(folder);
    report.meta = report.note(Meta::read(folder));
    let range = report.meta.as_ref().map(|meta| meta.min_time..meta.max_time);
    let mut chunks = ChunkCheck::new(folder, depth, range, &mut report);
    let series = index::check(folder, &mut chunks, &mut report);
    let ranges = report.note(tombstones::read(folder)).unwrap_or_default();
    report.found.num_tombstones = ranges.len() as u64;
    if let Some(series) = series {
        chunks.finish(&mut report);
        if ranges.iter().any(|range| !series.contains(range.series)) {
            report.add(Damage::of(tombstones::FILE, "a range is of a series that is not in the index"));
        }
    }
    if let Some(meta) = report.meta.as_ref().filter(|_| report.is_whole())
        && let Some(damage) = compare(&meta.stats, &report.found)
    {
        report.add(damage);
    }
    report
}

/// What `meta.json` says and the files do not. Older releases do not count floats and histograms apart.
fn compare(said: &Stats, found: &Stats) -> Option<Damage> {
    let is_split = said.num_float_samples + said.num_histogram_samples > 0;
    let pairs = [
        (said.num_samples, found.num_samples, "samples", true),
        (said.num_float_samples, found.num_float_samples, "float samples", is_split),
        (said.num_histogram_samples, found.num_histogram_samples, "histogram samples", is_split),
        (said.num_series, found.num_series, "series", true),
        (said.num_chunks, found.num_chunks, "chunks", true),
        (said.num_tombstones, found.num_tombstones, "deleted ranges", true),
    ];
    let wrong: Vec<String> = pairs
        .into_iter()
        .filter(|(said, found, _, is_said)| *is_said && said != found)
        .map(|(said, found, what, _)| format!("{said} {what} where the block has {found}"))
        .collect();
    (!wrong.is_empty()).then(|| Damage::of(meta::FILE, format!("says {}", wrong.join(", "))))
}
