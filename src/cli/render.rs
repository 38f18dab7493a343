//! `stackgen render`: the stack for the chosen clouds, as a tree that Argo CD or Flux syncs.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum};

use super::build::all_objects;
use super::exit_status::{ExitStatus, help};
use super::printer::Printer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::gitops::{self, Allowed, Outcome, Plan, Status, cluster_of, render_tree};
use crate::kustomize::decode::closest;
use crate::stack::{self, BuiltCluster, Cluster, Settings, StackFiles, Templates, build_clusters};
use crate::yaml::Sources;

/// Where the tree goes unless somebody says otherwise.
const OUT: &str = "gitops";

const EXAMPLES: &str = "\
Examples:
  stackgen render                 all clusters, into gitops/
  stackgen render --cloud gke     one cloud; what is there of the others stays
  stackgen render --check         in a pipeline or before a commit
  stackgen render gke --stdout | kubectl diff -f -";

/// Render the monitoring stack into a tree that Argo CD or Flux syncs
///
/// Builds every cluster of `stackgen.yaml`, or one for each cloud if there is no such file. `base/`, `overlays/`,
/// `components/` and `templates/` are read from the working directory where it has them, else from the binary. All
/// clusters are built before the first file is written, and only files that stackgen wrote are changed or removed.
#[derive(Debug, Args)]
#[command(after_help = help(EXAMPLES))]
pub(super) struct Arguments {
    /// Clouds or clusters to render; all if none is named
    #[arg(value_name = "CLOUD|CLUSTER")]
    names: Vec<String>,
    /// A cloud to render; may repeat
    #[arg(long, value_name = "CLOUD", value_delimiter = ',')]
    cloud: Vec<Cloud>,
    /// The folder of the tree
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Change nothing; say what is not up to date, and exit with 1 if anything is
    #[arg(long, conflicts_with = "stdout")]
    check: bool,
    /// Change nothing; print the objects
    #[arg(long)]
    stdout: bool,
    #[command(flatten)]
    overrides: Overrides,
}

/// What is refused without them.
#[derive(Debug, Args)]
#[command(next_help_heading = "Overrides")]
struct Overrides {
    /// Write over files that were changed by hand
    #[arg(long)]
    force_modified: bool,
    /// Take over files that are as they should be, but that the ledger does not list
    #[arg(long)]
    adopt: bool,
    /// Take away protected or many objects, which the engine then deletes
    #[arg(long)]
    allow_removals: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Cloud {
    /// Azure Kubernetes Service
    Aks,
    /// Google Kubernetes Engine
    Gke,
    /// Amazon Elastic Kubernetes Service
    Eks,
}

impl From<Cloud> for stack::Cloud {
    fn from(cloud: Cloud) -> Self {
        match cloud {
            Cloud::Aks => Self::Aks,
            Cloud::Gke => Self::Gke,
            Cloud::Eks => Self::Eks,
        }
    }
}

/// Runs the command.
pub(super) fn run(
    arguments: &Arguments,
    printer: &Printer,
    sources: &Sources,
) -> Result<ExitStatus, Diagnostics> {
    let start = Instant::now();
    let mut files = StackFiles::new(&printer.directory);
    let templates = Templates::read(&files, sources)?;
    let known_values = templates.values_asked_for();
    let settings = Settings::read(&files, &printer.directory, known_values.as_deref(), sources)?;
    let chosen = arguments.choose(&settings.clusters)?;
    let clusters = build_clusters(&settings, &mut files, &templates, sources)?;
    for built in &clusters {
        printer.report(&built.warnings, sources);
    }
    if arguments.stdout {
        return print(&clusters, &chosen, printer);
    }
    let mut tree = render_tree(&clusters, &settings.gitops, &templates, (sources, &printer.directory))?;
    let scope =
        |path: &str| arguments.is_everything() || cluster_of(path).is_none_or(|name| chosen.contains(name));
    tree.retain(scope);
    let out = arguments.out()?;
    if arguments.check {
        return arguments.check(&gitops::check(out, &tree, &scope)?, printer);
    }
    let (plan, outcome) = gitops::write(out, &tree, &scope, arguments.overrides.allowed())?;
    if plan.is_braked() {
        list_removals(&plan, out, printer);
    }
    printer.note(&summary(&outcome, out, &chosen, start));
    if settings.gitops.is_repository_missing() {
        printer.note("note: set gitops.repository in stackgen.yaml, so that Argo CD and Flux find the tree");
    }
    Ok(ExitStatus::Success)
}

impl Overrides {
    fn allowed(&self) -> Allowed {
        Allowed { modified: self.force_modified, adopt: self.adopt, removals: self.allow_removals }
    }
}

impl Arguments {
    fn is_everything(&self) -> bool {
        self.names.is_empty() && self.cloud.is_empty()
    }

