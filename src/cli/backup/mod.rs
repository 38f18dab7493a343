//! `stackgen backup`: what a running stack holds, kept where it can be restored from.

mod create;
mod prune;
mod repository;
mod snapshots;

use clap::{Args, Subcommand};

pub(super) use repository::{RepositoryArguments, holder};

use super::exit_status::{ExitStatus, help};
use super::printer::Printer;
use crate::diagnostic::Diagnostics;

const EXAMPLES: &str = "\
Examples:
  age-keygen -o key.txt           the secret key; keep it where the cluster is not
  stackgen backup --to /srv/backup --recipient age1... --cluster gke \\
    --prometheus-data /prometheus --prometheus-url http://localhost:9090 \\
    --alertmanager-url http://localhost:9093
  stackgen backup --to /srv/backup --cluster gke --context gke --pod prometheus-1
  stackgen backup list --repository /srv/backup --identity key.txt
  stackgen backup verify latest --read-data --repository /srv/backup --identity key.txt
  stackgen backup prune --keep-daily 30 --repository /srv/backup --identity key.txt";

/// Back up the data of a running stack, and look after the backups
///
/// Takes the samples of Prometheus and the silences of Alertmanager into a repository: compressed, encrypted with age,
/// and each piece once, however many snapshots have it. Every block is verified before it is stored, and a snapshot is
/// there only when all of it is.
#[derive(Debug, Args)]
#[command(after_help = help(EXAMPLES), args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    create: create::Create,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(snapshots::List),
    Show(snapshots::Show),
    Verify(snapshots::Verify),
    Prune(prune::Prune),
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitStatus, Diagnostics> {
    match &arguments.command {
        Some(Command::List(list)) => list.run(printer),
        Some(Command::Show(show)) => show.run(printer),
        Some(Command::Verify(verify)) => verify.run(printer),
        Some(Command::Prune(prune)) => prune.run(printer),
        None => arguments.create.run(printer),
    }
}
