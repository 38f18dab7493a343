//! What a rule may need to know besides the change that it looks at: all changes of the cluster, and what is in them.

use rustc_hash::FxHashSet;

use super::Subject;
use super::documents::Documents;
use super::place::Place;
use crate::diff::change::{ObjectChange, Verb};
use crate::diff::side::Object;
use crate::yaml::Sources;

/// All changes of a cluster.
pub(super) struct Around<'c, 'a, 's> {
    pub(super) changes: &'c [ObjectChange<'a, 's>],
    /// The documents in each object, as it was and as it is.
    documents: Vec<(Documents<'s>, Documents<'s>)>,
    /// The alerts that the changed objects have now.
    alerts: FxHashSet<(String, String)>,
    /// The scrape jobs that they have now.
    jobs: FxHashSet<String>,
}

impl<'c, 'a, 's> Around<'c, 'a, 's> {
    /// Looks at what is in the changes.
    pub(super) fn new(changes: &'c [ObjectChange<'a, 's>], sources: &'s Sources) -> Self {
        let of = |object: &Option<Object<'a, 's>>| Documents::of(object.as_ref(), sources);
        let documents: Vec<_> =
            changes.iter().map(|change| (of(&change.before), of(&change.after))).collect();
        let mut alerts = FxHashSet::default();
        let mut jobs = FxHashSet::default();
        for (change, (_, documents)) in changes.iter().zip(&documents) {
            let found = documents.alerts(change.after.as_ref());
            alerts.extend(found.iter().map(|alert| (alert.name().to_owned(), severity(alert).to_owned())));
            jobs.extend(documents.jobs().iter().map(|job| job.name().to_owned()));
        }
        Self { changes, documents, alerts, jobs }
    }

    /// Whether some changed object has an alert of this name and severity now.
    pub(super) fn has_alert(&self, name: &str, severity: &str) -> bool {
        self.alerts.contains(&(name.to_owned(), severity.to_owned()))
    }

    /// Whether some changed object has a scrape job of this name now.
    pub(super) fn has_job(&self, name: &str) -> bool {
        self.jobs.contains(name)
    }
}

/// The severity of an alert.
pub(super) fn severity<'s>(alert: &Place<'_, 's>) -> &'s str {
    alert.text(&["labels", "severity"]).unwrap_or_default()
}

impl<'c, 'a, 's> Subject<'c, 'a, 's> {
    /// The object as it was.
    pub(super) fn object_before(&self) -> Option<&'c Object<'a, 's>> {
        self.change.before.as_ref()
    }

    /// The object as it is.
    pub(super) fn object_after(&self) -> Option<&'c Object<'a, 's>> {
        self.change.after.as_ref()
    }

    /// What the object said.
    pub(super) fn before(&self) -> Option<Place<'c, 's>> {
        self.object_before().map(Place::of)
    }

    /// What the object says.
    pub(super) fn after(&self) -> Option<Place<'c, 's>> {
        self.object_after().map(Place::of)
    }

    /// What the object said and says, if it is there still.
    pub(super) fn both(&self) -> Option<(Place<'c, 's>, Place<'c, 's>)> {
        Some((self.before()?, self.after()?))
    }

    /// Whether the object is gone: nothing else took its place.
    pub(super) fn is_removed(&self) -> bool {
        self.change.verb == Verb::Removed
    }

    /// Whether it is of this group and kind.
    pub(super) fn is(&self, group: &str, kind: &str) -> bool {
        self.change.object().is(group, kind)
    }

    /// Whether it is of one of these kinds.
    pub(super) fn is_any(&self, kinds: &[(&str, &str)]) -> bool {
        kinds.iter().any(|(group, kind)| self.is(group, kind))
    }

    /// The documents in it as it was.
    pub(super) fn documents_before(&self) -> &'c Documents<'s> {
        &self.around.documents[self.index].0
    }

    /// The documents in it as it is.
    pub(super) fn documents_after(&self) -> &'c Documents<'s> {
        &self.around.documents[self.index].1
    }
}
