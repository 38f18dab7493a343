//! Objects of a snapshot are given to a Grafana that does not have them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Object, read, stored};
use crate::backup::BackupError;
use crate::backup::manifest;
use crate::backup::node::{Node, Response, Service};
use crate::backup::repository::Repository;

/// Values of secret fields, by the names that snapshots have for them.
pub type Secrets = BTreeMap<String, String>;

/// What became of the objects of a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// Those that were made, such as `dashboards/abc`.
    pub made: Vec<String>,
    /// How many are there already, by files or as they are in the snapshot.
    pub there: usize,
    /// Those that the target has under the same name as something else; they are left as they are.
    pub different: Vec<String>,
    /// Those that the server does not take, and what it says.
    pub failed: Vec<(String, String)>,
    /// Secret fields of what was made whose values nobody gave.
    pub needs: Vec<String>,
}

impl Restored {
    /// Whether the target has everything now.
    pub fn is_whole(&self) -> bool {
        self.different.is_empty() && self.failed.is_empty()
    }
}

/// What came of one object.
enum Fate {
    Made,
    Different,
    Failed(String),
}

/// Gives the objects of a snapshot to a node's Grafana, one after the other, whatever becomes of the others. `begin` gets
/// to know what is about to be made. With `is_dry` nothing is sent.
pub fn restore(
    node: &dyn Node,
    repository: &Repository,
    state: &manifest::Grafana,
    secrets: &Secrets,
    begin: Option<&dyn Fn(BTreeSet<String>) -> Result<(), BackupError>>,
) -> Result<Restored, BackupError> {
    let current = read::objects(node)?;
    let current: BTreeMap<String, &Object> = current.iter().map(|object| (object.place(), object)).collect();
    let mut restored = Restored::default();
    let mut missing = Vec::new();
    for object in stored(repository, state)? {
        match current.get(&object.place()) {
            None => missing.push(object),
            Some(there) if there.is_provisioned || there.content == object.content => restored.there += 1,
            Some(_) => restored.different.push(object.place()),
        }
    }
    if let Some(begin) = begin.filter(|_| !missing.is_empty()) {
        begin(missing.iter().map(Object::place).collect())?;
    }
    for object in missing {
        let fate = if begin.is_some() { make(node, &object, secrets)? } else { Fate::Made };
        match fate {
            Fate::Made => {
                restored.needs.extend(object.secrets().filter(|name| !secrets.contains_key(name)));
                restored.made.push(object.place());
            }
            Fate::Different => restored.different.push(object.place()),
            Fate::Failed(message) => restored.failed.push((object.place(), message)),
        }
    }
    Ok(restored)
}

fn make(node: &dyn Node, object: &Object, secrets: &Secrets) -> Result<Fate, BackupError> {
    let place = object.place();
    let value = |field: &String| {
        let value = secrets.get(&format!("{place}/{field}"))?;
        Some((field.clone(), Value::from(value.as_str())))
    };
    let known: Map<String, Value> = object.secure.iter().filter_map(value).collect();
    let Response { status, body } = node.http(Service::Grafana, &object.creation(known))?;
    Ok(match status {
        200..=299 => Fate::Made,
        409 | 412 => Fate::Different,
        _ => Fate::Failed(said(status, &body, secrets)),
    })
}

/// What the server has against it, without values that it may have been told.
fn said(status: u16, body: &[u8], secrets: &Secrets) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let message = body["message"].as_str().unwrap_or_default();
    let hidden = secrets.values().filter(|value| !value.is_empty());
    let message =
        hidden.fold(message.to_owned(), |message, value| message.replace(value.as_str(), "(hidden)"));
    format!("status {status}: {message}").trim_end_matches([':', ' ']).to_owned()
}
