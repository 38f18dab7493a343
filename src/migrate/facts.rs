//! What is known of a side before anything is done.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::backup::node::Node;
use crate::backup::prometheus::Loads;
use crate::backup::restore::Target;
use crate::backup::{BackupError, alertmanager, grafana, prometheus};

/// What does not change by itself: if it is another when a plan is applied, the plan is not worth anything. Durations
/// are milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The release of Prometheus.
    pub prometheus: String,
    /// How long it keeps samples; none for ever.
    pub retention_time: Option<i64>,
    /// How many bytes it keeps.
    pub retention_size: Option<u64>,
    /// How late samples may come.
    pub out_of_order_window: i64,
    /// Whether snapshots can be asked for.
    pub admin_api: bool,
    /// Whether it can be told to read its configuration again.
    pub lifecycle: bool,
    /// What it adds to series that leave it.
    pub external_labels: BTreeMap<String, String>,
    /// The release of Alertmanager; none if nobody named one.
    pub alertmanager: Option<String>,
    /// The release of Grafana; none if nobody named one.
    #[serde(default)]
    pub grafana: Option<String>,
}

/// What a side has, as far as it is in blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// How many blocks.
    pub blocks: usize,
    /// Their bytes.
    pub bytes: u64,
    /// The first millisecond of all samples.
    pub oldest: Option<i64>,
}

impl Facts {
    /// Asks a side.
    pub(super) fn of(
        node: &dyn Node,
        has_alertmanager: bool,
        has_grafana: bool,
    ) -> Result<Self, BackupError> {
        let facts = prometheus::facts(node)?;
        Ok(Self {
            prometheus: facts.version,
            retention_time: facts.retention.time,
            retention_size: facts.retention.size,
            out_of_order_window: facts.out_of_order_window,
            admin_api: facts.admin_api,
            lifecycle: facts.lifecycle,
            external_labels: facts.external_labels,
            alertmanager: if has_alertmanager { Some(alertmanager::version(node)?) } else { None },
            grafana: if has_grafana { Some(grafana::version(node)?) } else { None },
        })
    }

    /// In what it is not as it was.
    pub(super) fn differences(&self, now: &Self) -> Vec<String> {
        let pairs = [
            ("the release of Prometheus", format!("{:?}", self.prometheus), format!("{:?}", now.prometheus)),
            ("the retention time", shown(self.retention_time), shown(now.retention_time)),
            ("the retention size", shown(self.retention_size), shown(now.retention_size)),
            (
                "the out-of-order window",
                self.out_of_order_window.to_string(),
                now.out_of_order_window.to_string(),
            ),
            ("the admin API", self.admin_api.to_string(), now.admin_api.to_string()),
            ("the lifecycle API", self.lifecycle.to_string(), now.lifecycle.to_string()),
            (
                "the external labels",
                format!("{:?}", self.external_labels),
                format!("{:?}", now.external_labels),
            ),
            (
                "the release of Alertmanager",
                format!("{:?}", self.alertmanager),
                format!("{:?}", now.alertmanager),
            ),
            ("the release of Grafana", format!("{:?}", self.grafana), format!("{:?}", now.grafana)),
        ];
        let differ = pairs.into_iter().filter(|(_, then, now)| then != now);
        differ.map(|(what, then, now)| format!("{what} was {then} and is {now}")).collect()
    }
}

fn shown<T: ToString>(bound: Option<T>) -> String {
    bound.map_or_else(|| "without bound".to_owned(), |bound| bound.to_string())
}

impl History {
    /// Of what was found in the data folder, and what the server says.
    pub(super) fn of(node: &dyn Node, found: &Target, loads: &Loads) -> Result<Self, BackupError> {
        let is_of_block = |path: &str| {
            found.blocks.iter().any(|meta| path.split('/').next() == Some(meta.ulid.to_string().as_str()))
        };
        let files = node.list("")?;
        let bytes = files.iter().filter(|file| is_of_block(&file.path)).map(|file| file.size).sum();
        Ok(Self { blocks: found.blocks.len(), bytes, oldest: loads.oldest })
    }
}
