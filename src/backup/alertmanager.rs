//! What Alertmanager holds that is nowhere in Git: silences.

use std::io::Write as _;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

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

/// What became of the silences of a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Silences {
    /// How many are new to the target.
    pub restored: usize,
    /// How many it has already.
    pub there: usize,
    /// How many are over: a server takes none that is.
    pub over: usize,
    /// Those that the server does not take: the id in the snapshot, and what it says.
    pub refused: Vec<(String, String)>,
}

/// Gives the silences of a snapshot to a node, one after the other; those that it has already are left alone. With
/// `is_dry` nothing is sent. Servers give them new ids, and one that holds already begins now.
pub fn restore(
    node: &dyn Node,
    repository: &Repository,
    state: &Alertmanager,
    is_dry: bool,
) -> Result<Silences, BackupError> {
    let mut text = Vec::new();
    repository.read(&state.silences, &mut text)?;
    let stored: Vec<Value> = serde_json::from_slice(&text)
        .map_err(|error| BackupError::new(Failure::Content, SILENCES, format!("is broken: {error}")))?;
    let now = repository.now();
    let is_over = |silence: &Value| {
        let end = silence["endsAt"].as_str().and_then(|end| end.parse::<Timestamp>().ok());
        silence["status"]["state"] == "expired" || end.is_none_or(|end| end <= now)
    };
    let current = silences(node)?;
    let there: Vec<Value> = current.iter().filter(|silence| !is_over(silence)).map(content).collect();
    let mut result = Silences::default();
    for silence in &stored {
        if is_over(silence) {
            result.over += 1;
        } else if there.contains(&content(silence)) {
            result.there += 1;
        } else if is_dry {
            result.restored += 1;
        } else {
            match post(node, silence)? {
                Ok(()) => result.restored += 1,
                Err(message) => result.refused.push((id(silence).to_owned(), message)),
            }
        }
    }
    Ok(result)
}

/// What makes a silence what it is. Its beginning counts for one that has not begun: the server makes it now for others.
fn content(silence: &Value) -> Value {
    let mut matchers = silence["matchers"].as_array().cloned().unwrap_or_default();
    // Releases before matchers could be negative leave that out.
    for matcher in &mut matchers {
        let is_equal = matcher["isEqual"].as_bool().unwrap_or(true);
        matcher["isEqual"] = is_equal.into();
        matcher.sort_all_objects();
    }
    matchers.sort_by_cached_key(Value::to_string);
    let is_pending = silence["status"]["state"] == "pending";
    let time = |field: &str| silence[field].as_str().and_then(|time| time.parse::<Timestamp>().ok());
    json!({
        "matchers": matchers,
        "startsAt": time("startsAt").filter(|_| is_pending),
        "endsAt": time("endsAt"),
        "createdBy": silence["createdBy"],
        "comment": silence["comment"],
    })
}

/// Sends one silence; what the server has against it is no failure of the run.
fn post(node: &dyn Node, silence: &Value) -> Result<Result<(), String>, BackupError> {
    let mut body = silence.clone();
    if let Some(body) = body.as_object_mut() {
        for field in ["id", "status", "updatedAt"] {
            body.remove(field);
        }
    }
    let request = Request::post("/api/v2/silences", body.to_string().into_bytes());
    let Response { status, body } = node.http(Service::Alertmanager, &request)?;
    if status == 200 {
        return Ok(Ok(()));
    }
    let said = String::from_utf8_lossy(&body);
    Ok(Err(format!("status {status}: {}", said.trim().trim_matches('"'))))
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
