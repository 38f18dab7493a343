//! `stackgen migrate`: the data of a stack moves to another cluster.

mod go;
mod rendered;
mod runs;
mod sides;
mod start;

use clap::{Args, Subcommand};

use super::exit_status::{ExitStatus, help};
use super::printer::Printer;
use crate::diagnostic::Diagnostics;
use crate::yaml::Sources;

const EXAMPLES: &str = "\
Examples:
  stackgen migrate --from aks --to gke \\
    --from-data /srv/aks --from-prometheus http://localhost:9090 \\
    --from-configuration /etc/prometheus.yml --from-alertmanager http://localhost:9093 \\
    --to-data /srv/gke --to-prometheus http://localhost:9190 \\
    --to-alertmanager http://localhost:9193
  stackgen migrate --from aks --from-context aks-admin --to gke --to-context gke-admin
  stackgen migrate plan --out plan.json ...        what would be done; nothing is changed
  stackgen migrate apply plan.json                 unless the stacks have changed since
  stackgen migrate --stop-before quiesce ...       both run side by side until you resume
  stackgen migrate status                          how far it is, and what comes next
  stackgen migrate resume                          after anything that ended it
  stackgen migrate rollback                        everything as it was
  stackgen migrate finish                          and nothing can be undone any more";

/// Move the data of a stack to another cluster, and lose nothing
///
/// Plans, prints the plan, asks, and goes through its phases: renders the target's files, captures the source while it
/// goes on, gives the target everything, stops the source, gives the target the rest, compares both sides down to every
/// sample, and switches the notifications over. Each phase is written into a journal, so that whatever ends a run, it
/// can be resumed or rolled back.
#[derive(Debug, Args)]
#[command(after_help = help(EXAMPLES), args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    start: start::Start,
}

#[derive(Debug, Subcommand)]
enum Command {
    Plan(Box<start::Plan>),
    Apply(start::Apply),
    Status(runs::Status),
    Resume(runs::Resume),
    Verify(runs::Verify),
    Rollback(runs::Rollback),
    Finish(runs::Finish),
}

/// Runs the command.
pub(super) fn run(
    arguments: &Arguments,
    printer: &Printer,
    sources: &Sources,
) -> Result<ExitStatus, Diagnostics> {
    match &arguments.command {
        Some(Command::Plan(plan)) => plan.run(printer, sources),
        Some(Command::Apply(apply)) => apply.run(printer, sources),
        Some(Command::Status(status)) => status.run(printer),
        Some(Command::Resume(resume)) => resume.run(printer, sources),
        Some(Command::Verify(verify)) => verify.run(printer, sources),
        Some(Command::Rollback(rollback)) => rollback.run(printer, sources),
        Some(Command::Finish(finish)) => finish.run(printer),
        None => arguments.start.run(printer, sources),
    }
}
