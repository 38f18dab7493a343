//! `meta.json` of a block: its name, its time range, what it holds, what it was made of.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Damage, Ulid};

/// The name of the file.
pub(super) const FILE: &str = "meta.json";
/// Real ones have kilobytes; blocks of many sources some hundred.
const LARGEST: u64 = 64 * 1024 * 1024;
/// The one version that there is.
const VERSION: u32 = 1;

/// What `meta.json` says. Fields that others add, such as Thanos' own, are left alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// The name of the block, which its folder has too.
    pub ulid: Ulid,
    /// The first millisecond that it may hold.
    pub min_time: i64,
    /// The millisecond after the last one that it may hold.
    pub max_time: i64,
    /// What it says that it holds.
    #[serde(default)]
    pub stats: Stats,
    /// What it was made of.
    pub compaction: Compaction,
    /// Of the format.
    pub version: u32,
}

/// How much a block holds. Fields that are zero are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Stats {
    /// Samples of every kind.
    #[serde(skip_serializing_if = "is_zero")]
    pub num_samples: u64,
    /// Numbers; releases before 2.54 do not say.
    #[serde(skip_serializing_if = "is_zero")]
    pub num_float_samples: u64,
    /// Native histograms; releases before 2.54 do not say.
    #[serde(skip_serializing_if = "is_zero")]
    pub num_histogram_samples: u64,
    /// Series.
    #[serde(skip_serializing_if = "is_zero")]
    pub num_series: u64,
    /// Chunks.
    #[serde(skip_serializing_if = "is_zero")]
    pub num_chunks: u64,
    /// Time ranges that were deleted.
    #[serde(skip_serializing_if = "is_zero")]
    pub num_tombstones: u64,
}

/// What a block was made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Compaction {
    /// How often its content was put together with other blocks.
    pub level: u32,
    /// The blocks of the head that it holds, and the name that survives compaction.
    #[serde(default, deserialize_with = "null_is_empty", skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Ulid>,
    /// Whether it is empty and waits to be removed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deletable: bool,
    /// The blocks that it replaces: a server that loads this one removes them.
    #[serde(default, deserialize_with = "null_is_empty", skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<Parent>,
    /// Whether a compaction of it failed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
    /// Such as `from-out-of-order`.
    #[serde(default, deserialize_with = "null_is_empty", skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

/// A block that another one replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parent {
    /// Its name.
    pub ulid: Ulid,
    /// Its first millisecond.
    pub min_time: i64,
    /// The millisecond after its last one.
    pub max_time: i64,
}

impl Meta {
    /// Reads and checks the file of a block's folder.
    pub fn read(folder: &Path) -> Result<Self, Damage> {
        let path = folder.join(FILE);
        let unreadable = |error: std::io::Error| Damage::of(FILE, format!("cannot be read: {error}"));
        if path.metadata().map_err(unreadable)?.len() > LARGEST {
            return Err(Damage::of(FILE, "is larger than 64 MiB"));
        }
        let bytes = std::fs::read(&path).map_err(unreadable)?;
        let meta: Self = serde_json::from_slice(&bytes)
            .map_err(|error| Damage::of(FILE, format!("is broken: {error}")))?;
        meta.check(folder).map_err(|message| Damage::of(FILE, message))?;
        Ok(meta)
    }

    fn check(&self, folder: &Path) -> Result<(), String> {
        if self.version != VERSION {
            return Err(format!("has version {}, expected {VERSION}", self.version));
        }
        // Paths such as `.` have no name of their own; then there is nothing to compare with.
        let resolved = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let name = resolved.file_name().map(|name| name.to_string_lossy().into_owned());
        if let Some(name) = name.filter(|name| *name != self.ulid.to_string()) {
            return Err(format!("belongs to block {}, but the folder is called {name}", self.ulid));
        }
        if self.min_time > self.max_time {
            return Err(format!("begins at {} and ends before, at {}", self.min_time, self.max_time));
        }
        Ok(())
    }

    /// The text of the file, indented as servers write it.
    pub(super) fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        let mut text = Vec::new();
        let formatter = serde_json::ser::PrettyFormatter::with_indent(b"\t");
        self.serialize(&mut serde_json::Serializer::with_formatter(&mut text, formatter))?;
        Ok(text)
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Go writes lists without members as `null`, where a field is not left out.
fn null_is_empty<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
