//! What a server answers through its API: everything, or what its snapshot leaves out.

use super::blocks::Run;
use super::{BackupError, BlockEntry, Facts, LeftOut};
use crate::backup::node::LocalNode;
use crate::backup::prometheus::{loads, remote_read};

/// Samples that came late are written to blocks together with the head, which takes three hours at most.
const UNWRITTEN: i64 = 6 * 3_600_000;

/// Everything that the server has.
pub(super) fn everything(
    run: &Run<'_>,
    facts: &Facts,
    left_out: &mut Vec<LeftOut>,
) -> Result<Vec<BlockEntry>, BackupError> {
    match loads(run.node)?.oldest {
        Some(first) => since(run, facts, first, left_out),
        None => Ok(Vec::new()),
    }
}

/// What may have come late and be in no block yet. Most of it is in the snapshot too; a server puts the two together.
pub(super) fn late(
    run: &Run<'_>,
    facts: &Facts,
    left_out: &mut Vec<LeftOut>,
) -> Result<Vec<BlockEntry>, BackupError> {
    match loads(run.node)?.oldest {
        Some(first) => {
            let late = facts.now.saturating_sub(facts.out_of_order_window).saturating_sub(UNWRITTEN);
            since(run, facts, first.max(late), left_out)
        }
        None => Ok(Vec::new()),
    }
}

fn since(
    run: &Run<'_>,
    facts: &Facts,
    first: i64,
    left_out: &mut Vec<LeftOut>,
) -> Result<Vec<BlockEntry>, BackupError> {
    let scratch =
        tempfile::tempdir().map_err(|error| BackupError::of("the folder for temporary files", &error))?;
    let range = (first, facts.now);
    remote_read(run.node, range, &facts.external_labels, scratch.path(), &|| run.lease.renew())?;
    let written = LocalNode::new(scratch.path())?;
    Run { node: &written, ..*run }.blocks("", left_out, &|| Ok(()))
}
