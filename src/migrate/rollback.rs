//! Everything as it was: what a run gave to the target is taken away again, and the source goes on.
//!
//! A server puts the blocks that it was given together with its own. Such a block is written again without the series
//! of the source; the new one says that it replaces the other, so the server removes that itself.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::run::{Given, Known, Run};
use super::verify::target_options;
use super::{Phase, State, quiesce};
use crate::backup::manifest::Manifest;
use crate::backup::node::{LocalNode, Node};
use crate::backup::prometheus::Labels;
use crate::backup::repository::Repository;
use crate::backup::{BackupError, Failure, alertmanager, restore};
use crate::tsdb::{self, Block, Compaction, Damage, Meta, Parent, Ulid};

/// Where blocks are written again, in the target's data folder.
const FOLDER: &str = ".stackgen-rollback";
/// What messages call where blocks are for a moment.
const SCRATCH: &str = "the folder for temporary files";
/// A server looks for new blocks once a minute, and may put old ones together meanwhile.
const PATIENCE: Duration = Duration::from_secs(300);
const PAUSE: Duration = Duration::from_secs(1);

/// What was undone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RolledBack {
    /// Blocks that were the source's alone.
    pub removed: usize,
    /// Blocks that were written again without the source's series.
    pub rewritten: usize,
    /// Silences that were ended.
    pub silences: usize,
    /// Whether the source got its configuration again.
    pub is_source_resumed: bool,
}

/// Undoes a run that is not finished.
pub fn rollback(run: &mut Run<'_>) -> Result<RolledBack, BackupError> {
    if run.journal.is_begun(Phase::Finish) {
        let message = "is finished: what was captured is gone, and so is the way back";
        return Err(BackupError::new(Failure::Forbidden, run.journal.name(), message)
            .hint("`stackgen migrate --from ... --to ...` the other way round moves everything back"));
    }
    run.write(Phase::Rollback, State::Begun, Value::Null)?;
    let undone = undo(run);
    let (state, data) = match &undone {
        Ok(undone) => (State::Done, serde_json::json!(undone)),
        Err(error) => (State::Failed, serde_json::json!({"message": error.message})),
    };
    run.write(Phase::Rollback, state, data)?;
    undone
}

/// The source first: every second without it is a second without samples.
fn undo(run: &Run<'_>) -> Result<RolledBack, BackupError> {
    let mut undone = RolledBack::default();
    if let (true, Some(configuration)) =
        (run.journal.is_begun(Phase::Quiesce), &run.plan.options.configuration)
    {
        undone.is_source_resumed = quiesce::resume(run.source, configuration, &run.journal.name())?;
    }
    if run.plan.from.facts.alertmanager.is_some() && run.journal.is_begun(Phase::Switch) {
        super::silences::release(run.source, Some(&run.journal.name()))?;
    }
    if run.plan.to.facts.alertmanager.is_some() {
        undone.silences = silences(run)?;
        super::silences::release(run.target, Some(&run.journal.name()))?;
    }
    let ours = given(run)?;
    if !ours.is_empty() {
        (undone.removed, undone.rewritten) = blocks(run, &ours)?;
    }
    Ok(undone)
}

/// Ends the silences that the target got.
fn silences(run: &Run<'_>) -> Result<usize, BackupError> {
    let mut ended = BTreeSet::new();
    for phase in [Phase::Silences, Phase::FinalSilences] {
        for own in run.journal.data::<Known>(phase)?.unwrap_or_default().given {
            if ended.insert(own.clone()) {
                alertmanager::end(run.target, &own)?;
            }
        }
    }
    Ok(ended.len())
}

/// Everything that the target may have got, by the names that survive compaction.
fn given(run: &Run<'_>) -> Result<BTreeSet<Ulid>, BackupError> {
    let mut blocks = BTreeSet::new();
    for phase in [Phase::Load, Phase::Cutover] {
        for Given { blocks: given } in run.journal.intents(phase)? {
            blocks.extend(given);
        }
    }
    let mut ours = blocks.clone();
    for manifest in manifests(run)? {
        for block in manifest.replicas.iter().flat_map(|replica| &replica.blocks) {
            if blocks.contains(&block.ulid) {
                ours.extend(&block.sources);
            }
        }
    }
    Ok(ours)
}

fn manifests(run: &Run<'_>) -> Result<Vec<Manifest>, BackupError> {
    [Phase::Capture, Phase::FinalCapture]
        .into_iter()
        .filter(|phase| run.journal.is_done(*phase))
        .map(|phase| run.snapshot(phase).map(|(_, manifest)| manifest))
        .collect()
}

/// Until no block of the target has anything of ours: how many were removed, and how many written again.
fn blocks(run: &Run<'_>, ours: &BTreeSet<Ulid>) -> Result<(usize, usize), BackupError> {
    let (mut removed, mut rewritten) = (BTreeSet::new(), BTreeSet::new());
    let mut series = None;
    let _alone = run.target.lock()?;
    let begin = Instant::now();
    loop {
        run.target.remove_folder(FOLDER)?;
        let found = blocks_of_target(run)?;
        let replaced: BTreeSet<Ulid> =
            found.iter().flat_map(|meta| &meta.compaction.parents).map(|parent| parent.ulid).collect();
        let mut is_clean = true;
        for meta in found.iter().filter(|meta| is_touched(meta, ours)) {
            is_clean = false;
            if is_ours(meta, ours) {
                run.target.remove_folder(&meta.ulid.to_string())?;
                removed.insert(meta.ulid);
            } else if !replaced.contains(&meta.ulid) {
                let series = match &mut series {
                    Some(series) => series,
                    none => none.insert(series_of(run)?),
                };
                if rewrite(run, meta, ours, series)? {
                    rewritten.insert(meta.ulid);
                }
            }
        }
        if is_clean {
            return Ok((removed.len(), rewritten.len()));
        }
        if begin.elapsed() > PATIENCE {
            let message = "goes on putting blocks together that are being taken apart";
            return Err(BackupError::new(Failure::Answer, run.target.describe(), message)
                .hint("run `stackgen migrate rollback` again"));
        }
        std::thread::sleep(PAUSE);
    }
}

