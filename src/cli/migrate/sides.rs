//! The two stacks of a migration on the command line.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::{Deserialize, Serialize};

use crate::backup::node::{Endpoint, LocalNode, Node, Service};
use crate::cli::node::read_authorization;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Where data comes from. What is demanded is optional all the same: `migrate` has subcommands without sides.
#[derive(Debug, Args)]
#[command(next_help_heading = "The stack that has the data")]
pub(super) struct SourceArguments {
    /// What its cluster is called
    #[arg(long, value_name = "CLUSTER", required = true)]
    from: Option<String>,
    /// The data folder of its Prometheus
    #[arg(long, value_name = "DIR", required = true)]
    from_data: Option<PathBuf>,
    /// The address of its Prometheus
    #[arg(long, value_name = "URL", required = true)]
    from_prometheus: Option<String>,
    /// File with the Authorization header for it
    #[arg(long, value_name = "FILE")]
    from_prometheus_authorization: Option<PathBuf>,
    /// The address of its Alertmanager
    #[arg(long, value_name = "URL")]
    from_alertmanager: Option<String>,
    /// File with the Authorization header for it
    #[arg(long, value_name = "FILE", requires = "from_alertmanager")]
    from_alertmanager_authorization: Option<PathBuf>,
}

/// Where data goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "The stack that gets it")]
pub(super) struct TargetArguments {
    /// What its cluster is called
    #[arg(long, value_name = "CLUSTER", required = true)]
    to: Option<String>,
    /// The data folder of its Prometheus
    #[arg(long, value_name = "DIR", required = true)]
    to_data: Option<PathBuf>,
    /// The address of its Prometheus
    #[arg(long, value_name = "URL", required = true)]
    to_prometheus: Option<String>,
    /// File with the Authorization header for it
    #[arg(long, value_name = "FILE")]
    to_prometheus_authorization: Option<PathBuf>,
    /// The address of its Alertmanager
    #[arg(long, value_name = "URL")]
    to_alertmanager: Option<String>,
    /// File with the Authorization header for it
    #[arg(long, value_name = "FILE", requires = "to_alertmanager")]
    to_alertmanager_authorization: Option<PathBuf>,
}

/// How a side is reached, as plans keep it: credentials stay in their files.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    data: PathBuf,
    prometheus: Server,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alertmanager: Option<Server>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Server {
    url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    authorization: Option<PathBuf>,
}

impl SourceArguments {
    pub(super) fn name(&self) -> &str {
        self.from.as_deref().unwrap_or_default()
    }

    pub(super) fn place(&self) -> Result<Place, Diagnostics> {
        Place::of(
            self.from_data.as_deref(),
            (self.from_prometheus.as_ref(), self.from_prometheus_authorization.as_deref()),
            (self.from_alertmanager.as_ref(), self.from_alertmanager_authorization.as_deref()),
        )
    }
}

impl TargetArguments {
    pub(super) fn name(&self) -> &str {
        self.to.as_deref().unwrap_or_default()
    }

    pub(super) fn place(&self) -> Result<Place, Diagnostics> {
        Place::of(
            self.to_data.as_deref(),
            (self.to_prometheus.as_ref(), self.to_prometheus_authorization.as_deref()),
            (self.to_alertmanager.as_ref(), self.to_alertmanager_authorization.as_deref()),
        )
    }
}

impl Place {
    fn of(
        data: Option<&Path>,
        (prometheus, prometheus_file): (Option<&String>, Option<&Path>),
        (alertmanager, alertmanager_file): (Option<&String>, Option<&Path>),
    ) -> Result<Self, Diagnostics> {
        let server = |url: &String, file: Option<&Path>| {
            let authorization = file.map(absolute).transpose()?;
            Ok::<_, Diagnostics>(Server { url: url.clone(), authorization })
        };
        Ok(Self {
            data: absolute(data.unwrap_or(Path::new("")))?,
            prometheus: server(prometheus.unwrap_or(&String::new()), prometheus_file)?,
            alertmanager: alertmanager.map(|url| server(url, alertmanager_file)).transpose()?,
        })
    }

    /// Whether there is an Alertmanager to ask.
    pub(super) fn has_alertmanager(&self) -> bool {
        self.alertmanager.is_some()
    }

    /// The stack that is there.
    pub(super) fn open(&self) -> Result<Box<dyn Node>, Diagnostics> {
        let mut node = LocalNode::new(&self.data)?;
        let servers = [
            (Service::Prometheus, Some(&self.prometheus)),
            (Service::Alertmanager, self.alertmanager.as_ref()),
        ];
        for (service, server) in servers {
            let Some(Server { url, authorization }) = server else { continue };
            let authorization = authorization.as_deref().map(read_authorization).transpose()?;
            node = node.with(service, Endpoint::new(url, authorization)?);
        }
        Ok(Box::new(node))
    }
}

/// A run may be resumed from another folder. What is not there is named as it was written.
pub(super) fn absolute(path: &Path) -> Result<PathBuf, Diagnostics> {
    let absolute = path.canonicalize().or_else(|_| std::path::absolute(path));
    absolute.map_err(|error| Diagnostic::error(format!("cannot find `{}`: {error}", path.display())).into())
}
