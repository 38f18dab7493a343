//! What a server that runs has: its own snapshot, read while it goes on.

use super::blocks::Run;
use super::{BackupError, BlockEntry, LeftOut};
use crate::backup::prometheus::{self, ServerSnapshot};

/// The blocks, and the last millisecond that may be in them.
pub(super) fn capture(
    run: &Run<'_>,
    left_out: &mut Vec<LeftOut>,
) -> Result<(i64, Vec<BlockEntry>), BackupError> {
    let snapshot = ServerSnapshot::take(run.node, run.repository.now())?;
    let cut = prometheus::now(run.node)?;
    let blocks = run.blocks(snapshot.folder(), left_out, &|| snapshot.mark(run.repository.now()))?;
    Ok((cut, blocks))
}
