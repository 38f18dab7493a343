//! Which snapshots stay, and what becomes of blobs that none of them needs.
//!
//! A blob is removed in two steps, so that a run which looked before the first one can still end well: a mark says that
//! nobody needs it; two days later, if nobody came to need it, it goes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{BlobId, Lease, LeaseKind, Repository, SnapshotName, blob};
use crate::backup::store::{Store, StoredObject};
use crate::backup::{BackupError, Failure};

const FOLDER: &str = "marked";
/// How long a blob that nobody needs is kept.
pub const GRACE: SignedDuration = SignedDuration::from_hours(48);

/// How many snapshots of a cluster stay, by age: the newest ones, and the newest of each day, week and month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The newest ones.
    pub last: usize,
    /// Of days.
    pub daily: usize,
    /// Of weeks, which begin on Monday.
    pub weekly: usize,
    /// Of months.
    pub monthly: usize,
}

/// What a prune did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Snapshots that stay, with the reasons.
    pub kept: Vec<(SnapshotName, Vec<&'static str>)>,
    /// Snapshots that go.
    pub removed: Vec<SnapshotName>,
    /// Blobs that nobody needs from now on.
    pub marked: usize,
    /// Blobs that nobody needed for two days, and that go.
    pub swept: usize,
    /// How many bytes those have.
    pub swept_bytes: u64,
}

/// Blobs that nobody needs, and since when.
#[derive(Serialize, Deserialize)]
struct Mark {
    at: Timestamp,
    blobs: BTreeSet<BlobId>,
}

impl Policy {
    /// Why each snapshot of one cluster stays; oldest first, those without a reason go.
    fn reasons(&self, names: &[SnapshotName]) -> BTreeMap<SnapshotName, Vec<&'static str>> {
        let mut reasons: BTreeMap<SnapshotName, Vec<&'static str>> = BTreeMap::new();
        let date = |name: &SnapshotName| Offset::UTC.to_datetime(name.created).date();
        let newest_first = || names.iter().rev();
        let mut keep = |name: &SnapshotName, why| reasons.entry(name.clone()).or_default().push(why);
        newest_first().take(self.last).for_each(|name| keep(name, "last"));
        let week = |date: Date| (date.iso_week_date().year(), date.iso_week_date().week());
        let mut days: BTreeSet<Date> = BTreeSet::new();
        let mut weeks: BTreeSet<(i16, i8)> = BTreeSet::new();
        let mut months: BTreeSet<(i16, i8)> = BTreeSet::new();
        for name in newest_first() {
            let date = date(name);
            if days.len() < self.daily && days.insert(date) {
                keep(name, "daily");
            }
            if weeks.len() < self.weekly && weeks.insert(week(date)) {
                keep(name, "weekly");
            }
            if months.len() < self.monthly && months.insert((date.year(), date.month())) {
                keep(name, "monthly");
            }
        }
        reasons
    }
}

impl Repository {
    /// Removes the snapshots that the policy does not keep, and blobs that nobody has needed for two days. The newest
    /// one that was read as a whole, and the newest one of all, stay in any case. With `is_dry` nothing is changed.
    pub fn prune(&self, policy: Policy, is_dry: bool, holder: &str) -> Result<Pruned, BackupError> {
        if !self.is_readable() {
            let message = "cannot be pruned without an identity: nobody can tell which blobs are needed";
            return Err(BackupError::new(Failure::Forbidden, self.describe(), message)
                .hint("name the file with the secret key: --identity FILE"));
        }
        let lease = if is_dry { None } else { Some(self.lease(LeaseKind::Exclusive, holder)?) };
        let mut pruned = self.choose(policy)?;
        let needed = self.needed(&pruned)?;
        if !is_dry {
            for name in &pruned.removed {
                self.store.remove(&name.object(!self.recipients.is_empty()))?;
                self.store.remove(&format!("verified/{name}.json"))?;
            }
            self.store.flush()?;
        }
        self.sweep(&needed, lease.as_ref(), &mut pruned)?;
        Ok(pruned)
    }

