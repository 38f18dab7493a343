//! A file on its way into the repository, and out of it.

use std::io::{self, Write};

use sha2::{Digest as _, Sha256};

use super::blob::{BlobId, hexadecimal};
use super::{Repository, SEGMENT, seal};
use crate::backup::manifest::{FileEntry, Segment};
use crate::backup::{BackupError, Failure};

/// Takes a file piece by piece. Segments that the repository has already are not written again.
pub struct FileWriter<'r> {
    repository: &'r Repository,
    piece: Vec<u8>,
    hash: Sha256,
    size: u64,
    segments: Vec<Segment>,
}

impl FileWriter<'_> {
    /// What a manifest says of the file.
    pub fn finish(mut self, path: &str) -> Result<FileEntry, BackupError> {
        self.seal()?;
        let sha256 = hexadecimal(&self.hash.finalize());
        Ok(FileEntry { path: path.to_owned(), size: self.size, sha256, segments: self.segments })
    }

    fn seal(&mut self) -> Result<(), BackupError> {
        if !self.piece.is_empty() {
            self.segments.push(self.repository.put(&self.piece)?);
            self.piece.clear();
        }
        Ok(())
    }
}

impl Write for FileWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = bytes.len().min(SEGMENT - self.piece.len());
        let (now, _) = bytes.split_at(length);
        self.hash.update(now);
        self.piece.extend_from_slice(now);
        self.size += length as u64;
        if self.piece.len() == SEGMENT {
            self.seal().map_err(io::Error::other)?;
        }
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Repository {
    /// Takes a file.
    pub fn writer(&self) -> FileWriter<'_> {
        FileWriter { repository: self, piece: Vec::new(), hash: Sha256::new(), size: 0, segments: Vec::new() }
    }

    /// Gives a file, every byte of it compared with what was stored.
    pub fn read(&self, file: &FileEntry, out: &mut dyn Write) -> Result<(), BackupError> {
        let mut hash = Sha256::new();
        for segment in &file.segments {
            let bytes = self.segment(segment)?;
            hash.update(&bytes);
            out.write_all(&bytes).map_err(|error| BackupError::of(&file.path, &error))?;
        }
        if hexadecimal(&hash.finalize()) != file.sha256 {
            let message = "is not what was stored: the digest is another one";
            return Err(BackupError::new(Failure::Content, &file.path, message).hint("use another snapshot"));
        }
        Ok(())
    }

    /// Stores a segment, if no blob holds it.
    fn put(&self, bytes: &[u8]) -> Result<Segment, BackupError> {
        let blob = BlobId::of(&self.config.salt, bytes);
        let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        if let Some(encoding) = self.known(blob)? {
            return Ok(Segment { blob, size, encoding });
        }
        let (encoding, compressed) = seal::compress(bytes);
        let stored = self.recipients.encrypt(compressed)?;
        let name = blob.object(encoding, !self.recipients.is_empty());
        match self.store.create(&name, &stored) {
            // It is about to be removed, or another run was faster: written again it is young, and stays.
            Err(error) if error.failure == Failure::Exists => self.store.replace(&name, &stored)?,
            other => other?,
        }
        self.learn(blob, encoding, stored.len());
        Ok(Segment { blob, size, encoding })
    }

    /// The bytes of a segment.
    pub(in crate::backup) fn segment(&self, segment: &Segment) -> Result<Vec<u8>, BackupError> {
        let name = segment.blob.object(segment.encoding, !self.recipients.is_empty());
        let damaged = |error: BackupError| match error.failure {
            Failure::Content | Failure::Missing if error.hint.is_none() => {
                error.hint("`stackgen backup verify --read-data` names the snapshots that are whole")
            }
            _ => error,
        };
        self.unseal(segment, &name).map_err(damaged)
    }

    fn unseal(&self, segment: &Segment, name: &str) -> Result<Vec<u8>, BackupError> {
        let place = || format!("{}/{name}", self.store.describe());
        let stored = self.store.read(name)?;
        let stored = if self.recipients.is_empty() {
            stored
        } else {
            self.identities.decrypt(&place(), &stored, SEGMENT)?
        };
        let bytes = seal::expand(&place(), stored, segment.encoding, segment.size)?;
        if BlobId::of(&self.config.salt, &bytes) != segment.blob {
            let message = "is not what its name says: it was changed or damaged";
            return Err(BackupError::new(Failure::Content, place(), message));
        }
        Ok(bytes)
    }
}