fn blocks_of_target(run: &Run<'_>) -> Result<Vec<Meta>, BackupError> {
    let now = run.repository.now().as_millisecond();
    restore::look(run.target, &target_options(), now).map(|target| target.blocks)
}

/// Whether a block has something of ours in it.
fn is_touched(meta: &Meta, ours: &BTreeSet<Ulid>) -> bool {
    ours.contains(&meta.ulid) || meta.compaction.sources.iter().any(|source| ours.contains(source))
}

/// Whether all of it is ours.
fn is_ours(meta: &Meta, ours: &BTreeSet<Ulid>) -> bool {
    let sources = &meta.compaction.sources;
    if sources.is_empty() {
        ours.contains(&meta.ulid)
    } else {
        sources.iter().all(|source| ours.contains(source))
    }
}

/// The labels of all series of the source.
fn series_of(run: &Run<'_>) -> Result<BTreeSet<Labels>, BackupError> {
    let mut all = BTreeSet::new();
    for manifest in manifests(run)? {
        for block in manifest.replicas.iter().flat_map(|replica| &replica.blocks) {
            let scratch = copy(run.repository, block)?;
            let folder = scratch.path().join(block.ulid.to_string());
            let mut block =
                Block::open(&folder).map_err(|damage| damaged(&folder.display().to_string(), &damage))?;
            while let Some(series) =
                block.next_series().map_err(|damage| damaged(&folder.display().to_string(), &damage))?
            {
                all.insert(series.labels);
            }
        }
    }
    Ok(all)
}

/// A block of the repository, in a folder of its own.
fn copy(
    repository: &Repository,
    block: &crate::backup::manifest::BlockEntry,
) -> Result<tempfile::TempDir, BackupError> {
    let other = |error: &std::io::Error| BackupError::of(SCRATCH, error);
    let scratch = tempfile::tempdir().map_err(|error| other(&error))?;
    let folder = scratch.path().join(block.ulid.to_string());
    fs::create_dir_all(folder.join("chunks")).map_err(|error| other(&error))?;
    for file in &block.files {
        let path = folder.join(&file.path);
        let mut out = fs::File::create(&path).map_err(|error| other(&error))?;
        repository.read(file, &mut out)?;
    }
    Ok(scratch)
}

/// Writes a block again without the series of the source. Not, if the server has removed it meanwhile.
fn rewrite(
    run: &Run<'_>,
    meta: &Meta,
    ours: &BTreeSet<Ulid>,
    series: &BTreeSet<Labels>,
) -> Result<bool, BackupError> {
    let name = meta.ulid.to_string();
    let scratch = tempfile::tempdir().map_err(|error| BackupError::of(SCRATCH, &error))?;
    let old = match run.target.place_on_this_machine(&name) {
        Some(place) => place,
        None => match fetch(run.target, &name, scratch.path()) {
            Err(error) if error.failure == Failure::Missing => return Ok(false),
            other => other?,
        },
    };
    let parent = Parent { ulid: meta.ulid, min_time: meta.min_time, max_time: meta.max_time };
    let of_target = |old: &Meta| Compaction {
        level: old.compaction.level,
        sources: old.compaction.sources.iter().filter(|source| !ours.contains(source)).copied().collect(),
        parents: vec![parent],
        ..Compaction::default()
    };
    let is_kept = |labels: Labels| (!series.contains(&labels)).then_some(labels);
    let written = match tsdb::rewrite(&old, &scratch.path().join("staging"), is_kept, of_target) {
        Err(_) if !old.exists() => return Ok(false),
        other => other.map_err(|error| BackupError::new(Failure::Content, &name, error.to_string()))?,
    };
    match written {
        Some(written) => adopt(run.target, scratch.path(), &written.ulid.to_string())?,
        None => run.target.remove_folder(&name)?,
    }
    Ok(true)
}

/// A block of a server that is elsewhere, in a folder here.
fn fetch(target: &dyn Node, name: &str, folder: &Path) -> Result<PathBuf, BackupError> {
    let place = folder.join(name);
    let other = |error: &std::io::Error| BackupError::of(SCRATCH, error);
    fs::create_dir_all(place.join("chunks")).map_err(|error| other(&error))?;
    for file in target.list(name)? {
        let mut out = fs::File::create(folder.join(&file.path)).map_err(|error| other(&error))?;
        target.read(&file.path, &mut out)?;
    }
    Ok(place)
}

/// Gives a block that was written here to the server: with its owner, and its name last.
fn adopt(target: &dyn Node, folder: &Path, name: &str) -> Result<(), BackupError> {
    let place = folder.join(name);
    let written = LocalNode::new(&place)?;
    let given = format!("{FOLDER}/{name}");
    target.make_folder(&format!("{given}/chunks"))?;
    for file in written.list("")? {
        let digest = written.read(&file.path, &mut std::io::sink())?;
        let mut input =
            fs::File::open(place.join(&file.path)).map_err(|error| BackupError::of(SCRATCH, &error))?;
        target.write(&format!("{given}/{}", file.path), &mut input, &digest)?;
    }
    target.rename(&given, name)
}

fn damaged(place: &str, damage: &Damage) -> BackupError {
    BackupError::new(Failure::Content, place, format!("is damaged: {damage}"))
}