    fn choose(&self, policy: Policy) -> Result<Pruned, BackupError> {
        let verified = self.verified()?;
        let mut of_clusters: BTreeMap<String, Vec<SnapshotName>> = BTreeMap::new();
        for name in self.snapshots()? {
            of_clusters.entry(name.cluster.clone()).or_default().push(name);
        }
        let mut pruned = Pruned::default();
        for names in of_clusters.into_values() {
            let mut reasons = policy.reasons(&names);
            if let Some(newest) = names.last() {
                reasons.entry(newest.clone()).or_insert_with(|| vec!["newest"]);
            }
            if let Some(name) = names.iter().rfind(|name| verified.contains_key(name)) {
                reasons.entry(name.clone()).or_default().push("newest verified");
            }
            pruned.removed.extend(names.into_iter().filter(|name| !reasons.contains_key(name)));
            pruned.kept.extend(reasons);
        }
        Ok(pruned)
    }

    /// The blobs of all snapshots that stay. One that cannot be read stops everything: its blobs may be needed.
    fn needed(&self, pruned: &Pruned) -> Result<BTreeSet<BlobId>, BackupError> {
        let mut needed = BTreeSet::new();
        for (name, _) in &pruned.kept {
            let manifest = self.manifest(name)?;
            needed.extend(
                manifest.files().flat_map(|(_, file)| file.segments.iter().map(|segment| segment.blob)),
            );
        }
        Ok(needed)
    }

    /// Removes what was marked long enough ago, and marks what nobody needs now.
    fn sweep(
        &self,
        needed: &BTreeSet<BlobId>,
        lease: Option<&Lease<'_>>,
        pruned: &mut Pruned,
    ) -> Result<(), BackupError> {
        let now = self.now();
        let marks = marked(&*self.store)?;
        let since =
            |blob: &BlobId| marks.iter().find(|(_, blobs)| blobs.contains(blob)).map(|((at, _), _)| *at);
        let mut waiting: BTreeMap<Timestamp, BTreeSet<BlobId>> = BTreeMap::new();
        for object in self.store.list(blob::FOLDER)? {
            let Some((blob, _)) = BlobId::of_object(&object.name) else { continue };
            if needed.contains(&blob) {
                continue;
            }
            // Written again after it was marked: somebody was about to need it.
            let at = since(&blob).filter(|at| *at >= object.modified);
            if at.is_some_and(|at| now.duration_since(at) >= GRACE) {
                self.sweep_one(&object, lease, pruned)?;
            } else {
                pruned.marked += usize::from(at.is_none());
                waiting.entry(at.unwrap_or(now)).or_default().insert(blob);
            }
        }
        if lease.is_some() {
            self.write_marks(waiting, marks.into_keys())?;
        }
        Ok(())
    }

    fn sweep_one(
        &self,
        object: &StoredObject,
        lease: Option<&Lease<'_>>,
        pruned: &mut Pruned,
    ) -> Result<(), BackupError> {
        if let Some(lease) = lease {
            lease.renew()?;
            self.store.remove(&object.name)?;
        }
        pruned.swept += 1;
        pruned.swept_bytes += object.size;
        Ok(())
    }

    /// The new marks first: a run that dies in between leaves two marks for a blob, of which the older one counts.
    fn write_marks(
        &self,
        waiting: BTreeMap<Timestamp, BTreeSet<BlobId>>,
        old: impl Iterator<Item = (Timestamp, String)>,
    ) -> Result<(), BackupError> {
        let mut written = BTreeSet::new();
        for (at, blobs) in waiting {
            let name = format!("{FOLDER}/{}.json", at.as_millisecond());
            let text = serde_json::to_vec(&Mark { at, blobs })
                .map_err(|error| BackupError::new(Failure::Other, &name, error.to_string()))?;
            self.store.replace(&name, &text)?;
            written.insert(name);
        }
        self.store.flush()?;
        old.filter(|(_, name)| !written.contains(name)).try_for_each(|(_, name)| self.store.remove(&name))
    }
}

/// Blobs that are about to be removed, by when they were marked and the object that says so.
pub(super) fn marked(
    store: &dyn Store,
) -> Result<BTreeMap<(Timestamp, String), BTreeSet<BlobId>>, BackupError> {
    let mut marks = BTreeMap::new();
    for object in store.list(FOLDER)? {
        let text = match store.read(&object.name) {
            Err(error) if error.failure == Failure::Missing => continue,
            other => other?,
        };
        let mark: Mark = serde_json::from_slice(&text).map_err(|error| {
            BackupError::new(Failure::Content, &object.name, format!("is broken: {error}"))
                .hint("remove it: blobs that nobody needs are marked again")
        })?;
        marks.insert((mark.at, object.name), mark.blobs);
    }
    Ok(marks)
}
