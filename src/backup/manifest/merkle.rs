//! What holds a manifest together: a digest over all its files, and what a manifest that somebody made up would do.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use super::{BackupError, Failure, FileEntry, Manifest, broken};
use crate::backup::notifications;
use crate::backup::repository::{SEGMENT, hexadecimal};

/// The files of a block, and nothing else: a path of a manifest becomes one on a disk.
pub(super) fn is_block_file(path: &str) -> bool {
    let is_segment = |name: &str| is_number(name, 6);
    matches!(path, "meta.json" | "index" | "tombstones")
        || path.strip_prefix("chunks/").is_some_and(is_segment)
}

/// The files of a head, and nothing else.
pub(super) fn is_head_file(path: &str) -> bool {
    let is_log = |path: &str| match path.strip_prefix("checkpoint.").and_then(|rest| rest.split_once('/')) {
        Some((checkpoint, segment)) => is_number(checkpoint, 8) && is_number(segment, 8),
        None => is_number(path, 8),
    };
    match path.split_once('/') {
        Some(("wal" | "wbl", path)) => is_log(path),
        Some(("chunks_head", path)) => is_number(path, 6),
        _ => false,
    }
}

fn is_number(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Blocks in order of their names, so that the order of replicas' lists says nothing.
pub(super) fn root(manifest: &Manifest) -> String {
    let mut lines: Vec<String> = manifest
        .files()
        .map(|(folder, file)| format!("{folder}/{} {} {}\n", file.path, file.size, file.sha256))
        .collect();
    lines.sort();
    let mut hash = Sha256::new();
    for line in lines {
        hash.update(line);
    }
    hexadecimal(&hash.finalize())
}

/// What a manifest says must be possible, and be what its root says.
pub(super) fn check(manifest: &Manifest) -> Result<(), BackupError> {
    let mut names = BTreeSet::new();
    for (folder, file) in manifest.files() {
        let name = format!("{folder}/{}", file.path);
        check_file(&name, file)?;
        if !names.insert(name.clone()) {
            return Err(broken(&format!("it has `{name}` twice")));
        }
    }
    for replica in &manifest.replicas {
        if let Some(file) = replica.head.iter().find(|file| !is_head_file(&file.path)) {
            return Err(broken(&format!("no head has a file `{}`", file.path.escape_default())));
        }
        if !is_word(&replica.name) {
            return Err(broken(&format!("`{}` is no name of a replica", replica.name.escape_default())));
        }
        for (block, file) in
            replica.blocks.iter().flat_map(|block| block.files.iter().map(move |file| (block, file)))
        {
            if !is_block_file(&file.path) {
                let path = file.path.escape_default();
                return Err(broken(&format!("block {} has a file `{path}`, which no block has", block.ulid)));
            }
        }
    }
    if let Some(file) = manifest.alertmanager_files.iter().find(|file| !notifications::has_file(&file.path)) {
        return Err(broken(&format!("Alertmanager has no file `{}`", file.path.escape_default())));
    }
    if !is_word(&manifest.cluster) {
        return Err(broken(&format!("`{}` is no name of a cluster", manifest.cluster.escape_default())));
    }
    if manifest.merkle_root != root(manifest) {
        return Err(BackupError::new(Failure::Content, "manifest", "its root is not the one of its files")
            .hint("somebody changed it: use another snapshot"));
    }
    Ok(())
}

/// A file is as long as its segments are together, and no segment is longer than one can be.
fn check_file(name: &str, file: &FileEntry) -> Result<(), BackupError> {
    let total = file.segments.iter().map(|segment| u64::from(segment.size)).sum::<u64>();
    let is_digest = file.sha256.len() == 64 && file.sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_possible =
        file.segments.iter().all(|segment| segment.size > 0 && segment.size as usize <= SEGMENT);
    if total == file.size && is_digest && is_possible {
        return Ok(());
    }
    Err(broken(&format!("the segments of `{}` are not what its size says", name.escape_default())))
}

/// Letters, digits and `-_.`, not beginning with a dot.
pub(super) fn is_word(text: &str) -> bool {
    !text.starts_with('.')
        && (1..=253).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}
