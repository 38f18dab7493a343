//! What a Prometheus server says of itself, asked before anything is copied.

mod query;
mod remote_read;
mod retention;
mod snapshot;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

pub use self::query::{Matrix, active_targets, live_series, query_range, reload};
pub use self::remote_read::{Labels, SeriesChunks, read_series, remote_read};
pub use self::retention::Retention;
use self::retention::milliseconds;
pub use self::snapshot::ServerSnapshot;
use super::node::{Failure, Node, NodeError, Request, Service};

/// The facts of one server. Times and durations are milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Such as `2.42.0`.
    pub version: String,
    /// What the server takes for now.
    pub now: i64,
    /// How much it keeps.
    pub retention: Retention,
    /// How late samples may come; 0 if they have to be in order.
    pub out_of_order_window: i64,
    /// Whether snapshots can be asked for.
    pub admin_api: bool,
    /// Whether it can be told to read its configuration again.
    pub lifecycle: bool,
    /// First and last time in memory; none before the first sample.
    pub head: Option<(i64, i64)>,
    /// What remote reads add to every series.
    pub external_labels: BTreeMap<String, String>,
}

/// What every answer of the API is wrapped in.
#[derive(Deserialize)]
struct Envelope<T> {
    data: Option<T>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct BuildInfo {
    version: String,
}

#[derive(Deserialize)]
struct RuntimeInfo {
    #[serde(rename = "storageRetention")]
    storage_retention: String,
}

#[derive(Deserialize)]
struct DatabaseStatus {
    #[serde(rename = "headStats")]
    head: HeadStatus,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HeadStatus {
    min_time: i64,
    max_time: i64,
}

/// An instant query of a scalar: the time of the query, and the number as text.
#[derive(Deserialize)]
struct Scalar {
    result: (f64, String),
}

#[derive(Deserialize)]
struct ConfigAnswer {
    yaml: String,
}

/// The few settings that are looked at; servers blank secrets before they show the others.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Config {
    global: Global,
    storage: Storage,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Global {
    external_labels: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Storage {
    tsdb: Database,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Database {
    out_of_order_time_window: Option<String>,
}

/// Asks for everything; nothing is changed.
pub fn facts(node: &dyn Node) -> Result<Facts, NodeError> {
    let build: BuildInfo = ask(node, &Request::get("/api/v1/status/buildinfo"))?;
    let runtime: RuntimeInfo = ask(node, &Request::get("/api/v1/status/runtimeinfo"))?;
    let flags: BTreeMap<String, String> = ask(node, &Request::get("/api/v1/status/flags"))?;
    let database: DatabaseStatus = ask(node, &Request::get("/api/v1/status/tsdb"))?;
    let (external_labels, out_of_order_window) = config(node)?;
    let retention = runtime.storage_retention.parse().map_err(|error| wrong(node, error))?;
    let head = &database.head;
    let has_flag = |name: &str| flags.get(name).is_some_and(|flag| flag == "true");
    Ok(Facts {
        version: build.version,
        now: now(node)?,
        retention,
        out_of_order_window,
        admin_api: has_flag("web.enable-admin-api"),
        lifecycle: has_flag("web.enable-lifecycle"),
        // An empty head's first time is the largest there is, so it lies behind the last.
        head: (head.min_time <= head.max_time).then_some((head.min_time, head.max_time)),
        external_labels,
    })
}

/// The server's clock. Clocks that disagree make blocks of the future, and those are fatal to the server that gets them.
pub fn now(node: &dyn Node) -> Result<i64, NodeError> {
    let scalar: Scalar = ask(node, &Request::get("/api/v1/query").with("query", "time()"))?;
    let text = scalar.result.1;
    // Seconds with a fraction; rounding them to a number of milliseconds is what the server does with its own times.
    let seconds: f64 = text.parse().map_err(|_| wrong(node, format!("`{text}` is no time")))?;
    if !(seconds.is_finite() && seconds.abs() < 1e12) {
        return Err(wrong(node, format!("`{text}` is no time of a clock")));
    }
    #[allow(clippy::cast_possible_truncation, reason = "below 1e15, which both types hold exactly")]
    Ok((seconds * 1_000.0).round() as i64)
}

/// How a server does with its blocks. It looks for new ones once a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Loads {
    /// How often it looked.
    pub done: f64,
    /// How often that failed.
    pub failed: f64,
    /// How often it could not put blocks together.
    pub compactions_failed: f64,
    /// The oldest time that it has samples of; none if it has none.
    pub oldest: Option<i64>,
}

/// What the server's own metrics say of its blocks.
pub fn loads(node: &dyn Node) -> Result<Loads, NodeError> {
    let response = node.http(Service::Prometheus, &Request::get("/metrics"))?;
    let text = String::from_utf8_lossy(&response.body);
    let metric = |name: &str| {
        let mut values = text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let value = values.next().and_then(|value| value.parse::<f64>().ok());
        value.ok_or_else(|| wrong(node, format!("its metrics lack `{name}`")))
    };
    let oldest = metric("prometheus_tsdb_lowest_timestamp")?;
    Ok(Loads {
        done: metric("prometheus_tsdb_reloads_total")?,
        failed: metric("prometheus_tsdb_reloads_failures_total")?,
        compactions_failed: metric("prometheus_tsdb_compactions_failed_total")?,
        #[allow(clippy::cast_possible_truncation, reason = "an empty head has the largest number there is")]
        oldest: (oldest < 1e15).then_some(oldest as i64),
    })
}

/// Whether it has samples of a time range, both ends included.
fn has_samples(node: &dyn Node, (first, last): (i64, i64)) -> Result<bool, NodeError> {
    let seconds = query::seconds;
    let request = Request::get("/api/v1/labels").with("start", seconds(first)).with("end", seconds(last));
    let names: Vec<String> = ask(node, &request)?;
    Ok(!names.is_empty())
}

/// External labels and the out-of-order window.
fn config(node: &dyn Node) -> Result<(BTreeMap<String, String>, i64), NodeError> {
    let answer: ConfigAnswer = ask(node, &Request::get("/api/v1/status/config"))?;
    let config: Config = serde_yaml::from_str(&answer.yaml)
        .map_err(|error| wrong(node, format!("its configuration cannot be read: {error}")))?;
    let window = config.storage.tsdb.out_of_order_time_window;
    let window = window.as_deref().map_or(Ok(0), |window| {
        milliseconds(window).ok_or_else(|| wrong(node, format!("`{window}` is no out-of-order window")))
    })?;
    Ok((config.global.external_labels, window))
}

/// One question to the API.
fn ask<T: DeserializeOwned>(node: &dyn Node, request: &Request) -> Result<T, NodeError> {
    let response = node.http(Service::Prometheus, request)?;
    let place = || format!("{} {}", node.describe(), request.path);
    let answer = |message: String| {
        NodeError::new(Failure::Answer, place(), message).hint(concat!(
            "look whether the address is that of Prometheus, with its route prefix; ",
            "credentials come from a file: --prometheus-authorization FILE"
        ))
    };
    let envelope: Result<Envelope<T>, _> = serde_json::from_slice(&response.body);
    match envelope {
        Ok(Envelope { data: Some(data), .. }) if response.status == 200 => Ok(data),
        Ok(Envelope { error: Some(error), .. }) => {
            Err(answer(format!("status {}: {error}", response.status)))
        }
        Ok(_) => Err(answer(format!("status {} without data", response.status))),
        Err(error) if response.status == 200 => Err(answer(format!("is no answer of Prometheus: {error}"))),
        Err(_) => Err(answer(format!("status {}, 200 was expected", response.status))),
    }
}

/// An answer that has the right form and makes no sense.
fn wrong(node: &dyn Node, message: String) -> NodeError {
    NodeError::new(Failure::Answer, node.describe(), message)
}
