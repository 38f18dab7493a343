//! `stackgen migrate`, `stackgen migrate plan` and `stackgen migrate apply`: what is to be done, and its beginning.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;

use super::go::{self, RunArguments};
use super::rendered::Rendered;
use super::sides::{SourceArguments, TargetArguments, absolute};
use crate::backup::node::Node;
use crate::cli::exit_status::ExitStatus;
use crate::cli::node::NodeArguments;
use crate::cli::printer::Printer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fs::replace_file;
use crate::migrate::{self, Journal, Options, Reached};
use crate::output::{BackupFormat, migration_plan};
use crate::yaml::Sources;

/// Plan, print the plan, ask, and do it.
#[derive(Debug, Args)]
pub(super) struct Start {
    #[command(flatten)]
    stacks: Stacks,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Say what would be done, as `stackgen migrate plan`
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    #[command(flatten)]
    run: RunArguments,
}

/// Say what would be done, and what speaks against it
///
/// Nothing is changed. Two plans of stacks that did not change are the same bytes.
#[derive(Debug, Args)]
pub(super) struct Plan {
    #[command(flatten)]
    stacks: Stacks,
    /// Write the plan, for `stackgen migrate apply`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: BackupFormat,
}

/// Do what a plan says, unless the stacks are not as it has them
#[derive(Debug, Args)]
pub(super) struct Apply {
    /// What `stackgen migrate plan --out` wrote
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// Say whether it would be done
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    run: RunArguments,
}

#[derive(Debug, Args)]
struct Stacks {
    #[command(flatten)]
    from: SourceArguments,
    /// The configuration of its Prometheus: changed while data moves, so that it takes no more samples
    #[arg(long, value_name = "FILE", help_heading = "The stack that has the data")]
    #[arg(conflicts_with_all = ["from_context", "from_namespace", "from_pod"])]
    from_configuration: Option<PathBuf>,
    #[command(flatten)]
    to: TargetArguments,
    /// File with the values of Grafana's secret fields: a map of their names to values
    #[arg(long, value_name = "FILE")]
    grafana_secrets: Option<PathBuf>,
    /// The program that talks to clusters
    #[arg(long, value_name = "PROGRAM", default_value = "kubectl")]
    kubectl: PathBuf,
    /// The tree that the target's files are rendered into
    #[arg(long, value_name = "DIR", default_value = "gitops", conflicts_with = "no_render")]
    tree: PathBuf,
    /// Leave the tree alone
    #[arg(long)]
    no_render: bool,
    /// Leave out what the target would remove at once
    #[arg(long)]
    trim: bool,
    /// Leave out blocks that end before this time, such as 2026-11-01T00:00:00Z
    #[arg(long, value_name = "TIME")]
    min_time: Option<Timestamp>,
    /// A check that need not hold: PF10 or PF27; may repeat
    #[arg(long, value_name = "CHECK")]
    accept: Vec<String>,
}

impl Stacks {
    fn plan(&self, printer: &Printer) -> Result<migrate::Plan, Diagnostics> {
        let options = Options {
            trim: self.trim,
            min_time: self.min_time.map(Timestamp::as_millisecond),
            configuration: self.from_configuration.as_deref().map(absolute).transpose()?,
            accepted: self.accept.clone(),
            grafana_secrets: self.grafana_secrets.as_deref().map(absolute).transpose()?,
            workspace: printer.directory.clone(),
            tree: if self.no_render { None } else { Some(absolute(&self.tree)?) },
        };
        let (from, to) = (self.from.node(&self.kubectl)?, self.to.node(&self.kubectl)?);
        make((self.from.name(), &from), (self.to.name(), &to), options)
    }
}

impl Start {
    pub(super) fn run(&self, printer: &Printer, sources: &Sources) -> Result<ExitStatus, Diagnostics> {
        let plan = self.stacks.plan(printer)?;
        let rendered = Rendered::of(&plan, sources)?;
        if self.dry_run {
            report(&plan, printer);
            printer.data(migration_plan(self.run.output, &plan)?.as_bytes())?;
            return Ok(if plan.is_allowed() { ExitStatus::Success } else { ExitStatus::Error });
        }
        show(&plan, printer)?;
        if !plan.is_allowed() {
            return Ok(ExitStatus::Error);
        }
        if !self.yes && !is_agreed(printer)? {
            printer.note("nothing was done");
            return Ok(ExitStatus::Success);
        }
        begin(&plan, &rendered, &self.run, printer)
    }
}

