//! What a snapshot holds: where it came from, its blocks with all their files, silences, and what was left out.
//!
//! Its text is canonical (sorted keys, no spaces that could vary), so that the same content has the same bytes.

mod merkle;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::repository::BlobId;
use super::{BackupError, Failure};
use crate::tsdb::{Encoding as ChunkEncoding, Ulid};

/// The only version of manifests that there is.
pub const SCHEMA: &str = "stackgen.snapshot/v1";

/// One snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: String,
    /// When it was written.
    pub created: Timestamp,
    /// What the cluster is called.
    pub cluster: String,
    /// The program that wrote it, with its version.
    pub tool: String,
    /// Where it came from.
    pub source: Source,
    /// The replicas of Prometheus whose blocks are in it.
    pub replicas: Vec<Replica>,
    /// What Alertmanager held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alertmanager: Option<Alertmanager>,
    /// What Alertmanager keeps in files of its own: `nflog`, and `silences` if it could not be asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alertmanager_files: Vec<FileEntry>,
    /// What Grafana held beyond Git.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grafana: Option<Grafana>,
    /// What is not in it although it was there, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// A digest over the digests of all files: equal roots are equal content.
    pub merkle_root: String,
}

/// Where a snapshot came from. Times are milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What the node is called.
    pub node: String,
    /// The release of Prometheus; none where no server was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prometheus: Option<String>,
    /// How long it keeps samples; none for ever, or where no server was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_time: Option<i64>,
    /// How many bytes it keeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_size: Option<u64>,
    /// How late samples may come.
    #[serde(default)]
    pub out_of_order_window: i64,
    /// What it adds to series that leave it.
    #[serde(default)]
    pub external_labels: BTreeMap<String, String>,
    /// By how much its clock was ahead of the one of whoever wrote the snapshot.
    #[serde(default)]
    pub clock_offset: i64,
}

/// The blocks of one server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replica {
    /// Such as `prometheus-0`.
    pub name: String,
    /// How they were read.
    pub capture: Capture,
    /// The last millisecond that can be in them: later samples are not.
    pub cut: i64,
    /// What became of samples that came late.
    pub out_of_order: OutOfOrder,
    /// Sorted by time and name.
    pub blocks: Vec<BlockEntry>,
    /// What a server that did not run had for its head: the files of `wal`, `wbl` and `chunks_head`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub head: Vec<FileEntry>,
}

/// How blocks were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capture {
    /// The server's own snapshot, which has the head too.
    Snapshot,
    /// The same, with the samples that came late read through the API.
    SnapshotWithTopUp,
    /// Everything read through the API.
    RemoteRead,
    /// The data folder of a server that does not run.
    StoppedFolder,
}

impl Capture {
    /// As manifests have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Snapshot => "snapshot",
            Self::SnapshotWithTopUp => "snapshot-with-top-up",
            Self::RemoteRead => "remote-read",
            Self::StoppedFolder => "stopped-folder",
        }
    }
}

/// What became of samples that came late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutOfOrder {
    /// The server takes none.
    None,
    /// They are in the snapshot.
    Captured,
    /// Those that the server had not yet put into blocks are missing.
    Missing,
}

/// A block and its files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockEntry {
    /// Its name.
    pub ulid: Ulid,
    /// Its first millisecond.
    pub min_time: i64,
    /// The millisecond after its last one.
    pub max_time: i64,
    /// How often its content was put together.
    pub level: u32,
    /// What it was made of.
    pub sources: Vec<Ulid>,
    /// How many samples it has.
    pub samples: u64,
    /// How many series it has.
    pub series: u64,
    /// How its chunks are encoded: not every release reads every one.
    pub encodings: Vec<ChunkEncoding>,
    /// A digest over the samples of each metric: how many, and when the first and the last one were.
    pub metrics: String,
    /// Sorted by path.
    pub files: Vec<FileEntry>,
}

/// A file, and the blobs that hold it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// In the block's folder.
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// In lower-case hexadecimal digits.
    pub sha256: String,
    /// In order.
    pub segments: Vec<Segment>,
}

