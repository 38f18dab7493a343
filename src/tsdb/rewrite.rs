//! A block written again: with other labels, without some series, and without what was deleted.

use std::path::Path;

use super::{Block, BlockWriter, Chunk, ChunkMeta, Compaction, Damage, Meta, Series, WriteError, xor};

/// Names and values, sorted by name.
type Labels = Vec<(String, String)>;

/// Why a block could not be written again.
#[derive(Debug, thiserror::Error)]
pub enum RewriteError {
    /// The old one is damaged.
    #[error("{0}")]
    Damage(Damage),
    /// The new one could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Two series would have the same labels.
    #[error("two series would be one: {0}")]
    SameLabels(String),
    /// Only whole chunks of histograms can be left out.
    #[error("a part of the histograms of {0} was deleted, which cannot be kept apart")]
    DeletedHistograms(String),
}

/// Writes the block in `folder` again, beside `staging`, which is not there yet. `labels` gives each series its labels, or
/// leaves it out; `compaction` says what the new block was made of. None if nothing is left.
pub fn rewrite(
    folder: &Path,
    staging: &Path,
    mut labels: impl FnMut(Labels) -> Option<Labels>,
    compaction: impl FnOnce(&Meta) -> Compaction,
) -> Result<Option<Meta>, RewriteError> {
    let mut block = Block::open(folder).map_err(RewriteError::Damage)?;
    let mut all = Vec::new();
    while let Some(series) = block.next_series().map_err(RewriteError::Damage)? {
        let Series { labels: old, chunks, deleted } = series;
        all.extend(labels(old).map(|labels| Series { labels, chunks, deleted }));
    }
    // Other labels are in another order.
    all.sort_by(|a, b| a.labels.cmp(&b.labels));
    if let Some(same) = all.windows(2).find(|pair| pair[0].labels == pair[1].labels) {
        return Err(RewriteError::SameLabels(shown(&same[0].labels)));
    }
    let mut writer = BlockWriter::create(staging)?;
    let mut is_empty = true;
    for series in &all {
        let chunks = live_chunks(&mut block, series)?;
        is_empty &= chunks.is_empty();
        writer.add_series(&series.labels, &chunks)?;
    }
    if is_empty {
        return Ok(None);
    }
    Ok(Some(writer.finish(compaction(block.meta()))?))
}

/// The chunks of a series, without what was deleted.
fn live_chunks(block: &mut Block, series: &Series) -> Result<Vec<(i64, i64, Chunk)>, RewriteError> {
    let mut chunks = Vec::with_capacity(series.chunks.len());
    for meta in &series.chunks {
        let chunk = block.chunk(meta).map_err(RewriteError::Damage)?;
        let is_touched =
            series.deleted.iter().any(|(first, last)| *first <= meta.max_time && meta.min_time <= *last);
        if is_touched {
            chunks.extend(without_deleted(&chunk, meta, series)?);
        } else {
            chunks.push((meta.min_time, meta.max_time, chunk));
        }
    }
    Ok(chunks)
}

fn without_deleted(
    chunk: &Chunk,
    meta: &ChunkMeta,
    series: &Series,
) -> Result<Option<(i64, i64, Chunk)>, RewriteError> {
    let is_deleted = |time: i64| series.deleted.iter().any(|(first, last)| (*first..=*last).contains(&time));
    let Some(samples) = chunk.samples() else {
        let is_whole =
            series.deleted.iter().any(|(first, last)| *first <= meta.min_time && meta.max_time <= *last);
        return if is_whole { Ok(None) } else { Err(RewriteError::DeletedHistograms(shown(&series.labels))) };
    };
    let mut encoder = xor::Encoder::default();
    for sample in samples {
        let cut = |_| RewriteError::Damage(Damage::of("chunks", "a chunk ends before its samples do"));
        let (time, value) = sample.map_err(cut)?;
        if !is_deleted(time) {
            encoder.push(time, value);
        }
    }
    Ok(encoder.finish())
}