    /// The names of the clusters to render.
    fn choose(&self, clusters: &[Cluster]) -> Result<BTreeSet<String>, Diagnostics> {
        let mut errors = Diagnostics::default();
        for name in &self.names {
            if !clusters.iter().any(|cluster| cluster.name == *name || cluster.cloud.name() == name) {
                errors.push(unknown_cluster(name, clusters));
            }
        }
        for cloud in self.cloud.iter().copied().map(stack::Cloud::from) {
            if !clusters.iter().any(|cluster| cluster.cloud == cloud) {
                errors.push(unknown_cluster(cloud.name(), clusters));
            }
        }
        errors.into_result()?;
        let is_chosen = |cluster: &&Cluster| {
            self.is_everything()
                || self.names.iter().any(|name| *name == cluster.name || name == cluster.cloud.name())
                || self.cloud.iter().any(|cloud| stack::Cloud::from(*cloud) == cluster.cloud)
        };
        Ok(clusters.iter().filter(is_chosen).map(|cluster| cluster.name.clone()).collect())
    }

    /// Where the tree goes. A link is followed only if somebody names it.
    fn out(&self) -> Result<&Path, Diagnostics> {
        let out = self.out.as_deref().unwrap_or(Path::new(OUT));
        if self.out.is_none() && out.is_symlink() {
            let error = Diagnostic::error("the tree is a symbolic link").in_path(out);
            return Err(error.hint("name it with --out if that is meant").into());
        }
        if out.exists() && !out.is_dir() {
            return Err(Diagnostic::error("the tree must be a folder").in_path(out).into());
        }
        Ok(out)
    }

    /// Lists what is not up to date, and the command that repairs it.
    fn check(&self, plan: &Plan, printer: &Printer) -> Result<ExitStatus, Diagnostics> {
        if plan.is_clean() {
            return Ok(ExitStatus::Success);
        }
        let out = self.out.as_deref().unwrap_or(Path::new(OUT));
        let mut list = String::new();
        for change in &plan.changes {
            let path = out.join(&change.path);
            let _ = writeln!(list, "{:<8} {}", change.status.word(), path.display());
        }
        if plan.changes.is_empty() {
            let _ = writeln!(list, "{:<8} {}", Status::Stale.word(), out.join(gitops::INVENTORY).display());
        }
        printer.data(list.as_bytes())?;
        printer.note(&format!("{}/ is not up to date", out.display()));
        printer.note(&format!("hint: {}", self.repair(plan)));
        Ok(ExitStatus::Findings)
    }

    fn repair(&self, plan: &Plan) -> String {
        let mut command = "stackgen render".to_owned();
        for name in &self.names {
            let _ = write!(command, " {name}");
        }
        for cloud in &self.cloud {
            let _ = write!(command, " --cloud {}", stack::Cloud::from(*cloud));
        }
        if let Some(out) = &self.out {
            let _ = write!(command, " --out {}", out.display());
        }
        if plan.count(Status::Foreign) + plan.count(Status::Blocked) > 0 {
            return format!("move what is foreign or in the way out of the tree, then run `{command}`");
        }
        let mut after = Vec::new();
        if plan.count(Status::Modified) > 0 {
            command.push_str(" --force-modified");
            after.push("gives up what was changed by hand");
        }
        if plan.count(Status::Unlisted) > 0 {
            command.push_str(" --adopt");
            after.push("takes over what the ledger does not list");
        }
        if plan.is_braked() {
            command.push_str(" --allow-removals");
            after.push("takes away what is extra, and the engine deletes it");
        }
        match after.as_slice() {
            [] => format!("run `{command}`"),
            after => format!("run `{command}`, which {}", after.join(", ")),
        }
    }
}

/// Says what went because it was allowed to.
fn list_removals(plan: &Plan, out: &Path, printer: &Printer) {
    for removal in &plan.removals {
        printer.note(&format!("removed {} ({})", removal.object, out.join(&removal.path).display()));
    }
}

fn unknown_cluster(name: &str, clusters: &[Cluster]) -> Diagnostic {
    let names: BTreeSet<&str> =
        clusters.iter().flat_map(|cluster| [cluster.name.as_str(), cluster.cloud.name()]).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let error = Diagnostic::error(format!("there is no cluster or cloud `{name}`"));
    match closest(name, &names) {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")),
        None => error.hint(format!("there are: {}", names.join(", "))),
    }
}

/// Prints the objects of the chosen clusters, and nothing for the engines.
fn print(
    clusters: &[BuiltCluster<'_, '_>],
    chosen: &BTreeSet<String>,
    printer: &Printer,
) -> Result<ExitStatus, Diagnostics> {
    let chosen: Vec<_> = clusters.iter().filter(|built| chosen.contains(&built.cluster.name)).collect();
    let mut streams = Vec::new();
    for built in &chosen {
        streams.push(all_objects(&built.resources)?);
    }
    printer.data(streams.join("---\n").as_bytes())?;
    Ok(ExitStatus::Success)
}

fn summary(outcome: &Outcome, out: &Path, chosen: &BTreeSet<String>, start: Instant) -> String {
    let Outcome { written, updated, removed, unchanged } = outcome;
    let names: Vec<&str> = chosen.iter().map(String::as_str).collect();
    format!(
        "wrote {written}, updated {updated}, removed {removed}, unchanged {unchanged} in {}/ ({}) in {:.2} s",
        out.display().to_string().trim_end_matches('/'),
        names.join(", "),
        start.elapsed().as_secs_f64()
    )
}
