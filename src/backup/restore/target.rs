//! What the stack has that data is to be written to.

use std::collections::BTreeSet;

use super::{BackupError, BlockEntry, Failure, Options, Target};
use crate::backup::manifest::FileEntry;
use crate::backup::node::{Digest, Node, NodeFile};
use crate::backup::prometheus::facts;
use crate::tsdb::{Meta, Ulid};

/// How often blocks are read that a server puts together meanwhile, which it does once in two hours.
const TRIES: usize = 5;

/// What is known of the stack that gets data; `now` is ours.
pub fn look(node: &dyn Node, options: &Options<'_>, now: i64) -> Result<Target, BackupError> {
    let facts = if options.has_prometheus { Some(facts(node)?) } else { None };
    if facts.is_none() && node.is_in_use()? {
        let message = "a server uses the folder, and nobody said where it listens";
        return Err(BackupError::new(Failure::Forbidden, node.describe(), message)
            .hint("name its address (--prometheus-url URL), or stop it first"));
    }
    let (files, blocks) = blocks_with_files(node, facts.is_some())?;
    let has_log = files.iter().any(|file| file.path.starts_with("wal/") && file.size > 0);
    let has_head = facts.as_ref().map_or(has_log, |facts| facts.head.is_some());
    Ok(Target {
        now: facts.as_ref().map_or(now, |facts| facts.now),
        clock_offset: facts.as_ref().map_or(0, |facts| facts.now - now),
        retention: facts.as_ref().map(|facts| facts.retention).or(options.retention),
        blocks,
        bytes: files.iter().map(|file| file.size).sum(),
        has_head,
        is_running: facts.is_some(),
        admin_api: facts.as_ref().is_some_and(|facts| facts.admin_api),
        version: facts.map(|facts| facts.version),
        free: node.free_space(),
    })
}

/// What the blocks say of themselves.
pub(super) fn metas(node: &dyn Node, is_running: bool) -> Result<Vec<Meta>, BackupError> {
    blocks_with_files(node, is_running).map(|(_, blocks)| blocks)
}

/// All files, and what the blocks among them say of themselves. A server that runs may put blocks together while they are
/// read: then the one that they became is not among the files, and everything is read again.
fn blocks_with_files(node: &dyn Node, is_running: bool) -> Result<(Vec<NodeFile>, Vec<Meta>), BackupError> {
    let mut tries = if is_running { TRIES } else { 1 };
    loop {
        tries -= 1;
        let files = node.list("")?;
        let is_meta = |path: &str| {
            path.split_once('/')
                .is_some_and(|(folder, file)| file == "meta.json" && folder.parse::<Ulid>().is_ok())
        };
        let metas = files.iter().filter(|file| is_meta(&file.path)).map(|file| read_meta(node, &file.path));
        match metas.collect() {
            Err(error) if error.failure == Failure::Missing && tries > 0 => {}
            blocks => return blocks.map(|blocks| (files, blocks)),
        }
    }
}

/// The names of the blocks that a target has.
pub(super) fn blocks(node: &dyn Node) -> Result<BTreeSet<Ulid>, BackupError> {
    let files = node.list("")?;
    Ok(files.iter().filter_map(|file| file.path.split_once('/')?.0.parse().ok()).collect())
}

/// Blocks may lie about what they hold, but who reads their folder reads no more than a meta.
fn read_meta(node: &dyn Node, path: &str) -> Result<Meta, BackupError> {
    let mut text = Vec::new();
    node.read(path, &mut text)?;
    serde_json::from_slice(&text).map_err(|error| {
        BackupError::new(Failure::Content, path, format!("is broken: {error}"))
            .hint("the server does not start with such a block: move it away first")
    })
}

/// The blocks of the snapshot that are there already: by their names with the same content, or in a block that was made
/// of them.
pub(super) fn contents(
    node: &dyn Node,
    target: &Target,
    blocks: &[BlockEntry],
) -> Result<BTreeSet<Ulid>, BackupError> {
    let sources: BTreeSet<Ulid> =
        target.blocks.iter().flat_map(|meta| meta.compaction.sources.iter().copied()).collect();
    let mut there = BTreeSet::new();
    for block in blocks {
        if target.blocks.iter().any(|meta| meta.ulid == block.ulid) {
            match compare(node, block) {
                Err(error) if error.failure == Failure::Missing && is_gone(node, target, block)? => {}
                other => other?,
            }
            there.insert(block.ulid);
        } else if !block.sources.is_empty() && block.sources.iter().all(|source| sources.contains(source)) {
            there.insert(block.ulid);
        }
    }
    Ok(there)
}

/// Whether a server that runs has put a block together with others since it was looked at.
fn is_gone(node: &dyn Node, target: &Target, block: &BlockEntry) -> Result<bool, BackupError> {
    if !target.is_running {
        return Ok(false);
    }
    match node.list(&block.ulid.to_string()) {
        Err(error) if error.failure == Failure::Missing => Ok(true),
        files => Ok(files?.iter().all(|file| !file.path.ends_with("/meta.json"))),
    }
}

