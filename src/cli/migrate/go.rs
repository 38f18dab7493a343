//! A run that goes on, and somebody who watches it.

use std::cell::Cell;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use jiff::Timestamp;

use super::rendered::Rendered;
use crate::backup::capture::Progress;
use crate::backup::grafana::Secrets;
use crate::backup::node::Node;
use crate::backup::repository::{Identities, Repository};
use crate::backup::store;
use crate::cli::exit_status::ExitStatus;
use crate::cli::node::NodeArguments;
use crate::cli::printer::Printer;
use crate::cli::progress::Bar;
use crate::cli::restore::read_secrets;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::migrate::{Journal, Outcome, Phase, Plan, Run, Side, Watch};
use crate::output::{BackupFormat, MigrationReport};

/// How a run goes on.
#[derive(Debug, Args)]
pub(super) struct RunArguments {
    /// Stop before a phase; `stackgen migrate resume` goes on
    #[arg(long, value_name = "PHASE")]
    pub(super) stop_before: Option<Phase>,
    #[command(flatten)]
    pub(super) state: StateArguments,
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub(super) output: BackupFormat,
}

/// Where runs are.
#[derive(Debug, Args)]
pub(super) struct StateArguments {
    /// The folder with the journals of all runs; ~/.local/state/stackgen/runs otherwise
    #[arg(long, value_name = "DIR", env = "STACKGEN_STATE")]
    state: Option<PathBuf>,
}

impl StateArguments {
    /// The folder of all runs.
    pub(super) fn runs(&self) -> Result<PathBuf, Diagnostics> {
        if let Some(folder) = &self.state {
            return Ok(folder.clone());
        }
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let folder = set("XDG_STATE_HOME").or_else(|| Some(set("HOME")?.join(".local/state")));
        let folder = folder.map(|folder| folder.join("stackgen/runs"));
        folder.ok_or_else(|| {
            Diagnostic::error("nobody says where journals are kept").hint("name a folder: --state DIR").into()
        })
    }
}

impl RunArguments {
    pub(super) fn runs(&self) -> Result<PathBuf, Diagnostics> {
        self.state.runs()
    }
}

/// Tells on stderr what is going on.
pub(super) struct Teller<'p> {
    printer: &'p Printer,
    bar: Bar,
    begin: Cell<Instant>,
}

impl<'p> Teller<'p> {
    pub(super) fn new(printer: &'p Printer) -> Self {
        Self { printer, bar: Bar::new(printer), begin: Cell::new(Instant::now()) }
    }
}

impl Progress for Teller<'_> {
    fn begin(&self, bytes: u64) {
        self.bar.begin(bytes);
    }

    fn advance(&self, bytes: u64) {
        self.bar.advance(bytes);
    }
}

impl Watch for Teller<'_> {
    fn begins(&self, _: Phase) {
        self.begin.set(Instant::now());
    }

    fn is_done(&self, phase: Phase, words: &str) {
        let seconds = self.begin.get().elapsed().as_secs_f64();
        self.bar.suspend(|| self.printer.note(&format!("{phase:<15} {seconds:>6.2} s  {words}")));
    }
}

/// The two sides and what lies between them.
pub(super) struct Opened {
    pub(super) source: Box<dyn Node>,
    pub(super) target: Box<dyn Node>,
    pub(super) repository: Repository,
    secrets: Secrets,
}

impl Opened {
    pub(super) fn of(plan: &Plan, journal: &Journal) -> Result<Self, Diagnostics> {
        let (source, target) = (node(&plan.from)?.open()?, node(&plan.to)?.open()?);
        let secrets = plan.options.grafana_secrets.as_deref().map(read_secrets).transpose()?;
        let (repository, secrets) = (repository(journal)?, secrets.unwrap_or_default());
        Ok(Self { source, target, repository, secrets })
    }

    /// A run that goes on.
    pub(super) fn run<'r>(
        &'r self,
        (plan, journal): (&'r Plan, Journal),
        rendered: (&'r [String], &'r dyn Fn() -> Result<String, crate::backup::BackupError>),
        watch: &'r dyn Watch,
    ) -> Run<'r> {
        Run {
            plan,
            journal,
            source: &*self.source,
            target: &*self.target,
            repository: &self.repository,
            expressions: rendered.0,
            render: rendered.1,
            secrets: &self.secrets,
            watch,
            tool: concat!("stackgen ", env!("CARGO_PKG_VERSION")),
        }
    }
}

/// How a side of a plan is reached.
pub(super) fn node(side: &Side) -> Result<NodeArguments, Diagnostics> {
    serde_json::from_value(side.place.clone()).map_err(|error| {
        let message = format!("the plan does not say how `{}` is reached: {error}", side.name);
        Diagnostic::error(message).hint("plan again with this release").into()
    })
}

/// What was captured stays in the run's folder, which is its owner's alone, until the run is finished.
fn repository(journal: &Journal) -> Result<Repository, Diagnostics> {
    let folder = journal.repository();
    let store = store::open(&folder.display().to_string())?;
    if folder.join("config.json").exists() {
        return Ok(Repository::open(store, Identities::default(), Timestamp::now)?);
    }
    Ok(Repository::init(store, Vec::new(), Timestamp::now)?)
}

/// Goes on to the end, or to where somebody wants it to stop.
pub(super) fn go(
    journal: Journal,
    plan: &Plan,
    rendered: &Rendered<'_>,
    arguments: &RunArguments,
    printer: &Printer,
) -> Result<ExitStatus, Diagnostics> {
    let opened = Opened::of(plan, &journal)?;
    let write = || rendered.write();
    let teller = Teller::new(printer);
    let mut run = opened.run((plan, journal), (&rendered.expressions, &write), &teller);
    printer.note(&format!("run {}", run.journal.name()));
    let outcome = run.go(arguments.stop_before).map_err(|error| {
        Diagnostic::from(error)
            .hint("`stackgen migrate resume` goes on, `stackgen migrate rollback` goes back")
    })?;
    let report = MigrationReport { journal: &run.journal, plan, outcome: Some(&outcome) };
    printer.data(report.print(arguments.output).as_bytes())?;
    Ok(if matches!(outcome, Outcome::Different(_)) { ExitStatus::Findings } else { ExitStatus::Success })
}
