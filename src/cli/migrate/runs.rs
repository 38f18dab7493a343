//! What is done with a run that was begun: looking at it, going on, comparing again, going back, clearing up.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;

use super::go::{self, Opened, RunArguments, StateArguments, Teller};
use super::rendered::Rendered;
use crate::cli::exit_status::ExitStatus;
use crate::cli::printer::Printer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::migrate::{self, Journal, Phase};
use crate::output::{BackupFormat, MigrationReport, rolled_back, verification};
use crate::yaml::Sources;

/// Which run is meant.
#[derive(Debug, Args)]
struct Chosen {
    /// The run, or the beginning of its name; otherwise the newest one that is not ended
    #[arg(value_name = "RUN")]
    run: Option<String>,
    #[command(flatten)]
    state: StateArguments,
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: BackupFormat,
}

/// Say how far a run is, and what comes next
#[derive(Debug, Args)]
pub(super) struct Status {
    #[command(flatten)]
    chosen: Chosen,
}

/// Go on with a run that was stopped or ended early
#[derive(Debug, Args)]
pub(super) struct Resume {
    /// The run, or the beginning of its name; otherwise the newest one that is not ended
    #[arg(value_name = "RUN")]
    name: Option<String>,
    #[command(flatten)]
    run: RunArguments,
}

/// Compare both sides again
#[derive(Debug, Args)]
pub(super) struct Verify {
    #[command(flatten)]
    chosen: Chosen,
}

/// Make everything as it was before the run
///
/// The source takes samples and notifies again. The target loses the blocks and the silences that it was given, also
/// where its server has put them together with its own; its own samples stay. Files in the tree are for Git to undo.
#[derive(Debug, Args)]
pub(super) struct Rollback {
    #[command(flatten)]
    chosen: Chosen,
    /// Say what would be undone
    #[arg(long)]
    dry_run: bool,
}

/// Clear away what a run needed; after this nothing can be undone
#[derive(Debug, Args)]
pub(super) struct Finish {
    #[command(flatten)]
    chosen: Chosen,
    /// Say what would be cleared away
    #[arg(long)]
    dry_run: bool,
}

impl Chosen {
    fn folder(&self) -> Result<PathBuf, Diagnostics> {
        folder(self.run.as_deref(), &self.state)
    }
}

impl Status {
    pub(super) fn run(&self, printer: &Printer) -> Result<ExitStatus, Diagnostics> {
        let (journal, plan) = Journal::read(&self.chosen.folder()?)?;
        let report = MigrationReport { journal: &journal, plan: &plan, outcome: None };
        printer.data(report.print(self.chosen.output).as_bytes())?;
        Ok(ExitStatus::Success)
    }
}

impl Resume {
    pub(super) fn run(&self, printer: &Printer, sources: &Sources) -> Result<ExitStatus, Diagnostics> {
        let (journal, plan) = Journal::open(&folder(self.name.as_deref(), &self.run.state)?)?;
        if journal.is_begun(Phase::Rollback) {
            let message = format!("{} was rolled back, or is about to be", journal.name());
            return Err(Diagnostic::error(message)
                .hint("`stackgen migrate rollback` goes on with that")
                .into());
        }
        let rendered = Rendered::of(&plan, sources)?;
        go::go(journal, &plan, &rendered, &self.run, printer)
    }
}

impl Verify {
    pub(super) fn run(&self, printer: &Printer, sources: &Sources) -> Result<ExitStatus, Diagnostics> {
        let (journal, plan) = Journal::read(&self.chosen.folder()?)?;
        let rendered = Rendered::of(&plan, sources)?;
        let opened = Opened::of(&plan, &journal)?;
        let teller = Teller::new(printer);
        let run = opened.run((&plan, journal), (&rendered.expressions, &|| Ok(String::new())), &teller);
        let compared = migrate::verify(&run)?;
        printer.data(verification(self.chosen.output, &compared).as_bytes())?;
        Ok(if compared.is_equal() { ExitStatus::Success } else { ExitStatus::Findings })
    }
}

impl Rollback {
    pub(super) fn run(&self, printer: &Printer, _: &Sources) -> Result<ExitStatus, Diagnostics> {
        let folder = self.chosen.folder()?;
        let (journal, plan) = if self.dry_run { Journal::read(&folder)? } else { Journal::open(&folder)? };
        let opened = Opened::of(&plan, &journal)?;
        let teller = Teller::new(printer);
        let mut run = opened.run((&plan, journal), (&[], &|| Ok(String::new())), &teller);
        let undone = if self.dry_run {
            migrate::foresee(&run)?
        } else {
            migrate::rollback(&mut run)
                .map_err(|error| Diagnostic::from(error).hint("run `stackgen migrate rollback` again"))?
        };
        printer.data(rolled_back(self.chosen.output, &plan, &undone, self.dry_run).as_bytes())?;
        Ok(ExitStatus::Success)
    }
}

impl Finish {
    pub(super) fn run(&self, printer: &Printer) -> Result<ExitStatus, Diagnostics> {
        let folder = self.chosen.folder()?;
        if self.dry_run {
            let (journal, _) = Journal::read(&folder)?;
            migrate::check_finish(&journal)?;
            let gone = journal.repository();
            let text = format!("{} would go, and nothing could be undone any more\n", gone.display());
            printer.data(text.as_bytes())?;
            return Ok(ExitStatus::Success);
        }
        let (mut journal, plan) = Journal::open(&folder)?;
        migrate::finish(&mut journal, Timestamp::now())?;
        let report = MigrationReport { journal: &journal, plan: &plan, outcome: None };
        printer.data(report.print(self.chosen.output).as_bytes())?;
        Ok(ExitStatus::Success)
    }
}

/// The folder of the run that is meant.
fn folder(name: Option<&str>, state: &StateArguments) -> Result<PathBuf, Diagnostics> {
    let runs = state.runs()?;
    let all = Journal::list(&runs)?;
    let name_of =
        |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut found: Vec<&PathBuf> = match name {
        Some(name) => all.iter().filter(|path| name_of(path).starts_with(name)).collect(),
        None => all.iter().filter(|path| !is_ended(path)).collect(),
    };
    if name.is_none() && found.is_empty() {
        found.extend(all.last());
    }
    let names = || found.iter().map(|path| name_of(path)).collect::<Vec<_>>().join(", ");
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            let message = format!("{} has no such run", runs.display());
            Err(Diagnostic::error(message).hint("`stackgen migrate --from ... --to ...` begins one").into())
        }
        _ => Err(Diagnostic::error("there are several runs").hint(format!("name one: {}", names())).into()),
    }
}

/// A journal that cannot be read is of no ended run.
fn is_ended(folder: &std::path::Path) -> bool {
    Journal::read(folder)
        .is_ok_and(|(journal, _)| journal.is_done(Phase::Finish) || journal.is_done(Phase::Rollback))
}
