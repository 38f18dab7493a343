//! Objects that were given to a Grafana are taken away again, if they are what they were.

use std::collections::{BTreeMap, BTreeSet};

use super::{BackupError, Failure, Kind, Object, read, stored};
use crate::backup::manifest;
use crate::backup::node::{Node, Response, Service};
use crate::backup::repository::Repository;

/// What was taken away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TakenBack {
    /// The objects, such as `dashboards/abc`.
    pub removed: Vec<String>,
    /// Those that somebody has changed since, and folders that hold something else by now.
    pub left: Vec<String>,
}

/// Takes away what a snapshot gave, last things first. With `is_dry` nothing is sent.
pub fn take_back(
    node: &dyn Node,
    repository: &Repository,
    state: &manifest::Grafana,
    given: &BTreeSet<String>,
    is_dry: bool,
) -> Result<TakenBack, BackupError> {
    let current = read::objects(node)?;
    let mut current: BTreeMap<String, Object> =
        current.into_iter().map(|object| (object.place(), object)).collect();
    let mut taken = TakenBack::default();
    for object in stored(repository, state)?.iter().rev().filter(|object| given.contains(&object.place())) {
        let place = object.place();
        // What somebody has removed is gone.
        let Some(there) = current.get(&place) else { continue };
        let is_in_use = object.kind == Kind::Folder
            && current.values().any(|inside| inside.folder() == Some(&object.identity));
        if there.content != object.content || there.is_provisioned || is_in_use {
            taken.left.push(place);
            continue;
        }
        if !is_dry {
            remove(node, there)?;
        }
        current.remove(&place);
        taken.removed.push(place);
    }
    Ok(taken)
}

fn remove(node: &dyn Node, object: &Object) -> Result<(), BackupError> {
    let request = object.removal();
    let Response { status, .. } = node.http(Service::Grafana, &request)?;
    if matches!(status, 200..=299 | 404) {
        return Ok(());
    }
    let place = format!("{} {}", node.describe(), request.path);
    Err(BackupError::new(Failure::Answer, place, format!("status {status}, 200 was expected"))
        .hint("run the same command again, with the rights that the restore had"))
}
