//! Blocks of a repository in folders for a moment, where they can be read.

use std::fs::{self, File};

use super::{BackupError, BlockEntry, Repository};

/// What messages call such folders.
const SCRATCH: &str = "the folder for temporary files";

/// A block of a repository, in a folder of its own.
pub(super) fn copy(repository: &Repository, block: &BlockEntry) -> Result<tempfile::TempDir, BackupError> {
    let scratch = tempfile::tempdir().map_err(|error| scratched(&error))?;
    let folder = scratch.path().join(block.ulid.to_string());
    fs::create_dir_all(folder.join("chunks")).map_err(|error| scratched(&error))?;
    for file in &block.files {
        let mut out = File::create(folder.join(&file.path)).map_err(|error| scratched(&error))?;
        repository.read(file, &mut out)?;
    }
    Ok(scratch)
}

pub(super) fn scratched(error: &std::io::Error) -> BackupError {
    BackupError::of(SCRATCH, error)
}
