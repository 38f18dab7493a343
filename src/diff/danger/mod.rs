//! Changes that may do harm when they are synced.

use super::path::Path;
use crate::yaml::Origin;

/// How much a danger matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Somebody should know before the sync.
    Caution,
    /// The sync fails, or destroys what cannot be had back.
    Blocking,
}

impl Level {
    /// The word for it, which stands in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Caution => "caution",
            Self::Blocking => "blocking",
        }
    }
}

/// A change that may do harm.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Danger<'s> {
    /// The rule that found it, as `data/retention-cut`.
    pub rule: &'static str,
    /// How much it matters.
    pub level: Level,
    /// What is about to happen, in one sentence without a full stop.
    pub message: String,
    /// Where in the object, if it is about a value of it.
    pub path: Option<Path<'s>>,
    /// What Argo CD or Flux will do, each a sentence of its own.
    pub engines: Vec<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// The place in the source that asks for it.
    pub origin: Origin,
}
