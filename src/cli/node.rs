//! A running stack on the command line: its data folder and the addresses of its servers, here or in a cluster.

mod tls;

use std::path::{Path, PathBuf};

use clap::Args;
use serde::{Deserialize, Serialize};

use crate::backup::BackupError;
use crate::backup::node::{
    Authorization, Container, Endpoint, Failure, KubectlNode, LocalNode, Node, Service, Target, Tls,
};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Where a stack is. What is demanded is optional all the same: `backup` has subcommands without a stack. Plans keep it:
/// credentials stay in their files.
#[derive(Clone, Debug, Args, Serialize, Deserialize)]
#[command(next_help_heading = "The stack")]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct NodeArguments {
    /// The data folder of Prometheus; in a cluster that of the container, /prometheus by default
    #[arg(long, value_name = "DIR", required_unless_present_any = ["context", "namespace", "pod", "container"])]
    pub(super) prometheus_data: Option<PathBuf>,
    /// The address of Prometheus, if it runs; in a cluster KIND/NAME:PORT, pod/POD:9090 by default
    #[arg(long, value_name = "URL")]
    pub(super) prometheus_url: Option<String>,
    /// File with the Authorization header for Prometheus
    #[arg(long, value_name = "FILE")]
    pub(super) prometheus_authorization: Option<PathBuf>,
    /// The address of Alertmanager; in a cluster KIND/NAME:PORT or none, service/alertmanager:9093 by default
    #[arg(long, value_name = "URL")]
    pub(super) alertmanager_url: Option<String>,
    /// File with the Authorization header for Alertmanager
    #[arg(long, value_name = "FILE")]
    pub(super) alertmanager_authorization: Option<PathBuf>,
    /// The address of Grafana; in a cluster KIND/NAME:PORT, service/grafana:3000 by default if there is a header for it
    #[arg(long, value_name = "URL")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) grafana_url: Option<String>,
    /// File with the Authorization header for Grafana
    #[arg(long, value_name = "FILE")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) grafana_authorization: Option<PathBuf>,
    /// File that names the certificates for both, as in a scrape's configuration: authority, own certificate and key
    #[arg(long, value_name = "FILE")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tls_config: Option<PathBuf>,
    #[command(flatten)]
    pub(super) cluster: ClusterArguments,
}

/// Any of these says that the stack is in a cluster.
#[derive(Clone, Debug, Args, Serialize, Deserialize)]
#[command(next_help_heading = "The stack, in a cluster")]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct ClusterArguments {
    /// The context of kubectl, otherwise the current one
    #[arg(long, value_name = "NAME")]
    pub(super) context: Option<String>,
    /// The namespace of the stack, monitoring by default
    #[arg(long, value_name = "NAME")]
    pub(super) namespace: Option<String>,
    /// The pod of Prometheus, prometheus-0 by default
    #[arg(long, value_name = "NAME")]
    pub(super) pod: Option<String>,
    /// The container of that pod that has the data folder and a shell, prometheus by default
    #[arg(long, value_name = "NAME")]
    pub(super) container: Option<String>,
    /// The program that talks to the cluster
    #[arg(long, value_name = "PROGRAM", default_value = "kubectl")]
    pub(super) kubectl: PathBuf,
}

impl NodeArguments {
    /// Whether there is a Prometheus to ask. In a cluster there is, unless somebody says that it does not run.
    pub(super) fn has_prometheus(&self, is_stopped: bool) -> bool {
        self.prometheus_url.is_some() || (self.cluster.is_meant() && !is_stopped)
    }

    /// Whether there is an Alertmanager to ask.
    pub(super) fn has_alertmanager(&self) -> bool {
        match self.alertmanager_url.as_deref() {
            None => self.cluster.is_meant(),
            Some(url) => !self.cluster.is_meant() || url != "none",
        }
    }

    /// Whether there is a Grafana to ask, which answers nobody whom it does not know.
    pub(super) fn has_grafana(&self) -> bool {
        self.grafana_url.is_some() || (self.cluster.is_meant() && self.grafana_authorization.is_some())
    }

    /// What the replica is called if nobody gives it another name.
    pub(super) fn replica(&self) -> &str {
        self.cluster.pod()
    }

    /// The stack that they name.
    pub(super) fn open(&self) -> Result<Box<dyn Node>, Diagnostics> {
        if self.cluster.is_meant() { self.in_cluster() } else { self.on_this_machine() }
    }

