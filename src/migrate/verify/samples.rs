//! L3: every sample that the source has is on the target, with the same time and the same bits.
//!
//! Both sides are read through their API, two hours at a time, so it does not matter in which blocks the samples are.
//! What the target has beside them is its own.

use std::collections::{BTreeMap, BTreeSet};

use super::{Level, Work};
use crate::backup::BackupError;
use crate::backup::prometheus::{Labels, SeriesChunks, read_series};
use crate::tsdb::{Chunk, Encoding};

/// As servers cut their blocks.
const WINDOW: i64 = 7_200_000;
const DAY: i64 = 86_400_000;

/// The numbers of one window, or of all.
#[derive(Debug, Default)]
struct Counts {
    samples: u64,
    series: BTreeSet<Labels>,
    /// For each metric and day that is different, how many samples the source has and how many of them are missing.
    different: BTreeMap<(String, i64), (u64, u64)>,
}

pub(super) fn compare(work: &Work<'_>) -> Result<Level, BackupError> {
    let mut level = Level::new("L3", "samples of the source are on the target, bit for bit");
    let mut counts = Counts::default();
    let mut begin = work.range.0;
    while begin <= work.range.1 {
        let end = ((begin.div_euclid(WINDOW) + 1) * WINDOW - 1).min(work.range.1);
        // A source that slept for a year is not asked about every two hours of it.
        if work.given.iter().any(|block| block.min_time <= end && block.max_time > begin) {
            window(work, (begin, end), &mut counts, &mut level)?;
        }
        begin = end + 1;
    }
    for ((metric, day), (samples, missing)) in &counts.different {
        let day = jiff::Timestamp::from_millisecond(day * DAY)
            .map_or_else(|_| day.to_string(), |time| time.strftime("%F").to_string());
        level.differs(|| format!("{metric} on {day}: {missing} of {samples} samples are not there"));
    }
    level.compared = format!("{} samples of {} series", counts.samples, counts.series.len());
    Ok(level)
}

fn window(
    work: &Work<'_>,
    range: (i64, i64),
    counts: &mut Counts,
    level: &mut Level,
) -> Result<(), BackupError> {
    let plan = work.run.plan;
    // A server that knows labels of its own adds them to what it gives; which ones were there is nobody's to know.
    let (of_source, of_target) = (&plan.from.facts.external_labels, &plan.to.facts.external_labels);
    let source = normal(read_series(work.run.source, range, of_source)?, of_target);
    if source.is_empty() {
        return Ok(());
    }
    let target = normal(read_series(work.run.target, range, of_target)?, of_source);
    for (labels, chunks) in source {
        let samples = samples(&chunks, range);
        let other = target.get(&labels).map(|chunks| self::samples(chunks, range)).unwrap_or_default();
        let missing: Vec<&Sample> =
            samples.iter().filter(|sample| other.binary_search(sample).is_err()).collect();
        counts.samples += samples.len() as u64;
        if let Some(first) = missing.first() {
            let metric = name(&labels);
            let day = counts.different.entry((metric, range.0.div_euclid(DAY))).or_default();
            *day = (day.0 + samples.len() as u64, day.1 + missing.len() as u64);
            level.differs(|| told(&labels, first, &other));
        }
        if !counts.series.contains(&labels) {
            counts.series.insert(labels);
        }
    }
    Ok(())
}

/// Time, number of the encoding and the bits of a number. Of histograms only their number is compared, so their times
/// count from 0.
type Sample = (i64, u8, u64);

/// The samples of a range, sorted, each once.
fn samples(chunks: &[(i64, i64, Chunk)], (first, last): (i64, i64)) -> Vec<Sample> {
    let mut all = Vec::new();
    let mut histograms = 0;
    for (.., chunk) in chunks {
        match chunk.samples() {
            Some(samples) => all.extend(
                samples
                    .map_while(Result::ok)
                    .filter(|(time, _)| (first..=last).contains(time))
                    .map(|(time, value)| (time, chunk.encoding.number(), value.to_bits())),
            ),
            None => histograms += chunk.sample_count().map_or(0, i64::from),
        }
    }
    all.extend((0..histograms).map(|index| (index, Encoding::Histogram.number(), 0)));
    all.sort_unstable();
    all.dedup();
    all
}

/// Series without the labels that the other server adds.
fn normal(series: SeriesChunks, added: &BTreeMap<String, String>) -> SeriesChunks {
    if added.is_empty() {
        return series;
    }
    let mut all = SeriesChunks::new();
    for (mut labels, chunks) in series {
        labels.retain(|(name, value)| added.get(name) != Some(value));
        all.entry(labels).or_default().extend(chunks);
    }
    all
}

fn told(labels: &Labels, (time, _, bits): &Sample, other: &[Sample]) -> String {
    let there = other.iter().find(|(at, ..)| at == time);
    let there = there.map_or_else(|| "nothing".to_owned(), |(_, _, bits)| f64::from_bits(*bits).to_string());
    format!("{} at {time}: the source has {}, the target {there}", shown(labels), f64::from_bits(*bits))
}

fn name(labels: &Labels) -> String {
    let name = labels.iter().find(|(name, _)| name == "__name__");
    name.map(|(_, value)| value.clone()).unwrap_or_default()
}

/// As queries write a series.
fn shown(labels: &Labels) -> String {
    let pairs = labels.iter().filter(|(name, _)| name != "__name__");
    let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={value:?}")).collect();
    format!("{}{{{}}}", name(labels), pairs.join(", "))
}
