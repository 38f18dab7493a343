//! Snapshots over blobs that they share.
//!
//! ```text
//! config.json                             recipients of age, and what the names of blobs are made with
//! blobs/<2>/<hmac-sha256>[.zst][.age]     a piece of a file, at most 16 MiB before it was compressed
//! snapshots/<time>-<cluster>-<id>.json[.age]   a manifest: written last, so what has none is no snapshot
//! leases/<id>.json                        who writes (together) or prunes (alone), and until when
//! verified/<snapshot>.json                when all bytes of a snapshot were last read and found right
//! marked/<id>.json                        blobs that no snapshot needs, and since when
//! ```
//!
//! Nothing is ever changed in place. A run that dies leaves blobs without a snapshot; the next one uses them.

mod blob;
mod config;
mod file;
mod lease;
pub mod prune;
mod seal;
mod snapshot;
pub mod verify;

#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use jiff::Timestamp;

pub use self::blob::BlobId;
pub(crate) use self::blob::hexadecimal;
use self::config::Config;
pub use self::file::FileWriter;
pub use self::lease::{Lease, LeaseKind};
pub use self::seal::Identities;
use self::seal::Recipients;
pub use self::snapshot::SnapshotName;
use super::manifest::{Encoding, Manifest};
use super::store::Store;
use super::{BackupError, Failure};

/// The most that a blob holds. Small enough to be sent again, large enough that there are not too many.
pub const SEGMENT: usize = 16 << 20;
/// The largest manifest that is read.
const LARGEST_MANIFEST: usize = 64 << 20;
/// The folder of all manifests.
const SNAPSHOTS: &str = "snapshots";

/// Where times come from: tests have their own.
pub type Clock = fn() -> Timestamp;

/// A repository that is open.
pub struct Repository {
    store: Box<dyn Store>,
    config: Config,
    recipients: Recipients,
    identities: Identities,
    clock: Clock,
    /// The blobs that are there, found when the first one is written.
    blobs: RefCell<Option<BTreeMap<BlobId, Encoding>>>,
    written: Cell<Written>,
}

/// What a run has written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// How many blobs were new.
    pub blobs: usize,
    /// How many bytes they have as they are stored.
    pub bytes: u64,
}

impl Repository {
    /// Makes a repository in a store that has none. Whoever has one of the recipients' identities can read it;
    /// everybody can if there are no recipients.
    pub fn init(store: Box<dyn Store>, recipients: Vec<String>, clock: Clock) -> Result<Self, BackupError> {
        Recipients::of(&recipients)?;
        let config = Config::new(recipients)?;
        store.create(config::NAME, &config.to_json()?).map_err(|error| match error.failure {
            Failure::Exists => {
                BackupError::new(Failure::Exists, store.describe(), "holds a repository already")
            }
            _ => error,
        })?;
        store.flush()?;
        Self::open(store, Identities::default(), clock)
    }

    /// Opens the repository of a store.
    pub fn open(store: Box<dyn Store>, identities: Identities, clock: Clock) -> Result<Self, BackupError> {
        let bytes = store.read(config::NAME).map_err(|error| match error.failure {
            Failure::Missing => BackupError::new(Failure::Missing, store.describe(), "holds no repository")
                .hint("`stackgen backup --to` makes one: with --recipient, or with --no-encrypt"),
            _ => error,
        })?;
        let config = Config::of_json(&store.describe(), &bytes)?;
        let recipients = Recipients::of(&config.recipients)?;
        let (blobs, written) = (RefCell::default(), Cell::default());
        Ok(Self { store, config, recipients, identities, clock, blobs, written })
    }

    /// What messages call it.
    pub fn describe(&self) -> String {
        self.store.describe()
    }

    /// Who may read it; everybody if there is nobody.
    pub fn recipients(&self) -> &[String] {
        &self.config.recipients
    }

    /// Whether manifests can be read: nothing is encrypted, or somebody gave identities.
    pub fn is_readable(&self) -> bool {
        self.recipients.is_empty() || !self.identities.is_empty()
    }

    /// What this run has written so far.
    pub fn written(&self) -> Written {
        self.written.get()
    }

    /// Now, by this repository's clock.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Where its times come from.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Makes a snapshot of what was written: from here on it is there, also after a power cut.
    pub fn commit(&self, manifest: &Manifest) -> Result<SnapshotName, BackupError> {
        let text = manifest.to_json()?;
        Manifest::of_json(&text)?;
        let name = SnapshotName::of(manifest, &text);
        self.store.flush()?;
        let stored = self.recipients.encrypt(text)?;
        match self.store.create(&name.object(!self.recipients.is_empty()), &stored) {
            Err(error) if error.failure != Failure::Exists => return Err(error),
            _ => {}
        }
        self.store.flush()?;
        Ok(name)
    }

    /// All snapshots, oldest first.
    pub fn snapshots(&self) -> Result<Vec<SnapshotName>, BackupError> {
        let objects = self.store.list(SNAPSHOTS)?;
        let mut names: Vec<SnapshotName> =
            objects.iter().filter_map(|object| SnapshotName::of_object(&object.name)).collect();
        names.sort();
        Ok(names)
    }

    /// The one that somebody means: `latest`, the name of a cluster for its newest one, or a part of a name.
    pub fn find(&self, text: &str) -> Result<SnapshotName, BackupError> {
        snapshot::find(&self.snapshots()?, text).map_err(|message| {
            BackupError::new(Failure::Missing, self.describe(), message)
                .hint("`stackgen backup list` shows all snapshots")
        })
    }

    /// What a snapshot says that it holds, checked.
    pub fn manifest(&self, name: &SnapshotName) -> Result<Manifest, BackupError> {
        let object = name.object(!self.recipients.is_empty());
        let place = format!("{}/{object}", self.describe());
        let stored = self.store.read(&object)?;
        let text = if self.recipients.is_empty() {
            stored
        } else {
            self.identities.decrypt(&place, &stored, LARGEST_MANIFEST)?
        };
        let manifest =
            Manifest::of_json(&text).map_err(|error| BackupError { place: place.clone(), ..error })?;
        if SnapshotName::of(&manifest, &text) != *name {
            let message = "is not what its name says: it was changed or damaged";
            return Err(BackupError::new(Failure::Content, place, message).hint("use another snapshot"));
        }
        Ok(manifest)
    }

    /// The blobs that can be used again: those that are there, and that nobody is about to remove.
    fn known(&self, blob: BlobId) -> Result<Option<Encoding>, BackupError> {
        let mut blobs = self.blobs.borrow_mut();
        if let Some(blobs) = &*blobs {
            return Ok(blobs.get(&blob).copied());
        }
        let mut found: BTreeMap<BlobId, Encoding> = self
            .store
            .list(blob::FOLDER)?
            .iter()
            .filter_map(|object| BlobId::of_object(&object.name))
            .collect();
        for marked in prune::marked(&*self.store)?.into_values().flatten() {
            found.remove(&marked);
        }
        Ok(blobs.insert(found).get(&blob).copied())
    }

    /// From here on this blob is there.
    fn learn(&self, blob: BlobId, encoding: Encoding, size: usize) {
        if let Some(blobs) = &mut *self.blobs.borrow_mut() {
            blobs.insert(blob, encoding);
        }
        let Written { blobs, bytes } = self.written.get();
        self.written.set(Written { blobs: blobs + 1, bytes: bytes + size as u64 });
    }
}
