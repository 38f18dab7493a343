//! Questions about samples and targets, and the order to read the configuration again.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{Envelope, ask};
use crate::backup::node::{Failure, Node, NodeError, Request, Service};

/// The series of an answer: their labels, and for each instant in milliseconds the value as the server writes it.
pub type Matrix = BTreeMap<BTreeMap<String, String>, Vec<(i64, String)>>;

/// What a query gives.
#[derive(Deserialize)]
struct QueryAnswer<S> {
    #[serde(rename = "resultType")]
    kind: String,
    result: Vec<S>,
}

#[derive(Deserialize)]
struct RangeSeries {
    metric: BTreeMap<String, String>,
    #[serde(default)]
    values: Vec<(f64, String)>,
}

#[derive(Deserialize)]
struct InstantSeries {
    metric: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Targets {
    #[serde(rename = "activeTargets")]
    active: Vec<serde::de::IgnoredAny>,
}

/// Evaluates an expression at `first`, every `step` after it, up to `last`; all in milliseconds. What the server has
/// against the expression is no failure of the run.
pub fn query_range(
    node: &dyn Node,
    expression: &str,
    (first, last, step): (i64, i64, i64),
) -> Result<Result<Matrix, String>, NodeError> {
    let request = Request::get("/api/v1/query_range")
        .with("query", expression)
        .with("start", seconds(first))
        .with("end", seconds(last))
        .with("step", seconds(step));
    let response = node.http(Service::Prometheus, &request)?;
    let answer = |message: String| {
        NodeError::new(Failure::Answer, format!("{} {}", node.describe(), request.path), message)
    };
    let envelope: Envelope<QueryAnswer<RangeSeries>> =
        serde_json::from_slice(&response.body).map_err(|error| {
            answer(format!("status {}: is no answer of Prometheus: {error}", response.status))
        })?;
    match envelope {
        Envelope { data: Some(data), .. } if data.kind == "matrix" => {
            Ok(Ok(data.result.into_iter().map(|series| (series.metric, instants(series.values))).collect()))
        }
        Envelope { error: Some(error), .. } if matches!(response.status, 400 | 422) => Ok(Err(error)),
        Envelope { error, .. } => {
            Err(answer(format!("status {}: {}", response.status, error.unwrap_or_default())))
        }
    }
}

fn instants(values: Vec<(f64, String)>) -> Vec<(i64, String)> {
    #[allow(clippy::cast_possible_truncation, reason = "times that were asked for")]
    let milliseconds = |seconds: f64| (seconds * 1000.0).round() as i64;
    values.into_iter().map(|(time, value)| (milliseconds(time), value)).collect()
}

/// The labels of all series that an expression has now.
pub fn live_series(
    node: &dyn Node,
    expression: &str,
) -> Result<BTreeSet<BTreeMap<String, String>>, NodeError> {
    let request = Request::get("/api/v1/query").with("query", expression);
    let answer: QueryAnswer<InstantSeries> = ask(node, &request)?;
    Ok(answer.result.into_iter().map(|series| series.metric).collect())
}

/// How many targets are scraped.
pub fn active_targets(node: &dyn Node) -> Result<usize, NodeError> {
    let targets: Targets = ask(node, &Request::get("/api/v1/targets").with("state", "active"))?;
    Ok(targets.active.len())
}

/// Makes the server read its configuration again.
pub fn reload(node: &dyn Node) -> Result<(), NodeError> {
    let response = node.http(Service::Prometheus, &Request::post("/-/reload", Vec::new()))?;
    if response.status == 200 {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&response.body);
    let message = format!("status {}, 200 was expected: {}", response.status, said.trim());
    Err(NodeError::new(Failure::Answer, format!("{} /-/reload", node.describe()), message)
        .hint("start it with --web.enable-lifecycle, and look at its configuration"))
}

pub(super) fn seconds(milliseconds: i64) -> String {
    format!("{}.{:03}", milliseconds.div_euclid(1000), milliseconds.rem_euclid(1000))
}
