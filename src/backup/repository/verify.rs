//! Whether what snapshots name is there, and is what they say.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{BlobId, Repository, SnapshotName, blob};
use crate::backup::manifest::{BlockEntry, Manifest};
use crate::backup::{BackupError, Failure};
use crate::tsdb;

const FOLDER: &str = "verified";

/// When all bytes of a snapshot were last read, and were right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// When.
    pub at: Timestamp,
}

/// What was found out about one snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Which one.
    pub name: SnapshotName,
    /// How many files it has.
    pub files: usize,
    /// How many bytes they have.
    pub bytes: u64,
    /// What is wrong; nothing if it is whole.
    pub damages: Vec<String>,
}

impl Repository {
    /// Whether all blobs of a snapshot are there. With `scratch`, a folder for one block at a time, every byte is read,
    /// and every block verified as [`tsdb::verify`] does.
    pub fn verify(&self, name: &SnapshotName, scratch: Option<&Path>) -> Result<Verdict, BackupError> {
        let mut verdict = Verdict { name: name.clone(), files: 0, bytes: 0, damages: Vec::new() };
        let manifest = match self.manifest(name) {
            Err(error) if matches!(error.failure, Failure::Content | Failure::Missing) => {
                verdict.damages.push(error.to_string());
                return Ok(verdict);
            }
            other => other?,
        };
        (verdict.files, verdict.bytes) = (manifest.files().count(), manifest.size());
        self.find_missing(&manifest, &mut verdict.damages)?;
        if let Some(scratch) = scratch.filter(|_| verdict.damages.is_empty()) {
            self.read_everything(&manifest, scratch, &mut verdict.damages)?;
            if verdict.damages.is_empty() {
                self.note_verified(name)?;
            }
        }
        Ok(verdict)
    }

    /// When each snapshot was last read as a whole.
    pub fn verified(&self) -> Result<BTreeMap<SnapshotName, Verified>, BackupError> {
        let mut found = BTreeMap::new();
        for object in self.store.list(FOLDER)? {
            let name = object.name.strip_prefix("verified/").and_then(|name| name.strip_suffix(".json"));
            let Some(name) = name.and_then(|name| name.parse().ok()) else { continue };
            // A mark that cannot be read says nothing; verifying again writes it anew.
            if let Ok(verified) = serde_json::from_slice(&self.store.read(&object.name)?) {
                found.insert(name, verified);
            }
        }
        Ok(found)
    }

    fn note_verified(&self, name: &SnapshotName) -> Result<(), BackupError> {
        let text = serde_json::to_vec(&Verified { at: self.now() })
            .map_err(|error| BackupError::new(Failure::Other, FOLDER, error.to_string()))?;
        self.store.replace(&format!("{FOLDER}/{name}.json"), &text)?;
        self.store.flush()
    }

    fn find_missing(&self, manifest: &Manifest, damages: &mut Vec<String>) -> Result<(), BackupError> {
        let there: BTreeMap<BlobId, u64> = self
            .store
            .list(blob::FOLDER)?
            .iter()
            .filter_map(|object| Some((BlobId::of_object(&object.name)?.0, object.size)))
            .collect();
        for (folder, file) in manifest.files() {
            for segment in &file.segments {
                let what = match there.get(&segment.blob) {
                    None => "missing",
                    Some(0) => "empty",
                    Some(_) => continue,
                };
                damages.push(format!("{folder}/{}: blob {} is {what}", file.path, segment.blob));
            }
        }
        Ok(())
    }

    fn read_everything(
        &self,
        manifest: &Manifest,
        scratch: &Path,
        damages: &mut Vec<String>,
    ) -> Result<(), BackupError> {
        for replica in &manifest.replicas {
            for block in &replica.blocks {
                let folder = scratch.join(block.ulid.to_string());
                let result = self.check_block(block, &folder, &replica.name, damages);
                // The next block needs its space, whatever became of this one.
                let _ = fs::remove_dir_all(&folder);
                result?;
            }
        }
        if let Some(state) = &manifest.alertmanager {
            note(self.read(&state.silences, &mut std::io::sink()), "alertmanager/silences.json", damages)?;
        }
        Ok(())
    }

    fn check_block(
        &self,
        block: &BlockEntry,
        folder: &Path,
        replica: &str,
        damages: &mut Vec<String>,
    ) -> Result<(), BackupError> {
        let before = damages.len();
        for file in &block.files {
            let place = folder.join(&file.path);
            let name = format!("{replica}/{}/{}", block.ulid, file.path);
            let written = create(&place).and_then(|mut out| {
                self.read(file, &mut out)?;
                out.flush().map_err(|error| BackupError::of(place.display().to_string(), &error))
            });
            note(written, &name, damages)?;
        }
        if damages.len() == before {
            let report = tsdb::verify_block(folder, tsdb::Depth::Bytes);
            damages.extend(report.damages.iter().map(|damage| format!("{replica}/{}: {damage}", block.ulid)));
        }
        Ok(())
    }
}

/// Damage is what is looked for; that a disk is full is not.
fn note(result: Result<(), BackupError>, name: &str, damages: &mut Vec<String>) -> Result<(), BackupError> {
    match result {
        Err(error) if matches!(error.failure, Failure::Content | Failure::Missing) => {
            damages.push(format!("{name}: {}: {}", error.place, error.message));
            Ok(())
        }
        other => other,
    }
}

fn create(place: &Path) -> Result<BufWriter<File>, BackupError> {
    let folder = place.parent().unwrap_or(place);
    let file = fs::create_dir_all(folder).and_then(|()| File::create(place));
    file.map(BufWriter::new).map_err(|error| BackupError::of(place.display().to_string(), &error))
}
