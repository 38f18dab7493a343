//! `stackgen render`: the stack for the chosen clouds, as a tree that Argo CD or Flux syncs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;

use super::build::all_objects;
use super::exit_status::{ExitStatus, help};
use super::printer::Printer;
use super::selection::{Chosen, Selection};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::gitops::{self, Allowed, Outcome, Plan, Renderer, Status, Tree, cluster_of};
use crate::stack::{BuiltCluster, Workspace, build_clusters};
use crate::yaml::Sources;

/// Where the tree goes unless somebody says otherwise.
const OUT: &str = "gitops";

const EXAMPLES: &str = "\
Examples:
  stackgen render                 all clusters, into gitops/
  stackgen render --cloud gke     one cloud; what is there of the others stays
  stackgen render --check         in a pipeline or before a commit
  stackgen render --shard 2/8     the second of eight machines' parts
  stackgen render gke --stdout | kubectl diff -f -";

/// Render the monitoring stack into a tree that Argo CD or Flux syncs
///
/// Builds every cluster of `stackgen.yaml`, or one for each cloud if there is no such file. `base/`, `overlays/`,
/// `components/` and `templates/` are read from the working directory where it has them, else from the binary. All
/// clusters are built before the first file is written, and only files that stackgen wrote are changed or removed.
#[derive(Debug, Args)]
#[command(after_help = help(EXAMPLES))]
pub(super) struct Arguments {
    #[command(flatten)]
    selection: Selection,
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

/// Runs the command.
pub(super) fn run(
    arguments: &Arguments,
    printer: &Printer,
    sources: &Sources,
) -> Result<ExitStatus, Diagnostics> {
    let start = Instant::now();
    let Workspace { mut files, templates, settings } = Workspace::open(&printer.directory, sources)?;
    let chosen = arguments.selection.choose(&settings.clusters)?;
    let clusters = (&settings, chosen.clusters.as_slice());
    if arguments.stdout {
        let work = |built: &BuiltCluster<'_, '_>| all_objects(&built.resources);
        let fleet = build_clusters(clusters, &mut files, &templates, sources, work)?;
        printer.report(&fleet.warnings, sources);
        printer.data(fleet.results.join("---\n").as_bytes())?;
        return Ok(ExitStatus::Success);
    }
    let renderer = Renderer::new(&settings.gitops, &templates, sources, &printer.directory);
    let fleet = build_clusters(clusters, &mut files, &templates, sources, |built| renderer.render(built))?;
    printer.report(&fleet.warnings, sources);
    let tree = Tree::of_clusters(fleet.results)?;
    let scope = |path: &str| chosen.covers(cluster_of(path));
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
            for book in plan.stale_books() {
                let _ = writeln!(list, "{:<8} {}", Status::Stale.word(), out.join(book).display());
            }
        }
        printer.data(list.as_bytes())?;
        printer.note(&format!("{}/ is not up to date", out.display()));
        printer.note(&format!("hint: {}", self.repair(plan)));
        Ok(ExitStatus::Findings)
    }

    fn repair(&self, plan: &Plan) -> String {
        let mut command = format!("stackgen render{}", self.selection.to_arguments());
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

fn summary(outcome: &Outcome, out: &Path, chosen: &Chosen<'_>, start: Instant) -> String {
    let Outcome { written, updated, removed, unchanged } = outcome;
    format!(
        "wrote {written}, updated {updated}, removed {removed}, unchanged {unchanged} in {}/ ({}) in {:.2} s",
        out.display().to_string().trim_end_matches('/'),
        chosen.describe(),
        start.elapsed().as_secs_f64()
    )
}
