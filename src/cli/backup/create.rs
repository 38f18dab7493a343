//! `stackgen backup`: a new snapshot.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::repository::{RepositoryArguments, holder};
use crate::backup::Failure;
use crate::backup::capture::{self, Choice, Options};
use crate::backup::node::{LocalNode, Node};
use crate::backup::repository::Repository;
use crate::cli::exit_status::ExitStatus;
use crate::cli::node::NodeArguments;
use crate::cli::printer::Printer;
use crate::cli::progress::Bar;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::output::{BackupFormat, captured};

#[derive(Debug, Args)]
pub(super) struct Create {
    #[command(flatten)]
    repository: RepositoryArguments,
    /// Who may read a new repository: a public key of age; may repeat
    #[arg(long, value_name = "AGE1", help_heading = "The repository")]
    recipient: Vec<String>,
    /// Make a new repository that everybody can read
    #[arg(long, conflicts_with = "recipient", help_heading = "The repository")]
    no_encrypt: bool,
    /// What the cluster is called
    #[arg(long, value_name = "NAME", required = true)]
    cluster: Option<String>,
    #[command(flatten)]
    node: NodeArguments,
    /// The data folder of Alertmanager: its log of notifications, and without its address also its silences
    #[arg(long, value_name = "DIR", help_heading = "The stack")]
    alertmanager_data: Option<PathBuf>,
    /// What this replica of Prometheus is called, otherwise as its pod
    #[arg(long, value_name = "NAME")]
    replica: Option<String>,
    /// How to read the samples
    #[arg(long, value_name = "WAY", default_value = "auto")]
    capture: Way,
    /// Leave damaged blocks out, name them, and exit with 1
    #[arg(long)]
    skip_corrupt: bool,
    /// Say what would be done
    #[arg(long)]
    dry_run: bool,
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: BackupFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Way {
    /// The best that works
    Auto,
    /// A snapshot of the server, through its admin API
    Snapshot,
    /// Everything through the API
    RemoteRead,
    /// The folder of a server that does not run
    StoppedFolder,
}

impl Create {
    pub(super) fn run(&self, printer: &Printer) -> Result<ExitStatus, Diagnostics> {
        let node = self.node.open()?;
        let holder = holder("a backup");
        let alertmanager_data = self.alertmanager_data.as_deref().map(LocalNode::new).transpose()?;
        let alertmanager_data = alertmanager_data.as_ref().map(|folder| folder as &dyn Node);
        let options = Options { alertmanager_data, ..self.options(&holder) };
        if self.dry_run {
            let plan = capture::plan(&*node, &options)?;
            let way = plan.mode.capture.name();
            printer.data(format!("would capture by {way}: {}\n", plan.mode.reason).as_bytes())?;
            return Ok(ExitStatus::Success);
        }
        let repository = self.open_or_make()?;
        let captured_now = capture::run(&*node, &repository, &options, &Bar::new(printer))?;
        printer.data(captured(self.output, &captured_now, repository.written()).as_bytes())?;
        let is_whole =
            captured_now.manifest.left_out.iter().all(|left_out| !left_out.what.starts_with("block "));
        Ok(if is_whole { ExitStatus::Success } else { ExitStatus::Findings })
    }

    fn options<'o>(&'o self, holder: &'o str) -> Options<'o> {
        Options {
            cluster: self.cluster.as_deref().unwrap_or_default(),
            replica: self.replica.as_deref().unwrap_or(self.node.replica()),
            choice: match self.capture {
                Way::Auto => Choice::Auto,
                Way::Snapshot => Choice::Snapshot,
                Way::RemoteRead => Choice::RemoteRead,
                Way::StoppedFolder => Choice::StoppedFolder,
            },
            has_prometheus: self.node.has_prometheus(matches!(self.capture, Way::StoppedFolder)),
            has_alertmanager: self.node.has_alertmanager(),
            has_grafana: self.node.has_grafana(),
            alertmanager_data: None,
            skip_corrupt: self.skip_corrupt,
            tool: concat!("stackgen ", env!("CARGO_PKG_VERSION")),
            holder,
        }
    }

    /// The repository, made if there is none. Who may read one is decided when it is made.
    fn open_or_make(&self) -> Result<Repository, Diagnostics> {
        let store = self.repository.store()?;
        let is_there = match store.read("config.json") {
            Err(error) if error.failure == Failure::Missing => false,
            other => other.map(|_| true)?,
        };
        if !is_there && self.recipient.is_empty() && !self.no_encrypt {
            let message =
                format!("{} holds no repository, and nobody said who may read a new one", store.describe());
            return Err(Diagnostic::error(message)
                .hint("`age-keygen -o key.txt` makes a key: name its public half with --recipient age1...")
                .hint("or let everybody read it: --no-encrypt")
                .into());
        }
        if !is_there {
            return Ok(Repository::init(store, self.recipient.clone(), Timestamp::now)?);
        }
        let repository = self.repository.open()?;
        self.check_recipients(&repository)?;
        Ok(repository)
    }

    fn check_recipients(&self, repository: &Repository) -> Result<(), Diagnostics> {
        let (mut asked, mut has) = (self.recipient.clone(), repository.recipients().to_vec());
        asked.sort();
        has.sort();
        let is_same = if self.no_encrypt { has.is_empty() } else { asked.is_empty() || asked == has };
        if is_same {
            return Ok(());
        }
        let has = if has.is_empty() { "nobody: it is not encrypted".to_owned() } else { has.join(", ") };
        let message = format!("{} has other recipients: {has}", repository.describe());
        let hint = "leave --recipient and --no-encrypt out, or make another repository";
        Err(Diagnostic::error(message).hint(hint).into())
    }
}
