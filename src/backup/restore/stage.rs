//! Files on their way to the target: where the server does not look, whole, and verified.

use std::io::Read;

use super::target::digest;
use super::{BackupError, BlockEntry, Failure, Plan, Run};
use crate::backup::manifest::FileEntry;
use crate::tsdb::{self, Depth};

/// In the data folder, so that a rename needs no copy. Servers leave folders alone that are no blocks.
pub(super) const FOLDER: &str = ".stackgen-restore";

pub(super) fn stage(run: &Run<'_>, plan: &Plan<'_>) -> Result<(), BackupError> {
    // Whatever an earlier run left may be half a file.
    run.node.remove_folder(FOLDER)?;
    let head = if plan.with_head { plan.replica.head.as_slice() } else { &[] };
    let files = plan.chosen().flat_map(|block| &block.files).chain(head);
    run.progress.begin(files.map(|file| file.size).sum());
    for block in plan.chosen() {
        stage_block(run, block)?;
    }
    for file in head {
        stage_file(run, &run.staging, file)?;
    }
    Ok(())
}

fn stage_block(run: &Run<'_>, block: &BlockEntry) -> Result<(), BackupError> {
    let folder = format!("{}/{}", run.staging, block.ulid);
    run.node.make_folder(&format!("{folder}/chunks"))?;
    for file in &block.files {
        stage_file(run, &folder, file)?;
    }
    let Some(place) = run.node.place_on_this_machine(&folder) else { return Ok(()) };
    let report = tsdb::verify_block(&place, Depth::Bytes);
    let Some(damage) = report.damages.first() else { return Ok(()) };
    Err(BackupError::new(Failure::Content, folder, format!("is damaged: {damage}"))
        .hint("`stackgen backup verify --read-data` names the snapshots that are whole"))
}

fn stage_file(run: &Run<'_>, folder: &str, file: &FileEntry) -> Result<(), BackupError> {
    run.lease.renew()?;
    let path = format!("{folder}/{}", file.path);
    if let Some((parent, _)) = path.rsplit_once('/') {
        run.node.make_folder(parent)?;
    }
    let mut input = SegmentReader { run, file, next: 0, piece: Vec::new(), offset: 0 };
    run.node.write(&path, &mut input, &digest(file))
}

/// A file of the repository, a segment at a time.
struct SegmentReader<'r> {
    run: &'r Run<'r>,
    file: &'r FileEntry,
    next: usize,
    piece: Vec<u8>,
    offset: usize,
}

impl Read for SegmentReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.offset == self.piece.len() {
            let Some(segment) = self.file.segments.get(self.next) else { return Ok(0) };
            self.piece = self.run.repository.segment(segment).map_err(std::io::Error::other)?;
            self.run.progress.advance(self.piece.len() as u64);
            (self.next, self.offset) = (self.next + 1, 0);
        }
        let length = buffer.len().min(self.piece.len() - self.offset);
        buffer[..length].copy_from_slice(&self.piece[self.offset..self.offset + length]);
        self.offset += length;
        Ok(length)
    }
}
