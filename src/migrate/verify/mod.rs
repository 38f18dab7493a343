//! Whether both sides have the same, from the bytes of files to the answers of queries.

mod blocks;
mod queries;
mod samples;

use std::fmt::Write as _;

use serde::Serialize;

use super::Phase;
use super::run::{Before, Looked, Run};
use crate::backup::BackupError;
use crate::backup::manifest::{BlockEntry, Manifest};
use crate::backup::prometheus;
use crate::backup::restore::Fate;

/// Samples that a server is about to take may get a time that is over already.
const IN_FLIGHT: i64 = 60_000;
/// How many differences of a level are told.
const TOLD: usize = 10;

/// One level of certainty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Level {
    /// `L0` to `L4`.
    pub name: &'static str,
    /// What is compared.
    pub what: &'static str,
    /// What was compared, in numbers.
    pub compared: String,
    /// How many differences there are.
    pub different: u64,
    /// The first of them.
    pub differences: Vec<String>,
}

/// What was compared, and what is different.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// From the first millisecond to the last one.
    pub range: (i64, i64),
    /// In their order.
    pub levels: Vec<Level>,
}

/// What every level works with.
struct Work<'w> {
    run: &'w Run<'w>,
    before: Before,
    /// How often the server had looked for new blocks when it was given the last ones.
    looked: f64,
    range: (i64, i64),
    /// Everything that the target should have.
    given: Vec<&'w BlockEntry>,
}

impl Level {
    fn new(name: &'static str, what: &'static str) -> Self {
        Self { name, what, ..Self::default() }
    }

    /// Tells a difference.
    fn differs(&mut self, text: impl FnOnce() -> String) {
        self.different += 1;
        if self.differences.len() < TOLD {
            self.differences.push(text());
        }
    }
}

impl Verification {
    /// Whether nothing is different.
    pub fn is_equal(&self) -> bool {
        self.levels.iter().all(|level| level.different == 0)
    }

    /// In one line.
    pub fn summary(&self) -> String {
        let mut text = String::new();
        for level in &self.levels {
            let separator = if text.is_empty() { "" } else { ", " };
            let verdict =
                if level.different == 0 { "equal".to_owned() } else { format!("{} differ", level.different) };
            let _ = write!(text, "{separator}{} {verdict}", level.name);
        }
        text
    }
}

/// Compares both sides of a run that has cut over.
pub fn verify(run: &Run<'_>) -> Result<Verification, BackupError> {
    let (_, manifest) = run.snapshot(Phase::FinalCapture)?;
    let work = Work::of(run, &manifest)?;
    let mut levels = blocks::compare(&work)?;
    levels.push(samples::compare(&work)?);
    levels.push(queries::compare(&work)?);
    Ok(Verification { range: work.range, levels })
}

impl<'w> Work<'w> {
    fn of(run: &'w Run<'w>, manifest: &'w Manifest) -> Result<Self, BackupError> {
        let plan = run.restore_plan(manifest)?;
        let given: Vec<&BlockEntry> =
            plan.blocks.iter().filter(|(_, fate)| *fate != Fate::LeftOut).map(|(block, _)| *block).collect();
        let cut = manifest.replicas.first().map_or(0, |replica| replica.cut);
        let last = if run.plan.options.configuration.is_some() { cut } else { cut.saturating_sub(IN_FLIGHT) };
        // The source goes on removing what is too old for it.
        let oldest = prometheus::loads(run.source)?.oldest.unwrap_or(cut);
        let first = given.iter().map(|block| block.min_time).min().unwrap_or(cut).max(oldest);
        let before = run.journal.data(Phase::Preflight)?.unwrap_or_default();
        let looked = run.journal.data::<Looked>(Phase::Cutover)?.unwrap_or_default().looked;
        Ok(Self { run, before, looked, range: (first, last), given })
    }
}
