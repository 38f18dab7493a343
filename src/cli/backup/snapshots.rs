//! `stackgen backup list`, `show` and `verify`.

use std::path::PathBuf;

use clap::Args;

use super::repository::RepositoryArguments;
use crate::backup::Failure;
use crate::backup::manifest::Manifest;
use crate::backup::repository::{Repository, SnapshotName};
use crate::cli::exit_status::ExitStatus;
use crate::cli::printer::Printer;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::output::{self, BackupFormat, Listed};
use crate::yaml::Sources;

/// List the snapshots of a repository
///
/// Without an identity an encrypted repository shows names alone.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    repository: RepositoryArguments,
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: BackupFormat,
}

/// Show what a snapshot holds
#[derive(Debug, Args)]
pub(super) struct Show {
    /// latest, a cluster for its newest one, or the beginning of a name
    #[arg(value_name = "SNAPSHOT", default_value = "latest")]
    snapshot: String,
    #[command(flatten)]
    repository: RepositoryArguments,
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: BackupFormat,
}

/// Verify that snapshots are whole
///
/// Looks whether everything that they name is there. With --read-data every byte is read and compared, and every block
/// is verified as it is when it is restored.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// latest, a cluster for its newest one, or the beginning of a name; all if there is none
    #[arg(value_name = "SNAPSHOT")]
    snapshot: Option<String>,
    /// Read everything
    #[arg(long)]
    read_data: bool,
    /// Where one block at a time is put while it is verified
    #[arg(long, value_name = "DIR", requires = "read_data")]
    scratch: Option<PathBuf>,
    #[command(flatten)]
    repository: RepositoryArguments,
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: BackupFormat,
}

impl List {
    pub(super) fn run(&self, printer: &Printer) -> Result<ExitStatus, Diagnostics> {
        let repository = self.repository.open()?;
        let verified = repository.verified()?;
        let mut listed = Vec::new();
        for name in repository.snapshots()? {
            let manifest = if repository.is_readable() { read(&repository, &name, printer)? } else { None };
            let verified = verified.get(&name).map(|verified| verified.at);
            listed.push(Listed { name, manifest, verified });
        }
        printer.data(output::list(self.output, &listed).as_bytes())?;
        if !repository.is_readable() {
            printer.note("the repository is encrypted: --identity FILE shows what its snapshots hold");
        }
        Ok(ExitStatus::Success)
    }
}

/// What a snapshot holds; none, and a warning, if that is damaged: the others can be listed all the same.
fn read(
    repository: &Repository,
    name: &SnapshotName,
    printer: &Printer,
) -> Result<Option<Manifest>, Diagnostics> {
    match repository.manifest(name) {
        Err(error) if error.failure == Failure::Content => {
            let warning = Diagnostic { severity: Severity::Warning, ..error.into() };
            printer.report(&[warning], &Sources::default());
            Ok(None)
        }
        other => Ok(other.map(Some)?),
    }
}

impl Show {
    pub(super) fn run(&self, printer: &Printer) -> Result<ExitStatus, Diagnostics> {
        let repository = self.repository.open_to_read()?;
        let name = repository.find(&self.snapshot)?;
        let manifest = repository.manifest(&name)?;
        printer.data(output::show(self.output, &name, &manifest).as_bytes())?;
        Ok(ExitStatus::Success)
    }
}

impl Verify {
    pub(super) fn run(&self, printer: &Printer) -> Result<ExitStatus, Diagnostics> {
        let repository = self.repository.open_to_read()?;
        let names = match &self.snapshot {
            Some(text) => vec![repository.find(text)?],
            None => repository.snapshots()?,
        };
        let scratch = if self.read_data { Some(self.scratch()?) } else { None };
        let mut verdicts = Vec::new();
        for name in &names {
            verdicts.push(repository.verify(name, scratch.as_ref().map(tempfile::TempDir::path))?);
        }
        printer.data(output::verify(self.output, &verdicts, self.read_data).as_bytes())?;
        let is_whole = verdicts.iter().all(|verdict| verdict.damages.is_empty());
        Ok(if is_whole { ExitStatus::Success } else { ExitStatus::Findings })
    }

    fn scratch(&self) -> Result<tempfile::TempDir, Diagnostics> {
        let made = self.scratch.as_ref().map_or_else(tempfile::tempdir, tempfile::tempdir_in);
        made.map_err(|error| {
            Diagnostic::error(format!("cannot make a folder for temporary files: {error}"))
                .hint("name a folder with room for the largest block: --scratch DIR")
                .into()
        })
    }
}
