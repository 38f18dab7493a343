//! Whether the overlays of the clouds differ in something that nobody expects.

use std::path::PathBuf;

use indexmap::IndexMap;

use crate::cli::expected::expected_differences;
use crate::diagnostic::Diagnostics;
use crate::diff::{
    Cluster as Compared, Document, EditKind, Filter, Options, Report, Reported, ReportedEdit, Side, Verb,
    compare,
};
use crate::schema::Schemas;
use crate::stack::{BuiltCluster, Cluster, MADE_FOLDER, StackFiles, app_of};
use crate::validate::families::UNEXPECTED_DIFFERENCE;
use crate::validate::{Finding, Wanted};
use crate::yaml::{Node, Origin, Sources, Typing};

/// The overlays that are held against each other: those of the same name in the folders of several clouds.
#[derive(Debug)]
pub(super) struct Overlays {
    expected: Vec<Filter>,
    /// The first cluster of each cloud and overlay, with what its overlay is called without the cloud.
    clusters: IndexMap<String, String>,
    /// Where lies what is made of the clusters' own values.
    made: PathBuf,
}

/// The objects of an overlay.
#[derive(Debug)]
pub(super) struct Objects<'s> {
    overlay: String,
    cloud: &'static str,
    side: Side<'s>,
}

impl Overlays {
    /// Those of the clusters; none if the rule is not wanted, or nobody says what is expected.
    pub(super) fn of(
        clusters: &[&Cluster],
        wanted: &Wanted,
        files: &StackFiles,
        sources: &Sources,
    ) -> Result<Self, Diagnostics> {
        let made = files.root().join(MADE_FOLDER);
        let mut overlays = Self { expected: Vec::new(), clusters: IndexMap::new(), made };
        if !wanted.has(&UNEXPECTED_DIFFERENCE) {
            return Ok(overlays);
        }
        let Some(expected) = expected_differences(files, sources)? else { return Ok(overlays) };
        overlays.expected = expected;
        let mut first: IndexMap<(String, &str), &str> = IndexMap::new();
        for cluster in clusters {
            first.entry((overlay(cluster), cluster.cloud.name())).or_insert(&cluster.name);
        }
        overlays.clusters =
            first.into_iter().map(|((overlay, _), name)| (name.to_owned(), overlay)).collect();
        Ok(overlays)
    }

    /// The objects of a cluster, if it is one that is held against others.
    pub(super) fn objects<'s>(&self, built: &BuiltCluster<'_, 's>) -> Option<Objects<'s>> {
        let overlay = self.clusters.get(&built.cluster.name)?.clone();
        let documents = built.resources.iter();
        let documents =
            documents.map(|one| Document { node: Node::clone(&one.node), app: app_of(one) }).collect();
        let side = Side { documents, typing: Typing::Core, ..Side::default() };
        Some(Objects { overlay, cloud: built.cluster.cloud.name(), side })
    }

    /// In what the clouds differ that is not expected.
    pub(super) fn differences(
        &self,
        objects: Vec<Option<Objects<'_>>>,
        sources: &Sources,
    ) -> Result<Vec<Finding>, Diagnostics> {
        let mut by_overlay: IndexMap<String, Vec<Objects<'_>>> = IndexMap::new();
        for objects in objects.into_iter().flatten() {
            by_overlay.entry(objects.overlay.clone()).or_default().push(objects);
        }
        let mut findings = Vec::new();
        for objects in by_overlay.values() {
            let [first, others @ ..] = objects.as_slice() else { continue };
            let report = self.report(first, others, sources)?;
            let differences = Differences { report: &report, overlays: self, sources };
            findings.extend(report.changes.iter().flat_map(|reported| differences.of(reported)));
        }
        Ok(findings)
    }

    /// The first cloud held against each other one.
    fn report<'a, 's>(
        &self,
        first: &'a Objects<'s>,
        others: &'a [Objects<'s>],
        sources: &'s Sources,
    ) -> Result<Report<'a, 's>, Diagnostics> {
        let options = Options { schemas: Schemas::embedded(), is_identity_kept: true, ..Options::default() };
        let mut clusters = Vec::new();
        for other in others {
            let mut comparison = compare(&first.side, &other.side, &options, sources)?;
            comparison.hide(&self.expected);
            clusters.push(Compared { name: other.cloud.to_owned(), comparison, ..Compared::default() });
        }
        Ok(Report::of((first.cloud.to_owned(), String::new()), clusters))
    }

    /// Whether a place is one of a cluster's own values: these are there to differ.
    fn is_made(&self, origin: Origin, sources: &Sources) -> bool {
        sources.locate(origin).is_some_and(|location| location.file.starts_with(&self.made))
    }
}

/// From differences to findings.
struct Differences<'r, 'a, 's> {
    report: &'r Report<'a, 's>,
    overlays: &'r Overlays,
    sources: &'s Sources,
}

impl<'s> Differences<'_, '_, 's> {
    /// What is found in one object.
    fn of(&self, reported: &Reported<'s>) -> Vec<Finding> {
        let change = self.report.change(reported);
        let object = change.object().describe();
        let place = (change.origin(), Origin::NONE);
        let whole = |kind| self.finding(None, kind, place, &reported.clusters).into_iter().collect();
        let found: Vec<Finding> = match change.verb {
            Verb::Added => whole(EditKind::Added),
            Verb::Removed => whole(EditKind::Removed),
            _ => reported.edits.iter().filter_map(|edit| self.of_edit(edit)).collect(),
        };
        found.into_iter().map(|finding| finding.object(&object)).collect()
    }

    fn of_edit(&self, reported: &ReportedEdit) -> Option<Finding> {
        let edit = self.report.edit(reported);
        let (before, after) = edit.origins();
        // The one that none of the others agrees with is the one to look at.
        let is_first_alone =
            reported.clusters.len() > 1 && reported.clusters.len() == self.report.clusters.len();
        let places = if is_first_alone { (before, after) } else { (after, before) };
        self.finding(Some(edit.path.to_string()), edit.kind, places, &reported.clusters)
    }

    /// A difference at the first of two places, or at the other one; nothing if a cluster's own values make it.
    fn finding(
        &self,
        path: Option<String>,
        kind: EditKind,
        (place, other): (Origin, Origin),
        clusters: &[usize],
    ) -> Option<Finding> {
        if [place, other].iter().any(|place| self.overlays.is_made(*place, self.sources)) {
            return None;
        }
        let (place, other) = if place.is_some() { (place, other) } else { (other, Origin::NONE) };
        let first = &self.report.sides.0;
        let others = self.report.cluster_names(clusters).collect::<Vec<_>>().join(" and ");
        let what = path.as_ref().map_or_else(|| "the object".to_owned(), |path| format!("`{path}`"));
        let message = match kind {
            EditKind::Added => format!("{what} is there for {others} and not for {first}"),
            EditKind::Removed => format!("{what} is there for {first} and not for {others}"),
            _ => format!("{what} is not the same for {first} as for {others}"),
        };
        let finding = Finding::new(&UNEXPECTED_DIFFERENCE, place, message).path(path.unwrap_or_default());
        Some(finding.related(other, "and the other one says it here"))
    }
}

/// What an overlay is called without its cloud: `overlays/gke/prod` and `overlays/aks/prod` are to say the same.
fn overlay(cluster: &Cluster) -> String {
    let overlay = cluster.overlay();
    let parts = overlay.split('/').map(|part| if part == cluster.cloud.name() { "*" } else { part });
    parts.collect::<Vec<_>>().join("/")
}
