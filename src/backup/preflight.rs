//! What has to hold before data is written into a running stack, as questions to facts that were gathered before.
//!
//! Each check has an id that messages name. What it guards against was measured on real servers: a retention that is
//! too short removes half of thirty days in a second, a block of the future makes the server refuse every scrape, and
//! a block that ends after samples in the server's log makes it forget those when it starts.

use std::fmt;

use super::manifest::BlockEntry;
use super::prometheus::Retention;
use crate::tsdb::{Encoding, Meta};

/// How far a block may reach into the future, for clocks that are not quite right.
const TOLERANCE: i64 = 60_000;
/// Clocks that differ by more than this are worth a word.
const SKEW: i64 = 5_000;
/// What a server needs beside its blocks: a segment that it reserves, and some.
const RESERVE: u64 = 600 << 20;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Somebody should know.
    Warning,
    /// It is not done.
    Refused,
}

/// A check that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Such as `PF07-retention`.
    pub id: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What is so, and what was expected; lower case, no full stop.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// What is known of the stack that gets data. Times are milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// The release of Prometheus, if one was asked.
    pub version: Option<String>,
    /// What it takes for now.
    pub now: i64,
    /// By how much its clock is ahead of ours.
    pub clock_offset: i64,
    /// How much it keeps; none where nobody knows.
    pub retention: Option<Retention>,
    /// The blocks that it has.
    pub blocks: Vec<Meta>,
    /// The bytes of everything that it has.
    pub bytes: u64,
    /// Whether it has samples that are in no block.
    pub has_head: bool,
    /// Whether it runs.
    pub is_running: bool,
    /// Whether snapshots can be asked for.
    pub admin_api: bool,
    /// Bytes that may still be written, where that is known.
    pub free: Option<u64>,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.id, self.message)
    }
}

/// All checks of blocks that are to be written to a target; refusals first.
pub fn check(blocks: &[&BlockEntry], target: &Target) -> Vec<Finding> {
    let mut findings: Vec<Finding> = [
        encodings(blocks, target),
        space(blocks, target),
        retention(blocks, target),
        future(blocks, target),
        clock(target),
        own_samples(blocks, target),
        admin_api(blocks, target),
    ]
    .into_iter()
    .flatten()
    .collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    findings
}

/// The blocks that a server with this retention keeps, when it has them beside its own.
pub fn kept<'b>(blocks: &[&'b BlockEntry], target: &Target) -> Vec<&'b BlockEntry> {
    let Some(retention) = target.retention else { return blocks.to_vec() };
    let newest = newest_end(blocks, target);
    let is_young = |block: &&&BlockEntry| retention.time.is_none_or(|time| newest - block.max_time < time);
    let mut kept: Vec<&BlockEntry> = blocks.iter().filter(is_young).copied().collect();
    if let Some(limit) = retention.size {
        // The oldest blocks go first, whoever they belong to.
        kept.sort_by_key(|block| std::cmp::Reverse(block.max_time));
        let mut sum = target.bytes;
        kept.retain(|block| {
            sum += size(block);
            sum <= limit
        });
        kept.sort_by_key(|block| (block.min_time, block.ulid));
    }
    kept
}

fn size(block: &BlockEntry) -> u64 {
    block.files.iter().map(|file| file.size).sum()
}

/// Ages are counted from the end of the newest block, which the head becomes sooner or later.
fn newest_end(blocks: &[&BlockEntry], target: &Target) -> i64 {
    let own = target.blocks.iter().map(|meta| meta.max_time);
    let now = target.is_running.then_some(target.now);
    blocks.iter().map(|block| block.max_time).chain(own).chain(now).max().unwrap_or(target.now)
}

fn encodings(blocks: &[&BlockEntry], target: &Target) -> Option<Finding> {
    let release = release(target.version.as_deref()?)?;
    let unread = |encoding: &Encoding| match encoding {
        Encoding::Xor => false,
        Encoding::Histogram | Encoding::FloatHistogram => release < (2, 40),
        Encoding::Xor2 | Encoding::HistogramWithStartTimes | Encoding::FloatHistogramWithStartTimes => {
            release < (3, 11)
        }
    };
    let found =
        blocks.iter().find_map(|block| Some((block, block.encodings.iter().find(|one| unread(one))?)));
    let (block, encoding) = found?;
    let version = target.version.as_deref().unwrap_or_default();
    Some(Finding {
        id: "PF03-encoding",
        level: Level::Refused,
        message: format!(
            "block {} has chunks of the encoding {encoding:?}, which Prometheus {version} does not read",
            block.ulid
        ),
        hint: "upgrade the server first".to_owned(),
    })
}