impl Plan {
    pub(super) fn run(&self, printer: &Printer, sources: &Sources) -> Result<ExitStatus, Diagnostics> {
        let plan = self.stacks.plan(printer)?;
        Rendered::of(&plan, sources)?;
        report(&plan, printer);
        printer.data(migration_plan(self.output, &plan)?.as_bytes())?;
        if let Some(path) = &self.out {
            replace_file(path, &plan.to_json()?).map_err(|error| Diagnostic::error(error.to_string()))?;
        }
        Ok(if plan.is_allowed() { ExitStatus::Success } else { ExitStatus::Error })
    }
}

impl Apply {
    pub(super) fn run(&self, printer: &Printer, sources: &Sources) -> Result<ExitStatus, Diagnostics> {
        let text = std::fs::read(&self.plan)
            .map_err(|error| Diagnostic::error(format!("cannot read `{}`: {error}", self.plan.display())))?;
        let plan = migrate::Plan::of_json(&self.plan.display().to_string(), &text)?;
        let (from, to) = (go::node(&plan.from)?, go::node(&plan.to)?);
        let now = make((&plan.from.name, &from), (&plan.to.name, &to), plan.options.clone())?;
        let differences = plan.differences(&now);
        if !differences.is_empty() {
            let message = format!("{} is of other stacks: {}", self.plan.display(), differences.join("; "));
            return Err(Diagnostic::error(message)
                .hint("plan again: `stackgen migrate plan --out FILE`")
                .into());
        }
        let rendered = Rendered::of(&plan, sources)?;
        report(&now, printer);
        if !now.is_allowed() {
            return Ok(ExitStatus::Error);
        }
        if self.dry_run {
            printer.data(migration_plan(self.run.output, &plan)?.as_bytes())?;
            return Ok(ExitStatus::Success);
        }
        begin(&plan, &rendered, &self.run, printer)
    }
}

fn make(
    (from, of_source): (&str, &NodeArguments),
    (to, of_target): (&str, &NodeArguments),
    options: Options,
) -> Result<migrate::Plan, Diagnostics> {
    let value = |place: &NodeArguments| {
        serde_json::to_value(place).map_err(|error| Diagnostics::from(Diagnostic::error(error.to_string())))
    };
    let (source, target): (Box<dyn Node>, Box<dyn Node>) = (of_source.open()?, of_target.open()?);
    let (source_place, target_place) = (value(of_source)?, value(of_target)?);
    let from = Reached {
        name: from,
        node: &*source,
        has_alertmanager: of_source.has_alertmanager(),
        has_grafana: of_source.has_grafana(),
        place: &source_place,
    };
    let to = Reached {
        name: to,
        node: &*target,
        has_alertmanager: of_target.has_alertmanager(),
        has_grafana: of_target.has_grafana(),
        place: &target_place,
    };
    Ok(migrate::Plan::make(from, to, options, Timestamp::now().as_millisecond())?)
}

/// Begins a run of a plan.
fn begin(
    plan: &migrate::Plan,
    rendered: &Rendered<'_>,
    arguments: &RunArguments,
    printer: &Printer,
) -> Result<ExitStatus, Diagnostics> {
    let time = Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    let folder = arguments.runs()?.join(format!("{time}-{}-to-{}", plan.from.name, plan.to.name));
    let journal = Journal::create(Path::new(&folder), plan)?;
    go::go(journal, plan, rendered, arguments, printer)
}

fn show(plan: &migrate::Plan, printer: &Printer) -> Result<(), Diagnostics> {
    printer.note(migration_plan(BackupFormat::Text, plan)?.trim_end());
    report(plan, printer);
    Ok(())
}

fn report(plan: &migrate::Plan, printer: &Printer) {
    let diagnostics: Vec<Diagnostic> = plan
        .remarks
        .iter()
        .map(|remark| {
            let message = remark.to_string();
            let diagnostic =
                if remark.is_refused { Diagnostic::error(message) } else { Diagnostic::warning(message) };
            diagnostic.hint(remark.hint.clone())
        })
        .collect();
    printer.report(&diagnostics, &Sources::default());
}

/// Asks whoever sits there.
fn is_agreed(printer: &Printer) -> Result<bool, Diagnostics> {
    if !std::io::stdin().is_terminal() {
        return Err(Diagnostic::error("nobody is there to be asked")
            .hint("do it without asking: --yes; or plan first: `stackgen migrate plan --out plan.json`")
            .into());
    }
    printer.note("go on? [y/N]");
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.map_err(|error| Diagnostic::error(format!("cannot read the answer: {error}")))?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