/// Whether all these files are in the data folder already.
pub(super) fn has_files(node: &dyn Node, files: &[FileEntry]) -> Result<bool, BackupError> {
    for file in files {
        match node.read(&file.path, &mut std::io::sink()) {
            Ok(found) if found == digest(file) => {}
            Err(error) if error.failure != Failure::Missing => return Err(error),
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// Two blocks of one name have to be the same; tombstones come with deletions, which are the target's business.
pub fn compare(node: &dyn Node, block: &BlockEntry) -> Result<(), BackupError> {
    let is_content = |file: &&FileEntry| file.path == "index" || file.path.starts_with("chunks/");
    for file in block.files.iter().filter(is_content) {
        let path = format!("{}/{}", block.ulid, file.path);
        let found = node.read(&path, &mut std::io::sink())?;
        if found != digest(file) {
            let message = "PF11-overlap: is there already, with another content";
            return Err(BackupError::new(Failure::Exists, path, message).hint(
                "one of the two is damaged: `promtool tsdb list` and `stackgen backup verify` tell which",
            ));
        }
    }
    Ok(())
}

/// What a node has to say of these bytes.
pub(super) fn digest(file: &FileEntry) -> Digest {
    Digest { size: file.size, sha256: file.sha256.clone() }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::io::{self, Read, Write};
    use std::path::PathBuf;

    use super::*;
    use crate::backup::node::{NodeLock, Owner, Request, Response, Service};

    const OLD: &str = "01BX5ZZKBKACTAV9WEVGEMMVRZ";
    const NEW: &str = "01BX5ZZKBKACTAV9WEVGEMMVS0";

    /// A server that puts its block together with another one as soon as somebody has listed it.
    #[derive(Default)]
    struct Compacting {
        lists: Cell<usize>,
        always: bool,
    }

    fn gone<T>() -> Result<T, BackupError> {
        Err(BackupError::new(Failure::Missing, "", "is not there"))
    }

    impl Node for Compacting {
        fn describe(&self) -> String {
            String::new()
        }
        fn list(&self, _: &str) -> Result<Vec<NodeFile>, BackupError> {
            self.lists.set(self.lists.get() + 1);
            let block = if self.lists.get() == 1 { OLD } else { NEW };
            Ok(vec![NodeFile { path: format!("{block}/meta.json"), size: 1 }])
        }
        fn read(&self, path: &str, out: &mut dyn Write) -> Result<Digest, BackupError> {
            if path.starts_with(OLD) || self.always {
                return gone();
            }
            let meta = format!(
                "{{\"ulid\":\"{NEW}\",\"minTime\":1,\"maxTime\":2,\"compaction\":{{\"level\":2,\"sources\":[\"{OLD}\"]}},\"version\":1}}"
            );
            out.write_all(meta.as_bytes()).map_err(|error| BackupError::of(path, &error))?;
            Ok(Digest { size: 0, sha256: String::new() })
        }
        fn write(&self, _: &str, _: &mut dyn Read, _: &Digest) -> Result<(), BackupError> {
            gone()
        }
        fn rename(&self, _: &str, _: &str) -> Result<(), BackupError> {
            gone()
        }
        fn remove_folder(&self, _: &str) -> Result<(), BackupError> {
            gone()
        }
        fn make_folder(&self, _: &str) -> Result<(), BackupError> {
            gone()
        }
        fn free_space(&self) -> Option<u64> {
            None
        }
        fn owner(&self) -> Option<Owner> {
            None
        }
        fn lock(&self) -> Result<Box<dyn NodeLock + '_>, BackupError> {
            gone()
        }
        fn is_in_use(&self) -> Result<bool, BackupError> {
            Ok(true)
        }
        fn place_on_this_machine(&self, _: &str) -> Option<PathBuf> {
            None
        }
        fn http(&self, _: Service, _: &Request) -> Result<Response, BackupError> {
            gone()
        }
        fn stream(
            &self,
            _: Service,
            _: &Request,
            _: &mut dyn FnMut(&mut dyn Read) -> io::Result<()>,
        ) -> Result<u16, BackupError> {
            gone()
        }
    }

    /// Listed before and read after it, neither the block nor what became of it would be there.
    #[test]
    fn blocks_that_a_server_puts_together_meanwhile_are_found() {
        let metas = metas(&Compacting::default(), true).unwrap();
        assert_eq!((metas.len(), metas[0].ulid.to_string().as_str()), (1, NEW));
        let stopped = super::metas(&Compacting::default(), false).unwrap_err();
        assert_eq!(stopped.failure, Failure::Missing);
        let restless = Compacting { always: true, ..Compacting::default() };
        assert_eq!(super::metas(&restless, true).unwrap_err().failure, Failure::Missing);
        assert_eq!(restless.lists.get(), TRIES);
    }
}
