//! Everything as it was: what a run gave to the target is taken away again, and the source goes on.

use std::collections::BTreeSet;

use serde_json::Value;

use super::plan::COLLISION;
use super::run::{Given, GivenObjects, Known, Run};
use super::{Phase, State, quiesce};
use crate::backup::manifest::Manifest;
use crate::backup::restore::{TakeBack, TakenBack};
use crate::backup::{BackupError, Failure, alertmanager, grafana};
use crate::tsdb::Ulid;

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
    /// Objects of Grafana that went.
    pub grafana: usize,
    /// Whether the source got its configuration again.
    pub is_source_resumed: bool,
}

/// What [`rollback`] would undo; nothing is changed.
pub fn foresee(run: &Run<'_>) -> Result<RolledBack, BackupError> {
    check(run)?;
    undo(run, true)
}

/// Undoes a run that is not finished.
pub fn rollback(run: &mut Run<'_>) -> Result<RolledBack, BackupError> {
    check(run)?;
    run.write(Phase::Rollback, State::Begun, Value::Null)?;
    let undone = undo(run, false);
    let (state, data) = match &undone {
        Ok(undone) => (State::Done, serde_json::json!(undone)),
        Err(error) => (State::Failed, serde_json::json!({"message": error.message})),
    };
    run.write(Phase::Rollback, state, data)?;
    undone
}

fn check(run: &Run<'_>) -> Result<(), BackupError> {
    if !run.journal.is_begun(Phase::Finish) {
        return Ok(());
    }
    let message = "is finished: what was captured is gone, and so is the way back";
    Err(BackupError::new(Failure::Forbidden, run.journal.name(), message)
        .hint("`stackgen migrate --from ... --to ...` the other way round moves everything back"))
}

/// The source first: every second without it is a second without samples.
fn undo(run: &Run<'_>, is_dry: bool) -> Result<RolledBack, BackupError> {
    let mut undone = RolledBack::default();
    if let (true, Some(configuration)) =
        (run.journal.is_begun(Phase::Quiesce), &run.plan.options.configuration)
    {
        undone.is_source_resumed = if is_dry {
            quiesce::kept(configuration, &run.journal.name()).exists()
        } else {
            quiesce::resume(run.source, configuration, &run.journal.name())?
        };
    }
    if run.plan.from.facts.alertmanager.is_some() && run.journal.is_begun(Phase::Switch) && !is_dry {
        super::silences::release(run.source, Some(&run.journal.name()))?;
    }
    if run.plan.to.facts.alertmanager.is_some() {
        undone.silences = silences(run, is_dry)?;
        if !is_dry {
            super::silences::release(run.target, Some(&run.journal.name()))?;
        }
    }
    undone.grafana = objects(run, is_dry)?;
    let (given, manifests) = (given(run)?, manifests(run)?);
    if !given.is_empty() {
        let (node, repository) = (run.target, run.repository);
        let is_told_apart = !run.plan.remarks.iter().any(|remark| remark.id == COLLISION);
        let take_back = TakeBack {
            node,
            repository,
            manifests: &manifests,
            given: &given,
            kept: &BTreeSet::new(),
            has_prometheus: true,
            is_told_apart,
        };
        let TakenBack { removed, rewritten } = if is_dry { take_back.count()? } else { take_back.run()? };
        (undone.removed, undone.rewritten) = (removed, rewritten);
    }
    Ok(undone)
}

/// Ends the silences that the target got.
fn silences(run: &Run<'_>, is_dry: bool) -> Result<usize, BackupError> {
    let mut ended = BTreeSet::new();
    for phase in [Phase::Silences, Phase::FinalSilences] {
        for own in run.journal.data::<Known>(phase)?.unwrap_or_default().given {
            if ended.insert(own.clone()) && !is_dry {
                alertmanager::end(run.target, &own)?;
            }
        }
    }
    Ok(ended.len())
}

/// Takes away what Grafana got, unless somebody has changed it since.
fn objects(run: &Run<'_>, is_dry: bool) -> Result<usize, BackupError> {
    let mut removed = BTreeSet::new();
    let given = run.journal.intents::<Option<GivenObjects>>(Phase::Grafana)?;
    for GivenObjects { state, objects } in given.into_iter().flatten() {
        removed.extend(grafana::take_back(run.target, run.repository, &state, &objects, is_dry)?.removed);
    }
    Ok(removed.len())
}

/// Everything that the target may have got.
fn given(run: &Run<'_>) -> Result<BTreeSet<Ulid>, BackupError> {
    let mut blocks = BTreeSet::new();
    for phase in [Phase::Load, Phase::Cutover] {
        for Given { blocks: given } in run.journal.intents(phase)? {
            blocks.extend(given);
        }
    }
    Ok(blocks)
}

fn manifests(run: &Run<'_>) -> Result<Vec<Manifest>, BackupError> {
    [Phase::Capture, Phase::FinalCapture]
        .into_iter()
        .filter(|phase| run.journal.is_done(*phase))
        .map(|phase| run.snapshot(phase).map(|(_, manifest)| manifest))
        .collect()
}
