//! What Grafana holds that is nowhere in Git: what people made in its pages, and not what came out of files.
//!
//! Grafana itself knows what was provisioned, and leaves the secret fields of everything out of its answers: a snapshot
//! names them, and a restore says which ones somebody has to give. Written after Grafana's documentation of its HTTP API
//! (<https://grafana.com/docs/grafana/latest/developers/http_api/>).

mod kind;
mod read;
mod restore;
mod take_back;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::manifest::{self, FileEntry};
use super::node::{Node, Request, Response, Service};
use super::repository::Repository;
use super::{BackupError, Failure};
pub use kind::Kind;
pub use read::version;
pub use restore::{Restored, Secrets, restore};
pub use take_back::{TakenBack, take_back};

/// The file of a snapshot.
pub const OBJECTS: &str = "grafana.json";
const SCHEMA: &str = "stackgen.grafana/v1";

/// Something that Grafana holds.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Object {
    kind: Kind,
    /// What no two of a kind have: the uid, or the name of what has none.
    identity: String,
    /// What it is, without what every server gives anew.
    content: Value,
    /// The secret fields that have a value, which is not told.
    secure: BTreeSet<String>,
    /// Whether it came out of a file, and so out of Git.
    is_provisioned: bool,
    /// A number that only this server knows it by.
    number: Option<i64>,
}

/// An object in the file of a snapshot.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    identity: String,
    content: Value,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    secure: BTreeSet<String>,
}

/// The file of a snapshot.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema: String,
    objects: BTreeMap<String, Vec<Stored>>,
}

impl Object {
    /// As reports and records have it: `dashboards/abc`.
    fn place(&self) -> String {
        format!("{}/{}", self.kind.name(), self.identity)
    }

    /// Its secret fields, as reports and files of secrets have them.
    fn secrets(&self) -> impl Iterator<Item = String> {
        self.secure.iter().map(|field| format!("{}/{field}", self.place()))
    }

    /// The folder that it is in.
    fn folder(&self) -> Option<&str> {
        let folder =
            ["folderUid", "folderUID", "parentUid"].iter().find_map(|field| self.content[*field].as_str());
        folder.filter(|folder| !folder.is_empty())
    }
}

/// Stores what a node's Grafana holds beyond Git.
pub fn capture(node: &dyn Node, repository: &Repository) -> Result<manifest::Grafana, BackupError> {
    let version = version(node)?;
    let objects = beyond_files(read::objects(node)?);
    let mut counts = BTreeMap::new();
    let mut document = Document { schema: SCHEMA.to_owned(), objects: BTreeMap::new() };
    let secrets = objects.iter().flat_map(Object::secrets).collect();
    for Object { kind, identity, content, secure, .. } in objects {
        *counts.entry(kind.name().to_owned()).or_default() += 1;
        let of_kind = document.objects.entry(kind.name().to_owned()).or_default();
        of_kind.push(Stored { identity, content, secure });
    }
    let file = store(repository, &document)?;
    Ok(manifest::Grafana { version, objects: file, counts, secrets })
}

/// The secret fields of what a node's Grafana holds beyond Git.
pub fn secrets(node: &dyn Node) -> Result<Vec<String>, BackupError> {
    Ok(beyond_files(read::objects(node)?).iter().flat_map(Object::secrets).collect())
}

fn store(repository: &Repository, document: &Document) -> Result<FileEntry, BackupError> {
    let failed = |error: &std::io::Error| BackupError::of(OBJECTS, error);
    let mut value = serde_json::to_value(document).map_err(|error| failed(&error.into()))?;
    value.sort_all_objects();
    let mut writer = repository.writer();
    writer.write_all(format!("{value:#}\n").as_bytes()).map_err(|error| failed(&error))?;
    writer.finish(OBJECTS)
}

