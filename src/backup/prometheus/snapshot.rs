//! The server's own snapshot: hard links to its blocks, and its head as one more block.
//!
//! No API removes a snapshot again, and the links keep the space of blocks that the server has long removed. So each
//! snapshot has a mark from the moment that its name is known, and who finds the mark of a dead run clears up.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use super::{ask, wrong};
use crate::backup::node::{Digest, Failure, Node, NodeError, Request};
use crate::backup::repository::hexadecimal;

const FOLDER: &str = "snapshots";
const MARK: &str = "stackgen.json";
/// A run that says nothing for so long is dead.
const TERM: SignedDuration = SignedDuration::from_mins(15);

#[derive(Serialize, Deserialize)]
struct Mark {
    expires: Timestamp,
}

/// A snapshot that is removed when nobody needs it any more.
pub struct ServerSnapshot<'n> {
    node: &'n dyn Node,
    folder: String,
}

impl<'n> ServerSnapshot<'n> {
    /// Makes the server write one, and removes those that dead runs left.
    pub fn take(node: &'n dyn Node, now: Timestamp) -> Result<Self, NodeError> {
        clear_up(node, now)?;
        let snapshot = Self { node, folder: format!("{FOLDER}/{}", request(node)?) };
        // A server without anything in it makes no folder.
        node.make_folder(&snapshot.folder)?;
        snapshot.mark(now)?;
        Ok(snapshot)
    }

    /// The folder that its blocks are in.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// Says that this run lives.
    pub fn mark(&self, now: Timestamp) -> Result<(), NodeError> {
        let path = format!("{}/{MARK}", self.folder);
        let text = serde_json::to_vec(&Mark { expires: now + TERM })
            .map_err(|error| NodeError::new(Failure::Other, &path, error.to_string()))?;
        let digest = Digest { size: text.len() as u64, sha256: hexadecimal(&sha2::Sha256::digest(&text)) };
        self.node.write(&path, &mut text.as_slice(), &digest)
    }
}

impl Drop for ServerSnapshot<'_> {
    fn drop(&mut self) {
        // What cannot be removed now has a mark, and the next run removes it.
        let _ = self.node.remove_folder(&self.folder);
    }
}

/// Asks for a snapshot; gives its name.
fn request(node: &dyn Node) -> Result<String, NodeError> {
    #[derive(Deserialize)]
    struct Snapshot {
        name: String,
    }
    let Snapshot { name } = ask(node, &Request::post("/api/v1/admin/tsdb/snapshot", Vec::new()))?;
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_name && !name.is_empty() {
        return Ok(name);
    }
    Err(wrong(node, "its snapshot has a name that is none".to_owned()))
}

/// Removes the snapshots of runs that died.
fn clear_up(node: &dyn Node, now: Timestamp) -> Result<(), NodeError> {
    let files = match node.list(FOLDER) {
        Err(error) if error.failure == Failure::Missing => return Ok(()),
        other => other?,
    };
    for file in files {
        let Some((folder, MARK)) = file.path.rsplit_once('/') else { continue };
        let mut text = Vec::new();
        node.read(&file.path, &mut text)?;
        // A mark that cannot be read was being written when its run died.
        if serde_json::from_slice::<Mark>(&text).is_ok_and(|mark| mark.expires > now) {
            continue;
        }
        node.remove_folder(folder)?;
    }
    Ok(())
}