fn shown(labels: &Labels) -> String {
    let pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    format!("{{{}}}", pairs.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tsdb::{Depth, verify_block};

    fn series(name: &str, times: std::ops::Range<i64>) -> (Labels, Vec<(i64, i64, Chunk)>) {
        let mut encoder = xor::Encoder::default();
        times.for_each(|time| {
            assert!(encoder.push(time * 1000, f64::from(i32::try_from(time).unwrap()) * 0.1));
        });
        let labels = vec![("__name__".to_owned(), name.to_owned()), ("b".to_owned(), "c".to_owned())];
        (labels, encoder.finish().into_iter().collect())
    }

    fn block(folder: &Path) -> Meta {
        let mut writer = BlockWriter::create(&folder.join("first")).unwrap();
        for (labels, chunks) in [series("a", 1..50), series("d", 1..90), series("e", 5..7)] {
            writer.add_series(&labels, &chunks).unwrap();
        }
        writer.finish(Compaction::default()).unwrap()
    }

    fn samples(folder: &Path) -> Vec<(Labels, Vec<(i64, f64)>)> {
        let report = verify_block(folder, Depth::Samples);
        assert!(report.is_whole(), "{:?}", report.damages);
        let mut block = Block::open(folder).unwrap();
        let mut all = Vec::new();
        while let Some(series) = block.next_series().unwrap() {
            let mut samples = Vec::new();
            for chunk in &series.chunks {
                let chunk = block.chunk(chunk).unwrap();
                samples.extend(chunk.samples().unwrap().map(Result::unwrap));
            }
            all.push((series.labels, samples));
        }
        all
    }

    #[test]
    fn a_label_that_comes_first_changes_the_order_and_no_sample() {
        let scratch = tempfile::tempdir().unwrap();
        let old = block(scratch.path());
        let old_folder = scratch.path().join(old.ulid.to_string());
        let add = |mut labels: Labels| {
            let value = if labels[0].1 == "a" { "z" } else { "y" };
            labels.insert(0, ("A".to_owned(), value.to_owned()));
            Some(labels)
        };
        let new = rewrite(&old_folder, &scratch.path().join("s"), add, |meta| meta.compaction.clone());
        let new = new.unwrap().unwrap();
        assert_eq!((new.compaction.sources.clone(), new.stats), (vec![old.ulid], old.stats));
        let mut expected: Vec<_> = samples(&old_folder)
            .into_iter()
            .map(|(labels, samples)| (add(labels).unwrap(), samples))
            .collect();
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(samples(&scratch.path().join(new.ulid.to_string())), expected);
    }

    #[test]
    fn what_is_left_out_is_gone_and_two_series_do_not_become_one() {
        let scratch = tempfile::tempdir().unwrap();
        let old = scratch.path().join(block(scratch.path()).ulid.to_string());
        let staging = scratch.path().join("s");
        let own = |_: &Meta| Compaction::default();
        let new = rewrite(&old, &staging, |labels| (labels[0].1 == "d").then_some(labels), own);
        let new = scratch.path().join(new.unwrap().unwrap().ulid.to_string());
        assert_eq!(samples(&new), samples(&old)[1..2]);
        assert!(rewrite(&old, &staging, |_| None, own).unwrap().is_none());
        let same = |mut labels: Labels| {
            labels.remove(0);
            Some(labels)
        };
        assert!(matches!(rewrite(&old, &staging, same, own), Err(RewriteError::SameLabels(_))));
        assert!(!staging.exists());
    }

    /// What somebody deleted must not come back because the block was written again.
    #[test]
    fn deleted_samples_stay_deleted() {
        let (labels, chunks) = series("a", 1..50);
        let scratch = tempfile::tempdir().unwrap();
        let old = scratch.path().join(block(scratch.path()).ulid.to_string());
        let mut block = Block::open(&old).unwrap();
        let mut first = block.next_series().unwrap().unwrap();
        first.deleted = vec![(0, 9_000), (20_000, 20_000)];
        let live = live_chunks(&mut block, &first).unwrap();
        let times: Vec<i64> = live[0].2.samples().unwrap().map(|sample| sample.unwrap().0 / 1000).collect();
        let expected: Vec<i64> = (10..50).filter(|time| *time != 20).collect();
        assert_eq!((times, live[0].0, live[0].1), (expected, 10_000, 49_000));
        first.deleted = vec![(0, 60_000)];
        assert!(live_chunks(&mut block, &first).unwrap().is_empty());
        assert_eq!((labels, chunks.len()), (first.labels, 1));
    }
}