/// A piece of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Which blob holds it.
    pub blob: BlobId,
    /// In bytes, before it was compressed.
    pub size: u32,
    /// Whether it is compressed.
    pub encoding: Encoding,
}

/// How a blob is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// As it is.
    Raw,
    /// By zstd.
    Zstd,
}

/// What Alertmanager held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alertmanager {
    /// The release.
    pub version: String,
    /// Silences as its API gives them, in files of `silences.json`.
    pub silences: FileEntry,
    /// How many of them were not yet over.
    pub current: usize,
}

/// What Grafana held beyond Git.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grafana {
    /// The release.
    pub version: String,
    /// Its objects.
    pub objects: FileEntry,
    /// How many of each kind.
    pub counts: BTreeMap<String, usize>,
    /// The secret fields that have a value, which is not told: whoever restores them has to give it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
}

/// Something that is not in the snapshot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Such as a block's name.
    pub what: String,
    /// Why.
    pub reason: String,
}

impl Default for FileEntry {
    /// A file without content.
    fn default() -> Self {
        let sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned();
        Self { path: String::new(), size: 0, sha256, segments: Vec::new() }
    }
}

impl Replica {
    /// Whether a head has a file of this path.
    pub fn has_head_file(path: &str) -> bool {
        merkle::is_head_file(path)
    }
}

impl BlockEntry {
    /// Whether blocks have a file of this path.
    pub fn has_file(path: &str) -> bool {
        merkle::is_block_file(path)
    }
}

impl Manifest {
    /// All files, with the folder that each is in: `replica/block`.
    pub fn files(&self) -> impl Iterator<Item = (String, &FileEntry)> {
        let blocks = self.replicas.iter().flat_map(|replica| {
            let folder = |block: &BlockEntry| format!("{}/{}", replica.name, block.ulid);
            let blocks = replica.blocks.iter();
            let files =
                blocks.flat_map(move |block| block.files.iter().map(move |file| (folder(block), file)));
            files.chain(replica.head.iter().map(|file| (replica.name.clone(), file)))
        });
        let silences = self.alertmanager.iter().map(|state| &state.silences);
        let alertmanager = silences.chain(&self.alertmanager_files);
        let grafana = self.grafana.iter().map(|grafana| ("grafana".to_owned(), &grafana.objects));
        blocks.chain(alertmanager.map(|file| ("alertmanager".to_owned(), file))).chain(grafana)
    }

    /// How many bytes its files have together.
    pub fn size(&self) -> u64 {
        self.files().map(|(_, file)| file.size).sum()
    }

    /// The first and last time that its blocks may hold.
    pub fn time_range(&self) -> Option<(i64, i64)> {
        let blocks = || self.replicas.iter().flat_map(|replica| &replica.blocks);
        let first = blocks().map(|block| block.min_time).min()?;
        Some((first, blocks().map(|block| block.max_time).max()?))
    }

    /// With the root over what it holds now.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.merkle_root = merkle::root(&self);
        self
    }

    /// The text of the file.
    pub fn to_json(&self) -> Result<Vec<u8>, BackupError> {
        let mut value = serde_json::to_value(self).map_err(|error| broken(&error.to_string()))?;
        value.sort_all_objects();
        Ok(format!("{value:#}\n").into_bytes())
    }

    /// Reads and checks the text of a file.
    pub fn of_json(bytes: &[u8]) -> Result<Self, BackupError> {
        #[derive(Deserialize)]
        struct Version {
            schema: String,
        }
        let version: Version = serde_json::from_slice(bytes).map_err(|error| broken(&error.to_string()))?;
        if version.schema != SCHEMA {
            let message = format!("has the schema `{}`, `{SCHEMA}` was expected", version.schema);
            return Err(
                BackupError::new(Failure::Content, "manifest", message).hint("use a newer stackgen for it")
            );
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(|error| broken(&error.to_string()))?;
        merkle::check(&manifest)?;
        Ok(manifest)
    }
}

fn broken(message: &str) -> BackupError {
    BackupError::new(Failure::Content, "manifest", format!("is broken: {message}"))
}
