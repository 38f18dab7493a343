//! Who uses the repository: any number of runs that write and read, or one that prunes.
//!
//! A lease is a file that says until when it holds. A run that died leaves one that ends by itself.

use std::cell::Cell;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Repository, hexadecimal};
use crate::backup::{BackupError, Failure};

const FOLDER: &str = "leases";
/// How long a lease holds without a word from its holder.
const TERM: SignedDuration = SignedDuration::from_mins(15);

/// What a run may do beside others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeaseKind {
    /// Writes and reads, as others do.
    Shared,
    /// Removes what nobody needs, alone.
    Exclusive,
}

#[derive(Serialize, Deserialize)]
struct LeaseFile {
    kind: LeaseKind,
    holder: String,
    expires: Timestamp,
}

/// A lease that is held until it is dropped.
pub struct Lease<'r> {
    repository: &'r Repository,
    name: String,
    kind: LeaseKind,
    holder: String,
    expires: Cell<Timestamp>,
}

impl Repository {
    /// Takes a lease, unless somebody has one that does not go with it. `holder` is what others are told.
    pub fn lease(&self, kind: LeaseKind, holder: &str) -> Result<Lease<'_>, BackupError> {
        let mut id = [0; 8];
        getrandom::fill(&mut id).map_err(|error| {
            BackupError::new(Failure::Other, FOLDER, format!("the system gives no random numbers: {error}"))
        })?;
        let name = format!("{FOLDER}/{}.json", hexadecimal(&id));
        let holder = holder.to_owned();
        let lease = Lease { repository: self, name, kind, holder, expires: Cell::new(self.now() + TERM) };
        // First ours, then a look at the others: of two that come at once, both see each other.
        self.store.create(&lease.name, &lease.text()?)?;
        lease.look_around()?;
        Ok(lease)
    }
}

impl Lease<'_> {
    /// Says that this run goes on, if it is time to. An error if another run thought that it was dead.
    pub fn renew(&self) -> Result<(), BackupError> {
        let now = self.repository.now();
        if self.expires.get().duration_since(now) > TERM * 2 / 3 {
            return Ok(());
        }
        let store = &self.repository.store;
        store.read(&self.name).map_err(|error| match error.failure {
            Failure::Missing => BackupError::new(
                Failure::Forbidden,
                store.describe(),
                "this run was silent for too long, and another one took its lease",
            )
            .hint("run it again: what is stored is used"),
            _ => error,
        })?;
        self.expires.set(now + TERM);
        store.replace(&self.name, &self.text()?)
    }

    fn text(&self) -> Result<Vec<u8>, BackupError> {
        let (kind, holder, expires) = (self.kind, self.holder.clone(), self.expires.get());
        serde_json::to_vec(&LeaseFile { kind, holder, expires })
            .map_err(|error| BackupError::new(Failure::Other, &self.name, error.to_string()))
    }

    fn look_around(&self) -> Result<(), BackupError> {
        let store = &self.repository.store;
        for object in store.list(FOLDER)?.into_iter().filter(|object| object.name != self.name) {
            let text = match store.read(&object.name) {
                Err(error) if error.failure == Failure::Missing => continue,
                other => other?,
            };
            let Ok(other) = serde_json::from_slice::<LeaseFile>(&text) else { continue };
            if other.expires < self.repository.now() {
                store.remove(&object.name)?;
            } else if self.kind == LeaseKind::Exclusive || other.kind == LeaseKind::Exclusive {
                let message = format!("is in use by {}, until {} at the latest", other.holder, other.expires);
                return Err(BackupError::new(Failure::Exists, store.describe(), message)
                    .hint("wait for it to end; the lease of a run that died ends by itself"));
            }
        }
        Ok(())
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        // A lease that cannot be given back ends by itself.
        let _ = self.repository.store.remove(&self.name);
    }
}
