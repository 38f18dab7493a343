//! `stackgen backup prune`.

use clap::Args;

use super::repository::{RepositoryArguments, holder};
use crate::backup::repository::prune::Policy;
use crate::cli::exit_status::ExitStatus;
use crate::cli::printer::Printer;
use crate::diagnostic::Diagnostics;
use crate::output::{self, BackupFormat};

/// Remove the snapshots that need not be kept
///
/// Of each cluster the newest ones stay, and the newest of each day, week and month. The newest snapshot that was
/// verified with --read-data stays in any case. What only removed snapshots needed is removed two days later, by the
/// next run.
#[derive(Debug, Args)]
pub(super) struct Prune {
    /// How many of the newest stay
    #[arg(long, value_name = "COUNT", default_value_t = 3)]
    keep_last: usize,
    /// Of how many days the newest stays
    #[arg(long, value_name = "COUNT", default_value_t = 30)]
    keep_daily: usize,
    /// Of how many weeks
    #[arg(long, value_name = "COUNT", default_value_t = 8)]
    keep_weekly: usize,
    /// Of how many months
    #[arg(long, value_name = "COUNT", default_value_t = 12)]
    keep_monthly: usize,
    /// Say what would be removed
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    repository: RepositoryArguments,
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: BackupFormat,
}

impl Prune {
    pub(super) fn run(&self, printer: &Printer) -> Result<ExitStatus, Diagnostics> {
        let repository = self.repository.open_to_read()?;
        let policy = Policy {
            last: self.keep_last,
            daily: self.keep_daily,
            weekly: self.keep_weekly,
            monthly: self.keep_monthly,
        };
        let pruned = repository.prune(policy, self.dry_run, &holder("a prune"))?;
        printer.data(output::prune(self.output, &pruned, self.dry_run).as_bytes())?;
        Ok(ExitStatus::Success)
    }
}
