//! The names of snapshots.

use std::fmt;
use std::str::FromStr;

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::{SNAPSHOTS, hexadecimal};
use crate::backup::manifest::Manifest;

const TIME: &str = "%Y%m%dT%H%M%S";
/// How many digits of the digest are in a name.
const DIGITS: usize = 8;

/// When it was made, of which cluster, and the first digits of the digest of its manifest. Sorts by time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotName {
    /// To the millisecond.
    pub created: Timestamp,
    /// What the cluster is called.
    pub cluster: String,
    /// Hexadecimal digits.
    pub id: String,
}

impl SnapshotName {
    /// Of a manifest and its text.
    pub(super) fn of(manifest: &Manifest, text: &[u8]) -> Self {
        let created =
            Timestamp::from_millisecond(manifest.created.as_millisecond()).unwrap_or(manifest.created);
        let mut id = hexadecimal(&Sha256::digest(text));
        id.truncate(DIGITS);
        Self { created, cluster: manifest.cluster.clone(), id }
    }

    /// The name of the object that holds it.
    pub(super) fn object(&self, is_encrypted: bool) -> String {
        format!("{SNAPSHOTS}/{self}.json{}", if is_encrypted { ".age" } else { "" })
    }

    /// The snapshot that an object holds.
    pub(super) fn of_object(name: &str) -> Option<Self> {
        let name = name.strip_prefix(SNAPSHOTS)?.strip_prefix('/')?;
        let name = name.strip_suffix(".age").unwrap_or(name);
        name.strip_suffix(".json")?.parse().ok()
    }
}

impl fmt::Display for SnapshotName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = self.created.subsec_millisecond();
        write!(formatter, "{}{milliseconds:03}Z-{}-{}", self.created.strftime(TIME), self.cluster, self.id)
    }
}

impl FromStr for SnapshotName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "not the name of a snapshot";
        let (time, rest) = text.split_once('-').ok_or(wrong)?;
        let (cluster, id) = rest.rsplit_once('-').ok_or(wrong)?;
        let digits =
            time.strip_suffix('Z').filter(|time| time.is_ascii() && time.len() == 18).ok_or(wrong)?;
        let (time, milliseconds) = digits.split_at(15);
        let time = jiff::civil::DateTime::strptime(TIME, time).map_err(|_| wrong)?;
        let milliseconds =
            SignedDuration::from_millis(milliseconds.parse::<u16>().map_err(|_| wrong)?.into());
        let created = Offset::UTC.to_timestamp(time).map_err(|_| wrong)? + milliseconds;
        if cluster.is_empty() || id.len() != DIGITS || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong);
        }
        Ok(Self { created, cluster: cluster.to_owned(), id: id.to_owned() })
    }
}

/// The snapshot that somebody means.
pub(super) fn find(names: &[SnapshotName], text: &str) -> Result<SnapshotName, String> {
    if names.is_empty() {
        return Err("holds no snapshot".to_owned());
    }
    if text == "latest" {
        let mut clusters: Vec<&str> = names.iter().map(|name| name.cluster.as_str()).collect();
        clusters.sort_unstable();
        clusters.dedup();
        if clusters.len() > 1 {
            return Err(format!(
                "holds snapshots of {}: say of which the latest is meant",
                clusters.join(", ")
            ));
        }
    }
    let is_of_cluster = |name: &&SnapshotName| text == "latest" || name.cluster == text;
    if let Some(newest) = names.iter().rfind(is_of_cluster) {
        return Ok(newest.clone());
    }
    let mut found = names
        .iter()
        .filter(|name| text.len() >= 4 && (name.id.starts_with(text) || name.to_string().starts_with(text)));
    match (found.next(), found.count()) {
        (None, _) => Err(format!("has no snapshot `{text}`")),
        (Some(name), 0) => Ok(name.clone()),
        (Some(_), more) => Err(format!("has {} snapshots that begin with `{text}`", more + 1)),
    }
}
