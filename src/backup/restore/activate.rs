//! Staged blocks get their names.
//!
//! A server that runs takes in blocks that appear, but when it starts again it drops from its log everything that ends
//! before its newest block does. So its own samples become a block too, which gets its name first.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::{BackupError, Failure, Plan, Run};
use crate::backup::prometheus::{self, Loads, ServerSnapshot};
use crate::tsdb::Ulid;

/// A server looks for new blocks once a minute.
const PATIENCE: Duration = Duration::from_secs(150);
const PAUSE: Duration = Duration::from_millis(500);
/// The folders of a head. The log comes last: while there is none, the others are what a dead run left.
const HEAD: [&str; 3] = ["chunks_head", "wbl", "wal"];

pub(super) fn activate(run: &Run<'_>, plan: &Plan<'_>) -> Result<(), BackupError> {
    if plan.chosen().next().is_none() && !plan.with_head {
        return Ok(());
    }
    if plan.target.is_running && plan.target.has_head {
        save_own_samples(run, plan)?;
    }
    let before = if plan.target.is_running { prometheus::loads(run.node)? } else { Loads::default() };
    // Oldest first: however far this gets, what is there has no gap.
    for block in plan.chosen() {
        run.node.rename(&format!("{}/{}", run.staging, block.ulid), &block.ulid.to_string())?;
    }
    if plan.with_head {
        for folder in HEAD.iter().filter(|folder| has_folder(plan, folder)) {
            run.node.remove_folder(folder)?;
            run.node.rename(&format!("{}/{folder}", run.staging), folder)?;
        }
    }
    if plan.target.is_running && plan.is_alone { wait_until_loaded(run, plan, before) } else { Ok(()) }
}

/// The server's own samples up to a time after the newest restored one, as a block.
fn save_own_samples(run: &Run<'_>, plan: &Plan<'_>) -> Result<(), BackupError> {
    let newest = plan.chosen().map(|block| block.max_time).max().unwrap_or_default();
    let begin = Instant::now();
    while prometheus::now(run.node)? <= newest {
        check_patience(run, begin, "its clock does not go past the newest block")?;
    }
    let snapshot = ServerSnapshot::take(run.node, run.repository.now())?;
    let blocks: BTreeSet<Ulid> = run
        .node
        .list(snapshot.folder())?
        .iter()
        .filter_map(|file| file.path.strip_prefix(snapshot.folder())?.split('/').nth(1)?.parse().ok())
        .collect();
    let own: BTreeSet<Ulid> = super::target::blocks(run.node)?;
    for ulid in blocks.difference(&own) {
        run.node.rename(&format!("{}/{ulid}", snapshot.folder()), &ulid.to_string())?;
    }
    Ok(())
}

fn has_folder(plan: &Plan<'_>, folder: &str) -> bool {
    plan.replica.head.iter().any(|file| file.path.split('/').next() == Some(folder))
}

/// Until the server has looked for new blocks, and answers for the oldest restored sample.
fn wait_until_loaded(run: &Run<'_>, plan: &Plan<'_>, before: Loads) -> Result<(), BackupError> {
    let Some(oldest) = plan.chosen().map(|block| block.min_time).min() else { return Ok(()) };
    let begin = Instant::now();
    loop {
        let now = prometheus::loads(run.node)?;
        if now.failed > before.failed {
            let message = "it cannot load its blocks since the restored ones are among them";
            return Err(BackupError::new(Failure::Answer, run.node.describe(), message)
                .hint("its log says which one: move that one out of the data folder"));
        }
        let is_there = now.oldest.is_some_and(|time| time <= oldest);
        if is_there && now.done > before.done {
            return Ok(());
        }
        check_patience(run, begin, "it does not load the restored blocks")?;
    }
}

fn check_patience(run: &Run<'_>, begin: Instant, message: &str) -> Result<(), BackupError> {
    run.lease.renew()?;
    if begin.elapsed() > PATIENCE {
        return Err(BackupError::new(Failure::Answer, run.node.describe(), message)
            .hint("look at the server's log; what was restored is there, and running this again goes on"));
    }
    std::thread::sleep(PAUSE);
    Ok(())
}
