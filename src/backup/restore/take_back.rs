//! Blocks that were given to a target are taken away again.
//!
//! A server puts the blocks that it was given together with its own. Such a block is written again without the series
//! that came with them; the new one says that it replaces the other, so a server that runs removes that itself.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::scratch::{copy, scratched};
use super::target::metas;
use super::{Options, look};
use crate::backup::manifest::{BlockEntry, Manifest};
use crate::backup::node::{LocalNode, Node};
use crate::backup::prometheus::Labels;
use crate::backup::repository::Repository;
use crate::backup::{BackupError, Failure};
use crate::tsdb::{self, Block, Compaction, Damage, Meta, Parent, Ulid};

/// Where blocks are written again, in the target's data folder.
const FOLDER: &str = ".stackgen-rollback";
/// A server looks for new blocks once a minute, and may put old ones together meanwhile.
const PATIENCE: Duration = Duration::from_secs(300);
const PAUSE: Duration = Duration::from_secs(1);

/// What was taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakenBack {
    /// Blocks that held nothing else.
    pub removed: usize,
    /// Blocks that were written again without these series.
    pub rewritten: usize,
}

/// What is taken away, and from where.
#[derive(Clone, Copy)]
pub struct TakeBack<'t> {
    /// Which target.
    pub node: &'t dyn Node,
    /// Where the snapshots are.
    pub repository: &'t Repository,
    /// The snapshots that the blocks came from.
    pub manifests: &'t [Manifest],
    /// The blocks that were given.
    pub given: &'t BTreeSet<Ulid>,
    /// What the target had before of that what they were made of: such names say nothing.
    pub kept: &'t BTreeSet<Ulid>,
    /// Whether a server runs there.
    pub has_prometheus: bool,
    /// Whether no series of the target has the labels of one of the snapshots: only then can blocks be taken apart that
    /// hold both.
    pub is_told_apart: bool,
}

fn blocks(manifests: &[Manifest]) -> impl Iterator<Item = &BlockEntry> {
    manifests.iter().flat_map(|manifest| &manifest.replicas).flat_map(|replica| &replica.blocks)
}

