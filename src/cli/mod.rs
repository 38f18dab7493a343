//! The command line: arguments, calls, printing, exit codes.
//!
//! One file per subcommand: its arguments, the call that does the work, and what is printed. Only this floor knows
//! the environment, the terminal and the exit status.

mod backup;
mod build;
mod diff;
mod drift;
mod exit_status;
mod expected;
mod explain;
mod images;
mod migrate;
mod named;
mod node;
mod output;
mod printer;
mod progress;
mod render;
mod restore;
mod schema;
mod selection;
mod validate;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::yaml::Sources;
use exit_status::{ExitStatus, help};
use printer::{Color, Printer};

const EXAMPLES: &str = "\
Examples:
  stackgen render                 write gitops/ for AKS, GKE and EKS
  stackgen render --check         is it up to date?
  stackgen build overlays/gke     what `kustomize build overlays/gke` prints";

/// Renders a monitoring stack for AKS, GKE and EKS into a GitOps tree, and builds kustomizations
#[derive(Debug, Parser)]
#[command(name = "stackgen", version, arg_required_else_help = true, after_help = help(EXAMPLES))]
#[command(max_term_width = 80)]
struct Arguments {
    #[command(flatten)]
    global: GlobalArguments,
    #[command(subcommand)]
    command: Command,
}

/// What every command accepts.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
struct GlobalArguments {
    /// Work as if started in this folder
    #[arg(short = 'C', long = "directory", global = true, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Print errors and results only
    #[arg(short, long, global = true)]
    quiet: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    color: Color,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::Arguments),
    Render(render::Arguments),
    Explain(explain::Arguments),
    Diff(diff::Arguments),
    Drift(drift::Arguments),
    Validate(validate::Arguments),
    Backup(backup::Arguments),
    Restore(restore::Arguments),
    Migrate(Box<migrate::Arguments>),
    Images(images::Arguments),
    Schema(schema::Arguments),
}

/// Runs the program.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    // Kept to the end of the process: giving millions of small pieces back one by one takes longer than it helps.
    let sources: &'static Sources = Box::leak(Box::default());
    let mut printer = Printer::new(arguments.global.color, arguments.global.quiet, PathBuf::new());
    let result = enter(arguments.global.directory.as_deref()).and_then(|directory| {
        printer.directory = directory;
        arguments.command.run(&printer, sources)
    });
    let status = result.unwrap_or_else(|errors| {
        printer.report(&errors.0, sources);
        ExitStatus::Error
    });
    status.into()
}

impl Command {
    fn run(&self, printer: &Printer, sources: &Sources) -> Result<ExitStatus, Diagnostics> {
        match self {
            Self::Build(arguments) => build::run(arguments, printer, sources),
            Self::Render(arguments) => render::run(arguments, printer, sources),
            Self::Explain(arguments) => explain::run(arguments, printer, sources),
            Self::Diff(arguments) => diff::run(arguments, printer, sources),
            Self::Drift(arguments) => drift::run(arguments, printer, sources),
            Self::Validate(arguments) => validate::run(arguments, printer, sources),
            Self::Backup(arguments) => backup::run(arguments, printer),
            Self::Restore(arguments) => restore::run(arguments, printer),
            Self::Migrate(arguments) => migrate::run(arguments, printer, sources),
            Self::Images(arguments) => images::run(arguments, printer, sources),
            Self::Schema(arguments) => schema::run(arguments, printer),
        }
    }
}

/// Prints help, the version or what is wrong with the command line. A closed pipe is not an error.
fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.use_stderr() { ExitStatus::Error.into() } else { ExitStatus::Success.into() }
}

/// Goes to the folder of `-C`, and says where the run is, without symbolic links.
fn enter(directory: Option<&Path>) -> Result<PathBuf, Diagnostics> {
    if let Some(directory) = directory {
        std::env::set_current_dir(directory).map_err(|error| {
            Diagnostic::error(format!("cannot work in `{}`: {error}", directory.display()))
        })?;
    }
    let current = std::env::current_dir().and_then(|directory| directory.canonicalize());
    current.map_err(|error| Diagnostic::error(format!("cannot find the working directory: {error}")).into())
}
