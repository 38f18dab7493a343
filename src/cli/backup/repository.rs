//! The repository on the command line.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;

use crate::backup::repository::{Identities, Repository};
use crate::backup::store::{self, Store};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Where snapshots are, and what opens them. What is demanded is optional all the same, because subcommands have it too.
#[derive(Debug, Args)]
#[command(next_help_heading = "The repository")]
pub(in crate::cli) struct RepositoryArguments {
    /// A folder, or the address of one or of a bucket: file, s3, gs or az, and `://BUCKET/PREFIX`
    #[arg(long, visible_alias = "to", value_name = "URL", env = "STACKGEN_REPOSITORY", required = true)]
    repository: Option<String>,
    /// File with the secret key, as age-keygen writes it
    #[arg(long, value_name = "FILE", env = "STACKGEN_IDENTITY")]
    identity: Option<PathBuf>,
}

impl RepositoryArguments {
    /// The store that it is in.
    pub(super) fn store(&self) -> Result<Box<dyn Store>, Diagnostics> {
        Ok(store::open(self.repository.as_deref().unwrap_or_default())?)
    }

    /// Opens the repository that is there.
    pub(in crate::cli) fn open(&self) -> Result<Repository, Diagnostics> {
        let identities = self.identities()?;
        Ok(Repository::open(self.store()?, identities, Timestamp::now)?)
    }

    /// The same, where what it holds has to be read.
    pub(in crate::cli) fn open_to_read(&self) -> Result<Repository, Diagnostics> {
        let repository = self.open()?;
        if repository.is_readable() {
            return Ok(repository);
        }
        let message = format!("{} is encrypted", repository.describe());
        let hint = "name the file with the secret key of one of its recipients: --identity FILE";
        Err(Diagnostic::error(message).hint(hint).into())
    }

    fn identities(&self) -> Result<Identities, Diagnostics> {
        let Some(file) = &self.identity else { return Ok(Identities::default()) };
        let text = std::fs::read(file)
            .map_err(|error| Diagnostic::error(format!("cannot read `{}`: {error}", file.display())))?;
        Ok(Identities::of(&file.display().to_string(), &text)?)
    }
}

/// What others are told who wait.
pub(in crate::cli) fn holder(what: &str) -> String {
    format!("{what} (process {})", std::process::id())
}