    fn on_this_machine(&self) -> Result<Box<dyn Node>, Diagnostics> {
        let mut node = LocalNode::new(self.prometheus_data.as_deref().unwrap_or(Path::new("")))?;
        let tls = self.tls()?;
        for (service, url, file) in self.servers() {
            let authorization = file.map(read_authorization).transpose()?;
            match url {
                Some(url) => {
                    node = node.with(service, Endpoint::new(url, authorization)?.with_tls(tls.clone()));
                }
                None if authorization.is_some() => return Err(needless(service).into()),
                None => {}
            }
        }
        Ok(Box::new(node))
    }

    fn in_cluster(&self) -> Result<Box<dyn Node>, Diagnostics> {
        let folder = self.prometheus_data.as_deref().unwrap_or(Path::new("/prometheus"));
        let mut node = KubectlNode::new(self.cluster.container(folder))?;
        let tls = self.tls()?;
        for (service, url, file) in self.servers() {
            let default = match service {
                Service::Prometheus => format!("pod/{}:9090", self.cluster.pod()),
                Service::Alertmanager => "service/alertmanager:9093".to_owned(),
                Service::Grafana if !self.has_grafana() => continue,
                Service::Grafana => "service/grafana:3000".to_owned(),
            };
            let authorization = file.map(read_authorization).transpose()?;
            let url = url.unwrap_or(&default);
            if service == Service::Prometheus || url != "none" {
                // What Grafana shows to browsers has a certificate of another kind, if it has one.
                let tls = tls.clone().filter(|_| service != Service::Grafana);
                node = node.with(service, Target { tls, ..target(url, authorization)? });
            }
        }
        Ok(Box::new(node))
    }

    fn tls(&self) -> Result<Option<Tls>, Diagnostics> {
        self.tls_config.as_deref().map(tls::read).transpose()
    }

    fn servers(&self) -> [(Service, Option<&str>, Option<&Path>); 3] {
        let (prometheus, alertmanager) = (&self.prometheus_url, &self.alertmanager_url);
        [
            (Service::Prometheus, prometheus.as_deref(), self.prometheus_authorization.as_deref()),
            (Service::Alertmanager, alertmanager.as_deref(), self.alertmanager_authorization.as_deref()),
            (Service::Grafana, self.grafana_url.as_deref(), self.grafana_authorization.as_deref()),
        ]
    }
}

impl ClusterArguments {
    pub(super) fn is_meant(&self) -> bool {
        [&self.context, &self.namespace, &self.pod, &self.container].into_iter().any(Option::is_some)
    }

    fn pod(&self) -> &str {
        self.pod.as_deref().unwrap_or("prometheus-0")
    }

    fn container(&self, folder: &Path) -> Container {
        let or = |name: &Option<String>, default: &str| name.as_deref().unwrap_or(default).to_owned();
        Container {
            kubectl: self.kubectl.clone(),
            context: self.context.clone(),
            namespace: or(&self.namespace, "monitoring"),
            pod: self.pod().to_owned(),
            container: or(&self.container, "prometheus"),
            folder: folder.display().to_string(),
        }
    }
}

/// A server in the cluster: what kubectl forwards to, the port, and the route prefix if it has one.
fn target(text: &str, authorization: Option<Authorization>) -> Result<Target, Diagnostic> {
    let read = || {
        let (resource, rest) = text.split_once(':')?;
        let (kind, name) = resource.split_once('/')?;
        let (port, prefix) = rest.split_once('/').map_or((rest, ""), |(port, _)| (port, &rest[port.len()..]));
        let is_name = |name: &str| {
            name.starts_with(|first: char| first.is_ascii_alphanumeric())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
        };
        let port = port.parse().ok().filter(|port| *port > 0 && is_name(kind) && is_name(name))?;
        Some((resource.to_owned(), port, prefix.trim_end_matches('/').to_owned()))
    };
    let (resource, port, prefix) = read().ok_or_else(|| {
        Diagnostic::error(format!("`{text}` is no server in a cluster: KIND/NAME:PORT was expected"))
            .hint("such as service/alertmanager:9093, with its route prefix behind if it has one")
    })?;
    Ok(Target { resource, port, prefix, authorization, tls: None })
}

fn needless(service: Service) -> BackupError {
    let name = service.name();
    BackupError::new(Failure::Missing, name, "has an Authorization header and no address")
        .hint(format!("name the address: --{}-url URL", name.to_lowercase()))
}

/// Credentials come from files: arguments can be seen by everybody on the machine.
fn read_authorization(file: &Path) -> Result<Authorization, Diagnostic> {
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