/// The objects of a snapshot, each after what it needs.
fn stored(repository: &Repository, state: &manifest::Grafana) -> Result<Vec<Object>, BackupError> {
    let mut text = Vec::new();
    repository.read(&state.objects, &mut text)?;
    let broken =
        |message: String| BackupError::new(Failure::Content, OBJECTS, format!("is broken: {message}"));
    let mut document: Document = serde_json::from_slice(&text).map_err(|error| broken(error.to_string()))?;
    if document.schema != SCHEMA {
        return Err(broken(format!("has the schema `{}`, `{SCHEMA}` was expected", document.schema))
            .hint("use a newer stackgen for it"));
    }
    let mut objects = Vec::new();
    for kind in Kind::ALL {
        let of_kind = document.objects.remove(kind.name()).unwrap_or_default();
        objects.extend(of_kind.into_iter().map(|Stored { identity, content, secure }| Object {
            kind,
            identity,
            content,
            secure,
            is_provisioned: false,
            number: None,
        }));
    }
    if let Some((unknown, _)) = document.objects.first_key_value() {
        return Err(broken(format!("`{unknown}` are not known")).hint("use a newer stackgen for it"));
    }
    Ok(outer_folders_first(objects))
}

/// What did not come out of files. A folder that holds nothing but what did came with it.
fn beyond_files(mut objects: Vec<Object>) -> Vec<Object> {
    let folders = |objects: &[Object], is_provisioned: bool| -> BTreeSet<String> {
        let inside = objects.iter().filter(|object| object.is_provisioned == is_provisioned);
        let inside = inside.filter(|object| object.kind != Kind::Folder);
        inside.filter_map(Object::folder).map(str::to_owned).collect()
    };
    let (of_files, mut needed) = (folders(&objects, true), folders(&objects, false));
    let parents: BTreeMap<String, String> = objects
        .iter()
        .filter(|object| object.kind == Kind::Folder)
        .filter_map(|folder| Some((folder.identity.clone(), folder.folder()?.to_owned())))
        .collect();
    // Outwards; a folder that is in itself ends it.
    let mut next: Vec<String> = needed.iter().cloned().collect();
    while let Some(parent) = next.pop().and_then(|folder| parents.get(&folder)) {
        if needed.insert(parent.clone()) {
            next.push(parent.clone());
        }
    }
    objects.retain(|object| match object.kind {
        Kind::Folder => needed.contains(&object.identity) || !of_files.contains(&object.identity),
        _ => !object.is_provisioned,
    });
    objects
}

fn outer_folders_first(mut objects: Vec<Object>) -> Vec<Object> {
    let parents: BTreeMap<String, String> = objects
        .iter()
        .filter(|object| object.kind == Kind::Folder)
        .filter_map(|folder| Some((folder.identity.clone(), folder.folder()?.to_owned())))
        .collect();
    let depth = |object: &Object| {
        let mut depth = 0;
        let mut folder = object.identity.as_str();
        while let Some(parent) = parents.get(folder).filter(|_| depth < parents.len()) {
            (folder, depth) = (parent, depth + 1);
        }
        depth
    };
    objects.sort_by_cached_key(|object| {
        (object.kind, if object.kind == Kind::Folder { depth(object) } else { 0 })
    });
    objects
}

/// Asks; nothing where the server has no such thing.
fn ask(node: &dyn Node, request: &Request) -> Result<Option<Value>, BackupError> {
    let Response { status, body } = node.http(Service::Grafana, request)?;
    let wrong = |message: String| {
        BackupError::new(Failure::Answer, format!("{} {}", node.describe(), request.path), message)
    };
    match status {
        200 => serde_json::from_slice(&body)
            .map(Some)
            .map_err(|error| wrong(format!("is no answer of Grafana: {error}"))),
        404 => Ok(None),
        401 | 403 => Err(wrong(format!("status {status}: this is not allowed"))
            .hint("the token of a service account with the role Admin may: --grafana-authorization FILE")),
        _ => Err(wrong(format!("status {status}, 200 was expected"))
            .hint("look whether the address is that of Grafana, with its route prefix")),
    }
}
