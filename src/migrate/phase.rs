//! The steps of a migration, in their order.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One step. Each can be done again when nobody knows whether it was.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Both sides are as the plan has them, and nothing speaks against it.
    Preflight,
    /// The target's files are rendered into the tree.
    Render,
    /// The target's Alertmanager is told to notify nobody.
    Hold,
    /// The target gets the source's silences, before anything can fire.
    Silences,
    /// The source is captured while it goes on.
    Capture,
    /// The target gets what was captured.
    Load,
    /// The source takes no more samples.
    Quiesce,
    /// The source is captured for the last time: only what is new is stored.
    FinalCapture,
    /// The target gets the rest.
    Cutover,
    /// Silences that were changed meanwhile.
    FinalSilences,
    /// What people made in Grafana's pages.
    Grafana,
    /// Both sides are compared.
    Verify,
    /// The target notifies, the source does not.
    Switch,
    /// What is not needed any more is cleared away.
    Finish,
    /// Everything is as it was.
    Rollback,
}

impl Phase {
    /// Those that `apply` goes through.
    pub const ALL: [Self; 13] = [
        Self::Preflight,
        Self::Render,
        Self::Hold,
        Self::Silences,
        Self::Capture,
        Self::Load,
        Self::Quiesce,
        Self::FinalCapture,
        Self::Cutover,
        Self::FinalSilences,
        Self::Grafana,
        Self::Verify,
        Self::Switch,
    ];

    /// As the journal has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Preflight => "preflight",
            Self::Render => "render",
            Self::Hold => "hold",
            Self::Silences => "silences",
            Self::Capture => "capture",
            Self::Load => "load",
            Self::Quiesce => "quiesce",
            Self::FinalCapture => "final-capture",
            Self::Cutover => "cutover",
            Self::FinalSilences => "final-silences",
            Self::Grafana => "grafana",
            Self::Verify => "verify",
            Self::Switch => "switch",
            Self::Finish => "finish",
            Self::Rollback => "rollback",
        }
    }

    /// What it does; lower case, no full stop.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Preflight => "look at both sides again",
            Self::Render => "write the target's files into the tree",
            Self::Hold => "the target's Alertmanager notifies nobody until the switch",
            Self::Silences => "give the target the silences of the source",
            Self::Capture => "capture the source while it goes on",
            Self::Load => "give the target what was captured",
            Self::Quiesce => "the source takes no more samples",
            Self::FinalCapture => "capture what the source has got since",
            Self::Cutover => "give the target the rest",
            Self::FinalSilences => "silences that were changed meanwhile",
            Self::Grafana => "give the target what people made in Grafana's pages",
            Self::Verify => "compare both sides, down to every sample",
            Self::Switch => "the target notifies, the source does not",
            Self::Finish => "clear away what is not needed any more",
            Self::Rollback => "make everything as it was",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}
