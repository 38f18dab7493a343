//! Blocks on their way into the repository: verified, then stored.

use std::collections::BTreeMap;
use std::io::Write;

use sha2::Digest as _;

use super::{BackupError, Failure, LeftOut, Node, Progress, Repository};
use crate::backup::manifest::{BlockEntry, FileEntry};
use crate::backup::node::{LocalNode, NodeFile};
use crate::backup::repository::{Lease, hexadecimal};
use crate::tsdb::{self, BlockReport, Depth, Ulid};

/// What a capture carries along.
pub(super) struct Run<'r> {
    pub(super) node: &'r dyn Node,
    pub(super) repository: &'r Repository,
    pub(super) lease: &'r Lease<'r>,
    pub(super) skip_corrupt: bool,
    pub(super) progress: &'r dyn Progress,
}

/// A block that is verified. One from elsewhere is in a folder on this machine, which goes when it is not needed: it
/// came once, and what was verified is what is stored.
struct Verified {
    report: BlockReport,
    copy: Option<(tempfile::TempDir, LocalNode)>,
}

impl Run<'_> {
    /// All blocks in a folder of the node. `alive` is called after each.
    pub(super) fn blocks(
        &self,
        folder: &str,
        left_out: &mut Vec<LeftOut>,
        alive: &dyn Fn() -> Result<(), BackupError>,
    ) -> Result<Vec<BlockEntry>, BackupError> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut blocks: BTreeMap<Ulid, Vec<NodeFile>> = BTreeMap::new();
        for file in self.list(folder)? {
            let inside = file.path.strip_prefix(&prefix).and_then(|rest| rest.split_once('/'));
            if let Some(ulid) = inside.and_then(|(name, _)| name.parse().ok()) {
                blocks.entry(ulid).or_default().push(file);
            }
        }
        self.progress.begin(blocks.values().flatten().map(|file| file.size).sum());
        let mut entries = Vec::new();
        for (ulid, files) in blocks {
            entries.extend(self.block(&format!("{prefix}{ulid}"), &files, left_out)?);
            self.lease.renew()?;
            alive()?;
        }
        entries.sort_by_key(|entry| (entry.min_time, entry.ulid));
        Ok(entries)
    }

    /// A block; none if it is damaged and may be left out.
    fn block(
        &self,
        folder: &str,
        files: &[NodeFile],
        left_out: &mut Vec<LeftOut>,
    ) -> Result<Option<BlockEntry>, BackupError> {
        let verified = self.verify(folder, files)?;
        let report = &verified.report;
        let (Some(meta), true) = (&report.meta, report.is_whole()) else {
            let damage = report.damages.first().map(ToString::to_string).unwrap_or_default();
            if !self.skip_corrupt {
                let message = format!("is damaged: {damage}");
                return Err(BackupError::new(Failure::Content, folder, message)
                    .hint("leave such blocks out and name them in the snapshot: --skip-corrupt"));
            }
            left_out.push(LeftOut { what: format!("block {folder}"), reason: damage });
            return Ok(None);
        };
        let mut entries = Vec::new();
        for file in files {
            let inside = file.path[folder.len()..].trim_start_matches('/');
            if BlockEntry::has_file(inside) {
                entries.push(match &verified.copy {
                    Some((_, copy)) => Run { node: copy, ..*self }.file(&copied(folder, file), inside)?,
                    None => self.file(&file.path, inside)?,
                });
            } else {
                let reason = "no block has a file of this name".to_owned();
                left_out.push(LeftOut { what: file.path.clone(), reason });
            }
        }
        Ok(Some(BlockEntry {
            ulid: meta.ulid,
            min_time: meta.min_time,
            max_time: meta.max_time,
            level: meta.compaction.level,
            sources: meta.compaction.sources.clone(),
            samples: report.found.num_samples,
            series: report.found.num_series,
            encodings: report.encodings.keys().copied().collect(),
            metrics: metrics(report),
            files: entries,
        }))
    }

    /// Verifies a block where it is, or a copy of it if it is elsewhere.
    fn verify(&self, folder: &str, files: &[NodeFile]) -> Result<Verified, BackupError> {
        if let Some(place) = self.node.place_on_this_machine(folder) {
            return Ok(Verified { report: tsdb::verify_block(&place, Depth::Bytes), copy: None });
        }
        let failed = |error: &std::io::Error| BackupError::of("the folder for temporary files", error);
        let scratch = tempfile::tempdir().map_err(|error| failed(&error))?;
        for file in files {
            let place = scratch.path().join(copied(folder, file));
            let out = place.parent().map_or(Ok(()), std::fs::create_dir_all);
            let mut out = out.and_then(|()| std::fs::File::create(&place)).map_err(|error| failed(&error))?;
            self.node.read(&file.path, &mut out)?;
        }
        let report = tsdb::verify_block(&scratch.path().join(name(folder)), Depth::Bytes);
        let copy = LocalNode::new(scratch.path())?;
        Ok(Verified { report, copy: Some((scratch, copy)) })
    }

    /// Stores a file; what the repository got is what the node says that it gave.
    pub(super) fn file(&self, path: &str, name: &str) -> Result<FileEntry, BackupError> {
        let mut writer = self.repository.writer();
        let digest = self.node.read(path, &mut Watched { out: &mut writer, progress: self.progress })?;
        let entry = writer.finish(name)?;
        if (entry.size, &entry.sha256) != (digest.size, &digest.sha256) {
            let message = "what came is not what was sent";
            return Err(BackupError::new(Failure::Content, path, message).hint("run it again"));
        }
        Ok(entry)
    }

    /// The files below a folder of the node; none if it is not there.
    pub(super) fn list(&self, folder: &str) -> Result<Vec<NodeFile>, BackupError> {
        match self.node.list(folder) {
            Err(error) if error.failure == Failure::Missing => Ok(Vec::new()),
            other => other,
        }
    }
}

/// The folder's own name: a block says what it has to be.
fn name(folder: &str) -> &str {
    folder.rsplit('/').next().unwrap_or(folder)
}

/// Where a file of a block is in a copy of it.
fn copied(folder: &str, file: &NodeFile) -> String {
    format!("{}{}", name(folder), &file.path[folder.len()..])
}

/// Tells of what goes through.
struct Watched<'w> {
    out: &'w mut dyn Write,
    progress: &'w dyn Progress,
}

impl Write for Watched<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let length = self.out.write(bytes)?;
        self.progress.advance(length as u64);
        Ok(length)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

/// A digest over how much each metric has.
fn metrics(report: &BlockReport) -> String {
    let mut hash = sha2::Sha256::new();
    for (name, stats) in &report.metrics {
        hash.update(format!("{name}\0{} {} {}\n", stats.series, stats.chunks, stats.samples));
    }
    hexadecimal(&hash.finalize())
}
