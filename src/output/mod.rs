//! Writers of results: what was computed, as text for people and for machines.
//!
//! Everything here turns plain data into a string. Whether that goes to a terminal, a file or a comment is the
//! command line's business.

mod backup;
mod diff;
mod escape;
mod explain;
mod findings;
mod migrate;
mod place;
mod rules;
mod sarif;
mod screen;
mod text;

pub use backup::{BackupFormat, Listed, Restored, Undone, captured, list, prune, show, verify};
pub use diff::{Difference, DifferenceFormat, danger_rules};
pub use explain::{Histories, HistoryFormat};
pub use findings::{Findings, FindingsFormat};
pub use migrate::{MigrationReport, migration_plan, rolled_back, verification};
pub use rules::rule_list;
pub use screen::Screen;
pub use text::{Text, may_hold_secrets};
