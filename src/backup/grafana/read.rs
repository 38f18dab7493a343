//! Everything that a Grafana holds, also what came out of files.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::kind::segment;
use super::{BackupError, Failure, Kind, Object, ask};
use crate::backup::node::{Node, Request};
use crate::backup::repository::hexadecimal;

/// How many the server lists at once.
const PAGE: usize = 1000;
/// Of annotations there are no pages.
const ANNOTATIONS: &str = "100000";
/// What stands for a value that is not told.
const REDACTED: &str = "[REDACTED]";

/// The release of Grafana.
pub fn version(node: &dyn Node) -> Result<String, BackupError> {
    let request = Request::get("/api/health");
    let health = ask(node, &request)?;
    let version = health.as_ref().and_then(|health| health["version"].as_str());
    version.map(str::to_owned).ok_or_else(|| {
        let place = format!("{} {}", node.describe(), request.path);
        BackupError::new(Failure::Answer, place, "says no version, as Grafana does")
            .hint("look whether the address is that of Grafana, with its route prefix")
    })
}

/// All objects, sorted by kind and identity.
pub(super) fn objects(node: &dyn Node) -> Result<Vec<Object>, BackupError> {
    let mut objects = folders(node)?;
    objects.extend(dashboards(node)?);
    objects.extend(library_elements(node)?);
    objects.extend(data_sources(node)?);
    for kind in [Kind::ContactPoint, Kind::MuteTiming, Kind::Template, Kind::Policies, Kind::AlertRule] {
        objects.extend(of_alerting(node, kind)?);
    }
    objects.extend(annotations(node)?);
    objects.sort_by(|left, right| (left.kind, &left.identity).cmp(&(right.kind, &right.identity)));
    objects.dedup_by(|left, right| (left.kind, &left.identity) == (right.kind, &right.identity));
    Ok(objects)
}

fn object(kind: Kind, identity: &Value, mut content: Value) -> Option<Object> {
    let identity = identity.as_str().filter(|identity| !identity.is_empty())?.to_owned();
    content.sort_all_objects();
    Some(Object { kind, identity, content, secure: BTreeSet::new(), is_provisioned: false, number: None })
}

/// These fields of an object, as far as it has them.
fn only(object: &Value, fields: &[&str]) -> Value {
    let has = |field: &&str| Some(((*field).to_owned(), object.get(*field)?.clone()));
    Value::Object(fields.iter().filter_map(has).collect())
}

/// An object without these fields.
fn without(mut object: Value, fields: &[&str]) -> Value {
    if let Some(object) = object.as_object_mut() {
        object.retain(|field, _| !fields.contains(&field.as_str()));
    }
    object
}