fn release(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

fn space(blocks: &[&BlockEntry], target: &Target) -> Option<Finding> {
    let bytes: u64 = blocks.iter().map(|block| size(block)).sum();
    let needed = bytes + if target.is_running { RESERVE } else { bytes / 10 };
    let free = target.free.filter(|free| *free < needed && bytes > 0)?;
    Some(Finding {
        id: "PF06-space",
        level: Level::Refused,
        message: format!("{} MiB are free, {} MiB are needed", free >> 20, needed.div_ceil(1 << 20)),
        hint: "make the volume larger".to_owned(),
    })
}

fn retention(blocks: &[&BlockEntry], target: &Target) -> Option<Finding> {
    if blocks.is_empty() {
        return None;
    }
    if target.retention.is_none() {
        return Some(Finding {
            id: "PF07-retention",
            level: Level::Refused,
            message: "nobody knows how much the server will keep, and what is older goes when it starts"
                .to_owned(),
            hint: "say what its --storage.tsdb.retention.time is, 15d if it has none: --retention 30d"
                .to_owned(),
        });
    }
    let lost = blocks.len() - kept(blocks, target).len();
    (lost > 0).then(|| Finding {
        id: "PF07-retention",
        level: Level::Refused,
        message: format!(
            "the server would remove {lost} of {} blocks at once: {}",
            blocks.len(),
            target.retention.map(words).unwrap_or_default()
        ),
        hint: "let it keep more (--storage.tsdb.retention.time, --storage.tsdb.retention.size), or restore only what \
               it keeps: --trim"
            .to_owned(),
    })
}

fn words(retention: Retention) -> String {
    const DAY: i64 = 86_400_000;
    let time = retention.time.map(|time| format!("{}d", time / DAY));
    let size = retention.size.map(|size| format!("{} MiB", size >> 20));
    let bounds: Vec<String> = time.into_iter().chain(size).collect();
    format!("it keeps {}", bounds.join(" or "))
}

fn future(blocks: &[&BlockEntry], target: &Target) -> Option<Finding> {
    let block = blocks.iter().find(|block| block.max_time > target.now + TOLERANCE)?;
    Some(Finding {
        id: "PF08-future",
        level: Level::Refused,
        message: format!(
            "block {} ends {} s after the server's now: it would refuse every scrape until then",
            block.ulid,
            (block.max_time - target.now) / 1000
        ),
        hint:
            "look at the clocks; times that were seconds taken for milliseconds, or the other way round, are \
               another reason. Leave the block out of the source"
                .to_owned(),
    })
}

fn clock(target: &Target) -> Option<Finding> {
    let offset = target.clock_offset;
    (offset.abs() > SKEW).then(|| Finding {
        id: "PF09-clock",
        level: if offset.abs() > TOLERANCE { Level::Refused } else { Level::Warning },
        message: format!("the server's clock is {} s away from the one here", offset / 1000),
        hint: "set the clocks right".to_owned(),
    })
}

/// A server that starts drops from its log what ends before its newest block does.
fn own_samples(blocks: &[&BlockEntry], target: &Target) -> Option<Finding> {
    let newest = blocks.iter().map(|block| block.max_time).max()?;
    let own = target.blocks.iter().map(|meta| meta.max_time).max();
    let is_hidden = own.is_none_or(|own| own < newest);
    (target.has_head && !target.is_running && is_hidden).then(|| Finding {
        id: "PF12-own-samples",
        level: Level::Refused,
        message: "the server has samples in its log that these blocks would make it forget when it starts"
            .to_owned(),
        hint:
            "start it and name its address (--prometheus-url URL): then its own samples become a block first"
                .to_owned(),
    })
}

fn admin_api(blocks: &[&BlockEntry], target: &Target) -> Option<Finding> {
    (target.is_running && target.has_head && !target.admin_api && !blocks.is_empty()).then(|| Finding {
        id: "PF04-admin-api",
        level: Level::Refused,
        message:
            "the server makes no snapshot of its own samples, which these blocks would make it forget: its \
                  admin API is off"
                .to_owned(),
        hint: "start it with --web.enable-admin-api".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::manifest::FileEntry;

    const DAY: i64 = 86_400_000;
    const NOW: i64 = 1_790_000_000_000;

    /// So many days before now, ten megabytes.
    fn block(days: i64, encoding: Encoding) -> BlockEntry {
        let file = FileEntry { path: "index".to_owned(), size: 10 << 20, ..FileEntry::default() };
        BlockEntry {
            ulid: "01HXYZ9K3M4N5P6Q7R8S9TABCD".parse().unwrap(),
            min_time: NOW - (days + 1) * DAY,
            max_time: NOW - days * DAY,
            level: 1,
            sources: Vec::new(),
            samples: 1,
            series: 1,
            encodings: vec![encoding],
            metrics: String::new(),
            files: vec![file],
        }
    }

    fn target() -> Target {
        let retention = Some("31d".parse().unwrap());
        Target { now: NOW, retention, is_running: true, admin_api: true, ..Target::default() }
    }

    #[track_caller]
    fn finds(blocks: &[BlockEntry], target: &Target, ids: &[&str]) {
        let blocks: Vec<&BlockEntry> = blocks.iter().collect();
        let found: Vec<&str> = check(&blocks, target).iter().map(|finding| finding.id).collect();
        assert_eq!(found, ids);
    }

    fn month() -> Vec<BlockEntry> {
        (0..30).map(|day| block(day, Encoding::Xor)).collect()
    }

    #[test]
    fn what_fits_is_not_refused() {
        finds(&month(), &target(), &[]);
        finds(&[], &Target::default(), &[]);
    }

    #[test]
    fn a_retention_that_is_too_short_is_refused_and_says_what_stays() {
        for (text, stays) in
            [("15d", 15_u8), ("7d", 7), ("50MiB", 5), ("15d or 50MiB", 5), ("31d or 1GiB", 30)]
        {
            let target = Target { retention: Some(text.parse().unwrap()), ..target() };
            let month = month();
            let blocks: Vec<&BlockEntry> = month.iter().collect();
            let kept = kept(&blocks, &target);
            assert_eq!(kept.len(), usize::from(stays), "{text}");
            assert!(kept.iter().all(|block| block.max_time > NOW - i64::from(stays) * DAY), "{text}");
            finds(&month, &target, if stays < 30 { &["PF07-retention"] } else { &[] });
        }
        finds(&month(), &Target { retention: None, ..target() }, &["PF07-retention"]);
    }

    /// The server counts from its newest block, not from now: old blocks alone are trimmed too.
    #[test]
    fn ages_are_counted_from_the_newest_block() {
        let blocks: Vec<BlockEntry> = (100..122).map(|day| block(day, Encoding::Xor)).collect();
        let stopped = Target { is_running: false, retention: Some("7d".parse().unwrap()), ..target() };
        let blocks: Vec<&BlockEntry> = blocks.iter().collect();
        assert_eq!(kept(&blocks, &stopped).len(), 7);
        assert_eq!(kept(&blocks, &Target { is_running: true, ..stopped }).len(), 0);
    }

    #[test]
    fn blocks_of_the_future_and_clocks_that_differ_are_refused() {
        let mut future = block(0, Encoding::Xor);
        future.max_time = NOW + 600_000;
        finds(&[future], &target(), &["PF08-future"]);
        let mut milliseconds = block(0, Encoding::Xor);
        milliseconds.max_time = NOW * 1000;
        finds(&[milliseconds], &target(), &["PF08-future"]);
        finds(&month(), &Target { clock_offset: -70_000, ..target() }, &["PF09-clock"]);
        let near = Target { clock_offset: 7_000, ..target() };
        let month = month();
        let blocks: Vec<&BlockEntry> = month.iter().collect();
        assert_eq!(check(&blocks, &near)[0].level, Level::Warning);
    }

    #[test]
    fn a_release_that_cannot_read_the_chunks_is_named() {
        let old = Target { version: Some("2.42.0".to_owned()), ..target() };
        finds(&[block(0, Encoding::Xor2)], &old, &["PF03-encoding"]);
        finds(&[block(0, Encoding::Histogram)], &old, &[]);
        finds(
            &[block(0, Encoding::Histogram)],
            &Target { version: Some("2.39.1".to_owned()), ..target() },
            &["PF03-encoding"],
        );
        finds(&[block(0, Encoding::Xor2)], &Target { version: Some("3.12.0".to_owned()), ..target() }, &[]);
    }

    #[test]
    fn samples_in_the_log_of_a_stopped_server_are_not_hidden() {
        let stopped = Target { is_running: false, has_head: true, ..target() };
        finds(&month(), &stopped, &["PF12-own-samples"]);
        finds(&month(), &Target { has_head: false, ..stopped.clone() }, &[]);
        finds(&month(), &Target { is_running: true, admin_api: false, ..stopped }, &["PF04-admin-api"]);
    }

    #[test]
    fn too_little_space_is_told_before_anything_is_written() {
        finds(&month(), &Target { free: Some(310 << 20), ..target() }, &["PF06-space"]);
        finds(&month(), &Target { free: Some(310 << 20), is_running: false, ..target() }, &["PF06-space"]);
        finds(&month(), &Target { free: Some(331 << 20), is_running: false, ..target() }, &[]);
    }
}
