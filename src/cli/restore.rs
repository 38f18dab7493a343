//! `stackgen restore`: a snapshot written into the data folder of a stack.

mod grafana;

pub(super) use grafana::read as read_secrets;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;

use super::backup::{RepositoryArguments, holder};
use super::exit_status::{ExitStatus, help};
use super::node::NodeArguments;
use super::printer::Printer;
use super::progress::Bar;
use crate::backup::manifest::Manifest;
use crate::backup::node::{LocalNode, Node};
use crate::backup::preflight::Finding;
use crate::backup::prometheus::Retention;
use crate::backup::repository::{Repository, SnapshotName};
use crate::backup::restore::{self, Label, Options, Record, Relabel, Relabelled, TakeBack};
use crate::backup::{alertmanager, notifications};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::output::{BackupFormat, Restored, Undone};

const EXAMPLES: &str = "\
Examples:
  stackgen restore latest --repository /srv/backup --identity key.txt \\
    --prometheus-data /prometheus --prometheus-url http://localhost:9090
  stackgen restore gke --repository /srv/backup --identity key.txt \\
    --prometheus-data /prometheus --retention 30d    into a server that does not run
  stackgen restore aks --repository /srv/backup --identity key.txt --context gke
  stackgen restore aks --label cluster=aks ...       beside the series of another cluster
  stackgen restore latest --dry-run ...              what would be done, and what speaks against it
  stackgen restore latest --undo ...                 everything as it was before";

