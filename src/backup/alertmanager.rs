//! What Alertmanager holds that is nowhere in Git: silences.

use std::io::Write as _;

use serde::Deserialize;
use serde_json::Value;

use super::manifest::Alertmanager;
use super::node::{Node, Request, Response, Service};
use super::repository::Repository;
use super::{BackupError, Failure};

/// The file of a snapshot.
pub const SILENCES: &str = "silences.json";

#[derive(Deserialize)]
struct Status {
    #[serde(rename = "versionInfo")]
    version_info: VersionInfo,
}

#[derive(Deserialize)]
struct VersionInfo {
    version: String,
}

/// All silences, those that are over too, as the API gives them; sorted by id.
pub fn silences(node: &dyn Node) -> Result<Vec<Value>, BackupError> {
    let mut silences: Vec<Value> = ask(node, &Request::get("/api/v2/silences"))?;
    silences.sort_by(|left, right| id(left).cmp(id(right)));
    Ok(silences)
}

/// Stores the silences of a node. They are asked for: the server's own file is up to a quarter of an hour old.
pub(super) fn capture(node: &dyn Node, repository: &Repository) -> Result<Alertmanager, BackupError> {
    let status: Status = ask(node, &Request::get("/api/v2/status"))?;
    let mut silences = silences(node)?;
    silences.iter_mut().for_each(Value::sort_all_objects);
    let current = silences.iter().filter(|silence| silence["status"]["state"] != "expired").count();
    let mut writer = repository.writer();
    let text = format!("{:#}\n", Value::Array(silences));
    writer.write_all(text.as_bytes()).map_err(|error| BackupError::of(SILENCES, &error))?;
    Ok(Alertmanager { version: status.version_info.version, silences: writer.finish(SILENCES)?, current })
}

fn id(silence: &Value) -> &str {
    silence["id"].as_str().unwrap_or_default()
}

fn ask<T: serde::de::DeserializeOwned>(node: &dyn Node, request: &Request) -> Result<T, BackupError> {
    let Response { status, body } = node.http(Service::Alertmanager, request)?;
    let answer = |message: String| {
        BackupError::new(Failure::Answer, format!("{} {}", node.describe(), request.path), message)
            .hint("look whether the address is that of Alertmanager, with its route prefix and credentials")
    };
    if status != 200 {
        return Err(answer(format!("status {status}, 200 was expected")));
    }
    serde_json::from_slice(&body).map_err(|error| answer(format!("is no answer of Alertmanager: {error}")))
}
