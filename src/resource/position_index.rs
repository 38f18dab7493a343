//! Positions of things by the hash of a key, where the keys themselves lie with the things.

use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// Positions by key. Holds numbers alone: who asks compares the keys.
#[derive(Clone, Debug, Default)]
pub struct PositionIndex {
    /// The newest link of each key.
    newest: HashTable<u32>,
    links: Vec<Link>,
}

/// One thing with one of its keys.
#[derive(Clone, Copy, Debug)]
struct Link {
    hash: Hash32,
    position: u32,
    /// The link before it that has the same key, or [`NONE`].
    older: u32,
}

/// No link.
const NONE: u32 = u32::MAX;

/// Half of a hash: enough to tell most keys apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hash32(u32);

impl Hash32 {
    fn of(key: impl Hash) -> Self {
        let hash = FxBuildHasher.hash_one(key);
        let [a, b, c, d, ..] = (hash ^ hash >> 32).to_le_bytes();
        Self(u32::from_le_bytes([a, b, c, d]))
    }

    /// The table looks at the first and the last bits.
    fn spread(self) -> u64 {
        u64::from(self.0).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

impl PositionIndex {
    /// An index with room for so many keys.
    pub fn with_capacity(keys: usize) -> Self {
        Self { newest: HashTable::with_capacity(keys), links: Vec::with_capacity(keys) }
    }

    /// Adds the thing at `position`, unless the last one added under `key` was the same.
    pub fn add(&mut self, key: impl Hash, position: usize, has_key: impl Fn(usize) -> bool) {
        let hash = Hash32::of(key);
        let older = self.newest_of(hash, has_key);
        if older.is_some_and(|link| self.links[link as usize].position as usize == position) {
            return;
        }
        let link = narrow(self.links.len());
        self.links.push(Link { hash, position: narrow(position), older: older.unwrap_or(NONE) });
        let links = &self.links;
        match older.and_then(|older| self.newest.find_mut(hash.spread(), |one| *one == older)) {
            Some(newest) => *newest = link,
            None => {
                self.newest.insert_unique(hash.spread(), link, |one| links[*one as usize].hash.spread());
            }
        }
    }

    /// Positions of the things with this key, in the order in which they were added.
    pub fn find(&self, key: impl Hash, has_key: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut next = self.newest_of(Hash32::of(key), has_key).unwrap_or(NONE);
        let mut found = Vec::new();
        while let Some(link) = self.links.get(next as usize) {
            found.push(link.position as usize);
            next = link.older;
        }
        found.reverse();
        found
    }

    /// The thing with this key that was added last.
    pub fn find_last(&self, key: impl Hash, has_key: impl Fn(usize) -> bool) -> Option<usize> {
        let link = self.newest_of(Hash32::of(key), has_key)?;
        Some(self.links[link as usize].position as usize)
    }

    fn newest_of(&self, hash: Hash32, has_key: impl Fn(usize) -> bool) -> Option<u32> {
        let is_it = |link: &u32| {
            let link = self.links[*link as usize];
            link.hash == hash && has_key(link.position as usize)
        };
        self.newest.find(hash.spread(), is_it).copied()
    }
}

/// A build has fewer objects than bytes, and the bytes are counted in 32 bits ([`Origin`](crate::yaml::Origin)).
fn narrow(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
