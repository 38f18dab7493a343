//! A running stack on the command line: its data folder and the addresses of its servers.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::backup::BackupError;
use crate::backup::node::{Authorization, Endpoint, LocalNode, Service};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Where a stack is. What is demanded is optional all the same: `backup` has subcommands without a stack.
#[derive(Debug, Args)]
#[command(next_help_heading = "The stack")]
pub(super) struct NodeArguments {
    /// The data folder of Prometheus
    #[arg(long, value_name = "DIR", required = true)]
    prometheus_data: Option<PathBuf>,
    /// The address of Prometheus, if it runs
    #[arg(long, value_name = "URL")]
    prometheus_url: Option<String>,
    /// File with the Authorization header for Prometheus
    #[arg(long, value_name = "FILE", requires = "prometheus_url")]
    prometheus_authorization: Option<PathBuf>,
    /// The address of Alertmanager
    #[arg(long, value_name = "URL")]
    alertmanager_url: Option<String>,
    /// File with the Authorization header for Alertmanager
    #[arg(long, value_name = "FILE", requires = "alertmanager_url")]
    alertmanager_authorization: Option<PathBuf>,
}

impl NodeArguments {
    /// Whether there is a Prometheus to ask.
    pub(super) fn has_prometheus(&self) -> bool {
        self.prometheus_url.is_some()
    }

    /// Whether there is an Alertmanager to ask.
    pub(super) fn has_alertmanager(&self) -> bool {
        self.alertmanager_url.is_some()
    }

    /// The stack that they name.
    pub(super) fn open(&self) -> Result<LocalNode, Diagnostics> {
        let mut node = LocalNode::new(self.prometheus_data.as_deref().unwrap_or(Path::new("")))?;
        let servers = [
            (Service::Prometheus, &self.prometheus_url, &self.prometheus_authorization),
            (Service::Alertmanager, &self.alertmanager_url, &self.alertmanager_authorization),
        ];
        for (service, url, file) in servers {
            let Some(url) = url else { continue };
            let authorization = file.as_deref().map(read_authorization).transpose()?;
            node = node.with(service, Endpoint::new(url, authorization)?);
        }
        Ok(node)
    }
}

/// Credentials come from files: arguments can be seen by everybody on the machine.
pub(super) fn read_authorization(file: &Path) -> Result<Authorization, Diagnostic> {
    let error = |message: String| {
        Diagnostic::error(message)
            .in_path(file)
            .hint("write the header's value: Bearer TOKEN, or Basic CREDENTIALS")
    };
    let text = std::fs::read_to_string(file).map_err(|cause| error(format!("cannot be read: {cause}")))?;
    let value = text.trim_end();
    if value.is_empty() || value.chars().any(char::is_control) {
        return Err(error("holds no header's value".to_owned()));
    }
    Ok(Authorization(value.to_owned()))
}

impl From<BackupError> for Diagnostic {
    fn from(error: BackupError) -> Self {
        let diagnostic = Self::error(format!("{}: {}", error.place, error.message));
        match error.hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        }
    }
}

impl From<BackupError> for Diagnostics {
    fn from(error: BackupError) -> Self {
        Diagnostic::from(error).into()
    }
}
