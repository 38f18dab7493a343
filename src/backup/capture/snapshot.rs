//! The server's own snapshot: hard links to its blocks, and its head as one more block.
//!
//! No API removes a snapshot again, and the links keep the space of blocks that the server has long removed. So each
//! snapshot has a mark from the moment that its name is known, and who finds the mark of a dead run clears up.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::blocks::{Run, hashed};
use super::{BackupError, Capture, Failure, LeftOut, OutOfOrder, Replica};
use crate::backup::node::Digest;
use crate::backup::prometheus;

const FOLDER: &str = "snapshots";
const MARK: &str = "stackgen.json";
/// A run that says nothing for so long is dead.
const TERM: SignedDuration = SignedDuration::from_mins(15);

#[derive(Serialize, Deserialize)]
struct Mark {
    expires: Timestamp,
}

/// A snapshot that is removed when nobody needs it any more.
struct ServerSnapshot<'r> {
    run: &'r Run<'r>,
    folder: String,
}

impl<'r> ServerSnapshot<'r> {
    fn take(run: &'r Run<'r>) -> Result<Self, BackupError> {
        let name = prometheus::snapshot(run.node)?;
        let snapshot = Self { run, folder: format!("{FOLDER}/{name}") };
        // A server without anything in it makes no folder.
        run.node.make_folder(&snapshot.folder)?;
        snapshot.mark()?;
        Ok(snapshot)
    }

    /// Says that this run lives.
    fn mark(&self) -> Result<(), BackupError> {
        let path = format!("{}/{MARK}", self.folder);
        let expires = self.run.repository.now() + TERM;
        let text = serde_json::to_vec(&Mark { expires })
            .map_err(|error| BackupError::new(Failure::Other, &path, error.to_string()))?;
        let digest: Digest = hashed(&text);
        self.run.node.write(&path, &mut text.as_slice(), &digest)
    }
}

impl Drop for ServerSnapshot<'_> {
    fn drop(&mut self) {
        // What cannot be removed now has a mark, and the next run removes it.
        let _ = self.run.node.remove_folder(&self.folder);
    }
}

pub(super) fn capture(run: &Run<'_>, left_out: &mut Vec<LeftOut>) -> Result<Replica, BackupError> {
    clear_up(run)?;
    let snapshot = ServerSnapshot::take(run)?;
    let cut = prometheus::now(run.node)?;
    let blocks = run.blocks(&snapshot.folder, left_out, &|| snapshot.mark())?;
    Ok(Replica {
        name: String::new(),
        capture: Capture::Snapshot,
        cut,
        out_of_order: OutOfOrder::None,
        blocks,
        head: Vec::new(),
    })
}

/// Removes the snapshots of runs that died.
fn clear_up(run: &Run<'_>) -> Result<(), BackupError> {
    for file in run.list(FOLDER)? {
        let Some((folder, MARK)) = file.path.rsplit_once('/') else { continue };
        let mut text = Vec::new();
        run.node.read(&file.path, &mut text)?;
        // A mark that cannot be read was being written when its run died.
        let is_alive =
            serde_json::from_slice::<Mark>(&text).is_ok_and(|mark| mark.expires > run.repository.now());
        if !is_alive {
            run.node.remove_folder(folder)?;
        }
    }
    Ok(())
}
