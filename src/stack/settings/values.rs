//! What a cluster may say over the overlay of its cloud. The component in `templates/cluster/` carries it out.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The values of a cluster. All are optional; what is left out stays as the overlay has it.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Values {
    /// The region of the cloud: a label of every metric and alert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Further labels of every metric and alert that leaves the cluster.
    #[schemars(extend("propertyNames" = {"pattern": LABEL_NAME}))]
    pub external_labels: BTreeMap<String, String>,
    /// Where links to Prometheus lead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = WEB_ADDRESS))]
    pub prometheus_url: Option<String>,
    /// Where links to Alertmanager lead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = WEB_ADDRESS))]
    pub alertmanager_url: Option<String>,
    /// Where links to Grafana lead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = WEB_ADDRESS))]
    pub grafana_url: Option<String>,
    /// The folder of the runbooks that alerts lead to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = WEB_ADDRESS))]
    pub runbooks_url: Option<String>,
    /// Who Prometheus is to the cloud's API: client id, service account or role, as the cloud has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prometheus_identity: Option<String>,
    /// How many Prometheus scrape the same targets.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10))]
    pub prometheus_replicas: Option<u32>,
    /// Into how many parts the targets are split, each with a StatefulSet of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub prometheus_shards: Option<u32>,
    /// The size of each Prometheus' disk. Four fifths of it are for the data that is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = SIZE))]
    pub prometheus_storage: Option<String>,
    /// How long Prometheus keeps what it scraped, as long as the disk is large enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = DURATION))]
    pub prometheus_retention: Option<String>,
    /// How much CPU Prometheus asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = CPU))]
    pub prometheus_cpu: Option<String>,
    /// How much memory Prometheus may use.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = SIZE))]
    pub prometheus_memory: Option<String>,
    /// The size of each Alertmanager's disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = SIZE))]
    pub alertmanager_storage: Option<String>,
    /// The size of Grafana's disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = SIZE))]
    pub grafana_storage: Option<String>,
    /// Who is told of alerts, by team. Addresses with a secret in them are in a Secret of the cluster instead.
    #[schemars(extend("propertyNames" = {"enum": ["dev", "infra", "devops"]}))]
    pub receivers: BTreeMap<Team, Receiver>,
    /// The server that mail goes through.
    pub smtp: Smtp,
    /// What your own templates ask for; the ones that come with stackgen ask for nothing here.
    #[serde(skip_serializing_if = "serde_yaml::Mapping::is_empty")]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub custom: serde_yaml::Mapping,
}

/// Who an alert is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Team {
    /// Whoever runs in the pods.
    Dev,
    /// Machines, storage, the control plane.
    Infra,
    /// The monitoring itself.
    Devops,
}

/// How a team is told.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Receiver {
    /// Where mail goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = MAIL_ADDRESS))]
    pub email: Option<String>,
    /// The channel in Slack.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = CHANNEL))]
    pub slack_channel: Option<String>,
}

/// The server that mail goes through. Its password is in a Secret of the cluster.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Smtp {
    /// Its name and port.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = HOST_AND_PORT))]
    pub server: Option<String>,
    /// Who mail is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = MAIL_ADDRESS))]
    pub from: Option<String>,
    /// Who logs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
}

/// The forms of values, as the schema has them.
pub(super) const LABEL_NAME: &str = "^[a-zA-Z_][a-zA-Z0-9_]*$";
pub(super) const WEB_ADDRESS: &str = "^https?://[^\\s/?#]+(/[^\\s?#]*)?$";
pub(super) const SIZE: &str = "^[1-9][0-9]*(Mi|Gi|Ti)$";
pub(super) const CPU: &str = "^([1-9][0-9]*m?|[0-9]+\\.[0-9]{1,3})$";
pub(super) const DURATION: &str = "^[1-9][0-9]*(h|d|w|y)$";
pub(super) const MAIL_ADDRESS: &str = "^[^\\s@<>,;]+@[^\\s@<>,;]+$";
pub(super) const CHANNEL: &str = "^[#@][^\\s]+$";
pub(super) const HOST_AND_PORT: &str = "^[a-zA-Z0-9.-]+:[0-9]{1,5}$";

/// Labels that every metric has already, set elsewhere.
pub(super) const TAKEN_LABELS: [&str; 4] = ["cluster", "cloud", "region", "replica"];

/// A value with its form, and an example of it for people.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form<'a> {
    /// The keys that lead to it.
    pub(super) path: [&'static str; 2],
    pub(super) value: Option<&'a str>,
    pub(super) pattern: &'static str,
    pub(super) example: &'static str,
}

impl Values {
    /// The values that have a form, those of receivers apart.
    pub(super) fn forms(&self) -> Vec<Form<'_>> {
        let web = |name, value| form(["", name], value, WEB_ADDRESS, "https://grafana.example.com");
        let size = |name, value| form(["", name], value, SIZE, "100Gi");
        vec![
            web("prometheus_url", self.prometheus_url.as_ref()),
            web("alertmanager_url", self.alertmanager_url.as_ref()),
            web("grafana_url", self.grafana_url.as_ref()),
            web("runbooks_url", self.runbooks_url.as_ref()),
            size("prometheus_storage", self.prometheus_storage.as_ref()),
            size("prometheus_memory", self.prometheus_memory.as_ref()),
            size("alertmanager_storage", self.alertmanager_storage.as_ref()),
            size("grafana_storage", self.grafana_storage.as_ref()),
            form(["", "prometheus_retention"], self.prometheus_retention.as_ref(), DURATION, "30d"),
            form(["", "prometheus_cpu"], self.prometheus_cpu.as_ref(), CPU, "500m"),
            form(["smtp", "server"], self.smtp.server.as_ref(), HOST_AND_PORT, "smtp.example.com:587"),
            form(["smtp", "from"], self.smtp.from.as_ref(), MAIL_ADDRESS, "alerts@example.com"),
        ]
    }
}

impl Receiver {
    pub(super) fn forms(&self) -> Vec<Form<'_>> {
        vec![
            form(["", "email"], self.email.as_ref(), MAIL_ADDRESS, "team@example.com"),
            form(["", "slack_channel"], self.slack_channel.as_ref(), CHANNEL, "\"#alerts\""),
        ]
    }
}

impl Team {
    /// As it is written.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Infra => "infra",
            Self::Devops => "devops",
        }
    }
}

fn form<'a>(
    path: [&'static str; 2],
    value: Option<&'a String>,
    pattern: &'static str,
    example: &'static str,
) -> Form<'a> {
    Form { path, value: value.map(String::as_str), pattern, example }
}
