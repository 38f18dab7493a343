//! `stackgen schema`: JSON Schemas of the files that people write.

use clap::{Args, ValueEnum};

use super::exit_status::{ExitStatus, help};
use super::printer::Printer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::explain::Report;
use crate::output::Difference;
use crate::stack::{ExpectedDifferences, Settings};

const EXAMPLES: &str = "\
Examples:
  stackgen schema config > stackgen.schema.json

An editor with the YAML language server completes and checks stackgen.yaml when its
first line is: # yaml-language-server: $schema=stackgen.schema.json";

/// Print the JSON Schema of a file
#[derive(Debug, Args)]
#[command(after_help = help(EXAMPLES))]
pub(super) struct Arguments {
    /// Of what
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// `stackgen.yaml`
    Config,
    /// `overlays/expected-differences.yaml`
    ExpectedDifferences,
    /// What `stackgen explain -o json` writes
    Explain,
    /// What `stackgen diff -o json` writes
    Diff,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitStatus, Diagnostics> {
    let schema = match arguments.what {
        What::Config => Settings::schema(),
        What::ExpectedDifferences => ExpectedDifferences::schema(),
        What::Explain => Report::schema(),
        What::Diff => Difference::schema(),
    };
    let text = serde_json::to_string_pretty(&schema).map_err(|error| Diagnostic::error(error.to_string()))?;
    printer.data(format!("{text}\n").as_bytes())?;
    Ok(ExitStatus::Success)
}
