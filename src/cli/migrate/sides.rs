//! The two stacks of a migration on the command line.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::node::{ClusterArguments, NodeArguments};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Where data comes from. What is demanded is optional all the same: `migrate` has subcommands without sides.
#[derive(Debug, Args)]
#[command(next_help_heading = "The stack that has the data")]
pub(super) struct SourceArguments {
    /// What its cluster is called
    #[arg(long, value_name = "CLUSTER", required = true)]
    from: Option<String>,
    /// The data folder of its Prometheus; in a cluster that of the container, /prometheus by default
    #[arg(long, value_name = "DIR", required_unless_present_any = ["from_context", "from_namespace", "from_pod"])]
    from_data: Option<PathBuf>,
    /// The address of its Prometheus; in a cluster KIND/NAME:PORT, pod/POD:9090 by default
    #[arg(long, value_name = "URL", required_unless_present_any = ["from_context", "from_namespace", "from_pod"])]
    from_prometheus: Option<String>,
    /// File with the Authorization header for it
    #[arg(long, value_name = "FILE")]
    from_prometheus_authorization: Option<PathBuf>,
    /// The address of its Alertmanager; in a cluster KIND/NAME:PORT or none, service/alertmanager:9093 by default
    #[arg(long, value_name = "URL")]
    from_alertmanager: Option<String>,
    /// File with the Authorization header for it
    #[arg(long, value_name = "FILE")]
    from_alertmanager_authorization: Option<PathBuf>,
    /// The address of its Grafana; in a cluster KIND/NAME:PORT, service/grafana:3000 by default if there is a header for it
    #[arg(long, value_name = "URL")]
    from_grafana: Option<String>,
    /// File with the Authorization header for it
    #[arg(long, value_name = "FILE")]
    from_grafana_authorization: Option<PathBuf>,
    /// File that names the certificates for both, as in a scrape's configuration: authority, own certificate and key
    #[arg(long, value_name = "FILE")]
    from_tls_config: Option<PathBuf>,
    /// The context of kubectl: the stack is in a cluster
    #[arg(long, value_name = "NAME")]
    from_context: Option<String>,
    /// The namespace of the stack, monitoring by default
    #[arg(long, value_name = "NAME")]
    from_namespace: Option<String>,
    /// The pod of its Prometheus, prometheus-0 by default
    #[arg(long, value_name = "NAME")]
    from_pod: Option<String>,
}

/// Where data goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "The stack that gets it")]
pub(super) struct TargetArguments {
    /// What its cluster is called
    #[arg(long, value_name = "CLUSTER", required = true)]
    to: Option<String>,
    /// The data folder of its Prometheus; in a cluster that of the container, /prometheus by default
    #[arg(long, value_name = "DIR", required_unless_present_any = ["to_context", "to_namespace", "to_pod"])]
    to_data: Option<PathBuf>,
    /// The address of its Prometheus; in a cluster KIND/NAME:PORT, pod/POD:9090 by default
    #[arg(long, value_name = "URL", required_unless_present_any = ["to_context", "to_namespace", "to_pod"])]
    to_prometheus: Option<String>,
    /// File with the Authorization header for it
    #[arg(long, value_name = "FILE")]
    to_prometheus_authorization: Option<PathBuf>,
    /// The address of its Alertmanager; in a cluster KIND/NAME:PORT or none, service/alertmanager:9093 by default
    #[arg(long, value_name = "URL")]
    to_alertmanager: Option<String>,
    /// File with the Authorization header for it
    #[arg(long, value_name = "FILE")]
    to_alertmanager_authorization: Option<PathBuf>,
    /// The address of its Grafana; in a cluster KIND/NAME:PORT, service/grafana:3000 by default if there is a header for it
    #[arg(long, value_name = "URL")]
    to_grafana: Option<String>,
    /// File with the Authorization header for it
    #[arg(long, value_name = "FILE")]
    to_grafana_authorization: Option<PathBuf>,
    /// File that names the certificates for both, as in a scrape's configuration: authority, own certificate and key
    #[arg(long, value_name = "FILE")]
    to_tls_config: Option<PathBuf>,
    /// The context of kubectl: the stack is in a cluster
    #[arg(long, value_name = "NAME")]
    to_context: Option<String>,
    /// The namespace of the stack, monitoring by default
    #[arg(long, value_name = "NAME")]
    to_namespace: Option<String>,
    /// The pod of its Prometheus, prometheus-0 by default
    #[arg(long, value_name = "NAME")]
    to_pod: Option<String>,
}

impl SourceArguments {
    pub(super) fn name(&self) -> &str {
        self.from.as_deref().unwrap_or_default()
    }

    /// How it is reached, from wherever a run is resumed.
    pub(super) fn node(&self, kubectl: &Path) -> Result<NodeArguments, Diagnostics> {
        let cluster = ClusterArguments {
            context: self.from_context.clone(),
            namespace: self.from_namespace.clone(),
            pod: self.from_pod.clone(),
            container: None,
            kubectl: kubectl.to_owned(),
        };
        let data = self.from_data.as_deref();
        Ok(NodeArguments {
            prometheus_data: if cluster.is_meant() { data.map(Path::to_owned) } else { optional(data)? },
            prometheus_url: self.from_prometheus.clone(),
            prometheus_authorization: optional(self.from_prometheus_authorization.as_deref())?,
            alertmanager_url: self.from_alertmanager.clone(),
            alertmanager_authorization: optional(self.from_alertmanager_authorization.as_deref())?,
            grafana_url: self.from_grafana.clone(),
            grafana_authorization: optional(self.from_grafana_authorization.as_deref())?,
            tls_config: optional(self.from_tls_config.as_deref())?,
            cluster,
        })
    }
}

impl TargetArguments {
    pub(super) fn name(&self) -> &str {
        self.to.as_deref().unwrap_or_default()
    }

    /// How it is reached, from wherever a run is resumed.
    pub(super) fn node(&self, kubectl: &Path) -> Result<NodeArguments, Diagnostics> {
        let cluster = ClusterArguments {
            context: self.to_context.clone(),
            namespace: self.to_namespace.clone(),
            pod: self.to_pod.clone(),
            container: None,
            kubectl: kubectl.to_owned(),
        };
        let data = self.to_data.as_deref();
        Ok(NodeArguments {
            prometheus_data: if cluster.is_meant() { data.map(Path::to_owned) } else { optional(data)? },
            prometheus_url: self.to_prometheus.clone(),
            prometheus_authorization: optional(self.to_prometheus_authorization.as_deref())?,
            alertmanager_url: self.to_alertmanager.clone(),
            alertmanager_authorization: optional(self.to_alertmanager_authorization.as_deref())?,
            grafana_url: self.to_grafana.clone(),
            grafana_authorization: optional(self.to_grafana_authorization.as_deref())?,
            tls_config: optional(self.to_tls_config.as_deref())?,
            cluster,
        })
    }
}

fn optional(path: Option<&Path>) -> Result<Option<PathBuf>, Diagnostics> {
    path.map(absolute).transpose()
}

/// A run may be resumed from another folder. What is not there is named as it was written.
pub(super) fn absolute(path: &Path) -> Result<PathBuf, Diagnostics> {
    let absolute = path.canonicalize().or_else(|_| std::path::absolute(path));
    absolute.map_err(|error| Diagnostic::error(format!("cannot find `{}`: {error}", path.display())).into())
}
