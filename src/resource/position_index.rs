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
    hash: u64,
    position: u32,
    /// The link before it that has the same key.
    older: Option<u32>,
}

impl PositionIndex {
    /// An index with room for so many keys.
    pub fn with_capacity(keys: usize) -> Self {
        Self { newest: HashTable::with_capacity(keys), links: Vec::with_capacity(keys) }
    }

    /// Adds the thing at `position`, unless the last one added under `key` was the same.
    pub fn add(&mut self, key: impl Hash, position: usize, has_key: impl Fn(usize) -> bool) {
        let hash = FxBuildHasher.hash_one(key);
        let older = self.newest_of(hash, has_key);
        if older.is_some_and(|link| self.links[link as usize].position as usize == position) {
            return;
        }
        let link = narrow(self.links.len());
        self.links.push(Link { hash, position: narrow(position), older });
        let links = &self.links;
        match older.and_then(|older| self.newest.find_mut(hash, |one| *one == older)) {
            Some(newest) => *newest = link,
            None => {
                self.newest.insert_unique(hash, link, |one| links[*one as usize].hash);
            }
        }
    }

    /// Positions of the things with this key, in the order in which they were added.
    pub fn find(&self, key: impl Hash, has_key: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut next = self.newest_of(FxBuildHasher.hash_one(key), has_key);
        let mut found = Vec::new();
        while let Some(link) = next.map(|link| self.links[link as usize]) {
            found.push(link.position as usize);
            next = link.older;
        }
        found.reverse();
        found
    }

    /// The thing with this key that was added last.
    pub fn find_last(&self, key: impl Hash, has_key: impl Fn(usize) -> bool) -> Option<usize> {
        let link = self.newest_of(FxBuildHasher.hash_one(key), has_key)?;
        Some(self.links[link as usize].position as usize)
    }

    fn newest_of(&self, hash: u64, has_key: impl Fn(usize) -> bool) -> Option<u32> {
        let is_it = |link: &u32| {
            let link = self.links[*link as usize];
            link.hash == hash && has_key(link.position as usize)
        };
        self.newest.find(hash, is_it).copied()
    }
}

/// A build has fewer objects than bytes, and the bytes are counted in 32 bits ([`Origin`](crate::yaml::Origin)).
fn narrow(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
