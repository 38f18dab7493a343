//! What a server that runs has: its own snapshot, read while it goes on.

use super::blocks::Run;
use super::{BackupError, Capture, LeftOut, OutOfOrder, Replica};
use crate::backup::prometheus::{self, ServerSnapshot};

pub(super) fn capture(run: &Run<'_>, left_out: &mut Vec<LeftOut>) -> Result<Replica, BackupError> {
    let snapshot = ServerSnapshot::take(run.node, run.repository.now())?;
    let cut = prometheus::now(run.node)?;
    let blocks = run.blocks(snapshot.folder(), left_out, &|| snapshot.mark(run.repository.now()))?;
    let (name, capture) = (String::new(), Capture::Snapshot);
    Ok(Replica { name, capture, cut, out_of_order: OutOfOrder::None, blocks, head: Vec::new() })
}
