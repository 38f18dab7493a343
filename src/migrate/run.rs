//! A run through the phases, each written into the journal before and after it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::verify::{self, Verification};
use super::{Journal, Phase, Plan, State, quiesce, silences};
use crate::backup::capture::{self, Captured, Choice, Progress};
use crate::backup::manifest::Manifest;
use crate::backup::node::Node;
use crate::backup::repository::{Repository, SnapshotName};
use crate::backup::restore::{self, Fate};
use crate::backup::{BackupError, Failure, alertmanager, grafana, prometheus};
use crate::tsdb::Ulid;

/// The only replica of a migration's snapshots.
const REPLICA: &str = "prometheus-0";

/// Somebody who watches.
pub trait Watch: Progress {
    /// A phase begins.
    fn begins(&self, phase: Phase);
    /// A phase is done, with what came of it.
    fn is_done(&self, phase: Phase, words: &str);
}

/// A migration that goes on.
pub struct Run<'r> {
    /// What is to be done.
    pub plan: &'r Plan,
    /// What was done.
    pub journal: Journal,
    /// Where data comes from.
    pub source: &'r dyn Node,
    /// Where it goes.
    pub target: &'r dyn Node,
    /// Where it lies in between.
    pub repository: &'r Repository,
    /// What both sides have to answer alike.
    pub expressions: &'r [String],
    /// Renders the target's files; says what came of it.
    pub render: &'r dyn Fn() -> Result<String, BackupError>,
    /// Values of Grafana's secret fields.
    pub secrets: &'r grafana::Secrets,
    /// Who watches.
    pub watch: &'r dyn Watch,
    /// The program and its version.
    pub tool: &'r str,
}

/// How far a run came.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Everything but the clearing up; what was compared, if it was just now.
    Switched(Option<Verification>),
    /// Somebody wanted it to stop before a phase.
    Stopped(Phase),
    /// The sides differ.
    Different(Verification),
}

/// What was known of the target before anything was changed.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Before {
    /// The first millisecond of its own samples.
    pub(super) oldest: Option<i64>,
    /// How often it could not load its blocks.
    pub(super) failed: f64,
}

/// What a capture left.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) snapshot: String,
}

/// The blocks that a phase gives to the target, written down before it does.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Given {
    pub(super) blocks: Vec<Ulid>,
}

/// How often the target had looked for new blocks when it was given the last ones.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Looked {
    pub(super) looked: f64,
}

/// What the target calls the silences of the source.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Known {
    pub(super) ids: BTreeMap<String, String>,
    /// Those that it did not have before.
    #[serde(default)]
    pub(super) given: BTreeSet<String>,
}

/// The objects that Grafana is given, written down before it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct GivenObjects {
    pub(super) state: crate::backup::manifest::Grafana,
    pub(super) objects: BTreeSet<String>,
}

/// What a phase gives: what the journal keeps, and what somebody who watches is told.
type Done = (Value, String);