fn list(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

/// Everything of a type that the search finds.
fn search(node: &dyn Node, r#type: &str) -> Result<Vec<Value>, BackupError> {
    let mut all = Vec::new();
    for page in 1.. {
        let request = Request::get("/api/search").with("type", r#type);
        let request = request.with("limit", PAGE.to_string()).with("page", page.to_string());
        let found = list(ask(node, &request)?);
        let is_last = found.len() < PAGE;
        all.extend(found);
        if is_last {
            break;
        }
    }
    Ok(all)
}

fn folders(node: &dyn Node) -> Result<Vec<Object>, BackupError> {
    let folder = |found: Value| {
        let mut content = only(&found, &["uid", "title"]);
        if let Some(parent) = found["folderUid"].as_str().filter(|parent| !parent.is_empty()) {
            content["parentUid"] = parent.into();
        }
        object(Kind::Folder, &found["uid"], content)
    };
    Ok(search(node, "dash-folder")?.into_iter().filter_map(folder).collect())
}

fn dashboards(node: &dyn Node) -> Result<Vec<Object>, BackupError> {
    let mut objects = Vec::new();
    for found in search(node, "dash-db")? {
        let uid = found["uid"].as_str().unwrap_or_default();
        // One that was removed meanwhile is none.
        let Some(mut whole) = ask(node, &Request::get(format!("/api/dashboards/uid/{}", segment(uid))))?
        else {
            continue;
        };
        let mut content = Map::new();
        content.insert("dashboard".to_owned(), without(whole["dashboard"].take(), &["id", "version"]));
        content.extend(whole["meta"].get("folderUid").map(|folder| ("folderUid".to_owned(), folder.clone())));
        let dashboard = object(Kind::Dashboard, &found["uid"], content.into());
        let is_provisioned = whole["meta"]["provisioned"] == true;
        objects.extend(dashboard.map(|dashboard| Object { is_provisioned, ..dashboard }));
    }
    Ok(objects)
}

fn library_elements(node: &dyn Node) -> Result<Vec<Object>, BackupError> {
    let mut objects = Vec::new();
    for page in 1.. {
        let request = Request::get(Kind::LibraryElement.path()).with("perPage", "100");
        let found = ask(node, &request.with("page", page.to_string()))?;
        let elements = list(found.map(|mut found| found["result"]["elements"].take()));
        if elements.is_empty() {
            break;
        }
        objects.extend(elements.iter().filter_map(|element| {
            let content = only(element, &["uid", "folderUid", "name", "kind", "model"]);
            object(Kind::LibraryElement, &element["uid"], content)
        }));
    }
    Ok(objects)
}

fn data_sources(node: &dyn Node) -> Result<Vec<Object>, BackupError> {
    const FIELDS: [&str; 11] = [
        "uid",
        "name",
        "type",
        "access",
        "url",
        "user",
        "database",
        "basicAuth",
        "basicAuthUser",
        "withCredentials",
        "jsonData",
    ];
    let mut objects = Vec::new();
    for found in list(ask(node, &Request::get(Kind::DataSource.path()))?) {
        let uid = found["uid"].as_str().unwrap_or_default();
        let path = format!("{}/uid/{}", Kind::DataSource.path(), segment(uid));
        let Some(whole) = ask(node, &Request::get(path))? else { continue };
        let secure = whole["secureJsonFields"].as_object().into_iter().flatten();
        let secure = secure.filter(|(_, has)| **has == true).map(|(field, _)| field.clone()).collect();
        let source = object(Kind::DataSource, &whole["uid"], only(&whole, &FIELDS));
        let is_provisioned = whole["readOnly"] == true;
        objects.extend(source.map(|source| Object { secure, is_provisioned, ..source }));
    }
    Ok(objects)
}

/// What belongs to Grafana's own alerts. What the server has of itself is none of anybody's.
fn of_alerting(node: &dyn Node, kind: Kind) -> Result<Vec<Object>, BackupError> {
    let found = ask(node, &Request::get(kind.path()))?;
    let found = if kind == Kind::Policies { found.into_iter().collect() } else { list(found) };
    let is_default = |policies: &Value| {
        let routes = policies["routes"].as_array();
        kind == Kind::Policies
            && policies["receiver"] == "grafana-default-email"
            && routes.is_none_or(Vec::is_empty)
    };
    let one = |one: Value| {
        let identity = match kind {
            Kind::Policies => "tree".into(),
            Kind::MuteTiming | Kind::Template => one["name"].clone(),
            _ => one["uid"].clone(),
        };
        let is_provisioned = one["provenance"] == "file";
        let mut content = without(one, &["id", "orgID", "updated", "version", "provenance"]);
        let secure = redacted(&mut content);
        let object = object(kind, &identity, content)?;
        Some(Object { secure, is_provisioned, ..object })
    };
    Ok(found.into_iter().filter(|one| !is_default(one)).filter_map(one).collect())
}

/// Takes out the settings that are not told, and names them.
fn redacted(content: &mut Value) -> BTreeSet<String> {
    let Some(settings) = content.get_mut("settings").and_then(Value::as_object_mut) else {
        return BTreeSet::new();
    };
    let is_redacted = |value: &Value| *value == REDACTED;
    let secure =
        settings.iter().filter(|(_, value)| is_redacted(value)).map(|(field, _)| field.clone()).collect();
    settings.retain(|_, value| !is_redacted(value));
    secure
}

fn annotations(node: &dyn Node) -> Result<Vec<Object>, BackupError> {
    let request = Request::get(Kind::Annotation.path()).with("type", "annotation").with("limit", ANNOTATIONS);
    let annotation = |found: Value| {
        let fields = ["dashboardUID", "panelId", "time", "timeEnd", "text", "tags"];
        let mut content = only(&found, &fields);
        content.sort_all_objects();
        let identity = hexadecimal(&Sha256::digest(content.to_string())[..8]);
        let annotation = object(Kind::Annotation, &identity.into(), content)?;
        Some(Object { number: found["id"].as_i64(), ..annotation })
    };
    Ok(list(ask(node, &request)?).into_iter().filter_map(annotation).collect())
}
