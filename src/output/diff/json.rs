//! `stackgen.diff/v1`: everything that is known of what differs.

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use super::{Difference, value};
use crate::diff::{Danger, Object, ObjectChange, Remark, Reported, ReportedDanger, ReportedEdit};
use crate::output::place::Place;
use crate::yaml::{Node, Origin, emit_for_all_readers};

/// What the JSON is, for programs that read it.
const SCHEMA: &str = "stackgen.diff/v1";

/// What differs between two states.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Report {
    /// `stackgen.diff/v1`
    schema: &'static str,
    /// What was compared, as it was.
    before: String,
    /// What was compared, as it is.
    after: String,
    /// The clusters; one without a name where there are none.
    clusters: Vec<Cluster>,
    /// The objects that differ.
    changes: Vec<Change>,
    /// Dangers of the whole, of no object in particular.
    dangers: Vec<DangerItem>,
    /// What filters took out.
    hidden: Vec<Hidden>,
    /// What else is known of changes.
    remarks: Vec<RemarkItem>,
    /// Whether only versions differ.
    routine: bool,
}

#[derive(Serialize, JsonSchema)]
struct Cluster {
    name: String,
    /// How many objects say the same on both sides.
    unchanged: usize,
    /// How many differ.
    changed: usize,
}

#[derive(Serialize, JsonSchema)]
struct RemarkItem {
    /// manager, pending
    class: &'static str,
    object: String,
    path: Option<String>,
    message: String,
}

#[derive(Serialize, JsonSchema)]
struct Hidden {
    filter: String,
    count: usize,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Change {
    /// added, removed, changed, renamed, moved, replaced, regenerated; of what runs: extra, missing, modified
    verb: &'static str,
    before: Option<ObjectItem>,
    after: Option<ObjectItem>,
    /// The clusters, by name.
    clusters: Vec<String>,
    edits: Vec<EditItem>,
    dangers: Vec<DangerItem>,
    /// How many references only follow it to its new name.
    followed_by: usize,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ObjectItem {
    api_version: String,
    kind: String,
    namespace: String,
    name: String,
    app: Option<String>,
    place: Option<PlaceItem>,
}

#[derive(Serialize, JsonSchema)]
struct EditItem {
    /// added, removed, changed, moved, follows
    kind: &'static str,
    /// As reports print it, and as `--ignore` takes it.
    path: String,
    /// As it was, and as it is; none for a value that one side does not have. What is secret is a token.
    before: Option<SideItem>,
    after: Option<SideItem>,
    clusters: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
struct SideItem {
    /// RFC 6901; behind `#` in the document that the text holds.
    pointer: String,
    /// The text of a scalar, or YAML.
    value: String,
    place: Option<PlaceItem>,
}

/// Lines and columns count from 1.
#[derive(Serialize, JsonSchema)]
struct PlaceItem {
    file: String,
    line: u32,
    column: u32,
}

#[derive(Serialize, JsonSchema)]
struct DangerItem {
    rule: &'static str,
    /// caution, blocking
    level: &'static str,
    message: String,
    path: Option<String>,
    /// What Argo CD and Flux will do.
    engines: Vec<String>,
    hint: Option<String>,
    place: Option<PlaceItem>,
    clusters: Vec<String>,
}

/// What the JSON must be.
pub(super) fn schema() -> Schema {
    schema_for!(Report)
}

/// All that differs.
pub(super) fn write(difference: &Difference<'_, '_>) -> Result<String, String> {
    let report = difference.report;
    let of_all = report.dangers().into_iter().filter(|(reported, _)| reported.is_none());
    let json = Report {
        schema: SCHEMA,
        before: report.sides.0.clone(),
        after: report.sides.1.clone(),
        clusters: report
            .clusters
            .iter()
            .map(|cluster| Cluster {
                name: cluster.name.clone(),
                unchanged: cluster.comparison.unchanged,
                changed: cluster.comparison.changes.len(),
            })
            .collect(),
        changes: report.changes.iter().map(|reported| change(difference, reported)).collect(),
        dangers: of_all.map(|(_, reported)| danger(difference, reported)).collect(),
        hidden: report
            .hidden
            .iter()
            .map(|hidden| Hidden { filter: hidden.filter.clone(), count: hidden.count })
            .collect(),
        remarks: report.remarks.iter().map(remark).collect(),
        routine: report.is_routine(),
    };
    serde_json::to_string_pretty(&json).map(|text| text + "\n").map_err(|error| error.to_string())
}

fn remark(remark: &Remark) -> RemarkItem {
    let Remark { class, object, path, message } = remark.clone();
    RemarkItem { class, object, path, message }
}

fn change<'s>(difference: &Difference<'_, 's>, reported: &Reported<'s>) -> Change {
    let change: &ObjectChange<'_, '_> = difference.report.change(reported);
    Change {
        verb: difference.report.word(change.verb),
        before: change.before.as_ref().map(|one| object(difference, one)),
        after: change.after.as_ref().map(|one| object(difference, one)),
        clusters: names(difference, &reported.clusters),
        edits: reported.edits.iter().map(|one| edit(difference, one)).collect(),
        dangers: reported.dangers.iter().map(|one| danger(difference, one)).collect(),
        followed_by: change.followed_by,
    }
}

fn object(difference: &Difference<'_, '_>, object: &Object<'_, '_>) -> ObjectItem {
    ObjectItem {
        api_version: object.id.gvk.api_version(),
        kind: object.id.gvk.kind.to_owned(),
        namespace: object.id.namespace.to_owned(),
        name: object.id.name.to_owned(),
        app: object.app.map(str::to_owned),
        place: place(difference, object.node.origin()),
    }
}

fn edit(difference: &Difference<'_, '_>, reported: &ReportedEdit) -> EditItem {
    let edit = difference.report.edit(reported);
    let side = |node: &Node<'_>, is_after: bool| SideItem {
        pointer: edit.path.pointer(is_after),
        value: text(node),
        place: place(difference, node.origin()),
    };
    EditItem {
        kind: edit.kind.word(),
        path: edit.path.to_string(),
        before: edit.before.as_ref().map(|node| side(node, false)),
        after: edit.after.as_ref().map(|node| side(node, true)),
        clusters: names(difference, &reported.clusters),
    }
}

fn text(node: &Node<'_>) -> String {
    let mut yaml = String::new();
    match node.text() {
        Some(text) => text.to_owned(),
        None if emit_for_all_readers(node, &mut yaml).is_ok() => yaml,
        None => value::short(node),
    }
}

fn danger(difference: &Difference<'_, '_>, reported: &ReportedDanger<'_>) -> DangerItem {
    let Danger { rule, level, message, path, engines, hint, origin } = &reported.danger;
    DangerItem {
        rule,
        level: level.word(),
        message: message.clone(),
        path: path.as_ref().map(ToString::to_string),
        engines: engines.clone(),
        hint: hint.clone(),
        place: place(difference, *origin),
        clusters: names(difference, &reported.clusters),
    }
}

fn place(difference: &Difference<'_, '_>, origin: Origin) -> Option<PlaceItem> {
    let Place { file, line, column, .. } = Place::of(origin, difference.sources, difference.directory);
    (line > 0 && !file.is_empty()).then_some(PlaceItem { file, line, column })
}

fn names(difference: &Difference<'_, '_>, clusters: &[usize]) -> Vec<String> {
    difference.report.cluster_names(clusters).map(str::to_owned).collect()
}