impl TakeBack<'_> {
    /// What [`Self::run`] would do; nothing is changed.
    pub fn count(&self) -> Result<TakenBack, BackupError> {
        let options = Options::to_look(self.has_prometheus);
        let found = look(self.node, &options, self.repository.now().as_millisecond())?.blocks;
        let ours = self.ours();
        self.check(&ours, &found)?;
        let removed = found.iter().filter(|meta| self.is_ours(meta, &ours)).count();
        let touched = found.iter().filter(|meta| self.is_touched(meta, &ours)).count();
        Ok(TakenBack { removed, rewritten: touched - removed })
    }

    /// Until no block has anything of the given ones.
    pub fn run(&self) -> Result<TakenBack, BackupError> {
        // Whether a server uses the folder can be seen only while we do not.
        self.count()?;
        let ours = self.ours();
        let (mut removed, mut rewritten) = (BTreeSet::new(), BTreeSet::new());
        let mut series = None;
        let _alone = self.node.lock()?;
        let begin = Instant::now();
        loop {
            self.node.remove_folder(FOLDER)?;
            let found = metas(self.node, self.has_prometheus)?;
            self.check(&ours, &found)?;
            let replaced: BTreeSet<Ulid> =
                found.iter().flat_map(|meta| &meta.compaction.parents).map(|parent| parent.ulid).collect();
            let mut is_clean = true;
            for meta in found.iter().filter(|meta| self.is_touched(meta, &ours)) {
                is_clean = false;
                // A server that does not run removes nothing.
                let is_over = replaced.contains(&meta.ulid);
                if self.is_ours(meta, &ours) || (is_over && !self.has_prometheus) {
                    self.node.remove_folder(&meta.ulid.to_string())?;
                    if !is_over {
                        removed.insert(meta.ulid);
                    }
                } else if !is_over {
                    let series = match &mut series {
                        Some(series) => series,
                        none => none.insert(self.series()?),
                    };
                    if self.rewrite(meta, &ours, series)? {
                        rewritten.insert(meta.ulid);
                    }
                }
            }
            if is_clean {
                return Ok(TakenBack { removed: removed.len(), rewritten: rewritten.len() });
            }
            if begin.elapsed() > PATIENCE {
                let message = "goes on putting blocks together that are being taken apart";
                return Err(BackupError::new(Failure::Answer, self.node.describe(), message)
                    .hint("run the same command again"));
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// What was given, with everything that it was made of: names that survive compaction.
    fn ours(&self) -> BTreeSet<Ulid> {
        let mut ours = self.given.clone();
        for block in blocks(self.manifests).filter(|block| self.given.contains(&block.ulid)) {
            ours.extend(block.sources.iter().filter(|source| !self.kept.contains(source)));
        }
        ours
    }

    /// Whether a block has something of ours in it.
    fn is_touched(&self, meta: &Meta, ours: &BTreeSet<Ulid>) -> bool {
        self.given.contains(&meta.ulid) || meta.compaction.sources.iter().any(|source| ours.contains(source))
    }

    /// Whether all of it is ours.
    fn is_ours(&self, meta: &Meta, ours: &BTreeSet<Ulid>) -> bool {
        let sources = &meta.compaction.sources;
        self.given.contains(&meta.ulid)
            || (!sources.is_empty() && sources.iter().all(|source| ours.contains(source)))
    }

    /// Nothing is taken away that may be the target's own.
    fn check(&self, ours: &BTreeSet<Ulid>, found: &[Meta]) -> Result<(), BackupError> {
        let mut both = found.iter().filter(|meta| self.is_touched(meta, ours) && !self.is_ours(meta, ours));
        let Some(meta) = both.next().filter(|_| !self.is_told_apart) else { return Ok(()) };
        let message = "the server has put its own samples together with those that it was given, and both may be of \
                       the same series";
        Err(BackupError::new(Failure::Forbidden, meta.ulid.to_string(), message)
            .hint("leave them where they are, or restore a snapshot of the target into an empty folder"))
    }

    /// The labels of all series of the snapshots.
    fn series(&self) -> Result<BTreeSet<Labels>, BackupError> {
        let mut all = BTreeSet::new();
        for block in blocks(self.manifests) {
            let scratch = copy(self.repository, block)?;
            let folder = scratch.path().join(block.ulid.to_string());
            let damaged = |damage: Damage| {
                let place = folder.display().to_string();
                BackupError::new(Failure::Content, place, format!("is damaged: {damage}"))
            };
            let mut block = Block::open(&folder).map_err(damaged)?;
            while let Some(series) = block.next_series().map_err(damaged)? {
                all.insert(series.labels);
            }
        }
        Ok(all)
    }

    /// Writes a block again without these series. Not, if the server has removed it meanwhile.
    fn rewrite(
        &self,
        meta: &Meta,
        ours: &BTreeSet<Ulid>,
        series: &BTreeSet<Labels>,
    ) -> Result<bool, BackupError> {
        let name = meta.ulid.to_string();
        let scratch = tempfile::tempdir().map_err(|error| scratched(&error))?;
        let old = match self.node.place_on_this_machine(&name) {
            Some(place) => place,
            None => match fetch(self.node, &name, scratch.path()) {
                Err(error) if error.failure == Failure::Missing => return Ok(false),
                other => other?,
            },
        };
        let parent = Parent { ulid: meta.ulid, min_time: meta.min_time, max_time: meta.max_time };
        let sources = |old: &Meta| {
            let sources = old.compaction.sources.iter();
            sources.filter(|source| !ours.contains(source)).copied().collect()
        };
        let of_target = |old: &Meta| Compaction {
            level: old.compaction.level,
            sources: sources(old),
            parents: vec![parent],
            ..Compaction::default()
        };
        let is_kept = |labels: Labels| (!series.contains(&labels)).then_some(labels);
        let written = match tsdb::rewrite(&old, &scratch.path().join("staging"), is_kept, of_target) {
            Err(_) if !old.exists() => return Ok(false),
            other => other.map_err(|error| BackupError::new(Failure::Content, &name, error.to_string()))?,
        };
        match written {
            Some(written) => adopt(self.node, scratch.path(), &written.ulid.to_string())?,
            None => self.node.remove_folder(&name)?,
        }
        Ok(true)
    }
}

/// A block of a server that is elsewhere, in a folder here.
fn fetch(node: &dyn Node, name: &str, folder: &Path) -> Result<PathBuf, BackupError> {
    let place = folder.join(name);
    fs::create_dir_all(place.join("chunks")).map_err(|error| scratched(&error))?;
    for file in node.list(name)? {
        let mut out = fs::File::create(folder.join(&file.path)).map_err(|error| scratched(&error))?;
        node.read(&file.path, &mut out)?;
    }
    Ok(place)
}

/// Gives a block that was written here to the server: with its owner, and its name last.
fn adopt(node: &dyn Node, folder: &Path, name: &str) -> Result<(), BackupError> {
    let place = folder.join(name);
    let written = LocalNode::new(&place)?;
    let given = format!("{FOLDER}/{name}");
    node.make_folder(&format!("{given}/chunks"))?;
    for file in written.list("")? {
        let digest = written.read(&file.path, &mut std::io::sink())?;
        let mut input = fs::File::open(place.join(&file.path)).map_err(|error| scratched(&error))?;
        node.write(&format!("{given}/{}", file.path), &mut input, &digest)?;
    }
    node.rename(&given, name)
}
