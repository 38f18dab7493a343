//! What restores of a snapshot gave to a target, written into its data folder before they do: so that it can be taken
//! away again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::backup::node::{Digest, Node};
use crate::backup::repository::{SnapshotName, hexadecimal};
use crate::backup::{BackupError, Failure};
use crate::tsdb::Ulid;

/// Everything that came of one snapshot, however many runs it took.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Record {
    /// Blocks that were not there before.
    #[serde(default)]
    pub blocks: BTreeSet<Ulid>,
    /// What the target had before of that what they were made of.
    #[serde(default)]
    pub kept: BTreeSet<Ulid>,
    /// Whether the head of a stopped server came with them.
    #[serde(default)]
    pub has_head: bool,
    /// What the target calls the silences that were new to it.
    #[serde(default)]
    pub silences: BTreeSet<String>,
    /// The objects of Grafana that were new to it.
    #[serde(default)]
    pub grafana: BTreeSet<String>,
}

/// Beside the blocks, where no server looks.
const FOLDER: &str = ".stackgen-restored";

fn folder(snapshot: &SnapshotName) -> String {
    format!("{FOLDER}/{snapshot}")
}

fn path(snapshot: &SnapshotName) -> String {
    format!("{}/record.json", folder(snapshot))
}

impl Record {
    /// Of a snapshot; empty if nothing of it was restored here.
    pub fn read(node: &dyn Node, snapshot: &SnapshotName) -> Result<Self, BackupError> {
        let (path, mut text) = (path(snapshot), Vec::new());
        match node.read(&path, &mut text) {
            Err(error) if error.failure == Failure::Missing => Ok(Self::default()),
            Err(error) => Err(error),
            Ok(_) => serde_json::from_slice(&text)
                .map_err(|error| BackupError::new(Failure::Content, path, format!("is broken: {error}"))),
        }
    }

    /// Adds what a run is about to give.
    pub fn add(self, node: &dyn Node, snapshot: &SnapshotName) -> Result<(), BackupError> {
        let mut all = Self::read(node, snapshot)?;
        all.kept.extend(self.kept);
        all.blocks.extend(self.blocks);
        all.silences.extend(self.silences);
        all.grafana.extend(self.grafana);
        all.has_head |= self.has_head;
        let path = path(snapshot);
        let text = serde_json::to_vec(&all)
            .map_err(|error| BackupError::new(Failure::Other, &path, error.to_string()))?;
        let digest = Digest { size: text.len() as u64, sha256: hexadecimal(&Sha256::digest(&text)) };
        node.make_folder(&folder(snapshot))?;
        node.write(&path, &mut text.as_slice(), &digest)
    }

    /// Whether everything can be taken away again.
    pub fn check(
        &self,
        snapshot: &SnapshotName,
        has_alertmanager: bool,
        has_grafana: bool,
    ) -> Result<(), BackupError> {
        let refused = |failure, message: String, hint: &str| {
            Err(BackupError::new(failure, snapshot.to_string(), message).hint(hint))
        };
        if self.is_empty() {
            let hint =
                "name the snapshot whose restore is to be undone, and the data folder that it went into";
            return refused(Failure::Missing, "nothing of it was restored here".to_owned(), hint);
        }
        if self.has_head {
            let message =
                "its log became the server's own, and cannot be told from what came since".to_owned();
            let hint = "it was restored into a folder that had none: begin again with an empty one";
            return refused(Failure::Forbidden, message, hint);
        }
        if !self.silences.is_empty() && !has_alertmanager {
            let message = format!("{} silences were restored with it", self.silences.len());
            return refused(Failure::Missing, message, "name the address: --alertmanager-url URL");
        }
        if !self.grafana.is_empty() && !has_grafana {
            let message = format!("{} objects of Grafana were restored with it", self.grafana.len());
            return refused(Failure::Missing, message, "name the address: --grafana-url URL");
        }
        Ok(())
    }

    /// Forgets what was taken away again.
    pub fn remove(node: &dyn Node, snapshot: &SnapshotName) -> Result<(), BackupError> {
        node.remove_folder(&folder(snapshot))?;
        if node.list(FOLDER)?.is_empty() { node.remove_folder(FOLDER) } else { Ok(()) }
    }

    /// Whether nothing was restored.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
