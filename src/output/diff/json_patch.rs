//! RFC 6902: the operations that make the objects as they are of those as they were, for each cluster.
//!
//! Secrets are left out, for what stands for their values here must never be applied; they are named.
//! Source: <https://www.rfc-editor.org/rfc/rfc6902>.

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::Difference;
use crate::diff::{Object, ObjectChange};
use crate::yaml::{Node, Scalar, Typing, Value};

/// What the JSON is, for programs that read it.
const SCHEMA: &str = "stackgen.diff-patch/v1";

#[derive(Serialize)]
struct Patches<'a> {
    schema: &'static str,
    clusters: Vec<Cluster<'a>>,
}

#[derive(Serialize)]
struct Cluster<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    objects: Vec<Patch>,
    /// Objects that differ and hold secrets.
    left_out: Vec<String>,
}

#[derive(Serialize)]
struct Patch {
    object: String,
    verb: &'static str,
    operations: Vec<Json>,
}

/// The operations for all objects.
pub(super) fn write(difference: &Difference<'_, '_>) -> Result<String, String> {
    let clusters = difference.report.clusters.iter().map(|cluster| {
        let (secret, open): (Vec<&ObjectChange<'_, '_>>, Vec<_>) =
            cluster.comparison.changes.iter().partition(|change| change.object().is("", "Secret"));
        Cluster {
            name: &cluster.name,
            objects: open.into_iter().map(|change| patch(change, cluster.comparison.typing)).collect(),
            left_out: secret.into_iter().map(|change| change.object().describe()).collect(),
        }
    });
    let patches = Patches { schema: SCHEMA, clusters: clusters.collect() };
    serde_json::to_string_pretty(&patches).map(|text| text + "\n").map_err(|error| error.to_string())
}

fn patch(change: &ObjectChange<'_, '_>, (old, new): (Typing, Typing)) -> Patch {
    let mut operations = Vec::new();
    let json = |object: &Object<'_, '_>, typing| to_json(&object.node, typing);
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => compare(&json(before, old), &json(after, new), "", &mut operations),
        (None, Some(after)) => operations.push(json!({"op": "add", "path": "", "value": json(after, new)})),
        (_, None) => operations.push(json!({"op": "remove", "path": ""})),
    }
    Patch { object: change.object().describe(), verb: change.verb.word(), operations }
}

/// The operations between two values: fields one by one; lists item by item if they are as long, else as a whole.
fn compare(before: &Json, after: &Json, path: &str, operations: &mut Vec<Json>) {
    match (before, after) {
        (Json::Object(before), Json::Object(after)) => fields(before, after, path, operations),
        (Json::Array(before), Json::Array(after)) if before.len() == after.len() => {
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                compare(before, after, &format!("{path}/{index}"), operations);
            }
        }
        _ if before != after => operations.push(json!({"op": "replace", "path": path, "value": after})),
        _ => {}
    }
}

fn fields(before: &Map<String, Json>, after: &Map<String, Json>, path: &str, operations: &mut Vec<Json>) {
    let below = |key: &str| format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
    for key in before.keys().filter(|key| !after.contains_key(*key)) {
        operations.push(json!({"op": "remove", "path": below(key)}));
    }
    for (key, value) in after {
        match before.get(key) {
            Some(old) => compare(old, value, &below(key), operations),
            None => operations.push(json!({"op": "add", "path": below(key), "value": value})),
        }
    }
}

/// A node as JSON, as who reads this side takes plain scalars.
pub(super) fn to_json(node: &Node<'_>, typing: Typing) -> Json {
    match node.value() {
        Value::Mapping(mapping) => {
            let fields =
                mapping.iter().map(|entry| (entry.key.text.to_owned(), to_json(&entry.value, typing)));
            Json::Object(fields.collect())
        }
        Value::Sequence(items) => Json::Array(items.iter().map(|item| to_json(item, typing)).collect()),
        Value::Scalar(text) => match node.scalar(typing) {
            Some(Scalar::Null) | None => Json::Null,
            Some(Scalar::Bool(value)) => Json::Bool(value),
            Some(Scalar::Integer(value)) => i64::try_from(value)
                .map_or_else(|_| json!(u64::try_from(value).unwrap_or(u64::MAX)), |value| json!(value)),
            Some(Scalar::Float(value)) => json!(value),
            Some(Scalar::String | Scalar::Timestamp(_)) => Json::String(text.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_lead_from_one_to_the_other() {
        let before = json!({"a": {"b/c": 1, "d": [1, 2]}, "e": "x"});
        let after = json!({"a": {"d": [1, 3], "f~": null}, "g": [true]});
        let mut operations = Vec::new();
        compare(&before, &after, "", &mut operations);
        assert_eq!(
            operations,
            [
                json!({"op": "remove", "path": "/e"}),
                json!({"op": "remove", "path": "/a/b~1c"}),
                json!({"op": "replace", "path": "/a/d/1", "value": 3}),
                json!({"op": "add", "path": "/a/f~0", "value": null}),
                json!({"op": "add", "path": "/g", "value": [true]}),
            ]
        );
        let mut none = Vec::new();
        compare(&after, &after, "", &mut none);
        assert!(none.is_empty());
    }
}
