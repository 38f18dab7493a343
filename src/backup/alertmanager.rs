//! What Alertmanager holds that is nowhere in Git: silences.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::manifest::Alertmanager;
use super::node::{Method, Node, Request, Response, Service};
use super::repository::Repository;
use super::{BackupError, Failure};

/// The file of a snapshot.
pub const SILENCES: &str = "silences.json";
/// Who made the silences that hold notifications while a stack moves; these stay where they are.
pub const HOLDER: &str = "stackgen migrate";

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
pub fn capture(node: &dyn Node, repository: &Repository) -> Result<Alertmanager, BackupError> {
    let version = version(node)?;
    let mut silences = silences(node)?;
    silences.iter_mut().for_each(Value::sort_all_objects);
    let current = silences.iter().filter(|silence| silence["status"]["state"] != "expired").count();
    let mut writer = repository.writer();
    let text = format!("{:#}\n", Value::Array(silences));
    writer.write_all(text.as_bytes()).map_err(|error| BackupError::of(SILENCES, &error))?;
    Ok(Alertmanager { version, silences: writer.finish(SILENCES)?, current })
}

/// What became of the silences of a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Silences {
    /// How many are new to the target, or were changed in the source since the target got them.
    pub restored: usize,
    /// How many it has already.
    pub there: usize,
    /// How many are over: a server takes none that is.
    pub over: usize,
    /// Those that the server does not take: the id in the snapshot, and what it says.
    pub refused: Vec<(String, String)>,
    /// What the target calls each, by the id in the snapshot.
    pub ids: BTreeMap<String, String>,
    /// What it calls those that are new to it.
    pub new: BTreeSet<String>,
}

/// Gives the silences of a snapshot to a node, one after the other; those that it has already are left alone. `known`
/// is what the node calls those that it got before: what was changed since is changed there, what was ended is ended. With
/// `is_dry` nothing is sent. Servers give them new ids, and one that holds already begins now.
pub fn restore(
    node: &dyn Node,
    repository: &Repository,
    state: &Alertmanager,
    known: &BTreeMap<String, String>,
    is_dry: bool,
) -> Result<Silences, BackupError> {
    let mut text = Vec::new();
    repository.read(&state.silences, &mut text)?;
    let stored: Vec<Value> = serde_json::from_slice(&text)
        .map_err(|error| BackupError::new(Failure::Content, SILENCES, format!("is broken: {error}")))?;
    let now = repository.now();
    let current: Vec<Value> = silences(node)?.into_iter().filter(|silence| !is_over(silence, now)).collect();
    let there: Vec<(Value, &str)> = current.iter().map(|silence| (content(silence), id(silence))).collect();
    let mut result = Silences::default();
    for silence in stored.iter().filter(|silence| silence["createdBy"] != HOLDER) {
        let own = known.get(id(silence)).filter(|own| there.iter().any(|(_, id)| id == own));
        let same = there.iter().find(|(there, _)| *there == content(silence));
        if is_over(silence, now) {
            result.over += 1;
            if let Some(own) = own.filter(|_| !is_dry) {
                end(node, own)?;
            }
        } else if let Some((_, same)) = same {
            result.there += 1;
            result.ids.insert(id(silence).to_owned(), (*same).to_owned());
        } else if is_dry {
            result.restored += 1;
        } else {
            match post(node, silence, own.map(String::as_str))? {
                Ok(own) => {
                    result.restored += 1;
                    result.new.insert(own.clone());
                    result.ids.insert(id(silence).to_owned(), own);
                }
                Err(message) => result.refused.push((id(silence).to_owned(), message)),
            }
        }
    }
    Ok(result)
}

fn is_over(silence: &Value, now: Timestamp) -> bool {
    let end = silence["endsAt"].as_str().and_then(|end| end.parse::<Timestamp>().ok());
    silence["status"]["state"] == "expired" || end.is_none_or(|end| end <= now)
}

/// Ends a silence; one that is over already is fine.
pub fn end(node: &dyn Node, id: &str) -> Result<(), BackupError> {
    let request = Request { method: Method::Delete, ..Request::get(format!("/api/v2/silence/{id}")) };
    let Response { status, body } = node.http(Service::Alertmanager, &request)?;
    let said = String::from_utf8_lossy(&body);
    if matches!(status, 200 | 404) || said.contains("already expired") {
        return Ok(());
    }
    let message = format!("status {status}, 200 was expected: {}", said.trim());
    Err(BackupError::new(Failure::Answer, format!("{} {}", node.describe(), request.path), message))
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

/// Sends one silence, in the place of one that the server has if somebody says so; gives what the server calls it. What
/// it has against it is no failure of the run.
pub fn post(
    node: &dyn Node,
    silence: &Value,
    own: Option<&str>,
) -> Result<Result<String, String>, BackupError> {
    #[derive(Deserialize)]
    struct Posted {
        #[serde(rename = "silenceID")]
        id: String,
    }
    let mut body = silence.clone();
    if let Some(body) = body.as_object_mut() {
        for field in ["id", "status", "updatedAt"] {
            body.remove(field);
        }
        body.extend(own.map(|own| ("id".to_owned(), own.into())));
    }
    let request = Request::post("/api/v2/silences", body.to_string().into_bytes());
    let Response { status, body } = node.http(Service::Alertmanager, &request)?;
    let said = String::from_utf8_lossy(&body);
    match serde_json::from_slice::<Posted>(&body) {
        Ok(posted) if status == 200 => Ok(Ok(posted.id)),
        _ => Ok(Err(format!("status {status}: {}", said.trim().trim_matches('"')))),
    }
}

/// What the server calls a silence.
pub fn id(silence: &Value) -> &str {
    silence["id"].as_str().unwrap_or_default()
}

/// The release of Alertmanager.
pub fn version(node: &dyn Node) -> Result<String, BackupError> {
    let status: Status = ask(node, &Request::get("/api/v2/status"))?;
    Ok(status.version_info.version)
}

fn ask<T: serde::de::DeserializeOwned>(node: &dyn Node, request: &Request) -> Result<T, BackupError> {
    let Response { status, body } = node.http(Service::Alertmanager, request)?;
    let answer = |message: String| {
        BackupError::new(Failure::Answer, format!("{} {}", node.describe(), request.path), message).hint(
            concat!(
                "look whether the address is that of Alertmanager, with its route prefix; ",
                "credentials come from a file: --alertmanager-authorization FILE"
            ),
        )
    };
    if status != 200 {
        return Err(answer(format!("status {status}, 200 was expected")));
    }
    serde_json::from_slice(&body).map_err(|error| answer(format!("is no answer of Alertmanager: {error}")))
}