/// Write a snapshot into the data folder of a stack
///
/// Nothing that is there is lost: a server that runs first saves its own samples as a block, and one that does not is
/// refused if the snapshot would make it forget some. Silences are given to Alertmanager first, if it is named. Blocks are
/// verified before they get their names; what is there already is skipped, so a run that was interrupted is simply run
/// again.
#[derive(Debug, Args)]
#[command(after_help = help(EXAMPLES))]
pub(super) struct Arguments {
    /// latest, a cluster for its newest one, or the beginning of a name
    #[arg(value_name = "SNAPSHOT")]
    snapshot: String,
    #[command(flatten)]
    repository: RepositoryArguments,
    #[command(flatten)]
    node: NodeArguments,
    /// The data folder of an Alertmanager that does not run: gets the log of notifications
    #[arg(long, value_name = "DIR", conflicts_with = "alertmanager_url", help_heading = "The stack")]
    alertmanager_data: Option<PathBuf>,
    /// File with the values of Grafana's secret fields, which no snapshot has: a map of their names to values
    #[arg(long, value_name = "FILE", help_heading = "The stack")]
    grafana_secrets: Option<PathBuf>,
    /// Which replica of the snapshot, if it has several
    #[arg(long, value_name = "NAME")]
    replica: Option<String>,
    /// How much a server that does not run will keep: 30d, 50GB or '30d or 50GB'
    #[arg(long, value_name = "RETENTION", conflicts_with = "prometheus_url")]
    retention: Option<Retention>,
    /// Leave out what the server would remove at once
    #[arg(long)]
    trim: bool,
    /// Leave out blocks that end before this time, such as 2026-11-01T00:00:00Z
    #[arg(long, value_name = "TIME")]
    min_time: Option<Timestamp>,
    /// A label that every series gets, such as cluster=aks, so that those of two clusters stay apart; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    label: Vec<Label>,
    /// Take away again what restores of this snapshot have given
    #[arg(long, conflicts_with_all = ["trim", "min_time", "label", "replica", "alertmanager_data", "grafana_secrets"])]
    undo: bool,
    /// Say what would be done
    #[arg(long)]
    dry_run: bool,
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: BackupFormat,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitStatus, Diagnostics> {
    let repository = arguments.repository.open_to_read()?;
    let node = arguments.node.open()?;
    let name = repository.find(&arguments.snapshot)?;
    let manifest = repository.manifest(&name)?;
    if arguments.undo {
        return undo(arguments, &*node, &repository, (&name, manifest), printer);
    }
    let holder = holder("a restore");
    let options = Options {
        replica: arguments.replica.as_deref(),
        has_prometheus: arguments.node.has_prometheus(arguments.retention.is_some()),
        retention: arguments.retention,
        trim: arguments.trim,
        min_time: arguments.min_time.map(Timestamp::as_millisecond),
        is_alone: true,
    };
    let labelled = labelled(arguments, &repository, &manifest, printer)?;
    let (blocks_in, labelled_manifest) =
        labelled.as_ref().map_or((&repository, &manifest), |one| (&one.repository, &one.manifest));
    let mut plan = restore::plan(&*node, blocks_in, labelled_manifest, &options)?;
    let sources = crate::yaml::Sources::default();
    printer.report(&plan.findings.iter().map(diagnostic).collect::<Vec<_>>(), &sources);
    if !plan.is_allowed() {
        return Ok(ExitStatus::Error);
    }
    // First of all: a rule that fires before its silence is there wakes somebody up.
    let silences = match &manifest.alertmanager {
        Some(state) if arguments.node.has_alertmanager() => {
            Some(alertmanager::restore(&*node, &repository, state, &BTreeMap::new(), arguments.dry_run)?)
        }
        _ => None,
    };
    let alertmanager_files = match &arguments.alertmanager_data {
        Some(folder) => {
            let folder = LocalNode::new(folder)?;
            notifications::restore(&folder, &repository, &manifest.alertmanager_files, arguments.dry_run)?
        }
        None => Vec::new(),
    };
    if !arguments.dry_run {
        plan.silences = silences.iter().flat_map(|silences| silences.new.clone()).collect();
        restore::run(&*node, blocks_in, (&name, &plan), &holder, &Bar::new(printer))?;
    }
    let of_grafana = if arguments.node.has_grafana() {
        let snapshot = (&name, &manifest);
        grafana::restore(
            &*node,
            &repository,
            snapshot,
            arguments.grafana_secrets.as_ref(),
            arguments.dry_run,
        )?
    } else {
        None
    };
    let report = Restored {
        name: &name,
        plan: &plan,
        silences: silences.as_ref(),
        alertmanager_files: &alertmanager_files,
        grafana: of_grafana.as_ref(),
        is_dry: arguments.dry_run,
    };
    printer.data(report.print(arguments.output).as_bytes())?;
    let is_whole = silences.is_none_or(|silences| silences.refused.is_empty())
        && of_grafana.is_none_or(|grafana| grafana.is_whole());
    Ok(if is_whole { ExitStatus::Success } else { ExitStatus::Findings })
}

/// The snapshot with the labels that were asked for, if there are any.
fn labelled(
    arguments: &Arguments,
    repository: &Repository,
    manifest: &Manifest,
    printer: &Printer,
) -> Result<Option<Relabelled>, Diagnostics> {
    if arguments.label.is_empty() {
        return Ok(None);
    }
    let relabel = Relabel {
        labels: &arguments.label,
        replica: arguments.replica.as_deref(),
        min_time: arguments.min_time.map(Timestamp::as_millisecond),
        holder: &holder("a restore"),
    };
    Ok(Some(restore::relabel(repository, manifest, &relabel, &Bar::new(printer))?))
}

/// Takes away what was given. Silences first, as they came first.
fn undo(
    arguments: &Arguments,
    node: &dyn Node,
    repository: &Repository,
    (name, manifest): (&SnapshotName, Manifest),
    printer: &Printer,
) -> Result<ExitStatus, Diagnostics> {
    let record = Record::read(node, name)?;
    record.check(name, arguments.node.has_alertmanager(), arguments.node.has_grafana())?;
    let of_grafana = grafana::take_back(node, repository, &manifest, &record, arguments.dry_run)?;
    let manifests = [manifest];
    let take_back = TakeBack {
        node,
        repository,
        manifests: &manifests,
        given: &record.blocks,
        kept: &record.kept,
        has_prometheus: arguments.node.has_prometheus(arguments.retention.is_some()),
        // A backup of a stack that is restored into it has the same series.
        is_told_apart: false,
    };
    let mut taken = take_back.count()?;
    if !arguments.dry_run {
        for silence in &record.silences {
            alertmanager::end(node, silence)?;
        }
        taken = take_back.run()?;
        Record::remove(node, name)?;
    }
    let undone = Undone {
        name,
        blocks: taken.removed,
        silences: record.silences.len(),
        grafana: &of_grafana,
        is_dry: arguments.dry_run,
    };
    printer.data(undone.print(arguments.output).as_bytes())?;
    Ok(ExitStatus::Success)
}

fn diagnostic(finding: &Finding) -> Diagnostic {
    let message = finding.to_string();
    let diagnostic = match finding.level {
        restore::Level::Refused => Diagnostic::error(message),
        restore::Level::Warning => Diagnostic::warning(message),
    };
    diagnostic.hint(finding.hint.clone())
}
