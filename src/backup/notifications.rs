//! What Alertmanager keeps in files: the log of its notifications, which its API does not give, and its silences.
//!
//! Both are written every quarter of an hour and when the server ends, and read when it starts. Each is a row of
//! messages behind their lengths (`nflog.MeshEntry`, `silencepb.MeshSilence`); of two about the same thing a server
//! takes the later one. So two files are put together by writing one behind the other.

use std::io::{Read as _, Write as _};

use sha2::{Digest as _, Sha256};

use super::manifest::{FileEntry, LeftOut};
use super::node::{Digest, Node};
use super::protocol_buffers::{Fields, Row, Value};
use super::repository::{Repository, hexadecimal};
use super::{BackupError, Failure};

/// Who was told of what, and when: without it everything that fires is told once more.
const LOG: &str = "nflog";
/// Those of a server that cannot be asked.
const SILENCES: &str = "silences";

/// Whether Alertmanager's data folder has such a file.
pub(super) fn has_file(path: &str) -> bool {
    matches!(path, LOG | SILENCES)
}

/// Stores the files of a data folder. Silences of a server that runs are asked for.
pub fn capture(
    node: &dyn Node,
    repository: &Repository,
    is_running: bool,
    left_out: &mut Vec<LeftOut>,
) -> Result<Vec<FileEntry>, BackupError> {
    let mut files = Vec::new();
    for &path in if is_running { &[LOG][..] } else { &[LOG, SILENCES] } {
        let Some(content) = content(node, path)? else {
            let reason = "Alertmanager has not written the file: it does every 15 minutes, and when it ends";
            left_out.push(LeftOut { what: format!("Alertmanager's {path}"), reason: reason.to_owned() });
            continue;
        };
        let mut writer = repository.writer();
        writer.write_all(&content).map_err(|error| BackupError::of(path, &error))?;
        files.push(writer.finish(path)?);
    }
    if is_running && !files.is_empty() {
        let reason = "Alertmanager runs: it writes its log every 15 minutes, and when it ends";
        let what = "the last notifications".to_owned();
        left_out.push(LeftOut { what, reason: reason.to_owned() });
    }
    Ok(files)
}

/// Gives files of a snapshot to the data folder of an Alertmanager that does not run. What that has itself counts more,
/// and is kept. Gives the files that were written; with `is_dry`, those that would be.
pub fn restore(
    node: &dyn Node,
    repository: &Repository,
    files: &[FileEntry],
    is_dry: bool,
) -> Result<Vec<String>, BackupError> {
    let mut written = Vec::new();
    for file in files {
        let mut stored = Vec::new();
        repository.read(file, &mut stored)?;
        check(&file.path, &stored)?;
        let own = content(node, &file.path)?.unwrap_or_default();
        if own.starts_with(&stored) {
            continue;
        }
        written.push(file.path.clone());
        if !is_dry {
            stored.extend_from_slice(&own);
            write(node, &file.path, &stored)?;
        }
    }
    Ok(written)
}

fn write(node: &dyn Node, path: &str, content: &[u8]) -> Result<(), BackupError> {
    let digest = Digest { size: content.len() as u64, sha256: hexadecimal(&Sha256::digest(content)) };
    node.write(path, &mut content.take(digest.size), &digest)
}

/// What a file holds; none if there is no such file.
fn content(node: &dyn Node, path: &str) -> Result<Option<Vec<u8>>, BackupError> {
    let mut content = Vec::new();
    match node.read(path, &mut content) {
        Err(error) if error.failure == Failure::Missing => Ok(None),
        Err(error) => Err(error),
        Ok(_) => check(path, &content).map(|()| Some(content)),
    }
}

/// A server does not start on a file that is cut or of something else.
fn check(path: &str, content: &[u8]) -> Result<(), BackupError> {
    let broken = Row(content).position(|message| !message.is_ok_and(is_entry));
    let Some(index) = broken else { return Ok(()) };
    let message = format!("is broken: entry {} is none of Alertmanager's", index + 1);
    Err(BackupError::new(Failure::Content, path, message)
        .hint("Alertmanager does not start with this file: name another folder, or move the file away"))
}

/// An entry, which is not empty, and the time when it ends: the fields 1 and 2, both messages.
fn is_entry(message: &[u8]) -> bool {
    let is_known = |field| matches!(field, Ok((1 | 2, Value::Bytes(_))));
    let is_content = |field| matches!(field, Ok((1, Value::Bytes(content))) if !content.is_empty());
    Fields(message).all(is_known) && Fields(message).any(is_content)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An entry of one byte, and a time.
    const ENTRY: &[u8] = &[7, 0x0a, 1, b'x', 0x12, 2, 8, 1];

    #[test]
    fn rows_of_messages_are_whole_or_named() {
        let two = [ENTRY, ENTRY].concat();
        for whole in [&b""[..], ENTRY, &two] {
            assert!(check(LOG, whole).is_ok(), "{whole:?}");
        }
        for cut in 1..ENTRY.len() {
            let error = check(LOG, &two[..ENTRY.len() + cut]).unwrap_err();
            assert!(error.message.contains("entry 2"), "{}", error.message);
        }
        for broken in [&[0][..], &[2, 0x0a, 0], &[2, 0x08, 1], &[0xff; 12], b"[1,2]"] {
            assert!(check(LOG, broken).is_err(), "{broken:?}");
        }
    }
}
