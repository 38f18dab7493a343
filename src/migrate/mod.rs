//! The data of a stack moves to another cluster: one command, phases that can be undone, and nothing lost.
//!
//! A [`Plan`] says what is known of both sides; a [`Run`] goes through its [`Phase`]s and writes each into a
//! [`Journal`] before and after it is done. Every phase can be done twice, so a run that died is simply resumed. What
//! lasts of a migration are files that somebody commits; what is changed live is data (blocks and silences) and, if
//! somebody names it, the configuration of the source, so that it takes no more samples.

mod facts;
mod journal;
mod phase;
mod plan;
mod quiesce;
mod rollback;
mod run;
mod silences;
mod verify;

pub use facts::{Facts, History};
pub use journal::{Journal, Record, State};
pub use phase::Phase;
pub use plan::{Options, Plan, Reached, Remark, SCHEMA, Side};
pub use rollback::{RolledBack, foresee, rollback};
pub use run::{Outcome, Run, Watch, check_finish, finish};
pub use verify::{Level, Verification, verify};
