//! `stackgen diff`: what would change, object by object, and which line of the source makes it.

mod content;
pub(super) mod read;
mod rendered;
pub(super) mod sides;
mod state;

use clap::{Args, ValueEnum};

use super::exit_status::{ExitStatus, help};
use super::output::{Output, write_all};
use super::printer::Printer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::diff::{Cluster, Comparison, Filter, Hidden, Level, Options, Report, compare, dangers};
use crate::output::{Difference, DifferenceFormat, danger_rules};
use crate::schema::Schemas;
use crate::yaml::Sources;
use sides::Sides;

/// What a comment on GitHub may have, less some room.
const COMMENT: usize = 60_000;

const EXAMPLES: &str = "\
Examples:
  stackgen diff                         what would `stackgen render` change?
  stackgen diff gke                     in one cluster
  stackgen diff --from main...          what does this branch change?
  stackgen diff old.yaml new.yaml       two files or folders
  kustomize build . | stackgen diff --from base.yaml --to -
  stackgen diff gke --against-cloud aks how do two clouds differ?
  stackgen diff -o markdown=comment.md -o text";

/// Show what would change, object by object
///
/// Compares what would be rendered with the tree on disk, in what the objects mean: order, quoting and layout count
/// only where they do something. Each change names the line of the source that makes it.
#[derive(Debug, Args)]
#[command(after_help = help(EXAMPLES))]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Arguments {
    /// Clouds or clusters, all if none is named; or two files or folders
    #[arg(value_name = "CLOUD|CLUSTER|FILE")]
    names: Vec<String>,
    /// What it was: a revision or range of Git, as `main...`; a file, a folder, or `-`
    #[arg(long, value_name = "SOURCE")]
    from: Option<String>,
    /// What it is, otherwise the sources: a revision, a file, a folder, or `-`
    #[arg(long, value_name = "SOURCE")]
    to: Option<String>,
    /// Compare with another cloud or cluster instead of an earlier state
    #[arg(long, value_name = "CLOUD|CLUSTER", conflicts_with_all = ["from", "to"])]
    against_cloud: Option<String>,
    /// How to print, and into which file; may repeat
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "text")]
    output: Vec<Output<DifferenceFormat>>,
    /// Leave out what stands at a path, as `spec.replicas`, `ConfigMap/grafana-*:data` or a JSON pointer; may repeat
    #[arg(long, value_name = "FILTER", value_parser = Filter::parse)]
    ignore: Vec<Filter>,
    /// Leave out what tools write and nobody decides on; may repeat
    #[arg(long, value_name = "NAME", value_parser = bundle)]
    bundle: Vec<Filter>,
    /// Leave nothing out, whatever else says so
    #[arg(long)]
    no_filters: bool,
    /// Pair objects of one side that are the same by their order, instead of calling them an error
    #[arg(long)]
    allow_duplicates: bool,
    /// How many characters Markdown may have
    #[arg(long, value_name = "COUNT", default_value_t = COMMENT)]
    max_chars: usize,
    /// Exit with 0 although something differs
    #[arg(long)]
    exit_zero: bool,
    /// List what is looked for among dangers, as a table
    #[arg(long)]
    list_dangers: bool,
    /// What makes the run exit with 1
    #[arg(long, value_name = "WHAT", default_value = "difference")]
    fail_on: FailOn,
}

/// What makes a run exit with 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Anything that differs
    Difference,
    /// A change that may do harm
    Danger,
    /// A change whose sync fails, or destroys what cannot be had back
    Blocking,
}

/// Runs the command.
pub(super) fn run(
    arguments: &Arguments,
    printer: &Printer,
    sources: &Sources,
) -> Result<ExitStatus, Diagnostics> {
    if arguments.list_dangers {
        return printer.data(danger_rules().as_bytes()).map(|()| ExitStatus::Success);
    }
    // Kept to the end of the process, as its texts are.
    let sides: &Sides<'_> = Box::leak(Box::new(arguments.sides(printer, sources)?));
    let report = arguments.compare(sides, sources)?;
    arguments.print(&report, printer, sources)?;
    let is_failed = match arguments.fail_on {
        FailOn::Difference => !report.is_empty(),
        FailOn::Danger => report.worst().is_some(),
        FailOn::Blocking => report.worst() == Some(Level::Blocking),
    };
    // Git takes any other status of an external diff for a crash.
    let is_failed = is_failed && !arguments.exit_zero && !arguments.is_called_by_git();
    Ok(if is_failed { ExitStatus::Findings } else { ExitStatus::Success })
}

impl Arguments {
    fn compare<'a, 's>(
        &self,
        sides: &'a Sides<'s>,
        sources: &'s Sources,
    ) -> Result<Report<'a, 's>, Diagnostics> {
        let mut options = Options {
            schemas: Schemas::embedded(),
            allow_duplicates: self.allow_duplicates,
            ..Options::default()
        };
        for node in sides.definitions() {
            // What a definition lacks is for `validate` to say.
            let _ = options.schemas.add_definition(node);
        }
        let filters = [&self.ignore[..], &self.bundle, &sides.expected].concat();
        let filters = if self.no_filters { Vec::new() } else { filters };
        let mut errors = Diagnostics::default();
        let mut hidden: Vec<Hidden> = Vec::new();
        let compared = sides.clusters.iter().filter_map(|cluster| {
            let compared = compare(&cluster.before, &cluster.after, &options, sources);
            let mut comparison = errors.absorb(compared)?;
            let found = dangers(&comparison, &sides.syncing, sources);
            hidden.extend(comparison.hide(&filters));
            let dangers = found.kept_by(&comparison.changes);
            let unchanged = comparison.unchanged + cluster.unchanged;
            let comparison = Comparison { unchanged, ..comparison };
            Some(Cluster { name: cluster.name.clone(), comparison, dangers })
        });
        let compared: Vec<_> = compared.collect();
        errors.into_result()?;
        let mut report = Report::of(sides.names.clone(), compared);
        report.hidden = Hidden::sum(hidden);
        Ok(report)
    }

    fn print<'s>(
        &self,
        report: &Report<'_, 's>,
        printer: &Printer,
        sources: &'s Sources,
    ) -> Result<(), Diagnostics> {
        if self.output.iter().any(|output| !output.format.says_what_is_hidden()) {
            report.hidden.iter().for_each(|hidden| printer.note(&format!("note: {hidden}")));
        }
        write_all(&self.output, printer, |format, screen| {
            let directory = &printer.directory;
            Difference { report, sources, directory, screen, most_characters: self.max_chars }.write(format)
        })
    }
}

fn bundle(name: &str) -> Result<Filter, String> {
    let names = || Filter::bundles().collect::<Vec<_>>().join(", ");
    Filter::bundle(name).ok_or_else(|| format!("the bundles are {}", names()))
}

/// A command line that asks for what cannot be.
fn usage(message: impl Into<String>, hint: &str) -> Diagnostics {
    Diagnostic::error(message).hint(hint).into()
}