impl Run<'_> {
    /// Goes through what is not done yet, up to a phase.
    pub fn go(&mut self, stop_before: Option<Phase>) -> Result<Outcome, BackupError> {
        let mut compared = None;
        for phase in Phase::ALL {
            if self.journal.is_done(phase) {
                continue;
            }
            if stop_before == Some(phase) {
                return Ok(Outcome::Stopped(phase));
            }
            if phase == Phase::Verify {
                let verification = self.step(phase, |run| {
                    let verification = verify::verify(run)?;
                    let words = verification.summary();
                    Ok((json!({"isEqual": verification.is_equal()}), words, verification))
                })?;
                if !verification.is_equal() {
                    return Ok(Outcome::Different(verification));
                }
                compared = Some(verification);
                continue;
            }
            self.step(phase, |run| run.work(phase).map(|(data, words)| (data, words, ())))?;
        }
        Ok(Outcome::Switched(compared))
    }

    /// One phase between its two records.
    fn step<T>(
        &mut self,
        phase: Phase,
        work: impl FnOnce(&Self) -> Result<(Value, String, T), BackupError>,
    ) -> Result<T, BackupError> {
        self.watch.begins(phase);
        let intent = self.intent(phase)?;
        self.write(phase, State::Begun, intent)?;
        match work(self) {
            Ok((data, words, result)) => {
                let is_failed = data.get("isEqual").is_some_and(|is_equal| *is_equal == false);
                self.write(phase, if is_failed { State::Failed } else { State::Done }, data)?;
                self.watch.is_done(phase, &words);
                Ok(result)
            }
            Err(error) => {
                self.write(phase, State::Failed, json!({"message": error.message}))?;
                Err(error)
            }
        }
    }

    pub(super) fn write(&mut self, phase: Phase, state: State, data: Value) -> Result<(), BackupError> {
        let now = self.repository.now();
        self.journal.write(phase, state, data, now)
    }

    /// What has to be known of a phase that nobody knows whether it was done.
    fn intent(&self, phase: Phase) -> Result<Value, BackupError> {
        let capture = match phase {
            Phase::Load => Phase::Capture,
            Phase::Cutover => Phase::FinalCapture,
            Phase::Grafana if self.has_grafana() => {
                let state = grafana::capture(self.source, self.repository)?;
                let dry = grafana::restore(self.target, self.repository, &state, self.secrets, None)?;
                return Ok(json!(GivenObjects { state, objects: dry.made.into_iter().collect() }));
            }
            _ => return Ok(Value::Null),
        };
        let (_, manifest) = self.snapshot(capture)?;
        let plan = self.restore_plan(&manifest)?;
        Ok(json!(Given { blocks: plan.chosen().map(|block| block.ulid).collect() }))
    }

    fn work(&self, phase: Phase) -> Result<Done, BackupError> {
        match phase {
            Phase::Preflight => self.preflight(),
            Phase::Render => (self.render)().map(|words| (Value::Null, words)),
            Phase::Hold => self.hold(),
            Phase::Silences => self.silences(&Known::default()),
            Phase::Capture | Phase::FinalCapture => self.capture(),
            Phase::Load => self.load(Phase::Capture),
            Phase::Quiesce => self.quiesce(),
            Phase::Cutover => self.load(Phase::FinalCapture),
            Phase::FinalSilences => {
                let known = self.journal.data::<Known>(Phase::Silences)?.unwrap_or_default();
                self.silences(&known)
            }
            Phase::Grafana => self.grafana(),
            Phase::Switch => self.switch(),
            Phase::Verify | Phase::Finish | Phase::Rollback => Ok((Value::Null, String::new())),
        }
    }

    fn preflight(&self) -> Result<Done, BackupError> {
        let loads = prometheus::loads(self.target)?;
        let before = Before { oldest: loads.oldest, failed: loads.failed };
        Ok((json!(before), format!("{} warnings", self.plan.remarks.len())))
    }

    fn has_alertmanager(&self) -> (bool, bool) {
        (self.plan.from.facts.alertmanager.is_some(), self.plan.to.facts.alertmanager.is_some())
    }

    fn hold(&self) -> Result<Done, BackupError> {
        if !self.has_alertmanager().1 {
            return Ok((Value::Null, "no Alertmanager is named on the target's side".to_owned()));
        }
        let now = self.repository.now();
        silences::hold(self.target, &self.journal.name(), silences::TARGET_TERM, now)?;
        Ok((Value::Null, "the target notifies nobody, for a day at most".to_owned()))
    }

    fn silences(&self, known: &Known) -> Result<Done, BackupError> {
        if self.has_alertmanager() != (true, true) {
            return Ok((json!(known), "Alertmanager is not named on both sides".to_owned()));
        }
        let state = alertmanager::capture(self.source, self.repository)?;
        let given = alertmanager::restore(self.target, self.repository, &state, &known.ids, false)?;
        if let Some((id, message)) = given.refused.first() {
            let message = format!("takes {} silences not: {id}: {message}", given.refused.len());
            return Err(BackupError::new(Failure::Answer, self.target.describe(), message)
                .hint("end them on the source, or make the target take them"));
        }
        let words = format!("{} new, {} there already, {} over", given.restored, given.there, given.over);
        let mut known = known.clone();
        known.given.extend(given.new);
        known.ids.extend(given.ids);
        Ok((json!(known), words))
    }

    fn has_grafana(&self) -> bool {
        self.plan.from.facts.grafana.is_some() && self.plan.to.facts.grafana.is_some()
    }

    fn grafana(&self) -> Result<Done, BackupError> {
        if !self.has_grafana() {
            return Ok((Value::Null, "Grafana is not named on both sides".to_owned()));
        }
        let state = grafana::capture(self.source, self.repository)?;
        let is_written_down = |_| Ok(());
        let given =
            grafana::restore(self.target, self.repository, &state, self.secrets, Some(&is_written_down))?;
        if let Some((place, message)) = given.failed.first() {
            let message = format!("Grafana takes {} objects not: {place}: {message}", given.failed.len());
            return Err(BackupError::new(Failure::Answer, self.target.describe(), message)
                .hint("what it takes, it has by now: only the others are given again"));
        }
        let mut words = format!("{} new, {} there already", given.made.len(), given.there);
        for (what, names) in [("another there", &given.different), ("without value", &given.needs)] {
            if !names.is_empty() {
                words = format!("{words}, {what}: {}", names.join(", "));
            }
        }
        Ok((json!({"needs": given.needs}), words))
    }

    fn capture(&self) -> Result<Done, BackupError> {
        let options = capture::Options {
            cluster: &self.plan.from.name,
            replica: REPLICA,
            choice: Choice::Auto,
            has_prometheus: true,
            has_alertmanager: false,
            has_grafana: false,
            alertmanager_data: None,
            skip_corrupt: false,
            tool: self.tool,
            holder: &self.journal.name(),
        };
        let Captured { name, manifest } = capture::run(self.source, self.repository, &options, self.watch)?;
        let samples: u64 =
            manifest.replicas.iter().flat_map(|replica| &replica.blocks).map(|block| block.samples).sum();
        let written = self.repository.written();
        let words = format!("{samples} samples by {}, {} new blobs", capture_name(&manifest), written.blobs);
        Ok((json!(Stored { snapshot: name.to_string() }), words))
    }

    fn load(&self, capture: Phase) -> Result<Done, BackupError> {
        let (name, manifest) = self.snapshot(capture)?;
        let plan = self.restore_plan(&manifest)?;
        restore::run(self.target, self.repository, (&name, &plan), &self.journal.name(), self.watch)?;
        let count = |fate| plan.blocks.iter().filter(|(_, of)| *of == fate).count();
        let words = format!(
            "blocks: {} new, {} there already, {} left out",
            count(Fate::Restored),
            count(Fate::There),
            count(Fate::LeftOut)
        );
        let looked = prometheus::loads(self.target)?.done;
        Ok((json!(Looked { looked }), words))
    }

    fn quiesce(&self) -> Result<Done, BackupError> {
        let Some(configuration) = &self.plan.options.configuration else {
            return Ok((Value::Null, "the source goes on".to_owned()));
        };
        let newest = quiesce::quiesce(self.source, configuration, &self.journal.name())?;
        let time = newest.and_then(|time| Timestamp::from_millisecond(time).ok());
        let words = time
            .map_or_else(|| "it has no samples".to_owned(), |time| format!("its last sample is of {time}"));
        Ok((json!({ "newest": newest }), words))
    }

    fn switch(&self) -> Result<Done, BackupError> {
        let (of_source, of_target) = self.has_alertmanager();
        let mut words = Vec::new();
        // First the one that goes quiet: an alert that is told late is better than one that is told twice and ended once.
        if of_source {
            let now = self.repository.now();
            silences::hold(self.source, &self.journal.name(), silences::SOURCE_TERM, now)?;
            words.push(format!("{} notifies nobody for a week", self.plan.from.name));
        }
        if of_target {
            silences::release(self.target, None)?;
            words.push(format!("{} notifies; what fires now is told once more", self.plan.to.name));
        }
        Ok((
            Value::Null,
            if words.is_empty() { "no Alertmanager is named".to_owned() } else { words.join(", ") },
        ))
    }

    /// The snapshot that a phase left.
    pub(super) fn snapshot(&self, capture: Phase) -> Result<(SnapshotName, Manifest), BackupError> {
        let stored: Option<Stored> = self.journal.data(capture)?;
        let missing = || BackupError::new(Failure::Missing, self.journal.name(), "has captured nothing yet");
        let name = self.repository.find(&stored.ok_or_else(missing)?.snapshot)?;
        let manifest = self.repository.manifest(&name)?;
        Ok((name, manifest))
    }

    /// What a snapshot still has to give to the target.
    pub(super) fn restore_plan<'m>(&self, manifest: &'m Manifest) -> Result<restore::Plan<'m>, BackupError> {
        let options = restore::Options {
            replica: None,
            has_prometheus: true,
            retention: None,
            trim: self.plan.options.trim,
            min_time: self.plan.options.min_time,
            is_alone: false,
        };
        restore::plan(self.target, self.repository, manifest, &options)
    }
}

fn capture_name(manifest: &Manifest) -> &'static str {
    manifest.replicas.first().map_or("nothing", |replica| replica.capture.name())
}

/// Clears away what is not needed any more; the journal stays. After this, nothing can be undone.
pub fn finish(journal: &mut Journal, now: Timestamp) -> Result<(), BackupError> {
    check_finish(journal)?;
    journal.write(Phase::Finish, State::Begun, Value::Null, now)?;
    journal.remove_data()?;
    journal.write(Phase::Finish, State::Done, Value::Null, now)
}

/// Whether a run may be finished.
pub fn check_finish(journal: &Journal) -> Result<(), BackupError> {
    if journal.is_done(Phase::Switch) {
        return Ok(());
    }
    Err(BackupError::new(Failure::Forbidden, journal.name(), "has not switched over yet")
        .hint("`stackgen migrate resume` goes on, `stackgen migrate rollback` goes back"))
}
