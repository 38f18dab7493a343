//! `stackgen drift`: what runs against what the tree says.

mod kubectl;
mod patches;
mod pending;
mod server_side;
mod tree;

use std::path::{Path, PathBuf};

use clap::Args;

use super::diff::read;
use super::diff::sides::{ClusterSides, SideFiles};
use super::exit_status::{ExitStatus, help};
use super::output::{Output, write_all};
use super::printer::Printer;
use crate::diagnostic::Diagnostics;
use crate::diff::{Cluster, Comparison, Dangers, Options, Report};
use crate::drift::{Desired, Drift, Live, detect};
use crate::fs::Disk;
use crate::output::{Difference, DifferenceFormat};
use crate::schema::Schemas;
use crate::yaml::{Node, Sources};
use kubectl::Kubectl;

const EXAMPLES: &str = "\
Examples:
  stackgen drift gke                       the cluster that kubectl talks to
  stackgen drift gke --context production  another one
  stackgen drift gke --server-side         what webhooks change in it is no drift
  kubectl get all,configmaps -A -o yaml --show-managed-fields | stackgen drift gke --live -
  stackgen drift gke --live dump.yaml -o markdown=comment.md -o text
  stackgen drift gke --codify patches/     patches for the overlay";

/// Show where what runs is not what the tree says
///
/// Compares the objects of a cluster with those in gitops/, which Argo CD or Flux syncs. Only fields that the tree has
/// count. What the API server fills in, webhooks inject, autoscalers decide and the engines are told to ignore is left
/// out and counted. An app whose objects are as an earlier revision of gitops/ has them is yet to be synced: no drift.
#[derive(Debug, Args)]
#[command(after_help = help(EXAMPLES))]
pub(super) struct Arguments {
    /// The cluster, as the tree calls it
    #[arg(value_name = "CLUSTER")]
    cluster: String,
    /// The context of kubectl, otherwise the current one
    #[arg(long, value_name = "NAME", conflicts_with = "live")]
    context: Option<String>,
    /// Objects that were dumped: a file, a folder or `-`
    #[arg(long, value_name = "FILE")]
    live: Option<PathBuf>,
    /// The program that talks to the cluster
    #[arg(long, value_name = "PROGRAM", default_value = "kubectl", conflicts_with = "live")]
    kubectl: PathBuf,
    /// How long kubectl may take for one kind of object, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,
    /// Ask the server what it would make of the tree, by dry runs of applies: what webhooks change is no drift then
    #[arg(long, conflicts_with = "live")]
    server_side: bool,
    /// How many earlier revisions of gitops/ may be what runs
    #[arg(long, value_name = "COUNT", default_value_t = 5)]
    revisions: usize,
    /// How to print, and into which file; may repeat
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "text")]
    output: Vec<Output<DifferenceFormat>>,
    /// Leave nothing out: defaults, state and what others wrote count too
    #[arg(long)]
    no_filters: bool,
    /// Write patches that make an overlay say what runs: into a folder, or to stdout instead of a report
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = "-")]
    codify: Option<PathBuf>,
    /// How many characters Markdown may have
    #[arg(long, value_name = "COUNT", default_value_t = 60_000)]
    max_chars: usize,
    /// Exit with 0 although something drifted
    #[arg(long)]
    exit_zero: bool,
}

/// Runs the command.
pub(super) fn run(
    arguments: &Arguments,
    printer: &Printer,
    sources: &Sources,
) -> Result<ExitStatus, Diagnostics> {
    let mut desired = tree::read_disk(&arguments.cluster, sources)?;
    let documents = arguments.live(&desired, printer, sources)?;
    let live = Live { documents, is_whole: arguments.no_filters };
    let schemas = schemas(&desired);
    if arguments.server_side {
        let (served, notes) = server_side::ask(&arguments.client(), &desired, &live, sources)?;
        for note in &notes {
            printer.note(note);
        }
        desired.settle(&served, &schemas);
    }
    let options = Options { schemas, is_identity_kept: true, ..Options::default() };
    let drift = detect(&desired, &live, &options.schemas);
    let mut comparison = drift.comparison(&options, sources)?;
    let mut remarks = Vec::new();
    if !comparison.is_empty() && arguments.revisions > 0 {
        let search = pending::Search { arguments, printer, sources, live: &live, options: &options };
        remarks = search.take_pending(&desired, &mut comparison)?;
    }
    remarks.extend(drift.remarks(&comparison));
    if let Some(folder) = &arguments.codify {
        patches::write(folder, &drift.patches(&comparison, &options.schemas), printer)?;
    }
    let is_printed = arguments.codify.as_deref() != Some(Path::new("-"));
    let is_drift = !comparison.is_empty();
    let mut report = arguments.report(&drift, comparison);
    report.remarks = remarks;
    if is_printed {
        let (report, directory) = (&report, printer.directory.as_path());
        let most_characters = arguments.max_chars;
        write_all(&arguments.output, printer, |format, screen| {
            Difference { report, sources, directory, screen, most_characters }.write(format)
        })?;
    }
    let is_failed = is_drift && !arguments.exit_zero;
    Ok(if is_failed { ExitStatus::Findings } else { ExitStatus::Success })
}

impl Arguments {
    /// What runs: a dump, or what kubectl says.
    fn live<'s>(
        &self,
        desired: &Desired<'s>,
        printer: &Printer,
        sources: &'s Sources,
    ) -> Result<Vec<Node<'s>>, Diagnostics> {
        let files = if let Some(path) = &self.live {
            read::read(&Disk, path, &SideFiles::new())?
        } else {
            let (files, notes) = self.client().objects(desired)?;
            for note in &notes {
                printer.note(note);
            }
            files
        };
        let side = ClusterSides::of_files(SideFiles::new(), files, sources)?.after;
        Ok(side.documents.into_iter().map(|document| document.node).collect())
    }

    fn client(&self) -> Kubectl<'_> {
        let deadline = std::time::Duration::from_secs(self.timeout);
        Kubectl { program: &self.kubectl, context: self.context.as_deref(), deadline }
    }

    fn report<'a, 's>(&self, drift: &Drift<'s>, comparison: Comparison<'a, 's>) -> Report<'a, 's> {
        let live = match &self.live {
            Some(path) => path.display().to_string(),
            None => self.context.clone().unwrap_or_else(|| "the cluster".to_owned()),
        };
        let name = self.cluster.clone();
        let cluster = Cluster { name, comparison, dangers: Dangers::default() };
        let mut report = Report::of((format!("{}/", tree::ROOT), live), vec![cluster]);
        report.hidden = drift.hidden().to_vec();
        report.is_live = true;
        report
    }
}

/// What the API says, and the definitions of custom resources that the tree has.
fn schemas(desired: &Desired<'_>) -> Schemas {
    let mut schemas = Schemas::embedded();
    for document in &desired.documents {
        if document.node.get("kind").and_then(Node::text) == Some("CustomResourceDefinition") {
            // What a definition lacks is for `validate` to say.
            let _ = schemas.add_definition(&document.node);
        }
    }
    schemas
}
