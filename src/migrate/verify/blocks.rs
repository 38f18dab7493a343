//! The files of blocks on the target, and whether its server has loaded them.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::{Level, Work};
use crate::backup::prometheus::{Loads, loads};
use crate::backup::{BackupError, Failure, restore};
use crate::tsdb::{self, Depth, Ulid};

/// A server looks for new blocks once a minute.
const PATIENCE: Duration = Duration::from_secs(150);
const PAUSE: Duration = Duration::from_millis(500);

/// L0 to L2.
pub(super) fn compare(work: &Work<'_>) -> Result<Vec<Level>, BackupError> {
    let (mut bytes, mut structure) = files(work)?;
    let loaded = loaded(work)?;
    bytes.what = "files of blocks have the digests that they had";
    structure.what = "blocks are whole: checksums, references, order, numbers";
    Ok(vec![bytes, structure, loaded])
}

/// Blocks that the server has put together with others meanwhile are looked at by the next levels.
fn files(work: &Work<'_>) -> Result<(Level, Level), BackupError> {
    let (mut bytes, mut structure) = (Level::new("L0", ""), Level::new("L1", ""));
    let (mut same, mut whole) = (0_usize, 0_usize);
    for block in &work.given {
        match restore::compare(work.run.target, block) {
            Ok(()) => same += 1,
            Err(error) if error.failure == Failure::Missing => continue,
            Err(error) if error.failure == Failure::Exists => bytes.differs(|| error.to_string()),
            Err(error) => return Err(error),
        }
        let Some(place) = work.run.target.place_on_this_machine(&block.ulid.to_string()) else { continue };
        let report = tsdb::verify_block(&place, Depth::Bytes);
        match report.damages.first() {
            // It was put together with others at this very moment.
            Some(_) if !place.exists() => {}
            Some(damage) => structure.differs(|| format!("block {}: {damage}", block.ulid)),
            None => whole += 1,
        }
    }
    let elsewhere = work.given.len() - same.min(work.given.len());
    bytes.compared = format!("{same} blocks, and {elsewhere} that are parts of others by now");
    structure.compared = format!("{whole} blocks");
    Ok((bytes, structure))
}

/// Every block is loaded, by its name or as a part of another one.
fn loaded(work: &Work<'_>) -> Result<Level, BackupError> {
    let mut level = Level::new("L2", "the server has loaded everything, and nothing failed");
    let found = wait_until_loaded(work)?;
    let now = restore::look(
        work.run.target,
        &restore::Options::to_look(true),
        work.run.repository.now().as_millisecond(),
    )?;
    let there: BTreeSet<Ulid> = now
        .blocks
        .iter()
        .flat_map(|meta| meta.compaction.sources.iter().copied().chain([meta.ulid]))
        .collect();
    for block in &work.given {
        let is_there = there.contains(&block.ulid)
            || !block.sources.is_empty() && block.sources.iter().all(|source| there.contains(source));
        if !is_there {
            level.differs(|| format!("block {} is not there any more", block.ulid));
        }
    }
    if found.failed > work.before.failed {
        level
            .differs(|| "the server could not load its blocks since this began: its log says why".to_owned());
    }
    if let Some(oldest) = found.oldest.filter(|oldest| *oldest > work.range.0 && !work.given.is_empty()) {
        level.differs(|| format!("the oldest sample is of {oldest}, expected {}", work.range.0));
    }
    level.compared = format!("{} blocks", work.given.len());
    Ok(level)
}

/// Until the server has looked for new blocks since it was given the last ones, and answers for the oldest sample. One
/// that was started again has looked.
fn wait_until_loaded(work: &Work<'_>) -> Result<Loads, BackupError> {
    let begin = Instant::now();
    loop {
        let now = loads(work.run.target)?;
        let is_there = work.given.is_empty() || now.oldest.is_some_and(|time| time <= work.range.0);
        #[expect(clippy::float_cmp, reason = "a counter that was written down")]
        let has_looked = now.done != work.looked;
        if is_there && has_looked || begin.elapsed() > PATIENCE || now.failed > work.before.failed {
            return Ok(now);
        }
        std::thread::sleep(PAUSE);
    }
}
